"""Results of a certificate beside the limits that hold: what is passed, what is kept, and what cannot be told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from speciosa import certificates
from speciosa.certificates import Value, per_gram
from speciosa.checks._declared import declared
from speciosa.checks._limit_rows import LimitRow, Standard, holding
from speciosa.checks._paper_context import PaperContext, mg_per_day, mg_per_gram

NO_NUMBER = "the certificate gives neither a number nor how little the laboratory would have seen"
ONLY_MORE = "the certificate only says that it is more than a number"
OTHER_UNIT = "the result cannot be turned into the unit of the limit"
NO_AMOUNT = "the limit is for a day, and how many grams are taken in a day was not told"
NO_WEIGHT = "the result is for a piece or serving whose weight was not told, so it cannot be turned into that unit"
TOO_COARSE = "the laboratory could not have seen an amount as small as the limit"
WHOLE_FOR_PART = "the laboratory measured the total, and the limit is for a part of it"
SMALL_SAMPLE = "the laboratory looked at less of the product than the limit asks for"
_COUNTS = frozenset({"CFU/g", "CFU/mL", "MPN/g"})
_LENGTHS = frozenset({"µm", "um", "micron", "microns", "micrometre", "micrometer"})


@dataclass(frozen=True)
class Compared:
    """One result beside one limit.

    Attributes:
        standard: the limit, and how far it binds.
        found: the result in ``unit``; ``None`` where it cannot be turned into it.
        above: whether the limit is passed; ``None`` when that cannot be told.
        why: why it cannot be told; empty when it can.
        limit: the number that it was compared with; ``None`` for a germ that must be absent.
        unit: of both, as a reader knows it.
        passed_at_g: grams of product a day from which a daily limit is passed; ``None`` for any other limit.
    """

    standard: Standard
    found: float | None
    above: bool | None
    why: str = ""
    limit: float | None = None
    unit: str = ""
    passed_at_g: float | None = None

    @property
    def row(self) -> LimitRow:
        """The row of the table."""
        return self.standard.row


@dataclass(frozen=True)
class _Amount:
    """A result and a limit in one unit."""

    found: float
    limit: float
    unit: str


def of_value(value: Value, context: PaperContext, *, sellers: bool = False) -> tuple[Compared, ...]:
    """A result beside every limit that holds for it.

    Args:
        value: a metal, microbe, mould toxin, solvent or particle size.
        context: place, form, amounts, day.
        sellers: whether to compare with the limits of sellers and of the trade, which bind nobody, instead.
    """
    return tuple(_compare(value, context, one) for one in _about(value, context, sellers=sellers))


def unit_words(unit: str) -> str:
    """A unit of the table as a reader knows it."""
    return unit.replace("ug", "µg").replace("cfu", "CFU").replace("um", "µm")


def _about(value: Value, context: PaperContext, *, sellers: bool) -> Iterator[Standard]:
    for one in holding(context, sellers=sellers):
        if one.row.analyte_class == value.kind and value.analyte in _names(one.row.analyte):
            yield one


@cache
def _names(limit: str) -> frozenset[str]:
    """The analytes that a limit holds for: each member of a joint one; the total stands in for a form of a metal."""
    parts = {part.strip().removesuffix(" spp.") for part in limit.split(" and ")} | {limit, limit.partition(" (")[0]}
    found = {match.analyte.name for match in map(certificates.find, parts) if match.analyte and not match.how}
    return frozenset(parts | found)


def _compare(value: Value, context: PaperContext, standard: Standard) -> Compared:
    row = standard.row
    if row.comparator == "absent":
        return _absent(value, standard)
    number, bound = _number(value)
    if number is None:
        return Compared(standard, None, None, NO_NUMBER)
    amount = _amount(value, number, context, row)
    at = None if bound or _avoided(row, amount) else _passed_at(value, number, context, row)
    if isinstance(amount, str):
        return Compared(standard, None, None, amount, passed_at_g=at)
    kept = amount.found < amount.limit or (amount.found == amount.limit and row.comparator != "<")
    above, why = _verdict(value, standard, kept=kept, bound=bound)
    return Compared(standard, amount.found, above, why, amount.limit, amount.unit, at)


def _verdict(value: Value, standard: Standard, *, kept: bool, bound: bool) -> tuple[bool | None, str]:
    if kept:
        return (None, ONLY_MORE) if value.qualifier == "above value" else (False, "")
    if bound:
        return None, TOO_COARSE
    if "inorganic" in standard.row.analyte and "inorganic" not in value.analyte:
        return None, WHOLE_FOR_PART
    return (None, standard.open) if standard.open else (True, "")


def _absent(value: Value, standard: Standard) -> Compared:
    """A germ that must not be there: found, not found in enough of the product, or not to be told."""
    counted = value.qualifier in {"measured", "above value"} and bool(value.value)
    if value.qualifier in {"present", "failed"} or counted:
        return Compared(standard, None, above=True)
    if value.qualifier not in {"absent", "not detected", "passed", "measured"}:
        return Compared(standard, None, None, TOO_COARSE)
    asked, looked_at = _sample_g(standard.row.unit), _sample_g(value.unit)
    if asked is not None and looked_at is not None and looked_at < asked:
        return Compared(standard, None, None, standard.open or SMALL_SAMPLE)
    return Compared(standard, None, above=False)


def _sample_g(unit: str) -> float | None:
    """Grams looked at, from ``in 25 g``; ``None`` for any other unit."""
    found = re.fullmatch(r"in (\d+) g", unit)
    return float(found[1]) if found else None


def _number(value: Value) -> tuple[float | None, bool]:
    """The number to compare, and whether it is only an upper bound (nothing found: how little would have been seen)."""
    if value.qualifier in {"measured", "above value"}:
        return value.value, False
    if value.qualifier == "below value":
        return value.value, True
    if value.qualifier == "not detected":
        seen = value.lod if value.lod is not None else value.loq
        return (0.0 if seen is None else seen), True  # without either the paper only says that there is none
    return value.loq, True


def _amount(value: Value, number: float, context: PaperContext, row: LimitRow) -> _Amount | str:
    """A result and a limit in one unit, or why they cannot be brought into one."""
    limit, unit = row.number("limit_value"), unit_words(row.unit)
    for ours, theirs in ((row.unit.startswith("cfu"), _COUNTS), (row.unit == "um", _LENGTHS)):
        if ours:
            return _Amount(number, limit, unit) if value.unit in theirs else OTHER_UNIT
    fraction, day = mg_per_gram(value, number, context), mg_per_day(value, number, context)
    if row.unit.endswith("/day"):
        if day is None:
            return NO_AMOUNT if fraction is not None else _no_unit(value)
        return _Amount(day * _per_mg(row.unit), limit, unit)
    scale = per_gram(1.0, row.unit.replace("ug", "µg"))
    if fraction is None or scale is None:
        return _no_unit(value)
    ordinary = _Amount(fraction / scale, limit, unit)
    option = _option(row)
    if option is None or day is None or _avoided(row, ordinary):
        return ordinary
    return _Amount(day, limit * scale * option, "mg/day")


def _avoided(row: LimitRow, amount: _Amount | str) -> bool:
    """Whether a solvent that is to be avoided altogether is above its limit by weight: no daily amount excuses it."""
    strict = declared("limits")["strict_class"] in (row.basis or "")
    return strict and isinstance(amount, _Amount) and amount.found > amount.limit


def _option(row: LimitRow) -> float | None:
    """Grams of product a day up to which a limit by weight holds, where it is made from a daily amount."""
    for one in declared("limits")["options"]:
        if one["words"] in (row.basis or ""):
            return float(one["g_per_day"])
    return None


def _passed_at(value: Value, number: float, context: PaperContext, row: LimitRow) -> float | None:
    """Grams of product a day from which a daily limit is passed."""
    fraction, option = mg_per_gram(value, number, context), _option(row)
    if not fraction or not isinstance(row.limit_value, float):
        return None
    if row.unit.endswith("/day"):
        return row.limit_value / _per_mg(row.unit) / fraction
    scale = per_gram(1.0, row.unit)
    return None if option is None or scale is None else row.limit_value * scale * option / fraction


def _per_mg(unit: str) -> float:
    return 1e3 if unit.startswith("ug") else 1.0


def _no_unit(value: Value) -> str:
    return NO_WEIGHT if value.unit in {"mg/unit", "µg/unit"} else OTHER_UNIT
