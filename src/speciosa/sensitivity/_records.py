"""What a sensitivity analysis says, as plain records that reports can print and JSON can carry."""

from speciosa.exposure import Interval, Record


class Share(Record):
    """A Sobol' index: a share of the variance of an answer, with the 90 % interval of its estimate."""

    value: float
    low: float
    high: float


class Member(Record):
    """One parameter of those that are moved together.

    Attributes:
        name: name in the model file.
        meaning: in words.
        about: name of the compound it belongs to; empty for what belongs to none.
        median: central value.
        low: 5th percentile of what is held possible.
        high: 95th percentile.
        unit: its unit.
        basis: ``measured``, ``calibrated``, ``derived`` or ``stated prior``; ``certificate`` for a content.
        rows: knowledge rows behind it.
        reason: why it has this value.
        share: share of the variance that would go on average if it alone were known, by itself and through the
            parameters that go along with it.
        measurable: how it could be measured, in words; empty where we can name no way.
    """

    name: str
    meaning: str
    about: str
    median: float
    low: float
    high: float
    unit: str
    basis: str
    rows: tuple[str, ...]
    reason: str
    share: float
    measurable: str


class Influence(Record):
    """One thing that is not known, and what it does to an answer.

    Attributes:
        members: the parameter; several where the data tie them together, the most telling first.
        moves: by how much the answer changes on average when it moves by half its probability: a factor where the
            answer is judged by folds, else in the answer's unit.
        first: share of the variance that would go on average if it were known.
        total: share that would stay if all else were known.
    """

    members: tuple[Member, ...]
    moves: float
    first: Share
    total: Share


class Next(Record):
    """What should be measured next for one answer.

    Attributes:
        parameter: whose knowledge would narrow the answer most.
        now: 90 % interval of the answer today.
        then: what it would shrink to, about and on average.
        share: of the variance that would go.
    """

    parameter: Member
    now: Interval
    then: Interval
    share: float


class Answer(Record):
    """One answer of the case and what it hangs on.

    Attributes:
        key: of the figure.
        question: that it answers; the label where nobody worded one.
        label: of the figure.
        unit: of its values.
        value: median of the draws.
        interval: 90 % of the draws, for the median person.
        folds: whether its spread is judged by folds (logarithms) or by differences.
        varies: whether it varies at all.
        influences: what matters, strongest first.
        rest: total index of everything that the screening put aside, taken together.
        unsettled: runs in which the answer could not be determined.
        next: what should be measured next; ``None`` where no single thing would help.
    """

    key: str
    question: str
    label: str
    unit: str
    value: float
    interval: Interval
    folds: bool
    varies: bool
    influences: tuple[Influence, ...]
    rest: Share | None
    unsettled: int
    next: Next | None


class Sensitivity(Record):
    """The analysis of one regimen of a case.

    Attributes:
        title: the case's own title.
        regimen: its name.
        doses: the regimen in words.
        people: virtual people; what they differ in is at its median in the one person who is simulated.
        seed: of all random numbers.
        factors: how many things were moved: parameters alone, parameters that the data tie together as one, contents.
        untouched: how many others were tried and reach no number of this model.
        screened: how many factors went on from the screening.
        trajectories: walks of the screening.
        samples: base samples of the indices.
        status: how many runs ended how.
        answers: in the order of the case's figures.
        software: version of Speciosa.
        knowledge: version and checksum of the knowledge used.
    """

    title: str
    regimen: str
    doses: str
    people: int
    seed: int
    factors: int
    untouched: int
    screened: int
    trajectories: int
    samples: int
    status: dict[str, int]
    answers: tuple[Answer, ...]
    software: str
    knowledge: str
