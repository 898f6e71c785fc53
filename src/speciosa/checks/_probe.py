"""What the product does to CYP3A, the enzyme that clears a third of all medicines: said to everybody."""

import math
from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._observed import CYP3A_ROWS, labelled, observed
from speciosa.checks._selectors import routes
from speciosa.checks._words import join, listed, with_spreads
from speciosa.exposure import Exposure, Figure
from speciosa.knowledge import resolve

PROBE = "midazolam"
RULE = Rule(
    id="interactions.cyp3a-probe",
    text="the standard probe midazolam is simulated with and without the product, for every case",
)
PREDICTED = "clinical_ddi:DI007"  # the static model, which was far from what was seen
# The scale of the regulators for inhibitors, by the rise of AUC of a sensitive medicine
SCALE = ((5.0, Severity.MAJOR, "strong"), (2.0, Severity.MODERATE, "moderate"), (1.25, Severity.MINOR, "weak"))


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding with the largest computed rise, the trial beside it, and the medicines of the list it concerns."""
    runs = [run for run in exposure.interaction(PROBE) if math.isfinite(run.auc_ratio.value)]
    if not runs:
        yield _not_computed(case)
        return
    most = max(runs, key=lambda run: run.auc_ratio.value)
    severity, strength = graded(most.auc_ratio.value)
    known = knowledge.load()
    yield Finding(
        id="interaction:cyp3a",
        topic=Topic.INTERACTION,
        severity=severity,
        title="Medicines that CYP3A clears",
        sentence=join(
            f"In the simulation the AUC of {PROBE}, the standard probe of the enzyme CYP3A, is "
            f"{with_spreads(most.auc_ratio, '-fold')} when it is taken {most.when} of “{most.scenario}”.",
            _meaning(severity, strength),
            _at_most(most.auc_ratio, strength),
            _concerned(case),
        ),
        reason=join(
            observed(CYP3A_ROWS),
            "The effect sits in the wall of the gut: medicines that are swallowed and lose much there rise most.",
        ),
        rule=RULE,
        certainty=best_of((known.row(row) for row in CYP3A_ROWS), Certainty.MODERATE),
        figures=tuple(labelled(runs)),
        sources=(*CYP3A_ROWS, PREDICTED),
        not_known=(
            "How other medicines of CYP3A rise: one trial with one probe and 2 g of leaf is all there is.",
            "Whether 7-hydroxymitragynine or the minor alkaloids inhibit CYP3A in people.",
        ),
        subject="CYP3A",
    )


def graded(ratio: float) -> tuple[Severity, str]:
    """Severity and strength of an inhibitor by the rise of AUC of a sensitive medicine."""
    for least, severity, strength in SCALE:
        if ratio >= least:
            return severity, f"a {strength}"
    return Severity.INFORM, "no relevant"


def _meaning(severity: Severity, strength: str) -> str:
    if severity is Severity.INFORM:
        return "That is no relevant inhibition of CYP3A."
    rise = "medicines that this enzyme clears may rise as much or more"
    return f"That makes the product {strength} inhibitor of CYP3A; {rise}."


def _at_most(figure: Figure, strength: str) -> str:
    """What it would be at the upper end of the wider spread, where that is more."""
    ends = [interval.high for interval in (figure.variability, figure.uncertainty) if interval is not None]
    _, upper = graded(max([figure.value, *ends]))
    return f"At the upper end of the spreads it would be {upper} one." if upper != strength else ""


def _concerned(case: Case) -> str:
    """Medicines of the list that CYP3A clears."""
    found = {
        substance.name: role
        for medicine in case.person.medicines
        for substance in resolve(medicine.name).substances
        for what, role in sorted(routes(substance))
        if what == "CYP3A4" and role in {"major", "minor"}
    }
    if not found:
        return ""
    return f"On your list CYP3A clears {listed(f'{name} ({role} route)' for name, role in found.items())}."


def _not_computed(case: Case) -> Finding:
    return Finding(
        id="interaction:cyp3a",
        topic=Topic.INTERACTION,
        severity=Severity.UNKNOWN,
        title="Medicines that CYP3A clears",
        sentence=join(f"What this product does to {PROBE}, the probe of CYP3A, was not computed.", _concerned(case)),
        reason=observed(CYP3A_ROWS),
        rule=RULE,
        certainty=Certainty.NOT_KNOWN,
        sources=CYP3A_ROWS,
        not_known=("How much medicines rise that CYP3A clears.",),
        subject="CYP3A",
    )
