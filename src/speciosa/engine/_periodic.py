"""The state at which a dose given for ever finds a person: a fixed point of one period.

One period maps the states at its beginning to those at its end. Repeating it is the run-in that patients know; each
repetition is accelerated by Anderson's method, which combines the last results so that what is left over becomes least
(D. G. Anderson, Journal of the ACM 12 (1965) 547-560; type II of H. Fang, Y. Saad, Numerical Linear Algebra with
Applications 16 (2009) 197-221). A linear model of k slow rates needs some k + 2 periods, whatever its half-lives.
The weights of the combination add up to 1, so totals that the model keeps are kept.

Where a model is so far from linear that the combinations lead astray, a longer plain run-in comes before a new attempt.

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
Whole: TypeAlias = NDArray[np.int64]
Period: TypeAlias = "Callable[[NDArray[np.int64], Floats], tuple[Floats, NDArray[np.int64]]]"
"""(which problems, their states) → states a period later, and the status of each."""

_MEMORY: Final = 8
_RUN_INS: Final = (3, 60, 240)  # plain periods before each attempt; the later ones are for who is not found at once
_ATTEMPT: Final = 120  # accelerated periods of an attempt
_LEAP: Final = 100.0
_FAR: Final = 1e3
_LITTLE: Final = 0.01
_AWAY: Final = (1e9, 1e6)  # larger than in the run-in: the state, and all states together
_DEPENDENT: Final = 1e-7  # a difference that lies so much in the others says nothing new


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What to find, and how exactly; see :func:`fixed_points`."""

    period: Period
    resting: NDArray[np.bool_]
    rtol: float
    atol: Floats

    def repeat(self, rows: Whole, here: Floats) -> tuple[Floats, Whole, NDArray[np.bool_]]:
        """A period: states, status, and whose states are no numbers."""
        result, fate = self.period(rows, here)
        result[:, ~self.resting] = here[:, ~self.resting]
        return result, fate, np.asarray((fate != 0) | ~np.isfinite(result).all(axis=1))


@dataclass
class _Memory:
    """Differences between periods, of changes and of results, newest first; each of shape (n, states)."""

    changes: list[Floats]
    results: list[Floats]
    last: tuple[Floats, Floats] | None = None

    def learn(self, change: Floats, result: Floats, broken: NDArray[np.bool_]) -> None:
        """Remember a period; what was before a broken one is forgotten."""
        if self.last is not None:
            self.changes.insert(0, change - self.last[0])
            self.results.insert(0, result - self.last[1])
            del self.changes[_MEMORY:], self.results[_MEMORY:]
        for difference in (*self.changes, *self.results):
            difference[broken] = 0.0
        self.last = (change, result)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Go on with some only."""
        self.changes = [item[which] for item in self.changes]
        self.results = [item[which] for item in self.results]
        if self.last is not None:
            self.last = (self.last[0][which], self.last[1][which])


def fixed_points(
    period: Period, start: Floats, resting: NDArray[np.bool_], rtol: float, atol: Floats, unreached: int
) -> tuple[Floats, Whole]:
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
    wanted = _Wanted(period, resting, rtol, atol)
    found, status = start.copy(), np.full(len(start), unreached, dtype=np.int64)
    rows, here = np.arange(len(start)), start.copy()
    scale, added = np.zeros_like(start), np.zeros_like(start)
    for count in _RUN_INS:
        for _ in range(count if len(rows) else 0):
            result, fate, broken = wanted.repeat(rows, here)
            status[rows[broken & (fate != 0)]] = fate[broken & (fate != 0)]
            if count == _RUN_INS[0]:
                scale, added = np.maximum(scale, np.abs(result)), np.maximum(added, np.abs(result - here))
            rows, here, scale, added = rows[~broken], result[~broken], scale[~broken], added[~broken]
        states, rested = _accelerate(wanted, rows, here, scale, added)
        found[rows[rested]], status[rows[rested]] = states[rested], 0
        rows, here, scale, added = rows[~rested], here[~rested], scale[~rested], added[~rested]
    return found, status


def _accelerate(
    wanted: _Wanted, rows: Whole, here: Floats, scale: Floats, added: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """One attempt; the largest states and changes of the first run-in are given. States, and who is at rest."""
    found, reached = here.copy(), np.zeros(len(rows), dtype=np.bool_)
    places, safe, memory = np.arange(len(rows)), here.copy(), _Memory([], [])
    for count in range(_ATTEMPT):
        if not len(places):
            break
        result, _, broken = wanted.repeat(rows[places], here)
        result[broken] = safe[broken]  # where an acceleration led nowhere, the last plain result goes on
        change = np.where(broken[:, None], 0.0, result - here)
        memory.learn(change, result, broken)
        allowed = wanted.rtol * np.maximum(np.abs(here), np.abs(result)) + wanted.atol
        correction = accelerated(memory.changes, memory.results, change / allowed, allowed)
        correction = _within_reason(result, correction)
        size = np.maximum(np.abs(change), np.abs(correction)) / allowed
        large = scale[places], added[places]
        away = _is_away(result, large[0])
        rested = (size <= 1.0).all(axis=1) & ~broken & ~away & ~_runs_away(result, change, *large, wanted.atol)
        rested &= count > 0
        found[places[rested]] = (result - correction)[rested]
        reached[places[rested]] = True
        go_on = ~(rested | away)
        memory.keep(go_on)
        safe, here, places = result[go_on], (result - correction)[go_on], places[go_on]
    return found, reached


def _runs_away(result: Floats, change: Floats, scale: Floats, added: Floats, atol: Floats) -> NDArray[np.bool_]:
    """A state that grows without end is soon so large that what a period adds seems little."""
    return np.asarray(((np.abs(result) > _FAR * scale) & (np.abs(change) > _LITTLE * added + atol)).any(axis=1))


def _is_away(result: Floats, scale: Floats) -> NDArray[np.bool_]:
    """So far away that rounding eats what a period adds: nothing could be said of it any more."""
    among_all = _AWAY[1] * scale.max(axis=1)[:, None]
    return np.asarray(((np.abs(result) > _AWAY[0] * scale) & (np.abs(result) > among_all)).any(axis=1))


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
