# ruff: noqa: N802 - the functions are called as in the driver
"""A stand-in for libcuda: the functions that the engine calls, on ordinary memory.

A kernel is "launched" by running the processor's version of the very same module, interwoven workspaces and shared
counter included, once per GPU thread and in a shuffled order on four threads of this machine. What is queued on a
stream happens only when the stream is waited for, as late as a GPU may do it. Memory is filled with NaN before use,
has guards around it, and must be given back.
"""

import ctypes
import dataclasses
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from speciosa import engine
from speciosa.engine import _compile, _gpu_code, _native

GUARD = 4096
NEEDS_NO_CONTEXT = {
    "cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain",
    "cuCtxPushCurrent_v2", "cuGetErrorString",
}  # fmt: skip


@cache
def processors_version(text, outputs, vary):
    """The module of a GPU thread, compiled for this processor."""
    target = _native.machine()
    shape = dataclasses.replace(_gpu_code.SHAPE, fma=target.fma)
    model = engine.load(text)
    code, facts = _compile.code_for(model, _compile.Wanted.of(model, outputs, vary), shape, target, cache=False)
    return _native.Program(code, target, facts)


class Fake:
    """Libcuda as :class:`ctypes.CDLL` would give it.

    Args:
        program: what a launch runs.
        gpus: how many there are.
        capability: compute capability, major and minor.
        memory: bytes that are free at first.
        failing: error code by function; a pair (code, n) fails from the n-th call on.
        late: an error code with which the first launch ends, and everything after it.
        log: what the compiler in the driver says.
    """

    def __init__(
        self, program=None, *, gpus=1, capability=(8, 6), memory=2**30, failing=None, late=0, log=b"", multiprocessors=1
    ):
        self.program, self.gpus, self.capability, self.memory = program, gpus, capability, memory
        self.failing, self.late, self.log, self.multiprocessors = failing or {}, late, log, multiprocessors
        self.calls, self.memories, self.streams, self.modules, self.launches = [], {}, {}, {}, []
        self.broken, self._handles, self._depth = 0, iter(range(1, 10**9)), threading.local()

    def __getattr__(self, name):
        if not name.startswith("cu"):
            raise AttributeError(name)
        function = getattr(self, f"_{name.removesuffix('_v2')}")

        def call(*arguments):
            self.calls.append(name)
            code, after = (*self._failure(name), 1)[:2]
            if code and self.calls.count(name) >= after:
                return code
            if self.broken and name != "cuGetErrorString":
                return self.broken
            if name not in NEEDS_NO_CONTEXT and not getattr(self._depth, "value", 0):
                return 201
            return function(*arguments) or 0

        return call

    def _failure(self, name):
        found = self.failing.get(name, 0)
        return found if isinstance(found, tuple) else (found,)

    # -- device

    def _cuInit(self, flags):
        assert flags.value == 0

    def _cuGetErrorString(self, _code, text):
        text._obj.value = b"a strange thing"

    def _cuDeviceGetCount(self, count):
        count._obj.value = self.gpus

    def _cuDeviceGet(self, handle, number):
        handle._obj.value = number.value

    def _cuDeviceGetName(self, text, size, handle):
        text.value = f"Imaginary {handle.value}".encode()
        assert size.value == len(text)

    def _cuDeviceGetAttribute(self, value, number, _handle):
        value._obj.value = {16: self.multiprocessors, 75: self.capability[0], 76: self.capability[1]}[number.value]

    def _cuDevicePrimaryCtxRetain(self, context, handle):
        context._obj.value = 1000 + handle.value

    def _cuCtxPushCurrent(self, context):
        assert context.value >= 1000
        self._depth.value = getattr(self._depth, "value", 0) + 1

    def _cuCtxPopCurrent(self, _context):
        self._depth.value -= 1

    # -- code

    def _cuModuleLoadDataEx(self, module, text, count, options, values):
        assert (count.value, list(options)) == (2, [5, 6])
        ctypes.memmove(values[0], self.log, len(self.log))
        if b".visible .entry population(" not in text.value:
            return 218
        module._obj.value = handle = next(self._handles)
        self.modules[handle] = text.value
        return 0

    def _cuModuleUnload(self, module):
        del self.modules[module.value]

    def _cuModuleGetFunction(self, function, module, name):
        assert f".entry {name.value.decode()}(".encode() in self.modules[module.value]
        function._obj.value = 5000 + module.value

    def _cuOccupancyMaxActiveBlocksPerMultiprocessor(self, blocks, function, threads, shared):
        assert function.value > 5000
        assert (threads.value, shared.value) == (128, 0)
        blocks._obj.value = 1

    # -- memory

    def _cuMemGetInfo(self, free, total):
        free._obj.value, total._obj.value = self.memory - self.used, self.memory

    @property
    def used(self):
        return sum(size for _, size in self.memories.values())

    def _cuMemAlloc(self, address, size):
        if size.value > self.memory - self.used:
            return 2
        buffer = (ctypes.c_ubyte * (size.value + 2 * GUARD))()
        ctypes.memset(buffer, 0xFF, len(buffer))
        address._obj.value = place = -(-(ctypes.addressof(buffer) + 256) // 256) * 256
        self.memories[place] = buffer, size.value
        return 0

    def _cuMemFree(self, address):
        buffer, size = self.memories.pop(address.value)
        start = address.value - ctypes.addressof(buffer)
        assert set(bytes(buffer[:start]) + bytes(buffer[start + size :])) == {0xFF}, "written outside"

    def _inside(self, address, size):
        assert any(place <= address and address + size <= place + s for place, (_, s) in self.memories.items())

    def _cuMemcpyHtoDAsync(self, target, source, size, stream):
        self._inside(target.value, size.value)
        self._queue(stream, ctypes.memmove, target.value, source.value, size.value)

    def _cuMemcpyDtoHAsync(self, target, source, size, stream):
        self._inside(source.value, size.value)
        self._queue(stream, ctypes.memmove, target.value, source.value, size.value)

    # -- streams

    def _cuStreamCreate(self, stream, flags):
        assert flags.value == 1
        stream._obj.value = handle = next(self._handles)
        self.streams[handle] = []

    def _queue(self, stream, function, *arguments):
        self.streams[stream.value].append((function, arguments))

    def _cuStreamSynchronize(self, stream):
        waiting = self.streams[stream.value]
        while waiting:
            function, arguments = waiting.pop(0)
            function(*arguments)
        return self.broken

    def _cuStreamDestroy(self, stream):
        waiting = self.streams.pop(stream.value)
        assert not waiting or "cuStreamSynchronize" in self.failing

    def _cuLaunchKernel(self, function, *rest):
        *grid, shared, stream, places, extra = rest
        blocks, *ones = [number.value for number in grid]
        assert function.value > 5000
        assert (ones, shared.value, extra) == ([1, 1, 128, 1, 1], 0, None)
        values = [ctypes.c_uint64.from_address(place).value for place in places]
        self.launches.append((blocks, values[2]))
        self._queue(stream, self._run, blocks * 128, *values)

    def _run(self, threads, arguments, following, stop, workspaces):
        if self.late:
            self.broken = self.late
            return
        rows = self.program.facts["rows"]
        self._inside(workspaces, threads * rows * 8)

        def work(thread):
            place = workspaces + 8 * ((thread // 32) * rows * 32 + thread % 32)
            self.program.run(arguments, following, stop, place)

        order = random.Random(threads).sample(range(threads), threads)  # noqa: S311 - a shuffle
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, order))
