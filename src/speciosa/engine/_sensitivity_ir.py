"""The columns of sensitivities in the integrator; see :mod:`._sensitivities` for the equations.

Every function here is called where the integrator does the same for the states, and only if there are columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from speciosa.engine import _rodas5p as rodas
from speciosa.engine._emitter import literal

if TYPE_CHECKING:
    from speciosa.engine._sensitivities import Columns
    from speciosa.engine._step_ir import Frame

__all__ = [
    "accept",
    "begin_step",
    "clear",
    "complete",
    "dense",
    "dose",
    "idle",
    "load",
    "observe",
    "observe_between",
    "slope",
    "stage",
    "worst",
]


def _columns(frame: Frame) -> Columns:
    columns = frame.lowered.columns
    assert columns is not None  # noqa: S101 - the callers ask first
    return columns


def _of(frame: Frame, name: str, column: str, stride: int, offset: int = 0) -> str:
    """Address of the rows of one column."""
    return frame.emit.row(frame.rows(name, offset), frame.emit.whole("mul", column, str(stride)))


@contextmanager
def _each(frame: Frame) -> Iterator[str]:
    with frame.emit.count(_columns(frame).count) as column:
        yield column


def _weighted(frame: Frame, coefficients: Sequence[float], k: str, start: str | None) -> str:
    """start + Σ coefficient × k, ``k`` being the address of one state's first stage in a column."""
    emit, n = frame.emit, frame.lowered.states
    total = start
    for stage, coefficient in enumerate(coefficients):
        value, factor = emit.load(emit.row(k, stage * n)), emit.constant(coefficient)
        if coefficient == 1.0 and total is not None:
            total = emit.add(total, value)
        else:
            total = emit.mul(factor, value) if total is None else emit.fma(factor, value, total)
    return emit.constant(0.0) if total is None else total


def clear(frame: Frame) -> None:
    """At the beginning of a call: 0 in all rows of which only some are ever written."""
    emit = frame.emit
    for name in ("own_slope", "own_block", "own_time", "own_outputs", "initial_s", "per_amount_s", "infusion_s"):
        with emit.count(frame.lowered.rows[name]) as row:
            emit.store(emit.constant(0.0), frame.at(name, row))


def load(frame: Frame, lane: str) -> None:
    """What a person begins with."""
    emit = frame.emit
    frame.call("prepare_columns", *map(frame.rows, ("varied", "initial_s", "per_amount_s")))
    with emit.count(frame.lowered.rows["s"]) as row:
        value = emit.get("double", emit.shift(frame.at("initial_s", row), lane))
        emit.put("double", value, emit.shift(frame.at("s", row), lane))
    with emit.count(frame.lowered.rows["infusion_s"]) as row:
        emit.put("double", literal(0.0), emit.shift(frame.at("infusion_s", row), lane))


def idle(frame: Frame, lane: str) -> None:
    """Harmless numbers in a resting lane."""
    emit = frame.emit
    with emit.count(frame.lowered.rows["s"]) as row:
        emit.put("double", literal(0.0), emit.shift(frame.at("s", row), lane))


def dose(frame: Frame, lane: str, state: str, infusion: str, amount: str) -> None:
    """Add what a dose, or a change of an infusion's rate, adds to the sensitivities.

    Args:
        frame: the function.
        lane: the lane (i64).
        state: the state that receives it (i64).
        infusion: whether it is a change of rate (i1).
        amount: the amount or the change (double).
    """
    if not _columns(frame).dosed:
        return
    emit, n = frame.emit, frame.lowered.states
    with _each(frame) as column:
        row = emit.whole("add", emit.whole("mul", column, str(n)), state)
        scale = emit.get("double", emit.shift(frame.at("per_amount_s", row), lane))
        into = emit.value(f"select i1 {infusion}, ptr {frame.at('infusion_s', row)}, ptr {frame.at('s', row)}")
        into = emit.shift(into, lane)
        added = emit.value(f"fmul double {amount}, {scale}")
        emit.put("double", emit.value(f"fadd double {emit.get('double', into)}, {added}"), into)


