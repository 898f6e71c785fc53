"""A printed number: its digits, its decimals, and how far rounding can have moved it."""

import re
from dataclasses import dataclass

from speciosa.certificates import Value


@dataclass(frozen=True)
class Printed:
    """The digits of a printed number.

    Attributes:
        digits: all digits without leading zeros, as text; ``"120"`` for 1.20.
        decimals: digits behind the decimal mark.
    """

    digits: str
    decimals: int

    @property
    def significant(self) -> int:
        """How many significant digits are printed."""
        return len(self.digits)

    @property
    def last(self) -> int:
        """The last printed digit."""
        return int(self.digits[-1])


def printed(value: Value) -> Printed | None:
    """The digits of a measured value; ``None`` for anything else, and for powers of ten, whose digits are chosen."""
    if value.qualifier != "measured" or value.value is None or value.value <= 0:
        return None
    found = re.match(r"\s*[+]?\s*([\d.,\s]*\d)\s*([eE×x*·^].*)?", value.result_as_printed)
    if found is None or found[2]:
        return None
    text = re.sub(r"\s", "", found[1])
    # the mark is the one that makes the text the number that was read
    for mark in ".,":
        whole, _, part = text.rpartition(mark)
        plain = f"{re.sub(r'[.,]', '', whole)}.{part}" if whole or text.startswith(mark) else text
        if part.isdigit() and (whole or text.startswith(mark)) and _same(plain, value.value):
            return _of(f"{re.sub(r'[.,]', '', whole)}{part}", len(part))
    bare = re.sub(r"[.,]", "", text)
    return _of(bare, 0) if _same(bare, value.value) else None


def half_last_digit(value: Value) -> float:
    """How far rounding can have moved a printed value, in its unit; 0 where the digits cannot be told."""
    found = printed(value)
    return 0.5 * 10.0**-found.decimals if found is not None else 0.0


def _same(text: str, value: float) -> bool:
    return bool(re.fullmatch(r"\d*\.?\d+", text)) and abs(float(text) - value) <= 1e-9 * max(1.0, abs(value))


def _of(digits: str, decimals: int) -> Printed | None:
    stripped = digits.lstrip("0")
    return Printed(stripped, decimals) if stripped else None
