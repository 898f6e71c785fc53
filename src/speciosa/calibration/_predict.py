"""A study simulated: the figures that its authors printed, for every run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure, models
from speciosa.calibration._studies import Study
from speciosa.cases import Simulation
from speciosa.exposure import Draws, Progress, Run, Setting
from speciosa.people import Who

Array = NDArray[np.float64]
Doses = tuple[Array, tuple[str, ...], Array]

CLOSE = np.concatenate([np.arange(0.0, 3.0, 0.1), np.arange(3.0, 8.0, 0.5), np.arange(8.0, 24.1, 2.0)])
DAY = 24.0
PARENT, METABOLITE = "mitragynine", "7-hydroxymitragynine"
STEADY = 0.9  # of the last trough: what counts as a steady state
PROBE_WINDOW = (6.0, 24.0)  # h, over which the half-life of a medicine is read


@dataclass(frozen=True)
class Prediction:
    """Figures of one study.

    Attributes:
        values: figure (``mitragynine.cmax``) → (runs,).
        run: the run of the alkaloids: which runs are which person and draw, and which ended well.
    """

    values: Mapping[str, Array]
    run: Run


def predict(
    study: Study,
    draws: Draws,
    people: int,
    seed: int,
    *,
    draw_people: int | None = None,
    progress: Progress | None = None,
) -> Prediction:
    """Simulate a study in healthy adults, at every draw of the parameters.

    Args:
        study: what was given.
        draws: parameter values; index 0 is the central one.
        people: virtual people at the central draw.
        seed: of the people.
        draw_people: how many of them run again in every other draw; all by default.
        progress: called with (done, total, words).

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    simulation = Simulation(people=people, draws=draws.count - 1, seed=seed)
    at = exposure.setting(
        Who(),
        study.form,
        simulation,
        (*needed(study), *study.probes),
        draws=draws,
        draw_people=draw_people or people,
    )
    given = doses(study, at)
    plasma = {c.name: c.plasma for c in at.assembly.compounds if c.kind == "alkaloid"}
    end = max(study.window(compound)[1] for compound in plasma)
    last = study.times[-1]
    times = np.unique(np.concatenate([last + CLOSE, last + np.arange(DAY, end + 1.0, 6.0), study.times, [last + end]]))
    run = exposure.execute(
        exposure.plan(at, given, times, tuple(plasma.values())), words=f"study {study.name}", progress=progress
    )
    curves = {compound: run.output(symbol) for compound, symbol in plasma.items()}
    values: dict[str, Array] = {}
    for compound, curve in curves.items():
        values |= _plasma(compound, curve, times - last, study.window(compound))
        if len(study.times) > 2:
            values[f"{compound}.steady"] = _steady(curve[:, np.isin(times, study.times[1:])])
    values[f"{METABOLITE}.ratio"] = _day(curves[METABOLITE], times - last) / _day(curves[PARENT], times - last)
    for probe in study.probes:
        values |= _probe(probe, at, last, given, progress)
    return Prediction(values, run)


def needed(study: Study) -> tuple[str, ...]:
    """Ids of the alkaloids that a study needs; what is formed in blood from one of them changes nothing else."""
    swallowed = exposure.alkaloids([name for name, mg in study.contents.items() if mg > 0])
    return tuple(c for c in swallowed if models.network().compounds[c].gut != "depot")


def doses(study: Study, at: Setting) -> Doses:
    """What the people of a study swallow: times, states entered, nmol (runs, doses)."""
    mg = {compound: np.asarray(amount) for compound, amount in study.contents.items()}
    return exposure.enter(at, [(time, mg) for time in study.times])


def _plasma(compound: str, values: Array, hours: Array, window: tuple[float, float]) -> dict[str, Array]:
    """Cmax, tmax, AUC and half-life after the last dose, as a laboratory with this window would report them."""
    start, end = window
    after = hours >= 0.0
    seen, t = values[:, after], hours[after]
    inside = t <= end + 1e-9
    rate = exposure.terminal_rate(seen[:, inside], t[inside], start)
    peak, when = _peak(seen, t)
    total = exposure.auc(seen, t, 0.0, end) + seen[:, np.flatnonzero(inside)[-1]] / rate
    found = {"cmax": peak, "tmax": when, "auc": total, "half_life": np.log(2.0) / rate}
    return {f"{compound}.{name}": value for name, value in found.items()}


def _day(values: Array, hours: Array) -> Array:
    return exposure.auc(values, hours, 0.0, DAY)


def _steady(troughs: Array) -> Array:
    """Days until the trough reaches 90 % of the last one, between two troughs by a straight line, (runs,)."""
    share = troughs / troughs[:, -1:]
    reached = np.argmax(share >= STEADY, axis=1)
    rows = np.arange(len(share))
    above, below = share[rows, reached], np.where(reached > 0, share[rows, reached - 1], 0.0)
    return np.asarray(reached + (STEADY - below) / (above - below))


def _peak(values: Array, t: Array) -> tuple[Array, Array]:
    """Highest point and its time, by the parabola through the three highest points: tmax moves smoothly in a fit."""
    at = np.clip(np.argmax(values, axis=1), 1, t.size - 2)
    rows = np.arange(len(values))
    (a, b, c), (x, y, z) = (
        [values[rows, at + k] for k in (-1, 0, 1)],
        [t[at + k] for k in (-1, 0, 1)],
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = (b - a) / (y - x), (c - b) / (z - y)
        bend = (right - left) / (z - x)
        moved = (x + y) / 2.0 - left / (2.0 * bend)
    when = np.where(np.isfinite(moved), np.clip(moved, x, z), y)
    height = a + left * (when - x) + bend * (when - x) * (when - y)
    return np.where(np.isfinite(height), np.maximum(height, b), b), when


def _probe(probe: str, at: Setting, last: float, given: Doses, progress: Progress | None) -> dict[str, Array]:
    alone = exposure.watch(at, probe, 0.0, exposure.no_doses(at), progress)
    together = exposure.watch(at, probe, last, given, progress)
    auc, cmax = exposure.ratios(alone, together, last)
    half_life = _probe_rate(alone, 0.0) / _probe_rate(together, last)
    return {f"{probe}.auc_ratio": auc, f"{probe}.cmax_ratio": cmax, f"{probe}.half_life_ratio": half_life}


def _probe_rate(run: Run, moment: float) -> Array:
    hours = run.plan.times - moment
    inside = hours <= PROBE_WINDOW[1]
    return exposure.terminal_rate(run.values[:, inside, 0], hours[inside], PROBE_WINDOW[0])
