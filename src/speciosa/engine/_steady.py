"""States at rest, and states that repeated doses bring back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine import _native
from speciosa.engine._dosing import Dosing, Schedule
from speciosa.engine._emitter import Module, Shape
from speciosa.engine._equations import build
from speciosa.engine._lowering import lower
from speciosa.engine._periodic import fixed_points
from speciosa.engine._plan import Floats, Limits, Machinery, Plan, Whole, empty_schedule
from speciosa.engine._planning import given_states, own_states
from speciosa.engine._steady_ir import STEADY_ARGUMENTS, define_steady
from speciosa.engine._vector_math import define
from speciosa.engine._workspace import WORDS, Workspace
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._kernel import Kernel

__all__ = ["SteadyState", "find_steady_state", "machinery"]

_FINER = 0.01  # periods are computed so much more exactly than their fixed point is wanted
_FINEST = 1e-13
_REST = (1e-9, 1e-3)  # states at rest: largest relative tolerance, and the absolute one beside that of the run
_MOST_ITERATIONS = 500


class SteadyState(NamedTuple):
    """States at rest.

    Attributes:
        states: in the order of ``model.states``, shape (n, states); NaN where they were not reached.
        status: as in :class:`Result`, shape (n,).
    """

    states: NDArray[np.float64]
    status: NDArray[np.int8]


Runner: TypeAlias = "Callable[[Kernel, Plan, Limits], tuple[Floats, Whole]]"


def machinery(kernel: Kernel, limits: Limits, final: Runner) -> Machinery:
    """A kernel as planning needs it; its inner runs are more exact than the run itself."""
    finer = replace(limits, rtol=max(_FINER * limits.rtol, _FINEST), atol=_FINER * limits.atol, max_steps=100_000)
    calm = replace(limits, rtol=min(limits.rtol, _REST[0]), atol=_REST[1] * limits.atol, max_steps=_MOST_ITERATIONS)

    def rest(values: Floats, given: Floats | None, rates: Floats | None, time: float) -> tuple[Floats, Whole]:
        return states_at_rest(kernel, values, given, rates, time, calm)

    return Machinery(
        model=kernel.model,
        vary=kernel.vary,
        states=tuple(kernel.program.facts["states"]),
        resting=np.array(kernel.program.facts["resting"], dtype=np.bool_),
        final=lambda plan: final(kernel, plan, finer),
        rest=rest,
        rtol=limits.rtol,
        atol=limits.atol,
    )


def find_steady_state(
    tools: Machinery,
    values: Floats,
    dosing: Dosing | None,
    every: float | None,
    time: float,
    initial: ArrayLike | Mapping[str, ArrayLike] | None,
) -> SteadyState:
    """See :meth:`Kernel.steady_state`."""
    status = np.where(np.isnan(values).any(axis=1), WORDS.index("bad parameter"), 0).astype(np.int64)
    plan = Plan(values, np.array([time]), empty_schedule(), np.array([time]), status)
    given = None if initial is None else given_states(tools, plan, initial)
    if dosing is None:
        states, status = tools.rest(values, given, None, time)
    else:
        plan = replace(plan, initial=given)
        states, status = _come_back(tools, plan, dosing, every)
    states[status != 0] = np.nan
    order = [tools.states.index(name) for name in tools.model.states]
    return SteadyState(states[:, order], status.astype(np.int8))


def _come_back(tools: Machinery, plan: Plan, dosing: Dosing, every: float | None) -> tuple[Floats, Whole]:
    """The states at the beginning of a period."""
    if every is None or not (np.isfinite(every) and every > 0):
        raise EngineError(f"every is {every}; expected the time, above 0, after which the doses are repeated.")
    if dosing.regimen is not None:
        raise EngineError("The repeated doses come from records with more than doses; use SS in the records instead.")
    if (dosing.time >= every).any():
        raise EngineError(f"A dose at {dosing.time.max():g} is not within the {every:g} after which it is repeated.")
    begin = float(plan.start[0])
    schedule = dosing.schedule(tools.states, len(plan.values), tools.model.states)
    schedule = _folded(schedule, every)
    schedule = replace(schedule, time=schedule.time + begin)

    def period(which: Whole, here: Floats) -> tuple[Floats, Whole]:
        own = Plan(
            plan.values[which],
            np.array([begin + every]),
            schedule.of(which),
            plan.start,
            plan.status[which],
            initial=np.ascontiguousarray(here),
        )
        return tools.final(own)

    start = plan.initial
    if start is None:
        start = own_states(tools, plan)
    usable = np.flatnonzero(plan.status == 0)
    states, status = start.copy(), plan.status.copy()
    found = fixed_points(
        lambda which, here: period(usable[which], here),
        start[usable],
        tools.resting,
        tools.rtol,
        tools.atol,
        WORDS.index("no steady state"),
    )
    states[usable], status[usable] = found
    return states, status


def _folded(schedule: Schedule, every: float) -> Schedule:
    """Ends of infusions that lie beyond the period are those of infusions begun in periods before."""
    beyond = np.floor(np.where(np.isfinite(schedule.time), schedule.time, 0.0) / every)
    late = beyond >= 1
    if not late.any():
        return schedule
    # an end that comes k periods later: at the beginning of a period its infusion already runs k times
    shape = np.broadcast_shapes(schedule.time.shape, schedule.amount.shape)
    time, amount = (np.broadcast_to(item, shape) for item in (schedule.time, schedule.amount))
    target = np.broadcast_to(schedule.target, shape)
    running = np.where(np.broadcast_to(late, shape), -amount * beyond, 0.0)
    time = np.concatenate([np.zeros(shape), time - beyond * every], axis=-1)
    target, amount = np.concatenate([target, target], axis=-1), np.concatenate([running, amount], axis=-1)
    return Schedule.in_order(time, target, amount, schedule.infused)


# -- states at rest


@lru_cache(maxsize=16)
def _program(kernel: Kernel) -> _native.Program:
    """The machine code of the search for rest; made when it is first needed, and kept as the kernel's own is."""
    target = _native.machine()
    key = _native.cache_key(target, steady=True, sbml=kernel.model.sbml, wanted=repr(kernel.wanted), lanes=kernel.lanes)
    found = _native.read_cache(key) if kernel.cached else None
    if found is None:
        module = Module(Shape(kernel.lanes, fma=target.fma))
        define(module)
        extended = kernel.wanted.watched(kernel.model)  # the states are in the order that the outputs ask for
        lowered = lower(module, build(extended.model, extended.symbols, kernel.vary), len(kernel.vary))
        workspace = Workspace.of(lowered)
        define_steady(module, lowered, workspace)
        found = _native.assemble(module.text(), target), {"rows": workspace.rows}
        if kernel.cached:
            _native.write_cache(key, *found)
    return _native.Program(found[0], target, found[1])


