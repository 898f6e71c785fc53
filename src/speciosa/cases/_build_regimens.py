"""The regimens of a case file, judged with the product: doses in order, of sensible size, and of known content."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from speciosa.cases._fields import clock
from speciosa.cases._file import MOST_DOSES, DoseFile, RegimenFile
from speciosa.cases._product import Dose, Form, Product
from speciosa.cases._quantity import measure
from speciosa.cases._regimen import Regimen, Repeat
from speciosa.errors import CaseError

# what no living person takes at once: beyond these a figure or a unit is mistyped
MOST_GRAMS = 50.0
MOST_PIECES = 50.0
MOST_ML = 1000.0
MOST_MG = 2000.0  # of mitragynine or of 7-hydroxymitragynine
LONGEST_H = 731 * 24.0  # two years
SAME_TIME_H = 1.0 / 60.0
PIECES_ONLY = frozenset({Form.TABLET, Form.CHEWABLE})  # their labels print mg of alkaloid
COUNTED = ("mitragynine", "7-hydroxymitragynine")


@dataclass(frozen=True)
class _At:
    """Where in the file a complaint belongs."""

    field: str
    where: str | None

    def wrong(self, name: str, value: object, remedy: str) -> CaseError:
        field = f"{self.field}.{name}" if name else self.field
        return CaseError(field, value, remedy, where=self.where)


def build_regimens(fields: Sequence[RegimenFile], product: Product, where: str | None) -> tuple[Regimen, ...]:
    """All regimens.

    Raises:
        CaseError: two share a name, or a dose cannot be used with this product.
    """
    names: set[str] = set()
    made = []
    for i, regimen in enumerate(fields):
        at = _At(f"regimens[{i}]", where)
        if regimen.name.casefold() in names:
            raise at.wrong("name", regimen.name, "a name that no other regimen has")
        names.add(regimen.name.casefold())
        made.append(_regimen(regimen, product, at))
    return tuple(made)


def _regimen(fields: RegimenFile, product: Product, at: _At) -> Regimen:
    first = clock(fields.doses[0].at)
    doses = tuple(_repeats(fields.doses, first, product, at))
    regimen = Regimen(fields.name, fields.doses[0].at if first is not None else "", doses, fields.food)
    _check_size(regimen, at)
    _check_overlap(regimen, at)
    return regimen


def _repeats(fields: Sequence[DoseFile], first: float | None, product: Product, at: _At) -> Iterator[Repeat]:
    before = 0.0
    start = _hours(fields[0].at, first, _At(f"{at.field}.doses[0]", at.where))
    for j, dose in enumerate(fields):
        here = _At(f"{at.field}.doses[{j}]", at.where)
        when = _hours(dose.at, first, here) - start
        if when < before:
            remedy = (
                "a time not before the dose above it; for the next day write the hours since the first dose (`30 h`)"
            )
            raise here.wrong("at", dose.at, remedy)
        before = when
        if dose.times > 1 and dose.every is None:
            raise here.wrong("every", None, f"the time between the {dose.times} doses, such as `24 h`")
        if dose.every is not None and dose.times == 1:
            raise here.wrong("times", dose.times, "how many doses, 2 or more, since `every` is given")
        _check_dose(dose.amount, product, here)
        yield Repeat(when, dose.amount, dose.every or 0.0, dose.times, dose.at)


def _hours(at: str, first: float | None, here: _At) -> float:
    """Hours since the first dose; a clock time belongs to the day of the first dose."""
    o_clock = clock(at)
    if o_clock is None:
        return measure(at, "hour", "12 h")
    if first is None:
        raise here.wrong("at", at, "hours such as `12 h`, since the first dose of the regimen has no clock time")
    return o_clock - first


def _check_size(regimen: Regimen, at: _At) -> None:
    count = sum(dose.times for dose in regimen.doses)
    if count > MOST_DOSES:
        raise at.wrong("doses", f"{count} doses", f"at most {MOST_DOSES} doses in a regimen")
    last = max(dose.first_h + dose.every_h * (dose.times - 1) for dose in regimen.doses)
    if last > LONGEST_H:
        raise at.wrong("doses", f"{last / 24:.0f} days", "at most two years from the first dose to the last")


def _check_overlap(regimen: Regimen, at: _At) -> None:
    events = regimen.events()
    for (earlier, _), (later, dose) in pairwise(events):
        if later - earlier < SAME_TIME_H:
            remedy = "one dose at a time; write what is taken together as one amount"
            raise at.wrong("doses", f"{dose} at {later:g} h, twice", remedy)


def _check_dose(dose: Dose, product: Product, here: _At) -> None:
    """A dose that this product can be counted in, of a size that a person could take."""
    pieces = dose.unit not in {"g", "mg", "mL"}
    if pieces and dose.unit != product.unit:
        own = f"`1 {product.unit}`" if product.unit else "`2 g`; this product has no pieces (set product.unit)"
        raise here.wrong("amount", str(dose), f"an amount in the product's own unit, such as {own}")
    if not pieces and dose.unit != "mL" and product.form in PIECES_ONLY:
        raise here.wrong(
            "amount", str(dose), f"a number of {product.form}s, such as `1 {product.unit}`; g and mg are ambiguous here"
        )
    for value, most, unit in (
        (product.grams(dose), MOST_GRAMS, "g of product"),
        (dose.value if pieces else None, MOST_PIECES, f"{dose.unit}s"),
        (product.millilitres(dose), MOST_ML, "mL"),
    ):
        if value is not None and value > most:
            raise here.wrong("amount", str(dose), f"at most {most:g} {unit} in one dose")
    _check_content(dose, product, here)


def _check_content(dose: Dose, product: Product, here: _At) -> None:
    """What a dose holds must be known of one alkaloid at least, and of each that the product states."""
    held = {name: product.mg(name, dose) for name in COUNTED}
    stated = {c.analyte for c in product.contents if c.central is not None}
    if all(mg is None for mg in held.values()) or any(held[name] is None for name in COUNTED if name in stated):
        raise here.wrong("amount", str(dose), f"a dose of known content: {_missing(product, dose)}")
    for name, mg in held.items():
        if mg is not None and mg > MOST_MG:
            raise here.wrong(
                "amount", str(dose), f"at most {MOST_MG:g} mg of {name} in one dose; this would be {mg:.0f} mg"
            )


def _missing(product: Product, dose: Dose) -> str:
    known = [c for c in product.contents if c.analyte in COUNTED and c.central is not None]
    if not known:
        return "the product says nothing of mitragynine or 7-hydroxymitragynine"
    units = sorted({c.unit for c in known})
    link = {"mg/unit": "unit_mass (the mass of one piece)", "mg/mL": "unit_volume (the volume of one piece)"}
    needs = sorted({link.get(unit, "unit_mass (the mass of one piece)") for unit in units})
    return f"it is known in {' and '.join(units)}, so that {dose.unit} needs product.{' or product.'.join(needs)}"
