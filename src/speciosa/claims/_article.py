"""The text to be checked: blocks in reading order, each with its sentences; nothing of the text is lost on the way."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from speciosa.claims._sentences import Sentence, sentences_of


class BlockKind(StrEnum):
    """What a block of a text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "list item"
    ROW = "table row"
    QUOTE = "quotation"


@dataclass(frozen=True)
class Block:
    """One heading, paragraph, list item, table row or quotation.

    Attributes:
        kind: what it is.
        text: its words on one line, without markup.
        level: depth of a heading, 1 is the title; 0 for the rest.
        page: page of a PDF, counted from 1.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True)
class Article:
    """A text as it was read.

    Attributes:
        blocks: in reading order.
        title: the first heading, or the first words.
        format: ``plain``, ``markdown``, ``html`` or ``pdf``.
        file: its name, ``-`` for standard input.
        sha256: checksum of the bytes that were read.
    """

    blocks: tuple[Block, ...]
    title: str
    format: str
    file: str
    sha256: str

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence in reading order; with what lies between them they give back each block."""
        return tuple(one for index, block in enumerate(self.blocks) for one in sentences_of(block.text, index))

    @cached_property
    def words(self) -> int:
        """How many words the text has."""
        return sum(len(block.text.split()) for block in self.blocks)