def begin_step(frame: Frame) -> None:
    """The blocks N at the beginning of a step, and the derivatives by time."""
    n, entries = frame.lowered.states, _columns(frame).entries
    point = ("y", "constants", "t")
    frame.call("own_block", *map(frame.rows, (*point, "own_block", "own_time")))
    with _each(frame) as column:
        timed = n if frame.lowered.timed else 0
        parts = (("s", n), ("own_block", entries), ("block", entries), ("own_time", timed), ("time_s", timed))
        rows = [_of(frame, name, column, stride) for name, stride in parts]
        frame.call("block", *map(frame.rows, point), *rows)


def slope(frame: Frame, point: str, time: str) -> None:
    """The right side at a stage, and what all columns need of the same point."""
    frame.call("slope_wide", *map(frame.rows, (point, "constants", time, "slope", "partials", "own_slope")))


def stage(frame: Frame, number: int, inverse: str, scaled: str) -> None:
    """Stage ``number`` of all columns, after that of the states.

    Args:
        frame: the function.
        number: the stage, from 0.
        inverse: 1 / h.
        scaled: h × this stage's coefficient of the derivative by time; empty where there is none.
    """
    emit, n, columns = frame.emit, frame.lowered.states, _columns(frame)
    with _each(frame) as column:
        k = _of(frame, "k_s", column, rodas.STAGES * n)
        s, new = _of(frame, "s", column, n), _of(frame, "new_s", column, n)
        late = _of(frame, "time_s", column, n) if scaled else ""
        with emit.count(n) as state:
            first = emit.row(k, state)
            place = emit.row(new, state)
            if 0 < number < 6:
                emit.store(_weighted(frame, rodas.A[number], first, emit.load(emit.row(s, state))), place)
            elif number:
                last = emit.load(emit.row(first, (number - 1) * n))
                emit.store(emit.add(emit.load(place), last), place)
            extra = _weighted(frame, rodas.C[number], first, None)
            extra = emit.mul(extra, inverse) if number else extra
            if scaled:
                extra = emit.fma(scaled, emit.load(emit.row(late, state)), extra)
            emit.store(extra, frame.at("extra_s", state))
        if columns.dosed:
            flow = _of(frame, "infusion_s", column, n)
            with frame.infused() as state:
                place = frame.at("extra_s", state)
                emit.store(emit.add(emit.load(place), emit.load(emit.row(flow, state))), place)
        block, own = _of(frame, "block", column, columns.entries), _of(frame, "own_slope", column, n)
        stage_of_states = frame.rows("k", number * n)
        point = new if number else s
        shared = map(frame.rows, ("constants", "partials"))
        frame.call("column", *shared, point, block, stage_of_states, own, frame.rows("slope_s"))
        frame.call("solve", *map(frame.rows, ("factors", "slope_s", "extra_s")), emit.row(k, number * n))


def complete(frame: Frame) -> None:
    """The new point of all columns."""
    emit, n = frame.emit, frame.lowered.states
    with _each(frame) as column:
        new = _of(frame, "new_s", column, n)
        last = _of(frame, "k_s", column, rodas.STAGES * n, (rodas.STAGES - 1) * n)
        with emit.count(n) as state:
            place = emit.row(new, state)
            emit.store(emit.add(emit.load(place), emit.load(emit.row(last, state))), place)


