"""Results of a certificate and contents of a product beside the limits of the table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from speciosa import knowledge
from speciosa.cases import Case, Content, Dose, Form, Product, Regimen
from speciosa.certificates import Value, per_gram
from speciosa.checks._declared import declared
from speciosa.checks._product import HYDROXY, Share, daily_grams, is_seven_oh, share_of_seven_oh
from speciosa.checks._rows import KnownRow

GENERAL = ("US", "ICH")  # standards that are taken as a yardstick everywhere
PLANT_MATRIX = {
    Form.POWDER: "dried or powdered botanical",
    Form.TEA: "botanical to be treated with boiling water",
    Form.CAPSULE: "supplement with botanicals",
    Form.TABLET: "supplement with botanicals",
    Form.LIQUID_EXTRACT: "tincture or fluid extract",
    Form.DRY_EXTRACT: "powdered botanical extract",
    Form.CHEWABLE: "supplement with botanicals",
}
LEAF_FORMS = (Form.POWDER, Form.TEA, Form.CAPSULE)
LOOSE = (Form.POWDER, Form.TEA, Form.DRY_EXTRACT)
SWALLOWED = (Form.TABLET, Form.CAPSULE, Form.CHEWABLE)
HEAVIEST_PIECE_G = 3.0  # no tablet or capsule that a person swallows weighs more
HERB_PER_DAY_G = 5.0  # above it the guidance of the herb trade says itself that it does not hold
CHILDBEARING_Y = (12.0, 50.0)
NO_NUMBER = "the certificate gives neither a number nor how little the laboratory would have seen"
OTHER_UNIT = "the result cannot be turned into the unit of the limit"
TOO_COARSE = "the laboratory could not have seen an amount as small as the limit"
WHOLE_FOR_PART = "the laboratory measured the total, and the limit is for a part of it"
SMALL_SAMPLE = "the laboratory looked at less of the product than the limit asks for"
_SKIPPED = ("superseded", "vendor", "industry")


class LimitRow(KnownRow, Protocol):
    """A row of ``limits``."""

    analyte: str
    analyte_class: str
    limit_value: float | str
    unit: str
    comparator: str
    applies_to: str
    standard: str
    jurisdiction: str
    status: str

    def number(self, column: str) -> float:
        """The number in a column."""


@dataclass(frozen=True)
class Compared:
    """One result beside one limit.

    Attributes:
        row: the limit.
        found: the result in the unit of the limit; ``None`` where it cannot be turned into it.
        above: whether the limit is passed; ``None`` when that cannot be told.
        why: why it cannot be told; empty when it can.
    """

    row: LimitRow
    found: float | None
    above: bool | None
    why: str = ""


def heaviest(case: Case) -> float | None:
    """Grams of product on the heaviest day of all regimens; ``None`` where grams cannot be told."""
    days = [daily_grams(case, regimen) for regimen in case.regimens]
    known = [day for day in days if day is not None]
    return max(known) if known else None


def of_value(case: Case, value: Value) -> tuple[Compared, ...]:
    """A contaminant on the certificate beside every limit that holds for it."""
    rows = (row for row in _holding(case) if row.analyte_class == value.kind and _same(row.analyte, value.analyte))
    return tuple(_compare(case, value, row) for row in rows)


def of_alkaloids(case: Case) -> Iterator[tuple[Content, Compared]]:
    """Alkaloids of the product beside the limits that the law of the place, or a proposal, sets for them."""
    for row in _holding(case):
        content = case.product.content(row.analyte)
        if row.analyte_class == "alkaloid" and content is not None and _for_matrix(case.product, row):
            yield content, _alkaloid(case, content, row)


def _holding(case: Case) -> Iterator[LimitRow]:
    place = case.person.place or ""
    union = "EU" if place in declared("emergency")["EU"] else ""
    for row in knowledge.load().table("limits"):
        old = row.status in _SKIPPED or "before" in row.status
        where = row.jurisdiction in {place, union, *GENERAL}
        alien_law = row.jurisdiction == "US" and not place.startswith("US") and row.analyte_class == "alkaloid"
        if where and not old and not alien_law and _for_person(case, row) and _for_form(case.product, row):
            yield row


def _for_person(case: Case, row: LimitRow) -> bool:
    """Intake levels of children and of women who may have children hold for them only."""
    person, basis = case.person, str(getattr(row, "basis", None) or "")
    if "children" in basis:
        return person.age_y < 18
    if "child-bearing" in basis:
        return person.sex == "F" and CHILDBEARING_Y[0] <= person.age_y <= CHILDBEARING_Y[1]
    grams = heaviest(case)
    return not ("5 g/day or less" in row.applies_to and (grams is None or grams > HERB_PER_DAY_G))


def _for_form(product: Product, row: LimitRow) -> bool:
    """Microbe limits differ from one plant matrix to another."""
    if row.analyte_class != "microbe" or "USP" not in row.standard:
        return True
    return PLANT_MATRIX[product.form] in row.applies_to or (
        row.comparator == "absent" and product.form is not Form.LIQUID_EXTRACT
    )


def _for_matrix(product: Product, row: LimitRow) -> bool:
    """The proposal of the DEA has one limit for leaf and two for everything made from it."""
    leaf = product.form in LEAF_FORMS and not is_seven_oh(product)
    if row.unit == "mg per article" and product.form in LOOSE:
        return False  # loose powder comes in no articles
    return not (("botanical" in row.applies_to and not leaf) or ("article" in row.applies_to and leaf))


def _same(limit: str, analyte: str) -> bool:
    """A joint limit holds for each member; total arsenic and mercury stand in for their forms."""
    names = {part.strip().removesuffix(" spp.") for part in limit.split(" and ")} | {limit}
    return analyte in names or (analyte in {"arsenic", "mercury"} and limit.startswith(f"{analyte} ("))


def _compare(case: Case, value: Value, row: LimitRow) -> Compared:
    if row.comparator == "absent":
        return _absent(value, row)
    concentration, bound = _concentration(value)
    if concentration is None:
        return Compared(row, None, None, NO_NUMBER)
    found = _in_unit(case, concentration, row.unit, value.unit)
    if found is None:
        return Compared(row, None, None, OTHER_UNIT)
    limit = row.number("limit_value")
    if found < limit or (found == limit and row.comparator != "<"):
        return Compared(row, found, above=False)
    if bound:
        return Compared(row, found, None, TOO_COARSE)
    if "inorganic" in row.analyte and "inorganic" not in value.analyte:
        return Compared(row, found, None, WHOLE_FOR_PART)
    return Compared(row, found, above=True)


def _absent(value: Value, row: LimitRow) -> Compared:
    """A germ that must not be there: found, not found in enough of the product, or not to be told."""
    counted = value.qualifier in {"measured", "above value"} and bool(value.value)
    if value.qualifier in {"present", "failed"} or counted:
        return Compared(row, None, above=True)
    if value.qualifier not in {"absent", "not detected", "passed", "measured"}:
        return Compared(row, None, None, TOO_COARSE)
    asked, looked_at = _sample_g(row.unit), _sample_g(value.unit)
    if asked is not None and looked_at is not None and looked_at < asked:
        return Compared(row, None, None, SMALL_SAMPLE)
    return Compared(row, None, above=False)


def _sample_g(unit: str) -> float | None:
    """Grams looked at, from ``in 25 g``; ``None`` for any other unit."""
    found = re.fullmatch(r"in (\d+) g", unit)
    return float(found[1]) if found else None


def _concentration(value: Value) -> tuple[float | None, bool]:
    """The result as printed, and whether it is only an upper bound (nothing found: the limit of quantification)."""
    if value.qualifier in {"measured", "above value"}:
        return value.value, False
    if value.qualifier == "below value":
        return value.value, True
    if value.qualifier == "not detected" and value.loq is None:
        return 0.0, True  # the paper says that there is none and not how little it would have seen
    return value.loq, True


def _in_unit(case: Case, printed: float | None, unit: str, printed_unit: str) -> float | None:
    """A printed result in the unit of a limit."""
    if printed is None:
        return None
    if unit.startswith("cfu/g"):
        return printed if printed_unit in {"CFU/g", "CFU/mL", "MPN/g"} else None
    mg_per_g = per_gram(printed, printed_unit)
    if mg_per_g is None:
        return None
    if unit.endswith("/day"):
        grams = heaviest(case)
        return None if grams is None else mg_per_g * grams * (1e3 if unit.startswith("ug") else 1.0)
    scale = per_gram(1.0, unit.replace("ug", "µg"))
    return None if scale is None else mg_per_g / scale


def _alkaloid(case: Case, content: Content, row: LimitRow) -> Compared:
    limit, found = row.number("limit_value"), _alkaloid_in(case, content, row.unit)
    if found is None:
        if _surely_above(case.product, content, row.unit, limit):
            return Compared(row, None, above=True)
        return Compared(row, None, None, OTHER_UNIT)
    unseen = content.qualifier in {"not detected", "below LOQ"}
    if found > limit and unseen:
        return Compared(row, found, None, TOO_COARSE)
    return Compared(row, found, above=found > limit)


def _alkaloid_in(case: Case, content: Content, unit: str) -> float | None:
    """A content in the unit of an alkaloid limit; where nothing was found, the most that there can be."""
    product = case.product
    unseen = content.qualifier in {"not detected", "below LOQ"}
    figure = (content.loq or 0.0) if unseen else content.central
    if figure is None:
        return None
    if unit == "any amount":
        return figure
    if unit.startswith("% of alkaloid"):
        share = share_of_seven_oh(product) if content.analyte == HYDROXY else None
        return _percent(share, unseen=unseen)
    if unit in {"mg per serving", "mg per article"}:
        return _per_serving(case, content, figure)
    mg_per_g = per_gram(figure, content.unit)
    if mg_per_g is None and content.unit == "mg/unit" and product.unit_mass_g:
        mg_per_g = figure / product.unit_mass_g
    scale = _mg_per_g(unit)
    return None if mg_per_g is None or scale is None else mg_per_g / scale


def _mg_per_g(unit: str) -> float | None:
    """mg in 1 g of product for one of a unit that counts by weight."""
    return {"mg per g": 1.0, "ppm": 1e-3}.get(unit, 10.0 if unit.startswith("%") and "alkaloid" not in unit else None)


def _surely_above(product: Product, content: Content, unit: str, limit: float) -> bool:
    """Whether even the heaviest tablet or capsule with this content would be above a limit by weight."""
    scale, figure = _mg_per_g(unit), content.central
    if scale is None or not figure or content.unit != "mg/unit" or product.form not in SWALLOWED:
        return False
    return figure / HEAVIEST_PIECE_G / scale > limit


def _percent(share: Share | None, *, unseen: bool) -> float | None:
    if share is None:
        return None
    return share.highest if unseen else share.percent


def _per_serving(case: Case, content: Content, figure: float) -> float | None:
    """mg in the largest dose, or in one piece where the product comes in pieces."""
    if content.unit == "mg/unit":
        return figure
    doses = [dose for regimen in case.regimens for dose in _doses(regimen) if case.product.grams(dose) is not None]
    grams = max((case.product.grams(dose) or 0.0 for dose in doses), default=None)
    mg_per_g = per_gram(figure, content.unit)
    return None if grams is None or mg_per_g is None else mg_per_g * grams


def _doses(regimen: Regimen) -> Iterator[Dose]:
    for _, dose in regimen.events():
        yield dose


def unit_words(unit: str) -> str:
    """A unit of the table as a reader knows it."""
    return unit.replace("ug", "µg").replace("cfu", "CFU")
