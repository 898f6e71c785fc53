"""A study simulated: the figures that its authors printed, for every run."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure
from speciosa.calibration._studies import Study
from speciosa.cases import Simulation
from speciosa.exposure import Draws, Progress, Run, Setting
from speciosa.people import Who

Array = NDArray[np.float64]

CLOSE = np.concatenate([np.arange(0.0, 3.0, 0.1), np.arange(3.0, 8.0, 0.5), np.arange(8.0, 24.1, 2.0)])


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

    def bench(*compounds: str) -> Setting:
        again = draw_people or people
        return exposure.setting(Who(), study.form, simulation, compounds, draws=draws, draw_people=again)

    at = bench(*exposure.alkaloids([name for name, mg in study.contents.items() if mg > 0]))
    doses = _doses(study, at)
    end = max(high for _, high in study.windows.values())
    last = study.times[-1]
    times = np.unique(np.concatenate([last + CLOSE, last + np.arange(24.0, end + 1.0, 6.0), [0.0, last + end]]))
    plasma = {c.name: c.plasma for c in at.assembly.compounds}
    run = exposure.execute(
        exposure.plan(at, doses, times, tuple(plasma.values())), words=f"study {study.name}", progress=progress
    )
    values: dict[str, Array] = {}
    for compound, symbol in plasma.items():
        values |= _plasma(compound, run.output(symbol), times - last, study.windows[compound])
    if study.probe is not None:
        # only what has an enzyme can change a medicine
        beside = bench(*exposure.alkaloids(()), study.probe)
        values |= _probe(study.probe, beside, last, _doses(study, beside), progress)
    return Prediction(values, run)


def _doses(study: Study, at: Setting) -> tuple[Array, tuple[str, ...], Array]:
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


def _probe(
    probe: str, at: Setting, last: float, doses: tuple[Array, tuple[str, ...], Array], progress: Progress | None
) -> dict[str, Array]:
    alone = exposure.watch(at, probe, 0.0, exposure.no_doses(at), progress)
    together = exposure.watch(at, probe, last, doses, progress)
    auc, cmax = exposure.ratios(alone, together, last)
    return {f"{probe}.auc_ratio": auc, f"{probe}.cmax_ratio": cmax}
