"""A time course made readable: panels to draw, a sentence, a table of few times."""

import math
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

from speciosa.exposure import Curve, Scenario
from speciosa.reports._words import NO_SPREAD, SHARE, hours, number, sentence_case, span, unit_of

MOST_POINTS = 400
_CLOSE_H = 24.0
_TWO_PANELS_FROM_H = 48.0
_DAY = 24.0
_TABLE_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 35, 42, 56, 70, 84)
_TABLE_H = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 12.0, *(_DAY * day for day in _TABLE_DAYS))
_BY_DAY_FROM_H = 240.0
_FALLING = ("CYP3A_", "breathing.ventilation", "breathing.response")  # beginnings of keys whose fall matters
_SLOW = frozenset({"withdrawal", "adaptation"})  # keys of curves of which the first day shows nothing
_EITHER_WAY = (".level",)  # ends of keys over baseline: what is farthest from it matters
_LOGARITHMIC = frozenset({"concentration", "brain"})
_COLUMNS = ("median", "variability_low", "variability_high", "uncertainty_low", "uncertainty_high")

GROUPS = {
    "concentration": "Concentration in blood",
    "brain": "Concentration in the brain",
    "occupancy": "Opioid receptors held, and their response",
    "targets": "Other targets held",
    "breathing": "Breathing",
    "heart": "Heart rhythm",
    "withdrawal": "Tolerance and withdrawal",
    "monoamine": "Serotonin, noradrenaline, dopamine",
    "enzyme": "Enzymes left active",
}
"""Group of curves → heading, in the order of the report; other groups follow under their own name."""


@dataclass(frozen=True)
class Panel:
    """One picture of a curve.

    Attributes:
        name: ``start`` or ``whole``; unique within a curve.
        title: what part of the time it shows.
        until: last time shown, h.
        in_days: the abscissa counts days.
        logarithmic: the ordinate is logarithmic.
        by_day: one point for each day, its highest (or lowest) value.
    """

    name: str
    title: str
    until: float
    in_days: bool
    logarithmic: bool = False
    by_day: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a curve's table, in words."""

    time: str
    median: str
    variability: str
    uncertainty: str


def groups(scenario: Scenario) -> tuple[tuple[str, str, tuple[Curve, ...]], ...]:
    """Curves by group: (group, heading, curves)."""
    names = [*GROUPS, *dict.fromkeys(c.group for c in scenario.curves if c.group not in GROUPS)]
    gathered = ((name, tuple(c for c in scenario.curves if c.group == name)) for name in names)
    return tuple((name, GROUPS.get(name, sentence_case(name)), curves) for name, curves in gathered if curves)


def _falls(curve: Curve) -> bool:
    """Whether the low points of a curve matter; where either may, those of the side farther from baseline."""
    if curve.key.endswith(_EITHER_WAY):
        known = [v for v in curve.median if math.isfinite(v) and v > 0.0]
        return bool(known) and min(known) * max(known) < 1.0
    return curve.key.startswith(_FALLING)


def drawable(curve: Curve) -> bool:
    """There is at least one number to draw."""
    return len(curve.time_h) > 1 and any(math.isfinite(v) for v in curve.median)


def panels(curve: Curve) -> tuple[Panel, ...]:
    """The first day, where most happens, and the whole time, where it is longer than two days."""
    end = curve.time_h[-1]
    if end <= _TWO_PANELS_FROM_H:
        return (Panel("whole", f"All {hours(end)}", end, in_days=False),)
    start = () if curve.key in _SLOW else (Panel("start", "First 24 hours", _CLOSE_H, in_days=False),)
    if end > _BY_DAY_FROM_H:  # the teeth of four weeks of doses hide both bands
        extreme = "lowest" if _falls(curve) else "highest"
        return (*start, Panel("whole", f"The {extreme} value of each day", end, in_days=True, by_day=True))
    logarithmic = curve.group in _LOGARITHMIC and any(v > 0 for v in curve.median)
    return (*start, Panel("whole", f"All {hours(end)}", end, in_days=True, logarithmic=logarithmic))


def points(curve: Curve, panel: Panel) -> dict[str, list[float]]:
    """The columns of a curve that a panel draws, at no more than 400 points each."""
    return _columns(curve, list(_each_day(curve).values())) if panel.by_day else _thinned(curve, panel.until)


