"""What is shown of one claim, and of many: the claim with when to call for help, its computed tests, the rows."""

import datetime as dt

import speciosa
from speciosa import checks, knowledge
from speciosa.assessment import KnowledgeRelease, SourceNote, notes, release_used
from speciosa.checks import Finding
from speciosa.claims._record import Claim
from speciosa.claims._register import find, search
from speciosa.claims._tests import computed
from speciosa.claims._tests_records import TestResult
from speciosa.exposure import Progress, Record


class ClaimSheet(Record):
    """One claim, ready to be shown.

    Attributes:
        title: the claim, quoted, with its verdict, so that no heading says what is not so.
        software: version of Speciosa.
        made_on: the day on which it was asked for.
        release: the knowledge used.
        findings: when to call for help.
        claim: the claim.
        tests: its computed tests; empty where nothing can be computed.
        sources: every row that it or a test of it rests on.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    findings: tuple[Finding, ...]
    claim: Claim
    tests: tuple[TestResult, ...]
    sources: tuple[SourceNote, ...]


class ClaimList(Record):
    """Claims of the register, ready to be shown.

    Attributes:
        title: what was asked for, in words.
        software: version of Speciosa.
        made_on: the day on which it was asked for.
        release: the knowledge used.
        findings: when to call for help.
        claims: those that fit, in the order of the register.
        of: how many claims the register holds.
        sources: the rows behind when to call for help; those of a claim stand on its sheet.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    findings: tuple[Finding, ...]
    claims: tuple[Claim, ...]
    of: int
    sources: tuple[SourceNote, ...]


def sheet(
    claim_id: str,
    *,
    people: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    on: dt.date | None = None,
) -> ClaimSheet:
    """One claim with everything that is shown beside it; its tests are computed, see :func:`computed`.

    Args:
        claim_id: such as ``helps-anxiety``.
        people: virtual people of the tests; 200 by default.
        seed: of people and parameter draws; 1 by default.
        progress: called with (done, total, words); an exception it raises cancels.
        on: the day of the question; today by default.

    Raises:
        InputError: no such claim (the message offers near ids), or fewer than two people.
        KnowledgeError: the data package is damaged, or a claim breaks a rule.
        Cancelled: the user stopped it.
    """
    claim = find(claim_id)
    tests = computed([claim.id], people=people, seed=seed, progress=progress).get(claim.id, ())
    day, known, urgent = on or _today(), knowledge.load(), checks.when_to_call()
    return ClaimSheet(
        title=f"“{claim.text.removesuffix('.')}”: {claim.verdict}",
        software=speciosa.__version__,
        made_on=day,
        release=release_used(known, day),
        findings=(urgent,),
        claim=claim,
        tests=tests,
        sources=notes(known, (*claim.sources, *urgent.sources, *(row for test in tests for row in test.sources))),
    )


def listing(
    verdict: str | None = None, section: str | None = None, words: str | None = None, *, on: dt.date | None = None
) -> ClaimList:
    """The claims that fit a question, see :func:`search`.

    Raises:
        InputError: there is no such verdict or section.
        KnowledgeError: the data package is damaged, or a claim breaks a rule.
    """
    day, known, urgent = on or _today(), knowledge.load(), checks.when_to_call()
    asked = [f"“{words}”"] if words else []
    asked += [part for part in (verdict, section) if part]
    return ClaimList(
        title=f"Claims on kratom: {', '.join(asked)}" if asked else "Claims on kratom",
        software=speciosa.__version__,
        made_on=day,
        release=release_used(known, day),
        findings=(urgent,),
        claims=search(verdict, section, words),
        of=len(search()),
        sources=notes(known, urgent.sources),
    )


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()