def worst(frame: Frame, relative: str, total: str) -> str:
    """The largest of the sums of squared errors, over the states and over each column; NaN if one of them is.

    A column's absolute tolerance is that of the states divided by the size of the parameter, as in CVODES.
    """
    columns = _columns(frame)
    if not columns.controlled:
        return total
    emit, n = frame.emit, frame.lowered.states
    largest, own = emit.variable(emit.shape.vector), emit.variable(emit.shape.vector)
    emit.store(total, largest)
    one = emit.constant(1.0)
    for number, varied in enumerate(columns.varied):
        scale = one
        if varied >= 0:
            size = emit.unary("fabs", emit.load(frame.rows("varied", varied)))
            scale = emit.select(emit.compare("ogt", size, emit.constant(0.0)), emit.div(one, size), one)
        emit.store(emit.constant(0.0), own)
        with emit.count(n) as state:
            last = emit.load(frame.at("k_s", state, (number * rodas.STAGES + rodas.STAGES - 1) * n))
            old = emit.unary("fabs", emit.load(frame.at("s", state, number * n)))
            new = emit.unary("fabs", emit.load(frame.at("new_s", state, number * n)))
            size = emit.select(emit.compare("ogt", old, new), old, new)
            absolute = emit.mul(scale, emit.load(frame.at("tolerance", state)))
            ratio = emit.div(last, emit.fma(relative, size, absolute))
            emit.store(emit.fma(ratio, ratio, emit.load(own)), own)
        best, value = emit.load(largest), emit.load(own)
        keep = emit.logic("or", emit.compare("ole", value, best), emit.compare("uno", best, best))
        emit.store(emit.select(keep, best, value), largest)
    return emit.load(largest)


def accept(frame: Frame, good: str) -> None:
    """Go on to the new point where the step is good."""
    emit = frame.emit
    with emit.count(frame.lowered.rows["s"]) as row:
        place = frame.at("s", row)
        emit.store(emit.select(good, emit.load(frame.at("new_s", row)), emit.load(place)), place)


def dense(frame: Frame) -> None:
    """The polynomials between the ends of the step, for the states that the outputs need."""
    emit, n, needed = frame.emit, frame.lowered.states, frame.lowered.needed
    with _each(frame) as column:
        k, target = _of(frame, "k_s", column, rodas.STAGES * n), _of(frame, "dense_s", column, 3 * needed)
        with emit.count(needed) as state:
            first = emit.row(k, state)
            for row, coefficients in enumerate(rodas.DENSE):
                place = emit.row(emit.row(target, row * needed), state)
                emit.store(_weighted(frame, coefficients, first, None), place)


def observe_between(frame: Frame, x: str, rest: str) -> None:
    """Derivatives of the outputs at the fraction x of the step; rest = 1 - x."""
    emit, n, needed = frame.emit, frame.lowered.states, frame.lowered.needed
    frame.call("own_outputs", *map(frame.rows, ("between", "constants", "output_time", "own_outputs", "own_time")))
    with _each(frame) as column:
        old, new = _of(frame, "s", column, n), _of(frame, "new_s", column, n)
        polynomial = _of(frame, "dense_s", column, 3 * needed)
        with emit.count(needed) as state:
            r2, r3, r4 = (emit.load(emit.row(emit.row(polynomial, row * needed), state)) for row in range(3))
            inner = emit.fma(x, emit.fma(x, r4, r3), r2)
            inner = emit.fma(rest, inner, emit.load(emit.row(new, state)))
            outer = emit.mul(rest, emit.load(emit.row(old, state)))
            emit.store(emit.fma(x, inner, outer), frame.at("between_s", state))
        _outputs_along(frame, ("between", "constants", "output_time"), frame.rows("between_s"), column)


def observe(frame: Frame) -> None:
    """Derivatives of the outputs at a stop."""
    n = frame.lowered.states
    frame.call("own_outputs", *map(frame.rows, ("y", "constants", "t", "own_outputs", "own_time")))
    with _each(frame) as column:
        _outputs_along(frame, ("y", "constants", "t"), _of(frame, "s", column, n), column)


def _outputs_along(frame: Frame, point: tuple[str, ...], s: str, column: str) -> None:
    outputs = _columns(frame).outputs
    own = _of(frame, "own_outputs", column, outputs)
    target = _of(frame, "watched", column, outputs, outputs)  # after the outputs themselves
    times = (frame.rows("own_time"), frame.rows("time_s"))  # not touched
    frame.call("outputs_along", *map(frame.rows, point), s, own, target, *times)
