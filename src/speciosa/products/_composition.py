"""What one serving holds of each alkaloid: from a certificate where there is one, else from the label, else as in leaf.

Each figure says which of these it is. Where statements of a label contradict each other, the figure covers all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from speciosa.certificates import Certificate, Value
from speciosa.errors import InputError
from speciosa.products._amount import Amount, known, pooled, prior
from speciosa.products._label import Kind
from speciosa.products._readings import HYDROXY, MITRAGYNINE, Contradiction, Reading, Serving

MEASURED, LABEL, AS_LEAF = "measured", "by the label", "as in leaf"
# minor alkaloids whose relation to mitragynine in leaf is known at least from one lot
MINOR = ("paynantheine", "speciociliatine", "speciogynine", "mitraciliatine", "isopaynantheine")
_STRENGTH = (Kind.AMOUNT, Kind.CONTENT, Kind.SHARE, Kind.RATIO)  # what says more directly how much there is
_NOTHING = frozenset({"not detected", "below LOQ", "below value", "trace"})


@dataclass(frozen=True)
class Held:
    """One alkaloid in one serving.

    Attributes:
        analyte: its name in Speciosa.
        mg: how much.
        basis: ``measured``, ``by the label`` or ``as in leaf``.
        where: place on the certificate, or the statements of the label.
        note: what a reader has to know beside it.
    """

    analyte: str
    mg: Amount
    basis: str
    where: str
    note: str = ""


@dataclass(frozen=True)
class Composition:
    """One serving.

    Attributes:
        held: alkaloids with a figure, mitragynine and 7-hydroxymitragynine first.
        unknown: alkaloids of leaf without one.
    """

    held: tuple[Held, ...]
    unknown: tuple[str, ...]

    def find(self, analyte: str) -> Held | None:
        """The figure of one alkaloid; ``None`` where there is none."""
        return next((h for h in self.held if h.analyte == analyte), None)


def compose(
    found: Sequence[Reading],
    conflicts: Sequence[Contradiction],
    one: Serving,
    paper: Certificate | None = None,
) -> Composition:
    """The alkaloids of one serving.

    Args:
        found: the meanings of the label's statements.
        conflicts: those that contradict each other.
        one: the serving.
        paper: certificate of the lot.

    Raises:
        InputError: neither mitragynine nor 7-hydroxymitragynine can be computed.
    """
    held = {h.analyte: h for h in _measured(paper, one)} if paper is not None else {}
    for analyte in (MITRAGYNINE, HYDROXY):
        stated = _stated(analyte, found, conflicts, one)
        if analyte not in held and stated is not None:
            held[analyte] = stated
    if not held:
        remedy = "a statement that gives mitragynine or 7-hydroxymitragynine, such as `150 mg mitragynine` or `45 %`; "
        raise InputError(
            "label", "; ".join(dict.fromkeys(r.statement.text for r in found)) or None, remedy + _missing(found)
        )
    for leaf in _like_leaf(held, paper):
        held.setdefault(leaf.analyte, leaf)
    order = [a for a in (MITRAGYNINE, HYDROXY, *MINOR) if a in held]
    others = [a for a in held if a not in order]
    return Composition(
        tuple(held[a] for a in (*order, *others)), tuple(a for a in (MITRAGYNINE, HYDROXY, *MINOR) if a not in held)
    )


def _missing(found: Sequence[Reading]) -> str:
    return "a content in mg/mL needs the volume, such as `15 mL`" if found else "the label names no alkaloid"


def _measured(paper: Certificate, one: Serving) -> Iterator[Held]:
    for value in paper.kind("alkaloid"):
        mg = _in_serving(value, one)
        if mg is not None:
            note = "nothing found counts as nothing" if value.qualifier in _NOTHING else ""
            yield Held(value.analyte, mg, MEASURED, value.where, note)


def _in_serving(value: Value, one: Serving) -> Amount | None:
    """mg of a certificate's line in one serving; ``None`` where its unit cannot be turned into that."""
    amount = 0.0 if value.qualifier in _NOTHING else value.value if value.qualifier == "measured" else None
    if amount is None:
        return None
    if value.unit == "mg/unit":
        return known(amount)
    if value.unit == "mg/mL":
        return None if one.volume_ml is None else known(amount * one.volume_ml)
    scale = value.mg_per_g if amount else 0.0
    return None if scale is None else one.extract_g * scale


def _stated(analyte: str, found: Sequence[Reading], conflicts: Sequence[Contradiction], one: Serving) -> Held | None:
    """What the label makes of an alkaloid: its most direct statement, and all that contradict it."""
    usable = [r for r in found if r.analyte == analyte and r.mg is not None]
    if not usable:
        return None
    strongest = min(usable, key=lambda r: (not r.label_mass, _STRENGTH.index(r.statement.kind))).statement
    against = {s for c in conflicts if c.analyte == analyte and strongest in c.statements for s in c.statements}
    statements = [s for s in dict.fromkeys(r.statement for r in usable) if s == strongest or s in against]
    meant = pooled(r.mg for r in usable if r.statement in statements and r.mg is not None)
    truth = prior(f"label_truth_{analyte}") if analyte in {MITRAGYNINE, HYDROXY} else known(1.0)
    words = ", ".join(f"“{s.text}”" for s in statements)
    note = "the statements contradict each other; the range covers all of them" if len(statements) > 1 else ""
    return Held(analyte, _at_most(meant * truth, one), LABEL, words, note)


def _at_most(mg: Amount, one: Serving) -> Amount:
    """No alkaloid weighs more than the extract that holds it, where the label says how much that is."""
    return Amount(np.minimum(mg.draws, 1000.0 * one.extract_g.draws), mg.rows) if one.mass_stated else mg


def _like_leaf(held: dict[str, Held], paper: Certificate | None) -> Iterator[Held]:
    """Alkaloids that nobody stated, in the relation to mitragynine that leaf has, as far as an extract keeps it."""
    base = held.get(MITRAGYNINE)
    if base is None or base.mg.median == 0.0:
        return
    tested = {v.analyte for v in paper.kind("alkaloid")} if paper is not None else set()
    for analyte in (HYDROXY, *MINOR):
        if analyte in tested:
            continue
        kept = known(1.0) if analyte == HYDROXY else prior("extract_selectivity")
        mg = base.mg * prior(f"leaf_{analyte}_ratio") * kept
        yield Held(analyte, mg, AS_LEAF, "in the relation to mitragynine that leaf has", "nobody stated or measured it")
