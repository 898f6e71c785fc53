"""What each sentence is about: kratom by name, kratom by what was said before, or something else."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import DamerauLevenshtein

from speciosa.claims._article import Article, Block, BlockKind
from speciosa.claims._sentences import Sentence
from speciosa.claims._terms import declared, pattern, plain, spans

_NEAR_KRATOM = re.compile(r"\b[kc]ra[a-z]{2,9}\b")
_SLIPS = 2  # letters by which a mistyped name may differ
_NOT_IT = frozenset({"crate", "crated", "crates", "crater", "craters", "craton", "krater", "kraton", "kratos", "kratz"})
_BY_PRONOUN = re.compile(r"\W*\b(?:it|its|it's|they|both)\b")
_OFTEN = 2  # mentions from which another thing is more than a word in passing
_OPENING = 120  # letters in which a sentence says that it explains an illness
_BEGINNING = 40  # letters at the beginning of a sentence in which its subject stands


class About(StrEnum):
    """What ties a sentence to kratom."""

    NAME = "named"
    PRONOUN = "meant by a word such as “it”"
    RUNNING = "meant, since the text around it is about kratom"
    BACKGROUND = "about an illness or about other medicines, in a text on kratom"
    OTHER = "something else"


@dataclass(frozen=True)
class Placed:
    """A sentence with what it is about.

    Attributes:
        sentence: where it stands.
        about: what ties it to kratom.
        before: the headings above it, the line that leads its list in, and the sentence before it, in plain letters.
        heading: whether it is a heading.
    """

    sentence: Sentence
    about: About
    before: str
    heading: bool


def placed(article: Article, *, taken_for_kratom: bool = False) -> tuple[Placed, ...]:
    """Every sentence of an article with what it is about.

    Args:
        article: what was read.
        taken_for_kratom: whether a text that does not name kratom is about it all the same; the reader says so.
    """
    if not taken_for_kratom and not is_about_kratom(article):
        return tuple(Placed(s, About.OTHER, "", heading=False) for s in article.sentences)
    return tuple(_Reader(article, taken_for_kratom=taken_for_kratom).read())


def is_about_kratom(article: Article) -> bool:
    """Whether an article names kratom anywhere."""
    return any(names_kratom(plain(block.text)) for block in article.blocks)


def names_kratom(text: str) -> bool:
    """Whether a plain text names kratom, its alkaloids or kinds, also mistyped."""
    if pattern(declared("topic")["kratom"]).search(text):
        return True
    return any(_is_slip(word) for word in _NEAR_KRATOM.findall(text))


def _is_slip(word: str) -> bool:
    return word not in _NOT_IT and (
        (
            DamerauLevenshtein.distance(word, "kratom", score_cutoff=_SLIPS) <= _SLIPS
            and word.startswith(("krat", "crat"))
        )
        or (word.startswith("krat") and len(word) > len("kratom"))
    )


class _Reader:
    """Goes through an article and keeps in mind what is being talked of."""

    def __init__(self, article: Article, *, taken_for_kratom: bool) -> None:
        self._article = article
        others = _named_of("others", article)
        self._passing = {name for name, count in others.items() if count < _OFTEN}
        self._main = taken_for_kratom or _main_subject(article, others)
        self._headings: list[tuple[int, Block]] = []
        self._lead = ""
        self._explains = False

    def read(self) -> Iterator[Placed]:
        by_block: dict[int, list[Sentence]] = {}
        for sentence in self._article.sentences:
            by_block.setdefault(sentence.block, []).append(sentence)
        for index, block in enumerate(self._article.blocks):
            yield from self._block(block, by_block.get(index, []))
            self._remember(block)

    def _block(self, block: Block, sentences: list[Sentence]) -> Iterator[Placed]:
        in_list = block.kind in {BlockKind.ITEM, BlockKind.ROW}
        above = " ".join([*(plain(heading.text) for _, heading in self._headings[-2:]), self._lead if in_list else ""])
        subject = self._subject_above()
        last, self._explains = "", False
        for sentence in sentences:
            text = plain(sentence.text)
            named = _named(text, self._passing)
            if named is not None:
                subject = named
            about = self._tie(text, named, subject=subject)
            yield Placed(sentence, about, f"{above} {last}".strip(), block.kind is BlockKind.HEADING)
            last = text

    def _tie(self, text: str, named: bool | None, *, subject: bool) -> About:
        """What ties a sentence to kratom; who explains an illness goes on until kratom is named."""
        if _is_compared(text):
            return About.OTHER
        tie = _about(text, named, subject)
        explains = pattern(declared("topic")["background"]).search(text[:_OPENING]) is not None
        self._explains = tie in {About.PRONOUN, About.RUNNING} and (
            explains or (self._explains and _BY_PRONOUN.match(text) is not None)
        )
        return About.BACKGROUND if self._explains else tie

    def _subject_above(self) -> bool:
        named = _named(self._lead) if self._lead else None
        if named is not None:
            return named
        for _, heading in reversed(self._headings):
            named = _named(plain(heading.text))
            if named is not None:
                return named
        return self._main

    def _remember(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING:
            depth = block.level or 1
            self._headings = [(level, kept) for level, kept in self._headings if level < depth]
            self._headings.append((depth, block))
            self._lead = ""
        elif block.kind is BlockKind.PARAGRAPH:
            self._lead = plain(block.text) if block.text.rstrip().endswith(":") else ""


def _named(text: str, passing: Collection[str] = ()) -> bool | None:
    """Whether a text names kratom as its subject (true), something else (false), or neither (none).

    Args:
        text: a plain sentence.
        passing: names of other things that the article mentions in passing.
    """
    lists = declared("topic")
    kratom = _outside_comparison(text, _kratom_places(text))
    others = _outside_comparison(text, [s for s in spans(lists["others"], text) if text[s[0] : s[1]] not in passing])
    if others and not kratom and _BY_PRONOUN.search(text[: others[0]]):
        return None
    if kratom and others:
        return kratom[0] < others[0]
    if kratom:
        return True
    if others:
        return False
    return None


def _is_compared(text: str) -> bool:
    """Whether a sentence begins with something that kratom is compared with, and is about that."""
    begins = pattern(declared("topic")["compared"]).search(text[:_BEGINNING])
    return begins is not None and not _kratom_places(text) and _is_first(text, begins.start())


def _is_first(text: str, start: int) -> bool:
    return len(text[:start].split()) <= 1 and not pattern(declared("topic")["anaphora"]).search(text[:start])


def _kratom_places(text: str) -> list[int]:
    places = [start for start, _ in spans(declared("topic")["kratom"], text)]
    places += [found.start() for found in _NEAR_KRATOM.finditer(text) if _is_slip(found[0])]
    return sorted(places)


def _outside_comparison(text: str, places: list[int] | list[tuple[int, int]]) -> list[int]:
    starts = [place if isinstance(place, int) else place[0] for place in places]
    compared = [end for _, end in spans(declared("topic")["comparison"], text)]
    return [start for start in starts if not any(0 <= start - end <= 2 + len("the ") for end in compared)]


def _about(text: str, named: bool | None, subject: bool) -> About:
    if named is False or not subject:
        return About.OTHER
    if named:
        return About.NAME
    return About.PRONOUN if pattern(declared("topic")["anaphora"]).search(text) else About.RUNNING


def _named_of(group: str, article: Article) -> Counter[str]:
    """How often an article names each thing of a list."""
    text = plain(" ".join(block.text for block in article.blocks))
    return Counter(text[start:end] for start, end in spans(declared("topic")[group], text))


def _main_subject(article: Article, others: Counter[str]) -> bool:
    """Whether the article as a whole is about kratom: named in its title, or more often than anything else."""
    text = plain(" ".join(block.text for block in article.blocks))
    titled = _named(plain(article.title))
    if titled is not None:
        return titled
    return len(_kratom_places(text)) >= max(others.values(), default=0)
