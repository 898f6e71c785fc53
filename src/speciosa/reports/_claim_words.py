"""Claims in words: verdicts, kinds of evidence, directions and the way to a certainty, on screen and on paper."""

from collections.abc import Iterator

from speciosa.claims import Claim, Evidence, Judgement
from speciosa.knowledge import Direction, Kind, Verdict
from speciosa.reports._words import count

VERDICT = {
    Verdict.SUPPORTED: "the evidence is for it",
    Verdict.PARTLY_SUPPORTED: "part of it holds",
    Verdict.UNSUPPORTED: "nothing shows that it is so",
    Verdict.CONTRADICTED: "the evidence is against it",
    Verdict.MISLEADING: "true as far as it goes, but what is left out changes the picture",
}
KIND = {
    Kind.HUMAN: "In people",
    Kind.ANIMAL: "In animals",
    Kind.IN_VITRO: "At receptors and in cells",
    Kind.PRODUCT: "In products",
    Kind.RECORD: "In laws and documents",
}
DIRECTION = {
    Direction.FOR: "for the claim",
    Direction.AGAINST: "against the claim",
    Direction.NEITHER: "beside the claim",
}
DOMAIN = {"start": "Kind of evidence"}
RECALLED = "only remembered, decides nothing"
NO_TEST = "The model has nothing to compute here: no part of it is what the claim speaks of."
HOW_SURE = (
    "How sure the evidence makes us of the verdict, after GRADE: it starts where the kind of evidence puts it, and "
    "each serious doubt takes it down."
)


def by_kind(claim: Claim) -> Iterator[tuple[Kind, tuple[Evidence, ...]]]:
    """The evidence of each kind that there is: for, against, beside."""
    for kind in Kind:
        found = tuple(e for direction in Direction for e in claim.pointing(direction, kind))
        if found:
            yield kind, found


def balance(claim: Claim) -> str:
    """How much points which way, such as ``2 pieces of evidence for the claim, 5 against it``."""
    parts = [
        f"{count(len(claim.pointing(direction)), 'piece')} {DIRECTION[direction]}"
        for direction in Direction
        if claim.pointing(direction)
    ]
    return f"{', '.join(parts)}." if parts else "No evidence was found."


def moved(judgement: Judgement) -> str:
    """What a judgement does to the certainty, such as ``1 down``; empty for the start."""
    if judgement.domain == "start":
        return ""
    return f"{abs(judgement.moves)} {'down' if judgement.moves < 0 else 'up'}" if judgement.moves else "stays"


def way(claim: Claim) -> str:
    """The way to the certainty in one sentence."""
    start, *others = claim.judgements
    steps = [f"{j.domain} {j.level} ({moved(j)})" for j in others if j.moves]
    told = f"It starts at {start.after} ({start.level})"
    if not steps:
        return f"{told}, and nothing moves it."
    return f"{told}; {', '.join(steps)}; so it is {claim.certainty}."


def domain(judgement: Judgement) -> str:
    """The name of a domain for a reader."""
    return DOMAIN.get(judgement.domain, judgement.domain[:1].upper() + judgement.domain[1:])


def slug(verdict: Verdict) -> str:
    """A verdict as part of an anchor or a class: without spaces."""
    return verdict.value.replace(" ", "-")
