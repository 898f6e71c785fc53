"""Which substance a person means: by id, name, synonym or brand; near misses only when they are clearly one thing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._declared import declared
from speciosa.checks._rows import Substance

_BRACKET = re.compile(r"\(([^)]*)\)")
_NUMBER = re.compile(r"\b\d+(?:[.,]\d+)?(?:mg|mcg|ug|µg|g|ml|iu|h)?\b")
_STRENGTH = re.compile(r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|ug|µg|g|ml|iu|h|%)(?![a-z])")
SHORTEST_WITHIN = 5  # shorter names, such as SAMe or MP, must be the whole entry
ONE_LETTER, TWO_LETTERS = 6, 9  # lengths from which one and two wrong letters are forgiven
APART = 2  # the next substance must be so many letters further away


@dataclass(frozen=True)
class Resolved:
    """What one entry was read as.

    Attributes:
        entered: as the person wrote it.
        substances: what it is; several for a combination, none when it is not in our tables.
        read_as: the name that matched when the match was not exact, else ``None``.
        combination: whether the name stands for a combination of which we may know only a part.
    """

    entered: str
    substances: tuple[Substance, ...]
    read_as: str | None = None
    combination: bool = False


@dataclass(frozen=True)
class _Name:
    """One name in the index."""

    ids: tuple[str, ...]
    combination: bool


def resolve(entered: str) -> Resolved:
    """Read one entry: exactly, then by its words, then with a wrong letter or two when only one thing is near."""
    for text in _readings(entered):
        if text in _index():
            return _resolved(entered, [text], near=False)
    bare = _bare(entered)
    words = bare.split()
    if set(words) & set(declared("medicines")["not_the_same"]):
        return Resolved(entered, ())
    inside = list(_inside(words))
    if inside:
        return _resolved(entered, inside, near=False)
    near = next((name for text in (bare, *words) for name in _near(text)), None)
    return _resolved(entered, [near], near=True) if near else Resolved(entered, ())


def taken(case: Case) -> tuple[str, ...]:
    """Ids of the medicines on a case's list, as in ``substances``."""
    found = (substance.id for medicine in case.person.medicines for substance in resolve(medicine.name).substances)
    return tuple(dict.fromkeys(found))


def alike(entered: str, most: int = 5) -> tuple[str, ...]:
    """Names of substances that are spelt most like an entry that could not be read."""
    rows = {row.id: row.name for row in knowledge.load().table("substances")}
    found = process.extract(_bare(entered), list(_index()), scorer=fuzz.ratio, score_cutoff=60, limit=4 * most)
    names = dict.fromkeys(rows[key] for name, _, _ in found for key in _index()[name].ids)
    return tuple(names)[:most]


def plain(text: str) -> str:
    """Lower case, apostrophes and signs gone, words parted by one space."""
    text = text.lower().replace("’", "").replace("'", "")
    return " ".join(re.sub(r"[^a-z0-9µ+]+", " ", text).split())


def _readings(entered: str) -> Iterator[str]:
    """The whole entry, then with less and less of strengths, forms and habits: some names hold such words themselves.

    ``"Sodium oxybate 4.5 g at night"`` must stay sodium oxybate, ``"Sertraline HCl 100 mg"`` become sertraline.
    """
    noise = set(declared("medicines")["noise"])
    yield plain(entered)
    words = plain(_STRENGTH.sub(" ", entered.lower())).split()
    yield " ".join(words)
    while words and words[-1] in noise:
        words.pop()
        yield " ".join(words)
    while words and words[0] in noise:
        words.pop(0)
    yield " ".join(words)
    yield _bare(entered)


def _bare(entered: str) -> str:
    """The entry without any number and any word that is no part of a name."""
    noise = set(declared("medicines")["noise"])
    return " ".join(w for w in _NUMBER.sub(" ", plain(entered)).split() if w not in noise)


def _resolved(entered: str, names: list[str], *, near: bool) -> Resolved:
    found = [_index()[name] for name in names]
    ids = dict.fromkeys(key for name in found for key in name.ids)
    substances = tuple(knowledge.load().row(f"substances:{key}") for key in ids)
    alone = any(name.combination for name in found) and len(ids) == 1
    return Resolved(entered, substances, names[0] if near else None, combination=alone)


def _inside(words: list[str]) -> Iterator[str]:
    """Names that stand as whole words in the entry, longest first, no word used twice."""
    used: set[int] = set()
    short = set(declared("medicines")["short"])
    for size in range(len(words), 0, -1):
        for start in range(len(words) - size + 1):
            places = set(range(start, start + size))
            name = " ".join(words[start : start + size])
            clear = len(name) >= SHORTEST_WITHIN or name in short
            if clear and name in _index() and not places & used:
                used |= places
                yield name


def _near(text: str) -> Iterator[str]:
    """The only name within one or two letters, if there is one."""
    if len(text) < ONE_LETTER:
        return
    names = [name for name in _index() if len(name) >= SHORTEST_WITHIN]
    found = process.extract(text, names, scorer=OSA.distance, score_cutoff=2 + APART, limit=None)
    if not found:
        return
    name, distance, _ = min(found, key=lambda hit: (hit[1], hit[0]))
    shorter = min(len(name), len(text))
    allowed = 2 if shorter >= TWO_LETTERS else 1 if shorter >= ONE_LETTER - 1 else 0
    others = [hit[1] for hit in found if _index()[hit[0]].ids != _index()[name].ids]
    if distance <= allowed and all(other >= distance + APART for other in others):
        yield name


@cache
def _index() -> dict[str, _Name]:
    """Every name of every substance: id, name, synonyms, brands, and what this room declares."""
    gathered: dict[str, list[tuple[str, bool]]] = {}
    rows: tuple[Substance, ...] = knowledge.load().table("substances")
    known = {plain(row.name): row.id for row in rows}
    for row in rows:
        for name in (row.id.replace("_", " "), row.name):
            gathered.setdefault(plain(name), []).append((row.id, False))
        for synonym in row.synonyms.split(";"):
            for name, also, combination in _synonym(synonym):
                ids = [row.id, known[also]] if also in known else [row.id]
                gathered.setdefault(name, []).extend((key, combination) for key in ids)
    for name, key in declared("medicines")["also_called"].items():
        gathered.setdefault(plain(name), []).append((key, False))
    return {
        name: _Name(tuple(dict.fromkeys(key for key, _ in found)), any(c for _, c in found))
        for name, found in gathered.items()
        if name
    }


def _synonym(text: str) -> Iterator[tuple[str, str, bool]]:
    """Name, second ingredient (or ``""``) and whether it is a combination, from one entry of ``synonyms``.

    ``Suboxone (with naloxone)`` names a second ingredient; ``Norco (combination)`` an unnamed one;
    ``armodafinil (Nuvigil)`` a brand of the name before it.
    """
    inside = _BRACKET.search(text)
    name = plain(_BRACKET.sub(" ", text))
    if inside is None:
        yield name, "", False
        return
    word = plain(inside[1])
    if word.startswith("with "):
        yield name, word.removeprefix("with "), True
    elif word == "combination":
        yield name, "", True
    else:
        yield name, "", False
        yield word, "", False
