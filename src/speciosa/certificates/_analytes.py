"""Names of what laboratories measure: the declared table ``analytes.yaml`` and how a printed name finds its entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import yaml
from rapidfuzz import fuzz, process

from speciosa.border import one_line
from speciosa.certificates._units import unit_of

NEAR = 93.0  # in per cent of agreeing letters: one slip of the pen in a word of fourteen letters
SHORTEST = 8  # shorter names differ by one letter from other names too easily
APART = 3.0  # the next best name must be this much worse


@dataclass(frozen=True)
class Analyte:
    """A declared analyte.

    Attributes:
        name: its name in Speciosa.
        kind: ``alkaloid``, ``sum``, ``metal``, ``microbe``, ``mycotoxin``, ``residual solvent`` or ``physical``.
    """

    name: str
    kind: str


@dataclass(frozen=True)
class Match:
    """How a printed name was understood.

    Attributes:
        analyte: the declared analyte; ``None`` when the name is unknown and stays as printed.
        how: empty when the name stands in the table; otherwise the near miss in words.
    """

    analyte: Analyte | None
    how: str = ""


@cache
def analytes() -> Mapping[str, Analyte]:
    """All declared analytes, by the key of each of their names."""
    text = (resources.files("speciosa.certificates") / "analytes.yaml").read_text(encoding="utf-8")
    table: dict[str, Analyte] = {}
    for kind, entries in yaml.safe_load(text).items():
        for name, others in entries.items():
            analyte = Analyte(name, kind)
            for word in (name, *others):
                if table.setdefault(key(word), analyte) != analyte:
                    raise AssertionError(f"{word!r} names two analytes in analytes.yaml")
    return MappingProxyType(table)


def names(kind: str) -> tuple[str, ...]:
    """The declared names of one kind, in the order of the table."""
    return tuple(dict.fromkeys(a.name for a in analytes().values() if a.kind == kind))


def find(printed: str) -> Match:
    """The analyte that a printed name means.

    A name in brackets behind another counts only when both mean the same (``Lead (Pb)``) or when the brackets hold a
    unit. A near miss is accepted when its digits agree and no other analyte is almost as close, and it is marked.
    """
    table = analytes()
    exact = table.get(key(printed)) or _without_brackets(printed)
    if exact is not None:
        return Match(exact)
    word = key(one_line(printed))
    if not SHORTEST <= len(word) <= 80:
        return Match(None)
    best = process.extract(word, [k for k in table if _digits(k) == _digits(word)], scorer=fuzz.ratio, limit=8)
    close = [(table[k], score) for k, score, _ in best if score >= NEAR - APART]
    if not close or close[0][1] < NEAR or any(analyte != close[0][0] for analyte, _ in close):
        return Match(None)
    analyte, score = close[0]
    return Match(analyte, f"{printed!r} read as {analyte.name}, {score:.0f} % of the letters agree")


def key(name: str) -> str:
    """A name as it is compared: letters and digits only, without case."""
    return re.sub(r"[\W_]+", "", name.replace("α", "alpha").casefold())


def _without_brackets(printed: str) -> Analyte | None:
    found = re.fullmatch(r"\s*(.+?)\s*[(\[]([^()\[\]]+)[)\]]\s*", printed)
    if found is None:
        return None
    outside, inside = (analytes().get(key(part)) for part in found.groups())
    says_a_unit = unit_of(found.group(2)) is not None
    return outside if outside is not None and (inside == outside or says_a_unit) else None


def _digits(word: str) -> str:
    return re.sub(r"\D", "", word)
