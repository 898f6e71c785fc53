"""What the records of a person ask for → operations at their times, before anything is simulated.

Everything follows from the records and the person's numbers: lagged and additional doses, ends of infusions, what a
reset cancels, when a covariate changes. Only the states at steady state must be computed (:mod:`._periodic`).

A time or an amount is an array of shape () where it is the same for all persons of a group, else (n,); an operation
that a person does not have lies at infinity. Operations at one time happen in the order in which they were written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._ops_ir import target_of
from speciosa.engine._records import PersonRecords
from speciosa.errors import EngineError

__all__ = ["Operations", "Repeated", "Source", "Sources", "write_operations"]

Floats: TypeAlias = NDArray[np.float64]
Source: TypeAlias = "float | str | Floats"
"""A number, one per person, or the name of a record column, a varied parameter or a constant of the model."""


_SAME = 1e-12  # relative difference of times that are meant to be one


@dataclass(frozen=True, eq=False)
class Sources:
    """Where lag, bioavailability, modelled rate and duration come from, per compartment (``*``: all others).

    Attributes:
        given: per ``lag``, ``bioavailability``, ``rate``, ``duration``: the source of each compartment.
        persons: the rows of this group among all persons.
        values: their varied parameters, shape (n, varied).
        vary: names of these.
        constants: values of the model's other parameters.
        numbers: compartment number of each state, from 1.
    """

    given: Mapping[str, Mapping[str, Source]]
    persons: NDArray[np.int64]
    values: Floats
    vary: tuple[str, ...]
    constants: Mapping[str, float]
    numbers: Mapping[str, int]

    def of(self, kind: str, state: str, records: PersonRecords, place: int) -> Floats | None:
        """The value for a dose; None where nothing is given."""
        number = self.numbers[state]
        given = self.given[kind]
        source = given.get(state, given.get(str(number), given.get("*")))
        if source is None and kind in {"rate", "duration"}:  # the names that NONMEM knows
            name = f"{kind[0].upper()}{number}"
            source = name if name in records.columns or name in self.vary or name in self.constants else None
        if source is None:
            return None
        if not isinstance(source, str):
            value = np.asarray(source, dtype=np.float64)
            return value if value.ndim == 0 else value[self.persons]
        return self._named(source, records, place)

    def _named(self, name: str, records: PersonRecords, place: int) -> Floats:
        if name in records.columns:
            return np.asarray(forward(records.columns[name])[place])
        if name in self.vary:
            return self.values[:, self.vary.index(name)]
        if name in self.constants:
            return np.asarray(self.constants[name])
        raise EngineError(f"{name!r} is no column of the records, no varied parameter and no constant of the model.")


def forward(column: Floats) -> Floats:
    """Missing cells take the value above; NaN stays where there is none."""
    place = np.where(np.isnan(column), 0, np.arange(len(column)))
    filled: Floats = column[np.maximum.accumulate(place)]
    return filled


@dataclass(frozen=True, eq=False)
class Repeated:
    """A dose given for ever, whose steady state is wanted; arrays of shape () or (n,).

    Attributes:
        time: when the states are wanted.
        every: time between doses; 0 for an infusion that has always run.
        phase: how long after the beginning of a period the dose comes.
        state: number of the state that receives it.
        amount: of a bolus; 0 for an infusion.
        rate: of an infusion; 0 for a bolus.
        length: of an infusion.
        values: the varied parameters then, shape (n, varied).
        operation: place of the ``load`` or ``add`` among the operations, whose amount will be the row of the states.
        superposed: whether the states are added, and so are wanted without what is there without the dose.
    """

    time: float
    every: float
    phase: Floats
    state: int
    amount: Floats
    rate: Floats
    length: Floats
    values: Floats
    operation: int
    superposed: bool


@dataclass
class Operations:
    """The operations of a group of persons, in the order in which they are written.

    ``moments`` are the times of records and outputs, ascending; ``seen`` and ``barriers`` hold how many operations
    stand before an observation, or before the next record's covariates begin, and when that is.
    """

    states: int
    moments: Floats
    time: list[Floats] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    amount: list[Floats] = field(default_factory=list)
    lasting: list[bool] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)
    infused: set[int] = field(default_factory=set)
    seen: list[tuple[int, float]] = field(default_factory=list)
    barriers: list[tuple[int, float]] = field(default_factory=list)
    bad: Floats = field(default_factory=lambda: np.asarray(0.0))

    def add(self, time: Floats | float, target: int, amount: Floats | float = 0.0, *, lasting: bool = False) -> None:
        """Write an operation; a lasting one is not cancelled."""
        self.time.append(np.asarray(time, dtype=np.float64))
        self.target.append(target)
        self.amount.append(np.asarray(amount, dtype=np.float64))
        self.lasting.append(lasting)

    def insert(self, place: int, time: Floats, target: int) -> None:
        """Write an operation between others."""
        self.time.insert(place, time)
        self.target.insert(place, target)
        self.amount.insert(place, np.zeros(()))
        self.lasting.insert(place, True)

    def infuse(self, state: int, rate: Floats, start: Floats, end: Floats) -> None:
        """An infusion from start to end."""
        self.infused.add(state)
        self.add(start, self.states + state, rate)
        self.add(end, self.states + state, -rate)

    def cancel(self, now: float) -> None:
        """Forget what earlier records ordered for now or later, and infusions that began before a reset."""
        for place, lasting in enumerate(self.lasting):
            if not lasting:
                self.time[place] = np.where(self.time[place] >= now, np.inf, self.time[place])

    def usable(self, value: Floats | None, default: float, *, above: bool = False) -> Floats:
        """A person's number; where it makes no sense the person is marked, and a harmless number is taken."""
        if value is None:
            return np.asarray(default)
        wrong = ~np.isfinite(value) | (value < 0) | (above & (value == 0))
        self.bad = np.maximum(self.bad, wrong)
        return np.where(wrong, 1.0, value)