def _each_day(curve: Curve) -> dict[int, int]:
    """Day, from 1 → index of its moment at which the median person is highest, or lowest where the curve falls."""
    days: dict[int, list[int]] = {}
    for i, (time, value) in enumerate(zip(curve.time_h, curve.median, strict=True)):
        if math.isfinite(value):
            days.setdefault(int(time // _DAY) + 1, []).append(i)
    extreme = min if _falls(curve) else max
    return {day: extreme(moments, key=curve.median.__getitem__) for day, moments in days.items()}


def _thinned(curve: Curve, until: float, most: int = MOST_POINTS) -> dict[str, list[float]]:
    """The columns of a curve up to a time, at no more than ``most`` points.

    A long curve is cut into equal stretches; of each the lowest and the highest point of the median stay, so that
    peaks and troughs of every dose are kept.
    """
    last = bisect_left(curve.time_h, until + 1e-9)
    kept = list(range(last))
    if last > most:
        stretches = (most - 2) // 2
        edges = [round(i * last / stretches) for i in range(stretches + 1)]
        chosen = {0, last - 1}
        for start, stop in pairwise(edges):
            stretch = sorted(range(start, stop), key=curve.median.__getitem__)
            chosen |= {stretch[0], stretch[-1]}
        kept = sorted(chosen)
    return _columns(curve, kept)


def _columns(curve: Curve, kept: list[int]) -> dict[str, list[float]]:
    return {name: [getattr(curve, name)[i] for i in kept] for name in ("time_h", *_COLUMNS)}


def sentence(scenario: Scenario, curve: Curve) -> str:
    """What the picture of a curve shows: the extreme of the median person, and both spreads at that time."""
    unit = unit_of(curve.key, curve.unit)
    if not drawable(curve):
        return "Not determined: no run at the central parameters ended well."
    falls = _falls(curve)
    known = [i for i, v in enumerate(curve.median) if math.isfinite(v)]
    at = (min if falls else max)(known, key=curve.median.__getitem__)
    says = (
        f"The median person {'falls to' if falls else 'reaches'} {number(curve.median[at], unit)} "
        f"{hours(curve.time_h[at])} after the first dose. People differ: 90 % of them are then within "
        f"{span(curve.variability_low[at], curve.variability_high[at], unit)}."
    )
    if scenario.draws < 2:
        return f"{says} What we do not know was not computed."
    return (
        f"{says} We do not know the parameters exactly: 90 % of the draws put the median person within "
        f"{span(curve.uncertainty_low[at], curve.uncertainty_high[at], unit)}."
    )


def table(scenario: Scenario, curve: Curve) -> tuple[Row, ...]:
    """What the pictures show at a few times: early hours, then days, and the end."""
    end = curve.time_h[-1]
    if not any(panel.by_day for panel in panels(curve)):
        moments = [_nearest(curve.time_h, time) for time in (*(t for t in _TABLE_H if t < end), end)]
        return tuple(_row(scenario, curve, i, hours(curve.time_h[i])) for i in dict.fromkeys(moments))
    extreme, days = "lowest" if _falls(curve) else "highest", _each_day(curve)
    early = dict.fromkeys(_nearest(curve.time_h, time) for time in _TABLE_H if time < _DAY)
    shown = [day for day in days if day in _TABLE_DAYS or day == max(days)]
    return (
        *(_row(scenario, curve, i, hours(curve.time_h[i])) for i in early),
        *(_row(scenario, curve, days[day], f"{extreme} of day {day}") for day in shown),
    )


def _row(scenario: Scenario, curve: Curve, i: int, time: str) -> Row:
    unit = unit_of(curve.key, curve.unit)
    return Row(
        time=time,
        median=number(curve.median[i], unit),
        variability=span(curve.variability_low[i], curve.variability_high[i], unit),
        uncertainty=NO_SPREAD
        if scenario.draws < 2
        else span(curve.uncertainty_low[i], curve.uncertainty_high[i], unit),
    )


def _nearest(times: tuple[float, ...], wanted: float) -> int:
    return min(range(len(times)), key=lambda i: abs(times[i] - wanted))


def scale(curve: Curve) -> float:
    """What to multiply values by before drawing: shares are drawn in per cent."""
    return 100.0 if unit_of(curve.key, curve.unit) == SHARE else 1.0
