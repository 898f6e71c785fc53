"""When to call for help, and whom: always the first finding."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import best_of
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._words import join, sentence
from speciosa.exposure import Exposure

ALWAYS = Rule(id="emergency.always", text="every output begins with when to call for help, whatever was asked")
NALOXONE = "rules:R31"


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """One finding, whatever was simulated."""
    yield when_to_call(case.person.place)


def when_to_call(place: str | None = None) -> Finding:
    """Signs, numbers of a place, naloxone: what every output begins with, whether or not it is about a person.

    Args:
        place: ISO 3166 code, such as ``US-CO`` or ``DE``; ``None`` where nobody said.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    known = knowledge.load()
    call = numbers(place)
    table = declared("emergency")
    rows = [row for entry in (*table["signs"], *table["today"]) for row in entry["rows"]]
    rows += [NALOXONE]
    return Finding(
        id="emergency:when-to-call",
        topic=Topic.EMERGENCY,
        severity=Severity.EMERGENCY,
        title="When to call for help",
        sentence=join(
            f"Call {call['emergency']} at once for any of these: {'; '.join(sign['sign'] for sign in table['signs'])}.",
            sentence(f"Naloxone: {known.row(NALOXONE).tell_the_person}"),
            *(entry["words"].format(**call) for entry in table["today"]),
        ),
        reason=join(
            *(
                sentence(f"{row.risk}: {row.evidence}")
                for row in map(known.row, rows)
                if hasattr(row, "risk") and row.evidence
            ),
            sentence(known.row(NALOXONE).evidence),
        ),
        rule=ALWAYS,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        sources=tuple(dict.fromkeys(rows)),
        not_known=_not_known(place),
    )


def numbers(place: str | None) -> dict[str, str]:
    """Whom to call in a place; words instead of numbers where we hold none.

    Args:
        place: ISO 3166 code, such as ``US-CO`` or ``DE``.
    """
    table = declared("emergency")
    country = (place or "").split("-")[0]
    region = "EU" if country in table["EU"] or country == "EU" else country
    return {**table["other"], **table["numbers"].get(region, {})}


def _not_known(place: str | None) -> tuple[str, ...]:
    if place is None:
        return ("Where you are: emergency numbers differ from country to country.",)
    return ()
