"""Computed tests: whether, at a stated dose, the mechanism of a claim reaches what would be needed.

A test answers the mechanism and never the benefit: a receptor that is reached has helped nobody yet.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure, knowledge, models
from speciosa.claims._tests_records import Dose, Mark, Share, Speaks, TestResult
from speciosa.claims._tests_rule import Grounds, Outcome, Why, beyond, grounds_of, judge
from speciosa.claims._tests_run import PEOPLE, SEED, Simulated, simulated, with_medicine
from speciosa.claims._tests_words import sentence
from speciosa.errors import Cancelled, InputError, SpeciosaError
from speciosa.exposure import Figure, Interval, Measured, Progress

if TYPE_CHECKING:
    from speciosa.knowledge import ClaimTests, StatedDoses

QUOTIENT = " / "
RATIO = ".auc_ratio"
HUNDRED = 100.0
_RESTS_ON = {"heart": ("HERG",), "breathing": ("MOR",), "withdrawal": ("MOR",), "MOR": ("MOR",)}
_ENDS = (0.05, 0.95)


def computed(
    claim_ids: Collection[str] | None = None,
    *,
    people: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> dict[str, tuple[TestResult, ...]]:
    """The tests of claims, one simulation for all questions of a dose.

    Args:
        claim_ids: claims to test; all by default. A claim without a test has no entry in the answer.
        people: virtual people; 200 by default.
        seed: of people and parameter draws; 1 by default.
        progress: called with (done, total, words); an exception it raises cancels.

    Returns:
        Id of a claim → its results, in the order of the table. A dose that cannot be simulated makes its own tests
        *not determined* and stops no other.

    Raises:
        InputError: fewer than two people, or a seed below 0.
        KnowledgeError: the data package is damaged.
        Cancelled: the user stopped it.
    """
    count, start = PEOPLE if people is None else people, SEED if seed is None else seed
    if count < 2:
        raise InputError("people", count, "at least 2 virtual people: one alone shows no spread")
    if start < 0:
        raise InputError("seed", start, "a whole number from 0 on")
    rows = [row for row in knowledge.load().table("claim_tests") if claim_ids is None or row.claim in claim_ids]
    found: dict[str, list[TestResult]] = {}
    for row in rows:
        found.setdefault(row.claim, []).append(_result(row, count, start, progress))
    return {claim: tuple(results) for claim, results in found.items()}


@dataclass(frozen=True)
class _Answer:
    """What the model says to one question: a figure with what it rests on, or why there is none."""

    grounds: Grounds
    figure: Figure | None = None
    share: Share | None = None
    failed: str = ""


def _result(row: "ClaimTests", count: int, seed: int, progress: Progress | None) -> TestResult:
    known = knowledge.load()
    dose = known.row(f"stated_doses:{row.scenario}")
    over = known.row(f"stated_doses:{row.over}") if row.over else None
    try:
        at = simulated(dose, count, seed, progress)
        answer = _answer(row, at, simulated(over, count, seed, progress) if over else None, progress)
    except Cancelled:
        raise
    except SpeciosaError as error:
        answer = _Answer(Grounds(), failed=str(error))
    return _told(row, dose, over, answer)


def _answer(row: "ClaimTests", at: Simulated, over: Simulated | None, progress: Progress | None) -> _Answer:
    grounds = grounds_of(_targets(row.figure), at.swallowed())
    found = _found(row, at, over, progress)
    if found is None:
        return _Answer(grounds)
    measured, draw = found
    panels = tuple(name for target in _targets(row.figure) for name in exposure.panels_of(target, efficacy=True))
    with_sets = at.draws if draw.size == at.draw.size else None
    figure = exposure.summed_up(row.figure, measured, draw, draws=with_sets, panels=panels)
    return _Answer(grounds, figure, None if figure is None else _share(measured.values, draw, row))


def _found(
    row: "ClaimTests", at: Simulated, over: Simulated | None, progress: Progress | None
) -> tuple[Measured, NDArray[np.int64]] | None:
    """A number per run with the draw of each; ``None`` where the model computes no such thing."""
    medicine = row.figure.removesuffix(RATIO)
    if row.figure.endswith(RATIO) and medicine in models.network().compounds:
        size = at.case.simulation
        return with_medicine(at.dose, medicine, size.people, size.seed, progress)
    first, _, second = row.figure.partition(QUOTIENT)
    if first not in at.figures or (second and second not in at.figures):
        return None
    value = at.figures[first]
    if second:
        value = _over(value, at.figures[second], f"{value.label} over {at.figures[second].label}")
    if over is not None:
        if first not in over.figures:
            return None
        value = _over(value, over.figures[first], f"{value.label}, “{at.dose.name}” over “{over.dose.name}”")
    return value, at.draw


def _over(above: Measured, below: Measured, label: str) -> Measured:
    """The same person and draw in both: a ratio run by run."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = above.values / below.values
    return Measured(label, "", ratio, tuple(dict.fromkeys((*above.rows, *below.rows))))


