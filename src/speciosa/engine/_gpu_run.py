"""A population on a GPU: chunks of persons on two streams, so that one chunk is computed while another is copied.

A GPU thread takes the next person as soon as it is free, like a lane of the processor's code; nothing depends on which
thread takes whom. Only what is per person travels with a chunk; the rest is sent once.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from ctypes import c_uint64, c_void_p
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from speciosa.engine import _cuda_driver
from speciosa.engine._cuda_driver import Device
from speciosa.engine._gpu_code import ARCHITECTURES, BLOCK, ENTRY, target
from speciosa.engine._native import Machine
from speciosa.engine._workspace import ARGUMENTS
from speciosa.errors import EngineError

__all__ = ["Program", "devices", "program", "run"]

_SENT: Final = ("parameters", "initial", "reset", "status", "steps")
"""Arguments with one row per person that the code reads; 0 where there are none."""
_FILLED: Final = ("values", "status", "steps", "reached", "final")
"""Arguments with one row per person that the code fills; 0 where they are not wanted."""
_STRIDED: Final = {
    "times": "time_stride",
    "start_time": "start_stride",
    "event_time": "event_stride",
    "event_target": "event_stride",
    "event_amount": "amount_stride",
}
"""Arguments that the code reads, with one row per person where the named stride is not 0."""
_SHARED: Final = ("tables", "infused", "relative", "absolute", "max_steps")
"""Arguments that the code reads and that are the same for everyone. All others are numbers."""

_PERSONS_PER_THREAD: Final = 4  # in a chunk: enough that threads with quick persons do not wait long for the others
_MEMORY_SHARE: Final = 0.8  # of what is free on the GPU
_LOCK: Final = threading.Lock()

Entries = Mapping[str, Any]
"""Arguments of the call by name: an array, or a number."""


class Program:
    """A model's code on one GPU.

    Args:
        device: the GPU.
        code: PTX.
        facts: what the generator tells of the code.
    """

    def __init__(self, device: Device, code: bytes, facts: dict[str, Any]) -> None:
        self.device = device
        self.workspace = 8 * int(facts["rows"])  # bytes per thread
        with device.active():
            module = device.load(code)
            self.function = device.function(module, ENTRY)
            self.blocks = device.blocks(self.function, BLOCK)  # that run at once
        weakref.finalize(self, _unload, device, module).atexit = False  # the driver may be gone by then


def _unload(device: Device, module: c_void_p) -> None:
    # a GPU that broke down has forgotten its modules already
    with suppress(EngineError), device.active():
        device.unload(module)


_LOADED: WeakKeyDictionary[object, dict[int, Program]] = WeakKeyDictionary()


def program(owner: object, name: str, generate: Callable[[Machine], tuple[bytes, dict[str, Any]]]) -> Program:
    """The code of a kernel on a GPU, generated and loaded once.

    Args:
        owner: the kernel; when it goes, its code goes from the GPU.
        name: ``"cuda"`` or ``"cuda:1"``.
        generate: gives PTX and facts.

    Raises:
        EngineError: there is no such device, or it cannot run the code.
    """
    found = re.fullmatch(r"cuda(?::(\d+))?", name)
    if not found:
        raise EngineError(f"device is {name!r}; expected 'cpu', 'cuda' or, for the second GPU, 'cuda:1'.")
    number = int(found[1] or 0)
    with _LOCK:
        loaded = _LOADED.setdefault(owner, {})
        if number not in loaded:
            device = _device(number)
            loaded[number] = Program(device, *generate(target(device.capability)))
        return loaded[number]


def _device(number: int) -> Device:
    driver = _cuda_driver.driver()
    count = driver.count()
    if not count:
        raise EngineError("The CUDA driver finds no GPU; use device='cpu'.")
    if number >= count:
        there = "cuda:0" if count == 1 else f"cuda:0 to cuda:{count - 1}"
        raise EngineError(f"device is 'cuda:{number}', but there is only {there}.")
    device = driver.device(number)
    if device.capability < ARCHITECTURES[0]:
        least = f"{ARCHITECTURES[0] / 10:.1f}"
        raise EngineError(
            f"{device.name} has the compute capability {device.capability / 10:.1f}; expected {least} or more, "
            "or device='cpu'."
        )
    return device


def devices() -> dict[str, str]:
    """What ``device`` of :meth:`~speciosa.engine.Kernel.simulate` may be, with the names of the GPUs."""
    found = {"cpu": "this machine's processor"}
    try:
        driver = _cuda_driver.driver()
        return found | {f"cuda:{number}": driver.device(number).name for number in range(driver.count())}
    except EngineError:
        return found


@dataclass(frozen=True)
class _Plan:
    """How a population is divided.

    Attributes:
        persons: in a chunk, at most.
        blocks: of threads that work on a chunk.
    """

    persons: int
    blocks: int


def _plan(code: Program, entries: Entries, chunk: int | None) -> _Plan:
    """Room for two chunks and the workspaces of two sets of threads in the memory that is free."""
    everyone = len(entries["status"])
    room = int(_MEMORY_SHARE * code.device.free_memory()) // 2
    of_block = BLOCK * code.workspace
    blocks = max(1, min(code.blocks, room // 2 // of_block))
    each = sum(entries[name].nbytes for name in _per_person(entries)) // everyone
    fitting = max(1, (room - blocks * of_block) // max(1, each))
    persons = min(everyone, chunk or min(fitting, _PERSONS_PER_THREAD * blocks * BLOCK))
    return _Plan(persons, min(blocks, -(-persons // BLOCK)))


def _per_person(entries: Entries) -> tuple[str, ...]:
    """Names of the arguments with one row per person."""
    own = (name for name, stride in _STRIDED.items() if entries[stride])
    return tuple(name for name in dict.fromkeys((*_SENT, *own, *_FILLED)) if isinstance(entries[name], np.ndarray))


def run(code: Program, entries: Entries, chunk: int | None, after: Callable[[int], None]) -> None:
    """Simulate a population.

    Args:
        code: the model's code on a GPU.
        entries: the arguments of the call; filled in place.
        chunk: persons per chunk; None for what suits the GPU.
        after: called with the number of persons of each chunk that is done.

    Raises:
        EngineError: the GPU has too little memory, or fails.
    """
    everyone = len(entries["status"])
    if not everyone:
        return
    with code.device.active(), ExitStack() as stack:
        plan = _plan(code, entries, chunk)
        shared = _share(code.device, entries, stack)
        running: deque[_Slot] = deque()
        for start in range(0, everyone, plan.persons):
            if len(running) < 2:
                slot = _Slot(code, entries, shared, plan, stack)
            else:
                slot = running.popleft()
                after(slot.finish())
            slot.start(start, min(start + plan.persons, everyone))
            running.append(slot)
        while running:
            after(running.popleft().finish())


def _share(device: Device, entries: Entries, stack: ExitStack) -> dict[str, int]:
    """Send what is the same for everyone; returns the addresses."""
    stream = device.stream()
    stack.callback(device.close, stream)
    addresses = {}
    for name in (*_SHARED, *(name for name, stride in _STRIDED.items() if not entries[stride])):
        array = entries[name]
        if not isinstance(array, np.ndarray):
            continue
        addresses[name] = _allocate(device, array.nbytes, stack)
        _send(device, addresses[name], array, stream)
    device.wait(stream)
    return addresses


def _allocate(device: Device, size: int, stack: ExitStack) -> int:
    address = device.allocate(size)
    stack.callback(device.free, address)
    return address


def _send(device: Device, address: int, array: NDArray[Any], stream: c_void_p) -> None:
    if array.nbytes:
        device.put(address, array.ctypes.data, array.nbytes, stream)


class _Slot:
    """A stream with its memory on the GPU: one chunk after another."""

    def __init__(
        self, code: Program, entries: Entries, shared: Mapping[str, int], plan: _Plan, stack: ExitStack
    ) -> None:
        self._code = code
        self._device = code.device
        self._entries = entries
        self._blocks = plan.blocks
        everyone = len(entries["status"])
        self._own = {
            name: _allocate(self._device, entries[name].nbytes // everyone * plan.persons, stack)
            for name in _per_person(entries)
        }
        places = {**shared, **self._own}
        # the last number is that of the next person
        self._words = np.array([*(places.get(name, entries[name]) for name in ARGUMENTS), 0], dtype=np.uint64)
        self._words_place = _allocate(self._device, self._words.nbytes, stack)
        self._workspaces = _allocate(self._device, plan.blocks * BLOCK * code.workspace, stack)
        self._stream = self._device.stream()
        stack.callback(self._device.close, self._stream)  # before the memory is given back
        self._range = slice(0, 0)

    def start(self, start: int, stop: int) -> None:
        """Send the persons start … stop - 1 and set the GPU to work; returns at once."""
        self._range = slice(start, stop)
        for name in self._own:
            if name not in _FILLED or name in _SENT:
                _send(self._device, self._own[name], self._entries[name][self._range], self._stream)
        _send(self._device, self._words_place, self._words, self._stream)
        following = self._words_place + 8 * len(ARGUMENTS)
        arguments = map(c_uint64, (self._words_place, following, stop - start, self._workspaces))
        self._device.launch(self._code.function, self._blocks, BLOCK, self._stream, *arguments)

    def finish(self) -> int:
        """Wait for the chunk and fetch its results; returns how many persons it had."""
        for name in (name for name in _FILLED if name in self._own):
            part = self._entries[name][self._range]
            if part.nbytes:
                self._device.get(part.ctypes.data, self._own[name], part.nbytes, self._stream)
        self._device.wait(self._stream)
        return self._range.stop - self._range.start
