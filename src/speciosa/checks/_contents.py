"""A product without a certificate beside what leaf holds and what laws allow, and what a label is worth."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Content, Form
from speciosa.checks import _paper_alkaloids, _paper_profile
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import of_case
from speciosa.checks._product import HYDROXY, MITRAGYNINE
from speciosa.checks._words import join, listed, number, quantity, sentence
from speciosa.exposure import Exposure

LABEL = Rule(id="certificate.label", text="a content is the claim of a label")

ABOVE_LABEL = "harms:H117"


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """The alkaloids beside leaf and laws, unless the check on the certificate did it; contents of a label."""
    if case.product.certificate is None:
        context = of_case(case)
        yield from _paper_profile.check(case.product, context)
        yield from _paper_alkaloids.check(case.product, context)
    yield from _labels(case)


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
