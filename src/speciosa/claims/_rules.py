"""What keeps verdict, certainty and evidence together: rules that hold for every claim of the register."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from speciosa.claims._record import Claim
from speciosa.errors import KnowledgeError
from speciosa.knowledge import Certainty, Direction, Kind, Verdict

FOR, AGAINST, NEITHER = Direction
_UNSURE = frozenset({Certainty.VERY_LOW, Certainty.LOW})


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        says: the rule in words.
        applies: whether it speaks of a claim.
        holds: whether the claim keeps it.
    """

    says: str
    applies: Callable[[Claim], bool]
    holds: Callable[[Claim], bool]


def _gives(*verdicts: Verdict) -> Callable[[Claim], bool]:
    return lambda claim: claim.verdict in verdicts


def _rests_on(*bodies: str) -> Callable[[Claim], bool]:
    return lambda claim: claim.body in bodies


def _read(claim: Claim, *directions: Direction, kinds: tuple[Kind, ...] = tuple(Kind)) -> bool:
    """Whether a row that was read, not recalled, points one of these ways."""
    return any(e.direction in directions and e.kind in kinds and not e.recalled for e in claim.evidence)


RULES = (
    Rule(
        "A supported claim has evidence for it.",
        _gives(Verdict.SUPPORTED),
        lambda claim: _read(claim, FOR),
    ),
    Rule(
        "A contradicted claim has evidence against it.",
        _gives(Verdict.CONTRADICTED),
        lambda claim: _read(claim, AGAINST),
    ),
    Rule(
        "A supported or contradicted claim rests on more than very low certainty.",
        _gives(Verdict.SUPPORTED, Verdict.CONTRADICTED),
        lambda claim: claim.certainty is not Certainty.VERY_LOW,
    ),
    Rule(
        "A partly supported claim has evidence for it, and evidence that limits it.",
        _gives(Verdict.PARTLY_SUPPORTED),
        lambda claim: _read(claim, FOR) and _read(claim, AGAINST, NEITHER),
    ),
    Rule(
        "A claim that misleads by omission has evidence against the picture that it gives.",
        _gives(Verdict.MISLEADING),
        lambda claim: _read(claim, AGAINST),
    ),
    Rule(
        "An unsupported claim has no evidence for it of more than low certainty.",
        _gives(Verdict.UNSUPPORTED),
        lambda claim: claim.certainty in _UNSURE or not claim.pointing(FOR),
    ),
    Rule(
        "Every verdict rests on a row that was read, unless no study was found; memory decides nothing.",
        _gives(*Verdict),
        lambda claim: _read(claim, *Direction) or claim.body == "no study",
    ),
    Rule(
        "Randomised trials and observational studies are of people: a row of people points for or against.",
        _rests_on("randomised trials", "observational studies"),
        lambda claim: _read(claim, FOR, AGAINST, kinds=(Kind.HUMAN,)),
    ),
    Rule(
        "Where the body is animals and cells only, no row of people points for or against.",
        _rests_on("animals and cells only"),
        lambda claim: not _read(claim, FOR, AGAINST, kinds=(Kind.HUMAN,)),
    ),
    Rule(
        "Where no study was found, no row points for or against.",
        _rests_on("no study"),
        lambda claim: not _read(claim, FOR, AGAINST),
    ),
)


def broken(claim: Claim) -> Iterator[str]:
    """The rules that a claim breaks, in words."""
    for rule in RULES:
        if rule.applies(claim) and not rule.holds(claim):
            yield rule.says


def check(claim: Claim) -> Claim:
    """The claim, where it keeps every rule.

    Raises:
        KnowledgeError: it breaks one; the message names the claim, its verdict and the rule.
    """
    for says in broken(claim):
        raise KnowledgeError(
            f"claim {claim.id} is called {claim.verdict} with {claim.certainty} certainty, and that breaks a rule: "
            f"{says} Its rows stand in the tables claim_evidence and claim_judgements."
        )
    return claim
