"""Computed tests of claims made readable: a row each, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass

from speciosa.claims import Mark, Outcome, TestResult
from speciosa.errors import InputError
from speciosa.exposure import Interval, Reference
from speciosa.reports._words import NO_SPREAD, SHARE, count, number, span

BEGIN, END = "<!-- claim tests: begin -->", "<!-- claim tests: end -->"
NO_FIGURE = "no figure"
MECHANISM_ONLY = "A test asks of a mechanism, never of a benefit: reaching a mark helps nobody yet."
_PLAIN = {"intensity": ""}


@dataclass(frozen=True)
class MedicineBeside:
    """A known medicine at the target of a test, in words."""

    name: str
    held: str
    seen: str


@dataclass(frozen=True)
class TestRow:
    """One test in words.

    Attributes:
        test: its id.
        claim: id of the claim.
        question: what is asked.
        dose: at which dose; what it is compared with stands behind it.
        states: who states the dose.
        figure: what was computed.
        value: in the median person.
        known: whether ``value`` is a number.
        variability: people differ.
        uncertainty: we do not know.
        mark: what would have to be reached.
        reason: why that mark.
        share: how many of 100 people are beyond it.
        outcome: the answer.
        why: which part of the rule decided.
        speaks: what it says of the claim.
        medicines: known medicines at the same target.
        sources: knowledge rows behind it.
    """

    __test__ = False  # no test of ours, whatever its name

    test: str
    claim: str
    question: str
    dose: str
    states: str
    figure: str
    value: str
    known: bool
    variability: str
    uncertainty: str
    mark: str
    reason: str
    share: str
    outcome: str
    why: str
    speaks: str
    medicines: tuple[MedicineBeside, ...]
    sources: tuple[str, ...]


def row(result: TestResult) -> TestRow:
    """A result in words."""
    figure, unit = result.figure, unit_of(result.mark)
    over = f", over {result.over.name}" if result.over is not None else ""
    return TestRow(
        test=result.test,
        claim=result.claim,
        question=result.question,
        dose=f"{result.dose.name}{over}",
        states=result.dose.states,
        figure=figure.label if figure is not None else NO_FIGURE,
        value=number(figure.value, unit) if figure is not None else NO_FIGURE,
        known=figure is not None,
        variability=_between(figure.variability, unit) if figure is not None else "",
        uncertainty=_between(figure.uncertainty, unit) if figure is not None else "",
        mark=mark(result.mark),
        reason=result.mark.reason,
        share="" if result.share is None else f"{result.share.of_100:.0f} of 100",
        outcome=result.outcome.value,
        why=result.why.value,
        speaks=result.speaks.value,
        medicines=tuple(_beside(one) for one in result.beside),
        sources=result.sources,
    )


def mark(asked: Mark) -> str:
    """The mark with what it is: ``at least 50 %: half of a target``."""
    return f"{asked.direction} {number(asked.value, unit_of(asked))}: {asked.says}"


def unit_of(asked: Mark) -> str:
    """The unit of a mark and of the figure held against it, as the reports write units."""
    return _PLAIN.get(asked.unit, asked.unit)


def sentence(results: Sequence[TestResult]) -> str:
    """What several tests say together."""
    if not results:
        return "No test of this was computed."
    counted = [(outcome, sum(r.outcome is outcome for r in results)) for outcome in Outcome]
    told = "; ".join(f"{how_many} {_VERBS[outcome][how_many != 1]}" for outcome, how_many in counted if how_many)
    return f"{count(len(results), 'computed test')}: {told}. {MECHANISM_ONLY}"


def markdown(page: str, results: Sequence[TestResult]) -> str:
    """A page of the documentation with its table of results made anew between its two marks.

    Raises:
        InputError: the page lacks one of the marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise InputError("page", "no marks", f"the lines {BEGIN} and {END} around the table")
    return f"{before}{BEGIN}\n\n{_table(results)}\n\n{END}{after}"


def _table(results: Sequence[TestResult]) -> str:
    lines = [f"| {' | '.join(_HEADINGS)} |", f"|{' --- |' * len(_HEADINGS)}"]
    for result in sorted(results, key=lambda r: r.test):
        told = row(result)
        cells = (
            f"{told.test} `{told.claim}`",
            f"{told.question} ({told.dose})",
            told.value,
            told.variability or "–",
            told.uncertainty or "–",
            told.mark,
            told.share or "–",
            f"**{told.outcome}**" if result.outcome is not Outcome.NOT_DETERMINED else f"{told.outcome}: {told.why}",
        )
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join([sentence(results), "", *lines])


_HEADINGS = ("test", "question (dose)", "median", "people differ", "we do not know", "mark", "people beyond", "answer")
_VERBS = {
    Outcome.REACHES: ("reaches its mark", "reach their marks"),
    Outcome.DOES_NOT_REACH: ("does not reach its mark", "do not reach theirs"),
    Outcome.NOT_DETERMINED: ("is not determined", "are not determined"),
}


def _between(interval: Interval | None, unit: str) -> str:
    return "" if interval is None else span(interval.low, interval.high, unit)


def _beside(one: Reference) -> MedicineBeside:
    spread = one.held.uncertainty
    held = f"{number(one.held.value, SHARE)} ({span(spread.low, spread.high, SHARE) if spread else NO_SPREAD})"
    return MedicineBeside(f"{one.medicine}, {one.dose}", held, _between(one.seen, SHARE))
