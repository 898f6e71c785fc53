"""Which claims of the register a sentence makes: candidates by vocabulary and by meaning, and what speaks for each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from speciosa.claims._article import Article, BlockKind
from speciosa.claims._embedding import similarities
from speciosa.claims._phrases import Rule, Vocabulary, met, vocabularies
from speciosa.claims._sentences import clauses_of
from speciosa.claims._stance import Ruling, Stance, answer_of, stance_of, takes_back
from speciosa.claims._terms import Span, declared, pattern, plain
from speciosa.claims._topic import About, Placed, placed

FEATURES = (
    "in one clause",
    "in one sentence",
    "with the text before",
    "with the line that leads the list in",
    "hint",
    "rules met",
    "words apart",
    "groups",
    "likeness",
    "likest claim",
    "behind the likest",
    "kratom named",
    "kratom meant",
)
_SURE_LIKENESS = 0.35  # a sentence so like a phrasing is a candidate even where no word of the vocabulary is in it
_FEWEST_WORDS = 4  # of a sentence that may be matched by likeness alone
_LONGEST_ANSWER = 30  # words
_SHORT_ITEM = 9  # words up to which a list item is completed by the line that leads it in


@dataclass(frozen=True)
class Candidate:
    """A claim that a sentence may make.

    Attributes:
        place: index of the sentence in the article.
        claim: id of the claim.
        clause: where the clause stands in the sentence.
        ruling: stance, with the words that decided it.
        features: what speaks for it, in the order of ``FEATURES``.
    """

    place: int
    claim: str
    clause: Span
    ruling: Ruling
    features: tuple[float, ...]


@dataclass(frozen=True)
class _Fit:
    """How well the vocabulary of a claim fits a sentence."""

    rule: Rule | None
    clause: Span
    places: tuple[Span, ...]
    level: int  # index in FEATURES of how the rule was met; -1 for likeness alone
    rules: int


def candidates(
    article: Article, *, taken_for_kratom: bool = False, known: Sequence[Vocabulary] = ()
) -> tuple[tuple[Placed, ...], tuple[Candidate, ...]]:
    """Every sentence with what it is about, and every claim that one of them may make.

    Args:
        article: what was read.
        taken_for_kratom: whether a text that does not name kratom is about it all the same.
        known: vocabularies to know claims by; those of the table by default.
    """
    where = placed(article, taken_for_kratom=taken_for_kratom)
    alike = similarities([one.sentence.text for one in where]) if where else {}
    myths = bool(pattern(declared("topic")["myths"]).search(plain(article.title)))
    found: list[Candidate] = []
    before: tuple[bool, list[Candidate]] = (False, [])  # whether it was asked, and what
    for index, one in enumerate(where):
        text = plain(one.sentence.text)
        if one.heading or one.about is About.OTHER:
            before = (False, [])
            continue
        item = article.blocks[one.sentence.block].kind in {BlockKind.ITEM, BlockKind.ROW}
        here = [] if is_method(text) else list(_of_sentence(index, one, alike, known or vocabularies(), item=item))
        if is_asked(text, myths=myths):
            before = (True, here)
            continue
        answers = list(_answers(index, text, before, here, myths=myths))
        found += [*here, *answers]
        before = (bool(answers) and before[0], here or answers)
    return where, tuple(found)


def is_asked(text: str, *, myths: bool) -> bool:
    """Whether a sentence puts something up for an answer: a question, or in a list of myths what is quoted."""
    if text.rstrip("\"') *_").endswith("?"):
        return True
    quoted = re.match(r"^\W*(?:\d+\W+)?[\"'].*[\"']$", text.strip())
    return myths and (quoted is not None or text.lstrip("*_ ").startswith("myth"))


def is_method(text: str) -> bool:
    """Whether a sentence says how a study was done, or is small print: it claims nothing."""
    return pattern(declared("topic")["methods"]).search(text) is not None


def _answers(
    index: int, text: str, before: tuple[bool, Sequence[Candidate]], here: Sequence[Candidate], *, myths: bool
) -> Iterator[Candidate]:
    """What was asked or just said, where this sentence answers it or takes it back."""
    asked, claims = before
    stance = None
    if asked and len(text.split()) <= _LONGEST_ANSWER:
        stance = answer_of(text) or (Stance.DENIES if myths else None)
    elif not here and takes_back(text):
        stance = Stance.DENIES
    if stance is None:
        return
    for said in claims:
        if all(said.claim != other.claim for other in here):
            turned = _turned(stance) if said.ruling.stance is Stance.DENIES else stance
            yield replace(said, place=index, clause=(0, len(text)), ruling=Ruling(turned, (text[:40],)))


def _turned(stance: Stance) -> Stance:
    return {Stance.ASSERTS: Stance.DENIES, Stance.DENIES: Stance.ASSERTS}.get(stance, stance)


def _of_sentence(
    index: int, one: Placed, alike: Mapping[str, NDArray[np.float32]], known: Sequence[Vocabulary], *, item: bool
) -> Iterator[Candidate]:
    text = plain(one.sentence.text)
    clauses = clauses_of(text)
    likest = max(float(values[index]) for values in alike.values())
    for vocabulary in known:
        if one.about is About.BACKGROUND and not vocabulary.unbound:
            continue
        near = float(alike[vocabulary.claim][index])
        fit = _fit(vocabulary, text, clauses, one, item=item)
        if fit is None:
            likely = near >= likest and near >= _SURE_LIKENESS and len(text.split()) >= _FEWEST_WORDS
            if not likely or _excluded(vocabulary, text):
                continue
            fit = _Fit(None, (0, len(text)), (), -1, 0)
        contrary = fit.rule is not None and fit.rule.contrary
        ruling = stance_of(text, _saying(fit, clauses), fit.places, contrary=contrary)
        yield Candidate(index, vocabulary.claim, fit.clause, ruling, _features(fit, text, near, likest, one.about))


def _saying(fit: _Fit, clauses: Sequence[Span]) -> Span:
    """The clauses that hold the words of the claim: a "not" in another one is about something else."""
    words = [place for place in fit.places if place[1] > 0]
    if not words:
        return fit.clause
    held = [part for part in clauses if any(part[0] <= start < part[1] for start, _ in words)]
    return (held[0][0], held[-1][1]) if held else fit.clause


def _excluded(vocabulary: Vocabulary, text: str) -> bool:
    return bool(vocabulary.excludes) and pattern(vocabulary.excludes).search(text) is not None


def _fit(vocabulary: Vocabulary, text: str, clauses: Sequence[Span], one: Placed, *, item: bool) -> _Fit | None:
    """The best way in which the vocabulary of a claim fits; the clause first, what stands around it last."""
    whole = (0, len(text))
    short = item and len(text.split()) <= _SHORT_ITEM
    levels: tuple[tuple[int, Sequence[Span], str, bool], ...] = (
        (0, clauses, "", False),
        (1, (whole,) if len(clauses) > 1 else (), "", False),
        (2, (whole,), one.before, False),
        (3, (whole,) if short else (), one.before, True),
    )
    for level, parts, before, anywhere in levels:
        fits = [
            (rule, part, places)
            for rule in vocabulary.rules
            for part in parts
            if (places := met(rule, text[part[0] : part[1]], before, anywhere=anywhere))
            and not _excluded(vocabulary, text if level else text[part[0] : part[1]])
        ]
        if fits:
            # a later clause corrects an earlier one: "some feel sharper; tests found no better memory"
            rule, part, places = min(reversed(fits), key=lambda fit: (fit[0].hint, fit[0].contrary))
            moved = tuple((part[0] + start, part[0] + end) for start, end in places)
            firm = sum(not fit[0].hint for fit in fits)
            return _Fit(rule, part, moved, 4 if rule.hint else level, firm)
    return None


def _features(fit: _Fit, text: str, near: float, likest: float, about: About) -> tuple[float, ...]:
    levels = [float(fit.level == level) for level in range(5)]
    starts = [start for start, _ in fit.places]
    apart = len(text[min(starts) : max(starts)].split()) if starts else 0
    return (
        *levels,
        min(fit.rules, 3) / 3.0,
        float(np.log1p(apart)) / 3.0,
        (len(fit.rule.groups) if fit.rule else 0) / 3.0,
        near,
        float(near >= likest),
        near - likest,
        float(about is About.NAME),
        float(about is About.PRONOUN),
    )
