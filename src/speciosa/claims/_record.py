"""A claim with everything that belongs to it: evidence, judgements, verdict."""

from speciosa.exposure import Record
from speciosa.knowledge import Certainty, Direction, Kind, Verdict


class Evidence(Record):
    """One piece of evidence on a claim.

    Attributes:
        id: qualified row id, such as ``claim_evidence:CE019``.
        kind: what was looked at.
        direction: which way it points, as seen from the claim.
        finding: what was seen.
        confidence: how the row was read; the words are those of ``policy.yaml``.
        citation: where it stands.
        link: address, DOI or accession; empty where none was seen.
        recalled: whether it was only remembered; such a row decides nothing.
    """

    id: str
    kind: Kind
    direction: Direction
    finding: str
    confidence: str
    citation: str
    link: str
    recalled: bool


class Judgement(Record):
    """One step on the way to the certainty.

    Attributes:
        id: qualified row id, such as ``claim_judgements:CJ0013``.
        domain: ``start`` or a domain of GRADE.
        asks: the question that is judged.
        level: the judgement in a word or two; for the start the kind of the body of evidence.
        moves: levels down (negative) or up; 0 for the start.
        after: the certainty after this step.
        reason: what it is judged on.
        citation: the source that it is judged on most.
        link: address, DOI or accession; empty where none was seen.
    """

    id: str
    domain: str
    asks: str
    level: str
    moves: int
    after: Certainty
    reason: str
    citation: str
    link: str


class Claim(Record):
    """One claim.

    Attributes:
        id: such as ``helps-anxiety``.
        section: where it belongs, such as ``anxiety``.
        text: the claim in one sentence.
        mechanism: by what it is said to work; ``none`` where the claim names nothing of the kind.
        verdict: what becomes of it.
        reason: why, in one paragraph.
        certainty: how sure the evidence on the verdict makes us, derived from the judgements.
        judgements: the way to the certainty, the start first.
        evidence: what was found, in the order of the table.
        told: what to tell a person.
        test_ids: its computed tests, rows of ``claim_tests``.
        sources: qualified ids of all rows that it rests on, its own first.
    """

    id: str
    section: str
    text: str
    mechanism: str
    verdict: Verdict
    reason: str
    certainty: Certainty
    judgements: tuple[Judgement, ...]
    evidence: tuple[Evidence, ...]
    told: str
    test_ids: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def body(self) -> str:
        """The kind of the body of evidence, such as ``randomised trials``."""
        return self.judgements[0].level

    def pointing(self, direction: Direction, kind: Kind | None = None) -> tuple[Evidence, ...]:
        """The evidence that points one way, of one kind or of all."""
        return tuple(e for e in self.evidence if e.direction is direction and kind in {None, e.kind})
