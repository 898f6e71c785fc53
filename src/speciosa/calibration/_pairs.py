"""Published ratios of one medicine with another, or of one phenotype over another, beside what the model says.

They are no part of the fit: they show whether shares by enzyme, inhibition, inactivation and induction are right.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np

from speciosa import exposure, knowledge, models
from speciosa.cases import Form, Simulation
from speciosa.exposure import Figure, Intake, Progress, Record, Run, Setting
from speciosa.people import Who

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEOPLE = 60
SEED = 1
STEADY = "auc_steady"  # of one interval at steady state over a single dose
WINDOW_H = 48.0
TIMES = np.concatenate([np.arange(0.0, 4.0, 0.25), np.arange(4.0, 12.0, 1.0), np.arange(12.0, WINDOW_H + 1.0, 4.0)])


class Asked(Protocol):
    """A row of ``medicine_pairs``."""

    perpetrator: str
    perpetrator_mg: float | None
    every_h: float | None
    days: float
    before_h: float
    victim: str
    victim_mg: float | None
    measured: str
    figure: str
    row: str
    use: str
    note: str | None


class PairComparison(Record):
    """One ratio, observed and predicted.

    Attributes:
        perpetrator: what was taken beside, or the phenotype that is compared with normal.
        measured: the compound whose AUC was compared.
        taken: how both were taken, in words.
        observed: ratio of AUC.
        low: lower end of what was printed, or ``None``.
        high: upper end.
        predicted: the median person, with how people differ.
        fold: the larger of predicted over observed and its inverse; 1 is perfect.
        use: ``check``, or ``derived`` where a parameter was set from this row.
        row: the knowledge row of the observation.
        note: what to know about it.
    """

    perpetrator: str
    measured: str
    taken: str
    observed: float
    low: float | None
    high: float | None
    predicted: Figure
    fold: float
    use: str
    row: str
    note: str


def compare_medicines(
    *, people: int = PEOPLE, seed: int = SEED, progress: Progress | None = None
) -> tuple[PairComparison, ...]:
    """Simulate every pair of the table ``medicine_pairs``.

    Args:
        people: virtual people per pair; normal metabolisers where CYP2D6 has a part.
        seed: of the people.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    return tuple(_compared(pair, people, seed, progress) for pair in knowledge.load().table("medicine_pairs"))


def _compared(pair: Asked, people: int, seed: int, progress: Progress | None) -> PairComparison:
    observed, low, high = _observed(pair)
    over = _phenotypes if ":" in pair.perpetrator else _steady if pair.figure == STEADY else _medicines
    values, run = over(pair, people, seed, progress)
    label = f"AUC of {_name(pair.measured)} with {_name(pair.perpetrator)} over without"
    predicted = exposure.figure(f"{pair.measured}.auc_ratio", label, values, "", run, (pair.row,))
    predicted = predicted or Figure(key=f"{pair.measured}.auc_ratio", label=label, value=float("nan"), unit="")
    ratio = predicted.value / observed
    return PairComparison(
        perpetrator=_name(pair.perpetrator),
        measured=_name(pair.measured),
        taken="; ".join(_taken(pair)),
        observed=observed,
        low=low,
        high=high,
        predicted=predicted,
        fold=max(ratio, 1.0 / ratio) if ratio > 0 else float("inf"),
        use=pair.use,
        row=pair.row,
        note=pair.note or "",
    )


def _medicines(pair: Asked, people: int, seed: int, progress: Progress | None) -> "tuple[NDArray[np.float64], Run]":
    made = models.network().compound(pair.perpetrator).products
    compounds = tuple(dict.fromkeys((pair.perpetrator, *made, pair.victim, pair.measured)))
    at = _bench(compounds, people, seed, "normal")
    last = pair.days * 24.0
    moment = last + pair.before_h
    course = [Intake(pair.perpetrator, t, pair.perpetrator_mg) for t in _course(pair, moment + WINDOW_H)]
    alone = _watch(at, pair, [Intake(pair.victim, moment, pair.victim_mg)], moment, progress)
    together = _watch(at, pair, [*course, Intake(pair.victim, moment, pair.victim_mg)], moment, progress)
    return _area(together, moment) / _area(alone, moment), together


