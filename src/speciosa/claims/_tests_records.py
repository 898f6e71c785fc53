"""What a computed test of a claim says, as plain records."""

from enum import StrEnum
from typing import ClassVar

from speciosa.claims._tests_rule import Direction, Outcome, Why
from speciosa.exposure import Figure, Interval, Record, Reference


class Speaks(StrEnum):
    """What an outcome says of the claim."""

    FOR = "for the claim"
    AGAINST = "against the claim"
    NEITHER = "neither"


class Dose(Record):
    """A dose that a study, a survey or a label states.

    Attributes:
        id: of its row in ``stated_doses``.
        name: in words.
        states: who states it.
        note: what was assumed.
        rows: knowledge rows that state it.
    """

    id: str
    name: str
    states: str
    note: str
    rows: tuple[str, ...]


class Mark(Record):
    """What would have to be reached.

    Attributes:
        value: in ``unit``.
        unit: ``share``, ``fold``, ``h``, ``nM``, ``ms``, ``mmHg`` or ``intensity``.
        direction: ``at least`` or ``at most``.
        says: what it is, in words.
        reason: why this mark.
        rows: knowledge rows behind it.
        judged: whether nobody measured it and it is our judgement.
    """

    value: float
    unit: str
    direction: Direction
    says: str
    reason: str
    rows: tuple[str, ...]
    judged: bool


class Share(Record):
    """How many of 100 people are beyond the mark.

    Attributes:
        of_100: at the central parameters.
        uncertainty: over the parameter draws; ``None`` where there are none.
    """

    of_100: float
    uncertainty: Interval | None = None


class TestResult(Record):
    """The answer of one test.

    Attributes:
        test: id of its row in ``claim_tests``.
        claim: id of the claim.
        question: in words.
        dose: at which it is asked.
        over: the dose that it is compared with; ``None`` where the question is of one dose.
        mark: what would have to be reached.
        outcome: the answer.
        why: which part of the rule decided.
        speaks: what the outcome says of the claim.
        figure: the computed number with both spreads; ``None`` where there is none.
        share: how many of 100 people are beyond the mark; ``None`` without a figure.
        beside: known medicines at the same target.
        sentence: the answer in plain words.
        sources: knowledge rows behind it.
        not_known: what nobody knows and would matter here.
    """

    __test__: ClassVar[bool] = False  # no test of ours, whatever its name

    test: str
    claim: str
    question: str
    dose: Dose
    over: Dose | None
    mark: Mark
    outcome: Outcome
    why: Why
    speaks: Speaks
    figure: Figure | None
    share: Share | None
    beside: tuple[Reference, ...]
    sentence: str
    sources: tuple[str, ...]
    not_known: tuple[str, ...]
