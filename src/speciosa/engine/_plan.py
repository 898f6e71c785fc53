"""From what the caller gives to the arrays of a run: persons, times, schedules, starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine._dosing import Dosing, Schedule
from speciosa.engine._ops_ir import target_of
from speciosa.engine._periodic import fixed_points
from speciosa.engine._records import PersonRecords
from speciosa.engine._regimen import Regimen
from speciosa.engine._operations import Operations, Repeated, Sources, write_operations
from speciosa.engine._workspace import WORDS
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._model import Model

__all__ = ["Machinery", "Plan", "make_plan"]

Floats: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
_BAD, _UNREACHED = WORDS.index("bad parameter"), WORDS.index("no steady state")


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a run reads; states in the order of the state vector.

    Attributes:
        values: varied parameters, shape (n, varied).
        times: output times, shape (m,), or (n, m) where persons have their own; a short row ends with its last time.
        counts: how many of these are real, shape (n,); None where all are.
        schedule: what happens when.
        start: start times, shape (1,) or (n,).
        status: 0, or why a person is left out, shape (n,).
        initial: given initial states, shape (n, states); None for the model's own.
        reset: what a reset returns to, alike.
        tables: states that the schedule loads or adds, shape (k, states).
        people: names of the persons, where the records give them.
    """

    values: Floats
    times: Floats
    schedule: Schedule
    start: Floats
    status: Whole
    counts: Whole | None = None
    initial: Floats | None = None
    reset: Floats | None = None
    tables: Floats | None = None
    people: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Machinery:
    """What planning needs of a kernel.

    Attributes:
        model: the model.
        vary: its varied parameters.
        states: names in the order of the state vector.
        resting: which of them must come to rest in a steady state.
        final: runs a plan; states at each person's last time before what happens then, and status.
        rest: the states at rest for (values, given states or None, infusion rates or None, time), and status.
        rtol: the run's relative tolerance.
        atol: the run's absolute tolerances, in the order of the state vector.
    """

    model: Model
    vary: tuple[str, ...]
    states: tuple[str, ...]
    resting: NDArray[np.bool_]
    final: Callable[[Plan], tuple[Floats, Whole]]
    rest: Callable[[Floats, Floats | None, Floats | None, float], tuple[Floats, Whole]]
    rtol: float
    atol: Floats


def make_plan(
    tools: Machinery,
    values: Floats,
    times: Floats | None,
    dosing: Dosing,
    start: float | None,
    initial: ArrayLike | Mapping[str, ArrayLike] | str | None,
) -> Plan:
    """Plan a run.

    Args:
        tools: the kernel.
        values: varied parameters, shape (n, varied).
        times: output times, or None for the times of the observation records.
        dosing: the doses.
        start: where the run starts; None for 0, or for each person's first record.
        initial: initial states in the order of ``model.states``, ``"steady"``, or None.

    Raises:
        EngineError: what is given does not fit together.
    """
    regimen = dosing.regimen
    if regimen is None:
        if times is None:
            raise EngineError("There are no output times; give times, or records with observations.")
        begin = np.array([0.0 if start is None else start])
        schedule = dosing.schedule(tools.states, len(values), tools.model.states)
        plan = Plan(values, times, _from(schedule, begin[0], len(tools.states)), begin, _known(values))
        plan = _begin(tools, plan, initial)
    else:
        plan = _plan_records(tools, values, times, regimen, start, initial)
    if (np.min(plan.times, axis=-1) < plan.start).any():
        raise EngineError(
            f"The output times begin at {np.min(plan.times):g}, before the start at {plan.start.max():g}."
        )
    return plan


def _known(values: Floats) -> Whole:
    return np.where(np.isnan(values).any(axis=1), _BAD, 0).astype(np.int64)


def _from(schedule: Schedule, start: float, states: int) -> Schedule:
    """What came before the start is over; infusions that run then go on."""
    past = schedule.time < start
    if not past.any():
        return schedule
    amount = np.where(past & (schedule.target < states), 0.0, schedule.amount)
    return replace(schedule, time=np.maximum(schedule.time, start), amount=np.ascontiguousarray(amount))