def _course(pair: Asked, end: float) -> Iterator[float]:
    """When the perpetrator is taken: up to the day of the victim, and on as long as that is watched."""
    if pair.every_h is None:
        yield 0.0
        return
    yield from np.arange(0.0, end, pair.every_h)


def _phenotypes(pair: Asked, people: int, seed: int, progress: Progress | None) -> "tuple[NDArray[np.float64], Run]":
    """The same people as another phenotype over as normal metabolisers."""
    compounds = tuple(dict.fromkeys((pair.victim, pair.measured)))
    dose = [Intake(pair.victim, 0.0, pair.victim_mg)]
    phenotype = pair.perpetrator.partition(":")[2]
    runs = [_watch(_bench(compounds, people, seed, word), pair, dose, 0.0, progress) for word in (phenotype, "normal")]
    return _area(runs[0], 0.0) / _area(runs[1], 0.0), runs[0]


def _steady(pair: Asked, people: int, seed: int, progress: Progress | None) -> "tuple[NDArray[np.float64], Run]":
    """One interval of a course over a single dose: 1 where a medicine does nothing to its own enzyme."""
    at = _bench((pair.victim,), people, seed, "normal")
    last, every = pair.days * 24.0, pair.every_h or 24.0
    doses = [Intake(pair.victim, t, pair.victim_mg) for t in np.arange(0.0, last + every, every)]
    course = _watch(at, pair, doses, last, progress)
    interval = exposure.area_and_peak(course, course.plan.outputs[0], last, last + every, whole=False)[0]
    return interval / _area(_watch(at, pair, doses[:1], 0.0, progress), 0.0), course


def _bench(compounds: tuple[str, ...], people: int, seed: int, cyp2d6: str) -> Setting:
    simulation = Simulation(people=people, draws=0, seed=seed)
    return exposure.setting(Who(cyp2d6=cyp2d6), Form.TABLET, simulation, compounds)


def _watch(at: Setting, pair: Asked, intakes: list[Intake], moment: float, progress: Progress | None) -> Run:
    given = exposure.swallowed(at, exposure.no_doses(at), intakes)
    times = np.unique(np.append(TIMES + moment, 0.0))
    plan = exposure.plan(at, given, times, [models.network().compound(pair.measured).plasma])
    return exposure.execute(plan, words=f"{_name(pair.perpetrator)} and {_name(pair.victim)}", progress=progress)


def _area(run: Run, moment: float) -> "NDArray[np.float64]":
    symbol = run.plan.outputs[0]
    return exposure.area_and_peak(run, symbol, moment, moment + WINDOW_H, whole=True)[0]


def _observed(pair: Asked) -> tuple[float, float | None, float | None]:
    """Ratio and range of the row; a change in per cent becomes a ratio."""
    row = knowledge.load().row(pair.row)
    value, low, high = row.number("value"), row.low, row.high
    if pair.figure == "auc_change":
        return 1.0 + value / 100.0, None, None
    return value, low, high


def _taken(pair: Asked) -> Iterator[str]:
    if ":" in pair.perpetrator:
        yield f"one dose of {_name(pair.victim)}, over normal metabolisers"
        return
    if pair.figure == STEADY:
        yield f"{pair.victim_mg:g} mg every {pair.every_h:g} h, day {pair.days + 1:g}, over a single dose"
        return
    dose = f"{pair.perpetrator_mg:g} mg" if pair.perpetrator_mg else "one glass"
    yield f"{dose} every {pair.every_h:g} h, day {pair.days + 1:g}" if pair.every_h else f"{dose} once"
    yield f"{_name(pair.victim)} {pair.before_h:g} h after" if pair.before_h else f"{_name(pair.victim)} with it"


def _name(key: str) -> str:
    if ":" in key:
        return "{} {} metaboliser".format(*key.split(":"))
    return models.network().compound(key).name
