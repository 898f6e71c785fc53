"""Units of rows, read with pint. The sources write some of them in words of their own."""

from functools import cache
from typing import TYPE_CHECKING

import pint

from speciosa.errors import KnowledgeError

if TYPE_CHECKING:
    from typing import Any

# as printed in a source → as pint reads it
_SPOKEN = {
    "fraction": "dimensionless",
    "ratio": "dimensionless",
    "pH": "dimensionless",
    "log10": "dimensionless",
    "%": "percent",
    "% degraded": "percent",
    "% of dose": "percent",
    "% of reference": "percent",
    "nmol per segment": "nmol",
    "uM": "umol/L",
    "nM": "nmol/L",
    "fold": "dimensionless",
    "fold above baseline": "dimensionless",
}


@cache
def _registry() -> "Any":  # noqa: ANN401 - pint is not followed by the type checker
    return pint.UnitRegistry(cache_folder=None)


@cache
def factor(unit: str | None, wanted: str) -> float:
    """What a number in one unit is multiplied by to be in another.

    Raises:
        KnowledgeError: a unit is unknown, or the two measure different things.
    """
    ureg = _registry()
    plain = [text.partition(" (")[0] if text else "dimensionless" for text in (unit, wanted)]  # less a remark
    read = [_SPOKEN.get(text, text) for text in plain]
    try:
        return float(ureg.Quantity(1.0, read[0]).to(read[1]).magnitude)
    except (pint.UndefinedUnitError, pint.DimensionalityError, AttributeError, AssertionError) as error:
        raise KnowledgeError(f"unit {unit!r} cannot be read as {wanted!r}: {error}.") from None
