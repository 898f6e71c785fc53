"""Plain text and Markdown as blocks."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from speciosa.claims._article import Block, BlockKind
from speciosa.claims._reading_html import html_blocks

_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")
_ITEM = re.compile(r"^\s{0,8}(?:[-*+•·▪●✓✔►→–]|\d{1,2}[.)])\s+(?=\S)")
_SIGNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^#{1,6}\s+\S",
        r"^\s{0,3}[-*+]\s+\S.*\n\s{0,3}[-*+]\s+\S",
        r"\*\*[^*\n]+\*\*",
        r"\[[^\]\n]+\]\([^)\s]+\)",
        r"^\|.*\|\s*\n\|[\s:|-]+\|",
        r"^>\s+\S",
    )
)
_ENOUGH = 2  # signs of Markdown that are no chance
_LIST = 3  # short lines in a row that are no headings
_HEADING_WORDS = 12
_ENDS = (".", "!", ",", ";", ":", "…")
_SPACE = re.compile(r"\s+")


def looks_like_markdown(text: str) -> bool:
    """Whether a text uses at least two of Markdown's marks, or begins with a heading of it."""
    return bool(re.match(r"\s*#\s+\S", text)) or sum(bool(sign.search(text)) for sign in _SIGNS) >= _ENOUGH


def one_space(text: str) -> str:
    """Text on one line, each run of white space one space."""
    return _SPACE.sub(" ", text).strip()


def from_plain(text: str) -> tuple[Block, ...]:
    """Paragraphs between empty lines; a short line without a full stop is a heading, a line with a bullet an item."""
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    blocks = [block for part in _PARAGRAPHS.split(unix) for block in lines_as_blocks(part.split("\n"))]
    return tuple(_runs_as_items(blocks))


def _runs_as_items(blocks: Sequence[Block]) -> Iterator[Block]:
    """Many short lines in a row are a list, such as a menu or an advert; a title may stand before them."""
    start = 0
    for heading, group in groupby(blocks, key=lambda block: block.kind is BlockKind.HEADING):
        run = list(group)
        listed = heading and len(run) >= _LIST
        for position, block in enumerate(run, start):
            yield replace(block, kind=BlockKind.ITEM, level=0) if listed and position > 0 else block
        start += len(run)


def lines_as_blocks(lines: Sequence[str], page: int | None = None) -> Iterator[Block]:
    """The blocks of lines that stand together."""
    running: list[str] = []
    item = False
    widest = max((len(line.rstrip()) for line in lines), default=0)
    for line in (*lines, None):
        begins_item = line is not None and bool(_ITEM.match(line))
        if running and (line is None or begins_item or _is_broken(running[-1], line, widest)):
            yield _block(one_space(" ".join(running)), item=item, alone=len(running) == 1, page=page)
            running, item = [], False
        if line is not None and line.strip():
            item = item or begins_item
            running.append(line)


def _is_broken(line: str, following: str, widest: int) -> bool:
    """Whether a line ends where its writer wanted: the next one begins large, and its first word had still fitted."""
    first = following.split(maxsplit=1)[0] if following.strip() else ""
    return len(line.rstrip()) + 1 + len(first) <= widest and first[:1].isupper()


def _block(text: str, *, item: bool, alone: bool, page: int | None) -> Block:
    if item:
        return Block(BlockKind.ITEM, text, page=page)
    if alone and is_heading(text):
        return Block(BlockKind.HEADING, text, level=2, page=page)
    return Block(BlockKind.PARAGRAPH, text, page=page)


def is_heading(text: str) -> bool:
    """Whether a line standing alone reads as a heading: short, begins large, no full stop."""
    words = text.split()
    return 0 < len(words) <= _HEADING_WORDS and not text.endswith(_ENDS) and (text[0].isupper() or text[0].isdigit())


def from_markdown(text: str) -> tuple[Block, ...]:
    """Blocks of CommonMark with tables; HTML within it is read as HTML."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return tuple(_markdown(tokens))


def _markdown(tokens: Sequence[Token]) -> Iterator[Block]:
    open_kinds: list[tuple[str, BlockKind, int]] = []
    cells: list[str] = []
    for token in tokens:
        stem = token.type.removesuffix("_open")
        if stem in _KINDS and token.nesting == 1:
            level = int(token.tag[1]) if stem == "heading" else 0
            open_kinds.append((stem, _KINDS[stem], level))
        elif token.type.endswith("_close") and token.type.removesuffix("_close") in _KINDS:
            stem, kind, _ = open_kinds.pop()
            if stem == "tr":
                yield Block(kind, " | ".join(cells))
                cells = []
        elif token.type == "inline":
            words = one_space(_inline(token))
            if open_kinds and open_kinds[-1][0] == "tr":
                cells.append(words)
            else:
                _, kind, level = open_kinds[-1] if open_kinds else ("", BlockKind.PARAGRAPH, 0)
                yield Block(kind, words, level)
        elif token.type in {"fence", "code_block"}:
            yield Block(BlockKind.PARAGRAPH, one_space(token.content))
        elif token.type == "html_block":
            yield from html_blocks(token.content)


_KINDS = {
    "heading": BlockKind.HEADING,
    "list_item": BlockKind.ITEM,
    "blockquote": BlockKind.QUOTE,
    "tr": BlockKind.ROW,
}


def _inline(token: Token) -> str:
    return "".join(
        " " if child.type in {"softbreak", "hardbreak", "html_inline"} else child.content
        for child in token.children or ()
    )
