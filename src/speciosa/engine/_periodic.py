"""The state at which a dose given for ever finds a person: a fixed point of one period.

One period maps the states at its beginning to those at its end. Repeating it is the run-in that patients know; each
repetition is accelerated by Anderson's method, which combines the last results so that what is left over becomes least
(D. G. Anderson, Journal of the ACM 12 (1965) 547-560; type II of H. Fang, Y. Saad, Numerical Linear Algebra with
Applications 16 (2009) 197-221). A linear model of k slow rates needs some k + 2 periods, whatever its half-lives.
The weights of the combination add up to 1, so totals that the model keeps are kept.

Every person is worked on alone, in sums of fixed order: neither the number of persons nor neighbours change a bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["accelerated", "fixed_points"]

Floats: TypeAlias = NDArray[np.float64]
Period: TypeAlias = "Callable[[NDArray[np.int64], Floats], tuple[Floats, NDArray[np.int64]]]"
"""(which problems, their states) → states a period later, and the status of each."""

_MEMORY: Final = 8
_MOST_PERIODS: Final = 300
_LEAP: Final = 100.0
_FAR: Final = 1e3
_LITTLE: Final = 0.01
_DEPENDENT: Final = 1e-7  # a difference that lies so much in the others says nothing new


@dataclass
class _Memory:
    """Differences of what is left over and of results between periods, newest first; shapes (k, n, states)."""

    left: list[Floats]
    result: list[Floats]
    last: tuple[Floats, Floats] | None = None

    def learn(self, left: Floats, result: Floats) -> None:
        if self.last is not None:
            self.left.insert(0, left - self.last[0])
            self.result.insert(0, result - self.last[1])
            del self.left[_MEMORY:], self.result[_MEMORY:]
        self.last = (left, result)

    def forget(self, rows: NDArray[np.bool_]) -> None:
        """Differences of these problems are not used again."""
        for differences in (*self.left, *self.result):
            differences[rows] = 0.0

    def keep(self, rows: NDArray[np.bool_]) -> None:
        self.left = [item[rows] for item in self.left]
        self.result = [item[rows] for item in self.result]
        if self.last is not None:
            self.last = (self.last[0][rows], self.last[1][rows])


def fixed_points(
    period: Period, start: Floats, resting: NDArray[np.bool_], rtol: float, atol: Floats, unreached: int
) -> tuple[Floats, NDArray[np.int64]]:
    """States that a period brings back.

    Args:
        period: one period of some of the problems.
        start: first guess, shape (n, states).
        resting: which states must come back, shape (states,); the others stay as they are.
        rtol: how near, relative to the state …
        atol: … and absolute, shape (states,).
        unreached: status of who does not come to rest.

    Returns:
        States, shape (n, states), and status, shape (n,).
    """
    found, status = start.copy(), np.full(len(start), unreached, dtype=np.int64)
    open_rows, here = np.arange(len(start)), start.copy()
    safe = start.copy()  # where a plain repetition would go on, should an accelerated one fail
    plain = np.ones(len(start), dtype=np.bool_)
    scale: Floats | None = None  # states after the first period
    worst = np.zeros_like(start)
    memory = _Memory([], [])
    for _ in range(_MOST_PERIODS):
        if not len(open_rows):
            break
        result, fate = period(open_rows, here)
        result[:, ~resting] = here[:, ~resting]
        failed = (fate != 0) | ~np.isfinite(result).all(axis=1)
        lost = failed & plain
        status[open_rows[lost]] = np.where(fate[lost] != 0, fate[lost], unreached)
        result[failed] = safe[failed]
        left = np.where(failed[:, None], 0.0, result - here)
        allowed = rtol * np.maximum(np.abs(here), np.abs(result)) + atol
        memory.learn(left, result)
        memory.forget(failed)
        correction = accelerated(memory.left, memory.result, left / allowed, allowed)
        correction = _within_reason(result, correction)
        size = np.maximum((np.abs(left) / allowed).max(axis=1), (np.abs(correction) / allowed).max(axis=1))
        scale = np.abs(result) if scale is None else scale
        worst = np.maximum(worst, np.abs(left))
        # a state that grows without end is soon so large that what a period adds seems little, or is lost in rounding
        added = np.maximum(np.abs(left), np.spacing(np.abs(result)))
        runaway = (np.abs(result) > _FAR * scale) & (added > _LITTLE * worst + atol)
        rested = (size <= 1.0) & ~failed & ~runaway.any(axis=1) & bool(memory.left)
        found[open_rows[rested]] = (result - correction)[rested]
        status[open_rows[rested]] = 0
        go_on = ~(rested | lost)
        memory.keep(go_on)
        scale, worst = scale[go_on], worst[go_on]
        safe, here, plain = result[go_on], (result - correction)[go_on], failed[go_on]
        open_rows = open_rows[go_on]
    return found, status


def accelerated(left: list[Floats], results: list[Floats], wanted: Floats, allowed: Floats) -> Floats:
    """What to take off the last result: the combination of differences that explains what is left over.

    Args:
        left: differences of what was left over, newest first, each of shape (n, states).
        results: differences of the results, alike.
        wanted: what is left over, relative to ``allowed``, shape (n, states).
        allowed: scale of each state.

    Returns:
        Shape (n, states); least squares by Gram and Schmidt, dependent differences left out.
    """
    directions: list[Floats] = []
    upper: dict[tuple[int, int], Floats] = {}
    for column, difference in enumerate(left):
        vector = difference / allowed
        before = np.sqrt((vector * vector).sum(axis=1))
        for row, direction in enumerate(directions):
            upper[row, column] = (direction * vector).sum(axis=1)
            vector = vector - upper[row, column][:, None] * direction
        length = np.sqrt((vector * vector).sum(axis=1))
        useful = np.asarray((length > _DEPENDENT * before) & np.isfinite(length))
        upper[column, column] = np.where(useful, length, 0.0)
        directions.append(np.where(useful, 1.0, 0.0)[:, None] * vector / np.where(useful, length, 1.0)[:, None])
    weights: list[Floats] = [np.zeros(len(wanted))] * len(directions)
    for row in reversed(range(len(directions))):
        total = (directions[row] * wanted).sum(axis=1)
        for column in range(row + 1, len(directions)):
            total = total - upper[row, column] * weights[column]
        pivot = upper[row, row]
        weights[row] = np.where(pivot > 0, total / np.where(pivot > 0, pivot, 1.0), 0.0)
    correction = np.zeros_like(wanted)
    for weight, difference in zip(weights, results, strict=True):
        correction = correction + weight[:, None] * difference
    correction[~np.isfinite(correction).all(axis=1)] = 0.0
    return correction


def _within_reason(result: Floats, correction: Floats) -> Floats:
    """The correction, shortened where it would make a state negative that is not, or all a hundred times larger."""
    falls = (result >= 0) & (correction > result)
    share = np.where(falls, 0.9 * result / np.where(falls, correction, 1.0), 1.0).min(axis=1)
    most, asked = _LEAP * np.abs(result).max(axis=1), np.abs(correction).max(axis=1)
    share = np.minimum(share, np.where(asked > most, most / np.where(asked > most, asked, 1.0), 1.0))
    return np.asarray(share[:, None] * correction)
