"""Whether the numbers of a paper fit one another: totals, units side by side, servings, shares, label claims."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from speciosa.certificates import Certificate, Value, per_gram
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._printed import half_last_digit
from speciosa.checks._product import HYDROXY, MITRAGYNINE, Composition, in_sum, stated_total
from speciosa.checks._words import join, listed, number, quantity

SUM = Rule(id="certificate.sum", text="the single alkaloids are added up and compared with the stated total")
UNITS = Rule(id="certificate.units", text="an analyte printed in two units is compared with itself")
SERVING = Rule(id="certificate.serving", text="the amount in a serving is compared with amount per gram times serving")
SHARE = Rule(id="certificate.share", text="7-OH as a share of the alkaloids is computed again")
_FOLDS = {10.0: "ten", 100.0: "a hundred", 1000.0: "a thousand", 1e6: "a million"}
_SLACK = 0.02  # of the larger figure, beside rounding: a laboratory rounds more than once
_ASK = "Ask the laboratory which of the figures is right, and for a corrected paper."


def check(paper: Certificate, product: Composition, context: PaperContext) -> Iterator[Finding]:
    """One finding per kind of contradiction."""
    yield from _sum(product)
    yield from _units(paper)
    yield from _serving(paper, context)
    yield from _share(paper)


def _sum(product: Composition) -> Iterator[Finding]:
    """A total holds every single alkaloid, so it cannot be smaller than their sum, or than one of them."""
    content = product.content(MITRAGYNINE) or product.content(HYDROXY)
    paper = product.certificate
    if content is None or paper is None:
        return
    total, added = stated_total(product, content.unit), in_sum(product, content)
    rounding = sum(half_last_digit(v) * _scale(v, content.unit) for v in (*paper.kind("alkaloid"), *paper.kind("sum")))
    if total is None or added <= total + rounding + 1e-9:
        return
    yield _finding(
        "sum",
        SUM,
        "The alkaloids do not add up",
        f"The single alkaloids add up to {quantity(added, content.unit)}, more than the stated total of "
        f"{quantity(total, content.unit)}: one of the figures is wrong.",
        f"A total holds every single alkaloid, so it cannot be smaller than their sum. Rounding of the printed "
        f"figures explains {quantity(rounding, content.unit)} at most.",
    )


def _scale(value: Value, unit: str) -> float:
    """One of a value's unit in ``unit``; 0 where they cannot be compared."""
    own, other = per_gram(1.0, value.unit), per_gram(1.0, unit)
    return 1.0 if value.unit == unit else own / other if own and other else 0.0


def _units(paper: Certificate) -> Iterator[Finding]:
    """The same analyte in two units, such as % and mg/g: both cannot be right when they differ."""
    wrong = [pair for pair in _pairs(paper) if _differ(*pair)]
    if not wrong:
        return
    yield _finding(
        "units",
        UNITS,
        "Two units, two answers",
        join(
            *(_pair_words(one, other) for one, other in wrong),
            "The dose that follows is wrong by as much, if it is worked out from the wrong one.",
        ),
        "1 % is 10 mg/g, 1 ppm is 1 mg/kg, and 1 ppm is 1000 ppb. Read at "
        + listed(value.where for pair in wrong for value in pair)
        + ".",
        severity=Severity.MODERATE,
    )


def _pairs(paper: Certificate) -> Iterator[tuple[Value, Value]]:
    by_analyte: dict[str, list[Value]] = defaultdict(list)
    for value in paper.values:
        if value.kind and value.qualifier == "measured" and value.mg_per_g:
            by_analyte[value.analyte].append(value)
    for values in by_analyte.values():
        yield from combinations(values, 2)


def _differ(one: Value, other: Value) -> bool:
    mine, yours = one.mg_per_g or 0.0, other.mg_per_g or 0.0
    rounding = half_last_digit(one) * _scale(one, "mg/g") + half_last_digit(other) * _scale(other, "mg/g")
    return abs(mine - yours) > _SLACK * max(mine, yours) + rounding


def _pair_words(one: Value, other: Value) -> str:
    ratio = max(one.mg_per_g or 0.0, other.mg_per_g or 0.0) / min(one.mg_per_g or 1.0, other.mg_per_g or 1.0)
    fold = next((words for size, words in _FOLDS.items() if abs(ratio / size - 1.0) < 0.1), None)
    apart = f"{fold} times apart: a slip of the unit" if fold else f"{number(ratio)} times apart"
    return (
        f"For {one.analyte} the paper gives {one.result_as_printed} {one.unit_as_printed} and "
        f"{other.result_as_printed} {other.unit_as_printed}; these are {apart}."
    )


