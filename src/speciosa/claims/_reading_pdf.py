"""The text of a PDF as blocks: pages, lines joined to paragraphs, words that were parted at a line's end made whole."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pypdfium2

from speciosa.claims._article import Block
from speciosa.claims._reading_text import is_heading, lines_as_blocks
from speciosa.errors import ArticleError

_MOST_PAGES = 400
_HYPHEN = re.compile(r"(?<=[a-z])[-\u00ad\u2010\ufffe\x02]\n(?=[a-z])")
_FURNITURE = re.compile(r"^\W*(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\W*$", re.IGNORECASE)
_REPEATED = 3  # a line on so many pages, and on most, is a running head
_SHORT = 0.75  # of the longest line: after a full stop, the end of a paragraph
_STOPS = (".", "!", "?", "”", '"', ":")


def from_pdf(content: bytes, where: str) -> tuple[Block, ...]:
    """The blocks of a PDF.

    Raises:
        ArticleError: damaged, locked, too many pages, or pictures only.
    """
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        found = "locked by a password" if locked else "damaged"
        raise ArticleError("the PDF", found, "a PDF that opens without a password", where=where) from error
    with document:
        if len(document) > _MOST_PAGES:
            raise ArticleError("the PDF", f"{len(document)} pages", f"at most {_MOST_PAGES} pages", where=where)
        pages = [_lines(document, index) for index in range(len(document))]
    if not any(pages):
        remedy = "a PDF that holds text; this one holds pictures of it. Make it readable by OCR first"
        raise ArticleError("the PDF", "without a word of text", remedy, where=where)
    return tuple(_blocks(pages))


def _lines(document: pypdfium2.PdfDocument, index: int) -> list[str]:
    page = document[index]
    text = page.get_textpage().get_text_range().replace("\r\n", "\n").replace("\r", "\n")
    whole = _HYPHEN.sub("", text)
    return [line.strip() for line in whole.split("\n") if line.strip() and not _FURNITURE.match(line)]


def _blocks(pages: Sequence[Sequence[str]]) -> Iterator[Block]:
    seen = Counter(line for lines in pages for line in set(lines))
    heads = {line for line, count in seen.items() if count >= _REPEATED and count > len(pages) / 2}
    for number, lines in enumerate(pages, 1):
        kept = [line for line in lines if line not in heads]
        for group in _paragraphs(kept):
            yield from lines_as_blocks(group, number)


def _paragraphs(lines: Sequence[str]) -> Iterator[list[str]]:
    """A paragraph ends with a short line that closes a sentence; a heading stands between two of them."""
    widest = max((len(line) for line in lines), default=0)
    group: list[str] = []
    for line in lines:
        begins = not group or group[-1].endswith(_STOPS)
        if begins and is_heading(line) and len(line) < _SHORT * widest:
            if group:
                yield group
            yield [line]
            group = []
            continue
        group.append(line)
        if line.endswith(_STOPS) and len(line) < _SHORT * widest:
            yield group
            group = []
    if group:
        yield group
