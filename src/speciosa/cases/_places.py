"""Where a person lives: names and codes of countries, states, counties and cities that the tables of laws know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from speciosa import knowledge
from speciosa.border import nearest

_EVERYDAY = {"usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "uk": "GB", "turkey": "TR"}
_STATES = frozenset({"state", "district", "territory"})
_SURE_SLIP = 85.0  # a city this close to one of the table is a slip of the pen, not another city


class UnknownPlaceError(ValueError):
    """A place is not known; its message completes "expected …"."""


@dataclass(frozen=True)
class Place:
    """A place that was found.

    Attributes:
        iso: ISO 3166 code of the country or the state.
        locality: county or city, where one was named.
    """

    iso: str
    locality: str | None = None


@dataclass(frozen=True)
class _Gazetteer:
    """Codes by name and by code; names of local places by state."""

    countries: Mapping[str, str]
    states: Mapping[str, str]
    local: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...]


def find_place(text: str) -> Place:
    """The place that a text names: ``DE``, ``US-CO``, ``Colorado``, or ``Denver, Colorado``.

    A county or city needs its state, because their names repeat; one that the tables do not know is kept as entered.

    Raises:
        UnknownPlaceError: no such place, or a city without its state.
    """
    book = _gazetteer()
    head, comma, tail = (part.strip() for part in text.rpartition(","))
    whole = _code(text, book)
    if whole is not None:
        return Place(whole)
    state = _state(tail, book) if comma else None
    if state is not None and head:
        return Place(state, _locality(head, state, book))
    homes = [iso for iso, found in book.local.items() if _bare(text) in {_bare(name) for name in found}]
    if homes:
        named = " or ".join(f"`{text.strip()}, {iso}`" for iso in homes)
        raise UnknownPlaceError(f"the state behind a county or city, such as {named}")
    bare_state = _state(text, book)
    if bare_state is not None:
        raise UnknownPlaceError(f"a code that names the country too: `{bare_state}`")
    close = nearest(text, book.names, count=3, cutoff=70)
    hint = f"perhaps {' or '.join(close)}" if close else "such as `US-CO`, `Colorado` or `DE`"
    raise UnknownPlaceError(f"a country or US state of the law tables, {hint}; leave the field out for any other place")


def _code(text: str, book: _Gazetteer) -> str | None:
    word = _bare(text)
    return book.countries.get(word) or book.states.get(word) or _EVERYDAY.get(text.strip().casefold())


def _state(text: str, book: _Gazetteer) -> str | None:
    """After a city, ``CO`` is Colorado; standing alone it would be Colombia."""
    return book.states.get(_bare(text)) or book.states.get(_bare(f"US-{text}"))


def _locality(name: str, state: str, book: _Gazetteer) -> str:
    known = book.local.get(state, ())
    same = [local for local in known if _bare(local) == _bare(name)]
    if same:
        return same[0]
    close = nearest(name, known, count=1, cutoff=_SURE_SLIP)
    if close and abs(len(close[0]) - len(name)) <= 2:
        raise UnknownPlaceError(f"a county or city as it is spelled; perhaps `{close[0]}, {state}`")
    return name


@cache
def _gazetteer() -> _Gazetteer:
    known = knowledge.load()
    countries: dict[str, str] = {}
    states: dict[str, str] = {}
    local: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    for row in known.table("countries"):
        if row.iso:
            countries[_bare(row.iso)] = countries[_bare(row.name)] = row.iso
            names[row.name] = names[row.iso] = row.iso
    for row in known.table("us_states"):
        if row.level in _STATES and row.iso:
            states[_bare(row.iso)] = states[_bare(row.name)] = row.iso
            names[row.name] = names[row.iso] = row.iso
        elif row.parent and row.level in {"county", "city"}:
            local[row.parent] = (*local.get(row.parent, ()), row.name)
    return _Gazetteer(MappingProxyType(countries), MappingProxyType(states), MappingProxyType(local), tuple(names))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
