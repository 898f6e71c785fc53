"""Doses: a bolus or an infusion into a compartment at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.errors import EngineError

__all__ = ["Dosing", "Schedule"]

_FIELDS = frozenset({"TIME", "AMT", "CMT", "RATE", "II", "ADDL", "EVID"})
_MOST_DOSES = 1_000_000


@dataclass(frozen=True, eq=False)
class Schedule:
    """Doses as the machine code reads them: events sorted by time.

    Attributes:
        time: shape (e,), or (n, e) where the end of an infusion differs between persons.
        target: the state of a bolus, or ``states`` + the state of a change of infusion rate; shaped like ``time``.
        amount: amount, or change of rate; shape (e,) or (n, e).
        infused: states that receive infusions.
    """

    time: NDArray[np.float64]
    target: NDArray[np.int64]
    amount: NDArray[np.float64]
    infused: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Dosing:
    """When, into what, how much, how fast.

    Args:
        time: time of each dose, shape (e,), not negative.
        compartment: id of the state that receives it (a NONMEM compartment number counts the model's states from 1).
        amount: amount (never a concentration), shape (e,), or (n, e) with one row per person.
        rate: amount per time of an infusion; 0 for a bolus; shape (e,).
    """

    time: NDArray[np.float64]
    compartment: tuple[str, ...]
    amount: NDArray[np.float64]
    rate: NDArray[np.float64]

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
    def from_records(cls, records: Iterable[Mapping[str, object]]) -> Dosing:
        """Doses from NONMEM event records.

        Args:
            records: mappings with TIME, AMT, CMT (an id, or a number from 1), RATE (0 or none: bolus), II and ADDL
                (additional doses, II apart), EVID (0: no dose, 1: dose; without it, AMT > 0 is a dose).

        Raises:
            EngineError: another field or value is used, by its name.
        """
        times: list[float] = []
        names: list[str] = []
        amounts: list[float] = []
        rates: list[float] = []
        for number, record in enumerate(records, start=1):
            fields = {str(key).upper(): value for key, value in record.items()}
            _refuse_unknown(fields, number)
            amount = _number(fields, "AMT", number)
            event = _number(fields, "EVID", number, 1.0 if amount > 0 else 0.0)
            if event not in {0.0, 1.0}:
                raise EngineError(f"EVID of dosing record {number} is {event:g}; expected 0 or 1.")
            if event == 0.0:
                continue
            rate = _number(fields, "RATE", number)
            if rate < 0:
                raise EngineError(f"RATE of dosing record {number} is {rate:g}; expected 0 or more.")
            for time in _repeated(fields, number):
                times.append(time)
                names.append(_compartment(fields, number))
                amounts.append(amount)
                rates.append(rate)
        return cls(times, names, amounts, rates)

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


def _refuse_unknown(fields: Mapping[str, object], number: int) -> None:
    for name, value in fields.items():
        if name not in _FIELDS and not _is_missing(value) and str(value).strip() not in {"0", "0.0", "False"}:
            known = ", ".join(sorted(_FIELDS))
            raise EngineError(f"{name} of dosing record {number} is not supported; expected {known}.")


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in {"", "."}) or value != value  # noqa: PLR0124 - NaN


def _number(fields: Mapping[str, object], name: str, number: int, default: float = 0.0) -> float:
    value = fields.get(name)
    if _is_missing(value):
        return default
    try:
        return float(str(value))
    except ValueError:
        raise EngineError(f"{name} of dosing record {number} is {value!r}; expected a number.") from None


def _compartment(fields: Mapping[str, object], number: int) -> str:
    value = fields.get("CMT")
    if _is_missing(value):
        raise EngineError(f"CMT of dosing record {number} is missing; expected the id of a state.")
    text = str(value).strip()
    return text.removesuffix(".0") if text.removesuffix(".0").isdigit() else text


def _repeated(fields: Mapping[str, object], number: int) -> list[float]:
    first = _number(fields, "TIME", number)
    more = _number(fields, "ADDL", number)
    every = _number(fields, "II", number)
    if not 0 <= more <= _MOST_DOSES or more != int(more):
        raise EngineError(f"ADDL of dosing record {number} is {more:g}; expected a whole number from 0 on.")
    if more > 0 and not every > 0:
        raise EngineError(f"II of dosing record {number} is {every:g}; expected more than 0 with ADDL.")
    return [first + every * k for k in range(int(more) + 1)]
