"""A checked article as a page: the whole text with marks in the margin, and each claim with its reasons below."""

from collections.abc import Iterator
from dataclasses import dataclass

from speciosa.claims import Block, Checked, Claim, Found, Passage
from speciosa.reports import _article_words as words
from speciosa.reports import _claim_words as claim_words
from speciosa.reports._anchors import slugs
from speciosa.reports._claim_test_figure import ClaimTestsView, claim_tests_view
from speciosa.reports._page import rendered


@dataclass(frozen=True)
class Mark:
    """One claim in the margin: its number in the text, the place in the page, what was found."""

    number: int
    found: Found
    claim: Claim


@dataclass(frozen=True)
class Piece:
    """A run of the text of a block: plain, or a sentence with marks, or one that is not in the register."""

    text: str
    marks: tuple[Mark, ...] = ()
    unregistered: bool = False


@dataclass(frozen=True)
class BlockView:
    """One block of the text with its marks."""

    block: Block
    pieces: tuple[Piece, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark of the block in reading order."""
        return tuple(mark for piece in self.pieces for mark in piece.marks)


def article_html(checked: Checked) -> str:
    """A self-contained page; the same check gives the same bytes. It loads nothing and reads without a script."""
    return rendered(
        "article.html.j2",
        checked,
        kind="article check",
        simulated=(),
        blocks=tuple(_blocks(checked)),
        places=slugs("claim", (claim.id for claim in checked.claims)),
        tests={claim: _tests(claim, checked) for claim in checked.tests},
        article_words=words,
        words=claim_words,
    )


def _tests(claim: str, checked: Checked) -> ClaimTestsView:
    return claim_tests_view(checked.tests[claim], f"tests-{claim}")


def _blocks(checked: Checked) -> Iterator[BlockView]:
    claims = {claim.id: claim for claim in checked.claims}
    marks = [Mark(number, one, claims[one.claim]) for number, one in enumerate(checked.found, 1)]
    for index, block in enumerate(checked.article.blocks):
        here = [mark for mark in marks if mark.found.at.block == index]
        unknown = [passage for passage in checked.unregistered if passage.block == index]
        yield BlockView(block, tuple(_pieces(block, here, unknown)))


def _pieces(block: Block, marks: list[Mark], unknown: list[Passage]) -> Iterator[Piece]:
    """The text of a block in runs, which together are the whole text."""
    places = sorted({(mark.found.at.start, mark.found.at.end) for mark in marks} | {(p.start, p.end) for p in unknown})
    here = 0
    for start, end in places:
        if start > here:
            yield Piece(block.text[here:start])
        of_it = tuple(mark for mark in marks if mark.found.at.start == start)
        yield Piece(block.text[start:end], of_it, unregistered=not of_it)
        here = end
    if here < len(block.text):
        yield Piece(block.text[here:])
