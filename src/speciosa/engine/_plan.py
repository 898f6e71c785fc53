"""What a run reads, and what planning it needs of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._dosing import Schedule

if TYPE_CHECKING:
    from speciosa.engine._model import Model

__all__ = ["Floats", "Limits", "Machinery", "Plan", "Whole", "empty_schedule"]

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Limits:
    """How exactly and how long a run may work; ``atol`` in the order of the state vector."""

    rtol: float
    atol: Floats
    max_steps: int
    chunk: int
    threads: int


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a run reads; states in the order of the state vector.

    Attributes:
        values: varied parameters, shape (n, varied).
        times: output times, shape (m,), or (n, m) where persons have their own; a short row ends with its last time.
        counts: how many of these are real, shape (n,); None where all are.
        schedule: what happens when.
        start: start times, shape (1,) or (n,).
        status: 0, or why a person is left out, shape (n,).
        initial: given initial states, shape (n, states); None for the model's own.
        reset: what a reset returns to, alike.
        tables: states that the schedule loads or adds, shape (k, states).
        people: names of the persons, where the records give them.
    """

    values: Floats
    times: Floats
    schedule: Schedule
    start: Floats
    status: Whole
    counts: Whole | None = None
    initial: Floats | None = None
    reset: Floats | None = None
    tables: Floats | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Machinery:
    """What planning needs of a kernel.

    Attributes:
        model: the model.
        vary: its varied parameters.
        states: names in the order of the state vector.
        resting: which of them must come to rest in a steady state.
        final: runs a plan; states at each person's last time before what happens then, and status.
        rest: the states at rest for (values, given states or None, infusion rates or None, time), and status.
        rtol: the run's relative tolerance.
        atol: the run's absolute tolerances, in the order of the state vector.
    """

    model: Model
    vary: tuple[str, ...]
    states: tuple[str, ...]
    resting: NDArray[np.bool_]
    final: Callable[[Plan], tuple[Floats, Whole]]
    rest: Callable[[Floats, Floats | None, Floats | None, float], tuple[Floats, Whole]]
    rtol: float
    atol: Floats


def empty_schedule() -> Schedule:
    """Nothing happens."""
    return Schedule(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64))
