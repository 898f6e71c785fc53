"""What the product holds, as far as the checks need it: which kratom it is, and how much per dose and per day."""

from dataclasses import dataclass
from typing import Protocol

from speciosa import certificates, knowledge, models
from speciosa.cases import Case, Content, Regimen
from speciosa.certificates import Certificate, per_gram

MITRAGYNINE = "mitragynine"
HYDROXY = "7-hydroxymitragynine"
PSEUDOINDOXYL = "mitragynine pseudoindoxyl"
FOLLOWED = tuple(c.name for c in models.network().compounds.values() if c.kind == "alkaloid")

LEAF, SEVEN_OH, ANY, ADULTERATED = "leaf", "7-OH or pseudoindoxyl", "any", "adulterated or unknown"
# 2 % of the alkaloids: the historical highest share in leaf and the line of the model act (limits:LM089)
NATURAL_SHARE_ROW = "limits:LM089"


class Composition(Protocol):
    """What is known of the contents of a product: a product itself, or what a certificate says of one."""

    @property
    def contents(self) -> tuple[Content, ...]:
        """What it holds."""

    @property
    def unit_mass_g(self) -> float | None:
        """Mass of one piece."""

    @property
    def certificate(self) -> Certificate | None:
        """The laboratory's paper, when there is one."""

    def content(self, analyte: str) -> Content | None:
        """The first statement about an analyte."""


@dataclass(frozen=True)
class Share:
    """7-hydroxymitragynine as part of all alkaloids that are known.

    Attributes:
        percent: the central figure.
        highest: with the upper end of its stated range, or its limit of quantification where it was not found.
        of: how many alkaloids the sum holds.
    """

    percent: float
    highest: float
    of: int


def parts(product: Composition) -> frozenset[str]:
    """The kratom parts of the rules that hold for a product.

    Leaf where mitragynine is in it; 7-OH where that is more than 2 % of the alkaloids, or where pseudoindoxyl is in
    it. Rules on adulterants name the adulterant themselves, so they always hold.
    """
    found = {ANY, ADULTERATED}
    if is_seven_oh(product):
        found.add(SEVEN_OH)
    if _amount(product.content(MITRAGYNINE)) > 0 or SEVEN_OH not in found:
        found.add(LEAF)
    return frozenset(found)


def is_seven_oh(product: Composition) -> bool:
    """Whether the product counts as one of 7-OH or pseudoindoxyl and not as leaf."""
    share = share_of_seven_oh(product)
    return _amount(product.content(PSEUDOINDOXYL)) > 0 or (share is not None and share.percent > natural_share())


def may_be_seven_oh(product: Composition) -> bool:
    """Whether the figures leave open that 7-OH is more than 2 % of the alkaloids: a wide range, or nobody looked."""
    share = share_of_seven_oh(product)
    return share is None or share.highest > natural_share()


def natural_share() -> float:
    """The highest share of 7-OH that still passes for leaf, percent of the alkaloids."""
    return float(knowledge.load().row(NATURAL_SHARE_ROW).number("limit_value"))


def share_of_seven_oh(product: Composition) -> Share | None:
    """7-OH over all alkaloids; ``None`` where it is not known, or mitragynine is known only in another kind of unit."""
    stated = [c for c in product.contents if c.analyte == HYDROXY and c.qualifier != "not tested"]
    seven = max(stated, key=lambda c: len(_summed(product, c)), default=None)
    if seven is None:
        return None
    summed = _summed(product, seven)
    if _amount(product.content(MITRAGYNINE)) > 0 and all(c.analyte != MITRAGYNINE for c in summed):
        return None
    amount, upper = _amount(seven), _upper(seven)
    others = in_sum(product, seven) - amount
    of_paper = stated_total(product, seven.unit) or 0.0
    total, most = max(amount + others, of_paper), max(upper + others, of_paper)
    if most <= 0:
        return None
    return Share(100.0 * amount / total if total > 0 else 0.0, 100.0 * upper / most, len(summed))


def daily_mg(case: Case, regimen: Regimen, analyte: str) -> float | None:
    """mg of an analyte on the heaviest day of a regimen; ``None`` where it is not known."""
    return _heaviest_day(regimen, [case.product.mg(analyte, dose) for _, dose in regimen.events()])


def daily_grams(case: Case, regimen: Regimen) -> float | None:
    """Grams of product on the heaviest day; ``None`` where the unit cannot be turned into grams."""
    return _heaviest_day(regimen, [case.product.grams(dose) for _, dose in regimen.events()])


def is_alkaloid(analyte: str) -> bool:
    """Whether an analyte is an alkaloid of kratom."""
    return analyte in certificates.names("alkaloid")


def _heaviest_day(regimen: Regimen, amounts: list[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    days: dict[int, float] = {}
    start = regimen.events()[0][0]
    for (when, _), amount in zip(regimen.events(), known, strict=True):
        day = int((when - start + 1e-9) // 24.0)
        days[day] = days.get(day, 0.0) + amount
    return max(days.values())


def in_sum(product: Composition, like: Content) -> float:
    """The single alkaloids added up, in the unit of one of them."""
    return sum(_in_unit_of(product, content, like) for content in _summed(product, like))


def stated_total(product: Composition, unit: str) -> float | None:
    """The sum of alkaloids that a certificate states, in ``unit``; ``None`` where it states none."""
    per, paper = per_gram(1.0, unit), product.certificate
    for value in paper.kind("sum") if paper is not None else ():
        if value.unit == unit and value.value is not None:
            return value.value
        if value.mg_per_g is not None and per is not None:
            return value.mg_per_g / per
    return None


def _summed(product: Composition, like: Content) -> list[Content]:
    """One content of each alkaloid that can be turned into the unit of ``like``."""
    found: dict[str, Content] = {}
    for content in product.contents:
        same = content.unit == like.unit or None not in {_per_g(product, content.unit), _per_g(product, like.unit)}
        if is_alkaloid(content.analyte) and same:
            found.setdefault(content.analyte, content)
    return [like if name == like.analyte else content for name, content in found.items()]


def _in_unit_of(product: Composition, content: Content, other: Content) -> float:
    if content.unit == other.unit:
        return _amount(content)
    return _amount(content) * (_per_g(product, content.unit) or 0.0) / (_per_g(product, other.unit) or 1.0)


def _per_g(product: Composition, unit: str) -> float | None:
    """mg in 1 g of product for one of ``unit``; pieces count where their mass is known."""
    if unit == "mg/unit" and product.unit_mass_g:
        return 1.0 / product.unit_mass_g
    return per_gram(1.0, unit)


def _amount(content: Content | None) -> float:
    """The central figure; what a laboratory did not find counts as nothing."""
    return 0.0 if content is None or content.central is None else content.central


def _upper(content: Content) -> float:
    ends = (content.high, _amount(content), content.loq if _amount(content) == 0 else None)
    return max(end for end in ends if end is not None)
