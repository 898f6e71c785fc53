"""What the product holds beside what leaf holds and what laws allow, and what a label is worth."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Content, Form
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._limits import of_alkaloids, unit_words
from speciosa.checks._product import HYDROXY, MITRAGYNINE, NATURAL_SHARE_ROW, natural_share, share_of_seven_oh
from speciosa.checks._words import join, listed, number, quantity, sentence
from speciosa.exposure import Exposure

SHARE = Rule(id="certificate.seven-oh-share", text="7-OH is compared with the sum of the alkaloids")
LABEL = Rule(id="certificate.label", text="a content is the claim of a label")

ABOVE_LABEL = "harms:H117"


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """Share of 7-OH, alkaloids beside limits, contents that only a label states."""
    yield from _share(case)
    yield from _alkaloid_limits(case)
    yield from _labels(case)


def _share(case: Case) -> Iterator[Finding]:
    share = share_of_seven_oh(case.product)
    known = knowledge.load()
    if share is None:
        return
    most = natural_share()
    high = share.percent > most
    unclear = not high and share.highest > most
    if not (high or unclear):
        return
    told = known.row("claims:natural-alternative")
    rows = (NATURAL_SHARE_ROW, "claims:natural-alternative", "claims:extract-by-solvent")
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
        sources=(*case.product.rows(HYDROXY), *rows),
        not_known=() if share.of > 2 else ("The other alkaloids: without them the share is an upper bound.",),
        subject=HYDROXY,
    )


def _alkaloid_limits(case: Case) -> Iterator[Finding]:
    found = list(of_alkaloids(case))
    decided = {(content.analyte, c.row.standard) for content, c in found if c.above}
    for content, compared in found:
        row = compared.row
        # one passed limit of a standard suffices; what cannot be told of its others adds nothing
        if compared.above is False or (compared.above is None and (content.analyte, row.standard) in decided):
            continue
        law = row.status.startswith("law")
        allows = "allows" if law else "would allow"
        cannot = compared.above is None
        limit = quantity(row.number("limit_value"), unit_words(row.unit))
        limit = "any amount" if row.unit == "any amount" else limit
        held = f" ({quantity(compared.found, unit_words(row.unit))})" if compared.found is not None else ""
        yield Finding(
            id=f"certificate:limit:{row.id}",
            topic=Topic.CERTIFICATE,
            severity=Severity.UNKNOWN if cannot else Severity.MAJOR if law else Severity.MODERATE,
            title=f"{content.analyte[0].upper()}{content.analyte[1:]} and {row.standard}",
            sentence=(
                f"Whether the product keeps the limit of {row.standard} for {content.analyte} ({limit}) cannot be "
                f"told: {compared.why}."
                if cannot
                else f"The product holds more {content.analyte}{held} than {row.standard} {allows} "
                f"({limit}; {row.status})."
            ),
            reason=f"The content is {content.qualifier} ({content.where}).",
            rule=Rule(id=f"limits:{row.id}", text=f"{content.analyte} is compared with {limit}, {row.applies_to}"),
            certainty=Certainty.NOT_KNOWN if cannot else best_of([row], Certainty.MODERATE),
            sources=(f"limits:{row.id}", *content.rows),
            not_known=(f"The content of {content.analyte} in the unit of this limit.",) if cannot else (),
            subject=content.analyte,
        )


def _labels(case: Case) -> Iterator[Finding]:
    stated = [c for c in case.product.contents if c.qualifier == "stated" and c.central]
    if not stated:
        return
    known = knowledge.load()
    extract = case.product.form in {Form.LIQUID_EXTRACT, Form.DRY_EXTRACT}
    rows = [ABOVE_LABEL] if any(c.analyte == HYDROXY for c in stated) else []
    rows += [f"products:{case.product.known_id}"] if case.product.known_id is not None else []
    label = known.row(ABOVE_LABEL)
    yield Finding(
        id="certificate:label",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="Contents by the label",
        sentence=join(
            f"What is said of {listed(c.analyte for c in stated)} is a claim, not a measurement of this lot.",
            f"In {label.dataset_or_case} {HYDROXY} was {label.statistic}." if ABOVE_LABEL in rows else "",
            f"{_laboratories()}" if extract else "",
        ),
        reason=join(*(_stated(c) for c in stated), sentence(case.product.note or "")),
        rule=LABEL,
        certainty=Certainty.VERY_LOW,
        sources=(*rows, *(row for c in stated for row in c.rows), *(_extract_rows() if extract else ())),
        not_known=("How far the label is from what is in the bottle.",),
    )


def _stated(content: Content) -> str:
    span = ""
    if content.low is not None and content.high is not None:
        span = f", range {number(content.low)} to {number(content.high)}"
    return f"{content.analyte}: {quantity(content.central or 0.0, content.unit)}{span} ({content.where})."


def _extract_rows() -> tuple[str, ...]:
    """Laboratory figures of extracts, in per cent by weight."""
    rows = knowledge.load().table("alkaloid_content")
    return tuple(
        f"alkaloid_content:{row.id}"
        for row in rows
        if "extract" in row.product_type and row.analyte == MITRAGYNINE and row.unit == "% w/w"
    )


def _laboratories() -> str:
    known = knowledge.load()
    found = [known.row(row) for row in _extract_rows()]
    ends = [v for row in found for v in (row.value_min, row.value_mean, row.value_max) if v is not None]
    return f"Laboratories found {number(min(ends))} to {number(max(ends))} % mitragynine in extracts." if ends else ""
