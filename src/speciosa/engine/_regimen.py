"""Records of persons, and where the numbers come from that the records leave open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from speciosa.engine._operations import Source
from speciosa.engine._records import PersonRecords
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._model import Model

__all__ = ["CARRY", "KINDS", "Regimen", "sources"]

CARRY: Final = ("nocb", "locf")
"""Which value a covariate has between two records: that of the second (NONMEM's rule) or of the first."""
KINDS: Final = ("lag", "bioavailability", "rate", "duration")


@dataclass(frozen=True, eq=False)
class Regimen:
    """Everything that :meth:`~speciosa.engine.Dosing.from_records` was told.

    Attributes:
        people: the records of each person.
        given: per kind of number: the source for each compartment, ``*`` for all others.
        covariates: the varied parameter that a column sets; None for columns with the name of one.
        carry: ``nocb`` or ``locf``.
    """

    people: tuple[PersonRecords, ...]
    given: Mapping[str, Mapping[str, Source]]
    covariates: Mapping[str, str] | None
    carry: str

    @property
    def names(self) -> tuple[str, ...]:
        """The IDs; nothing where the records have none."""
        return tuple(person.name for person in self.people) if self.people[0].name else ()

    @property
    def is_plain(self) -> bool:
        """Whether these are boluses and infusions at their times and nothing else."""
        (first, *others) = self.people
        return not (
            others
            or first.name
            or any(self.given.values())
            or self.covariates
            or (first.event != 1).any()
            or first.steady.any()
            or (first.rate < 0).any()
            or (first.time < 0).any()
            or any(np.nan_to_num(column).any() for column in first.columns.values())
        )

    def sources_for(self, persons: int) -> Mapping[str, Mapping[str, Source]]:
        """The given sources, if arrays among them are for so many persons."""
        for kind, sources in self.given.items():
            for name, source in sources.items():
                if isinstance(source, np.ndarray) and source.ndim and len(source) != persons:
                    raise EngineError(
                        f"The {kind} of {name!r} is given for {len(source)} persons; expected one or {persons}."
                    )
        return self.given

    def covariates_of(self, vary: Sequence[str], model: Model) -> dict[str, str]:
        """The varied parameter that each covariate column sets; every column must have a meaning."""
        columns = self.people[0].columns
        chosen = dict(self.covariates or {})
        if self.covariates is None:
            chosen = {name: name for name in columns if name in vary}
        for column, name in chosen.items():
            if column not in columns:
                raise EngineError(f"The records have no column {column!r}, which was to be the covariate {name!r}.")
            if name not in vary:
                raise EngineError(f"The covariate {name!r} is not varied in this kernel; it varies {tuple(vary)}.")
            if name in model.states:
                raise EngineError(f"The covariate {name!r} is a state, which follows from the model between records.")
        named = {source for sources in self.given.values() for source in sources.values() if isinstance(source, str)}
        modelled = {f"{letter}{number + 1}" for letter in "RD" for number in range(len(model.states))}
        for column in columns:
            used = any(np.nan_to_num(person.columns[column]).any() for person in self.people)
            if used and column not in {*chosen, *named, *modelled}:
                raise EngineError(
                    f"The column {column!r} of the records is no field of NONMEM, no varied parameter and no lag, "
                    "bioavailability, rate or duration; name it in ignore."
                )
        return chosen

    def places(self, states: Sequence[str], numbered: Sequence[str]) -> dict[str, int]:
        """The state that a CMT means: an id, or a number from 1 in the order of ``numbered``."""
        places = {name: index for index, name in enumerate(states)}
        for number, name in enumerate(numbered, start=1):
            places.setdefault(str(number), places[name])
        known = ", ".join(numbered)
        wanted = [(f"CMT of dosing record {p.number[i]}", p.compartment[i]) for p in self.people for i in p.doses]
        wanted += [(f"A {kind}", name) for kind, found in self.given.items() for name in found if name != "*"]
        for where, name in wanted:
            if name not in places:
                raise EngineError(
                    f"The dose compartment {name!r} is no state of the model; there are {known}. ({where})"
                )
        return places


def sources(given: object, kind: str) -> dict[str, Source]:
    """What the caller gives for a kind of number → the source of each compartment."""
    if given is None:
        return {}
    items = given.items() if isinstance(given, Mapping) else [("*", given)]
    return {str(name): _source(value, kind) for name, value in items}


def _source(value: object, kind: str) -> Source:
    if isinstance(value, str):
        return value
    try:
        numbers = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise EngineError(f"The {kind} is {str(value)[:60]!r}; expected numbers, or a name.") from None
    if numbers.ndim > 1:
        raise EngineError(f"The {kind} has the shape {numbers.shape}; expected a number or one per person.")
    if numbers.ndim == 0 and not (np.isfinite(numbers) and numbers >= 0):
        raise EngineError(f"The {kind} is {float(numbers):g}; expected 0 or more.")
    return numbers
