"""Who tested what and when: laboratory, lot, dates, age."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from speciosa import knowledge
from speciosa.certificates import Certificate
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._words import join, listed, number
from speciosa.knowledge import plain

LABORATORY = Rule(id="certificate.laboratory", text="the paper names a laboratory with an accreditation and its number")
OWN = Rule(id="certificate.own-laboratory", text="the laboratory is not the seller")
LOT = Rule(id="certificate.lot", text="the paper names one lot, the one on the pack")
DATES = Rule(id="certificate.dates", text="the days on the paper are there, in a possible order, and not in the future")
OLD = Rule(id="certificate.old", text="the paper is not older than a year, and the lot has not expired")
AGE = "priors:PR1200"
UTAH = "limits:LM034"
_ORDER = ("manufactured", "sampled", "received", "tested", "reported")
_WORDS = {
    "manufactured": "made",
    "sampled": "sampled",
    "received": "received by the laboratory",
    "tested": "tested",
    "reported": "reported",
    "expires": "good until",
}


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """Laboratory, lot, days and age: one finding each, and none where all is well."""
    yield from _laboratory(paper)
    yield from _own(paper)
    yield from _lot(paper, context)
    yield from _dates(paper, context)
    yield from _old(paper, context)


def _laboratory(paper: Certificate) -> Iterator[Finding]:
    words = f" {plain(paper.accreditation or '')} "
    bodies = [f" {plain(body)} " for body in declared("paper")["accreditation"]]
    known = any(body in words for body in bodies)
    rest = re.sub(r" 17025( 20\d\d)? ", " ", words)
    for body in bodies:
        rest = rest.replace(body, " ")
    numbered = bool(re.search(r"\d", rest))
    gaps = [
        "names no laboratory" if not (paper.laboratory or "").strip() else "",
        "names no accreditation" if not words.strip() else "",
        f"names “{paper.accreditation}”, which is no body that accredits and no ISO/IEC 17025"
        if words.strip() and not known
        else "",
        "gives no number under which the accreditation can be looked up" if known and not numbered else "",
    ]
    told = [gap for gap in gaps if gap]
    if told:
        yield _finding(
            "laboratory",
            LABORATORY,
            "Who tested is not clear",
            f"The paper {listed(told)}. So nobody can look up whether the laboratory exists and may do these tests.",
            "A laboratory accredited to ISO/IEC 17025 stands in a public list with the methods that it may use.",
            "Ask the seller for the name and address of the laboratory, the body that accredited it and the number; "
            "look it up in the list of that body, and ask the laboratory whether it issued this paper.",
            not_known="Whether a laboratory issued this paper.",
        )


def _own(paper: Certificate) -> Iterator[Finding]:
    about = plain(" ".join(filter(None, (paper.laboratory, paper.note, paper.accreditation))))
    house = next((word for word in declared("paper")["in_house"] if plain(word) in f" {about} "), None)
    same = _core(paper.laboratory) & _core(paper.client)
    if house or (same and _core(paper.laboratory) and _core(paper.client)):
        seller = paper.client or "the seller"
        why = f"The name {paper.laboratory} is that of {seller}." if same else f"The paper says “{house}”."
        yield _finding(
            "own-laboratory",
            OWN,
            "Tested by the seller itself",
            f"The laboratory and the seller seem to be the same. {why} A seller's own test is no independent one.",
            "Only a laboratory that gains nothing from the result is a third party.",
            "Ask for a test of the same lot by an independent laboratory.",
            not_known="Whether anybody else tested this lot.",
        )


def _core(name: str | None) -> frozenset[str]:
    """What is left of a company's name without the words that every company has."""
    common = set(declared("paper")["company_words"])
    return frozenset(word for word in plain(name or "").split() if word not in common and len(word) > 2)


