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
    "clear",
    "dose",
    "idle",
    "load",
    "observe",
    "observe_between",
    "slope",
    "step",
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


def _add_own(frame: Frame, name: str, column: str, values: str, target: str) -> None:
    """Add the explicit derivatives of a column (``values``: those of all columns) to the rows that they belong to."""
    emit = frame.emit
    if not _columns(frame).own[name]:
        return
    first, last = (
        emit.get("i64", emit.shift(f"@own_{name}_start", place)) for place in (column, emit.whole("add", column, "1"))
    )
    with emit.count(emit.whole("sub", last, first)) as index:
        entry = emit.whole("add", first, index)
        place = emit.row(target, emit.get("i64", emit.shift(f"@own_{name}_row", entry)))
        emit.store(emit.add(emit.load(place), emit.load(emit.row(values, entry))), place)


def clear(frame: Frame) -> None:
    """At the beginning of a call: 0 in all rows of which only some are ever written."""
    emit = frame.emit
    for name in ("initial_s", "per_amount_s", "infusion_s", "zero_s"):
        with emit.count(frame.lowered.rows[name]) as row:
            emit.store(emit.constant(0.0), frame.at(name, row))


def load(frame: Frame, lane: str) -> None:
    """What a person begins with."""
    emit = frame.emit
    frame.call("prepare_columns", *map(frame.rows, ("varied", "constants", "initial_s", "per_amount_s")))
    with emit.count(frame.lowered.rows["s"]) as row:
        value = emit.get("double", emit.shift(frame.at("initial_s", row), lane))
        emit.put("double", value, emit.shift(frame.at("s", row), lane))
    for number, varied in enumerate(_columns(frame).varied):
        scale, one = literal(1.0), literal(1.0)
        if varied >= 0:
            value = emit.get("double", emit.shift(frame.rows("varied", varied), lane))
            inverse = emit.value(f"fdiv double {one}, {emit.value(f'call double @llvm.fabs.f64(double {value})')}")
            scale = emit.value(
                f"select i1 {emit.test_real('une', value, literal(0.0))}, double {inverse}, double {one}"
            )
            emit.module.declarations.add("declare double @llvm.fabs.f64(double)")
        emit.put("double", scale, emit.shift(frame.rows("scale_s", number), lane))
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


def slope(frame: Frame, number: int, point: str, time: str) -> None:
    """The right side at stage ``number``, and what the columns will need of the same point."""
    columns = _columns(frame)
    partials = frame.rows("partials", number * columns.moving)
    own = frame.rows("own_slope", number * columns.own["slope"])
    frame.call("slope_wide", *map(frame.rows, (point, "constants", time, "slope")), partials, own)


def step(frame: Frame, error: str, h: str, inverse: str) -> str:
    """All columns, after the states: their stages, new points and polynomials, one column after the other.

    In this order the stages of one column stay in the fastest memory.

    Args:
        frame: the function.
        error: error of the states over the tolerance.
        h: step size.
        inverse: 1 / h.

    Returns:
        The largest error, of the states and of each column that takes part; NaN if one of them is.
    """
    emit, columns = frame.emit, _columns(frame)
    largest = emit.variable(emit.shape.vector)
    emit.store(error, largest)
    due = emit.any(emit.compare("olt", frame.get("output_time"), frame.get("new_t")))
    own = ("own_block", "own_time")
    frame.call("own_block", *map(frame.rows, ("y", "constants", "t")), frame.rows("s"), *map(frame.rows, own))
    with _each(frame) as column:
        _block(frame, column)
        for number in range(rodas.STAGES):
            _stage(frame, column, number, h, inverse)
        squares = _complete(frame, column)
        if columns.controlled:
            value = emit.unary("sqrt", emit.mul(squares, emit.constant(1.0 / frame.lowered.states)))
            best = emit.load(largest)
            keep = emit.logic("or", emit.compare("ole", value, best), emit.compare("uno", best, best))
            emit.store(emit.select(keep, best, value), largest)
        with emit.when(due):
            _dense(frame, column)
    return emit.load(largest)


def _block(frame: Frame, column: str) -> None:
    """The block N of a column at the beginning of the step, and the derivative by time."""
    s = _of(frame, "s", column, frame.lowered.states)
    rows = map(frame.rows, ("y", "constants", "t"))
    frame.call("block", *rows, s, frame.rows("block"), frame.rows("time_s"))
    _add_own(frame, "block", column, frame.rows("own_block"), frame.rows("block"))
    if frame.lowered.timed:
        _add_own(frame, "time", column, frame.rows("own_time"), frame.rows("time_s"))


