"""Alkaloids of a product or a paper beside the limits that laws and proposals set for them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speciosa.cases import Content
from speciosa.certificates import per_gram
from speciosa.checks._certainty import best_of, decides
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._limit_rows import Standard, entry, holding
from speciosa.checks._limits import OTHER_UNIT, TOO_COARSE, unit_words
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._product import HYDROXY, Composition, is_seven_oh, share_of_seven_oh
from speciosa.checks._words import join, listed, quantity

NO_SERVING = "the limit is for a serving, and the weight of a serving was not told"
REMEMBERED = "our table holds this limit from memory only"
_UNSEEN = frozenset({"not detected", "below LOQ"})
ASK = "Ask the laboratory for {analyte} with its limit of quantification, and the seller how the product keeps to it."


@dataclass(frozen=True)
class _Beside:
    """A content beside a limit; ``above`` is ``None`` where that cannot be told."""

    content: Content
    standard: Standard
    found: float | None
    above: bool | None
    why: str = ""


def check(product: Composition, context: PaperContext) -> Iterator[Finding]:
    """One finding per alkaloid and law or standard that is passed, or of which it cannot be told."""
    groups: dict[tuple[str, str], list[_Beside]] = defaultdict(list)
    for one in _compared(product, context):
        if one.above is not False:
            groups[one.content.analyte, one.standard.row.standard].append(one)
    for group in groups.values():
        # one passed limit of a standard suffices; what cannot be told of its others adds nothing
        yield _finding([one for one in group if one.above] or group, asked=product.certificate is not None)


def _compared(product: Composition, context: PaperContext) -> Iterator[_Beside]:
    for standard in holding(context):
        row = standard.row
        content = product.content(row.analyte)
        if row.analyte_class == "alkaloid" and content is not None and _for_product(product, context, standard):
            yield _compare(product, context, content, standard)


def _for_product(product: Composition, context: PaperContext, standard: Standard) -> bool:
    """The proposal of the DEA has one limit for leaf and two for everything made from it."""
    table, row = declared("limits"), standard.row
    leaf = context.form is None or (context.form in table["leaf"] and not is_seven_oh(product))
    wanted = entry(row.applies_to).get("leaf")
    if row.unit == "mg per article" and context.form in table["loose"]:
        return False  # loose powder comes in no articles
    return wanted is None or wanted == leaf


def _compare(product: Composition, context: PaperContext, content: Content, standard: Standard) -> _Beside:
    row = standard.row
    limit, found = row.number("limit_value"), _in_unit(product, context, content, row.unit)
    if found is None:
        if _surely_above(context, content, row.unit, limit):
            return _Beside(content, standard, None, above=True)
        serving = row.unit in {"mg per serving", "mg per article"}
        return _Beside(content, standard, None, None, NO_SERVING if serving else OTHER_UNIT)
    if found > limit and content.qualifier in _UNSEEN:
        return _Beside(content, standard, found, None, TOO_COARSE)
    if found > limit and not decides(row):
        return _Beside(content, standard, found, None, REMEMBERED)
    return _Beside(content, standard, found, found > limit)


def _in_unit(product: Composition, context: PaperContext, content: Content, unit: str) -> float | None:
    """A content in the unit of a limit; where nothing was found, the most that there can be."""
    unseen = content.qualifier in _UNSEEN
    figure = (content.loq or 0.0) if unseen else content.central
    if figure is None:
        return None
    if unit == "any amount":
        return figure
    if unit.startswith("% of alkaloid"):
        share = share_of_seven_oh(product) if content.analyte == HYDROXY else None
        return None if share is None else share.highest if unseen else share.percent
    if unit in {"mg per serving", "mg per article"}:
        return _per_serving(context, content, figure)
    mg_per_g = per_gram(figure, content.unit)
    if mg_per_g is None and content.unit == "mg/unit" and product.unit_mass_g:
        mg_per_g = figure / product.unit_mass_g
    scale = _mg_per_g(unit)
    return None if mg_per_g is None or scale is None else mg_per_g / scale


def _mg_per_g(unit: str) -> float | None:
    """mg in 1 g of product for one of a unit that counts by weight."""
    return {"mg per g": 1.0, "ppm": 1e-3}.get(unit, 10.0 if unit.startswith("%") and "alkaloid" not in unit else None)


def _surely_above(context: PaperContext, content: Content, unit: str, limit: float) -> bool:
    """Whether even the heaviest tablet or capsule with this content would be above a limit by weight."""
    scale, figure, table = _mg_per_g(unit), content.central, declared("limits")
    if scale is None or not figure or content.unit != "mg/unit" or context.form not in table["swallowed"]:
        return False
    return bool(figure / table["heaviest_piece_g"] / scale > limit)


def _per_serving(context: PaperContext, content: Content, figure: float) -> float | None:
    """mg in a serving, or in one piece where the product comes in pieces."""
    if content.unit == "mg/unit":
        return figure
    mg_per_g = per_gram(figure, content.unit)
    return None if mg_per_g is None or context.serving_g is None else mg_per_g * context.serving_g


def _finding(group: Sequence[_Beside], *, asked: bool) -> Finding:
    first = group[0]
    row, content, cannot = first.standard.row, first.content, first.above is None
    law = first.standard.binding
    limits = listed(dict.fromkeys(_limit(one) for one in group), last="and" if cannot else "or")
    rows = [one.standard.row for one in group]
    return Finding(
        id=f"certificate:limit:{row.id}",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN if cannot else Severity.MAJOR if law else Severity.MODERATE,
        title=f"{content.analyte[0].upper()}{content.analyte[1:]} and {row.standard}",
        sentence=(
            f"Whether the product keeps the limit of {row.standard} for {content.analyte} ({limits}) cannot be "
            f"told: {'; '.join(dict.fromkeys(one.why for one in group))}."
            if cannot
            else join(
                *(_passed(one) for one in group), "Where this is law, such a product may not be sold." if law else ""
            )
        ),
        reason=join(
            f"The content is {content.qualifier} ({content.where}).",
            f"This law begins on {row.effective_from}."
            if first.standard.force == "proposal" and row.status.startswith("law")
            else "",
        ),
        rule=Rule(id=f"limits:{row.id}", text=f"{content.analyte} is compared with {limits}, {row.applies_to}"),
        certainty=Certainty.NOT_KNOWN if cannot else best_of(rows, Certainty.MODERATE),
        sources=(*(f"limits:{row.id}" for row in rows), *content.rows),
        not_known=(f"The content of {content.analyte} in the unit of this limit.",) if cannot else (),
        subject=content.analyte,
        ask=ASK.format(analyte=content.analyte) if asked else "",
    )


def _passed(one: _Beside) -> str:
    row, content = one.standard.row, one.content
    allows = "allows" if one.standard.binding else "would allow"
    if row.unit == "any amount":
        held = quantity(one.found or 0.0, content.unit)
        return f"The product holds {content.analyte} ({held}), and {row.standard} {allows} none ({row.status})."
    held = f" ({quantity(one.found, unit_words(row.unit))})" if one.found is not None else ""
    return f"The product holds more {content.analyte}{held} than {row.standard} {allows} ({_limit(one)}; {row.status})."


def _limit(one: _Beside) -> str:
    row = one.standard.row
    return "none" if row.unit == "any amount" else quantity(row.number("limit_value"), unit_words(row.unit))
