"""The analysis of a case: screening of everything, indices of what is left, and what should be measured next."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

import speciosa
from speciosa import exposure, knowledge, models
from speciosa.cases import Case
from speciosa.errors import InputError
from speciosa.exposure import Interval, Measured, Progress
from speciosa.sensitivity._answers import chosen, question
from speciosa.sensitivity._designs import Indices, Screening, explained, indices, salib, screen
from speciosa.sensitivity._members import members
from speciosa.sensitivity._model import CaseModel, case_model
from speciosa.sensitivity._records import Answer, Influence, Member, Next, Sensitivity, Share

Array = NDArray[np.float64]

TRAJECTORIES = 10
SAMPLES = 256
MOST = 24  # factors that go on from the screening: the runs grow with their number
SPARE = 0.02  # share of an answer's squared effects that the screening may put aside
HARDLY = 0.04  # width of the 90 % interval over the answer below which it hardly varies
MATTERS = 0.01  # total index from which a factor is named among the influences
HELPS = 0.05  # share of the variance that a measurement must promise
COVERS = "90 % of parameter draws, median person"
_QUANTILES = (0.05, 0.95)
_RATIO = re.compile(r"(.+)\.(?:auc|cmax)_ratio")


def analyse(
    case: Case,
    *,
    regimen: int = 1,
    answers: Sequence[str] = (),
    samples: int = SAMPLES,
    trajectories: int = TRAJECTORIES,
    progress: Progress | None = None,
) -> Sensitivity:
    """What each answer of a case hangs on, and what should be measured next.

    Args:
        case: a validated case; its people give the median person, its seed all random numbers.
        regimen: which regimen of the case, from 1.
        answers: keys of figures; all that ``answers.yaml`` names by default. ``NAME.auc_ratio`` asks for a medicine
            that the model can compute, whether the person takes it or not.
        samples: base samples of the indices, a power of two from 64.
        trajectories: walks of the screening, at least 4.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        InputError: no such regimen or figure, or a number of samples that cannot be used.
        SpeciosaError: SALib is not installed.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    salib("sample.morris")
    _check(case, regimen, samples, trajectories)
    taken, seed = case.regimens[regimen - 1], case.simulation.seed
    whole = case_model(case, taken, _victims(case, answers))
    model = whole.keep(whole.reached())
    count = len(model.factors.every)
    centre = model.measure(np.full((1, count), 0.5), words="at the medians")
    keys = chosen(centre, answers)
    walks = screen(model.function(keys, "screening of all parameters", progress), count, trajectories, seed)
    kept = _kept(walks)
    rest = [i for i in range(count) if i not in kept]
    groups = [*([i] for i in kept), *([rest] if rest else ())]
    found = indices(model.function(keys, "indices of those that matter", progress), groups, samples, seed)
    return Sensitivity(
        title=case.title,
        regimen=taken.name,
        doses=taken.in_words(),
        people=case.simulation.people,
        seed=seed,
        factors=count,
        untouched=len(whole.factors.every) - count,
        screened=len(kept),
        trajectories=trajectories,
        samples=samples,
        status=dict(model.status),
        answers=tuple(_answer(key, centre[key], walks[key], found[key], kept, model) for key in keys),
        software=speciosa.__version__,
        knowledge=f"{knowledge.load().release.version}, checksum {knowledge.load().release.checksum[:12]}",
    )


def _check(case: Case, regimen: int, samples: int, trajectories: int) -> None:
    if not 1 <= regimen <= len(case.regimens):
        raise InputError("--regimen", regimen, f"a number from 1 to {len(case.regimens)}")
    if samples < 64 or samples & (samples - 1):
        raise InputError("--samples", samples, "a power of two from 64, such as 256 or 1024")
    if trajectories < 4:
        raise InputError("trajectories", trajectories, "at least 4")


def _victims(case: Case, answers: Sequence[str]) -> tuple[str, ...]:
    """Medicines whose ratio is asked for by key; without any key, those of the model that the person takes."""
    if not answers:
        return exposure.own_medicines(case)
    asked = {found[1] for key in answers if (found := _RATIO.fullmatch(key))}
    net = models.network()
    return tuple(victim for victim in net.of_kind("medicine") if net.compounds[victim].name in asked)


