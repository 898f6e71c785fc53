"""A saved web page as blocks: what the page says, without menus, scripts and notices of cookies."""

import email
import email.policy
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from speciosa.claims._article import Block, BlockKind
from speciosa.errors import ArticleError

_DROPPED = frozenset(
    {"script", "style", "nav", "footer", "aside", "form", "noscript", "template", "svg", "iframe", "button", "head"}
)
_MARKED = re.compile(
    r"cookie|consent|gdpr|newsletter|breadcrumb|share-|social|sidebar|site-footer|site-nav|menu|popup|modal|"
    r"related-posts|skip-link",
    re.IGNORECASE,
)
_KEPT = frozenset({"html", "body", "main", "article"})  # a mark on these describes the page, not a part to drop
_KINDS = {
    **{f"h{level}": BlockKind.HEADING for level in range(1, 7)},
    "li": BlockKind.ITEM,
    "dd": BlockKind.ITEM,
    "dt": BlockKind.ITEM,
    "tr": BlockKind.ROW,
    "blockquote": BlockKind.QUOTE,
}
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "data", "del", "em", "font", "i", "ins", "kbd", "label", "mark", "q",
     "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)  # fmt: skip
_SPACE = re.compile(r"\s+")
_ARCHIVE = re.compile(rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.IGNORECASE)


def looks_like_html(head: bytes) -> bool:
    """Whether the beginning of a file is a web page."""
    return bool(re.search(rb"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<article[\s>]", head, re.IGNORECASE))


def is_archive(content: bytes) -> bool:
    """Whether a file is a page saved as one archive (MHTML)."""
    return bool(_ARCHIVE.match(content[:4000].replace(b"\r\n", b"\n")))


def from_archive(content: bytes, where: str) -> tuple[Block, ...]:
    """The page within an archive.

    Raises:
        ArticleError: no page in it.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if isinstance(page, bytes):
                return from_html(page, where)
    raise ArticleError("the archive", "without a web page", "a page saved as HTML or MHTML", where=where)


def from_html(content: bytes, where: str) -> tuple[Block, ...]:
    """The blocks of a page.

    Raises:
        ArticleError: nested beyond what a page needs.
    """
    try:
        return tuple(html_blocks(content))
    except RecursionError:
        raise ArticleError("the page", "nested without end", "a page that a browser saved", where=where) from None


def html_blocks(content: bytes | str) -> Iterator[Block]:
    """The blocks of a page or of a piece of HTML."""
    soup = BeautifulSoup(content, "html.parser")
    root = _body_of(soup)
    for element in root.find_all(_is_dropped):
        element.extract()
    yield from _Walk().blocks(root)


def _body_of(soup: BeautifulSoup) -> Tag:
    """The article of a page where it is marked as such and holds most of the paragraphs; the whole body otherwise."""
    body = soup.body or soup
    paragraphs = len(body.find_all("p"))
    for name in ("article", "main"):
        marked = body.find_all(name)
        if len(marked) == 1 and len(marked[0].find_all("p")) > paragraphs / 2:
            return marked[0]
    return body


def _is_dropped(element: Tag) -> bool:
    if element.name in _DROPPED:
        return True
    if element.name in _KEPT or element.find(["h1", "main", "article"]) is not None:
        return False
    marks = " ".join(str(mark) for name in ("class", "id", "role") for mark in element.get_attribute_list(name))
    hidden = element.has_attr("hidden") or "display:none" in str(element.get("style", "")).replace(" ", "")
    return hidden or bool(_MARKED.search(marks)) or element.get("role") in {"navigation", "contentinfo", "dialog"}


class _Walk:
    """Gathers words until a block begins or ends."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def blocks(self, element: Tag, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> Iterator[Block]:
        for child in element.children:
            if isinstance(child, NavigableString):
                if not isinstance(child, PreformattedString):  # comments, doctypes
                    self._words.append(str(child))
            elif isinstance(child, Tag):
                yield from self._element(child, kind, level)

    def _element(self, child: Tag, kind: BlockKind, level: int) -> Iterator[Block]:
        if child.name in _INLINE:
            yield from self.blocks(child, kind, level)
        elif child.name in {"br", "hr"}:
            yield from self._flush(kind, level) if child.name == "hr" or self._twice() else ()
            self._words.append("\n")
        elif child.name == "img":
            self._words.append(f" {child.get('alt') or ''} ")
        elif child.name in {"td", "th"} and kind is BlockKind.ROW:
            self._words.append(" | " if "".join(self._words).strip() else "")
            self._words.append(child.get_text(" "))
        else:
            yield from self._flush(kind, level)
            own = _KINDS.get(child.name, kind)
            depth = int(child.name[1]) if own is BlockKind.HEADING and child.name in _KINDS else level
            yield from self.blocks(child, own, depth)
            yield from self._flush(own, depth)

    def _twice(self) -> bool:
        return bool(self._words) and self._words[-1] == "\n"

    def _flush(self, kind: BlockKind, level: int) -> Iterator[Block]:
        text = _SPACE.sub(" ", "".join(self._words)).strip()
        self._words = []
        if text:
            yield Block(kind, text, level)
