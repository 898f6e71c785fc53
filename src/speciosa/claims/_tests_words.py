"""The answer of a test in plain words."""

import math
from typing import TYPE_CHECKING

from speciosa.claims._tests_rule import Outcome, Why
from speciosa.exposure import Figure, Interval

if TYPE_CHECKING:
    from speciosa.knowledge import ClaimTests

_LAST = {
    "mechanism": "Reaching a mark is not the same as helping: it says only whether the mechanism is there.",
    "harm": "A dose that stays clear of a mark is not safe for that: it says only what this mechanism does.",
}
_SIGNIFICANT = 3
_TAIL = {"share": " %", "fold": "-fold", "h": " h", "nM": " nM", "ms": " ms", "mmHg": " mmHg", "intensity": ""}
_SIDE = {"at least": "at or above", "at most": "at or below"}
_OTHER = {"at least": "below", "at most": "above"}


def amount(value: float, unit: str) -> str:
    """A number with its unit, three significant digits: ``31 %``, ``1.34-fold``."""
    return f"{_digits(100.0 * value if unit == 'share' else value)}{_TAIL[unit]}"


def between(interval: Interval, unit: str) -> str:
    """An interval with its unit: ``6.02 to 80.5 %``."""
    scale = 100.0 if unit == "share" else 1.0
    return f"{_digits(scale * interval.low)} to {_digits(scale * interval.high)}{_TAIL[unit]}"


def sentence(
    row: "ClaimTests", dose: str, outcome: Outcome, why: Why, figure: Figure | None, of_100: float | None
) -> str:
    """The answer: what was computed, against what, what follows, and that no benefit follows.

    Args:
        row: the test.
        dose: its dose in words.
        outcome: the answer.
        why: which part of the rule decided.
        figure: the computed number.
        of_100: people out of 100 beyond the mark.
    """
    parts = [
        f"{_computed(row, dose, figure, of_100)} {_answer(row, outcome, why, figure)}",
        row.caveat,
        _LAST[row.about],
    ]
    return " ".join(part for part in parts if part)


def _computed(row: "ClaimTests", dose: str, figure: Figure | None, of_100: float | None) -> str:
    mark = f"The mark is {row.direction} {amount(row.threshold, row.unit)}: {row.mark}."
    if figure is None:
        return f"{mark} For “{dose}” there is no figure to compare with it."
    where = "" if row.over else f" in “{dose}”"
    told = (
        f"{figure.label[:1].upper()}{figure.label[1:]}{where}: {amount(figure.value, row.unit)} in the median person."
    )
    differ = figure.variability and f"People differ: {between(figure.variability, row.unit)}."
    open_ = (
        figure.uncertainty and f"What nobody knows leaves {between(figure.uncertainty, row.unit)} open for the median."
    )
    people = of_100 is not None and _capital(f"{people_of_100(of_100)} are {_SIDE[row.direction]} it.")
    return " ".join(part for part in (told, differ, open_, mark, people) if part)


def people_of_100(share: float) -> str:
    """A share of people in words: ``0 of 100 people``, ``fewer than 1 of 100 people``, ``about 16 of 100 people``."""
    if share in {0.0, 100.0}:
        return f"{share:.0f} of 100 people"
    if 1.0 <= share <= 99.0:
        return f"about {share:.0f} of 100 people"
    return "fewer than 1 of 100 people" if share < 1.0 else "more than 99 of 100 people"


def _answer(row: "ClaimTests", outcome: Outcome, why: Why, figure: Figure | None) -> str:
    if outcome is Outcome.REACHES:
        return f"It reaches the mark: all that is held possible lies {_SIDE[row.direction]} it."
    if outcome is Outcome.DOES_NOT_REACH:
        return f"It does not reach the mark: all that is held possible lies {_OTHER[row.direction]} it."
    alone = ", and what could be computed is only a part" if figure is not None and why is Why.UNMEASURED else ""
    return f"Not determined: {why}{alone}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _digits(value: float) -> str:
    if not math.isfinite(value):
        return "not determined"
    if value == 0.0:
        return "0"
    decimals = _SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, decimals):,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
