"""What nobody looked for, and what "not detected" is worth without the least amount that would have been seen."""

from collections.abc import Iterator
from typing import Any

from speciosa import knowledge
from speciosa.certificates import Certificate, Value
from speciosa.checks._certainty import best_of, decides
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._product import HYDROXY, MITRAGYNINE
from speciosa.checks._words import join, listed, number, quantity, sentence

MISSING = Rule(id="certificate.missing", text="a group of tests is not on the certificate")
NOTHING_FOUND = Rule(id="certificate.nothing-found", text="nothing found comes with how little would have been seen")
COARSE = Rule(id="certificate.coarse", text="the laboratory would have seen what is usual in kratom")
_NEED_A_LIMIT = frozenset({"alkaloid", "metal", "mycotoxin", "residual solvent", "pesticide"})


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """One finding on what is missing, one on empty statements, one on tests that could not have seen it."""
    yield from _missing(paper, context)
    yield from _nothing_found(paper)
    yield from _coarse(paper)


def contaminant(row_id: str) -> str:
    """A row of ``contaminants`` in words."""
    row = knowledge.load().row(row_id)
    span = f" {number(row.value_min)} to {number(row.value_max)} {row.unit}" if row.value_min is not None else ""
    if not span and row.n_positive is None:
        return f"{row.contaminant} in {row.product_type}: {row.note or 'no published measurement was found'}"
    counted = f", found in {number(row.n_positive)}" if row.n_positive is not None else ""
    of = f" of {number(row.n_tested)}" if row.n_tested is not None else ""
    return f"{row.contaminant}{span}{counted}{of} {row.product_type}"


def _missing(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    groups = list(_untested(paper, context))
    alkaloids = list(_unknown_alkaloids(paper))
    if not (groups or alkaloids):
        return
    rows = tuple(dict.fromkeys(row for group, _ in groups for row in group["rows"]))
    known = knowledge.load()
    names = [*(name for _, name in groups), *alkaloids]
    printed = [v.as_printed for v in paper.values if v.qualifier == "not tested"]
    yield Finding(
        id="certificate:missing",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="Not on the certificate",
        sentence=join(
            f"The certificate says nothing about {listed(names, last='or')}.",
            "Not tested is not the same as not there.",
            f"It names {listed(printed)} and gives no result: nobody looked." if printed else "",
        ),
        reason=join(*(sentence(contaminant(row)) for row in rows)),
        rule=MISSING,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE) if rows else Certainty.MODERATE,
        sources=rows,
        not_known=tuple(f"Whether this lot holds {name}." for name in names),
        ask=f"Ask the seller for a test of this lot for {listed([*(_asked(*one) for one in groups), *alkaloids])}.",
    )


def _untested(paper: Certificate, context: PaperContext) -> Iterator[tuple[dict[str, Any], str]]:
    """Groups of tests that are missing, each with its name; of a group that is there in part, the missing members."""
    for group in declared("paper")["groups"]:
        lines = [v for v in paper.values if _in_group(v, group) and v.qualifier != "not tested"]
        wanted = "forms" not in group or context.form in group["forms"]
        tested = {value.analyte.split(" (")[0] for value in lines}
        if not lines:
            if wanted:
                yield group, group["name"]
        elif set(group.get("members", ())) - tested:
            yield group, listed(m for m in group["members"] if m not in tested)


def _in_group(value: Value, group: dict[str, Any]) -> bool:
    words = group.get("words", ())
    printed = value.as_printed.lower()
    return value.kind == group["kind"] or any(word in printed for word in words)


def _asked(group: dict[str, Any], name: str) -> str:
    return str(group["ask"]) if name == group["name"] else name


def _unknown_alkaloids(paper: Certificate) -> Iterator[str]:
    tested = {v.analyte for v in paper.kind("alkaloid") if v.qualifier != "not tested"}
    if HYDROXY not in tested:
        yield HYDROXY
    if not tested - {MITRAGYNINE, HYDROXY}:
        yield "the other alkaloids of kratom"


def _nothing_found(paper: Certificate) -> Iterator[Finding]:
    """``ND`` without a limit of quantification or detection: it may mean none, or that the test was coarse."""
    empty = [v for v in paper.values if v.kind in _NEED_A_LIMIT and _is_empty(v)]
    if not empty:
        return
    yield Finding(
        id="certificate:nothing-found",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="Nothing found, and how little was looked for is not said",
        sentence=f"The paper says that no {listed(dict.fromkeys(v.analyte for v in empty), last='or')} was found, and "
        "not how little the laboratory would have seen. A coarse test finds nothing in a bad lot too.",
        reason=f"Printed: {listed(dict.fromkeys(v.result_as_printed.strip() or 'nothing' for v in empty))}.",
        rule=NOTHING_FOUND,
        certainty=Certainty.NOT_KNOWN,
        not_known=(f"How little of {listed(dict.fromkeys(v.analyte for v in empty))} would have been seen.",),
        ask="Ask the laboratory for the limit of quantification of each of these lines.",
    )


def _is_empty(value: Value) -> bool:
    return value.qualifier in {"not detected", "below LOQ", "trace"} and value.loq is None and value.lod is None


def _coarse(paper: Certificate) -> Iterator[Finding]:
    """Metals that were not found by a test that could not have seen what kratom usually holds."""
    found = [(v, low, row) for v in paper.kind("metal") for low, row in _usual(v.analyte) if _bound(v) > low]
    if not found:
        return
    told = {value.analyte: (value, low) for value, low, _ in found}
    yield Finding(
        id="certificate:coarse",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="A test too coarse for what is usual",
        sentence=join(
            *(
                f"{value.analyte.capitalize()} was not found above {quantity(_bound(value), 'ppm')}; in every survey "
                f"that we hold some product had {quantity(low, 'ppm')} or more."
                for value, low in told.values()
            ),
            "So “not found” does not tell this lot from a usual one.",
        ),
        reason=join(*(sentence(contaminant(row)) for _, _, row in found)),
        rule=COARSE,
        certainty=Certainty.LOW,
        sources=tuple(dict.fromkeys(row for _, _, row in found)),
        not_known=(f"How much {listed(told)} this lot holds.",),
        ask="Ask the laboratory for a method with a lower limit of quantification.",
    )


def _bound(value: Value) -> float:
    """How little would have been seen, ppm; 0 where something was measured or nothing is said."""
    if value.qualifier == "below value":
        return value.ug_per_g or 0.0
    seen = value.loq_ug_per_g if value.qualifier in {"not detected", "below LOQ", "trace"} else None
    return seen or 0.0


def _usual(analyte: str) -> Iterator[tuple[float, str]]:
    """What some product had in every survey of a metal: the lowest of their highest figures, ppm."""
    rows = knowledge.load().find("contaminants", contaminant=analyte, contaminant_class="metal")
    lows = [(_ppm(r.value_max, r.unit), f"contaminants:{r.id}") for r in rows if r.value_max is not None and decides(r)]
    known = [(low, row) for low, row in lows if low is not None]
    yield from [min(known)] if known else []


def _ppm(value: float, unit: str) -> float | None:
    return {"ug/g": value, "ng/g": value / 1000.0}.get(unit)
