"""What an extract is, in one function: a label, a certificate or both become mg per serving, leaf, and exposure.

Label → readings → contradictions → composition → leaf equivalents, storage, and a simulation beside the leaf doses that
were studied. Composition only: nothing here says how to make or take a product.
"""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import speciosa
from speciosa import cases, checks, exposure, knowledge, products
from speciosa.assessment import KnowledgeRelease, SourceNote, notes, release_used
from speciosa.cases import Case, Form
from speciosa.checks import Certainty, Finding, Rule, Severity, Topic
from speciosa.exposure import Figure, Interval, Parameter, Record
from speciosa.products import Amount, Kind, Reading

if TYPE_CHECKING:
    from speciosa.certificates import Certificate
    from speciosa.exposure import Progress

CONTRADICTION = Rule(
    id="label.contradiction", text="two statements of a label are turned into the same quantity and differ"
)
MEASURED = Rule(id="label.measured", text="a label and a certificate give the same alkaloid in the same serving")
IMPOSSIBLE = Rule(id="label.impossible", text="a statement of a label is compared with what can be and was measured")
RATIO = Rule(id="label.ratio", text="a label states a ratio such as 10x")
COVERS = "90 % of what we hold possible"
# the tea: what its leaf held and how much leaf it was made of; the largest dose of leaf capsules of known content
_LEAF_STUDIES = ("product_contents:PC001", "clinical_pk:CP010", "clinical_pk:CP026")
_CAPSULES = "the largest dose of leaf capsules that was studied"
_ASK_PAPER = "Ask the seller which statement holds, and for the laboratory's certificate of this lot."
_ASK_MG = "Ask the seller for mg of each alkaloid per serving, measured in this lot."
_SHOWN = {
    "mitragynine.cmax": "highest mitragynine in plasma",
    "mitragynine.auc": "mitragynine over time (AUC)",
    "7-hydroxymitragynine.cmax": "highest 7-hydroxymitragynine in plasma",
    "7-hydroxymitragynine.auc": "7-hydroxymitragynine over time (AUC)",
}


class Statement(Record):
    """One statement of the label and what it can mean.

    Attributes:
        text: as printed.
        kind: share, ratio, amount, content, mass of extract, volume, or servings.
        meanings: each with its figures.
    """

    text: str
    kind: str
    meanings: tuple["Meaning", ...]


class Meaning(Record):
    """One meaning of a statement.

    Attributes:
        words: the meaning.
        analyte: the alkaloid it gives.
        per_serving: mg in one serving, taken at its word; ``None`` where the label leaves that open.
        content: mg per g of extract; ``None`` where it says nothing of that.
        impossible: why it cannot be, or was never measured; empty otherwise.
    """

    words: str
    analyte: str
    per_serving: Figure | None
    content: Figure | None
    impossible: str


class Alkaloid(Record):
    """One alkaloid of a serving.

    Attributes:
        analyte: its name.
        per_serving: mg.
        basis: ``measured``, ``by the label`` or ``as in leaf``.
        where: on the certificate, or which statements.
        note: what to know beside it.
        leaf: grams of leaf powder that hold as much; ``None`` where the figure is itself assumed from leaf.
        stored: mg after storage; ``None`` where no storage was asked, or nothing is known.
    """

    analyte: str
    per_serving: Figure
    basis: str
    where: str
    note: str
    leaf: Figure | None
    stored: Figure | None


class Growth(Record):
    """How exposure from one serving compares with a leaf dose that was studied.

    Attributes:
        beside: the leaf dose, in words.
        dose: mitragynine of one over the other.
        figures: each exposure of the serving over that of the leaf dose, median people, same draws.
    """

    beside: str
    dose: Figure | None
    figures: tuple[Figure, ...]


