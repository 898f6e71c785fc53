"""Numbers and results as laboratories print them: decimal commas, powers of ten, ND, <LOQ, <0.01."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Qualifier = Literal[
    "measured",
    "not detected",
    "below LOQ",
    "below value",
    "above value",
    "trace",
    "absent",
    "present",
    "passed",
    "failed",
    "not tested",
]

LARGEST_EXPONENT = 20
_NUMBER = r"[+-]?\d[\d.,\s]*\d|[+-]?\d|[+-]?[.,]\d+"
_POWER = r"\s*(?:[eE]([+-]?\d{1,3})|\s*[x×*·]\s*10\s*\^?\s*([+-]?\d{1,3}))?"
_RESULT = re.compile(rf"([<>≤≥]?)\s*({_NUMBER}){_POWER}\s*(est\.?)?\s*([^\d\s.,+-].*)?", re.DOTALL)
_BOUND = re.compile(rf"([^\d(\[,:;]+?)[\s(\[,:;=]*(?:LOQ|LOD)?[\s<=:]*({_NUMBER}){_POWER}\s*([^\d\s)\]]*)[)\]]?")
_WORDS: dict[str, Qualifier] = {
    "nd": "not detected",
    "notdetected": "not detected",
    "nonedetected": "not detected",
    "undetected": "not detected",
    "tidakterdeteksi": "not detected",
    "<lod": "not detected",
    "<dl": "not detected",
    "<mdl": "not detected",
    "belowlod": "not detected",
    "bdl": "not detected",
    "<loq": "below LOQ",
    "<mrl": "below LOQ",
    "<rl": "below LOQ",
    "blq": "below LOQ",
    "bql": "below LOQ",
    "blloq": "below LOQ",
    "belowloq": "below LOQ",
    "notquantifiable": "below LOQ",
    "trace": "trace",
    "traces": "trace",
    "tr": "trace",
    "absent": "absent",
    "negative": "absent",
    "neg": "absent",
    "presumptivenegative": "absent",
    "negatif": "absent",
    "present": "present",
    "positive": "present",
    "detected": "present",
    "positif": "present",
    "tntc": "above value",
    "pass": "passed",
    "passed": "passed",
    "passes": "passed",
    "conforms": "passed",
    "complies": "passed",
    "fail": "failed",
    "failed": "failed",
    "fails": "failed",
    "nt": "not tested",
    "nottested": "not tested",
    "notanalyzed": "not tested",
    "notanalysed": "not tested",
    "notmeasured": "not tested",
    "na": "not tested",
    "": "not tested",
}


@dataclass(frozen=True)
class Result:
    """A printed result, taken apart.

    Attributes:
        qualifier: what kind of statement it is.
        value: the number; for *below value* and *above value* the bound; ``None`` where none is printed.
        bound: a limit of quantification printed with the result, such as in ``<LOQ (0.12)``.
        unit: what stands behind the number or the word, as printed.
    """

    qualifier: Qualifier
    value: float | None = None
    bound: float | None = None
    unit: str = ""


class UnreadableError(ValueError):
    """A text is no result; its message is what was expected."""


def result(text: str, comma: bool | None = None) -> Result:
    """Take a printed result apart.

    Args:
        text: the cell.
        comma: whether the file writes decimal commas; ``None`` when it does not show.

    Raises:
        UnreadableError: the text is no result, or its number can be read in two ways.
    """
    cell = text.strip()
    found = _RESULT.fullmatch(cell)
    if found is not None:
        sign, digits, e, ten, _, unit = found.groups()
        value = number(digits, comma) * power(e or ten)
        qualifier: Qualifier = "measured"
        if sign:
            qualifier = "below value" if sign in "<≤" else "above value"
        return Result(qualifier, finite(value), unit=(unit or "").strip())
    return _in_words(cell, comma)


def number(text: str, comma: bool | None = None) -> float:
    """A printed number with its decimal and thousands marks.

    Raises:
        UnreadableError: it is no number, or it can be read in two ways.
    """
    digits = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d{3})", "", text.strip())
    if not re.fullmatch(r"[+-]?(\d[\d.,]*|[.,]\d+)", digits) or len(digits) > 40 or not digits.isascii():
        raise UnreadableError("a number")
    marks = re.sub(r"[^.,]", "", digits)
    if not marks:
        return float(digits)
    mark = marks[-1]
    if marks.count(mark) > 1 or (len(marks) > 1 and mark not in marks[:-1]):
        return _grouped(digits, marks)
    whole, _, part = digits.rpartition(mark)
    if len(part) == 3 and whole.lstrip("+-") not in {"", "0"}:
        if mark == "," and comma is None:
            raise UnreadableError("a number that can be read in one way only (is the comma a decimal mark?)")
        if mark == "." and comma:
            raise UnreadableError("a number that can be read in one way only (the other numbers have decimal commas)")
        if mark == "," and not comma:
            return float(whole + part)
    return float(f"{whole or '0'}.{part or '0'}" if whole not in {"+", "-"} else f"{whole}0.{part}")


def decimal_comma(cells: Iterable[str]) -> bool | None:
    """Whether numbers have decimal commas, judged by those that can be read in one way only.

    Returns:
        ``None`` when nothing tells, or when both are found.
    """
    seen = set()
    for cell in cells:
        for found in re.finditer(r"(?<![\d.,])(\d+)([.,])(\d+)(?![\d.,])", cell):
            whole, mark, part = found.groups()
            if len(part) != 3 or whole == "0":
                seen.add(mark == ",")
    return seen.pop() if len(seen) == 1 else None


def power(exponent: str | None) -> float:
    """Ten to a printed exponent; 1 when there is none.

    Raises:
        UnreadableError: the exponent is beyond any content or count.
    """
    if exponent and abs(int(exponent)) > LARGEST_EXPONENT:
        raise UnreadableError("a number of sensible size")
    return math.pow(10.0, int(exponent)) if exponent else 1.0


def finite(value: float) -> float:
    """The value, which must be a number that exists.

    Raises:
        UnreadableError: it is infinite.
    """
    if not math.isfinite(value):
        raise UnreadableError("a number of sensible size")
    return value


def _grouped(digits: str, marks: str) -> float:
    """Thousands marks, with or without a decimal mark of the other kind behind them."""
    last = marks[-1]
    other = "," if last == "." else "."
    if marks.count(last) > 1:
        whole, part, group = digits, "", last
    else:
        whole, _, part = digits.rpartition(last)
        group = other
    if not re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole):
        raise UnreadableError("a number with its thousands in groups of three")
    return float(f"{whole.replace(group, '')}.{part or '0'}")


def _in_words(cell: str, comma: bool | None) -> Result:
    word = _word(cell)
    if word in _WORDS:
        return Result(_WORDS[word])
    unit = re.fullmatch(r"(.+?)\s*(?:/|\bin\b|\bper\b)\s*(\d+\s*g)", cell, re.IGNORECASE | re.DOTALL)
    if unit is not None and _WORDS.get(_word(unit.group(1))) in {"absent", "present", "not detected"}:
        return Result(_WORDS[_word(unit.group(1))], unit=f"in {unit.group(2)}")
    bound = _BOUND.fullmatch(cell)
    if bound is not None and _word(bound.group(1)) in _WORDS:
        said = _WORDS[_word(bound.group(1))]
        value = finite(number(bound.group(2), comma) * power(bound.group(3) or bound.group(4)))
        if said in {"not detected", "below LOQ", "trace"}:
            return Result(said, bound=value, unit=bound.group(5).strip())
    raise UnreadableError("a number, ND, <LOQ, <0.01, trace, absent, present, pass, fail or NT")


def _word(text: str) -> str:
    return re.sub(r"[\s.\-–—_/()]+", "", text.casefold()).replace("≤", "<")
