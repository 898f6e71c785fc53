"""NONMEM event records → the records of each person, checked field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import EngineError

__all__ = ["FIELDS", "PersonRecords", "read_records"]

FIELDS: Final = frozenset({"ID", "TIME", "EVID", "AMT", "CMT", "RATE", "II", "ADDL", "SS", "DV", "MDV"})
"""Columns that mean something by themselves; DV is not read."""
_MOST_DOSES = 1_000_000


@dataclass(frozen=True, eq=False)
class PersonRecords:
    """The records of one person in their order; every array has the shape (r,).

    Attributes:
        name: the ID, empty where the records have none.
        number: the number of each record among all, from 1, for messages.
        time: time, ascending.
        event: EVID: 0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose.
        amount: AMT.
        compartment: CMT as text, empty where it is missing.
        rate: RATE; -1 and -2 for a modelled rate and duration.
        interval: II.
        additional: ADDL.
        steady: SS: 0, 1, 2 or 3.
        columns: whatever else the records hold; NaN where a cell is missing.
    """

    name: str
    number: NDArray[np.int64]
    time: NDArray[np.float64]
    event: NDArray[np.int64]
    amount: NDArray[np.float64]
    compartment: tuple[str, ...]
    rate: NDArray[np.float64]
    interval: NDArray[np.float64]
    additional: NDArray[np.int64]
    steady: NDArray[np.int64]
    columns: dict[str, NDArray[np.float64]]

    @property
    def doses(self) -> NDArray[np.int64]:
        """The places of the dose records."""
        return np.flatnonzero((self.event == 1) | (self.event == 4))


def read_records(records: object, rename: Mapping[str, str], ignore: Iterable[str]) -> tuple[PersonRecords, ...]:
    """Records by person.

    Args:
        records: a mapping of columns; a table with ``columns`` (pandas, polars); or mappings, one per record.
        rename: the column in which a field stands, where it is called otherwise.
        ignore: columns that are not read.

    Raises:
        EngineError: a field has a value that NONMEM does not know, by field and record.
    """
    table = _named(_columns(records), rename, set(ignore))
    if not table:
        return ()
    count = len(next(iter(table.values())))
    ids = _ids(table, count)
    numbers = {name: _numbers(table.get(name), name, count) for name in ("TIME", "AMT", "RATE", "II", "ADDL", "SS")}
    filled = {name: np.where(np.isnan(column), 0.0, column) for name, column in numbers.items()}
    _whole(filled)
    events = _events(table, filled, count)
    compartments = [_compartment(value) for value in table.get("CMT", [None] * count)]
    others = {name: _numbers(column, name, count) for name, column in table.items() if name not in FIELDS}
    people = []
    for start, stop in _blocks(ids):
        part = slice(start, stop)
        people.append(
            PersonRecords(
                name=ids[start],
                number=np.arange(start, stop) + 1,
                time=filled["TIME"][part],
                event=events[part],
                amount=filled["AMT"][part],
                compartment=tuple(compartments[part]),
                rate=filled["RATE"][part],
                interval=filled["II"][part],
                additional=filled["ADDL"][part].astype(np.int64),
                steady=filled["SS"][part].astype(np.int64),
                columns={name: column[part] for name, column in others.items()},
            )
        )
        _check(people[-1])
    return tuple(people)


# -- tables of any kind


def _columns(records: object) -> dict[str, Sequence[Any]]:
    if isinstance(records, Mapping):
        sized = {
            str(name): column
            if hasattr(column, "__len__") and not isinstance(column, str) and np.ndim(column)
            else [column]
            for name, column in records.items()
        }
        count = max(map(len, sized.values()), default=0)
        table = {name: list(column) * count if len(column) == 1 else column for name, column in sized.items()}
    elif hasattr(records, "columns") and hasattr(records, "__getitem__"):
        table = {str(name): list(records[name]) for name in records.columns}
    elif isinstance(records, Iterable):
        rows = list(records)
        if not all(isinstance(row, Mapping) for row in rows):
            raise EngineError("The records are neither columns nor mappings; expected a table or one mapping a record.")
        names = dict.fromkeys(str(name) for row in rows for name in row)
        table = {name: [row.get(name) for row in rows] for name in names}
    else:
        raise EngineError(f"The records are {str(records)[:60]!r}; expected a table or one mapping a record.")
    if len({len(column) for column in table.values()}) > 1:
        sizes = ", ".join(f"{name} {len(column)}" for name, column in table.items())
        raise EngineError(f"The columns of the records differ in length ({sizes}); expected one value a record.")
    return table


def _named(table: dict[str, Sequence[Any]], rename: Mapping[str, str], ignore: set[str]) -> dict[str, Sequence[Any]]:
    """Fields by their NONMEM name, in whatever case they were written; other columns as they are called."""
    fields = {}
    for field, column in rename.items():
        if column not in table:
            raise EngineError(f"The records have no column {column!r}, which was to be {field}.")
        fields[column] = field.upper()
    named: dict[str, Sequence[Any]] = {}
    for column, values in table.items():
        name = fields.get(column, column.upper() if column.upper() in FIELDS else column)
        if column in ignore or name == "DV":
            continue
        if name in named:  # records that differ in the case of a field
            values = [b if _is_missing(a) else a for a, b in zip(named[name], values, strict=True)]  # noqa: PLW2901
        named[name] = values
    return named


def _is_missing(value: object) -> bool:
    if value is None or (isinstance(value, str) and value.strip() in {"", "."}):
        return True
    try:
        return bool(value != value)  # noqa: PLR0124 - NaN
    except TypeError:  # pandas.NA is neither equal nor unequal to itself
        return True


def _numbers(column: Sequence[Any] | None, name: str, count: int) -> NDArray[np.float64]:
    """A column as numbers, NaN where a cell is missing."""
    if column is None:
        return np.full(count, np.nan)
    if getattr(getattr(column, "dtype", None), "kind", "") in {"i", "u", "f", "b"}:  # an array, unlike a list
        return np.asarray(column, dtype=np.float64)
    return np.array([_number(value, name, number) for number, value in enumerate(column, start=1)], dtype=np.float64)


def _number(value: object, name: str, number: int) -> float:
    if _is_missing(value):
        return np.nan
    try:
        return float(str(value))
    except ValueError:
        raise EngineError(f"{name} of dosing record {number} is {value!r}; expected a number.") from None


def _compartment(value: object) -> str:
    if _is_missing(value):
        return ""
    text = str(value).strip()
    return text.removesuffix(".0") if text.removesuffix(".0").lstrip("-").isdigit() else text


# -- persons


def _ids(table: Mapping[str, Sequence[Any]], count: int) -> list[str]:
    if "ID" not in table:
        return [""] * count
    ids = [_compartment(value) for value in table["ID"]]
    if "" in ids:
        raise EngineError(f"ID of dosing record {ids.index('') + 1} is missing; expected the name of a person.")
    return ids


def _blocks(ids: Sequence[str]) -> list[tuple[int, int]]:
    starts = [place for place in range(len(ids)) if place == 0 or ids[place] != ids[place - 1]]
    seen: set[str] = set()
    for start in starts:
        if ids[start] in seen:
            raise EngineError(f"ID {ids[start]!r} comes back in dosing record {start + 1}; sort the records by ID.")
        seen.add(ids[start])
    return list(zip(starts, [*starts[1:], len(ids)], strict=True))


def _events(
    table: Mapping[str, Sequence[Any]], filled: Mapping[str, NDArray[np.float64]], count: int
) -> NDArray[np.int64]:
    """EVID; where it is missing, as NM-TRAN supplies it."""
    doses = np.zeros(count, dtype=np.bool_)
    for name in ("AMT", "RATE", "II", "ADDL", "SS"):
        doses |= filled[name] != 0
    other = np.nan_to_num(_numbers(table.get("MDV"), "MDV", count)) != 0
    events = _numbers(table.get("EVID"), "EVID", count)
    events = np.where(np.isnan(events), np.where(doses, 1.0, np.where(other, 2.0, 0.0)), events)
    for place in np.flatnonzero(~np.isin(events, np.arange(5.0))):
        raise EngineError(f"EVID of dosing record {place + 1} is {events[place]:g}; expected 0, 1, 2, 3 or 4.")
    return events.astype(np.int64)


def _whole(filled: Mapping[str, NDArray[np.float64]]) -> None:
    for name, most in (("ADDL", _MOST_DOSES), ("SS", 3)):
        column = filled[name]
        for place in np.flatnonzero(~((column >= 0) & (column <= most) & (column == np.floor(column)))):
            kind = "a whole number from 0 on" if name == "ADDL" else "0, 1, 2 or 3"
            raise EngineError(f"{name} of dosing record {place + 1} is {column[place]:g}; expected {kind}.")


def _check(person: PersonRecords) -> None:
    for place, number in enumerate(person.number):
        if not np.isfinite(person.time[place]):
            raise EngineError(f"TIME of dosing record {number} is {person.time[place]:g}; expected a finite number.")
        if person.compartment[place].startswith("-"):
            name = person.compartment[place]
            raise EngineError(f"CMT of dosing record {number} is {name}; turning compartments off is not supported.")
    for place in person.doses:
        _check_dose(person, place)
    if person.name and (np.diff(person.time) < 0).any():
        place = int(np.flatnonzero(np.diff(person.time) < 0)[0]) + 1
        raise EngineError(
            f"TIME of dosing record {person.number[place]} is {person.time[place]:g}, before the record above it; "
            "expected ascending times for each ID."
        )


def _check_dose(person: PersonRecords, place: int) -> None:
    number, amount, rate = person.number[place], person.amount[place], person.rate[place]
    more, every, steady = person.additional[place], person.interval[place], person.steady[place]
    if not person.compartment[place]:
        raise EngineError(f"CMT of dosing record {number} is missing; expected the id of a state.")
    if not np.isfinite(amount):
        raise EngineError(f"AMT of dosing record {number} is {amount:g}; expected a finite number.")
    if not (rate >= 0 or rate in {-1.0, -2.0}) or not np.isfinite(rate):
        raise EngineError(f"RATE of dosing record {number} is {rate:g}; expected 0 or more, -1 or -2.")
    if amount < 0 and rate != 0:
        raise EngineError(f"AMT of dosing record {number} is {amount:g}; expected 0 or more for an infusion.")
    if every < 0 or (more > 0 and not every > 0) or not np.isfinite(every):
        raise EngineError(f"II of dosing record {number} is {every:g}; expected more than 0 with ADDL.")
    if steady and amount != 0 and not every > 0:
        raise EngineError(f"II of dosing record {number} is {every:g}; expected more than 0 with SS.")
    if steady and amount == 0 and every > 0:
        raise EngineError(f"AMT of dosing record {number} is 0 with SS and II; expected an amount, or no II.")
