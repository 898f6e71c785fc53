"""Medicines with kratom: the rules for each one, and beside them what the simulation and the trials say."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import cap, of_evidence, worst
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._observed import CYP2D6_ROWS, CYP3A_ROWS, labelled, observed
from speciosa.checks._product import ADULTERATED, ANY, LEAF, SEVEN_OH, may_be_seven_oh, natural_share, parts
from speciosa.checks._ranking import NO_INTERACTION, Decision, Fit, decide
from speciosa.checks._rows import RuleRow, Substance
from speciosa.checks._selectors import routes, selector
from speciosa.checks._words import computed, join, listed, number, sentence, slug, with_spreads
from speciosa.exposure import Exposure, InteractionRun
from speciosa.knowledge import Resolved, plain, resolve

NO_RULE = Rule(id="interactions.no-rule", text="the medicine is in our tables, and no interaction rule fits it")
STACKED = "rules:R66"  # kratom with another kratom product
_ELSEWHERE = re.compile(r"see (R\d+)")
NO_ALARM = (Severity.MINOR, Severity.INFORM)
PART_WORDS = {
    LEAF: "the product holds kratom leaf alkaloids",
    SEVEN_OH: "the product counts as 7-OH or pseudoindoxyl",
    ANY: "any kratom product",
    ADULTERATED: "the product may hold something else than kratom",
}


@dataclass(frozen=True)
class _Taken:
    """One medicine of the list, or one found in the product itself."""

    resolved: Resolved
    stopped: bool = False
    last_taken_h: float | None = None
    in_product: bool = False


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding per medicine, one per rule that counts medicines, and the unknown ones."""
    taken = [
        _Taken(resolve(m.name), stopped=m.use == "stopped", last_taken_h=m.last_taken_h) for m in case.person.medicines
    ]
    taken += [_Taken(found, in_product=True) for found in _in_product(case)]
    said: set[str] = set()
    for one in taken:
        if not one.resolved.substances:
            yield _unknown(one)
        for substance in one.resolved.substances:
            if substance.id not in said:  # a brand and its ingredient are often both on a list
                said.add(substance.id)
                yield _one(case, one, substance, exposure.interaction(substance.id))
    yield from _counts([s for one in taken for s in one.resolved.substances])


def beside(case: Case, entered: str) -> Iterator[Finding]:
    """What the rules say of one more medicine, and of it together with those of the case."""
    one = _Taken(resolve(entered))
    if not one.resolved.substances:
        yield _unknown(one)
    for substance in one.resolved.substances:
        yield _one(case, one, substance, ())
    others = [s for m in case.person.medicines for s in resolve(m.name).substances]
    mine = {f"substances:{s.id}" for s in one.resolved.substances}
    yield from (f for f in _counts([*one.resolved.substances, *others]) if mine & set(f.sources))


def rule_words(rule: RuleRow, words: str) -> Rule:
    """A rule of the table as the reader sees it."""
    return Rule(id=f"rules:{rule.id}", text=f"{PART_WORDS[rule.kratom_part]}, and {words}")


def _one(case: Case, one: _Taken, substance: Substance, runs: tuple[InteractionRun, ...]) -> Finding:
    decision = decide(substance, parts(case.product))
    if decision is None:
        return _without_rule(one, substance)
    main = decision.deciding
    cleared = _cleared_by(substance)
    return Finding(
        id=f"interaction:{substance.id}:{main.rule.id}",
        topic=Topic.INTERACTION,
        severity=main.severity,
        title=f"{substance.name} with {'the rest of the product' if one.in_product else 'kratom'}",
        sentence=join(
            _read_as(one, substance), *_told(decision), _simulated(runs, substance), _use(one, substance, main)
        ),
        reason=join(*_reasons(decision), *(observed(rows) for rows in cleared)),
        rule=_rule(main),
        certainty=of_evidence(main.rule.evidence_level, main.rule),
        figures=tuple(labelled(runs)),
        sources=_sources(decision, substance, cleared),
        not_known=(*_not_known(one, runs), *_if_seven_oh(case, substance, main)),
        overruled=tuple(_rule(fit) for fit in decision.overruled),
        subject=substance.name,
    )


