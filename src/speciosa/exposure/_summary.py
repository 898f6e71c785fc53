"""Curves of many runs → figures and bands, with the two spreads kept apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.exposure._results import Curve, Figure, Interval
from speciosa.exposure._run import Measured, Run

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
    compound: str = ""  # id of the compound that must be in the model


def _outputs() -> Iterator[Output]:
    """Plasma of every alkaloid, then brain and receptors of those that bind, then the enzymes."""
    alkaloids = [c for c in models.network().compounds.values() if c.kind == "alkaloid"]
    binding = [c for c in alkaloids if "MOR" in c.receptors]
    for c in alkaloids:
        yield Output(c.plasma, f"{c.name}.plasma", f"{c.name} in plasma", "nM", "concentration", c.id)
    for c in binding:
        yield Output(f"{c.id}_brain_Cu", f"{c.name}.brain", f"unbound {c.name} in brain", "nM", "brain", c.id)
    held = "mu-opioid receptors held by"
    yield Output("MOR_occupancy", "MOR.occupancy", f"{held} any alkaloid of the model", "", "occupancy")
    for c in binding:
        yield Output(f"{c.id}_MOR_occupancy", f"MOR.occupancy.{c.name}", f"{held} {c.name}", "", "occupancy", c.id)
    active = "over baseline"
    yield Output("CYP3A_gut_active", "CYP3A_gut", f"active CYP3A of the small intestine, {active}", "", "enzyme")
    yield Output("CYP3A_liver_E", "CYP3A_liver", f"active CYP3A of the liver, {active}", "", "enzyme")


OUTPUTS = tuple(_outputs())


def outputs(assembly: models.Assembly) -> tuple[Output, ...]:
    """What can be recorded of a model."""
    present = {"", *(c.id for c in assembly.compounds)}
    return tuple(output for output in OUTPUTS if output.compound in present)


def recorded(run: Run) -> tuple[Output, ...]:
    """What was recorded in a run."""
    return tuple(output for output in OUTPUTS if output.symbol in run.plan.outputs)


def figure(key: str, label: str, values: Array, unit: str, run: Run, rows: Sequence[str] = ()) -> Figure | None:
    """One number per run → the median person with both spreads; ``None`` when no central run ended well.

    The numbers themselves are kept in ``run.measured``.

    Args:
        key: machine name.
        label: in words.
        values: (runs,).
        unit: of the values.
        run: tells people from draws and failed runs from good ones.
        rows: knowledge rows behind the number.
    """
    good = run.ok & np.isfinite(values)
    run.measured[key] = Measured(label, unit, np.where(good, values, np.nan), tuple(rows))
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
