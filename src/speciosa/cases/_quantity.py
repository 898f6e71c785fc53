"""Quantities as people write them (``2 g``, ``5 ft 9 in``, ``1/2 tablet``) as plain numbers: the border of units."""

import re
from functools import cache

import pint

from speciosa.certificates import PIECES, piece_of

_NUMBER = r"\d+(?:[.,]\d+)?|[.,]\d+|\d+\s*/\s*\d+"
_PART = re.compile(rf"\s*([+-]?\s*(?:{_NUMBER}))\s*([^\W\d_]+|['\"′″])\.?\s*,?", re.UNICODE)
_LONGEST = 60
DIGITS = 12  # the same length in two units is the same number
# spellings that pint does not know, or reads as something else
_SPELLINGS = {
    "'": "foot",
    "′": "foot",
    '"': "inch",
    "″": "inch",
    "wk": "week",
    "wks": "week",
    "y": "year",
    "st": "stone",
}
_TRAPS = {"gr": "g for grams", "grain": "g for grams", "grains": "g for grams"}
_NO_UNIT = re.compile(rf"\s*[+-]?\s*(?:{_NUMBER})\s*")


class QuantityError(ValueError):
    """A text is not the quantity that is wanted; its message completes "expected …"."""


def measure(raw: object, unit: str, example: str) -> float:
    """A quantity in a unit.

    Args:
        raw: what the user wrote.
        unit: pint name of the unit of the result.
        example: a right one, for the error.

    Raises:
        QuantityError: no unit, an unknown unit, one of another kind, or no number.
    """
    kind = str(units().get_dimensionality(unit))
    total = sum(
        _convert(value, _known(token, (kind,), example), unit, example) for value, token in _parts(raw, example)
    )
    return float(f"{total:.{DIGITS}g}")


def amount(raw: object, example: str = "2 g` or `1 tablet") -> tuple[float, str]:
    """A dose: its number, and ``g``, ``mg``, ``mL`` or the name of a piece.

    Raises:
        QuantityError: as for :func:`measure`.
    """
    parts = _parts(raw, example)
    if len(parts) == 1:
        value, token = parts[0]
        piece = piece_of(token)
        if piece is not None:
            return value, piece
        if token in {"g", "mg"}:
            return value, token
    first = _known(parts[0][1], ("[mass]", "[length] ** 3"), example)
    kind = str(units().get_dimensionality(first))
    if kind not in {"[mass]", "[length] ** 3"}:
        raise QuantityError(f"an amount such as `{example}`: a mass, a volume, or a number of {', '.join(PIECES)}")
    unit = "g" if kind == "[mass]" else "mL"
    total = sum(_convert(value, _known(token, (kind,), example), unit, example) for value, token in parts)
    return float(f"{total:.{DIGITS}g}"), unit


def _parts(raw: object, example: str) -> list[tuple[float, str]]:
    if not isinstance(raw, str) or len(raw) > _LONGEST or _NO_UNIT.fullmatch(raw):
        raise QuantityError(f"text with a number and its unit, such as `{example}`")
    parts, at = [], 0
    while at < len(raw):
        found = _PART.match(raw, at)
        if found is None:
            raise QuantityError(f"a number and its unit, such as `{example}`")
        parts.append((_number(found.group(1), example), found.group(2)))
        at = found.end()
    if not parts:
        raise QuantityError(f"a number and its unit, such as `{example}`")
    return parts


def _number(text: str, example: str) -> float:
    digits = re.sub(r"\s", "", text).replace(",", ".")
    if re.search(r",\d{3}\b", text):
        raise QuantityError(f"a number without a thousands mark, such as `{example}`")
    if "/" in digits:
        over, under = digits.split("/")
        if float(under) == 0.0:
            raise QuantityError(f"a number and its unit, such as `{example}`")
        return float(over) / float(under)
    return float(digits)


def _convert(value: float, spelled: str, unit: str, example: str) -> float:
    try:
        return float(units().Quantity(value, spelled).to(unit).magnitude)
    except pint.PintError as error:
        raise QuantityError(f"a quantity in {unit} or a unit of the same kind, such as `{example}`") from error


def _known(token: str, kinds: tuple[str, ...], example: str) -> str:
    """The spelling that pint understands, of a wanted kind where there is one: ``MG`` is mg, not megagauss."""
    if token.lower() in _TRAPS:
        raise QuantityError(f"a unit that cannot be misread ({_TRAPS[token.lower()]}), such as `{example}`")
    found = []
    for form in (token, token.lower()):
        spelled = _SPELLINGS.get(form, form)
        try:
            kind = str(units().get_dimensionality(spelled))
        except pint.PintError:
            continue
        if kind in kinds:
            return spelled
        found.append(spelled)
    if not found:
        raise QuantityError(f"a unit that is known, such as in `{example}`")
    return found[0]


@cache
def units() -> pint.UnitRegistry:
    """The registry, made when the first quantity is read."""
    return pint.UnitRegistry()
