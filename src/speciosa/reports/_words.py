"""Numbers, spans and severities in words: the one place that decides how they look, on screen and on paper."""

import math
import unicodedata
from collections.abc import Mapping

from speciosa.checks import Certainty, Severity
from speciosa.exposure import Figure, Interval

NOT_DETERMINED = "not determined"
PEOPLE_DIFFER = "people differ"
WE_DO_NOT_KNOW = "we do not know"
NO_SPREAD = "not computed"

# A pure number is a share or a ratio; its key says which. Both are pseudo-units of this module.
SHARE = "share"
FOLD = "fold"
_SHARES = ("occupancy", ".effect", "CYP3A_", "CYP2D6_", "breathing.ventilation", "breathing.response")
_FOLDS = ("ratio", "accumulation", ".level")

_PRETTY = {
    "": "",
    "dimensionless": "",
    SHARE: "%",
    FOLD: "-fold",
    "d": "days",
    "nM*h": "nM·h",
    "1/h": "per h",
    "L/h/kg": "L/h per kg",
    "L/kg": "L per kg",
    "mg/kg": "mg per kg",
    "ug": "µg",
    "uM": "µM",
}
_TIGHT = frozenset({FOLD, ""})  # written without a space after the number
_PLAIN_FROM, _PLAIN_TO = 1e-6, 1e9
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DAY = 24.0
_IN_DAYS_FROM = 48.0

MEANING = {
    Severity.EMERGENCY: "call for help at once if this happens",
    Severity.CONTRAINDICATED: "must not go together",
    Severity.MAJOR: "can do serious harm",
    Severity.MODERATE: "can do harm, needs care",
    Severity.UNKNOWN: "nobody knows, or not in our tables",
    Severity.MINOR: "a small matter",
    Severity.INFORM: "good to know",
}
GRADE = {
    Certainty.HIGH: 4,
    Certainty.MODERATE: 3,
    Certainty.LOW: 2,
    Certainty.VERY_LOW: 1,
    Certainty.NOT_KNOWN: 0,
}
"""Filled marks out of four, as GRADE draws them."""


def clean(text: str) -> str:
    """A text without control characters and direction overrides, which could forge what is on a screen."""
    return "".join(c for c in text if c in "\n\t" or not (unicodedata.category(c) in _FORGERS or c in _OVERRIDES))


_FORGERS = frozenset({"Cc", "Cs"})
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")


def number(value: float | None, unit: str = "") -> str:
    """A number for a reader: three significant digits, its unit, no exponent where it can be avoided.

    Args:
        value: the number; what is missing, NaN or infinite is *not determined*.
        unit: pint-readable unit, or one of the pseudo-units ``share`` and ``fold``.
    """
    if value is None or not math.isfinite(value):
        return NOT_DETERMINED
    return _with_unit(_digits(value * 100.0 if unit == SHARE else value), unit)


def span(low: float | None, high: float | None, unit: str = "") -> str:
    """Two numbers of one unit as ``low to high unit``."""
    ends = [number(end) for end in (low, high)]
    if NOT_DETERMINED in ends:
        return NOT_DETERMINED
    scale = 100.0 if unit == SHARE else 1.0
    return _with_unit(" to ".join(_digits(float(end or 0.0) * scale) for end in (low, high)), unit)


def unit_of(key: str, unit: str) -> str:
    """The unit to show a figure or curve in: pure numbers are shares or ratios, and the key says which."""
    if unit not in {"", "dimensionless"}:
        return unit
    if any(mark in key for mark in _FOLDS):
        return FOLD
    return SHARE if any(mark in key for mark in _SHARES) else ""


def pretty(unit: str) -> str:
    """A unit as it is written for readers."""
    return _PRETTY.get(unit, unit)


def amount(figure: Figure) -> str:
    """The value of a figure with its unit; where it is no answer, that it is not determined, and what was computed."""
    said = number(figure.value, unit_of(figure.key, figure.unit))
    return said if figure.determined else f"{NOT_DETERMINED} (computed alone: {said})"


def spread(figure: Figure, interval: Interval | None) -> str:
    """One spread of a figure with its unit, without what it covers."""
    if interval is None:
        return NO_SPREAD
    return span(interval.low, interval.high, unit_of(figure.key, figure.unit))


def hours(time: float) -> str:
    """A time since the first dose: hours up to two days, then days."""
    if time < _IN_DAYS_FROM:
        return number(time, "h")
    return f"{number(time / _DAY)}\N{NO-BREAK SPACE}days"


def sentence_case(text: str) -> str:
    """The text with its first letter in upper case, unless it is a name such as mRNA or 7-OH."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def count(how_many: int, one: str, many: str | None = None) -> str:
    """A count with its noun: ``1 finding``, ``2 findings``."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"


def runs(status: Mapping[str, int]) -> str:
    """How the runs of a scenario ended, the engine's words in a phrase: ``1,820 of 1,825 runs ended well; 5: …``."""
    total, well = sum(status.values()), status.get(_WELL, 0)
    others = "".join(f"; {how_many:,}: {words}" for words, how_many in sorted(status.items()) if words != _WELL)
    return f"{well:,} of {count(total, 'run')} ended well{others}"


def field(name: str) -> str:
    """The name of a field or table in words: ``weight_kg`` → ``Weight, kg``."""
    stem, _, unit = name.rpartition("_")
    if stem and unit in _FIELD_UNITS:
        return f"{field(stem)}, {_FIELD_UNITS[unit]}"
    return sentence_case(" ".join(word.upper() if word in _ABBREVIATIONS else word for word in name.split("_")))


_WELL = "ok"
_FIELD_UNITS = {"y": "years", "cm": "cm", "kg": "kg", "h": "h", "g": "g", "mg": "mg"}
_ABBREVIATIONS = frozenset({"adme", "ddi", "id", "lod", "loq", "pk", "sd", "us"})


def _digits(value: float) -> str:
    size = abs(value)
    if size != 0.0 and not _PLAIN_FROM <= size < _PLAIN_TO:
        digits, exponent = f"{value:.2e}".split("e")
        return f"{digits.rstrip('0').rstrip('.')} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    if size == 0.0:
        return "0"
    rounded = float(f"{value:.3g}")
    decimals = max(2 - math.floor(math.log10(abs(rounded))), 0)
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_unit(digits: str, unit: str) -> str:
    shown = pretty(unit)
    return f"{digits}{shown}" if unit in _TIGHT or not shown else f"{digits}\N{NO-BREAK SPACE}{shown}"
