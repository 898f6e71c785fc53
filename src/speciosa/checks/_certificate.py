"""Whether this lot was tested, and what its certificate says and leaves out."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper import of_certificate
from speciosa.checks._paper_context import of_case
from speciosa.checks._paper_gaps import contaminant
from speciosa.checks._words import join, sentence
from speciosa.exposure import Exposure

NONE = Rule(id="certificate.none", text="the case holds no certificate of this lot")
ROWS = ("contaminants:CT002", "contaminants:CT018", "claims:lab-testing-guarantees")
ASK = "Ask the seller for the certificate of the lot that is printed on your pack."


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """No certificate; or everything that can be said of it."""
    paper = case.product.certificate
    if paper is None:
        yield _none(case)
    else:
        yield from of_certificate(paper, of_case(case))


def _none(case: Case) -> Finding:
    product, known = case.product, knowledge.load()
    if product.known_id is not None:
        from_where = f"The contents are those of the known product “{product.name}”, not of this lot"
    else:
        from_where = "The contents are those that were typed in, not those of a laboratory's paper about this lot"
    return Finding(
        id="certificate:none",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="No certificate of this lot",
        sentence=join(
            f"{from_where}.",
            "Metals, microbes and hidden additions of this lot were not checked.",
        ),
        reason=join(*(sentence(f"{known.row(row).study}: {contaminant(row)}") for row in ROWS[:2])),
        rule=NONE,
        certainty=best_of((known.row(row) for row in ROWS), Certainty.MODERATE),
        sources=ROWS,
        not_known=("What this lot holds.",),
        ask=ASK,
    )