def _serving(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """mg per serving is mg per gram times the grams of a serving; without a serving all analytes must agree on one."""
    grams = {}
    for value in paper.values:
        if value.unit == "mg/unit" and value.per == "serving" and value.qualifier == "measured" and value.value:
            per_g = next((v.mg_per_g for v in paper.find(value.analyte) if v.qualifier == "measured" and v.mg_per_g), 0)
            if per_g:
                grams[value.analyte] = value.value / per_g, value
    stated = paper.serving_g if paper.serving_g is not None else context.serving_g
    if stated is None:
        yield from _servings_differ(grams)
        return
    wrong = {a: (g, v) for a, (g, v) in grams.items() if abs(g / stated - 1.0) > _tolerance(v, paper)}
    if wrong:
        yield _finding(
            "serving",
            SERVING,
            "The amount in a serving does not fit",
            join(
                *(
                    f"{v.result_as_printed} {v.unit_as_printed} of {a} would need a serving of {quantity(g, 'g')}, "
                    f"and the serving is {quantity(stated, 'g')}."
                    for a, (g, v) in wrong.items()
                ),
            ),
            "The amount in a serving is the amount per gram times the grams of a serving.",
            severity=Severity.MODERATE,
        )


def _servings_differ(grams: dict[str, tuple[float, Value]]) -> Iterator[Finding]:
    sizes = [size for size, _ in grams.values()]
    if len(sizes) > 1 and max(sizes) / min(sizes) > 1.0 + 0.1:
        told = listed(f"{quantity(size, 'g')} by {analyte}" for analyte, (size, _) in grams.items())
        yield _finding(
            "serving",
            SERVING,
            "The amount in a serving does not fit",
            f"Worked out from the amounts per serving and per gram, the serving weighs {told}. It can have one "
            "weight only.",
            "The amount in a serving is the amount per gram times the grams of a serving.",
            severity=Severity.MODERATE,
        )


def _tolerance(value: Value, paper: Certificate) -> float:
    """What rounding of both figures explains, as a share."""
    other = next(v for v in paper.find(value.analyte) if v.mg_per_g)
    shares = [half_last_digit(v) / v.value for v in (value, other) if v.value]
    return _SLACK + sum(shares)


def _share(paper: Certificate) -> Iterator[Finding]:
    """7-OH as a share of the alkaloids, where the paper prints it, computed from its own figures."""
    seven = next((v for v in paper.find(HYDROXY) if v.mg_per_g), None)
    total = next((v for v in paper.kind("sum") if v.mg_per_g), None)
    said = [v for v in paper.values if v.value is not None and v.qualifier == "measured" and _is_share(v)]
    if seven is None or total is None or not seven.mg_per_g or not total.mg_per_g:
        return
    own = 100.0 * seven.mg_per_g / total.mg_per_g
    for value in said:
        stated = value.value or 0.0
        if abs(stated - own) > half_last_digit(value) + 0.05 * own:
            yield _finding(
                "share",
                SHARE,
                "The share of 7-OH does not fit",
                f"The paper gives 7-OH as {number(stated)} % of the alkaloids; by its own figures it is "
                f"{number(own)} %. Laws that count by this share would judge the lot by the wrong number.",
                f"{seven.result_as_printed} {seven.unit_as_printed} of {total.result_as_printed} "
                f"{total.unit_as_printed}. Read at {value.where}.",
                severity=Severity.MODERATE,
            )


def _is_share(value: Value) -> bool:
    words = f"{value.as_printed} {value.unit_as_printed}".lower()
    return (
        "%" in words and bool(re.search(r"7.?(oh|hydroxy)", words)) and bool(re.search(r"of (total )?alkaloid", words))
    )


def _finding(
    name: str, rule: Rule, title: str, sentence: str, reason: str, severity: Severity = Severity.MINOR
) -> Finding:
    return Finding(
        id=f"certificate:{name}",
        topic=Topic.CERTIFICATE,
        severity=severity,
        title=title,
        sentence=sentence,
        reason=reason,
        rule=rule,
        certainty=Certainty.HIGH,
        not_known=("Which figure is wrong.",),
        ask=_ASK,
    )
