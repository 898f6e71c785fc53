"""What the model predicts beside what was observed in people."""

from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from speciosa import exposure
from speciosa.calibration._plausible import Plausible, plausible
from speciosa.calibration._predict import Prediction, predict
from speciosa.calibration._problem import STRUCTURE, Problem
from speciosa.calibration._studies import Target, studies, targets
from speciosa.exposure import Draws, Figure, Interval, Progress, Record

PEOPLE = 500
DRAW_PEOPLE = 20
DRAWS = 60
SEED = 1
STUDY_BAND = "90 % of what such a study would print"
WITHIN = (1.25, 1.5, 2.0)
WORDS = MappingProxyType(
    {
        "cmax": "Cmax",
        "tmax": "tmax",
        "auc": "AUC to infinity",
        "half_life": "terminal half-life",
        "ratio": "over mitragynine, AUC of the day after the dose",
        "steady": "days to steady state",
        "auc_ratio": "AUC ratio",
        "cmax_ratio": "Cmax ratio",
        "half_life_ratio": "half-life ratio",
    }
)
_CHANCES = ndtri((np.arange(99) + 0.5) / 99.0)  # standard normal quantiles that stand for the chance of one study


class Comparison(Record):
    """One figure, observed and predicted.

    Attributes:
        study: its name.
        figure: machine name, such as ``mitragynine.cmax``.
        label: the figure in words.
        unit: of all numbers but the fold error.
        observed: as printed.
        low: lower end of what was printed, or ``None``.
        high: upper end; alone, it says that less is no miss.
        predicted: the median person, with both spreads.
        band: what 90 % of such studies would print, if the model is right: its draws, and the chance of few people.
        fold: the larger of predicted over observed and its inverse; 1 is perfect.
        use: ``fit`` when the model was fitted to it, ``check`` when it was not.
        reason: why it is used so.
        row: the knowledge row of the observation.
    """

    study: str
    figure: str
    label: str
    unit: str
    observed: float
    low: float | None
    high: float | None
    predicted: Figure
    band: Interval | None
    fold: float
    use: Literal["fit", "check"]
    reason: str
    row: str

    @property
    def ratio(self) -> float:
        """Predicted over observed; 1 where only an upper end was printed and the prediction is below it."""
        found = self.predicted.value / self.observed
        return 1.0 if _upper_end(self) and found < 1.0 else found

    @property
    def inside(self) -> bool | None:
        """Whether the observation lies in the band; ``None`` without one."""
        if self.band is None:
            return None
        return self.band.low <= self.observed and (_upper_end(self) or self.observed <= self.band.high)


class Score(Record):
    """How well the figures of one use are met.

    Attributes:
        use: ``fit`` or ``check``.
        figures: how many.
        afe: average fold error: 10 to the mean of log10(predicted / observed); tells a bias.
        aafe: absolute average fold error: 10 to the mean of its absolute value; tells a miss.
        within: fold → share of the figures within it.
        covered: share of the observations inside their band; ``None`` without bands.
    """

    use: Literal["fit", "check"]
    figures: int
    afe: float
    aafe: float
    within: dict[str, float]
    covered: float | None


class Validation(Record):
    """Everything that was compared.

    Attributes:
        comparisons: study by study.
        scores: of what was fitted and of what was not.
        plausible: what evidence from far away says of numbers of the model.
        unused: observation and why it is neither fitted nor checked, in sentences.
        notes: what to know about the draws, in sentences.
    """

    comparisons: tuple[Comparison, ...]
    scores: tuple[Score, ...]
    plausible: tuple[Plausible, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]


def validate(
    *,
    people: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    before: bool = False,
    progress: Progress | None = None,
) -> Validation:
    """Simulate every study and set its figures beside the observed ones.

    Args:
        people: virtual people per study; 500 by default. Each further draw takes the first 20 of them.
        draws: draws of the uncertain parameters.
        seed: of both.
        before: use what was known before the calibration: a prior predictive check.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    drawn = _priors(draws, seed) if before else exposure.draw(draws, seed)
    comparisons = tuple(_compare(people or PEOPLE, drawn, seed, progress))
    return Validation(
        comparisons=comparisons,
        scores=tuple(score for use in ("fit", "check") for score in _score(use, comparisons)),
        plausible=plausible(seed),
        unused=tuple(f"{t.study}, {t.figure} ({t.row}): {t.reason}." for t in targets() if t.use == "unused"),
        notes=drawn.notes,
    )


def _priors(draws: int, seed: int) -> Draws:
    """The central point and draws of what was known before the calibration."""
    problem = Problem.of(1, seed)
    points = np.zeros((draws + 1, len(problem.free)))
    points[1:] = np.random.Generator(np.random.Philox(seed)).standard_normal((draws, len(problem.free)))
    return problem.draws(points)


def _compare(people: int, drawn: Draws, seed: int, progress: Progress | None) -> Iterator[Comparison]:
    for name, study in studies().items():
        of_study = [target for target in targets() if target.study == name and target.use != "unused"]
        if not of_study:
            continue
        prediction = predict(study, drawn, people, seed, draw_people=min(DRAW_PEOPLE, people), progress=progress)
        for target in of_study:
            yield _comparison(target, prediction)


def _comparison(target: Target, prediction: Prediction) -> Comparison:
    compound, _, figure = target.figure.partition(".")
    unit = "" if target.unit == "dimensionless" else target.unit
    label = f"{compound}: {WORDS[figure]}"
    values = prediction.values[target.figure]
    predicted = exposure.figure(target.figure, label, values, unit, prediction.run, (target.row,)) or Figure(
        key=target.figure, label=label, value=float("nan"), unit=unit
    )
    made = Comparison(
        study=target.study,
        figure=target.figure,
        label=label,
        unit=unit,
        observed=target.observed,
        low=target.low,
        high=target.high,
        predicted=predicted,
        band=_band(values, prediction, float(np.hypot(target.log_se, STRUCTURE))),
        fold=float("nan"),
        use="fit" if target.use == "fit" else "check",
        reason=target.reason,
        row=target.row,
    )
    return made.model_copy(update={"fold": max(made.ratio, 1.0 / made.ratio) if made.ratio > 0 else float("nan")})


def _band(values: NDArray[np.float64], prediction: Prediction, error: float) -> Interval | None:
    """What studies would print: the median person of every draw, times the chance of a small study."""
    draw, good = prediction.run.plan.draw, np.isfinite(values) & (values > 0)
    medians = [np.median(values[good & (draw == d)]) for d in np.unique(draw[good]) if d > 0]
    if len(medians) < 2:
        return None
    printed = np.log(medians)[:, None] + error * _CHANCES
    low, high = np.exp(np.quantile(printed, (0.05, 0.95)))
    return Interval(low=float(low), high=float(high), covers=STUDY_BAND)


def _score(use: Literal["fit", "check"], comparisons: Sequence[Comparison]) -> Iterator[Score]:
    of_use = [c for c in comparisons if c.use == use and c.ratio > 0]
    if not of_use:
        return
    logs = np.log10([c.ratio for c in of_use])
    inside = [c.inside for c in of_use if c.inside is not None]
    yield Score(
        use=use,
        figures=len(of_use),
        afe=float(10.0 ** logs.mean()),
        aafe=float(10.0 ** np.abs(logs).mean()),
        within={f"{fold:g}": float(np.mean([c.fold <= fold for c in of_use])) for fold in WITHIN},
        covered=float(np.mean(inside)) if inside else None,
    )


def _upper_end(comparison: Comparison) -> bool:
    return comparison.low is None and comparison.high is not None
