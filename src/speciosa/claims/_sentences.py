"""Sentences of a block, and the clauses of a sentence, with their offsets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sentencex

LANGUAGE = "en"
# cells of a table row, and marks that list makers put within a line, end a sentence as well
_BREAK = re.compile(r"(?<=[^\s])\s+[|•·▪●✓✔►→]\s*(?=\S)|(?<=[.!?…])[\"”’')\]]?\s+(?=[A-Z0-9“\"'‘(])")
_CLAUSE = re.compile(
    r"[;:]\s+|\s[–—-]{1,2}\s|—|"
    r",?\s+(?:but|yet|while|whereas|although|though|however|even though|despite|unlike|instead|because)\s+|"
    r",\s+(?:and|or|so|which|who|where|nor)\s+|\s+\(|\)\s+",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_SHORTEST = 2  # words of a clause that stands on its own


@dataclass(frozen=True)
class Sentence:
    """One sentence, where it stands.

    Attributes:
        block: index of its block.
        start: offset in the text of the block.
        end: offset behind its last character.
        text: the sentence without the space around it.
    """

    block: int
    start: int
    end: int
    text: str


def sentences_of(text: str, block: int) -> Iterator[Sentence]:
    """The sentences of a block."""
    here = begin = 0
    for piece in sentencex.segment(LANGUAGE, text):
        found = text.find(piece, here)
        if found < 0:  # a splitter that changes the text cannot say where; its block is one sentence
            break
        here = found + len(piece)
        if _LETTER.search(text, begin, here):  # the number of a list item is no sentence of its own
            yield from _within(text, begin, here, block)
            begin = here
    yield from _within(text, begin, len(text), block)


def clauses_of(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each clause; a piece too short to say anything stays with the one before it."""
    marks = [0]
    for found in _CLAUSE.finditer(text):
        if len(text[marks[-1] : found.start()].split()) >= _SHORTEST and len(text[found.end() :].split()) >= _SHORTEST:
            marks.append(found.start())
    return tuple(zip(marks, [*marks[1:], len(text)], strict=True))


def _within(text: str, start: int, end: int, block: int) -> Iterator[Sentence]:
    edges = [start]
    edges += [found.end() for found in _BREAK.finditer(text, start, end) if not _abbreviated(text, found.start())]
    for left, right in zip(edges, [*edges[1:], end], strict=True):
        piece = text[left:right]
        plain = piece.strip()
        if plain:
            begin = left + piece.index(plain)
            yield Sentence(block, begin, begin + len(plain), plain)


_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|U\.S|al|[A-Z])\.$")


def _abbreviated(text: str, stop: int) -> bool:
    return bool(_ABBREVIATION.search(text[max(stop - 8, 0) : stop]))
