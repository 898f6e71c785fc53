"""Curves of many runs → figures and bands, with the two spreads kept apart."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa.exposure._outputs import Output
from speciosa.exposure._parameters import Draws
from speciosa.exposure._results import Curve, Figure, Interval, SetValue
from speciosa.exposure._run import Measured, Run
from speciosa.knowledge import DataSet

Array = NDArray[np.float64]

PEOPLE = "90 % of people"
DRAWS = "90 % of parameter draws, median person"
QUANTILES = (0.05, 0.95)


def figure(
    key: str,
    label: str,
    values: Array,
    unit: str,
    run: Run,
    rows: Sequence[str] = (),
    *,
    draws: Draws | None = None,
    panels: Sequence[str] = (),
) -> Figure | None:
    """One number per run → the median person with both spreads; ``None`` when no central run ended well.

    The numbers themselves are kept in ``run.measured``.

    Args:
        key: machine name.
        label: in words.
        values: (runs,).
        unit: of the values.
        run: tells people from draws and failed runs from good ones.
        rows: knowledge rows behind the number.
        draws: the parameter draws of the run, which know the data sets.
        panels: panels of data sets that the number depends on.
    """
    good = run.ok & np.isfinite(values)
    run.measured[key] = Measured(label, unit, np.where(good, values, np.nan), tuple(rows))
    return summed_up(key, run.measured[key], run.plan.draw, draws=draws, panels=panels)


def summed_up(
    key: str,
    measured: Measured,
    draw: NDArray[np.int64],
    *,
    draws: Draws | None = None,
    panels: Sequence[str] = (),
) -> Figure | None:
    """A number of every run → the median person with both spreads; ``None`` when no central run has it.

    Args:
        key: machine name.
        measured: the numbers, (runs,); NaN where a run failed.
        draw: draw number of each run, (runs,): 0 is central, below 0 stand the alternatives to its data sets.
        draws: the parameter draws of the runs, which know the data sets.
        panels: panels of data sets that the number depends on.
    """
    values = measured.values
    good = np.isfinite(values)
    central = values[good & (draw == 0)]
    if central.size == 0:
        return None
    low, high = np.quantile(central, QUANTILES)
    middle = float(np.median(central))
    return Figure(
        key=key,
        label=measured.label,
        value=middle,
        unit=measured.unit,
        variability=Interval(low=float(low), high=float(high), covers=PEOPLE) if central.size > 1 else None,
        uncertainty=_uncertainty(values, good, draw),
        rows=measured.rows,
        data_sets=tuple(_under_each_set(middle, values, draw, draws, panels)) if draws is not None else (),
    )


def curve(output: Output, run: Run, until: float = np.inf) -> Curve:
    """One output over time, h, with both bands."""
    times = run.plan.times[run.plan.times <= until + 1e-9]
    values = run.output(output.symbol)[:, : times.size]
    good, draw = run.ok, run.plan.draw
    central = values[good & (draw == 0)]
    if central.size == 0:
        central = np.full((1, times.size), np.nan)
    low, high = np.quantile(central, QUANTILES, axis=0)
    medians = _medians(values, good, draw)
    sure = medians if medians.size else np.median(central, axis=0)[None, :]
    least, most = np.quantile(sure, QUANTILES, axis=0)
    columns = {
        "time_h": times,
        "median": np.median(central, axis=0),
        "variability_low": low,
        "variability_high": high,
        "uncertainty_low": least,
        "uncertainty_high": most,
    }
    texts = {"key": output.key, "label": output.label, "unit": output.unit, "group": output.group}
    numbers = {name: tuple(float(v) for v in array) for name, array in columns.items()}
    return Curve(**texts, detail=output.detail, **numbers)


def auc(values: Array, times: Array, start: float, end: float) -> Array:
    """Area under each curve (runs, times) between two output times; linear up, logarithmic down."""
    inside = (times >= start - 1e-9) & (times <= end + 1e-9)
    y, t = values[:, inside], times[inside]
    a, b, step = y[:, :-1], y[:, 1:], np.diff(t)
    falling = (b < a) & (b > 0)
    ratio = np.where(falling, a / np.where(falling, b, 1.0), 2.0)
    logarithmic = (a - b) / np.log(ratio)
    return np.asarray(np.sum(np.where(falling, logarithmic, 0.5 * (a + b)) * step, axis=1))


def terminal_rate(values: Array, times: Array, since: float, until: float = np.inf) -> Array:
    """Slope of the logarithm of each curve from ``since`` on by least squares, 1/h; NaN where it does not fall."""
    late = (times >= since) & (times <= until + 1e-9)
    y, t = np.log(np.maximum(values[:, late], 1e-300)), times[late]
    centred = t - t.mean()
    slope = -(y * centred).sum(axis=1) / (centred**2).sum()
    return np.where(slope > 0, slope, np.nan)


def _medians(values: Array, good: NDArray[np.bool_], draw: NDArray[np.int64]) -> Array:
    """The median person of each draw but the central one: (draws,) or (draws, times)."""
    numbers = [d for d in np.unique(draw) if d > 0]
    kept = [values[good & (draw == d)] for d in numbers]
    return np.array([np.median(v, axis=0) for v in kept if len(v)])


def _uncertainty(values: Array, good: NDArray[np.bool_], draw: NDArray[np.int64]) -> Interval | None:
    medians = _medians(values, good, draw)
    if medians.size < 2:
        return None
    low, high = np.quantile(medians, QUANTILES)
    return Interval(low=float(low), high=float(high), covers=DRAWS)


def _under_each_set(
    central: float, values: Array, draw: NDArray[np.int64], draws: Draws, panels: Sequence[str]
) -> Iterator[SetValue]:
    """The number under every data set of its panels, where there is more than one: the central set first."""
    if draws.affinities is None:
        return
    for panel in draws.affinities.panels:
        others = [(k, a) for k, a in enumerate(draws.alternatives) if a.panel == panel.name]
        if panel.name not in panels or not others:
            continue
        first = panel.sets[0]
        yield SetValue(
            panel=panel.name, name=first.name, row=first.row, weight=first.weight, value=central, central=True
        )
        for k, other in others:
            under = values[np.isfinite(values) & (draw == -1 - k)]
            value = float(np.median(under)) if under.size else float("nan")
            yield _under(panel.name, other.data_set, value, central=False)


def _under(panel: str, data_set: DataSet, value: float, *, central: bool) -> SetValue:
    return SetValue(
        panel=panel, name=data_set.name, row=data_set.row, weight=data_set.weight, value=value, central=central
    )
