"""What the person brings along: conditions, age, habits, enzyme phenotypes."""

from collections.abc import Iterator

from speciosa.cases import Case
from speciosa.checks._ailments import Ailment, read, rows
from speciosa.checks._certainty import best_of
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import is_seven_oh
from speciosa.checks._rows import ConditionRow
from speciosa.checks._words import join, listed, number, sentence, slug
from speciosa.exposure import Exposure
from speciosa.knowledge import plain

UNREAD = Rule(id="conditions.unread", text="a condition was entered that is not in our tables")
MINOR, YOUNG, OLD = "age under 18", "age 18 to 20", "age 65 or over"
DAILY, DAILY_SEVEN_OH = "kratom use disorder or daily use", "daily 7-OH use"
POOR_2D6 = "CYP2D6 poor metaboliser"
DRIVING = "driving and operating machines"


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """One finding per condition that holds, one for all entries that we do not know, and driving for everybody."""
    ailments = read(case.person.conditions)
    because: dict[str, list[str]] = {}
    for ailment in ailments:
        for condition in ailment.conditions:
            because.setdefault(condition, []).append(_entry(ailment))
    for condition, reason in _of_person(case):
        because.setdefault(condition, []).append(reason)
    because.setdefault(DRIVING, []).append("it holds for everybody")
    for condition, words in because.items():
        yield _finding(condition, listed(dict.fromkeys(words)), _as_entered(condition, ailments))
    unread = [ailment.entered for ailment in ailments if not ailment.conditions]
    for entered in dict.fromkeys(unread):
        yield _unread(entered)


def _of_person(case: Case) -> Iterator[tuple[str, str]]:
    """Conditions that follow from other fields, each with why."""
    person = case.person
    age = f"the age is {number(person.age_y)}"
    if person.age_y < 18:
        yield MINOR, age
    elif person.age_y < 21:
        yield YOUNG, age
    elif person.age_y >= 65:
        yield OLD, age
    if person.kratom_use == "daily":
        yield DAILY, "kratom is used daily already"
        if is_seven_oh(case.product):
            yield DAILY_SEVEN_OH, "kratom is used daily already and the product is one of 7-OH"
    if person.phenotypes.get("CYP2D6") == "poor":
        yield POOR_2D6, "the CYP2D6 phenotype is poor"


def _finding(condition: str, why: str, entered: str) -> Finding:
    found = rows(condition)
    main = min(found, key=lambda row: severity(row).rank)
    told = [sentence(row.tell_the_person) for row in found if row.tell_the_person]
    return Finding(
        id=f"condition:{slug(condition)}",
        topic=Topic.CONDITION,
        severity=severity(main),
        title=f"{condition[0].upper()}{condition[1:]}{entered}",
        sentence=join(*told) if told else _without_words(main),
        reason=join(
            *(sentence(f"{row.risk}: {row.evidence or 'no evidence collected'}") for row in found),
            _to_do("What follows", main),
        ),
        rule=Rule(id=f"conditions:{main.id}", text=f"{condition}: {why}"),
        certainty=Certainty.NOT_KNOWN if main.level == "unknown" else best_of(found, Certainty.MODERATE),
        sources=tuple(f"conditions:{row.id}" for row in found),
        not_known=tuple(sentence(row.evidence or "") for row in _gaps(found)),
        subject=condition,
    )


def _without_words(row: ConditionRow) -> str:
    """Level and action, for the few rows that hold no words for the person."""
    words = declared("conditions")["words"][row.level]
    return join(sentence(words), _to_do("What to do", row))


def _to_do(lead: str, row: ConditionRow) -> str:
    return "" if row.action == "none" else sentence(f"{lead}: {row.action}")


def _as_entered(condition: str, ailments: tuple[Ailment, ...]) -> str:
    """The person's own words behind the name of the table, where they differ."""
    own = [a.entered for a in ailments if condition in a.conditions and plain(a.entered) != plain(condition)]
    return f" (“{own[0]}”)" if own else ""


def severity(row: ConditionRow) -> Severity:
    """How strict a row is: its level, or what this room declares for the row itself."""
    table = declared("conditions")
    return Severity(table["severity_of_row"].get(row.id) or table["severity"][row.level])


def _gaps(found: tuple[ConditionRow, ...]) -> Iterator[ConditionRow]:
    for row in found:
        if row.evidence and row.evidence.startswith(("no ", "No ")):
            yield row


def _entry(ailment: Ailment) -> str:
    if ailment.read_as is not None:
        return f"“{ailment.entered}” was entered and read as {ailment.read_as}"
    return f"“{ailment.entered}” was entered"


def _unread(entered: str) -> Finding:
    return Finding(
        id=f"condition:unread:{slug(entered)}",
        topic=Topic.CONDITION,
        severity=Severity.UNKNOWN,
        title=f"{entered}: not in our tables",
        sentence=(
            f"“{entered}” is not in our tables, so nothing was checked for it. No warning here does not mean that "
            "kratom is safe with it: ask a doctor or pharmacist and say the word kratom."
        ),
        reason="The entry matches no condition, synonym or ICD-10 code of the table.",
        rule=UNREAD,
        certainty=Certainty.NOT_KNOWN,
        not_known=(f"What kratom does with “{entered}”.",),
        subject=entered,
    )
