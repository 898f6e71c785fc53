"""From printed lines to understood values, each judged: readable, possible, and not contradicted by another line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speciosa.certificates._analytes import find, key
from speciosa.certificates._numbers import Result, UnreadableError, decimal_comma, number, result
from speciosa.certificates._record import Certificate, Value
from speciosa.certificates._sheet import DAYS, Line, Sheet
from speciosa.certificates._units import FRACTIONS, Unit, per_gram, unit_of
from speciosa.errors import CertificateError

NEED_A_UNIT = frozenset({"alkaloid", "sum", "metal", "microbe", "mycotoxin", "residual solvent"})
WHOLE = 1000.0  # mg in a gram
SAME = 0.1  # two units on one line may differ by rounding, not by more than this share
_NO_LOQ = frozenset({"", "-", "–", "—", "na", "n/a", "nd", "none", "n.a."})


@dataclass(frozen=True)
class _Reading:
    """What all lines of a file share: its name, and whether it writes decimal commas."""

    where: str
    comma: bool | None


def build(sheet: Sheet, file: str, sha256: str, where: str) -> Certificate:
    """A certificate from what its file says.

    Raises:
        CertificateError: a result is unreadable or impossible, or two contradict each other.
    """
    comma = decimal_comma(cell for line in sheet.lines for cell in (line.result, line.loq or ""))
    reading = _Reading(where, comma)
    values = _without_repeats([_value(line, reading) for line in sheet.lines], where)
    if not values:
        raise CertificateError("results", None, "at least one result", where=where)
    _check_sum(values, where)
    about = sheet.about
    return Certificate(
        lot=about.get("lot"),
        laboratory=about.get("laboratory"),
        accreditation=about.get("accreditation"),
        **{day: sheet.days.get(day) for day in DAYS},
        product=about.get("product"),
        form=about.get("form"),
        note=about.get("note"),
        values=values,
        file=file,
        sha256=sha256,
        report_number=about.get("report_number"),
        client=about.get("client"),
        sample_id=about.get("sample_id"),
        serving=about.get("serving"),
        serving_g=_grams(about.get("serving")),
    )


def _grams(printed: str | None) -> float | None:
    """A serving in grams, where it is printed in grams or milligrams."""
    found = re.search(r"(\d+(?:[.,]\d+)?)\s*(mg|g|grams?)\b", printed or "")
    if found is None:
        return None
    return float(found.group(1).replace(",", ".")) * (1e-3 if found.group(2) == "mg" else 1.0)


def _value(line: Line, reading: _Reading) -> Value:
    match = find(line.analyte)
    kind = match.analyte.kind if match.analyte else ""
    try:
        said = result(line.result, reading.comma)
    except UnreadableError as error:
        raise CertificateError(line.where, line.result, str(error), where=reading.where) from None
    printed = said.unit or line.unit
    unit = _unit(line, said, kind, reading)
    _check_number(line, said, unit, kind, reading)
    qualifier, value = said.qualifier, said.value
    if qualifier == "measured" and value == 0 and unit is not None and unit.name.startswith("in "):
        qualifier, value = "absent", None
    return Value(
        analyte=match.analyte.name if match.analyte else line.analyte,
        as_printed=line.analyte,
        kind=kind,
        qualifier=qualifier,
        value=value,
        unit=unit.name if unit else printed,
        unit_as_printed=printed,
        per=unit.per if unit else "",
        loq=_loq(line, said, unit, reading),
        lod=_bound(line, "lod", unit, reading),
        limit=line.limit,
        passed=line.passed,
        method=line.method,
        where=line.where,
        name_match=match.how,
        result_as_printed=line.result,
    )


def _unit(line: Line, said: Result, kind: str, reading: _Reading) -> Unit | None:
    """The unit of a result, from its own cell or its column; ``None`` for one that is not ours and may stay so."""
    inside, column = unit_of(said.unit), unit_of(line.unit)
    if said.unit and line.unit and inside != column and said.value is not None:
        remedy = f"the unit of the result ({said.unit}) and of its column to be the same"
        raise CertificateError(f"{line.at}, column unit", line.unit, remedy, where=reading.where)
    unit = inside if said.unit else column
    share = (said.unit or line.unit).replace(" ", "").lower().startswith("%of")
    if unit is None and said.value is not None and kind in NEED_A_UNIT and not share:
        remedy = f"a unit such as {', '.join(FRACTIONS)}, mg/mL, mg/tablet or CFU/g"
        raise CertificateError(f"{line.at}, column unit", said.unit or line.unit or None, remedy, where=reading.where)
    return unit


def _check_number(line: Line, said: Result, unit: Unit | None, kind: str, reading: _Reading) -> None:
    if said.qualifier == "above value" and kind in NEED_A_UNIT - {"microbe"}:
        raise CertificateError(
            line.where, line.result, "a number that was measured, not a lower bound", where=reading.where
        )
    most = unit.most if unit else None
    for number_ in (said.value, said.bound):
        if number_ is not None and (number_ < 0 or (most is not None and number_ > most)):
            remedy = f"between 0 and {most:g} {unit.name}" if unit and most else "a number that is not negative"
            raise CertificateError(line.where, line.result, remedy, where=reading.where)


def _loq(line: Line, said: Result, unit: Unit | None, reading: _Reading) -> float | None:
    """The limit of quantification in the unit of the result; from its column, or printed with the result."""
    found = _bound(line, "loq", unit, reading)
    return said.bound if found is None else found


def _bound(line: Line, column: str, unit: Unit | None, reading: _Reading) -> float | None:
    """A limit of quantification or detection, in the unit of the result; ``None`` where its cell says none."""
    text = (getattr(line, column) or "").strip()
    if text.lower() in _NO_LOQ:
        return None
    at = f"{line.at}, column {column}"
    found = re.fullmatch(r"[<≤=~]?\s*([\d.,]*\d)\s*([^\d]*)", text)
    try:
        value = number(found.group(1), reading.comma) if found else None
    except UnreadableError as error:
        raise CertificateError(at, text, str(error), where=reading.where) from None
    if found is None or value is None:
        raise CertificateError(at, text, "a number", where=reading.where)
    own = unit_of(found.group(2)) if found.group(2) else unit
    if own == unit:
        most = unit.most if unit else None
        if most is not None and value > most:
            raise CertificateError(at, text, f"at most {most:g} {unit.name if unit else ''}", where=reading.where)
        return value
    scaled = per_gram(value, own.name) if own else None
    if scaled is None or unit is None or unit.name not in FRACTIONS:
        raise CertificateError(at, text, "a number in the unit of the result", where=reading.where)
    return scaled / FRACTIONS[unit.name]


def _without_repeats(values: Sequence[Value], where: str) -> tuple[Value, ...]:
    """The values without lines that say the same again."""
    kept: dict[str, list[Value]] = {}
    result_order: list[Value] = []
    for value in values:
        name = value.analyte if value.kind else key(value.as_printed)
        method = f"|{value.method}" if value.kind in {"microbe", ""} else ""
        earlier = kept.setdefault(name + method, [])
        if not any(_same(value, other, where) for other in earlier):
            earlier.append(value)
            result_order.append(value)
    return tuple(result_order)


def _same(value: Value, other: Value, where: str) -> bool:
    """Whether two lines about one analyte say the same; they may differ in unit, not in substance."""
    same_unit = (value.unit, value.per) == (other.unit, other.per)
    if same_unit and (value.qualifier, value.value) == (other.qualifier, other.value):
        return True
    if not same_unit and _agree(value, other):
        return False
    said = f"{value.result_as_printed} {value.unit_as_printed}".strip()
    earlier = f"{other.result_as_printed} {other.unit_as_printed}".strip()
    remedy = f"one result for {value.analyte}, and {other.where} says {earlier!r}"
    raise CertificateError(value.where, said, remedy, where=where)


def _agree(value: Value, other: Value) -> bool:
    """Whether results in two units can both hold; units that cannot be compared always can."""
    mine, yours = value.mg_per_g, other.mg_per_g
    if mine is None or yours is None or {value.qualifier, other.qualifier} != {"measured"}:
        return True
    return abs(mine - yours) <= SAME * max(mine, yours) + _rounding(value) + _rounding(other)


def _rounding(value: Value) -> float:
    """Half of the last printed digit, mg per g."""
    decimals = re.search(r"[.,](\d+)", value.result_as_printed)
    digit = 10.0 ** -(len(decimals.group(1)) if decimals else 0)
    return 0.5 * digit * FRACTIONS.get(value.unit, 0.0)


def _check_sum(values: Sequence[Value], where: str) -> None:
    """All alkaloids together cannot weigh more than the product."""
    most: dict[str, float] = {}
    for value in values:
        if value.kind == "alkaloid" and value.qualifier == "measured" and value.mg_per_g is not None:
            most[value.analyte] = max(most.get(value.analyte, 0.0), value.mg_per_g)
    total = sum(most.values())
    if total > WHOLE:
        raise CertificateError(
            "results", f"{total:.0f} mg/g of alkaloids", f"at most {WHOLE:g} mg/g in all", where=where
        )
