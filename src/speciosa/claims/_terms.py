"""Terms of the vocabulary as patterns: ``*`` stands for any letters, ``..`` for up to four words, ``|`` for or."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import yaml

Span = tuple[int, int]

_SAME_LENGTH = str.maketrans("’‘‛`´“”–—‑\u00a0", "'''''\"\"--- ")
_GAP = r"(?:\W+[\w'-]+){0,4}?\W+"


def plain(text: str) -> str:
    """The text as terms see it: lower case, straight quotes; every character where it was."""
    lowered = text.translate(_SAME_LENGTH)
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in lowered)


@cache
def pattern(terms: str) -> re.Pattern[str]:
    """One pattern for terms parted by ``|``; the longest fitting term wins."""
    one_by_one = sorted((term.strip() for term in terms.split("|") if term.strip()), key=len, reverse=True)
    return re.compile(rf"(?<![\w])(?:{'|'.join(map(_term, one_by_one))})(?![\w])")


def spans(terms: str, text: str) -> list[Span]:
    """Where any of the terms stands in a plain text."""
    return [found.span() for found in pattern(terms).finditer(text)]


@cache
def declared(name: str) -> Mapping[str, str]:
    """The word lists of one of this room's YAML files, by name."""
    raw = yaml.safe_load((resources.files("speciosa.claims") / f"{name}.yaml").read_text(encoding="utf-8"))
    return {key: str(terms) for key, terms in raw.items()}


def _term(term: str) -> str:
    if term == "n't":
        return r"\w+n't"
    return _GAP.join(_words(part.strip()) for part in term.split(".."))


def _words(term: str) -> str:
    pieces = [r"\w*".join(map(re.escape, word.split("*"))) for word in re.split(r"[\s-]+", term) if word]
    return r"[\s-]*".join(pieces) if _SHORT.match(term) else r"[\s-]+".join(pieces)


_SHORT = re.compile(r"^7[\s-]")  # 7-OH is written with and without a hyphen
