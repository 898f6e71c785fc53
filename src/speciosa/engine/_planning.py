"""From what the caller gives to the plan of a run: persons, times, schedules, starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from speciosa.engine._dosing import Dosing
from speciosa.engine._operations import Operations, Sources, write_operations
from speciosa.engine._ops_ir import target_of
from speciosa.engine._plan import Floats, Machinery, Plan, Whole, empty_schedule
from speciosa.engine._records import PersonRecords
from speciosa.engine._regimen import Regimen
from speciosa.engine._schedules import assemble, from_start
from speciosa.engine._steady_doses import reach_steady_states
from speciosa.engine._workspace import WORDS
from speciosa.errors import EngineError

__all__ = ["given_states", "make_plan", "own_states"]

_BAD = WORDS.index("bad parameter")


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
        plan = Plan(values, times, from_start(schedule, begin[0], len(tools.states)), begin, _known(values))
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


def _begin(tools: Machinery, plan: Plan, initial: ArrayLike | Mapping[str, ArrayLike] | str | None) -> Plan:
    """The plan with its initial states."""
    if initial is None:
        return plan
    if isinstance(initial, str):
        if initial != "steady":
            raise EngineError(f"initial is {initial!r}; expected 'steady', states, or nothing.")
        states, status = np.empty((len(plan.values), len(tools.states))), plan.status.copy()
        starts = np.broadcast_to(plan.start, len(plan.values))
        for time in np.unique(starts):  # where a model has a clock, its rest depends on the time
            rows = np.flatnonzero(starts == time)
            states[rows], status[rows] = tools.rest(plan.values[rows], None, None, float(time))
        return replace(plan, initial=states, reset=states, status=np.where(plan.status == 0, status, plan.status))
    states = given_states(tools, plan, initial)
    bad = np.where(np.isnan(states).any(axis=1), _BAD, 0)
    return replace(plan, initial=states, status=np.where(plan.status == 0, bad, plan.status))


def given_states(tools: Machinery, plan: Plan, initial: ArrayLike | Mapping[str, ArrayLike]) -> Floats:
    """Initial states by name or in the order of ``model.states`` → shape (n, states), as the state vector has them."""
    names, count = tools.model.states, len(plan.values)
    if isinstance(initial, Mapping):
        states = own_states(tools, plan)
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


def own_states(tools: Machinery, plan: Plan) -> Floats:
    """The model's own initial states of each person."""
    times = np.broadcast_to(plan.start, len(plan.values))[:, None]
    still = Plan(plan.values, np.ascontiguousarray(times), empty_schedule(), times[:, 0].copy(), plan.status.copy())
    return tools.final(still)[0]


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
    constants = {name: value for name, value in tools.model.parameters.items() if name not in tools.states}
    grid = np.zeros(0) if times is None else times
    groups: list[tuple[Whole, Operations]] = []
    status = _known(values)
    for row, person in enumerate(people):
        rows = np.arange(len(values)) if shared else np.array([row])
        sources = Sources(regimen.sources_for(len(values)), rows, values[rows], tools.vary, constants, numbers)
        work = write_operations(person, sources, tools.states, place_of, covariates, regimen.carry, grid)
        status[rows] = np.where((status[rows] == 0) & (work.bad > 0), _BAD, status[rows])
        groups.append((rows, work))
    plan = Plan(
        values, np.zeros(1), empty_schedule(), begin, status, people=regimen.names if len(people) == len(values) else ()
    )
    plan = _begin(tools, plan, initial)
    plan = reach_steady_states(tools, plan, groups, own_states)
    own, counts = _output_times(people, times, begin, len(values))
    for rows, work in groups:
        first = float(begin[0] if len(begin) == 1 else begin[rows[0]])
        _see_before_changes(work, times, first)
    plan = replace(plan, times=own, counts=counts)
    return replace(plan, schedule=assemble(groups, len(values), begin))


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
    if not work.time:
        return
    moments = np.stack(np.broadcast_arrays(*work.time))
    for place, moment in reversed([item for item in wanted if item[1] >= start]):
        due = (moments[place:] == moment).any(axis=0)
        if due.any():
            work.insert(place, np.where(due, moment, np.inf), target_of("observe", work.states))
