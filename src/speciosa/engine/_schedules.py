"""Operations of all persons → the schedule that the machine code reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from speciosa.engine._dosing import Schedule
from speciosa.engine._operations import Operations
from speciosa.engine._ops_ir import target_of
from speciosa.engine._plan import Floats, Whole

__all__ = ["assemble", "from_start"]


def from_start(schedule: Schedule, start: float, states: int) -> Schedule:
    """What came before the start is over; infusions that run then go on."""
    past = schedule.time < start
    if not past.any():
        return schedule
    amount = np.where(past & (schedule.target < states), 0.0, schedule.amount)
    return replace(schedule, time=np.maximum(schedule.time, start), amount=np.ascontiguousarray(amount))


def assemble(groups: Sequence[tuple[Whole, Operations]], persons: int, begin: Floats) -> Schedule:
    """All operations, for each person in order of time; shared where all persons have the same."""
    infused = np.array(sorted(set().union(*(work.infused for _, work in groups))), dtype=np.int64)
    sorted_groups = [
        (rows, *_in_order(work, float(begin[0] if len(begin) == 1 else begin[rows[0]]))) for rows, work in groups
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


def _in_order(work: Operations, start: float) -> tuple[Floats, Whole, Floats]:
    """Time, target and amount of a group's operations; shapes (e,) or (n, e)."""
    if not work.time:
        return np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0)
    _leave_past(work, start)
    time = np.stack(np.broadcast_arrays(*work.time), axis=-1)
    amount = np.stack(np.broadcast_arrays(*work.amount), axis=-1)
    target = np.array(work.target, dtype=np.int64)
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


def _leave_past(work: Operations, start: float) -> None:
    """Forget what happened before the start, but for covariates and for infusions that no reset has ended."""
    first, reset, assign = work.states, target_of("reset", work.states), target_of("set", work.states)
    ended = -np.inf  # time of the next reset in the list that is over
    for place in reversed(range(len(work.time))):
        target, time = work.target[place], work.time[place]
        if target == reset and (time < start).all():
            ended = max(ended, float(np.max(time)))
        if first <= target < reset:
            work.time[place] = np.where(time < ended, np.inf, time)
        elif target < assign:
            work.time[place] = np.where(time < start, np.inf, time)
