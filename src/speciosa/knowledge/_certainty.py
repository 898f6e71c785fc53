"""How certain a body of evidence makes us (GRADE): where it starts and what moves it; never typed in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Protocol

import yaml

from speciosa.errors import KnowledgeError

START = "start"
NO_STUDY = "no study"
OBSERVED = "observational studies"
BIAS = "risk of bias"


class Certainty(StrEnum):
    """GRADE words, and *not known*."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"
    NOT_KNOWN = "not known"


class Judgement(Protocol):
    """What is judged of one domain: a row of ``claim_judgements``."""

    id: str
    claim: str
    domain: str
    level: str
    reason: str
    source_id: str


@dataclass(frozen=True)
class Step:
    """One judgement and what it does.

    Attributes:
        row: qualified id of the judgement.
        domain: ``start`` or a domain of GRADE.
        asks: the question that the domain asks.
        level: the judgement in a word or two.
        moves: levels down (negative) or up; 0 for the start.
        after: the certainty after this step.
        reason: what it is judged on.
        source: id of the source that it is judged on.
    """

    row: str
    domain: str
    asks: str
    level: str
    moves: int
    after: Certainty
    reason: str
    source: str


@dataclass(frozen=True)
class Derivation:
    """A certainty and the way to it: one step for the start and one for each domain, in the order of ``grade.yaml``."""

    certainty: Certainty
    steps: tuple[Step, ...]

    @property
    def body(self) -> str:
        """The kind of the body of evidence, such as ``randomised trials``."""
        return self.steps[0].level


@cache
def rules() -> Mapping[str, Any]:
    """The start levels, domains and steps of ``grade.yaml``."""
    text = (resources.files("speciosa.knowledge") / "grade.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def domains() -> tuple[str, ...]:
    """``start`` and the domains of GRADE, in the order in which they are judged."""
    return (START, *rules()["domains"])


def levels(domain: str) -> tuple[str, ...]:
    """The judgements that a domain, or ``start``, may be given."""
    known = rules()
    return tuple(known[START] if domain == START else known["domains"][domain]["levels"])


def derive(claim: str, judgements: Iterable[Judgement]) -> Derivation:
    """The certainty of a claim's evidence: its start minus the steps down plus the steps up, within the four words.

    Args:
        claim: id of the claim, for the message of an error.
        judgements: its rows of ``claim_judgements``, in any order.

    Raises:
        KnowledgeError: a domain is judged twice, a needed one not at all, or a body is lifted that GRADE does not lift.
    """
    known, given = rules(), _one_each(claim, judgements)
    words: list[str] = known["words"]
    first = given[START]
    place = words.index(known[START][first.level]["word"])
    steps = [_step(first, known[START][first.level]["when"], 0, words[place])]
    for domain, entry in known["domains"].items():
        if domain not in given:
            continue
        moves = entry["levels"][given[domain].level]
        if moves > 0 and (first.level != OBSERVED or known["domains"][BIAS]["levels"][given[BIAS].level] < 0):
            raise KnowledgeError(
                f"claim {claim}, {given[domain].id}: only observational studies without a serious {BIAS} are lifted, "
                f"and these are {first.level}, {BIAS} {given[BIAS].level}."
            )
        place += moves
        steps.append(_step(given[domain], entry["asks"], moves, words[min(max(place, 0), len(words) - 1)]))
    return Derivation(steps[-1].after, tuple(steps))


def _one_each(claim: str, judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    given: dict[str, Judgement] = {}
    for row in judgements:
        if row.domain in given:
            raise KnowledgeError(
                f"claim {claim}: {row.domain} is judged twice, in {given[row.domain].id} and {row.id}."
            )
        given[row.domain] = row
    missing = [domain for domain in _needed(given) if domain not in given]
    if missing:
        raise KnowledgeError(f"claim {claim}: the table claim_judgements says nothing of {', '.join(missing)}.")
    return given


def _needed(given: Mapping[str, Judgement]) -> tuple[str, ...]:
    """What must be judged: nothing where no study was found, and steps up only where a body may be lifted."""
    body = given[START].level if START in given else ""
    if body == NO_STUDY:
        return (START,)
    entries = rules()["domains"].items()
    return (START, *(name for name, entry in entries if body == OBSERVED or min(entry["levels"].values()) < 0))


def _step(row: Judgement, asks: str, moves: int, word: str) -> Step:
    after = Certainty(word)
    return Step(f"claim_judgements:{row.id}", row.domain, asks, row.level, moves, after, row.reason, row.source_id)
