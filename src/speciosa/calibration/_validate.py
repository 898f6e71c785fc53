"""What the model predicts beside what was observed in people."""

from collections.abc import Iterator

from speciosa import exposure
from speciosa.calibration._predict import Prediction, predict
from speciosa.calibration._studies import Target, studies, targets
from speciosa.exposure import Figure, Progress, Record

PEOPLE = 500
DRAW_PEOPLE = 50
DRAWS = 20
SEED = 1
WORDS = {
    "cmax": "Cmax",
    "tmax": "tmax",
    "auc": "AUC to infinity",
    "half_life": "terminal half-life",
    "auc_ratio": "AUC ratio",
    "cmax_ratio": "Cmax ratio",
}


class Comparison(Record):
    """One figure, observed and predicted.

    Attributes:
        study: its name.
        label: the figure in words.
        unit: of all numbers but the fold error.
        observed: as printed.
        low: lower end of what was printed, or ``None``.
        high: upper end.
        predicted: the median person, with both spreads.
        fold: the larger of predicted over observed and its inverse; 1 is perfect.
        use: ``fit`` when the model was fitted to it, ``check`` when it was not.
        row: the knowledge row of the observation.
    """

    study: str
    label: str
    unit: str
    observed: float
    low: float | None
    high: float | None
    predicted: Figure
    fold: float
    use: str
    row: str


def validate(
    *, people: int | None = None, draws: int = DRAWS, seed: int = SEED, progress: Progress | None = None
) -> tuple[Comparison, ...]:
    """Simulate every study and set its figures beside the observed ones.

    Args:
        people: virtual people per study, the same in each draw of the parameters; 500 by default.
        draws: draws of the uncertain parameters.
        seed: of both.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    return tuple(_compare(people or PEOPLE, draws, seed, progress))


def _compare(people: int, draws: int, seed: int, progress: Progress | None) -> Iterator[Comparison]:
    drawn = exposure.draw(draws, seed)
    for name, study in studies().items():
        of_study = [target for target in targets() if target.study == name]
        if not of_study:
            continue
        prediction = predict(study, drawn, people, seed, draw_people=DRAW_PEOPLE, progress=progress)
        for target in of_study:
            yield _comparison(target, prediction)


def _comparison(target: Target, prediction: Prediction) -> Comparison:
    compound, _, figure = target.figure.partition(".")
    unit = "" if target.unit == "dimensionless" else target.unit
    label = f"{compound}: {WORDS[figure]}"
    predicted = exposure.figure(
        target.figure, label, prediction.values[target.figure], unit, prediction.run, (target.row,)
    ) or Figure(key=target.figure, label=label, value=float("nan"), unit=unit)
    ratio = predicted.value / target.observed
    return Comparison(
        study=target.study,
        label=label,
        unit=unit,
        observed=target.observed,
        low=target.low,
        high=target.high,
        predicted=predicted,
        fold=max(ratio, 1.0 / ratio) if ratio > 0 else float("nan"),
        use=target.use,
        row=target.row,
    )
