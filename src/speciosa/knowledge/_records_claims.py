"""Records of claims: what is claimed, the evidence on it, and what is judged of that evidence."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from pydantic import ValidationInfo, field_validator

from speciosa.knowledge import _certainty
from speciosa.knowledge._row import Row


class Verdict(StrEnum):
    """What becomes of a claim."""

    SUPPORTED = "supported"
    PARTLY_SUPPORTED = "partly supported"
    UNSUPPORTED = "unsupported"
    CONTRADICTED = "contradicted"
    MISLEADING = "misleading by omission"


class Kind(StrEnum):
    """What was looked at: people, animals, cells or receptors; the stuff itself; a law, a plant list, a document."""

    HUMAN = "human"
    ANIMAL = "animal"
    IN_VITRO = "in vitro"
    PRODUCT = "product"
    RECORD = "record"


class Direction(StrEnum):
    """Which way a piece of evidence points, as seen from the claim."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"


class Claims(Row):
    """One checkable claim with its verdict and the reason for it."""

    section: str
    claim: str
    mechanism: str
    verdict: Verdict
    verdict_reason: str
    computable: str
    what_to_tell_a_person: str


class ClaimEvidence(Row):
    """One piece of evidence on a claim, and which way it points."""

    references: ClassVar[dict[str, str]] = {"claim": "claims"}

    claim: str
    kind: Kind
    direction: Direction
    finding: str


class ClaimJudgements(Row):
    """What is judged of the evidence on a claim in one domain of GRADE, and why; ``grade.yaml`` says what it moves."""

    references: ClassVar[dict[str, str]] = {"claim": "claims"}

    claim: str
    domain: str
    level: str
    reason: str

    @field_validator("domain")
    @classmethod
    def _known_domain(cls, domain: str) -> str:
        return _one_of(domain, _certainty.domains())

    @field_validator("level")
    @classmethod
    def _known_level(cls, level: str, info: ValidationInfo) -> str:
        # an unknown domain has been reported already
        return _one_of(level, _certainty.levels(info.data["domain"])) if "domain" in info.data else level


def _one_of(word: str, allowed: Sequence[str]) -> str:
    if word not in allowed:
        raise ValueError(f"it is one of: {', '.join(allowed)}")
    return word
