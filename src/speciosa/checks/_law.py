"""What the law of the place says about leaf and about 7-OH, how old that is, and what is about to change."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import best_of
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import HYDROXY, PSEUDOINDOXYL, is_seven_oh
from speciosa.checks._rows import KnownRow
from speciosa.checks._words import join, listed, number, sentence
from speciosa.exposure import Exposure

NO_PLACE = Rule(id="law.no-place", text="no place is given, or we have no row on the law of this place")
AGE = Rule(id="law.age", text="the person is younger than the law of the place asks for")
CHANGES = "The law changes often; this is no legal advice."
FEDERAL_LEAF, FEDERAL_SEVEN_OH, FEDERAL_PSEUDOINDOXYL = "us_states:US001", "us_states:US002", "us_states:US003"
UNION = "countries:CN046"


class LawRow(KnownRow, Protocol):
    """A row of ``us_states`` or ``countries``."""

    iso: str | None
    name: str
    leaf_status: str | None
    min_age: float | None
    seven_oh_status: str | None
    conflict_or_caution: str | None
    effective_date: str | None
    as_of: str | None


@dataclass(frozen=True)
class _Read:
    """A row of the law with where it stands."""

    row: LawRow
    id: str


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """Leaf and 7-OH in the place and its town, the country above it, and the age."""
    found = list(_rows(case))
    if not found:
        yield _no_place(case)
    for read in found:
        yield _leaf(case, read)
        if _holds_seven_oh(case) and read.id != UNION:
            yield from _seven_oh(case, read)
    if (case.person.place or "").startswith("US"):
        yield _federal(case)
    yield from _age(case, found)


def _rows(case: Case) -> Iterator[_Read]:
    known = knowledge.load()
    place, town = case.person.place, case.person.locality
    for table in ("us_states", "countries"):
        for row in known.table(table):
            own = place is not None and row.iso == place and getattr(row, "level", "") != "federal"
            if own and row.leaf_status and not row.leaf_status.startswith("see "):
                yield _Read(row, f"{table}:{row.id}")
    for row in known.table("us_states"):
        if town is not None and row.parent == place and row.name == town:
            yield _Read(row, f"us_states:{row.id}")
    if place in declared("emergency")["EU"] and place not in {"CH", "IS", "LI", "NO"}:
        yield _Read(known.row(UNION), UNION)


def _leaf(case: Case, read: _Read) -> Finding:
    row = read.row
    table = declared("law")
    status = row.leaf_status or "unknown"
    severity = Severity(table["leaf"][status])
    return Finding(
        id=f"law:leaf:{row.id}",
        topic=Topic.LAW,
        severity=severity,
        title=f"The law on leaf in {_in(row)}",
        sentence=join(
            f"As far as we know, in {_in(row)} {table['words'][status]}.",
            f"The lowest age is {number(row.min_age)}." if row.min_age is not None else "",
            _limits(row),
            *_change(row, case.asked_on),
            f"Caution: {sentence(row.conflict_or_caution)}" if row.conflict_or_caution else "",
            _age_of_row(row, case.asked_on),
            CHANGES,
        ),
        reason=join(_statute(row), sentence(getattr(row, "rule_summary", "") or "")),
        rule=Rule(id=read.id, text=f"the place is {row.name}; status of leaf: {status.replace('_', ' ')}"),
        certainty=Certainty.NOT_KNOWN if severity is Severity.UNKNOWN else best_of([row], _cap(row, case.asked_on)),
        sources=(read.id,),
        not_known=tuple(_not_known(case, row)),
        subject=row.name,
    )


def _seven_oh(case: Case, read: _Read) -> Iterator[Finding]:
    row, status = read.row, read.row.seven_oh_status
    if status is None and row.leaf_status == "banned":
        return  # a ban on the plant covers it; the finding on leaf says so
    severity = seven_oh_severity(status)
    if not is_seven_oh(case.product):
        severity = max(severity, Severity.MODERATE, key=lambda s: s.rank)  # a trace in leaf is not what these laws mean
    yield Finding(
        id=f"law:7-oh:{row.id}",
        topic=Topic.LAW,
        severity=severity,
        title=f"The law on 7-OH in {_in(row)}",
        sentence=join(
            f"7-hydroxymitragynine in {_in(row)}: {status}." if status else f"We found no rule on 7-OH in {_in(row)}.",
            _limits(row),
            _age_of_row(row, case.asked_on),
            CHANGES,
        ),
        reason=_statute(row),
        rule=Rule(id=read.id, text=f"the product holds 7-OH and the place is {row.name}"),
        certainty=Certainty.NOT_KNOWN if status is None else best_of([row], _cap(row, case.asked_on)),
        sources=(read.id,),
        not_known=() if status else (f"Whether a rule on 7-OH holds in {_in(row)}.",),
        subject=row.name,
    )


def seven_oh_severity(status: str | None) -> Severity:
    """How strict a free-text status of 7-OH is."""
    text = (status or "").lower()
    for entry in declared("law")["seven_oh"]:
        if any(word in text for word in entry["words"]):
            return Severity(entry["severity"])
    return Severity.UNKNOWN


def _federal(case: Case) -> Finding:
    known = knowledge.load()
    ids = [FEDERAL_LEAF]
    words = [f"In the United States as a whole kratom leaf is {known.row(FEDERAL_LEAF).leaf_status}."]
    severity = Severity.MINOR
    if _holds_seven_oh(case):
        row = known.row(FEDERAL_SEVEN_OH)
        ids.append(FEDERAL_SEVEN_OH)
        words += [
            f"7-hydroxymitragynine above a threshold ({row.product_limits}): {row.seven_oh_status}.",
            *_change(row, case.asked_on),
        ]
        severity = Severity.MODERATE
    pseudo = case.product.content(PSEUDOINDOXYL)
    if pseudo is not None and pseudo.central:
        ids.append(FEDERAL_PSEUDOINDOXYL)
        words.append(f"Mitragynine pseudoindoxyl is in {known.row(FEDERAL_PSEUDOINDOXYL).seven_oh_status}.")
        severity = Severity.MAJOR
    rows = [known.row(key) for key in ids]
    return Finding(
        id="law:US",
        topic=Topic.LAW,
        severity=severity,
        title="Federal law of the United States",
        sentence=join(*words, _age_of_row(rows[-1], case.asked_on), CHANGES),
        reason=join(*(sentence(row.conflict_or_caution) for row in rows if row.conflict_or_caution)),
        rule=Rule(id=FEDERAL_LEAF, text="the place lies in the United States"),
        certainty=best_of(rows, _cap(rows[-1], case.asked_on)),
        sources=tuple(ids),
        subject="United States",
    )


def _age(case: Case, found: list[_Read]) -> Iterator[Finding]:
    asked = [read for read in found if read.row.min_age is not None and case.person.age_y < read.row.min_age]
    if not asked:
        return
    strictest = max(asked, key=lambda read: read.row.min_age or 0.0)
    yield Finding(
        id="law:age",
        topic=Topic.LAW,
        severity=Severity.MAJOR,
        title=f"Too young for the law in {strictest.row.name}",
        sentence=join(
            f"In {_in(strictest.row)} kratom may be sold from the age of {number(strictest.row.min_age or 0.0)} on; "
            f"the person is {number(case.person.age_y)}.",
            CHANGES,
        ),
        reason=_statute(strictest.row),
        rule=AGE,
        certainty=best_of([strictest.row], _cap(strictest.row, case.asked_on)),
        sources=tuple(read.id for read in asked),
        subject=strictest.row.name,
    )


def _no_place(case: Case) -> Finding:
    place = case.person.place
    words = "No place is given, so no law was looked up"
    if place is not None:
        state = place == "US"
        words = "Only the country is given, not the state" if state else f"We have no row on the law of {place}"
    return Finding(
        id="law:no-place",
        topic=Topic.LAW,
        severity=Severity.UNKNOWN,
        title="The law of the place is not known",
        sentence=join(f"{words}; kratom is a crime in some places.", CHANGES),
        reason="Leaf, extracts and 7-OH are treated differently from state to state and country to country.",
        rule=NO_PLACE,
        certainty=Certainty.NOT_KNOWN,
        not_known=("Whether this product may be held, bought or carried where the person is.",),
        subject=place or "",
    )


def _holds_seven_oh(case: Case) -> bool:
    content = case.product.content(HYDROXY)
    return is_seven_oh(case.product) or bool(content is not None and content.central)


def _in(row: LawRow) -> str:
    """The name of a place behind “in”."""
    return f"the {row.name}" if row.name in declared("law")["with_the"] else row.name


def _limits(row: LawRow) -> str:
    limits = getattr(row, "product_limits", None)
    return f"Rules on the product there: {sentence(limits)}" if limits else ""


def _statute(row: LawRow) -> str:
    text = getattr(row, "statute_or_bill", None) or getattr(row, "statute", None)
    since = f", since {row.effective_date}" if row.effective_date else ""
    return sentence(f"{text}{since}") if text else "No statute is named in our row."


def _change(row: LawRow, asked_on: date) -> Iterator[str]:
    """What is about to change, and whether its day has come."""
    start = parse(row.effective_date)
    if start is not None and start > asked_on:
        yield f"This rule begins on {row.effective_date}; another one held before."
    change = getattr(row, "upcoming_change", None) or getattr(row, "likely_to_change", None)
    if not change:
        return
    when = getattr(row, "upcoming_date", None)
    day = parse(when)
    if day is not None and day <= asked_on:
        yield f"A change was due on {when} and may have come into force: {sentence(change)}"
    elif day is not None:
        yield f"A change is due on {when}: {sentence(change)}"
    else:
        yield sentence(f"A change is under way ({when}): {change}" if when else f"A change is possible: {change}")


def parse(text: str | None) -> date | None:
    """A whole day in ISO form; ``None`` for a year, a month or words."""
    return date.fromisoformat(text) if text and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def _seen(row: LawRow) -> date | None:
    """The first day that ``as_of`` may mean: ``2022-04`` is 1 April 2022."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", row.as_of or "")
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