def _kept(walks: Mapping[str, Screening]) -> list[int]:
    """Factors that the screening leaves: for every answer those that make up nearly all of its squared effects."""
    most: dict[int, float] = {}
    for walk in walks.values():
        squared = np.nan_to_num(walk.effect) ** 2
        if not squared.sum() > 0.0:
            continue
        shares = squared / squared.sum()
        order = np.argsort(-shares, kind="stable")
        needed = int(np.searchsorted(np.cumsum(shares[order]), 1.0 - SPARE)) + 1
        for i in order[:needed]:
            most[int(i)] = max(most.get(int(i), 0.0), float(shares[i]))
    return sorted(sorted(most, key=lambda i: -most[i])[:MOST])


def _answer(
    key: str, measured: Measured, walk: Screening, found: Indices, kept: Sequence[int], model: CaseModel
) -> Answer:
    value, interval = _spread(found)
    varies = _width(found, value, interval) > HARDLY
    influences = _influences(walk, found, kept, model) if varies else ()
    return Answer(
        key=key,
        question=question(key) or f"{measured.label[:1].upper()}{measured.label[1:]}",
        label=measured.label,
        unit=measured.unit,
        value=value,
        interval=interval,
        folds=found.scale.logarithmic,
        varies=varies,
        influences=influences,
        rest=_share(found.total, found.total_error, len(kept)) if len(found.total) > len(kept) and varies else None,
        unsettled=found.unsettled,
        next=_next(influences, found, value, interval),
    )


def _spread(found: Indices) -> tuple[float, Interval]:
    if found.values.size == 0:
        return float("nan"), Interval(low=float("nan"), high=float("nan"), covers=COVERS)
    low, middle, high = np.quantile(found.values, (_QUANTILES[0], 0.5, _QUANTILES[1]))
    return float(middle), Interval(low=float(low), high=float(high), covers=COVERS)


def _width(found: Indices, value: float, interval: Interval) -> float:
    """Width of the interval, relative to the answer; 0 where it could not be determined."""
    if not np.isfinite(value) or not np.any(found.total):
        return 0.0
    if found.scale.logarithmic:
        return float(np.log(interval.high / interval.low))
    return (interval.high - interval.low) / max(abs(value), abs(interval.low), abs(interval.high))


def _influences(walk: Screening, found: Indices, kept: Sequence[int], model: CaseModel) -> tuple[Influence, ...]:
    made = []
    for group, i in enumerate(kept):
        factor = model.factors.every[i]
        first = _share(found.first, found.first_error, group)
        total = _share(found.total, found.total_error, group)
        if total.value < MATTERS:
            continue
        telling = _telling(factor.members, first, found, i, model)
        moves = float(walk.effect[i])
        made.append(
            Influence(
                members=members(factor, model.factors, model.case, telling),
                moves=float(np.exp(moves)) if found.scale.logarithmic else moves,
                first=first,
                total=total,
            )
        )
    return tuple(sorted(made, key=lambda influence: -influence.total.value))


def _telling(names: Sequence[str], first: Share, found: Indices, column: int, model: CaseModel) -> dict[str, float]:
    """Parameter → share of the variance that knowing it would take away; of tied ones from the plain draws."""
    if len(names) < 2:
        return {model.factors.every[column].key: first.value}
    values = found.scale.forth(found.values)
    drawn = model.factors.draws(found.points)
    # no parameter tells more than all that it is tied to
    return {name: min(explained(values, drawn[name]), first.value) for name in names}


def _share(values: Array, errors: Array, group: int) -> Share:
    value, error = float(values[group]), float(errors[group])
    low, middle, high = (float(np.clip(v, 0.0, 1.0)) for v in (value - error, value, value + error))
    return Share(value=middle, low=low, high=high)


def _next(influences: Sequence[Influence], found: Indices, value: float, interval: Interval) -> Next | None:
    """The parameter whose knowledge would take the largest share of the variance away."""
    every: list[Member] = [member for influence in influences for member in influence.members]
    best = max(every, key=lambda member: member.share, default=None)
    if best is None or best.share < HELPS:
        return None
    # what is left of the variance is spread as now, about the middle
    middle, *ends = found.scale.forth(np.array([value, interval.low, interval.high]))
    low, high = (float(found.scale.back(middle + (end - middle) * np.sqrt(1.0 - best.share))) for end in ends)
    return Next(parameter=best, now=interval, then=Interval(low=low, high=high, covers=COVERS), share=best.share)
