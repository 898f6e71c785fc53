"""The arrays of one call of the machine code, for a population or for the part of it that goes to another process."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._dosing import Schedule
from speciosa.engine._recipe import Harvest, Recipe
from speciosa.engine._workspace import ARGUMENTS, WORDS
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._kernel import Kernel

__all__ = ["Job", "Part", "entries", "packed", "run_part"]

_VALUES = ARGUMENTS.index("values")
_RESULTS = ("values", "status", "steps", "reached")
_ALIKE = 1 << 64  # addresses count modulo 2^64


def entries(
    parameters: NDArray[np.float64],
    times: NDArray[np.float64],
    schedule: Schedule,
    rtol: float,
    atol: NDArray[np.float64],
    max_steps: int,
) -> dict[str, Any]:
    """What the code reads, by the names of :data:`~._workspace.ARGUMENTS`.

    An array of two or more dimensions has one row per person; the others are shared.
    """
    count = schedule.time.shape[-1]
    return {
        "parameters": parameters,
        "times": times,
        "time_count": len(times),
        "event_time": schedule.time,
        "event_target": schedule.target,
        "event_amount": schedule.amount,
        "event_count": count,
        "event_stride": count if schedule.time.ndim == 2 else 0,
        "amount_stride": count if schedule.amount.ndim == 2 else 0,
        "infused": schedule.infused,
        "infused_count": len(schedule.infused),
        "relative": np.array([rtol]),
        "absolute": atol,
        "max_steps": np.array([float(max_steps)]),
    }


class Job:
    """The arrays of a run, kept alive while the code reads and fills them; used by many threads.

    Args:
        kernel: the code.
        given: see :func:`entries`.
        status: shape (n,), filled; who is not 0 is left out. By default whoever has a parameter that is NaN.
    """

    def __init__(self, kernel: Kernel, given: dict[str, Any], status: NDArray[np.int64] | None = None) -> None:
        self.kernel = kernel
        self.given = given
        self.persons = len(given["parameters"])
        self.times = given["time_count"]
        self.columns = len(kernel.outputs) + len(kernel.areas)
        if status is None:
            bad = np.isnan(given["parameters"]).any(axis=1)
            status = np.where(bad, WORDS.index("bad parameter"), 0).astype(np.int64)
        self.status = status
        self.steps = np.zeros(self.persons, dtype=np.int64)
        self.reached = np.zeros(self.persons)
        # `values` is set by each call
        arrays = given | {"status": status, "steps": self.steps, "reached": self.reached, "values": 0}
        plain = [_plain(arrays[name]) for name in ARGUMENTS]
        self._arguments = np.array(plain, dtype=np.uint64)

    def run(self, start: int, stop: int, curves: NDArray[np.float64]) -> None:
        """Simulate some persons.

        Args:
            start: the first person.
            stop: who follows the last one.
            curves: shape (stop - start, times, columns), filled.
        """
        arguments = self._arguments.copy()
        # the code counts persons from 0, and so its array of curves begins before ours
        arguments[_VALUES] = (curves.ctypes.data - start * self.times * self.columns * 8) % _ALIKE
        row = 8 * self.kernel.lanes
        size = self.kernel.program.facts["rows"] * row
        memory = np.zeros(size + row, dtype=np.uint8)
        aligned = -(-memory.ctypes.data // row) * row
        self.kernel.program.run(arguments.ctypes.data, start, stop, aligned)

    def digest(self) -> str:
        """Of everything that the curves depend on but the processor."""
        digest = hashlib.sha256()
        kernel = self.kernel
        digest.update(repr((kernel.model.sbml, kernel.outputs, kernel.formulas, kernel.vary, kernel.areas)).encode())
        for name, value in sorted(self.given.items()):
            digest.update(f"\0{name}\0{np.shape(value)}\0".encode())
            digest.update(np.ascontiguousarray(value).tobytes() if np.ndim(value) < 2 else b"")
            for row in value if np.ndim(value) >= 2 else ():
                digest.update(np.ascontiguousarray(row).tobytes())
        return digest.hexdigest()

    def part(self, start: int, stop: int, kernel: bytes, recipe: Recipe) -> Part:
        """What another process needs to simulate some persons.

        Args:
            start: the first person.
            stop: who follows the last one.
            kernel: see :func:`packed`.
            recipe: what is wanted.
        """
        mine = {name: _rows(value, start, stop) for name, value in self.given.items()}
        return Part(kernel, mine, self.status[start:stop].copy(), start, recipe)


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
    """

    kernel: bytes
    given: dict[str, Any]
    status: NDArray[np.int64]
    start: int
    recipe: Recipe


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
    job = Job(kernel, part.given, part.status)
    curves = np.empty((job.persons, job.times, job.columns))
    job.run(0, job.persons, curves)
    return part.recipe.harvest(part.start, curves, job.status, job.steps, job.reached)