def _begin(tools: Machinery, plan: Plan, initial: ArrayLike | Mapping[str, ArrayLike] | str | None) -> Plan:
    """The plan with its initial states."""
    if initial is None:
        return plan
    if isinstance(initial, str):
        if initial != "steady":
            raise EngineError(f"initial is {initial!r}; expected 'steady', states, or nothing.")
        states, status = tools.rest(plan.values, None, None, float(plan.start[0]))
        return replace(plan, initial=states, reset=states, status=np.where(plan.status == 0, status, plan.status))
    states = given_states(tools, plan, initial)
    bad = np.where(np.isnan(states).any(axis=1), _BAD, 0)
    return replace(plan, initial=states, status=np.where(plan.status == 0, bad, plan.status))


def given_states(tools: Machinery, plan: Plan, initial: ArrayLike | Mapping[str, ArrayLike]) -> Floats:
    """Initial states by name or in the order of ``model.states`` → shape (n, states), as the state vector has them."""
    names, count = tools.model.states, len(plan.values)
    if isinstance(initial, Mapping):
        states = _at_start(tools, plan)
        for name, value in initial.items():
            if name not in names:
                raise EngineError(f"initial names {name!r}, which is no state; there are {', '.join(names)}.")
            column = np.asarray(value, dtype=np.float64)
            if column.shape not in {(), (1,), (count,)}:
                raise EngineError(f"initial {name!r} has the shape {column.shape}; expected a number or ({count},).")
            states[:, tools.states.index(name)] = column
        return states
    try:
        table = np.asarray(initial, dtype=np.float64)
    except (TypeError, ValueError):
        raise EngineError(f"initial is {str(initial)[:60]!r}; expected numbers.") from None
    if table.shape not in {(len(names),), (count, len(names))}:
        raise EngineError(f"initial has the shape {table.shape}; expected ({count}, {len(names)}).")
    states = np.zeros((count, len(tools.states)))  # areas, which are not the model's, begin at 0
    states[:, [tools.states.index(name) for name in names]] = table
    return states


def _at_start(tools: Machinery, plan: Plan) -> Floats:
    """The model's own initial states of each person."""
    times = np.broadcast_to(plan.start, len(plan.values))[:, None]
    still = Plan(plan.values, np.ascontiguousarray(times), empty_schedule(), times[:, 0].copy(), plan.status.copy())
    return tools.final(still)[0]


def empty_schedule() -> Schedule:
    """Nothing happens."""
    return Schedule(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64))


# -- records


def _plan_records(
    tools: Machinery,
    values: Floats,
    times: Floats | None,
    regimen: Regimen,
    start: float | None,
    initial: ArrayLike | Mapping[str, ArrayLike] | str | None,
) -> Plan:
    people = regimen.people
    if len(people) > 1 and len(values) == 1:
        values = np.repeat(values, len(people), axis=0)
    if len(people) not in {1, len(values)}:
        raise EngineError(f"The records are of {len(people)} persons, but the parameters of {len(values)}.")
    covariates = regimen.covariates_of(tools.vary, tools.model)
    values = values.copy()
    shared = len(people) == 1
    for row, person in enumerate(people):
        for column, name in covariates.items():
            first = person.columns[column][0]
            if not np.isnan(first):
                values[slice(None) if shared else row, tools.vary.index(name)] = first
    begin = _first_times(people, times, start)
    place_of = regimen.places(tools.states, tools.model.states)
    numbers = {name: number for number, name in enumerate(tools.model.states, start=1)}
    groups: list[tuple[Whole, Operations]] = []
    status = _known(values)
    for row, person in enumerate(people):
        rows = np.arange(len(values)) if shared else np.array([row])
        constants = {name: value for name, value in tools.model.parameters.items() if name not in tools.states}
        sources = Sources(regimen.sources_for(len(values)), rows, values[rows], tools.vary, constants, numbers)
        work = write_operations(person, sources, tools.states, place_of, covariates, regimen.carry)
        status[rows] = np.where((status[rows] == 0) & (work.bad > 0), _BAD, status[rows])
        groups.append((rows, work))
    plan = Plan(values, np.zeros(1), empty_schedule(), begin, status, people=regimen.names)
    plan = _begin(tools, plan, initial)
    plan = _reach_steady_states(tools, plan, groups)
    own, counts = _output_times(people, times, begin, len(values))
    for rows, work in groups:
        first = float(begin[0] if len(begin) == 1 else begin[rows[0]])
        _see_before_changes(work, times, first)
    plan = replace(plan, times=own, counts=counts)
    return replace(plan, schedule=assemble(groups, len(values), len(tools.states), begin))