def _share(values: NDArray[np.float64], draw: NDArray[np.int64], row: "ClaimTests") -> Share:
    """How many of 100 people are beyond the mark, centrally and in each draw."""
    good = np.isfinite(values)
    over = np.array([beyond(value, row.direction, row.threshold) for value in values])
    drawn = [
        HUNDRED * float(np.mean(over[here])) for d in np.unique(draw) if d > 0 and (here := good & (draw == d)).any()
    ]
    central = HUNDRED * float(np.mean(over[good & (draw == 0)]))
    if len(drawn) < 2:
        return Share(of_100=central)
    low, high = np.quantile(drawn, _ENDS)
    return Share(
        of_100=central, uncertainty=Interval(low=float(low), high=float(high), covers="90 % of parameter draws")
    )


def _targets(figure: str) -> tuple[str, ...]:
    """Ids of the targets that a figure depends on."""
    network, first = models.network(), figure.partition(".")[0]
    if first in network.targets and first not in _RESTS_ON:
        return (first,)
    if first in network.monoamines:
        return (network.monoamines[first].transporter,)
    return _RESTS_ON.get(first, ())


def _told(row: "ClaimTests", dose: "StatedDoses", over: "StatedDoses | None", answer: _Answer) -> TestResult:
    figure, share = answer.figure, answer.share
    outcome, why = judge(figure, row.direction, row.threshold, answer.grounds)
    if answer.failed:
        why = Why.FAILED
    mark = Mark(
        value=row.threshold,
        unit=row.unit,
        direction=row.direction,
        says=row.mark,
        reason=row.reason,
        rows=_keys(row.threshold_rows),
        judged=not knowledge.load().grades[row.confidence].measured,
    )
    speaks = {Outcome.REACHES: row.if_reached, Outcome.DOES_NOT_REACH: row.if_not}.get(outcome, Speaks.NEITHER)
    behind = figure.rows if figure is not None else ()
    sets = (one.row for one in figure.data_sets) if figure is not None else ()
    beside = tuple(r for r in exposure.references() if row.figure.startswith(f"{r.target}.occupancy"))
    named = (f"claim_tests:{row.id}", f"stated_doses:{dose.id}", *([f"stated_doses:{over.id}"] if over else []))
    return TestResult(
        test=row.id,
        claim=row.claim,
        question=row.question,
        dose=_dose(dose),
        over=_dose(over) if over is not None else None,
        mark=mark,
        outcome=outcome,
        why=why,
        speaks=Speaks(speaks),
        figure=figure,
        share=share,
        beside=beside,
        sentence=sentence(row, dose.name, outcome, why, figure, share.of_100 if share is not None else None),
        sources=tuple(dict.fromkeys((*named, *_keys(dose.rows), *mark.rows, *_keys(row.caveat_rows), *behind, *sets))),
        not_known=tuple(_not_known(why, answer)),
    )


def _dose(row: "StatedDoses") -> Dose:
    return Dose(id=row.id, name=row.name, states=row.states, note=row.note or "", rows=_keys(row.rows))


def _keys(cell: str | None) -> tuple[str, ...]:
    return tuple(key.strip() for key in (cell or "").split(";") if key.strip())


def _not_known(why: Why, answer: _Answer) -> Iterator[str]:
    """What nobody knows and would matter here, in sentences."""
    for name in answer.grounds.unmeasured:
        yield f"No measurement of any alkaloid of kratom was found at the {name}."
    for name in answer.grounds.recalled:
        yield f"At the {name} every affinity is recalled or assumed; none was read."
    if why is Why.MOST_UNMEASURED:
        yield "Most of what is swallowed was never measured there."
    if why is Why.SETS_DISAGREE:
        yield "Which of the published sets of affinities is right."
    if answer.failed:
        yield f"The dose could not be simulated: {answer.failed}"
    yield "Whether reaching this mark helps or harms anyone: a test of a mechanism does not say."
