"""One answer of an assessment: what was found, how bad, how sure, and why."""

from enum import StrEnum

from speciosa.exposure import Figure, Record
from speciosa.knowledge import Certainty

__all__ = ["Certainty", "Finding", "Rule", "Severity", "Topic"]


class Severity(StrEnum):
    """How bad, strictest first; the order of the members is the order of the report."""

    EMERGENCY = "emergency"
    CONTRAINDICATED = "contraindicated"
    MAJOR = "major"
    MODERATE = "moderate"
    UNKNOWN = "unknown"
    MINOR = "minor"
    INFORM = "inform"

    @property
    def rank(self) -> int:
        """0 for the strictest."""
        return list(Severity).index(self)


class Topic(StrEnum):
    """Which check speaks."""

    EMERGENCY = "emergency"
    CONDITION = "condition"
    INTERACTION = "interaction"
    EVIDENCE = "evidence"
    BREATHING = "breathing"
    HEART = "heart"
    DURATION = "duration"
    WITHDRAWAL = "withdrawal"
    DOSE = "dose"
    CERTIFICATE = "certificate"
    LAW = "law"
    GUT = "gut"
    MONOAMINES = "monoamines"
    MODEL = "model"


class Rule(Record):
    """The rule that fired.

    Attributes:
        id: qualified row id (``rules:R03``), or the name of a computed rule (``dose.compare``).
        text: the rule in words: what had to hold for it to fire.
    """

    id: str
    text: str


class Finding(Record):
    """One answer.

    Attributes:
        id: unique within an assessment and the same on every run, such as ``interaction:alprazolam:R03``.
        topic: which check speaks.
        severity: how bad.
        title: a few words, such as ``alprazolam with kratom``.
        sentence: what to tell the person, plain words.
        reason: mechanism and evidence, for who wants to know why.
        rule: what fired.
        certainty: how sure.
        figures: numbers that belong to it, each with both spreads.
        sources: qualified ids of the knowledge rows it rests on.
        not_known: what nobody knows and would matter here.
        overruled: more general rules that fit too and were not followed, shown for the reader.
        subject: the medicine, condition, place or analyte it is about; empty when about the whole case.
        ask: what to ask the seller or the laboratory; empty where there is nobody to ask.
    """

    id: str
    topic: Topic
    severity: Severity
    title: str
    sentence: str
    reason: str
    rule: Rule
    certainty: Certainty
    figures: tuple[Figure, ...] = ()
    sources: tuple[str, ...] = ()
    not_known: tuple[str, ...] = ()
    overruled: tuple[Rule, ...] = ()
    subject: str = ""
    ask: str = ""
