"""Records by which a text on kratom is read: how claims are worded, and what such a text must not be silent about."""

from typing import ClassVar, Literal

from speciosa.knowledge._row import Row


class ClaimPhrases(Row):
    """One piece of the vocabulary by which a claim is known in a text."""

    references: ClassVar[dict[str, str]] = {"claim": "claims"}

    claim: str
    kind: Literal["needs", "contrary", "hints", "excludes", "example", "covers", "unbound"]
    text: str


class ClaimWords(Row):
    """One group of words that the vocabulary of several claims shares."""

    name: str
    terms: str


class Silences(Row):
    """One thing that a text on kratom should not be silent about."""

    topic: str
    mentioned_by: str
    why: str
