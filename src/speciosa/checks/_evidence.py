"""What is claimed and what is known for the conditions of the person."""

from collections.abc import Iterator
from typing import Any

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._ailments import read
from speciosa.checks._certainty import best_of, worst
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._words import count, join, number, sentence
from speciosa.exposure import Exposure
from speciosa.knowledge import plain

GENERAL = "general"
MATCH = Rule(id="evidence.hoped-for", text="the person has a condition for which people take kratom")
ANYONE = Rule(id="evidence.general", text="no condition is given for which we hold a claim of its own")


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """One finding per thing hoped for; a general one when there is none."""
    topics = list(_topics(case)) or [GENERAL]
    for topic in topics:
        yield _finding(topic, declared("evidence")[topic])


def _topics(case: Case) -> Iterator[str]:
    """Topics that a word of an entry names; a condition named without such a word brings all of its topics."""
    table = declared("evidence")
    named: dict[str, None] = {}
    for ailment in read(case.person.conditions):
        text = f" {plain(ailment.read_as or ailment.entered)} "
        by_word = [topic for topic, entry in table.items() if any(_says(text, word) for word in entry.get("words", ()))]
        by_condition = [
            topic for topic, entry in table.items() if set(ailment.conditions) & set(entry.get("conditions", ()))
        ]
        named |= dict.fromkeys(by_word or by_condition)
    yield from named


def _says(text: str, word: str) -> bool:
    return f" {word} " in text or (len(word) == 3 and word[1:].isdigit() and f" {word} " in f"{text[:4]} ")


def _finding(topic: str, entry: dict[str, Any]) -> Finding:
    known = knowledge.load()
    claims = [known.row(f"claims:{key}") for key in entry["claims"]]
    established = [known.row(f"claims:{key}") for key in entry["established"]]
    rows = [known.row(key) for key in entry["rows"]]
    told = [entry.get("told", ""), *(sentence(claim.what_to_tell_a_person) for claim in claims)]
    told += [sentence(row.tell_the_person) for row in rows if hasattr(row, "tell_the_person")]
    seen = [_seen(row) for row in rows if not hasattr(row, "tell_the_person")]
    grade = [known.derivation(claim.id).certainty for claim in claims] or [best_of(rows, Certainty.LOW)]
    return Finding(
        id=f"evidence:{topic}",
        topic=Topic.EVIDENCE,
        severity=Severity.INFORM,
        title=entry["title"],
        sentence=join(*told, *(sentence(claim.what_to_tell_a_person) for claim in established)),
        reason=join(
            *(f"Claim: “{claim.claim}” Verdict: {claim.verdict}. {sentence(claim.verdict_reason)}" for claim in claims),
            *seen,
        ),
        rule=ANYONE if topic == GENERAL else MATCH,
        certainty=worst(*grade),
        sources=(*(f"claims:{claim.id}" for claim in (*claims, *established)), *entry["rows"]),
        not_known=("Whether this person would gain or lose: no trial measured what matters here.",),
        subject="" if topic == GENERAL else topic,
    )


def _seen(row: Any) -> str:  # noqa: ANN401 - a row of one of several tables
    """What a row saw, as a sentence; each table has its own columns."""
    if hasattr(row, "endpoint"):
        return _experiment(row)
    unit = f" {row.unit}" if row.unit and row.unit != "list" else ""
    return sentence(f"{_capital(row.measure)} ({row.population_or_model}): {_cell(row.value)}{unit}")


def _experiment(row: Any) -> str:  # noqa: ANN401 - a row of exposure_response
    dose = f" after {_cell(row.dose)} {row.dose_unit}" if row.dose is not None and row.dose_unit else ""
    results = (row.result_value, row.effect_size)
    result = next((_cell(found) for found in results if found is not None), row.direction)
    unit = f" {row.unit}" if row.unit and any(found is not None for found in results) else ""
    n = f", {count(row.n)} people" if isinstance(row.n, float) else ""
    more = "; ".join(text for text in (row.statistic, row.note) if text)
    told = f"{_capital(row.evidence_level)}{n}: {row.endpoint}, {row.agent}{dose}: {result}{unit}"
    return sentence(f"{told} ({more})" if more else told)


def _cell(value: float | str) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