def _told(decision: Decision) -> Iterator[str]:
    """What the deciding rule tells the person, and what others of some weight add to it."""
    if decision.deciding.rule.severity == NO_INTERACTION:
        yield "No harmful interaction is expected."
    yield sentence(decision.deciding.rule.tell_the_person)
    if decision.deciding.severity in NO_ALARM:
        return
    for fit in decision.beside:
        if fit.severity not in NO_ALARM and fit.severity.rank < Severity.UNKNOWN.rank:
            yield sentence(fit.rule.tell_the_person)


def _reasons(decision: Decision) -> Iterator[str]:
    yield _why(decision.deciding.rule)
    for fit in decision.beside:
        yield f"Also fits ({fit.rule.id}, {fit.rule.severity}): {_why(fit.rule)}"
    for fit in decision.overruled:
        yield (
            f"Fits too but is not followed, since a rule closer to this medicine speaks of the same "
            f"({fit.rule.id}, {fit.rule.severity}): {_why(fit.rule)}"
        )


def _why(rule: RuleRow) -> str:
    """Mechanism and evidence; where the evidence is that of another rule, in the words of that rule."""
    evidence = rule.evidence
    other = _ELSEWHERE.fullmatch(evidence or "")
    if other is not None:
        evidence = knowledge.load().row(f"rules:{other[1]}").evidence
    said = f"Evidence ({rule.evidence_level}): {evidence}" if evidence else f"Evidence: {rule.evidence_level}"
    return join(sentence(rule.mechanism), sentence(said))


def _rule(fit: Fit) -> Rule:
    return rule_words(fit.rule, fit.alternative.words)


