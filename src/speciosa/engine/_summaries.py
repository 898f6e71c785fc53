"""Numbers that sum up a curve: their names, the windows they are for, the times they need, and their computation.

Peak, trough and time above a level are taken from the curve on a grid: the output times, the window's ends, and both
sides of every dose and infusion end. The area is an integral that the solver carries along, as exact as a state.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine._dosing import Dosing
from speciosa.errors import EngineError

__all__ = [
    "DOSING_INTERVAL",
    "Measure",
    "SummaryPlan",
    "Windows",
    "corners",
    "measures",
    "plan",
    "shared_doses",
    "windows",
]

Windows: TypeAlias = "str | tuple[float, float] | Sequence[tuple[float, float]] | NDArray[np.float64] | None"
"""``(start, end)``, several of them, ``"dosing interval"``, or None for the whole time."""

DOSING_INTERVAL: Final = "dosing interval"
_PLAIN: Final = ("cmax", "tmax", "cmin", "trough", "auc", "average")
_WITH_LEVEL: Final = re.compile(r"(time_above|time_below)\(\s*([^()]+?)\s*\)")
_OF_AREA: Final = ("auc", "average")


@dataclass(frozen=True)
class Measure:
    """One number per person and window.

    Attributes:
        output: name of the output.
        name: as it was asked for, such as ``cmax`` or ``time_above(10)``.
        kind: the name without its level.
        level: of ``time_above`` and ``time_below``, in the output's unit; else 0.
    """

    output: str
    name: str
    kind: str
    level: float = 0.0

    @property
    def of_area(self) -> bool:
        """Whether it is computed from the area under the curve."""
        return self.kind in _OF_AREA


def measures(wanted: Mapping[str, str | Sequence[str]], outputs: Sequence[str]) -> tuple[Measure, ...]:
    """Read what is asked for.

    Args:
        wanted: per output one or more of ``cmax`` (largest value), ``tmax`` (its time, the first of several), ``cmin``
            (smallest), ``trough`` (value at the window's end, before a dose there), ``auc`` (area), ``average``
            (area / length), ``time_above(x)`` and ``time_below(x)``.
        outputs: the outputs that there are.

    Raises:
        EngineError: an output or a measure is unknown.
    """
    found: list[Measure] = []
    for output, names in wanted.items():
        if output not in outputs:
            raise EngineError(f"The summary of {output!r} is no output of this kernel; it computes {tuple(outputs)}.")
        for name in (names,) if isinstance(names, str) else names:
            measure = _measure(output, str(name))
            if any((measure.kind, measure.level) == (m.kind, m.level) for m in found if m.output == output):
                raise EngineError(f"The summary {name!r} of {output!r} is asked for twice.")
            found.append(measure)
    if not found:
        raise EngineError("summaries is empty; name at least one, such as {'plasma': ('cmax', 'auc')}.")
    return tuple(found)


def _measure(output: str, name: str) -> Measure:
    if name in _PLAIN:
        return Measure(output, name, name)
    match = _WITH_LEVEL.fullmatch(name.strip())
    if match:
        try:
            level = float(match[2])
        except ValueError:
            level = np.nan
        if np.isfinite(level):
            return Measure(output, name, match[1], level)
    known = ", ".join(_PLAIN)
    raise EngineError(
        f"The summary {name!r} of {output!r} is unknown; expected {known}, time_above(x) or time_below(x)."
    )


def windows(given: Windows, first: float, last: float, doses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Start and end of each window, shape (w, 2).

    Args:
        given: see :data:`Windows`; a dosing interval goes from one dose to the next, the last one to the end.
        first: when the run starts.
        last: the last output time.
        doses: times of the doses, ascending.

    Raises:
        EngineError: a window is empty, not a number, or reaches beyond the simulated time; or there is no dose.
    """
    if given is None:
        edges: ArrayLike = [(first, last)]
    elif isinstance(given, str):
        if given != DOSING_INTERVAL:
            raise EngineError(f"window is {given!r}; expected two times, or {DOSING_INTERVAL!r}.")
        starts = doses[doses < last]
        if not len(starts):
            raise EngineError(
                f"window is {given!r}, but there is no dose, the same for all, before the last output time {last:g}."
            )
        edges = np.column_stack([starts, np.append(starts[1:], last)])
    else:
        edges = given
    try:
        found = np.atleast_2d(np.array(edges, dtype=np.float64))
    except (TypeError, ValueError):
        raise EngineError(f"window is {str(given)[:80]!r}; expected a start and an end.") from None
    if found.ndim != 2 or found.shape[1] != 2 or not len(found):
        raise EngineError(f"window has the shape {found.shape}; expected a start and an end, or several of them.")
    for start, end in found:
        if not first <= start < end <= last:
            raise EngineError(
                f"The window {start:g} to {end:g} is not in order between the start {first:g} and the end {last:g}."
            )
    return found


def shared_doses(dosing: Dosing) -> NDArray[np.float64]:
    """Times of the doses, ascending; none where persons have records of their own.

    Else the grid, and with it a person's summaries, would depend on who else is simulated.
    """
    own = dosing.regimen is not None and len(dosing.regimen.people) > 1
    return np.empty(0) if own else np.unique(dosing.time)


def corners(dosing: Dosing) -> NDArray[np.float64]:
    """Times at which every person's curves may jump or bend: doses, and ends of infusions that are the same for all.

    An end that differs between persons is left out, or a person's summaries would depend on who else is simulated.
    """
    doses, drip = shared_doses(dosing), dosing.rate > 0
    if dosing.amount.ndim > 1 or not len(doses):
        return doses
    return np.union1d(doses, dosing.time[drip] + dosing.amount[drip] / dosing.rate[drip])


@dataclass(frozen=True, eq=False)
class SummaryPlan:
    """What a chunk of curves is reduced to; picklable.

    Attributes:
        measures: the numbers.
        windows: start and end of each window, shape (w, 2).
        grid: the times that are computed, shape (g,).
        bounds: first and last place in the grid of each window, shape (w, 2).
        own: place in the grid of each output time, shape (m,).
        columns: per measure the column of its output in the curves.
        areas: per measure the column of its area, or -1.
    """

    measures: tuple[Measure, ...]
    windows: NDArray[np.float64]
    grid: NDArray[np.float64]
    bounds: NDArray[np.int64]
    own: NDArray[np.int64]
    columns: tuple[int, ...]
    areas: tuple[int, ...]

    def reduce(self, curves: NDArray[np.float64]) -> NDArray[np.float64]:
        """The numbers of some persons.

        Every operation runs along the times of one person, in their order, so that no bit depends on who else is in
        the chunk.

        Args:
            curves: shape (n, g, outputs).

        Returns:
            shape (n, w, measures).
        """
        result = np.empty((len(curves), len(self.windows), len(self.measures)))
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            for row, (first, final) in enumerate(self.bounds):
                length = self.windows[row, 1] - self.windows[row, 0]
                times = self.grid[first : final + 1]
                for place, measure in enumerate(self.measures):
                    if measure.of_area:
                        area = curves[:, final, self.areas[place]] - curves[:, first, self.areas[place]]
                        result[:, row, place] = area if measure.kind == "auc" else area / length
                    else:
                        curve = curves[:, first : final + 1, self.columns[place]]
                        result[:, row, place] = _number(measure, times, curve)
        return result


def _number(measure: Measure, times: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """One number of each curve, shape (n,); NaN where the curve is not a number somewhere."""
    if measure.kind == "trough":
        return curve[:, -1]
    if measure.kind == "cmin":
        return np.asarray(curve.min(axis=1))
    if measure.kind in {"cmax", "tmax"}:
        largest = np.asarray(curve.max(axis=1))
        return largest if measure.kind == "cmax" else np.where(np.isnan(largest), np.nan, times[curve.argmax(axis=1)])
    above = measure.kind == "time_above"
    level = measure.level if above else -measure.level
    return _time_above(level, times, curve if above else -curve)


def _time_above(level: float, times: NDArray[np.float64], curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time above a level, the curve taken as straight between two times."""
    low, high = np.minimum(curve[:, :-1], curve[:, 1:]), np.maximum(curve[:, :-1], curve[:, 1:])
    share = np.where(low > level, 1.0, np.where(high > level, (high - level) / (high - low), 0.0))
    share[np.isnan(low)] = np.nan
    # accumulate adds in order; sum would choose an order by the shape of the chunk
    return np.asarray(np.add.accumulate(share * np.diff(times), axis=1)[:, -1])


def plan(
    wanted: tuple[Measure, ...],
    edges: NDArray[np.float64],
    times: NDArray[np.float64],
    bends: NDArray[np.float64],
    refine: int,
    outputs: Sequence[str],
    areas: Sequence[str],
) -> SummaryPlan:
    """Lay out the times to compute and where each window lies among them.

    Args:
        wanted: the measures.
        edges: the windows, shape (w, 2).
        times: output times, shape (m,).
        bends: times at which curves may jump or bend, see :func:`corners`.
        refine: into how many equal parts each interval of the grid is divided.
        outputs: the outputs; their order is that of the columns of the curves.
        areas: the outputs whose areas follow them.
    """
    inside = bends[bends <= times[-1]]
    grid = np.unique(np.concatenate([times, edges.ravel(), inside]))
    if refine > 1:
        parts = [grid[:-1] + np.diff(grid) * (k / refine) for k in range(1, refine)]
        grid = np.unique(np.concatenate([grid, *parts]))
    # an output at the time of a dose is taken after it; the moment before it is the next smaller number
    before = np.nextafter(inside[inside > 0], -np.inf)
    grid = np.unique(np.concatenate([grid, before]))
    ends = np.where(np.isin(edges[:, 1], inside), np.nextafter(edges[:, 1], -np.inf), edges[:, 1])
    return SummaryPlan(
        measures=wanted,
        windows=edges,
        grid=grid,
        bounds=np.column_stack([np.searchsorted(grid, edges[:, 0]), np.searchsorted(grid, ends)]),
        own=np.searchsorted(grid, times),
        columns=tuple(list(outputs).index(m.output) for m in wanted),
        areas=tuple(len(outputs) + list(areas).index(m.output) if m.of_area else -1 for m in wanted),
    )
