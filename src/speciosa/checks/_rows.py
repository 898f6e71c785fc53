"""The columns of knowledge rows that several modules of this room read."""

from typing import Protocol

from speciosa.knowledge import Substances as Substance

__all__ = ["ConditionRow", "GivenRow", "KnownRow", "RuleRow", "Substance"]


class KnownRow(Protocol):
    """What every row has."""

    id: str
    source_id: str
    confidence: str


class RuleRow(KnownRow, Protocol):
    """A row of ``rules``."""

    kratom_part: str
    applies_to: str
    mechanism: str
    mechanism_type: str
    severity: str
    evidence_level: str
    evidence: str | None
    tell_the_person: str
    action: str


class ConditionRow(KnownRow, Protocol):
    """A row of ``conditions``."""

    condition: str
    icd10: str | None
    risk: str
    level: str
    evidence: str | None
    action: str
    tell_the_person: str | None


class GivenRow(KnownRow, Protocol):
    """What rows of ``exposure_response`` and ``clinical_pk`` say about the amount given."""

    analyte: str
    record_type: str
    analyte_dose_mg: float | str | None
    dosing_days: float | None
    dose: float | str | None
