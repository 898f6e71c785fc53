"""Curves of many runs → figures and bands, with the two spreads kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.exposure._results import Curve, Figure, Interval
from speciosa.exposure._run import Run

Array = NDArray[np.float64]

PEOPLE = "90 % of people"
DRAWS = "90 % of parameter draws, median person"
QUANTILES = (0.05, 0.95)


@dataclass(frozen=True)
class Output:
    """One recorded model symbol and how it is shown."""

    symbol: str
    key: str
    label: str
    unit: str
    group: str


OUTPUTS = (
    Output("mitragynine_blood_C_plasma", "mitragynine.plasma", "mitragynine in plasma", "nM", "concentration"),
    Output(
        "hydroxymitragynine_blood_C_plasma",
        "7-hydroxymitragynine.plasma",
        "7-hydroxymitragynine in plasma",
        "nM",
        "concentration",
    ),
    Output("mitragynine_brain_Cu", "mitragynine.brain", "unbound mitragynine in brain", "nM", "brain"),
    Output(
        "hydroxymitragynine_brain_Cu",
        "7-hydroxymitragynine.brain",
        "unbound 7-hydroxymitragynine in brain",
        "nM",
        "brain",
    ),
    Output("MOR_occupancy", "MOR.occupancy", "mu-opioid receptors held by either alkaloid", "", "occupancy"),
    Output(
        "mitragynine_MOR_occupancy",
        "MOR.occupancy.mitragynine",
        "mu-opioid receptors held by mitragynine",
        "",
        "occupancy",
    ),
    Output(
        "hydroxymitragynine_MOR_occupancy",
        "MOR.occupancy.7-hydroxymitragynine",
        "mu-opioid receptors held by 7-hydroxymitragynine",
        "",
        "occupancy",
    ),
    Output("CYP3A_gut_active", "CYP3A_gut", "active CYP3A of the small intestine, over baseline", "", "enzyme"),
    Output("CYP3A_liver_E", "CYP3A_liver", "active CYP3A of the liver, over baseline", "", "enzyme"),
)
PLASMA = {"mitragynine": "mitragynine_blood_C_plasma", "7-hydroxymitragynine": "hydroxymitragynine_blood_C_plasma"}


def figure(key: str, label: str, values: Array, unit: str, run: Run, rows: Sequence[str] = ()) -> Figure | None:
    """One number per run → the median person with both spreads; ``None`` when no central run ended well.

    Args:
        key: machine name.
        label: in words.
        values: (runs,).
        unit: of the values.
        run: tells people from draws and failed runs from good ones.
        rows: knowledge rows behind the number.
    """
    good = run.ok & np.isfinite(values)
    central = values[good & (run.plan.draw == 0)]
    if central.size == 0:
        return None
    low, high = np.quantile(central, QUANTILES)
    return Figure(
        key=key,
        label=label,
        value=float(np.median(central)),
        unit=unit,
        variability=Interval(low=float(low), high=float(high), covers=PEOPLE) if central.size > 1 else None,
        uncertainty=_uncertainty(values, good, run),
        rows=tuple(rows),
    )


def curve(output: Output, run: Run) -> Curve:
    """One output over time with both bands."""
    values = run.output(output.symbol)
    good, draw = run.ok, run.plan.draw
    central = values[good & (draw == 0)]
    if central.size == 0:
        central = np.full((1, run.plan.times.size), np.nan)
    low, high = np.quantile(central, QUANTILES, axis=0)
    medians = _medians(values, good, draw)
    sure = medians if medians.size else np.median(central, axis=0)[None, :]
    least, most = np.quantile(sure, QUANTILES, axis=0)
    rows = {
        "time_h": run.plan.times,
        "median": np.median(central, axis=0),
        "variability_low": low,
        "variability_high": high,
        "uncertainty_low": least,
        "uncertainty_high": most,
    }
    texts = {"key": output.key, "label": output.label, "unit": output.unit, "group": output.group}
    return Curve(**texts, **{name: tuple(float(v) for v in array) for name, array in rows.items()})


def auc(values: Array, times: Array, start: float, end: float) -> Array:
    """Area under each curve (runs, times) between two output times; linear up, logarithmic down."""
    inside = (times >= start - 1e-9) & (times <= end + 1e-9)
    y, t = values[:, inside], times[inside]
    a, b, step = y[:, :-1], y[:, 1:], np.diff(t)
    falling = (b < a) & (b > 0)
    ratio = np.where(falling, a / np.where(falling, b, 1.0), 2.0)
    logarithmic = (a - b) / np.log(ratio)
    return np.asarray(np.sum(np.where(falling, logarithmic, 0.5 * (a + b)) * step, axis=1))


def terminal_rate(values: Array, times: Array, since: float) -> Array:
    """Slope of the logarithm of each curve after ``since`` by least squares, 1/h; NaN where it does not fall."""
    late = times >= since
    y, t = np.log(np.maximum(values[:, late], 1e-300)), times[late]
    centred = t - t.mean()
    slope = -(y * centred).sum(axis=1) / (centred**2).sum()
    return np.where(slope > 0, slope, np.nan)


def _medians(values: Array, good: NDArray[np.bool_], draw: NDArray[np.int64]) -> Array:
    """The median person of each draw but the central one: (draws,) or (draws, times)."""
    numbers = [d for d in np.unique(draw) if d > 0]
    kept = [values[good & (draw == d)] for d in numbers]
    return np.array([np.median(v, axis=0) for v in kept if len(v)])


def _uncertainty(values: Array, good: NDArray[np.bool_], run: Run) -> Interval | None:
    medians = _medians(values, good, run.plan.draw)
    if medians.size < 2:
        return None
    low, high = np.quantile(medians, QUANTILES)
    return Interval(low=float(low), high=float(high), covers=DRAWS)
