"""Which condition of the table a person means: by code, by phrase, by a near miss."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from speciosa import knowledge
from speciosa.checks._declared import declared
from speciosa.checks._rows import ConditionRow
from speciosa.knowledge import plain

SURE = 88.0  # of 100; phrases, not names of medicines: a wrong reading is shown and harmless
SHORTEST_NEAR = 6
_CODE = re.compile(r"[A-Z]\d{2}(?:\.\d{1,3})?")


@dataclass(frozen=True)
class Ailment:
    """What one entry was read as.

    Attributes:
        entered: as the person wrote it.
        conditions: names of the table; none when it is not in it.
        read_as: the phrase that matched when the match was not exact.
    """

    entered: str
    conditions: tuple[str, ...]
    read_as: str | None = None


def read(entered: Iterable[str]) -> tuple[Ailment, ...]:
    """Every entry; those that say that there is nothing are left out."""
    nothing = {plain(str(word)) for word in declared("conditions")["nothing"]}
    return tuple(_read(text) for text in entered if plain(text) not in nothing)


def rows(condition: str) -> tuple[ConditionRow, ...]:
    """The rows of one condition."""
    return knowledge.load().find("conditions", condition=condition)


def _read(entered: str) -> Ailment:
    by_code = tuple(dict.fromkeys(_by_code(entered)))
    if by_code:
        return Ailment(entered, by_code)
    text = plain(entered)
    found = tuple(dict.fromkeys(_phrases()[phrase] for phrase in _inside(text)))
    if found:
        return Ailment(entered, found)
    if len(text) >= SHORTEST_NEAR:
        near = process.extractOne(text, _phrases().keys(), scorer=fuzz.ratio, score_cutoff=SURE)
        if near is not None:
            return Ailment(entered, (_phrases()[near[0]],), near[0])
    return Ailment(entered, ())


def _inside(text: str) -> Iterator[str]:
    """Phrases that stand in the text as whole words, the longest first; a shorter one within is not said again."""
    left = f" {text} "
    for phrase in sorted(_phrases(), key=len, reverse=True):
        if f" {phrase} " in left:
            yield phrase
            left = left.replace(f" {phrase} ", " | ")


@cache
def _phrases() -> dict[str, str]:
    names = {row.condition for row in knowledge.load().table("conditions")}
    phrases = {plain(name): name for name in sorted(names)}
    for name, others in declared("conditions")["also_called"].items():
        phrases |= {plain(other): name for other in others}
    return phrases


def _by_code(entered: str) -> Iterator[str]:
    """Conditions whose ICD-10 codes or ranges hold a code that was entered."""
    for code in _CODE.findall(entered.upper()):
        for row in knowledge.load().table("conditions"):
            if any(_holds(span, code) for span in (row.icd10 or "").split(";") if span):
                yield row.condition


def _holds(span: str, code: str) -> bool:
    first, _, last = span.partition("-")
    if not last:
        return code == first or code.startswith(f"{first}." if "." not in first else first)
    return first[:3] <= code[:3] <= last[:3]
