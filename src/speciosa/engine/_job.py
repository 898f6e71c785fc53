"""The arrays of one call of the machine code, for a population or for the part of it that goes to another process."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._plan import Limits, Plan
from speciosa.engine._recipe import Harvest, Recipe
from speciosa.engine._workspace import ARGUMENTS
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._kernel import Kernel

__all__ = ["Job", "Part", "entries", "packed", "run_part"]

_VALUES = ARGUMENTS.index("values")
_RESULTS = ("values", "status", "steps", "reached", "final")
_SHARED = frozenset({"tables"})
_ALIKE = 1 << 64  # addresses count modulo 2^64


def entries(plan: Plan, limits: Limits) -> dict[str, Any]:
    """What the code reads, by the names of :data:`~._workspace.ARGUMENTS`.

    An array of two or more dimensions has one row per person, but for the tables; the others are shared.
    """
    schedule, many = plan.schedule, plan.times.shape[-1]
    count = schedule.time.shape[-1]
    start = plan.start[:, None] if len(plan.start) > 1 else plan.start
    return {
        "parameters": plan.values,
        "times": plan.times,
        "time_count": many,
        "time_stride": many if plan.times.ndim == 2 else 0,
        "start_time": np.ascontiguousarray(start),
        "start_stride": int(len(plan.start) > 1),
        "initial": 0 if plan.initial is None else plan.initial,
        "reset": 0 if plan.reset is None else plan.reset,
        "tables": 0 if plan.tables is None else plan.tables,
        "event_time": schedule.time,
        "event_target": schedule.target,
        "event_amount": schedule.amount,
        "event_count": count,
        "event_stride": count if schedule.time.ndim == 2 else 0,
        "amount_stride": count if schedule.amount.ndim == 2 else 0,
        "infused": schedule.infused,
        "infused_count": len(schedule.infused),
        "relative": np.array([limits.rtol]),
        "absolute": limits.atol,
        "max_steps": np.array([float(limits.max_steps)]),
    }


class Job:
    """The arrays of a run, kept alive while the code reads and fills them; used by many threads.

    Args:
        kernel: the code.
        given: see :func:`entries`.
        status: shape (n,); who is not 0 is left out.
        final: whether to keep the states at the last time, in :attr:`final`, shape (n, states).
    """

    def __init__(self, kernel: Kernel, given: dict[str, Any], status: NDArray[np.int64], *, final: bool) -> None:
        self.kernel = kernel
        self.given = given
        self.persons = len(given["parameters"])
        self.times = given["time_count"]
        self.columns = kernel.wanted.columns
        self.status = status.copy()
        self.steps = np.zeros(self.persons, dtype=np.int64)
        self.reached = np.zeros(self.persons)
        self.final = np.full((self.persons if final else 0, len(kernel.program.facts["states"])), np.nan)
        # `values` is set by each call
        arrays = given | self._filled() | {"values": 0}
        plain = [_plain(arrays[name]) for name in ARGUMENTS]
        self._arguments = np.array(plain, dtype=np.uint64)

    def run(self, start: int, stop: int, curves: NDArray[np.float64]) -> None:
        """Simulate some persons.

        Args:
            start: the first person.
            stop: who follows the last one.
            curves: shape (stop - start, times, columns), filled.
        """
        arguments = self.arguments(start, curves)
        row = 8 * self.kernel.lanes
        size = self.kernel.program.facts["rows"] * row
        memory = np.zeros(size + row, dtype=np.uint8)
        aligned = -(-memory.ctypes.data // row) * row
        self.kernel.program.run(arguments.ctypes.data, start, stop, aligned)

    def arguments(self, start: int, curves: NDArray[np.float64]) -> NDArray[np.uint64]:
        """The numbers of the call that writes the curves of the persons from ``start`` on."""
        arguments = self._arguments.copy()
        # the code counts persons from 0, and so its array of curves begins before ours
        arguments[_VALUES] = (curves.ctypes.data - start * self.times * self.columns * 8) % _ALIKE
        return arguments

    def _filled(self) -> dict[str, Any]:
        """Arrays that the code fills, but the curves."""
        final = self.final if len(self.final) else 0
        return {"status": self.status, "steps": self.steps, "reached": self.reached, "final": final}

    def entries(self, start: int, stop: int, curves: NDArray[np.float64]) -> dict[str, Any]:
        """All that the code reads and fills for some persons, by name: views of the arrays here."""
        given = {n: v[start:stop] if n not in _SHARED and np.ndim(v) >= 2 else v for n, v in self.given.items()}
        filled = {n: v if isinstance(v, int) else v[start:stop] for n, v in self._filled().items()}
        return given | filled | {"values": curves}

    def outcome(self, start: int, stop: int) -> Harvest:
        """How some persons ended, without curves."""
        span = slice(start, stop)
        final = self.final[span] if len(self.final) else None
        return Harvest(start, self.status[span].astype(np.int8), self.steps[span], self.reached[span], final)

    def digest(self) -> str:
        """Of everything that the curves depend on but the processor."""
        digest = hashlib.sha256()
        kernel = self.kernel
        digest.update(repr((kernel.model.sbml, kernel.wanted)).encode())
        for name, value in sorted(self.given.items()):
            digest.update(f"\0{name}\0{np.shape(value)}\0".encode())
            digest.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return digest.hexdigest()

    def part(self, start: int, stop: int, kernel: bytes, recipe: Recipe) -> Part:
        """What another process needs to simulate some persons.

        Args:
            start: the first person.
            stop: who follows the last one.
            kernel: see :func:`packed`.
            recipe: what is wanted.
        """
        mine = {n: v if n in _SHARED else _rows(v, start, stop) for n, v in self.given.items()}
        own = replace(recipe, times=mine["times"]) if recipe.times.ndim > 1 else recipe
        return Part(kernel, mine, self.status[start:stop].copy(), start, own, final=bool(len(self.final)))


def _plain(value: Any) -> int:  # noqa: ANN401 - an array, or a number already
    return int(value.ctypes.data if isinstance(value, np.ndarray) else value)


def _rows(value: Any, start: int, stop: int) -> Any:  # noqa: ANN401 - an array, or a number
    return np.ascontiguousarray(value[start:stop]) if np.ndim(value) >= 2 else value


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a population on its way to another process or machine.

    Attributes:
        kernel: the kernel with its machine code, see :func:`packed`.
        given: the arrays that the code reads, cut to these persons.
        status: who is to be left out, shape (n,).
        start: number of the first person in the population.
        recipe: what is wanted of the curves.
        final: whether the states at the last time are wanted.
    """

    kernel: bytes
    given: dict[str, Any]
    status: NDArray[np.int64]
    start: int
    recipe: Recipe
    final: bool


def packed(kernel: Kernel) -> bytes:
    """A kernel with its machine code, small enough to travel with every part.

    It travels with every part, and not once ahead, so that a worker that comes late or comes back has all it needs.
    """
    return zlib.compress(pickle.dumps(kernel), 6)


@lru_cache(maxsize=8)
def _unpacked(content: bytes) -> Kernel:
    kernel: Kernel = pickle.loads(zlib.decompress(content))  # noqa: S301 - sent by the process that asks for the result
    return kernel


def run_part(part: Part) -> Harvest:
    """Simulate a part; called in the other process.

    Raises:
        EngineError: this process has another version of the engine.
    """
    kernel = _unpacked(part.kernel)
    missing = set(ARGUMENTS) - set(part.given) - set(_RESULTS)
    if missing:
        raise EngineError(f"A worker has another version of the engine, which needs {sorted(missing)}; install one.")
    job = Job(kernel, part.given, part.status, final=part.final)
    curves = np.empty((job.persons, job.times, job.columns))
    job.run(0, job.persons, curves)
    return part.recipe.harvest(replace(job.outcome(0, job.persons), start=part.start), curves)