def write_operations(
    records: PersonRecords,
    sources: Sources,
    states: Sequence[str],
    place_of: Mapping[str, int],
    covariates: Mapping[str, str],
    carry: str,
    times: Floats,
) -> Operations:
    """The operations that the records of one person (or of all alike) ask for.

    Args:
        records: the records.
        sources: lag and so on.
        states: the states in the order of the state vector.
        place_of: the state that a CMT means.
        covariates: the varied parameter that each covariate column sets.
        carry: ``locf`` or ``nocb``.
        times: output times that are not those of the records.
    """
    work = Operations(len(states), np.unique(np.concatenate([records.time, times])))
    now = {sources.vary.index(name): forward(records.columns[column]) for column, name in covariates.items()}
    doses = set(records.doses.tolist())
    for place in range(len(records.time)):
        time = float(records.time[place])
        if carry == "locf":
            _set_covariates(work, now, place, time)
        if records.event[place] in {3, 4}:
            work.cancel(time)
            work.add(time, target_of("reset", work.states), lasting=True)
        if place in doses:
            name = states[place_of[records.compartment[place]]]
            _give(work, records, place, sources, name, place_of[name], now)
        if records.event[place] == 0:
            work.seen.append((len(work.time), time))
        if carry == "nocb" and place + 1 < len(records.time):
            # values of a record hold since the record before it
            if records.time[place + 1] > time:
                work.barriers.append((len(work.time), time))
            _set_covariates(work, now, place + 1, time)
    return work


def _values_at(values: Floats, columns: Mapping[int, Floats], place: int) -> Floats:
    """The varied parameters at a record."""
    found = values.copy()
    for varied, column in columns.items():
        if not np.isnan(column[place]):
            found[:, varied] = column[place]
    return found


def _set_covariates(work: Operations, columns: Mapping[int, Floats], place: int, time: float) -> None:
    for varied, column in columns.items():
        if place > 0 and column[place] != column[place - 1] and not np.isnan(column[place]):
            work.add(time, target_of("set", work.states, varied), column[place], lasting=True)