def _lot(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    lot, pack = (paper.lot or "").strip(), (context.label_lot or "").strip()
    generic = plain(lot) in {plain(word) for word in declared("paper")["generic_lots"]} or lot in {"-", "–"}
    if lot and not generic and (not pack or _bare(lot) == _bare(pack)):
        return
    if lot and not generic:
        title, said = "The lot is another one", f"The paper is about lot {lot}; the pack says {pack}."
        meaning, severity = "What it says is about another lot, so this one was not tested.", Severity.MODERATE
    else:
        named = f"“{lot}” is no number of a lot" if lot else "The paper names no lot"
        title, said = "Not tied to a lot", f"{named}."
        meaning, severity = "It can be shown with any pack, so it may not be about yours.", Severity.UNKNOWN
    yield _finding(
        "lot",
        LOT,
        title,
        f"{said} {meaning}",
        "One state rule asks that the lot on the paper be the lot on the pack (Utah R70-580-5), and for good reason: "
        "lots of one seller differ.",
        "Ask the seller for the paper of the lot that is printed on your pack.",
        severity=severity,
        sources=(UTAH,),
        not_known="What the lot in your hand holds.",
    )


def _bare(lot: str) -> str:
    """A lot as it is compared: letters and digits, without case and without the word lot."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^\s*(lot|batch)\b\s*(no\.?|number|#)?", "", lot.lower()))


def _dates(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    days = {name: day for name in _ORDER if (day := getattr(paper, name)) is not None}
    wrong = [
        f"it was {_WORDS[later]} on {days[later]}, before it was {_WORDS[earlier]} on {days[earlier]}"
        for earlier, later in combinations(_ORDER, 2)
        if earlier in days and later in days and days[later] < days[earlier]
    ]
    wrong += [f"it was {_WORDS[name]} on {day}, a day to come" for name, day in days.items() if _future(day, context)]
    if paper.expires is not None and "manufactured" in days and paper.expires < days["manufactured"]:
        wrong.append(f"it is good until {paper.expires}, before it was made on {days['manufactured']}")
    if wrong:
        yield _finding(
            "dates",
            DATES,
            "Days that cannot be",
            f"By the paper {'; '.join(wrong)}. Such days cannot be right, so the paper may not be what it says.",
            "A lot is made, sampled, received, tested and reported in this order.",
            "Ask the laboratory for the right days and a corrected paper.",
            severity=Severity.MODERATE,
            certainty=Certainty.HIGH,
            not_known="When this lot was tested.",
        )
    elif not {"reported", "tested"} & set(days):
        yield _finding(
            "dates",
            DATES,
            "No day of the test",
            "The paper says neither when the lot was tested nor when the result was reported. How old it is cannot be "
            "told.",
            "Without a day nobody can tell whether the paper is about the lot on sale.",
            "Ask the laboratory when it tested this sample.",
            not_known="How old the paper is.",
        )


def _future(day: date, context: PaperContext) -> bool:
    return context.today is not None and day > context.today


def _old(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    today, day = context.today, paper.reported or paper.tested
    if today is None:
        return
    most = timedelta(days=knowledge.load().row(AGE).number("median"))
    expired = paper.expires is not None and today > paper.expires
    old = day is not None and today - day > most
    if not (expired or old):
        return
    months = number((today - day).days / 30.44) if day is not None else ""
    yield _finding(
        "old",
        OLD,
        "The lot has expired" if expired else "An old paper",
        join(
            f"The lot was good until {paper.expires}." if expired else "",
            f"The paper is {months} months old (of {day})." if old else "",
            "What is in the bag today was not measured.",
        ),
        f"Buyers and laboratories commonly ask for a paper not older than {number(most.days)} days ({AGE}).",
        "Ask the seller for the paper of the lot on sale now.",
        severity=Severity.MODERATE if expired else Severity.UNKNOWN,
        sources=(AGE,),
        not_known="What has changed since.",
    )


def _finding(
    name: str,
    rule: Rule,
    title: str,
    sentence: str,
    reason: str,
    ask: str,
    *,
    severity: Severity = Severity.UNKNOWN,
    certainty: Certainty = Certainty.MODERATE,
    sources: tuple[str, ...] = (),
    not_known: str = "",
) -> Finding:
    return Finding(
        id=f"certificate:{name}",
        topic=Topic.CERTIFICATE,
        severity=severity,
        title=title,
        sentence=sentence,
        reason=reason,
        rule=rule,
        certainty=certainty,
        sources=sources,
        not_known=(not_known,) if not_known else (),
        ask=ask,
    )
