"""NVIDIA's CUDA driver through ctypes: the two dozen functions that a run needs, and its errors as sentences.

The driver's library comes with every NVIDIA driver and has a stable C interface, so that nothing must be installed
for it; cuda-bindings would add 20 MB and a second version to keep in step, for the same calls.

What is here follows NVIDIA's CUDA Driver API reference: names with ``_v2`` are the current form of a function, and
the numbers of attributes and errors are those of ``cuda.h``, which never change.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint, c_uint64, c_void_p
from functools import cache
from typing import Any, Final

from speciosa.errors import EngineError

__all__ = ["Device", "Driver", "driver"]

_LIBRARIES: Final = ("nvcuda.dll",) if sys.platform == "win32" else ("libcuda.so.1", "libcuda.so")

_MULTIPROCESSORS, _MAJOR, _MINOR = 16, 75, 76  # CU_DEVICE_ATTRIBUTE_…
_ERROR_LOG, _ERROR_LOG_SIZE = 5, 6  # CU_JIT_…
_NOT_BLOCKING: Final = 1  # CU_STREAM_NON_BLOCKING
_LOG_SIZE: Final = 4096

_SENTENCES: Final = {
    2: "The GPU has too little free memory for {what}; use a smaller chunk, or another device.",
    3: "The CUDA driver is not ready for {what}; a process that was forked cannot use it, start a new one.",
    34: "The CUDA library found is a stub without a driver; install NVIDIA's driver, or use device='cpu'.",
    46: "The GPU is taken or not available for {what}; use another device.",
    100: "The CUDA driver finds no GPU; use device='cpu'.",
    101: "There is no such GPU for {what}; use another device.",
    209: "The GPU cannot run the code (too old a model); use device='cpu'.",
    214: "The GPU found a memory error that it could not correct; start a new process, or use device='cpu'.",
    218: "The CUDA driver refuses the generated code (a fault of the generator).",
    222: "The CUDA driver is older than the generated code; update NVIDIA's driver, or use device='cpu'.",
    700: "The GPU met a wrong address in {what} (a fault of the generator); start a new process.",
    701: "The GPU has too few registers for a block of this model's threads; use device='cpu'.",
    702: "The GPU's watchdog stopped {what} because it took too long; use a smaller chunk in a new process.",
    719: "The GPU failed during {what}; start a new process, or use device='cpu'.",
    803: "The CUDA library and the driver are of different versions; restart the computer, or use device='cpu'.",
    804: "The CUDA library does not fit this GPU's driver; update NVIDIA's driver, or use device='cpu'.",
}


class Driver:
    """The driver, with Python's arguments.

    Args:
        library: what :class:`ctypes.CDLL` gives for the driver's library, or something with the same functions.

    Raises:
        EngineError: by :meth:`call`, when a function fails.
    """

    def __init__(self, library: Any) -> None:  # noqa: ANN401 - functions that are found by name
        self._library = library
        self.call("the start", "cuInit", c_uint(0))

    def call(self, what: str, name: str, *arguments: object) -> None:
        """Call a function.

        Args:
            what: what is being done, for the sentence of an error.
            name: the function.
            arguments: of ctypes' types.
        """
        code = int(getattr(self._library, name)(*arguments))
        if code:
            raise EngineError(self._sentence(code, what, name))

    def quietly(self, name: str, *arguments: object) -> None:
        """Call a function that gives something back; after a failure of the GPU these fail too, which tells nothing."""
        getattr(self._library, name)(*arguments)

    def _sentence(self, code: int, what: str, name: str) -> str:
        if code in _SENTENCES:
            return _SENTENCES[code].format(what=what)
        text = c_char_p()
        self._library.cuGetErrorString(c_int(code), byref(text))
        said = text.value.decode() if text.value else "unknown"
        return f"{name} of the CUDA driver failed during {what} with error {code} ({said}); use device='cpu'."

    def count(self) -> int:
        """How many GPUs there are."""
        found = c_int()
        self.call("counting the GPUs", "cuDeviceGetCount", byref(found))
        return found.value

    def device(self, number: int) -> Device:
        """A GPU by its number."""
        return Device(self, number)


class Device:
    """One GPU; everything but the constructor wants :meth:`active`.

    Attributes:
        name: as NVIDIA calls it.
        capability: compute capability times 10.
        multiprocessors: how many there are.
    """

    def __init__(self, owner: Driver, number: int) -> None:
        self._call, self._quietly = owner.call, owner.quietly
        handle, self._context = c_int(), c_void_p()
        self._call(f"device {number}", "cuDeviceGet", byref(handle), c_int(number))
        name = ctypes.create_string_buffer(256)
        self._call("its name", "cuDeviceGetName", name, c_int(256), handle)
        self.name = name.value.decode()
        self.capability = 10 * self._attribute(_MAJOR, handle) + self._attribute(_MINOR, handle)
        self.multiprocessors = self._attribute(_MULTIPROCESSORS, handle)
        self._handle = handle

    def _attribute(self, number: int, handle: c_int) -> int:
        value = c_int()
        self._call("a property", "cuDeviceGetAttribute", byref(value), c_int(number), handle)
        return value.value

    @contextmanager
    def active(self) -> Iterator[None]:
        """The calling thread works with this GPU, in the process's own (primary) context that others may share."""
        if self._context.value is None:  # kept to the end of the process
            self._call("opening the GPU", "cuDevicePrimaryCtxRetain", byref(self._context), self._handle)
        self._call("opening the GPU", "cuCtxPushCurrent_v2", self._context)
        try:
            yield
        finally:
            self._quietly("cuCtxPopCurrent_v2", byref(c_void_p()))

    # -- code

    def load(self, code: bytes) -> c_void_p:
        """Turn PTX into machine code; returns the module."""
        module, log = c_void_p(), ctypes.create_string_buffer(_LOG_SIZE)
        options = (c_int * 2)(_ERROR_LOG, _ERROR_LOG_SIZE)
        values = (c_void_p * 2)(ctypes.addressof(log), _LOG_SIZE)
        text = ctypes.create_string_buffer(code)  # ends with a zero byte
        arguments = (byref(module), text, c_uint(2), options, values)
        try:
            self._call("loading the code", "cuModuleLoadDataEx", *arguments)
        except EngineError as error:
            said = " ".join(log.value.decode(errors="replace").split())
            raise EngineError(f"{error} It says: {said}" if said else str(error)) from None
        return module

    def unload(self, module: c_void_p) -> None:
        """Forget a module."""
        self._quietly("cuModuleUnload", module)

    def function(self, module: c_void_p, name: str) -> c_void_p:
        """A kernel of a module."""
        found = c_void_p()
        self._call("finding the kernel", "cuModuleGetFunction", byref(found), module, c_char_p(name.encode()))
        return found

    def blocks(self, function: c_void_p, threads: int) -> int:
        """How many blocks of so many threads the GPU runs at once."""
        each = c_int()
        name = "cuOccupancyMaxActiveBlocksPerMultiprocessor"
        self._call("measuring the kernel", name, byref(each), function, c_int(threads), c_size_t(0))
        return max(1, each.value) * self.multiprocessors

    def launch(self, function: c_void_p, blocks: int, threads: int, stream: c_void_p, *arguments: c_uint64) -> None:
        """Start a kernel on a stream; its arguments are 8-byte numbers."""
        places = (c_void_p * len(arguments))(*(ctypes.addressof(argument) for argument in arguments))
        grid = (blocks, 1, 1, threads, 1, 1)
        # the driver copies the arguments before it returns
        sizes = (c_uint(number) for number in (*grid, 0))
        self._call("starting the kernel", "cuLaunchKernel", function, *sizes, stream, places, None)

    # -- memory

    def free_memory(self) -> int:
        """Bytes that are free."""
        free, total = c_size_t(), c_size_t()
        self._call("asking for its memory", "cuMemGetInfo_v2", byref(free), byref(total))
        return free.value

    def allocate(self, size: int) -> int:
        """Address of new memory of so many bytes."""
        address = c_uint64()
        what = f"{size / 2**20:.0f} MiB"
        self._call(what, "cuMemAlloc_v2", byref(address), c_size_t(max(8, size)))
        return address.value

    def free(self, address: int) -> None:
        """Give memory back."""
        self._quietly("cuMemFree_v2", c_uint64(address))

    def put(self, address: int, source: int, size: int, stream: c_void_p) -> None:
        """Copy to the GPU, in the order of the stream; the source must live until the stream is done."""
        arguments = (c_uint64(address), c_void_p(source), c_size_t(size), stream)
        self._call("sending numbers", "cuMemcpyHtoDAsync_v2", *arguments)

    def get(self, target: int, address: int, size: int, stream: c_void_p) -> None:
        """Copy from the GPU, in the order of the stream."""
        arguments = (c_void_p(target), c_uint64(address), c_size_t(size), stream)
        self._call("the run", "cuMemcpyDtoHAsync_v2", *arguments)

    # -- streams

    def stream(self) -> c_void_p:
        """A new queue of work."""
        found = c_void_p()
        self._call("a stream", "cuStreamCreate", byref(found), c_uint(_NOT_BLOCKING))
        return found

    def wait(self, stream: c_void_p) -> None:
        """Wait until a stream is done; what failed in it is raised here."""
        self._call("the run", "cuStreamSynchronize", stream)

    def close(self, stream: c_void_p) -> None:
        """Wait for a stream whatever became of it, and forget it."""
        self._quietly("cuStreamSynchronize", stream)
        self._quietly("cuStreamDestroy_v2", stream)


@cache
def driver() -> Driver:
    """The driver of this machine.

    Raises:
        EngineError: there is none, or it does not start.
    """
    for name in _LIBRARIES:
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        return Driver(library)
    raise EngineError("There is no NVIDIA driver on this machine (libcuda is missing); use device='cpu'.")