def _first_times(people: Sequence[PersonRecords], times: Floats | None, start: float | None) -> Floats:
    if start is not None:
        return np.array([start])
    grid = np.inf if times is None else float(times[0])
    first = np.array([min(grid, float(person.time[0]) if len(person.time) else 0.0) for person in people])
    return first[:1] if len(people) == 1 else first


def _output_times(
    people: Sequence[PersonRecords], times: Floats | None, begin: Floats, count: int
) -> tuple[Floats, Whole | None]:
    if times is not None:
        return times, None
    own = []
    for row, person in enumerate(people):
        first = begin[min(row, len(begin) - 1)]
        own.append(person.time[(person.event == 0) & (person.time >= first)])
    if not any(map(len, own)):
        raise EngineError("The records hold no observation (EVID 0) to compute; give times.")
    if len(people) == 1:
        return np.ascontiguousarray(own[0]), None
    counts = np.array([len(row) for row in own], dtype=np.int64)
    table = np.empty((count, counts.max()))
    for row, seen in enumerate(own):
        table[row, : len(seen)] = seen
        table[row, len(seen) :] = seen[-1] if len(seen) else begin[min(row, len(begin) - 1)]
    return table, counts


def _see_before_changes(work: Operations, times: Floats | None, start: float) -> None:
    """Outputs that must be taken before something else happens at their time become operations."""
    wanted = (
        work.seen
        if times is None
        else [(place, moment) for place, moment in work.barriers for _ in range(int((times == moment).sum()))]
    )
    target = target_of("observe", work.states)
    for place, moment in reversed([item for item in wanted if item[1] >= start]):
        later = [time == moment for time, kind in zip(work.time[place:], work.target[place:], strict=True)]
        if later and np.any(due := np.logical_or.reduce(np.broadcast_arrays(*later))):
            work.insert(place, np.where(due, moment, np.inf), target)


# -- steady states


