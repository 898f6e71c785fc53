"""A profile that no leaf has: much 7-OH, mitragynine alone, pseudoindoxyl, more than leaf holds, a perfect label."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Content
from speciosa.certificates import Value, per_gram
from speciosa.checks._certainty import best_of
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._paper_units import LEAF_HIGHEST
from speciosa.checks._printed import printed
from speciosa.checks._product import (
    HYDROXY,
    MITRAGYNINE,
    NATURAL_SHARE_ROW,
    PSEUDOINDOXYL,
    Composition,
    natural_share,
    share_of_seven_oh,
)
from speciosa.checks._words import join, listed, number, quantity, sentence

SHARE = Rule(id="certificate.seven-oh-share", text="7-OH is compared with the sum of the alkaloids")
RATIO = Rule(id="certificate.leaf-ratio", text="7-OH is compared with mitragynine, as leaf holds them")
ALONE = Rule(id="certificate.lone-alkaloid", text="mitragynine comes with the other alkaloids that leaf always holds")
PSEUDO = Rule(id="certificate.pseudoindoxyl", text="leaf holds no mitragynine pseudoindoxyl")
BEYOND = Rule(id="certificate.beyond-leaf", text="a product sold as leaf holds no more mitragynine than leaf")
PERFECT = Rule(
    id="certificate.perfect-match", text="a measured amount is not the amount of the label to the last digit"
)

RATIO_ROW = "priors:PR1201"
SYNTHESIS, ALL_SIX = "alkaloid_content:AC017", "alkaloid_content:AC045"
CLAIM = "claims:natural-alternative"
MADE_BY = "metabolism:ME014"
USUAL_LEAF = "alkaloid_content:AC064"
_TWO = 2
_FINE_DIGITS = 3  # three printed digits that agree are unlikely by chance, two are not
_ASK_MADE = "Ask the seller whether 7-OH, pseudoindoxyl or pure alkaloids were added or made, and from what."


def check(product: Composition, context: PaperContext) -> Iterator[Finding]:
    """What of the alkaloids does not look like leaf."""
    shared = list(_share(product))
    yield from shared
    if not shared:
        yield from _ratio(product)
    yield from _alone(product)
    yield from _pseudoindoxyl(product)
    yield from _beyond(product, context)
    yield from _perfect(product)


def _share(product: Composition) -> Iterator[Finding]:
    share = share_of_seven_oh(product)
    known = knowledge.load()
    if share is None:
        return
    most = natural_share()
    high = share.percent > most
    unclear = not high and share.highest > most
    if not (high or unclear):
        return
    told = known.row(CLAIM)
    rows = (NATURAL_SHARE_ROW, CLAIM, "claims:extract-by-solvent")
    yield Finding(
        id="certificate:seven-oh-share",
        topic=Topic.CERTIFICATE,
        severity=Severity.MAJOR if high else Severity.UNKNOWN,
        title="More 7-OH than natural leaf" if high else "Perhaps more 7-OH than natural leaf",
        sentence=join(
            f"7-hydroxymitragynine makes up {number(share.percent)} % of the alkaloids that are known of this product; "
            f"natural leaf stays below {number(most)} %."
            if high
            else f"By the range of its figures 7-hydroxymitragynine may make up as much as {number(share.highest)} % "
            f"of the known alkaloids; natural leaf stays below {number(most)} %.",
            "It was added or made, and the product acts as a stronger opioid." if high else "",
            sentence(told.what_to_tell_a_person) if high else "",
        ),
        reason=join(f"Sum of {share.of} alkaloids.", f"Claim: “{told.claim}” Verdict: {told.verdict}."),
        rule=SHARE,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=(*_rows(product, HYDROXY), *rows),
        not_known=() if share.of > _TWO else ("The other alkaloids: without them the share is an upper bound.",),
        subject=HYDROXY,
        ask=_asked(product, _ASK_MADE if high else "Ask the laboratory for 7-OH with a lower limit of quantification."),
    )


def _ratio(product: Composition) -> Iterator[Finding]:
    seven, main = product.content(HYDROXY), product.content(MITRAGYNINE)
    mine, other = _mg_per_g(seven), _mg_per_g(main)
    row = knowledge.load().row(RATIO_ROW)
    if not mine or not other or mine / other <= row.high:
        return
    yield _finding(
        "leaf-ratio",
        RATIO,
        Severity.MODERATE,
        "More 7-OH beside mitragynine than leaf has",
        f"There is {number(100.0 * mine / other)} % as much 7-OH as mitragynine; in leaf at most "
        f"{number(100.0 * row.high)} % were told of, and usually far less. It was added or made, or it grew after "
        "harvest.",
        sentence(row.reason),
        (RATIO_ROW,),
        _asked(product, _ASK_MADE),
        subject=HYDROXY,
    )


def _alone(product: Composition) -> Iterator[Finding]:
    """Mitragynine without the alkaloids that grow with it; only those that were looked for count."""
    main = _mg_per_g(product.content(MITRAGYNINE))
    if not main:
        return
    rows = declared("paper")["companions"]
    known = knowledge.load()
    looked = {name: c for name in rows if (c := product.content(name)) is not None and c.qualifier != "not tested"}
    missing, unsure = [], []
    for name, content in looked.items():
        most, least = _most(content), main * known.row(rows[name]).low
        if most is not None and most < least:
            missing.append(name)
        elif most is None and content.central == 0.0:
            unsure.append(name)
    if len(missing) + len(unsure) < _TWO or len(missing) + len(unsure) < len(looked):
        return
    certain = len(missing) >= _TWO
    yield _finding(
        "lone-alkaloid",
        ALONE,
        Severity.MODERATE if certain else Severity.UNKNOWN,
        "Mitragynine without its companions",
        f"{listed([*missing, *unsure]).capitalize()} were looked for and are not there as leaf holds them beside this "
        f"much mitragynine. {'No leaf that was measured looks so' if certain else 'How little was seen is not said'}: "
        "the product may hold isolated mitragynine, and then nothing that is known of leaf can be carried over.",
        join(
            *(
                f"{name}: at least {number(100.0 * known.row(rows[name]).low)} % of mitragynine in leaf."
                for name in (*missing, *unsure)
            )
        ),
        tuple(rows[name] for name in (*missing, *unsure)),
        _asked(product, "Ask the seller whether the product is leaf, an extract or isolated mitragynine."),
        subject=MITRAGYNINE,
    )


def _pseudoindoxyl(product: Composition) -> Iterator[Finding]:
    content = product.content(PSEUDOINDOXYL)
    if content is None or not content.central:
        return
    yield _finding(
        "pseudoindoxyl",
        PSEUDO,
        Severity.MAJOR,
        "Pseudoindoxyl is in it",
        f"The product holds {quantity(content.central, content.unit)} of mitragynine pseudoindoxyl. Leaf has none to "
        "speak of: it was made from 7-OH or added. It binds to the opioid receptor more strongly than 7-OH, and no "
        "trial ever gave it to people.",
        "In plasma of people 7-OH turns into it; products with it on the market also held 7-OH.",
        (MADE_BY, ALL_SIX, "affinities:AF014"),
        _asked(product, _ASK_MADE),
        subject=PSEUDOINDOXYL,
    )


def _beyond(product: Composition, context: PaperContext) -> Iterator[Finding]:
    """More mitragynine than any leaf that was measured, in a product that is sold as leaf."""
    known, amount = knowledge.load(), _mg_per_g(product.content(MITRAGYNINE))
    if amount is None or context.form not in declared("limits")["leaf"]:
        return
    most, usual = known.row(LEAF_HIGHEST), known.row(USUAL_LEAF)
    if amount <= 10.0 * usual.number("value_max"):
        return
    over = amount > 10.0 * most.number("value_max")
    yield _finding(
        "beyond-leaf",
        BEYOND,
        Severity.MODERATE if over else Severity.INFORM,
        "More mitragynine than leaf" if over else "Much mitragynine for leaf",
        f"{number(amount / 10.0)} % mitragynine; "
        + (
            f"the most that was found in any leaf is {number(most.number('value_max'))} %. It is an extract, leaf with "
            "something added, or the unit is wrong. Amounts that fit leaf are too much of it."
            if over
            else f"leaf usually holds up to {number(usual.number('value_max'))} %, and the most that was ever found is "
            f"{number(most.number('value_max'))} %. It may be rare leaf, or leaf with something added."
        ),
        f"{most.study}: {number(most.number('value_min'))} to {number(most.number('value_max'))} % in {most.origin}.",
        (LEAF_HIGHEST, USUAL_LEAF),
        _asked(product, "Ask the seller whether extract was added, and the laboratory for the unit of this line."),
        subject=MITRAGYNINE,
    )


def _perfect(product: Composition) -> Iterator[Finding]:
    """Measured amounts that are those of the label to the last of three digits, as far as the paper prints both."""
    paper = product.certificate
    met = [v for v in (paper.values if paper is not None else ()) if v.kind in {"alkaloid", "sum"} and _is_claim(v)]
    if not met:
        return
    yield _finding(
        "perfect-match",
        PERFECT,
        Severity.UNKNOWN,
        "Exactly what the label says",
        f"{listed(f'{v.as_printed} ({v.result_as_printed} {v.unit_as_printed})'.replace(' )', ')') for v in met)} "
        f"{'is' if len(met) == 1 else 'are'} to the last digit what the paper prints as the claim. That is unusual: "
        "two measurements of one sample differ by some per cent. It may be chance, or the claim was copied.",
        "In one method two analyses of the same material lay 9 % apart (alkaloid_content:AC028).",
        ("alkaloid_content:AC028",),
        "Ask the laboratory for the number as measured, with the uncertainty of the measurement.",
        certainty=Certainty.LOW,
    )


def _is_claim(value: Value) -> bool:
    """Whether the limit column holds a claim that the result repeats digit for digit."""
    digits, limit = printed(value), (value.limit or "").lower()
    if digits is None or digits.significant < _FINE_DIGITS or digits.last == 0:
        return False
    return ("claim" in limit or "label" in limit) and value.result_as_printed.strip().lower() in limit.split()


def _finding(
    name: str,
    rule: Rule,
    severity: Severity,
    title: str,
    said: str,
    reason: str,
    rows: tuple[str, ...],
    ask: str,
    *,
    subject: str = "",
    certainty: Certainty | None = None,
) -> Finding:
    known = knowledge.load()
    sure = certainty or best_of((known.row(row) for row in rows), Certainty.LOW)
    return Finding(
        id=f"certificate:{name}",
        topic=Topic.CERTIFICATE,
        severity=severity,
        title=title,
        sentence=said,
        reason=reason,
        rule=rule,
        certainty=sure,
        sources=rows,
        not_known=("How the product was made.",),
        subject=subject,
        ask=ask,
    )


def _asked(product: Composition, question: str) -> str:
    """A question makes sense where a paper, and so a laboratory and a seller, stands behind the figures."""
    return question if product.certificate is not None else ""


def _rows(product: Composition, analyte: str) -> tuple[str, ...]:
    content = product.content(analyte)
    return () if content is None else content.rows


def _mg_per_g(content: Content | None) -> float | None:
    return None if content is None or content.central is None else per_gram(content.central, content.unit)


def _most(content: Content) -> float | None:
    """The most that there can be, mg/g; ``None`` where nothing was found and nobody says how little was looked for."""
    if content.central == 0.0 and content.loq is None:
        return None
    return per_gram(
        content.loq if content.central == 0.0 and content.loq is not None else content.central or 0.0, content.unit
    )
