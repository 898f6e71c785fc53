"""The register: every claim, put together from its rows and held against the rules."""

from collections.abc import Iterable, Iterator
from functools import cache

from rapidfuzz import fuzz, process

from speciosa import knowledge
from speciosa.claims._record import Claim, Evidence, Judgement
from speciosa.claims._rules import check
from speciosa.errors import InputError
from speciosa.knowledge import ClaimEvidence, Claims, Knowledge, Step, Verdict

RECALLED = "from memory, unverified"
_NEAR, _OFFERED, _FEW = 55.0, 5, 20


@cache
def register() -> tuple[Claim, ...]:
    """Every claim, in the order of the table.

    Raises:
        KnowledgeError: the data package is damaged, or a claim breaks a rule of :data:`speciosa.claims.RULES`.
    """
    known = knowledge.load()
    return tuple(check(_claim(known, row)) for row in known.table("claims"))


def find(claim_id: str) -> Claim:
    """A claim by its id.

    Raises:
        InputError: no such claim; the message offers near ids.
        KnowledgeError: the data package is damaged, or a claim breaks a rule.
    """
    for claim in register():
        if claim.id == claim_id:
            return claim
    raise InputError("ID", claim_id, _offer(claim_id, "the id of a claim", (c.id for c in register())))


def search(verdict: str | None = None, section: str | None = None, words: str | None = None) -> tuple[Claim, ...]:
    """The claims that fit every question that is asked.

    Args:
        verdict: such as ``contradicted``.
        section: such as ``anxiety``.
        words: each of them must stand in the claim, its id, verdict reason or what to tell a person.

    Raises:
        InputError: there is no such verdict or section; the message names those that there are.
    """
    sections = tuple(dict.fromkeys(claim.section for claim in register()))
    wanted = _one_of("--verdict", verdict, tuple(Verdict))
    placed = _one_of("--section", section, sections)
    return tuple(
        claim
        for claim in register()
        if wanted in {None, claim.verdict} and placed in {None, claim.section} and _says(claim, words or "")
    )


def _says(claim: Claim, words: str) -> bool:
    text = f"{claim.id} {claim.text} {claim.mechanism} {claim.reason} {claim.told}".casefold()
    return all(word in text for word in words.casefold().split())


def _one_of(option: str, asked: str | None, there_are: tuple[str, ...]) -> str | None:
    if asked is None or asked.strip().casefold() in there_are:
        return asked and asked.strip().casefold()
    raise InputError(option, asked, _offer(asked, "one that the register has", there_are))


def _offer(asked: str, what: str, there_are: Iterable[str]) -> str:
    names = tuple(there_are)
    near = process.extract(asked.casefold(), names, scorer=fuzz.WRatio, limit=_OFFERED, score_cutoff=_NEAR)
    if near:
        return f"{what}; near to it: {', '.join(name for name, *_ in near)}"
    shown = names if len(names) <= _FEW else (*names[:_OFFERED], "… (speciosa claims shows all)")
    return f"{what}: {', '.join(shown)}"


def _claim(known: Knowledge, row: Claims) -> Claim:
    way = known.derivation(row.id)
    evidence = tuple(_evidence(known, one) for one in known.find("claim_evidence", claim=row.id))
    judgements = tuple(_judgements(known, way.steps))
    return Claim(
        id=row.id,
        section=row.section,
        text=row.claim,
        mechanism=row.mechanism,
        verdict=row.verdict,
        reason=row.verdict_reason,
        certainty=way.certainty,
        judgements=judgements,
        evidence=evidence,
        told=row.what_to_tell_a_person,
        test_ids=tuple(test.id for test in known.find("claim_tests", claim=row.id)),
        sources=(f"claims:{row.id}", *(e.id for e in evidence), *(j.id for j in judgements)),
    )


def _evidence(known: Knowledge, row: ClaimEvidence) -> Evidence:
    source = known.source(row.source_id)
    return Evidence(
        id=known.qualified(row),
        kind=row.kind,
        direction=row.direction,
        finding=row.finding,
        confidence=row.confidence,
        citation=source.citation,
        link=source.link,
        recalled=row.confidence == RECALLED,
    )


def _judgements(known: Knowledge, steps: Iterable[Step]) -> Iterator[Judgement]:
    for step in steps:
        source = known.source(step.source)
        yield Judgement(
            id=step.row,
            domain=step.domain,
            asks=step.asks,
            level=step.level,
            moves=step.moves,
            after=step.after,
            reason=step.reason,
            citation=source.citation,
            link=source.link,
        )