def _sources(decision: Decision, substance: Substance, cleared: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    fits = (decision.deciding, *decision.beside, *decision.overruled)
    return (
        *(f"rules:{fit.rule.id}" for fit in fits),
        f"substances:{substance.id}",
        *(row for rows in cleared for row in rows),
    )


def _cleared_by(substance: Substance) -> tuple[tuple[str, ...], ...]:
    """Trial rows that say something of a medicine with these routes."""
    cleared = {what for what, role in routes(substance) if role in {"major", "minor"}}
    return tuple(rows for enzyme, rows in (("CYP3A4", CYP3A_ROWS), ("CYP2D6", CYP2D6_ROWS)) if enzyme in cleared)


def _simulated(runs: tuple[InteractionRun, ...], substance: Substance) -> str:
    """The largest computed rise of AUC in words, with both spreads, and that it is one direction of two."""
    good = [run for run in runs if math.isfinite(run.auc_ratio.value)]
    if not good:
        return ""
    run = max(good, key=lambda r: r.auc_ratio.value)
    exposed = with_spreads(run.auc_ratio, "-fold")
    text = f"In the simulation the AUC of {run.victim}, the whole exposure to it, is {exposed}"
    if computed(run.cmax_ratio):
        text += f" and its peak {with_spreads(run.cmax_ratio, '-fold')}"
    text += f" when it is taken {run.when} of “{run.scenario}”."
    if substance.perpetrator:
        text += (
            f" That is one direction only: how far {substance.name} ({substance.perpetrator}) raises or lowers what "
            "there is of the alkaloids is computed by “speciosa interact”."
        )
    return text


def _read_as(one: _Taken, substance: Substance) -> str:
    entered = one.resolved.entered
    if one.in_product:
        return f"The product itself holds {substance.name}."
    if one.resolved.read_as is not None:
        return f"You wrote “{entered}”; it was read as {substance.name}. If that is wrong, correct the entry."
    return f"“{entered}” is read as {substance.name}." if plain(entered) != plain(substance.name) else ""


def _use(one: _Taken, substance: Substance, main: Fit) -> str:
    if one.stopped:
        last = f", last taken {number(one.last_taken_h)} h before" if one.last_taken_h is not None else ""
        return f"You stopped {substance.name}{last}: how long it still acts was not worked out."
    strict = main.severity.rank <= Severity.MAJOR.rank and "do not stop" not in main.rule.tell_the_person.lower()
    if strict and substance.atc is not None and substance.id not in declared("medicines")["not_prescribed"]:
        return f"It is the kratom that should be left out: do not stop prescribed {substance.name} on your own."
    return ""


def _not_known(one: _Taken, runs: tuple[InteractionRun, ...]) -> Iterator[str]:
    if one.resolved.combination:
        yield f"“{one.resolved.entered}” is a combination; the other ingredients were not looked at."
    if one.stopped:
        yield "How long after the last dose the medicine and kratom can still meet."
    if runs and not any(math.isfinite(run.auc_ratio.value) for run in runs):
        yield "The simulation of this pair failed, so there is no computed figure."


def _if_seven_oh(case: Case, substance: Substance, main: Fit) -> Iterator[str]:
    """What would hold if the product were one of 7-OH, where its figures leave that open."""
    held = parts(case.product)
    if SEVEN_OH in held or not may_be_seven_oh(case.product):
        return
    other = decide(substance, held | {SEVEN_OH})
    if other is not None and other.deciding.severity.rank < main.severity.rank:
        yield (
            f"Whether the product holds more than {number(natural_share())} % 7-OH, as its figures allow: then "
            f"{substance.name} with it would be {other.deciding.severity} (rules:{other.deciding.rule.id})."
        )


def _unknown(one: _Taken) -> Finding:
    """A name that we cannot read; kratom itself is no medicine but a second kratom product."""
    known = knowledge.load()
    entered = one.resolved.entered
    itself = set(plain(entered).split()) & set(declared("medicines")["the_product"])
    rule: RuleRow = known.row(STACKED) if itself else _for_unknown()
    words = "another kratom product is on the list" if itself else "the medicine is not in our tables"
    return Finding(
        id=f"interaction:{slug(entered)}:{rule.id}",
        topic=Topic.INTERACTION,
        severity=Severity(rule.severity),
        title=f"{entered} with kratom",
        sentence=join(
            "" if itself else f"“{entered}” is not in our tables, so nothing was checked for it.",
            sentence(rule.tell_the_person),
        ),
        reason=_why(rule),
        rule=rule_words(rule, words),
        certainty=of_evidence(rule.evidence_level, rule),
        sources=(f"rules:{rule.id}",),
        not_known=() if itself else (f"Everything about kratom with “{entered}”.",),
        subject=entered,
    )


def _without_rule(one: _Taken, substance: Substance) -> Finding:
    return Finding(
        id=f"interaction:{substance.id}:no-rule",
        topic=Topic.INTERACTION,
        severity=Severity.UNKNOWN,
        title=f"{substance.name} with kratom",
        sentence=join(
            _read_as(one, substance),
            f"No rule of ours fits {substance.name}. That does not mean that it is safe: ask a pharmacist.",
        ),
        reason="None of the interaction rules matches its class, its routes or its flags.",
        rule=NO_RULE,
        certainty=Certainty.NOT_KNOWN,
        sources=(f"substances:{substance.id}",),
        not_known=(f"How kratom and {substance.name} act together.",),
        subject=substance.name,
    )


def _counts(substances: list[Substance]) -> Iterator[Finding]:
    """Rules that need the whole list, such as two or more serotonin medicines; kratom comes on top of the count."""
    different = list({s.id: s for s in substances}.values())
    for rule in knowledge.load().table("rules"):
        found = selector(rule).counted(different)
        if not found:
            continue
        names = listed(s.name for s in found)
        yield Finding(
            id=f"interaction:list:{rule.id}",
            topic=Topic.INTERACTION,
            severity=Severity(rule.severity),
            title=f"{rule.mechanism[0].upper()}{rule.mechanism[1:]}: {names}",
            sentence=join(f"Your list holds {names}.", sentence(rule.tell_the_person)),
            reason=_why(rule),
            rule=rule_words(rule, listed(c.words for a in selector(rule).alternatives for c in a.conditions)),
            certainty=worst(of_evidence(rule.evidence_level, rule), *(cap(s) for s in found)),
            sources=(f"rules:{rule.id}", *(f"substances:{s.id}" for s in found)),
            subject=names,
        )


def _in_product(case: Case) -> Iterator[Resolved]:
    """Substances on the certificate that are neither kratom nor traces of making it: what a blend or a fake holds."""
    paper = case.product.certificate
    for value in paper.values if paper is not None else ():
        amount = value.qualifier == "measured" and value.unit in declared("medicines")["amounts"] and value.value
        if not value.kind and (amount or value.qualifier == "present"):
            found = resolve(value.analyte)
            if found.read_as is None and found.substances:
                yield found


def _for_unknown() -> RuleRow:
    rule: RuleRow = next(r for r in knowledge.load().table("rules") if selector(r).for_unknown)
    return rule
