"""What the digits of a paper look like: unusual patterns that altered papers show, and that are never proof of one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speciosa import knowledge
from speciosa.certificates import Certificate, Value
from speciosa.checks import _digit_tests
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._printed import Printed, printed
from speciosa.checks._words import count, join, listed

LAST = Rule(id="certificate.last-digits", text="the last digits of measured numbers are about equally frequent")
REPEATS = Rule(id="certificate.repeats", text="different things do not share one number more often than by chance")
ROUND = Rule(id="certificate.round-values", text="measured numbers rarely end in 0 or 5")
PRECISION = Rule(id="certificate.precision", text="the numbers of a column are printed in one precision")
ENDINGS = Rule(id="certificate.endings", text="different numbers do not share their decimals more often than by chance")
COPIED = Rule(id="certificate.copied", text="papers of two lots do not share their numbers more often than by chance")
TESTS = 6  # they share the false alarms that the prior allows

FALSE_ALARM, FEWEST, SPREAD = "priors:PR1205", "priors:PR1206", "priors:PR1207"
SINGLE = frozenset({"alkaloid", "metal", "mycotoxin", "residual solvent"})  # counts of germs are round by their nature
_TWO_DIGITS, _THREE_DIGITS = 2, 3
_NOT_PROOF = "This is unusual and no proof of anything: a program that rounds, or a typing error, can do the same."
_BENFORD = "The law of first digits (Benford) is not used: contents of one kind of product span too few powers of ten."
_ASK = (
    "Ask the laboratory, by an address that you looked up yourself, whether it issued this paper with these numbers, "
    "and for the raw data or the chromatogram."
)


@dataclass(frozen=True)
class _Line:
    """A measured value with its digits."""

    value: Value
    digits: Printed

    @property
    def number(self) -> float:
        """The value in its unit."""
        return self.value.value or 0.0


@dataclass(frozen=True)
class _Judge:
    """From which P on a test speaks, how many values it needs, how measurements scatter."""

    alpha: float
    fewest: int
    rsd: float


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """At most one finding on digits that agree too well, one on precision, one per lot that was copied."""
    lines, judge = list(_lines(paper)), _judge()
    tests = (_repeats, _round, _endings, _last) if len(lines) >= judge.fewest else (_repeats,)
    # numbers that repeat have uneven last digits too: the first test that speaks says what is the matter
    yield from next((said for test in tests if (said := list(test(lines, judge)))), [])
    if len(lines) >= judge.fewest:
        yield from _precision(lines)
    yield from _copied(paper, lines, context, judge)


def _judge() -> _Judge:
    known = knowledge.load()
    alarm, fewest, spread = (known.row(row) for row in (FALSE_ALARM, FEWEST, SPREAD))
    return _Judge(alarm.median / TESTS, int(fewest.median), spread.median)


def _lines(paper: Certificate) -> Iterator[_Line]:
    """One measured number of each single analyte with two significant digits or more; sums are not measured."""
    seen = set()
    for value in paper.values:
        digits = printed(value)
        if value.kind in SINGLE and value.analyte not in seen and digits is not None:
            seen.add(value.analyte)
            if digits.significant >= _TWO_DIGITS:
                yield _Line(value, digits)


def _last(lines: Sequence[_Line], judge: _Judge) -> Iterator[Finding]:
    digits = [line.digits.last for line in lines]
    p = _digit_tests.last_digits(digits)
    if p <= judge.alpha:
        often = max(set(digits) - {0}, key=digits.count)
        yield _finding(
            "last-digits",
            LAST,
            "Unusual last digits",
            f"Of {count(len(digits))} measured numbers {count(digits.count(often))} end in {often}. The last digit "
            "of a measurement is nearly random.",
            p,
            "Pearson's X² over the digits 1 to 9, simulated for this many numbers; zeros are left out.",
            lines,
        )


def _round(lines: Sequence[_Line], judge: _Judge) -> Iterator[Finding]:
    digits = [line.digits.last for line in lines]
    p = _digit_tests.round_values(digits)
    if p <= judge.alpha:
        yield _finding(
            "round-values",
            ROUND,
            "Almost all numbers are round",
            f"{count(sum(d in {0, 5} for d in digits))} of {count(len(digits))} measured numbers end in 0 or 5. About "
            "one in five would.",
            p,
            "Binomial probability, with 22 of 100 for a last digit of 0 or 5.",
            lines,
        )


def _repeats(lines: Sequence[_Line], judge: _Judge) -> Iterator[Finding]:
    if len(lines) < _THREE_DIGITS:
        return
    p = _digit_tests.repeats(
        [line.number for line in lines],
        [line.digits.decimals for line in lines],
        [line.value.unit for line in lines],
        judge.rsd,
    )
    if p <= judge.alpha:
        same: dict[tuple[float, str], list[_Line]] = defaultdict(list)
        for line in lines:
            same[line.number, line.value.unit].append(line)
        groups = [group for group in same.values() if len(group) > 1]
        told = "; ".join(
            f"{listed(line.value.analyte for line in group)} are all {group[0].value.result_as_printed} "
            f"{group[0].value.unit_as_printed}".strip()
            for group in groups
        )
        yield _finding(
            "repeats",
            REPEATS,
            "The same number again and again",
            f"Different things have one number: {told}.",
            p,
            "Each number was measured again in a simulation, with the scatter of a laboratory, and rounded as printed.",
            [line for group in groups for line in group],
        )


def _endings(lines: Sequence[_Line], judge: _Judge) -> Iterator[Finding]:
    fine = [line for line in lines if line.digits.decimals >= _TWO_DIGITS and line.digits.significant >= _THREE_DIGITS]
    if len(fine) < judge.fewest // 2:
        return
    p = _digit_tests.endings([line.number for line in fine], [line.digits.decimals for line in fine], judge.rsd)
    if p <= judge.alpha:
        ends = [line.digits.digits[-2:] for line in fine]
        often = max(set(ends), key=ends.count)
        yield _finding(
            "endings",
            ENDINGS,
            "Different numbers, the same decimals",
            f"{count(ends.count(often))} of {count(len(fine))} numbers end in {often}.",
            p,
            "Each number was measured again in a simulation, with the scatter of a laboratory, and rounded as printed.",
            [line for line, end in zip(fine, ends, strict=True) if end == often],
        )


def _precision(lines: Sequence[_Line]) -> Iterator[Finding]:
    columns: dict[tuple[str, str], list[_Line]] = defaultdict(list)
    for line in lines:
        columns[line.value.kind, line.value.unit].append(line)
    for column in columns.values():
        odd = _digit_tests.odd_precision([(line.digits.decimals, line.digits.significant) for line in column])
        if odd:
            named = [column[i] for i in odd]
            told = listed(f"{line.value.analyte} ({line.value.result_as_printed})" for line in named)
            yield _finding(
                "precision",
                PRECISION,
                "One number is printed more finely than its column",
                f"{told} {'has' if len(named) == 1 else 'have'} more decimals than the other "
                f"{len(column) - len(named)} of the column. A program prints a column in one way.",
                None,
                "Fixed decimals, fixed significant digits and zeros dropped at the end are all allowed for.",
                named,
            )


def _copied(paper: Certificate, lines: Sequence[_Line], context: PaperContext, judge: _Judge) -> Iterator[Finding]:
    """Numbers shared with the paper of another lot."""
    for other in context.others:
        if not paper.lot or not other.lot or _bare(paper.lot) == _bare(other.lot):
            continue
        theirs = {line.value.analyte: line for line in _lines(other)}
        both = [(line, theirs[line.value.analyte]) for line in lines if line.value.analyte in theirs]
        both = [(a, b) for a, b in both if a.value.unit == b.value.unit]
        equal = [a for a, b in both if a.number == b.number]
        if not equal:
            continue
        mine = [a for a, _ in both]
        p = _digit_tests.copied(
            [line.number for line in mine], [line.digits.decimals for line in mine], len(equal), judge.rsd
        )
        if p <= judge.alpha:
            yield _finding(
                "copied",
                COPIED,
                "Two lots, the same numbers",
                f"{count(len(equal))} of {count(len(both))} numbers are the same on the papers of lot {paper.lot} and "
                f"lot {other.lot}. Two lots differ, and so do two measurements of one.",
                p,
                "The numbers were measured twice in a simulation, with the scatter of a laboratory, and rounded as "
                "printed.",
                equal,
            )


def _bare(lot: str) -> str:
    return re.sub(r"[^a-z0-9]", "", lot.lower())


def _finding(
    name: str, rule: Rule, title: str, said: str, p: float | None, how: str, lines: Sequence[_Line]
) -> Finding:
    alarm = knowledge.load().row(FALSE_ALARM).median
    chance = f"By chance this is seen on {_one_in(p)} honest papers." if p is not None else ""
    return Finding(
        id=f"certificate:{name}",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title=title,
        sentence=join(said, chance, _NOT_PROOF, "Until the laboratory confirms it, take the paper as not checked."),
        reason=join(
            how,
            f"{TESTS} such tests are made; each speaks only below 1 in {count(TESTS / alarm)}, so that all together "
            f"speak on at most {count(100.0 * alarm)} of 100 honest papers ({FALSE_ALARM}).",
            _BENFORD,
            f"Read at {listed(dict.fromkeys(line.value.where for line in lines))}.",
        ),
        rule=rule,
        certainty=Certainty.VERY_LOW,
        sources=(FALSE_ALARM, FEWEST, SPREAD),
        not_known=("Why the numbers look so.",),
        ask=_ASK,
    )


def _one_in(p: float) -> str:
    return f"about 1 in {count(round(1.0 / p, -2))}" if p > 2e-4 else "fewer than 1 in 5000"
