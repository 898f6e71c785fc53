"""An article checked: its claims found, judged, tested, and what it is silent about."""

import datetime as dt
from collections.abc import Iterator, Sequence

import speciosa
from speciosa import checks, knowledge
from speciosa.assessment import KnowledgeRelease, SourceNote, notes, release_used
from speciosa.checks import Finding
from speciosa.claims._article import Article
from speciosa.claims._decide import decided
from speciosa.claims._match import Candidate, candidates, is_asked, is_method
from speciosa.claims._record import Claim
from speciosa.claims._register import find
from speciosa.claims._silence import Said, Silence, silences
from speciosa.claims._stance import Stance
from speciosa.claims._standing import Standing, standing
from speciosa.claims._terms import declared, plain, spans
from speciosa.claims._tests import computed
from speciosa.claims._tests_records import TestResult
from speciosa.claims._topic import About, Placed, is_about_kratom
from speciosa.exposure import Progress, Record

_BY_SILENCE = "silent-on-serious-harm"
_FEWEST_WORDS = 4  # of a sentence that makes a claim of its own


class Passage(Record):
    """Where a sentence stands in the article.

    Attributes:
        block: index of its block.
        start: offset in the text of the block.
        end: offset behind its last character.
        text: the sentence.
    """

    block: int
    start: int
    end: int
    text: str


class Found(Record):
    """A claim that a sentence makes, denies or hedges.

    Attributes:
        at: the sentence.
        claim: id of the claim.
        stance: how the sentence stands to it.
        words: the words that decided the stance; empty where it is simply said.
        about: what ties the sentence to kratom.
        likelihood: how likely the match is, as the tuning texts have it.
        standing: what becomes of it.
    """

    at: Passage
    claim: str
    stance: Stance
    words: tuple[str, ...]
    about: About
    likelihood: float
    standing: Standing


class Checked(Record):
    """An article with everything that is shown beside it.

    Attributes:
        title: of the article.
        software: version of Speciosa.
        made_on: the day of the check.
        release: the knowledge used.
        findings: when to call for help.
        article: the text as it was read.
        about_kratom: whether the text names kratom, or the reader said that it is meant.
        found: every claim found, in reading order.
        unregistered: sentences that claim something of kratom which the register does not hold.
        claims: the claims that were found, in the order of the register.
        tests: id of a claim → its computed tests; empty where nothing was simulated.
        silences: what such a text should say, and whether it does.
        whole: the claim that the whole text makes by its silence; ``None`` where it is silent about nothing.
        sources: every row that something here rests on.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    findings: tuple[Finding, ...]
    article: Article
    about_kratom: bool
    found: tuple[Found, ...]
    unregistered: tuple[Passage, ...]
    claims: tuple[Claim, ...]
    tests: dict[str, tuple[TestResult, ...]]
    silences: tuple[Silence, ...]
    whole: Claim | None
    sources: tuple[SourceNote, ...]

    @property
    def silent(self) -> tuple[Silence, ...]:
        """What the text does not say, or denies; nothing for a text that is not about kratom."""
        return tuple(one for one in self.silences if one.said is not Said.SAID)

    def of(self, claim: str) -> tuple[Found, ...]:
        """Every place where a claim was found."""
        return tuple(one for one in self.found if one.claim == claim)


def check_article(
    article: Article,
    *,
    simulate: bool = True,
    taken_for_kratom: bool = False,
    people: int | None = None,
    seed: int | None = None,
    on: dt.date | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Find the claims of an article and hold each against the register.

    Args:
        article: what was read, see :func:`read_article`.
        simulate: whether the claims that can be computed are.
        taken_for_kratom: whether a text that does not name kratom is about it all the same.
        people: virtual people of the simulation.
        seed: of people and parameter draws.
        on: the day of the question; today by default.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        InputError: fewer than two people, or a seed below 0.
        KnowledgeError: the data package is damaged.
        Cancelled: the user stopped it.
    """
    about = taken_for_kratom or is_about_kratom(article)
    where, possible = candidates(article, taken_for_kratom=taken_for_kratom)
    made = decided(possible)
    found = tuple(_found(where, one, likelihood) for one, likelihood in made)
    ids = {one.claim for one in found}
    claims = tuple(sorted((find(name) for name in ids), key=lambda claim: claim.id))
    tests = computed(sorted(ids), people=people, seed=seed, progress=progress) if simulate and ids else {}
    silent = silences((one.claim, one.stance) for one in found) if about else ()
    whole = find(_BY_SILENCE) if ids and any(one.said is not Said.SAID for one in silent) else None
    urgent, known, day = checks.when_to_call(), knowledge.load(), on or dt.datetime.now().astimezone().date()
    rows = (
        {row for claim in (*claims, *([whole] if whole else [])) for row in claim.sources}
        | {one.row for one in silent}
        | set(urgent.sources)
    )
    rows |= {row for results in tests.values() for one in results for row in one.sources}
    return Checked(
        title=article.title,
        software=speciosa.__version__,
        made_on=day,
        release=release_used(known, day),
        findings=(urgent,),
        article=article,
        about_kratom=about,
        found=found,
        unregistered=tuple(_unregistered(where, {one.place for one, _ in made})),
        claims=claims,
        tests=tests,
        silences=silent,
        whole=whole,
        sources=notes(known, rows),
    )


def _found(where: Sequence[Placed], one: Candidate, likelihood: float) -> Found:
    placed = where[one.place]
    return Found(
        at=_passage(placed),
        claim=one.claim,
        stance=one.ruling.stance,
        words=one.ruling.words,
        about=placed.about,
        likelihood=round(likelihood, 3),
        standing=standing(find(one.claim).verdict, one.ruling.stance),
    )


def _passage(placed: Placed) -> Passage:
    sentence = placed.sentence
    return Passage(block=sentence.block, start=sentence.start, end=sentence.end, text=sentence.text)


def _unregistered(where: Sequence[Placed], matched: set[int]) -> Iterator[Passage]:
    """Sentences on kratom that say what it does to some matter of body, mind or law, and match no claim."""
    lists = declared("topic")
    for index, one in enumerate(where):
        text = plain(one.sentence.text)
        if index in matched or one.heading or one.about is About.OTHER or len(text.split()) < _FEWEST_WORDS:
            continue
        if is_asked(text, myths=False) or is_method(text) or spans(lists["commerce"], text):
            continue
        if spans(lists["deeds"], text) and spans(lists["matters"], text):
            yield _passage(one)
