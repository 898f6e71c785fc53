"""Doses: a bolus or an infusion into a compartment at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine._records import FIELDS, read_records
from speciosa.engine._regimen import CARRY, KINDS, Regimen, sources
from speciosa.errors import EngineError

__all__ = ["Dosing", "Schedule"]

_FIELDS = FIELDS


@dataclass(frozen=True, eq=False)
class Schedule:
    """Doses as the machine code reads them: events sorted by time.

    Attributes:
        time: shape (e,), or (n, e) where the end of an infusion differs between persons.
        target: the state of a bolus, ``states`` + the state of a change of infusion rate, or an operation of
            :mod:`._ops_ir`; shaped like ``time``.
        amount: amount, change of rate, or what the operation says; shape (e,) or (n, e).
        infused: states that receive infusions.
    """

    time: NDArray[np.float64]
    target: NDArray[np.int64]
    amount: NDArray[np.float64]
    infused: NDArray[np.int64]

    @classmethod
    def in_order(
        cls,
        time: NDArray[np.float64],
        target: NDArray[np.int64],
        amount: NDArray[np.float64],
        infused: NDArray[np.int64],
    ) -> Schedule:
        """A schedule of events in any order; all of one shape."""
        order = np.argsort(time, axis=-1, kind="stable")
        return cls(
            np.take_along_axis(time, order, axis=-1),
            np.take_along_axis(target, order, axis=-1),
            np.take_along_axis(amount, order, axis=-1),
            infused,
        )

    def of(self, persons: NDArray[np.int64]) -> Schedule:
        """The schedule of some of the persons."""
        return Schedule(
            self.time if self.time.ndim == 1 else np.ascontiguousarray(self.time[persons]),
            self.target if self.target.ndim == 1 else np.ascontiguousarray(self.target[persons]),
            self.amount if self.amount.ndim == 1 else np.ascontiguousarray(self.amount[persons]),
            self.infused,
        )


@dataclass(frozen=True, eq=False)
class Dosing:
    """When, into what, how much, how fast.

    Args:
        time: time of each dose, shape (e,), not negative.
        compartment: id of the state that receives it (a NONMEM compartment number counts the model's states from 1).
        amount: amount (never a concentration), shape (e,), or (n, e) with one row per person.
        rate: amount per time of an infusion; 0 for a bolus; shape (e,).

    :meth:`from_records` reads whatever NONMEM records can say. Then the four fields hold the doses as they are ordered,
    of all persons in a row, before lag and bioavailability, and ``regimen`` holds the records.
    """

    time: NDArray[np.float64]
    compartment: tuple[str, ...]
    amount: NDArray[np.float64]
    rate: NDArray[np.float64]
    regimen: Regimen | None = None

    def __init__(
        self, time: ArrayLike, compartment: str | Sequence[str], amount: ArrayLike, rate: ArrayLike = 0.0
    ) -> None:
        times = np.atleast_1d(_numbers(time, "times"))
        if times.ndim != 1:
            raise EngineError(f"The dose times have the shape {times.shape}; expected one row.")
        names = (compartment,) * len(times) if isinstance(compartment, str) else tuple(map(str, compartment))
        if len(names) != len(times):
            raise EngineError(f"The doses have {len(times)} times, but {len(names)} compartments.")
        amounts, rates = _numbers(amount, "amounts"), _numbers(rate, "rates")
        if amounts.ndim < 2:
            amounts = _one_per_dose(amounts, len(times), "amounts")
        elif amounts.shape[1:] != times.shape:
            raise EngineError(f"The doses have {len(times)} times, but amounts of shape {amounts.shape}.")
        rates = _one_per_dose(rates, len(times), "rates")
        if not (np.isfinite(times).all() and (times >= 0).all()):
            raise EngineError("A dose time is negative or not a number; expected 0 or later.")
        if not (np.isfinite(rates).all() and (rates >= 0).all()):
            raise EngineError("An infusion rate is negative or not a number; expected 0 (a bolus) or more.")
        if not np.isfinite(amounts).all() or ((amounts < 0) & (rates > 0)).any():
            raise EngineError("A dose amount is not a number, or an infusion's is negative; expected a finite number.")
        for array in (times, amounts, rates):
            array.setflags(write=False)
        for name, value in (("time", times), ("compartment", names), ("amount", amounts), ("rate", rates)):
            object.__setattr__(self, name, value)

    @classmethod
    def none(cls) -> Dosing:
        """No dose."""
        return cls(np.zeros(0), (), np.zeros(0))

    @classmethod
    def from_records(
        cls,
        records: object,
        *,
        columns: Mapping[str, str] | None = None,
        lag: ArrayLike | Mapping[str, ArrayLike] | None = None,
        bioavailability: ArrayLike | Mapping[str, ArrayLike] | None = None,
        rates: ArrayLike | Mapping[str, ArrayLike] | None = None,
        durations: ArrayLike | Mapping[str, ArrayLike] | None = None,
        covariates: Sequence[str] | Mapping[str, str] | None = None,
        carry: str = "nocb",
        ignore: Sequence[str] = (),
    ) -> Dosing:
        """Everything that NONMEM event records say.

        Args:
            records: one mapping a record, a mapping of columns, or a table (pandas, polars) with the fields ID, TIME,
                EVID 0-4, AMT, CMT (an id, or a number from 1), RATE (-1 and -2 too), II, ADDL, SS 0-3, MDV, DV.
                Records of one ID, or without ID, are of every person.
            columns: the column in which a field stands, where it is called otherwise: ``{"TIME": "hours"}``.
            lag: how long after its record a dose comes: a number, one per person, or the name of a column, a varied
                parameter or a constant of the model; or one of these for each compartment (id or number).
            bioavailability: the share of AMT that arrives, alike; it shortens an infusion of given RATE.
            rates: the rate of an infusion with RATE -1, alike; without it ``R1``, ``R2``, … by compartment number.
            durations: the duration of an infusion with RATE -2, alike; without it ``D1``, ``D2``, …
            covariates: columns that set varied parameters of their name, or a mapping from column to parameter;
                without it every column with the name of a varied parameter.
            carry: the value between two records: ``nocb``, that of the second, as NONMEM; ``locf``, of the first.
            ignore: columns that are not read.

        Raises:
            EngineError: a field or a column cannot be what it is, by its name.
        """
        if carry not in CARRY:
            raise EngineError(f"carry is {carry!r}; expected 'nocb' or 'locf'.")
        people = read_records(records, columns or {}, ignore)
        if not people:
            return cls.none()
        given = dict(zip(KINDS, map(sources, (lag, bioavailability, rates, durations), KINDS), strict=True))
        if covariates is not None and not isinstance(covariates, Mapping):
            names = (covariates,) if isinstance(covariates, str) else covariates
            covariates = {name: name for name in names}
        regimen = Regimen(people, given, covariates, carry)
        doses = [
            (person, place, k)
            for person in people
            for place in person.doses
            for k in range(int(person.additional[place]) + 1)
        ]
        time = np.array([person.time[place] + person.interval[place] * k for person, place, k in doses])
        compartment = tuple(person.compartment[place] for person, place, _ in doses)
        amount = np.array([person.amount[place] for person, place, _ in doses])
        rate = np.array([person.rate[place] for person, place, _ in doses])
        if regimen.is_plain:
            return cls(time, compartment, amount, rate)
        found = cls.none()
        fields = (("time", time), ("compartment", compartment), ("amount", amount), ("rate", rate))
        for name, value in (*fields, ("regimen", regimen)):
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(found, name, value)
        return found

    def schedule(self, states: Sequence[str], persons: int, numbered: Sequence[str]) -> Schedule:
        """The events in order of time.

        Args:
            states: the model's states in the order of the state vector.
            persons: how many persons.
            numbered: the states in the order in which compartment numbers count them.

        Raises:
            EngineError: a compartment is no state, or the amounts are for another number of persons.
        """
        if self.amount.ndim == 2 and len(self.amount) != persons:
            raise EngineError(f"The doses have amounts for {len(self.amount)} persons; expected {persons}.")
        place = {name: index for index, name in enumerate(states)}
        place |= {str(number): place[name] for number, name in enumerate(numbered, start=1) if str(number) not in place}
        for name in self.compartment:
            if name not in place:
                raise EngineError(
                    f"The dose compartment {name!r} is no state of the model; there are {', '.join(states)}."
                )
        state = np.array([place[name] for name in self.compartment], dtype=np.int64)
        drip = self.rate > 0
        change = np.broadcast_to(self.rate[drip], (*self.amount.shape[:-1], int(drip.sum())))
        ends = self.time[drip] + self.amount[..., drip] / self.rate[drip]
        own_ends = ends.ndim == 2 and ends.shape[1] > 0
        shared = self.time if not own_ends else np.broadcast_to(self.time, self.amount.shape)
        if ends.ndim == 2 and not own_ends:
            ends = np.zeros(0)
        time = np.concatenate([shared, ends], axis=-1)
        target = np.concatenate([np.where(drip, len(states) + state, state), len(states) + state[drip]])
        amount = np.concatenate([np.where(drip, self.rate, self.amount), -change], axis=-1)
        order = np.argsort(time, axis=-1, kind="stable")
        if own_ends:
            target = np.take_along_axis(np.broadcast_to(target, time.shape), order, axis=-1)
            amount = np.take_along_axis(amount, order, axis=-1)
            time = np.take_along_axis(time, order, axis=-1)
        else:
            time, target, amount = time[order], target[order], amount[..., order]
        return Schedule(
            time=np.ascontiguousarray(time, dtype=np.float64),
            target=np.ascontiguousarray(target, dtype=np.int64),
            amount=np.ascontiguousarray(amount, dtype=np.float64),
            infused=np.unique(state[drip]),
        )


def _numbers(given: ArrayLike, what: str) -> NDArray[np.float64]:
    try:
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise EngineError(f"The {what} of the doses are {given!r}; expected numbers.") from None


def _one_per_dose(given: NDArray[np.float64], doses: int, what: str) -> NDArray[np.float64]:
    if given.shape not in {(), (1,), (doses,)}:
        raise EngineError(f"The doses have {doses} times, but {what} of shape {given.shape}.")
    return np.broadcast_to(given, (doses,)).copy()
