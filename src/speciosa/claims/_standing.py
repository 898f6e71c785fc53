"""What becomes of what a text says: from the verdict on the claim and the stance of the text."""

from enum import StrEnum

from speciosa.claims._stance import Stance
from speciosa.knowledge import Verdict


class Standing(StrEnum):
    """What becomes of a sentence that makes, denies or hedges a claim."""

    STANDS = "stands"
    IN_PART = "stands in part"
    HEDGED = "hedged, still unsupported"
    LEAVES_OUT = "leaves out what matters"
    FALLS = "does not stand"


_TABLE: dict[tuple[Verdict, Stance], Standing] = {
    (Verdict.SUPPORTED, Stance.ASSERTS): Standing.STANDS,
    (Verdict.SUPPORTED, Stance.HEDGES): Standing.STANDS,
    (Verdict.SUPPORTED, Stance.DENIES): Standing.FALLS,
    (Verdict.PARTLY_SUPPORTED, Stance.ASSERTS): Standing.IN_PART,
    (Verdict.PARTLY_SUPPORTED, Stance.HEDGES): Standing.IN_PART,
    (Verdict.PARTLY_SUPPORTED, Stance.DENIES): Standing.IN_PART,
    (Verdict.UNSUPPORTED, Stance.ASSERTS): Standing.FALLS,
    (Verdict.UNSUPPORTED, Stance.HEDGES): Standing.HEDGED,
    (Verdict.UNSUPPORTED, Stance.DENIES): Standing.STANDS,
    (Verdict.CONTRADICTED, Stance.ASSERTS): Standing.FALLS,
    (Verdict.CONTRADICTED, Stance.HEDGES): Standing.FALLS,
    (Verdict.CONTRADICTED, Stance.DENIES): Standing.STANDS,
    (Verdict.MISLEADING, Stance.ASSERTS): Standing.LEAVES_OUT,
    (Verdict.MISLEADING, Stance.HEDGES): Standing.LEAVES_OUT,
    (Verdict.MISLEADING, Stance.DENIES): Standing.IN_PART,
}


def standing(verdict: Verdict, stance: Stance) -> Standing:
    """What stands of a sentence.

    Who denies what nothing supports says what is so; who hedges it has still said it.
    """
    return _TABLE[verdict, stance]