def _stale(row: LawRow, asked_on: date) -> bool:
    seen = _seen(row)
    return seen is None or (asked_on - seen).days > declared("law")["stale_after_days"]


def _cap(row: LawRow, asked_on: date) -> Certainty:
    return Certainty.LOW if _stale(row, asked_on) or row.conflict_or_caution else Certainty.MODERATE


def _age_of_row(row: LawRow, asked_on: date) -> str:
    if row.as_of is None:
        return "Our row does not say when it was last checked: look it up before you rely on it."
    if _stale(row, asked_on):
        days = (asked_on - (_seen(row) or asked_on)).days
        return f"This was last checked in {row.as_of}, {days} days before: it may be out of date."
    return f"Last checked: {row.as_of}."


def _not_known(case: Case, row: LawRow) -> Iterator[str]:
    town = case.person.locality
    if town is not None and row.name != town and not knowledge.load().find("us_states", parent=row.iso, name=town):
        yield f"Whether {town} has rules of its own: it is not in our tables."
    if town is None:
        towns = knowledge.load().find("us_states", parent=row.iso) if row.iso else ()
        if row.iso and row.iso.startswith("US-") and towns:
            yield f"Which town or county; these have rules of their own: {listed(town.name for town in towns)}."
    if _stale(row, case.asked_on):
        yield f"What has changed in {_in(row)} since {row.as_of or 'our row was written'}."