def _give(
    work: Operations,
    records: PersonRecords,
    place: int,
    sources: Sources,
    name: str,
    state: int,
    covariates: Mapping[int, Floats],
) -> None:
    """One dose record: the dose, its additional doses, and its steady state."""
    time, every = float(records.time[place]), float(records.interval[place])
    lag = work.usable(sources.of("lag", name, records, place), 0.0)
    fraction = work.usable(sources.of("bioavailability", name, records, place), 1.0)
    amount = np.asarray(records.amount[place] * fraction)
    bolus = bool(records.rate[place] == 0.0)
    rate, length = _infusion(work, records, place, sources, name, amount)
    if records.steady[place]:
        values = _values_at(sources.values, covariates, place)
        if not bolus and every > 0:  # as long as a whole number of intervals, but for rounding
            whole = np.round(length / every) * every
            length = np.where(np.abs(length - whole) <= 1e-12 * length, whole, length)
        phase = np.mod(lag, every) if every > 0 else np.zeros(())
        gift = np.where(bolus, amount, 0.0), np.where(bolus, 0.0, rate), length
        superposed = bool(records.steady[place] == 2)
        if not superposed:
            work.cancel(time)
            work.add(time, target_of("reset", work.states), lasting=True)
        work.repeated.append(Repeated(time, every, phase, state, *gift, values, len(work.time), superposed))
        work.add(time, target_of("add" if superposed else "load", work.states))
        _give_what_is_on_the_way(work, state, time, every, lag, amount if bolus else None, rate, length)
    if records.amount[place] == 0.0:
        return
    numbers = np.arange(records.additional[place] + 1)
    starts = _snapped(time + every * numbers + lag[..., np.newaxis], work.moments)
    for number in numbers:
        start = starts[..., number]
        if bolus:
            work.add(start, state, amount)
        else:
            work.infuse(state, rate, start, start + length)


def _snapped(times: Floats, moments: Floats) -> Floats:
    """Times that are those of records or outputs but for rounding, such as 0.1 × 3, become these."""
    place = np.searchsorted(moments, times)
    below, above = moments[np.maximum(place - 1, 0)], moments[np.minimum(place, len(moments) - 1)]
    near = np.where(np.abs(times - below) < np.abs(above - times), below, above)
    return np.where(np.abs(near - times) <= _SAME * np.abs(times), near, times)


def _infusion(
    work: Operations, records: PersonRecords, place: int, sources: Sources, name: str, amount: Floats
) -> tuple[Floats, Floats]:
    """Rate and length of an infusion; for a bolus 0 and a number without meaning."""
    code = records.rate[place]
    if code == -2.0:
        length = work.usable(_modelled(sources, "duration", name, records, place), 1.0, above=True)
        return np.asarray(amount / length), length
    rate = np.asarray(code)
    if code == -1.0:
        rate = work.usable(_modelled(sources, "rate", name, records, place), 1.0, above=True)
    return rate, np.asarray(amount / np.where(rate > 0, rate, 1.0))


def _modelled(sources: Sources, kind: str, name: str, records: PersonRecords, place: int) -> Floats:
    value = sources.of(kind, name, records, place)
    if value is None:
        code, letter = (-1, "R") if kind == "rate" else (-2, "D")
        raise EngineError(
            f"RATE of dosing record {records.number[place]} is {code}, but {name!r} has no modelled {kind}; give it as "
            f"{kind}s={{{name!r}: …}}, or call a column or parameter {letter}{sources.numbers[name]}."
        )
    return value


def _give_what_is_on_the_way(
    work: Operations,
    state: int,
    time: float,
    every: float,
    lag: Floats,
    bolus: Floats | None,
    rate: Floats,
    length: Floats,
) -> None:
    """What earlier doses of a steady state still bring: lagged ones to come, infusions that run."""
    now = np.asarray(time)
    if every == 0.0:  # an infusion that has always run ends with its own record
        if (lag > 0).any() and bolus is None:
            work.infuse(state, rate, now, time + lag)
        return
    for number in range(1, int(np.max((lag + (0.0 if bolus is not None else length)) / every)) + 1):
        start = time + lag - every * number
        if bolus is not None:
            work.add(np.where(start >= time, start, np.inf), state, bolus)
        else:
            end = start + length
            runs = end > time
            work.infuse(state, rate, np.where(runs, np.maximum(start, time), np.inf), np.where(runs, end, np.inf))