def _stage(frame: Frame, column: str, number: int, h: str, inverse: str) -> None:
    """Stage ``number`` of a column."""
    emit, n, columns = frame.emit, frame.lowered.states, _columns(frame)
    s, new = _of(frame, "s", column, n), _of(frame, "new_s", column, n)
    slope_by_time = rodas.TIME_SLOPES[number] if frame.lowered.timed else 0.0
    scaled = emit.mul(emit.constant(slope_by_time), h) if slope_by_time else ""
    with emit.count(n) as state:
        first, place = frame.at("k_s", state), emit.row(new, state)
        if 0 < number < 6:
            emit.store(_weighted(frame, rodas.A[number], first, emit.load(emit.row(s, state))), place)
        elif number:
            last = emit.load(emit.row(first, (number - 1) * n))
            emit.store(emit.add(emit.load(place), last), place)
        extra = _weighted(frame, rodas.C[number], first, None)
        extra = emit.mul(extra, inverse) if number else extra
        if scaled:
            extra = emit.fma(scaled, emit.load(frame.at("time_s", state)), extra)
        emit.store(extra, frame.at("extra_s", state))
    if columns.dosed:
        flow = _of(frame, "infusion_s", column, n)
        with frame.infused() as state:
            place = frame.at("extra_s", state)
            emit.store(emit.add(emit.load(place), emit.load(emit.row(flow, state))), place)
    own = frame.rows("own_slope", number * columns.own["slope"])
    _add_own(frame, "slope", column, own, frame.rows("extra_s"))
    partials = frame.rows("partials", number * columns.moving)
    states, result = frame.rows("k", number * n), frame.rows("k_s", number * n)
    extra, factors = frame.rows("extra_s"), frame.rows("factors")
    point = new if number else s
    rows = (partials, point, frame.rows("block"), states, extra, frame.rows("zero_s"), factors, result)
    frame.call("column", frame.rows("constants"), *rows)


def _complete(frame: Frame, column: str) -> str:
    """The new point of a column; returns the sum of squares of its error over the tolerance.

    The absolute tolerance is that of the states divided by the size of the parameter, as in CVODES.
    """
    emit, n, columns = frame.emit, frame.lowered.states, _columns(frame)
    s, new = _of(frame, "s", column, n), _of(frame, "new_s", column, n)
    relative = emit.spread(emit.get("double", frame.argument("relative")))
    scale = emit.load(frame.at("scale_s", column)) if columns.controlled else ""
    total = emit.variable(emit.shape.vector)
    emit.store(emit.constant(0.0), total)
    with emit.count(n) as state:
        place = emit.row(new, state)
        last = emit.load(frame.at("k_s", state, (rodas.STAGES - 1) * n))
        value = emit.add(emit.load(place), last)
        emit.store(value, place)
        if columns.controlled:
            old_size, size = emit.unary("fabs", emit.load(emit.row(s, state))), emit.unary("fabs", value)
            size = emit.select(emit.compare("ogt", old_size, size), old_size, size)
            absolute = emit.mul(scale, emit.load(frame.at("tolerance", state)))
            ratio = emit.div(last, emit.fma(relative, size, absolute))
            emit.store(emit.fma(ratio, ratio, emit.load(total)), total)
    return emit.load(total)


def _dense(frame: Frame, column: str) -> None:
    """The polynomials between the ends of the step, for the states that the outputs need."""
    emit, needed = frame.emit, frame.lowered.needed
    target = _of(frame, "dense_s", column, 3 * needed)
    with emit.count(needed) as state:
        first = frame.at("k_s", state)
        for row, coefficients in enumerate(rodas.DENSE):
            place = emit.row(emit.row(target, row * needed), state)
            emit.store(_weighted(frame, coefficients, first, None), place)


def accept(frame: Frame, good: str) -> None:
    """Go on to the new point where the step is good."""
    emit = frame.emit
    with emit.count(frame.lowered.rows["s"]) as row:
        place = frame.at("s", row)
        emit.store(emit.select(good, emit.load(frame.at("new_s", row)), emit.load(place)), place)


def observe_between(frame: Frame, x: str, rest: str) -> None:
    """Derivatives of the outputs at the fraction x of the step; rest = 1 - x."""
    emit, n, needed = frame.emit, frame.lowered.states, frame.lowered.needed
    _own_outputs(frame, ("between", "constants", "output_time"))
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
    _own_outputs(frame, ("y", "constants", "t"))
    with _each(frame) as column:
        _outputs_along(frame, ("y", "constants", "t"), _of(frame, "s", column, n), column)


def _own_outputs(frame: Frame, point: tuple[str, ...]) -> None:
    rows = map(frame.rows, (*point, "s", "own_outputs", "own_time"))  # s and own_time are not touched
    frame.call("own_outputs", *rows)


def _outputs_along(frame: Frame, point: tuple[str, ...], s: str, column: str) -> None:
    outputs = _columns(frame).outputs
    target = _of(frame, "watched", column, outputs, outputs)  # after the outputs themselves
    frame.call("outputs_along", *map(frame.rows, point), s, target, frame.rows("time_s"))
    _add_own(frame, "outputs", column, frame.rows("own_outputs"), target)
