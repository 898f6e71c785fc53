"""Figures of what follows from the targets: withdrawal, breathing, the heart, monoamines."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.exposure._company import Companion
from speciosa.exposure._parameters import Draws
from speciosa.exposure._results import Figure
from speciosa.exposure._run import Run
from speciosa.exposure._summary import figure
from speciosa.models import Monoamine

Array = NDArray[np.float64]

FAINT = 0.02  # an intensity of withdrawal below this has no time course worth telling
MARK = 0.2  # of the own peak: where withdrawal is said to begin and to be over
ACTS_H = 12.0  # h after the last dose during which what is seen is called an effect and not what comes after it
NO_CHANGE = 1.0
MOST = 0.5  # of the alkaloids: where less was measured, the rest could matter more

ADAPTATION = ("adaptation_half_life_fast", "adaptation_half_life_slow", "adaptation_slow_share")
WITHDRAWAL = (*ADAPTATION, "withdrawal_half", "withdrawal_slope")
BREATHING = ("wake_exponent", "chemo_exponent", "breathing_transfer", "central_chemoreflex", "peripheral_chemoreflex")


def effect_figures(
    moments: Array, run: Run, draws: Draws, company: tuple[Companion, ...], at_channel: float
) -> Iterator[Figure | None]:
    """Every figure on effects that the run recorded.

    Args:
        moments: times of the doses, h since the first.
        run: a finished run.
        draws: the parameters, which know their rows.
        company: what else is taken.
        at_channel: share of the swallowed alkaloids that were ever measured at the hERG channel.
    """
    held = set(run.plan.outputs)
    if "withdrawal_intensity" in held:
        yield from _withdrawal(moments, run, draws)
        yield from _breathing(run, draws, company)
        for amine in models.network().monoamines.values():
            yield from _monoamine(amine, moments, run, draws)
    if "heart_rhythm_QTc_change" in held:
        highest = np.max(run.output("heart_rhythm_QTc_change"), axis=1)
        label = "largest change of the QT interval by the alkaloids, corrected for heart rate"
        made = figure("heart.QTc.max", label, highest, "ms", run, rows_of(draws, "qt_per_block"))
        yield None if made is None else made.model_copy(update={"determined": at_channel >= MOST})


def rows_of(draws: Draws, *names: str) -> tuple[str, ...]:
    """The rows behind some parameters."""
    return tuple(dict.fromkeys(row for name in names for row in draws.choices[name].rows))


def _withdrawal(moments: Array, run: Run, draws: Draws) -> Iterator[Figure | None]:
    last, rows = float(moments[-1]), rows_of(draws, *WITHDRAWAL)
    after = run.plan.times >= last - 1e-9
    since, course = run.plan.times[after] - last, run.output("withdrawal_intensity")[:, after]
    peak = np.max(course, axis=1)
    onset, top, over = (np.where(peak >= FAINT, t, np.nan) for t in _course(since, course))
    yield figure("withdrawal.peak", "intensity of withdrawal after the last dose, 0 to 1", peak, "", run, rows)
    yield figure("withdrawal.onset", "beginning of withdrawal after the last dose", onset, "h", run, rows)
    yield figure("withdrawal.peak_time", "worst of withdrawal after the last dose", top, "h", run, rows)
    yield figure("withdrawal.over", "end of acute withdrawal after the last dose", over / 24.0, "d", run, rows)
    if moments.size > 1:
        between = np.max(run.output("withdrawal_intensity")[:, run.plan.times <= last + 1e-9], axis=1)
        yield figure("withdrawal.between", "intensity of withdrawal between doses, 0 to 1", between, "", run, rows)


def _course(since: Array, course: Array) -> tuple[Array, Array, Array]:
    """Hours after the last dose at which each curve (runs, times) begins, peaks and is over; ∞ where it is not over."""
    at = np.argmax(course, axis=1)
    low = course < MARK * np.max(course, axis=1, keepdims=True)
    place = np.arange(since.size)
    before, later = low & (place < at[:, None]), low & (place > at[:, None])
    begins = np.where(before.any(axis=1), since.size - 1 - np.argmax(before[:, ::-1], axis=1), 0)
    ends = np.where(later.any(axis=1), since[np.argmax(later, axis=1)], np.inf)
    return since[begins], since[at], ends


def _breathing(run: Run, draws: Draws, company: tuple[Companion, ...]) -> Iterator[Figure | None]:
    rows, over = rows_of(draws, *BREATHING), "over the person's own baseline"
    resting, answer = run.output("breathing_ventilation"), run.output("breathing_response")
    rise = run.output("breathing_PaCO2_rise")
    lowest = "lowest ventilation"
    yield figure("breathing.ventilation.min", f"{lowest} at rest, awake, {over}", resting.min(axis=1), "", run, rows)
    yield figure(
        "breathing.response.min", f"{lowest} at raised carbon dioxide, {over}", answer.min(axis=1), "", run, rows
    )
    yield figure(
        "breathing.PaCO2.max", "largest rise of carbon dioxide in arterial blood", rise.max(axis=1), "mmHg", run, rows
    )
    if company:
        words = f"ventilation at raised carbon dioxide before the first dose, with {_names(company)}, {over}"
        yield figure("breathing.response.before", words, answer[:, 0], "", run, rows)


def _names(company: tuple[Companion, ...]) -> str:
    return " and ".join(c.name for c in company)


def _monoamine(amine: Monoamine, moments: Array, run: Run, draws: Draws) -> Iterator[Figure | None]:
    """The level farthest from baseline while the doses act; for noradrenaline also afterwards, when it rebounds."""
    level, times = run.output(f"{amine.name}_level"), run.plan.times
    acting = times <= moments[-1] + ACTS_H
    yield _farthest(amine, f"{amine.name}.level", "while the doses act", level[:, acting], run, draws)
    if amine.opioid == "locus_coeruleus" and not acting.all():
        yield _farthest(amine, f"{amine.name}.level.after", "after the last dose", level[:, ~acting], run, draws)


def _farthest(amine: Monoamine, key: str, when: str, level: Array, run: Run, draws: Draws) -> Figure | None:
    ends = {"lowest": np.min(level, axis=1), "highest": np.max(level, axis=1)}
    central = run.ok & (run.plan.draw == 0)
    if not central.any():
        return None
    word = max(ends, key=lambda w: abs(np.log(np.median(ends[w][central]))))
    label = f"{word} extracellular {amine.name} {when}, over baseline"
    made = figure(key, label, ends[word], "", run, _amine_rows(amine, draws))
    return None if made is None else made.model_copy(update={"determined": _determined(amine, made)})


def _determined(amine: Monoamine, level: Figure) -> bool:
    """An answer needs an interval without *no effect* in it, and a transporter at which the alkaloids were measured."""
    transporter = models.network().targets[amine.transporter]
    spread = level.uncertainty
    return bool(transporter.ligands) and spread is not None and not spread.low <= NO_CHANGE <= spread.high


def _amine_rows(amine: Monoamine, draws: Draws) -> tuple[str, ...]:
    names = [f"{amine.name}_{name}" for name in ("transporter_share", "brake", "tone")]
    opioid = (
        (f"{amine.name}_opioid_gain",) if amine.opioid == "disinhibition" else ("locus_half_effect", "locus_rebound")
    )
    return rows_of(draws, *names, *opioid, f"efficacy_{amine.autoreceptor}")