class Extract(Record):
    """A product, per serving.

    Attributes:
        title: what was asked.
        software: version of Speciosa.
        made_on: the day.
        release: the knowledge used.
        findings: when to call for help first, then what the label and the dose give rise to.
        case: what the user entered.
        form: how it is taken.
        assumed: what the label leaves open, and how it was taken.
        statements: of the label.
        alkaloids: of one serving.
        unknown: alkaloids of leaf of which nobody says anything.
        months: storage that was asked for; ``None`` where none was.
        kept: where it was kept.
        people: in whom exposure was simulated, in words.
        draws: how many draws of the uncertain parameters ran.
        status: how many runs of the serving ended how.
        grown: exposure beside the leaf doses studied.
        parameters: of the simulation.
        sources: every row that something here rests on.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    findings: tuple[Finding, ...]
    case: dict[str, object]
    form: str
    assumed: tuple[str, ...]
    statements: tuple[Statement, ...]
    alkaloids: tuple[Alkaloid, ...]
    unknown: tuple[str, ...]
    months: float | None
    kept: str
    people: str
    draws: int
    status: dict[str, int]
    grown: tuple[Growth, ...]
    parameters: tuple[Parameter, ...]
    sources: tuple[SourceNote, ...]

    @property
    def leaf(self) -> tuple[Alkaloid, ...]:
        """The alkaloids with a leaf equivalent."""
        return tuple(a for a in self.alkaloids if a.leaf is not None)


@dataclass(frozen=True)
class Asked:
    """What the person asks.

    Attributes:
        label: statements, as printed.
        form: how it is taken.
        paper: certificate of the lot.
        months: how long it was or will be kept; ``None`` for not at all.
        kept: where, a key of ``products.PLACES``.
        place: where the person lives, ISO 3166.
        on: the day.
        seed: of people and draws.
    """

    label: Sequence[str]
    form: Form = Form.LIQUID_EXTRACT
    paper: "Certificate | None" = None
    months: float | None = None
    kept: str = "room"
    place: str | None = None
    on: dt.date | None = None
    seed: int = 1


def extract(asked: Asked, *, progress: "Progress | None" = None) -> Extract:
    """Turn a label, a certificate or both into what one serving holds and does.

    Args:
        asked: the question.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        InputError: a statement cannot be read, or gives no alkaloid.
        Cancelled: the user stopped it.
    """
    label = products.read_label(asked.label) if asked.label else ()
    one = products.serving(label)
    found = products.readings(label, one)
    conflicts = products.contradictions(found)
    composition = products.compose(found, conflicts, one, asked.paper)
    keeping = None if asked.months is None else products.stored(composition, asked.form, asked.months, asked.kept)
    case = _case(asked, composition)
    exposed = exposure.simulate(case, with_medicines=False, progress=progress)
    findings = (
        checks.when_to_call(asked.place),
        *_about_label(found, conflicts),
        *_against_paper(found, composition),
        *(f for f in checks.run(case, exposed) if f.rule.id in _kept(asked, composition)),
        *_of_paper(asked, one, case.asked_on),
    )
    alkaloids = tuple(_alkaloids(composition, keeping))
    grown = tuple(_grown(exposed, composition, asked, progress))
    known = knowledge.load()
    on = case.asked_on
    used = {row for f in findings for row in (f.rule.id, *f.sources)}
    used |= {row for a in alkaloids for figure in (a.per_serving, a.leaf, a.stored) if figure for row in figure.rows}
    used |= {row for p in exposed.parameters for row in p.rows} | set(_LEAF_STUDIES)
    used |= set(products.SEEN) if keeping is not None else set()
    return Extract(
        title=_title(asked),
        software=speciosa.__version__,
        made_on=on,
        release=release_used(known, on),
        findings=tuple(sorted(findings, key=lambda f: f.severity.rank)),
        case=_entered(asked),
        form=asked.form.value,
        assumed=products.assumptions(label, one),
        statements=tuple(_statement(s, found) for s in label),
        alkaloids=alkaloids,
        unknown=composition.unknown,
        months=asked.months,
        kept=asked.kept,
        people=cases.ANYONE,
        draws=cases.DRAWS,
        status=exposed.scenarios[0].status,
        grown=grown,
        parameters=exposed.parameters,
        sources=notes(known, used),
    )


def _kept(asked: Asked, composition: products.Composition) -> frozenset[str]:
    """Of the checks of a case, those that speak of the product alone, and of what somebody stated or measured."""
    rules = {"dose.compare", "dose.unknown", "dose.seven-oh"}
    if asked.paper is not None:  # it is checked by itself
        return frozenset(rules)
    hydroxy = composition.find("7-hydroxymitragynine")
    stated = hydroxy is not None and hydroxy.basis != products.AS_LEAF
    return frozenset(rules | {"certificate.none"} | ({"certificate.seven-oh-share"} if stated else set()))


def _of_paper(asked: Asked, one: products.Serving, on: dt.date) -> tuple[Finding, ...]:
    """What the certificate says and leaves out, where there is one."""
    if asked.paper is None:
        return ()
    grams = one.extract_g.median if one.mass_stated else None
    context = checks.PaperContext(place=asked.place, form=asked.form, serving_g=grams, today=on)
    return checks.of_certificate(asked.paper, context)


def _entered(asked: Asked) -> dict[str, object]:
    """What the user entered, nothing lost; empty entries are left out."""
    return {
        "label": list(asked.label),
        "form": asked.form.value,
        "certificate": asked.paper.file if asked.paper is not None else None,
        "months": asked.months,
        "kept": asked.kept if asked.months is not None else None,
        "place": asked.place,
        "seed": asked.seed,
    }


def _title(asked: Asked) -> str:
    said = "; ".join(asked.label)
    paper = f"certificate {asked.paper.file}" if asked.paper is not None else ""
    return f"One serving by {' and '.join(part for part in (f'the label “{said}”' if said else '', paper) if part)}"


def _statement(said: products.Statement, found: Sequence[Reading]) -> Statement:
    meanings = tuple(
        Meaning(
            words=r.meaning,
            analyte=r.analyte,
            per_serving=None if r.mg is None else _figure(f"{r.analyte}.mg", f"{r.analyte} in one serving", r.mg, "mg"),
            content=None if r.mg_per_g is None else _figure("content", "content of the extract", r.mg_per_g, "mg/g"),
            impossible=r.impossible,
        )
        for r in found
        if r.statement == said
    )
    return Statement(text=said.text, kind=said.kind.value, meanings=meanings)


def _alkaloids(composition: products.Composition, keeping: products.Storage | None) -> Iterator[Alkaloid]:
    leaf = products.leaf_equivalents(composition)
    after = {} if keeping is None else keeping.after
    for held in composition.held:
        name = held.analyte
        yield Alkaloid(
            analyte=name,
            per_serving=_figure(f"{name}.mg", f"{name} in one serving", held.mg, "mg"),
            basis=held.basis,
            where=held.where,
            note=held.note,
            leaf=_figure(f"{name}.leaf", f"leaf with as much {name}", leaf[name], "g") if name in leaf else None,
            stored=_figure(f"{name}.stored", f"{name} after storage", after[name], "mg") if name in after else None,
        )


def _figure(key: str, label: str, amount: Amount, unit: str) -> Figure:
    spread = None if amount.exact else Interval(low=amount.low, high=amount.high, covers=COVERS)
    return Figure(key=key, label=label, value=amount.median, unit=unit, uncertainty=spread, rows=amount.rows)


def _about_label(found: Sequence[Reading], conflicts: Sequence[products.Contradiction]) -> Iterator[Finding]:
    for i, conflict in enumerate(conflicts, 1):
        yield _contradiction(i, conflict)
    ratios = dict.fromkeys(r.statement.text for r in found if r.statement.kind is Kind.RATIO)
    for text in ratios:
        yield _ratio(text, [r for r in found if r.statement.text == text])
    for text in dict.fromkeys(r.statement.text for r in found):
        meanings = [r for r in found if r.statement.text == text]
        if all(r.impossible for r in meanings):
            yield _impossible(text, meanings[0])


def _against_paper(found: Sequence[Reading], composition: products.Composition) -> Iterator[Finding]:
    """Label beside laboratory: the same alkaloid in the same serving."""
    for held in composition.held:
        claims = [r for r in found if r.analyte == held.analyte and r.mg is not None and r.label_mass]
        if held.basis != products.MEASURED or not claims or held.mg.median <= 0:
            continue
        nearest = min(claims, key=lambda r: abs(math.log(r.mg.median / held.mg.median)) if r.mg is not None else 0.0)
        if nearest.mg is None:
            continue
        percent = 100.0 * held.mg.median / nearest.mg.median
        apart = not 100.0 / products.ROUNDING <= percent <= 100.0 * products.ROUNDING
        yield Finding(
            id=f"label:measured:{held.analyte}",
            topic=Topic.CERTIFICATE,
            severity=Severity.MODERATE if apart else Severity.INFORM,
            title=f"Label and laboratory {'differ' if apart else 'agree'} on {held.analyte}",
            sentence=(
                f"By the label (“{nearest.statement.text}”), {nearest.meaning}: {_span(nearest.mg)} mg. The laboratory "
                f"found {_span(held.mg)} mg, {percent:.0f} % of that. What was measured is used here."
            ),
            reason=f"Read at {held.where}.",
            rule=MEASURED,
            certainty=Certainty.MODERATE,
            sources=tuple(dict.fromkeys((*nearest.mg.rows, *held.mg.rows))),
            not_known=("How well one sample stands for the whole lot.",),
            subject=held.analyte,
        )


def _contradiction(number: int, conflict: products.Contradiction) -> Finding:
    first, second = conflict.nearest
    sides = " ".join(f"“{r.statement.text}” means {_meant(r, conflict.of)}." for r in (first, second))
    return Finding(
        id=f"label:contradiction:{number}",
        topic=Topic.CERTIFICATE,
        severity=Severity.MODERATE,
        title="The label contradicts itself",
        sentence=(
            f"{sides} Even in their nearest meanings they lie {_short(conflict.apart)}-fold apart, so at most one of "
            "them holds."
        ),
        reason=f"Compared as {conflict.of} of {conflict.analyte}, with the whole range of each meaning.",
        rule=CONTRADICTION,
        certainty=Certainty.HIGH if all(r.label_mass for r in conflict.nearest) else Certainty.MODERATE,
        sources=tuple(row for r in conflict.nearest for a in (r.mg, r.mg_per_g) if a is not None for row in a.rows),
        not_known=("Which statement is right, if either is.",),
        subject=conflict.analyte,
        ask=_ASK_PAPER,
    )


def _meant(reading: Reading, of: str) -> str:
    amount = reading.mg_per_g if of == "mg/g" else reading.mg
    if amount is None:
        raise AssertionError("a contradiction is one of figures")
    unit = "mg/g" if of == "mg/g" else "mg in one serving"
    return f"that {reading.meaning}: {_span(amount)} {unit} of {reading.analyte}"


def _span(amount: Amount) -> str:
    return f"{amount.median:.4g}" if amount.exact else f"{_short(amount.low)} to {_short(amount.high)}"


def _short(value: float) -> str:
    """Two digits, without a power of ten."""
    return f"{float(f'{value:.2g}'):g}"


def _ratio(text: str, meanings: Sequence[Reading]) -> Finding:
    spans = "; ".join(f"if {r.meaning}, it holds {_span(r.mg_per_g)} mg/g" for r in meanings if r.mg_per_g)
    crude, leaf = [knowledge.load().row(row) for row in _CRUDE], products.prior("leaf_mitragynine")
    lowest, highest = min(_mg_per_g(row)[0] for row in crude), max(_mg_per_g(row)[1] for row in crude)
    return Finding(
        id=f"label:ratio:{text.lower()}",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title=f"“{text}”: of what?",
        sentence=(
            f"“{text}” is no measure: no rule says what it counts. {spans[:1].upper()}{spans[1:]}. "
            f"Extracts made of leaf in published work held {_short(lowest)} to {_short(highest)} mg/g mitragynine."
        ),
        reason=(
            "A ratio can count leaf that went in, or alkaloid that came out, and the leaf itself may hold "
            f"{_span(leaf)} mg/g."
        ),
        rule=RATIO,
        certainty=Certainty.LOW,
        sources=(*_CRUDE, *leaf.rows),
        not_known=("What the ratio counts.",),
        subject="mitragynine",
        ask=_ASK_MG,
    )


_CRUDE = ("extraction:EX001", "extraction:EX003", "extraction:EX004")


def _mg_per_g(row: Any) -> tuple[float, float]:  # noqa: ANN401 - a row of extraction
    scale = 10.0 if row.unit.startswith("%") else 1.0
    ends = [float(v) for v in (row.value_min, row.value_mean, row.value_max) if v is not None]
    return scale * min(ends), scale * max(ends)


def _impossible(text: str, reading: Reading) -> Finding:
    return Finding(
        id=f"label:impossible:{text.lower()}",
        topic=Topic.CERTIFICATE,
        severity=Severity.MODERATE,
        title=f"“{text}” was never seen",
        sentence=(
            f"If {reading.meaning}: {reading.impossible}. "
            "Either the label is wrong, or this is no extract of leaf alone."
        ),
        reason="The content that the statement gives is compared with the richest product that was measured.",
        rule=IMPOSSIBLE,
        certainty=Certainty.MODERATE,
        sources=(products.richest()[2],),
        not_known=("What is in the product: only a laboratory can tell.",),
        subject=reading.analyte,
        ask=_ASK_MG,
    )


def _case(asked: Asked, composition: products.Composition) -> Case:
    """One serving in people of no special kind, as a case."""
    contents = [_content(held) for held in composition.held if held.mg.median > 0]
    product = {"form": asked.form.value, "unit": "serving", "contents": contents}
    return cases.one_dose(product, "1 serving", name="one serving", place=asked.place, on=asked.on, seed=asked.seed)


def _content(held: products.Held) -> dict[str, object]:
    entry: dict[str, object] = {
        "analyte": held.analyte,
        "amount": f"{held.mg.median:.6g} mg/serving",
        "qualifier": "measured" if held.basis == "measured" else "stated",
    }
    if not held.mg.exact:
        entry |= {"low": f"{held.mg.low:.6g} mg/serving", "high": f"{held.mg.high:.6g} mg/serving"}
    return entry


def _grown(
    exposed: exposure.Exposure, composition: products.Composition, asked: Asked, progress: "Progress | None"
) -> Iterator[Growth]:
    held = composition.find("mitragynine")
    for words, product, amount, mg in _leaf_doses():
        case = cases.one_dose(product, amount, name=words, seed=asked.seed)
        other = exposure.simulate(case, with_medicines=False, progress=progress)
        yield Growth(
            beside=f"{words} ({mg:.3g} mg mitragynine in the leaf)",
            dose=None if held is None else _figure("dose", "mitragynine swallowed", held.mg * (1.0 / mg), ""),
            figures=tuple(exposure.beside(exposed.runs[0], other.runs[0], _SHOWN)),
        )


def _leaf_doses() -> Iterator[tuple[str, dict[str, object], str, float]]:
    known = knowledge.load()
    content, leaf, capsules = (known.row(row) for row in _LEAF_STUDIES)
    grams = float(leaf.number("total_leaf_mg")) / 1000.0
    tea = f"the tea of {grams:g} g leaf powder that was studied"
    yield tea, {"known": "k51-leaf-powder", "form": "tea"}, f"{grams:g} g", grams * float(content.number("value"))
    mg = float(capsules.number("analyte_dose_mg"))
    one = {"analyte": "mitragynine", "amount": f"{mg:g} mg/serving", "qualifier": "measured"}
    yield _CAPSULES, {"form": "capsule", "unit": "serving", "contents": [one]}, "1 serving", mg