def _reach_steady_states(tools: Machinery, plan: Plan, groups: Sequence[tuple[Whole, Operations]]) -> Plan:
    """Compute the states that the schedules load or add, and tell the schedules where they are."""
    wanted = [(rows, work, dose) for rows, work in groups for dose in work.repeated]
    if not wanted:
        return plan
    sizes = [len(rows) for rows, _, _ in wanted]
    firsts = np.cumsum([0, *sizes])
    problems = _Problems.of([(rows, dose) for rows, _, dose in wanted], len(tools.states))
    guess = plan.reset[problems.person] if plan.reset is not None else None
    still = Plan(problems.values, np.zeros(1), empty_schedule(), problems.time, plan.status[problems.person])
    at_start = _at_start(tools, still) if guess is None else guess
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
    def of(cls, wanted: Sequence[tuple[Whole, Repeated]], _states: int) -> _Problems:
        def column(name: str, kind: type = np.float64) -> NDArray[np.generic]:
            parts = [np.broadcast_to(np.asarray(getattr(dose, name), dtype=kind), len(rows)) for rows, dose in wanted]
            return np.concatenate(parts)

        floats = {name: column(name) for name in ("time", "every", "phase", "amount", "rate", "length")}
        return cls(
            person=np.concatenate([rows for rows, _ in wanted]),
            values=np.concatenate([dose.values for _, dose in wanted]),
            state=column("state", np.int64),  # type: ignore[arg-type]
            superposed=column("superposed", np.bool_),  # type: ignore[arg-type]
            **floats,  # type: ignore[arg-type]
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
            part = replace(
                schedule, time=schedule.time[which], target=schedule.target[which], amount=schedule.amount[which]
            )
            own = rows[which]
            plan = Plan(
                self.values[own],
                self.time[own][:, None],
                part,
                self.time[own] - self.every[own],
                np.zeros(len(own), dtype=np.int64),
                initial=np.ascontiguousarray(here),
            )
            return tools.final(plan)

        states[rows], status[rows] = fixed_points(
            period, guess[rows], tools.resting, tools.rtol, tools.atol, _UNREACHED
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
        parts = (
            (np.where(drips, begin, never), states + state, rate * (whole + wraps)),
            (np.where(drips & wraps, last - every, never), states + state, -rate),
            (np.where(drips, first, never), states + state, rate),
            (np.where(drips & ~wraps, last, never), states + state, -rate),
            (np.where(bolus, first, never), state, self.amount[rows]),
        )
        time, target, amount = (np.stack([part[item] for part in parts], axis=1) for item in range(3))
        order = np.argsort(time, axis=1, kind="stable")
        time, target, amount = (np.take_along_axis(item, order, axis=1) for item in (time, target, amount))
        return Schedule(time, target, amount, np.unique(state[drips]))


# -- schedules


def assemble(groups: Sequence[tuple[Whole, Operations]], persons: int, states: int, begin: Floats) -> Schedule:
    """All operations, for each person in order of time; shared where all persons have the same."""
    infused = np.array(sorted(set().union(*(work.infused for _, work in groups))), dtype=np.int64)
    sorted_groups = [
        (rows, *_in_order(work, states, float(begin[0] if len(begin) == 1 else begin[rows[0]])))
        for rows, work in groups
    ]
    if len(sorted_groups) == 1:
        _, time, target, amount = sorted_groups[0]
        return Schedule(time, target, amount, infused)
    most = max((time.shape[-1] for _, time, _, _ in sorted_groups), default=0)
    time, amount = np.full((persons, most), np.inf), np.zeros((persons, most))
    target = np.zeros((persons, most), dtype=np.int64)
    for rows, own_time, own_target, own_amount in sorted_groups:
        part = (rows[0], slice(own_time.shape[-1]))
        time[part], target[part], amount[part] = own_time, own_target, own_amount
    return Schedule(time, target, amount, infused)


def _in_order(work: Operations, states: int, start: float) -> tuple[Floats, Whole, Floats]:
    """Time, target and amount of a group's operations; shapes (e,) or (n, e)."""
    if not work.time:
        return np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0)
    time = np.stack(np.broadcast_arrays(*work.time), axis=-1)
    amount = np.stack(np.broadcast_arrays(*work.amount), axis=-1)
    target = np.array(work.target, dtype=np.int64)
    _leave_past(time := time.copy(), target, states, start)
    order = np.argsort(time, axis=-1, kind="stable")
    target = target[order]
    time = np.take_along_axis(time, order, axis=-1)
    if order.ndim > amount.ndim:
        amount = np.broadcast_to(amount, order.shape)
    amount = np.take_along_axis(amount, np.broadcast_to(order, amount.shape), axis=-1)
    lasting = np.isfinite(time).any(axis=0) if time.ndim == 2 else np.isfinite(time)
    time, target, amount = time[..., lasting], target[..., lasting], amount[..., lasting]
    return (
        np.ascontiguousarray(np.maximum(time, start)),
        np.ascontiguousarray(target),
        np.ascontiguousarray(amount),
    )


def _leave_past(time: Floats, target: Whole, states: int, start: float) -> None:
    """Forget what happened before the start, but for covariates and for infusions that no reset has ended."""
    rate, assign = (target >= states) & (target < 2 * states), target >= target_of("set", states)
    resets = np.flatnonzero(target == target_of("reset", states))
    for place in range(len(target)):
        column = time[..., place]
        past = column < start
        if rate[place]:
            ended = [r for r in resets if r > place and np.all(time[..., r] < start)]
            if ended:
                last = np.max(time[..., ended[-1]])
                column[...] = np.where(past & (column < last), np.inf, column) if column.ndim else column
                if not column.ndim and past and column < last:
                    time[place] = np.inf
        elif not assign[place]:
            time[..., place] = np.where(past, np.inf, column)
