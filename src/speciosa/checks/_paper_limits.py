"""Contaminants of a paper beside the limits that hold: above, within, or not to be told; and what the lab failed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speciosa import knowledge
from speciosa.certificates import Certificate, Value
from speciosa.checks._certainty import best_of, decides
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._limits import Compared, of_value, unit_words
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._words import count, join, listed, number, quantity, sentence, slug

LIMIT = Rule(id="certificate.limit", text="a result is above a limit, or the laboratory could not have seen that it is")
FAILED = Rule(id="certificate.failed", text="the laboratory itself marks a result as failed")
CLEAN = Rule(id="certificate.compared", text="results were compared with limits and none is above one")
NO_GUARANTEE = "claims:lab-testing-guarantees"
REMEMBERED = "our table holds a limit that it would pass, from memory only"
FAILED_ASK = "Ask the seller why a lot that the laboratory failed is on sale, and what was done about it."


@dataclass(frozen=True)
class _Judged:
    """One line of the paper with every limit that it was compared with."""

    value: Value
    compared: tuple[Compared, ...]

    @property
    def above(self) -> list[Compared]:
        """Limits that are passed and may decide."""
        return [c for c in self.compared if c.above and decides(c.row)]

    @property
    def open(self) -> list[Compared]:
        """Limits of which it cannot be told, and those that were only recalled."""
        return [c for c in self.compared if c.above is None or (c.above and not decides(c.row))]


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """Every line above a limit by itself; what cannot be told, and what is within, folded."""
    judged = list(_judged(paper, context))
    for one in judged:
        if one.above:
            yield _above(one, context)
    yield from _open([one for one in judged if not one.above and one.open], context)
    fine = [one for one in judged if not one.above and not one.open]
    if fine:
        yield _clean(fine, context)
    yield from _failed(paper)


def _judged(paper: Certificate, context: PaperContext) -> Iterator[_Judged]:
    for value in paper.values:
        if value.kind in declared("limits")["kinds"] and value.qualifier != "not tested":
            compared = of_value(value, context)
            if compared:
                yield _Judged(value, compared)


def _above(one: _Judged, context: PaperContext) -> Finding:
    value, above = one.value, one.above
    kind = declared("limits")["kinds"][value.kind]
    germ = value.kind == "microbe" and any(c.row.comparator == "absent" for c in above)
    told, rest = _most_telling(above)
    sellers = [c for c in of_value(value, context, sellers=True) if c.above]
    printed = f"{value.result_as_printed} {value.unit_as_printed}".strip()
    unclear = [c.why for c in one.open if c.why]
    return Finding(
        id=f"certificate:above:{slug(value.analyte)}:{slug(value.where)}",
        topic=Topic.CERTIFICATE,
        severity=_severity(above, germ=germ),
        title=f"{_name(value)} above a limit",
        sentence=join(
            f"The certificate gives {value.as_printed}: {printed}.",
            *(_limit_words(c) for c in told),
            _from_grams(above, context),
            "This lot should not be swallowed." if germ else "",
        ),
        reason=join(
            f"Read at {value.where}.",
            sentence(value.name_match) if value.name_match else "",
            *(_limit_words(c) for c in rest),
            *(_limit_words(c) for c in sellers),
            _means(kind),
            f"Of other limits it cannot be told: {'; '.join(dict.fromkeys(unclear))}." if unclear else "",
        ),
        rule=LIMIT,
        certainty=best_of([c.row for c in above], Certainty.MODERATE),
        sources=(*(f"limits:{c.row.id}" for c in above), *kind.get("rows", ())),
        not_known=("How well one sample stands for the whole lot.",),
        subject=value.analyte,
        ask=kind["ask"],
    )


def _severity(above: Sequence[Compared], *, germ: bool) -> Severity:
    if germ:
        return Severity.CONTRAINDICATED
    strict = any(c.standard.force in {"law", "standard"} for c in above)
    return Severity.MAJOR if strict else Severity.MODERATE


def _most_telling(above: Sequence[Compared]) -> tuple[list[Compared], list[Compared]]:
    """Two limits for the sentence, the most binding first and then the lowest; the others go into the reason."""
    order = declared("limits")["force_order"]

    def rank(compared: Compared) -> tuple[int, bool, float, str]:
        return order.index(compared.standard.force), not compared.standard.here, compared.limit or 0.0, compared.row.id

    ranked = sorted(above, key=rank)
    return ranked[:2], ranked[2:]


def _limit_words(compared: Compared) -> str:
    row, binds = compared.row, compared.standard.words
    if row.comparator == "absent":
        return f"{row.standard} asks for {_limit(compared)} ({binds})."
    at = f"{number(compared.found)} {compared.unit}, above" if compared.found is not None else "above"
    return f"That is {at} the {_limit(compared)} of {row.standard} ({binds})."


def _limit(compared: Compared) -> str:
    row = compared.row
    if row.comparator == "absent":
        return "none at all" if row.unit == "any" else f"none {row.unit}"
    if compared.limit is not None:
        return quantity(compared.limit, compared.unit)
    return quantity(row.number("limit_value"), unit_words(row.unit))


def _from_grams(compared: Sequence[Compared], context: PaperContext) -> str:
    """From how many grams a day the lowest daily limit is passed: what this means for this person."""
    found = [c for c in compared if c.passed_at_g is not None]
    if not found:
        return ""
    first = min(found, key=lambda c: c.passed_at_g or 0.0)
    day = f" The heaviest day here is {quantity(context.grams_per_day, 'g')}." if context.grams_per_day else ""
    return (
        f"From {quantity(first.passed_at_g or 0.0, 'g')} of product a day on the limit of {first.row.standard} is "
        f"passed.{day}"
    )


def _why(compared: Compared) -> str:
    return compared.why or REMEMBERED


def _means(kind: dict[str, str]) -> str:
    cases = knowledge.load().row("contaminants:CT017").number("value_mean")
    return kind["means"].format(cases=count(cases))


def _open(unclear: Sequence[_Judged], context: PaperContext) -> Iterator[Finding]:
    """One finding for all lines of a kind that cannot be told for the same reasons."""
    groups: dict[tuple[str, tuple[str, ...]], list[_Judged]] = defaultdict(list)
    for one in unclear:
        groups[one.value.kind, tuple(dict.fromkeys(_why(c) for c in one.open))].append(one)
    for (kind, why), members in groups.items():
        yield _cannot_tell(kind, why, members, context)


def _cannot_tell(kind: str, why: tuple[str, ...], members: Sequence[_Judged], context: PaperContext) -> Finding:
    names = listed(dict.fromkeys(one.value.analyte for one in members))
    compared = [c for one in members for c in one.open]
    limits = dict.fromkeys(f"{_limit(c)} of {c.row.standard}" for c in compared)
    first = members[0].value
    return Finding(
        id=f"certificate:cannot-tell:{slug(first.analyte)}:{slug(first.where)}",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title=f"{_name(first)}{' and others' if len(members) > 1 else ''}: cannot be told",
        sentence=join(
            f"Whether {names} {'is' if len(members) == 1 else 'are'} above a limit cannot be told: {'; '.join(why)}.",
            *(f"{_of(one, members)}{told}" for one in members if (told := _from_grams(one.open, context))),
        ),
        reason=join(
            *(f"The certificate says {one.value.result_as_printed} ({one.value.where})." for one in members),
            f"Limits: {listed(limits)}.",
            *(sentence(one.value.name_match) for one in members if one.value.name_match),
        ),
        rule=LIMIT,
        certainty=Certainty.NOT_KNOWN,
        sources=tuple(dict.fromkeys(f"limits:{c.row.id}" for c in compared)),
        not_known=(f"The amount of {names} beside these limits.",),
        subject=first.analyte if len(members) == 1 else "",
        ask=declared("limits")["kinds"][kind]["cannot"],
    )


def _of(one: _Judged, members: Sequence[_Judged]) -> str:
    return f"{_name(one.value)}: " if len(members) > 1 else ""


def _clean(fine: Sequence[_Judged], context: PaperContext) -> Finding:
    known = knowledge.load()
    rows = sorted({f"limits:{c.row.id}" for one in fine for c in one.compared})
    daily = _from_grams([c for one in fine for c in one.compared], context)
    place = "Laws of a place were not compared: no place was told." if context.place is None else ""
    return Finding(
        id="certificate:compared",
        topic=Topic.CERTIFICATE,
        severity=Severity.INFORM,
        title="Results within the limits",
        sentence=join(
            f"Not above any limit of our table: {listed(dict.fromkeys(one.value.analyte for one in fine))}.",
            sentence(known.row(NO_GUARANTEE).what_to_tell_a_person),
        ),
        reason=join("Each result was set beside every limit that holds for this place, form and day.", daily),
        rule=CLEAN,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=(*rows, NO_GUARANTEE),
        not_known=(place,) if place else (),
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
                ask=FAILED_ASK,
            )


def _name(value: Value) -> str:
    return f"{value.analyte[:1].upper()}{value.analyte[1:]}"