def states_at_rest(
    kernel: Kernel, values: Floats, given: Floats | None, rates: Floats | None, time: float, limits: Limits
) -> tuple[Floats, Whole]:
    """States at rest, shape (n, states) in the order of the state vector, and status."""
    program, facts = _program(kernel), kernel.program.facts
    persons, width = len(values), len(facts["states"])
    status = np.where(np.isnan(values).any(axis=1), WORDS.index("bad parameter"), 0).astype(np.int64)
    states = np.full((persons, width), np.nan)
    entries: dict[str, NDArray[np.generic] | None] = {
        "parameters": np.ascontiguousarray(values),
        "initial": None if given is None else np.ascontiguousarray(given),
        "rates": None if rates is None else np.ascontiguousarray(rates),
        "resting": np.array(facts["resting"], dtype=np.float64),
        "time": np.array([time]),
        "relative": np.array([limits.rtol]),
        "absolute": np.ascontiguousarray(limits.atol),
        "max_steps": np.array([float(limits.max_steps)]),
        "states": states,
        "status": status,
        "steps": np.zeros(persons, dtype=np.int64),
    }
    plain = [0 if (e := entries[name]) is None else e.ctypes.data for name in STEADY_ARGUMENTS]
    arguments = np.array(plain, dtype=np.uint64)
    row = 8 * kernel.lanes

    def run(start: int) -> None:
        memory = np.zeros((program.facts["rows"] + 1) * row, dtype=np.uint8)
        aligned = -(-memory.ctypes.data // row) * row
        program.run(arguments.ctypes.data, start, min(start + limits.chunk, persons), aligned)

    with ThreadPoolExecutor(max_workers=limits.threads) as pool:
        list(pool.map(run, range(0, persons, limits.chunk)))
    states[(status != 0)] = np.nan
    return states, status
