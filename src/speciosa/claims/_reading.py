"""From the bytes of a file to an article: which format it is, whether it is a text at all, and in which language."""

import hashlib
import re
import sys
from functools import cache
from importlib import resources
from pathlib import Path
from typing import BinaryIO

import yaml

from speciosa.border import one_line, read_bytes
from speciosa.claims._article import Article, Block, BlockKind
from speciosa.claims._reading_html import from_archive, from_html, is_archive, looks_like_html
from speciosa.claims._reading_pdf import from_pdf
from speciosa.claims._reading_text import from_markdown, from_plain, looks_like_markdown
from speciosa.errors import ArticleError

STANDARD_INPUT = "-"
LARGEST = 10_000_000  # bytes; a saved page with everything in it has about a tenth
LONGEST = 120_000  # words, a long book
_BLOCKS = 20_000
_TITLE = 100
_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_ENOUGH = 25  # words below which a language cannot be told
_CLEARLY = 1.5  # so much more of another language's small words than of English ones


def read_article(path: Path | str, *, stream: BinaryIO | None = None) -> Article:
    """A text from a file, or from standard input for ``-``.

    Args:
        path: plain text, Markdown, saved HTML or MHTML, or PDF; what is inside decides, not the ending alone.
        stream: read instead of standard input where ``path`` is ``-``.

    Raises:
        ArticleError: no such file, too large, empty, not a text, or not in English.
    """
    if str(path) == STANDARD_INPUT:
        content = (stream or sys.stdin.buffer).read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ArticleError("standard input", f"{len(content):,} bytes", f"at most {LARGEST / 1e6:g} MB")
        return article_of(content, STANDARD_INPUT)
    found = Path(path)
    return article_of(read_bytes(found, LARGEST, ArticleError), found.name, found.suffix.lower())


def article_of(content: bytes, file: str = STANDARD_INPUT, suffix: str = "") -> Article:
    """A text from its bytes.

    Args:
        content: what was read.
        file: the name to call it by.
        suffix: ending of the name; it decides between Markdown and plain text only.

    Raises:
        ArticleError: empty, not a text, or not in English.
    """
    where = one_line(file)
    if not content.strip():
        raise ArticleError("the text", "empty", "a text to read", where=where)
    kind, blocks = _blocks(content, suffix, where)
    blocks = tuple(block for block in blocks if block.text)
    if not blocks:
        raise ArticleError("the text", "without a word", "a text to read", where=where)
    words = sum(len(block.text.split()) for block in blocks)
    if words > LONGEST or len(blocks) > _BLOCKS:
        raise ArticleError("the text", f"{words:,} words", f"at most {LONGEST:,} words", where=where)
    _must_be_english(blocks, where)
    return Article(blocks, _title(blocks), kind, file, hashlib.sha256(content).hexdigest())


def _blocks(content: bytes, suffix: str, where: str) -> tuple[str, tuple[Block, ...]]:
    if content.lstrip()[:5] == b"%PDF-":
        return "pdf", from_pdf(content, where)
    if is_archive(content):
        return "html", from_archive(content, where)
    head = content[:4000]
    if _CONTROL.search(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleError("the file", "binary", "plain text, Markdown, a saved web page or a PDF", where=where)
    if looks_like_html(head):
        return "html", from_html(content, where)
    text = _text(content, where)
    if suffix in _MARKDOWN or (suffix != ".txt" and looks_like_markdown(text)):
        return "markdown", from_markdown(text)
    return "plain", from_plain(text)


def _text(content: bytes, where: str) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ArticleError("the file", "bytes that are no text", "text saved as UTF-8", where=where)


def _title(blocks: tuple[Block, ...]) -> str:
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    best = min(headings, key=lambda block: block.level) if headings else blocks[0]
    return best.text if len(best.text) <= _TITLE else best.text[: _TITLE - 1].rstrip() + "…"


def _must_be_english(blocks: tuple[Block, ...], where: str) -> None:
    text = " ".join(block.text for block in blocks)[:50_000]
    letters = [c for c in text if c.isalpha()]
    if letters and sum(bool(_LATIN.match(c)) for c in letters) < len(letters) / 2:
        raise ArticleError("the language", "not in Latin letters", "a text in English", where=where)
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _ENOUGH:
        return
    shares = {name: sum(word in small for word in words) / len(words) for name, small in _small_words().items()}
    likest = max(shares, key=lambda name: shares[name])
    if likest != "English" and shares[likest] > _CLEARLY * shares["English"]:
        remedy = "a text in English; other languages are not read, and guessing would be worse than saying so"
        raise ArticleError("the language", f"{likest}, it seems", remedy, where=where)


@cache
def _small_words() -> dict[str, frozenset[str]]:
    raw = yaml.safe_load((resources.files("speciosa.claims") / "languages.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in raw.items()}
