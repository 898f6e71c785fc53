"""Whether this lot was tested, what was found and what was not looked for."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Form
from speciosa.certificates import Certificate, Value
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._limits import Compared, of_value, unit_words
from speciosa.checks._product import MITRAGYNINE, in_sum, stated_total
from speciosa.checks._words import join, listed, number, quantity, sentence, slug
from speciosa.exposure import Exposure

NONE = Rule(id="certificate.none", text="the case holds no certificate of this lot")
LIMIT = Rule(id="certificate.limit", text="a result is above a limit, or the laboratory could not have seen that it is")
FAILED = Rule(id="certificate.failed", text="the laboratory itself marks a result as failed")
MISSING = Rule(id="certificate.missing", text="a group of tests is not on the certificate")
CLEAN = Rule(id="certificate.compared", text="results were compared with limits and none is above one")
SUM = Rule(id="certificate.sum", text="the single alkaloids are added up and compared with the stated total")

CONTAMINANTS = ("metal", "microbe", "mycotoxin", "residual solvent")
NEEDED = {
    "metal": "heavy metals",
    "microbe": "microbes such as Salmonella",
    "mycotoxin": "mould toxins",
    "residual solvent": "residual solvents",
}
WHY_TESTED = {
    "metal": "contaminants:CT002",
    "microbe": "contaminants:CT018",
    "mycotoxin": "contaminants:CT039",
    "residual solvent": "contaminants:CT038",
}
EXTRACTS = frozenset({Form.LIQUID_EXTRACT, Form.DRY_EXTRACT})
FOUR_METALS = ("arsenic", "cadmium", "lead", "mercury")
NO_GUARANTEE = "claims:lab-testing-guarantees"
SUM_TOLERANCE = 1.05  # rounding of the single figures


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """No certificate; or its contaminants, failures and gaps, and whether its alkaloids add up."""
    paper = case.product.certificate
    if paper is None:
        yield _none(case)
        return
    yield from _contaminants(case, paper)
    yield from _failed(paper)
    yield from _missing(case, paper)
    yield from _sum(case)


def _none(case: Case) -> Finding:
    product, known = case.product, knowledge.load()
    if product.known_id is not None:
        from_where = f"The contents are those of the known product “{product.name}”, not of this lot"
    else:
        from_where = "The contents are those that were typed in, not those of a laboratory's paper about this lot"
    rows = (WHY_TESTED["metal"], WHY_TESTED["microbe"], NO_GUARANTEE)
    return Finding(
        id="certificate:none",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="No certificate of this lot",
        sentence=join(
            f"{from_where}.",
            "Metals, microbes and hidden additions of this lot were not checked.",
        ),
        reason=join(*(sentence(f"{known.row(row).study}: {_contaminant(row)}") for row in rows[:2])),
        rule=NONE,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=rows,
        not_known=("What this lot holds.",),
    )


def _contaminant(row_id: str) -> str:
    row = knowledge.load().row(row_id)
    span = f" {number(row.value_min)} to {number(row.value_max)} {row.unit}" if row.value_min is not None else ""
    if not span and row.n_positive is None:
        return f"{row.contaminant} in {row.product_type}: no published measurement was found"
    counted = f", found in {number(row.n_positive)}" if row.n_positive is not None else ""
    of = f" of {number(row.n_tested)}" if row.n_tested is not None else ""
    return f"{row.contaminant}{span}{counted}{of} {row.product_type}"


def _contaminants(case: Case, paper: Certificate) -> Iterator[Finding]:
    fine: list[Value] = []
    rows: set[str] = set()
    for value in paper.values:
        if value.kind not in CONTAMINANTS or value.qualifier == "not tested":
            continue
        compared = of_value(case, value)
        above = [c for c in compared if c.above]
        blind = [c for c in compared if c.above is None]
        if above:
            yield _above(value, above)
        elif blind:
            yield _blind(value, blind)
        elif compared:
            fine.append(value)
            rows |= {f"limits:{c.row.id}" for c in compared}
    if fine:
        yield _clean(fine, sorted(rows))


def _above(value: Value, above: list[Compared]) -> Finding:
    law = any(c.row.status.startswith("law") and "warning" not in c.row.status for c in above)
    compendial = any(c.row.status == "compendial" for c in above)
    germ = value.kind == "microbe" and any(c.row.comparator == "absent" for c in above)
    severity = Severity.CONTRAINDICATED if germ else Severity.MAJOR if law or compendial else Severity.MODERATE
    shown = value.result_as_printed
    told, rest = _most_telling(above)
    return Finding(
        id=f"certificate:above:{slug(value.analyte)}:{slug(value.where)}",
        topic=Topic.CERTIFICATE,
        severity=severity,
        title=f"{value.analyte[0].upper()}{value.analyte[1:]} above a limit",
        sentence=join(
            f"The certificate gives {value.as_printed}: {shown} {value.unit_as_printed}.".replace(" .", "."),
            *(_limit_words(c) for c in told),
            "This lot should not be swallowed." if germ else "",
        ),
        reason=join(f"Read at {value.where}.", _name_match(value), *(_limit_words(c) for c in rest)),
        rule=LIMIT,
        certainty=best_of([c.row for c in above], Certainty.MODERATE),
        sources=tuple(f"limits:{c.row.id}" for c in above),
        not_known=("How well one sample stands for the whole lot.",),
        subject=value.analyte,
    )


def _most_telling(above: list[Compared]) -> tuple[list[Compared], list[Compared]]:
    """Two limits for the sentence, laws before standards and the lowest first; the others go into the reason."""

    def order(compared: Compared) -> tuple[bool, bool, float, str]:
        row = compared.row
        low = row.limit_value if isinstance(row.limit_value, float) else 0.0
        return not row.status.startswith("law"), row.status != "compendial", low, row.id

    ranked = sorted(above, key=order)
    return ranked[:2], ranked[2:]


def _limit_words(compared: Compared) -> str:
    row = compared.row
    if row.comparator == "absent":
        return f"{row.standard} asks for {_limit(compared)} ({row.status})."
    at = f"{number(compared.found)} {unit_words(row.unit)}, above" if compared.found is not None else "above"
    return f"That is {at} the {_limit(compared)} of {row.standard} ({row.status})."


def _blind(value: Value, blind: list[Compared]) -> Finding:
    why = listed(dict.fromkeys(c.why for c in blind))
    return Finding(
        id=f"certificate:cannot-tell:{slug(value.analyte)}:{slug(value.where)}",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title=f"{value.analyte[0].upper()}{value.analyte[1:]}: cannot be told",
        sentence=f"Whether {value.analyte} is above a limit cannot be told: {why}.",
        reason=join(
            f"The certificate says {value.result_as_printed} ({value.where}).",
            f"Limits: {listed(f'{_limit(c)} of {c.row.standard}' for c in blind)}.",
            _name_match(value),
        ),
        rule=LIMIT,
        certainty=Certainty.NOT_KNOWN,
        sources=tuple(f"limits:{c.row.id}" for c in blind),
        not_known=(f"The amount of {value.analyte} beside these limits.",),
        subject=value.analyte,
    )


def _limit(compared: Compared) -> str:
    row = compared.row
    if row.comparator == "absent":
        return "none at all" if row.unit == "any" else f"none {row.unit}"
    return quantity(row.number("limit_value"), unit_words(row.unit))


def _name_match(value: Value) -> str:
    return sentence(value.name_match) if value.name_match else ""


def _clean(fine: list[Value], rows: list[str]) -> Finding:
    known = knowledge.load()
    names = list(dict.fromkeys(value.analyte for value in fine))
    # the paper says that there is none and not how little it would have seen
    unsaid = [v.analyte for v in fine if v.kind != "microbe" and v.qualifier == "not detected" and v.loq is None]
    return Finding(
        id="certificate:compared",
        topic=Topic.CERTIFICATE,
        severity=Severity.INFORM,
        title="Results within the limits",
        sentence=join(
            f"Not above any limit of our table: {listed(names)}.",
            sentence(known.row(NO_GUARANTEE).what_to_tell_a_person),
        ),
        reason=sentence(known.row(NO_GUARANTEE).verdict_reason),
        rule=CLEAN,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=(*rows, NO_GUARANTEE),
        not_known=(f"How little the laboratory would have seen of {listed(unsaid)}.",) if unsaid else (),
    )


def _failed(paper: Certificate) -> Iterator[Finding]:
    for value in paper.values:
        printed = (value.passed or "").strip().lower()
        if value.qualifier == "failed" or printed.startswith("fail"):
            yield Finding(
                id=f"certificate:failed:{slug(value.analyte)}:{slug(value.where)}",
                topic=Topic.CERTIFICATE,
                severity=Severity.MAJOR,
                title=f"{value.as_printed}: failed",
                sentence=f"The laboratory itself marks {value.as_printed} of this lot as failed.",
                reason=f"Read at {value.where}: {value.result_as_printed} {value.unit_as_printed}".strip() + ".",
                rule=FAILED,
                certainty=Certainty.MODERATE,
                subject=value.analyte,
            )


def _missing(case: Case, paper: Certificate) -> Iterator[Finding]:
    groups = list(_untested(case, paper))
    if not groups:
        return
    rows = tuple(WHY_TESTED[kind] for kind, _ in groups)
    known = knowledge.load()
    names = listed((name for _, name in groups), last="or")
    yield Finding(
        id="certificate:missing",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="Not on the certificate",
        sentence=f"The certificate says nothing about {names}.",
        reason=join(*(sentence(_contaminant(row)) for kind, row in WHY_TESTED.items() if kind in dict(groups))),
        rule=MISSING,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=rows,
        not_known=tuple(f"Whether this lot holds {name}." for _, name in groups),
    )


def _untested(case: Case, paper: Certificate) -> Iterator[tuple[str, str]]:
    for kind, name in NEEDED.items():
        tested = {v.analyte.split(" (")[0] for v in paper.kind(kind) if v.qualifier != "not tested"}
        if not tested and (kind != "residual solvent" or case.product.form in EXTRACTS):
            yield kind, name
        elif kind == "metal" and set(FOUR_METALS) - tested:
            yield kind, listed(sorted(set(FOUR_METALS) - tested))


def _sum(case: Case) -> Iterator[Finding]:
    content = case.product.content(MITRAGYNINE)
    if content is None:
        return
    total, added = stated_total(case.product, content.unit), in_sum(case.product, content)
    if total is None or added <= total * SUM_TOLERANCE:
        return
    yield Finding(
        id="certificate:sum",
        topic=Topic.CERTIFICATE,
        severity=Severity.MINOR,
        title="The alkaloids do not add up",
        sentence=f"The single alkaloids add up to {quantity(added, content.unit)}, more than the stated total of "
        f"{quantity(total, content.unit)}: one of the figures is wrong.",
        reason="A total holds every single alkaloid, so it cannot be smaller than their sum.",
        rule=SUM,
        certainty=Certainty.HIGH,
        not_known=("Which figure is wrong.",),
    )
