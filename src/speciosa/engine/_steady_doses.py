"""The states at which steady-state doses (SS) find their persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._dosing import Schedule
from speciosa.engine._operations import Operations, Repeated
from speciosa.engine._periodic import fixed_points
from speciosa.engine._plan import Floats, Machinery, Plan, Whole, empty_schedule
from speciosa.engine._workspace import WORDS

__all__ = ["reach_steady_states"]


def reach_steady_states(
    tools: Machinery,
    plan: Plan,
    groups: Sequence[tuple[Whole, Operations]],
    own_states: Callable[[Machinery, Plan], Floats],
) -> Plan:
    """Compute the states that the schedules load or add, and tell the schedules where they are."""
    wanted = [(rows, work, dose) for rows, work in groups for dose in work.repeated]
    if not wanted:
        return plan
    sizes = [len(rows) for rows, _, _ in wanted]
    firsts = np.cumsum([0, *sizes])
    problems = _Problems.of([(rows, dose) for rows, _, dose in wanted])
    guess = plan.reset[problems.person] if plan.reset is not None else None
    still = Plan(problems.values, np.zeros(1), empty_schedule(), problems.time, plan.status[problems.person])
    at_start = own_states(tools, still) if guess is None else guess
    states, status = problems.solve(tools, at_start, plan.status[problems.person])
    states = np.where(problems.superposed[:, None], states - at_start, states)
    overall = plan.status.copy()
    for row, fate in zip(problems.person, status, strict=True):
        overall[row] = overall[row] or fate
    for (_, work, dose), first, size in zip(wanted, firsts[:-1], sizes, strict=True):
        row = first + np.arange(size) if size > 1 else np.asarray(first)
        work.amount[dose.operation] = row.astype(np.float64)
    return replace(plan, tables=np.ascontiguousarray(states), status=overall)


@dataclass(frozen=True, eq=False)
class _Problems:
    """Steady states to be computed, one per person and dose; arrays of shape (k,), ``values`` (k, varied)."""

    person: Whole
    values: Floats
    state: Whole
    superposed: NDArray[np.bool_]
    time: Floats
    every: Floats
    phase: Floats
    amount: Floats
    rate: Floats
    length: Floats

    @classmethod
    def of(cls, wanted: Sequence[tuple[Whole, Repeated]]) -> _Problems:
        def numbers(name: str) -> Floats:
            return np.concatenate(
                [np.broadcast_to(np.asarray(getattr(dose, name), dtype=np.float64), len(rows)) for rows, dose in wanted]
            )

        sizes = [len(rows) for rows, _ in wanted]
        return cls(
            person=np.concatenate([rows for rows, _ in wanted]),
            values=np.concatenate([dose.values for _, dose in wanted]),
            state=np.repeat(np.array([dose.state for _, dose in wanted], dtype=np.int64), sizes),
            superposed=np.repeat(np.array([dose.superposed for _, dose in wanted], dtype=np.bool_), sizes),
            time=numbers("time"),
            every=numbers("every"),
            phase=numbers("phase"),
            amount=numbers("amount"),
            rate=numbers("rate"),
            length=numbers("length"),
        )

    def solve(self, tools: Machinery, guess: Floats, status: Whole) -> tuple[Floats, Whole]:
        """Steady states, shape (k, states), and status of each problem."""
        states, status = guess.copy(), status.copy()
        endless = (self.every == 0) & (status == 0)
        for time in np.unique(self.time[endless]):
            rows = np.flatnonzero(endless & (self.time == time))
            rates = np.zeros((len(rows), states.shape[1]))
            rates[np.arange(len(rows)), self.state[rows]] = self.rate[rows]
            states[rows], status[rows] = tools.rest(self.values[rows], guess[rows], rates, float(time))
        rows = np.flatnonzero((self.every > 0) & (status == 0))
        schedule = self.one_period(rows, states.shape[1])

        def period(which: Whole, here: Floats) -> tuple[Floats, Whole]:
            own = rows[which]
            plan = Plan(
                self.values[own],
                self.time[own][:, None],
                schedule.of(which),
                self.time[own] - self.every[own],
                np.zeros(len(own), dtype=np.int64),
                initial=np.ascontiguousarray(here),
            )
            return tools.final(plan)

        states[rows], status[rows] = fixed_points(
            period, guess[rows], tools.resting, tools.rtol, tools.atol, WORDS.index("no steady state")
        )
        return states, status

    def one_period(self, rows: Whole, states: int) -> Schedule:
        """The doses of the period that ends when the steady state is wanted."""
        end, every, phase = self.time[rows], self.every[rows], self.phase[rows]
        begin, state = end - every, self.state[rows]
        rate, length = self.rate[rows], self.length[rows]
        whole = np.floor(length / every)  # so many infusions always run
        rest = length - whole * every
        wraps = phase + rest > every
        never = np.full(len(rows), np.inf)
        first, last = begin + phase, begin + phase + rest
        bolus = self.amount[rows] != 0
        drips = rate != 0
        parts: list[tuple[Floats, Whole, Floats]] = [
            (np.where(drips, begin, never), states + state, rate * (whole + wraps)),
            (np.where(drips & wraps, last - every, never), states + state, -rate),
            (np.where(drips, first, never), states + state, rate),
            (np.where(drips & ~wraps, last, never), states + state, -rate),
            (np.where(bolus, first, never), state, self.amount[rows]),
        ]
        time = np.stack([part[0] for part in parts], axis=1)
        target = np.stack([part[1] for part in parts], axis=1)
        amount = np.stack([part[2] for part in parts], axis=1)
        return Schedule.in_order(time, target, amount, np.unique(state[drips]))
