"""Where all slopes are 0: pseudo-transient continuation, which ends as Newton's method.

Each iteration solves (1/h - J) Δ = f(y) with the integrator's own factorisation and moves y by Δ: for a small h a short
step along the curve, for a large one a Newton step. A second solve tells how much further the point would go because
the slopes there are not the promised ones, Δ / h: h grows, 10 times at most, where that is less than half of Δ, and
shrinks where it is more. Where cᵀ f = 0 whatever y is, as for the total of a molecule's forms, cᵀ Δ = 0 too: totals
stay what they were, although J is singular. Sources: C. T. Kelley, D. E. Keyes, Convergence analysis of
pseudo-transient continuation, SIAM Journal on Numerical Analysis 35 (1998) 508-523; P. Deuflhard, Newton Methods for
Nonlinear Problems, Springer 2004, sections 3.3 (natural monotonicity) and 6.4; the numbers of the control are ours.

Newton's method would as gladly go back to a state that the curve leaves. An h beyond the time in which it leaves turns
the sign of the determinant of J - 1/h; such an h is refused, and the search follows the curve.

At rest is who moved by less than the tolerance in :data:`CALM` iterations one after another. As long as the slopes are
more than rounding errors, h grows tenfold each time, so that a slow state moves tenfold too and is noticed; once they
are rounding errors, h no longer grows, so that these are not blown up where J is singular.
"""

from __future__ import annotations

import math
from typing import Final

from speciosa.engine._emitter import Emitter, Module, literal
from speciosa.engine._lowering import Lowered
from speciosa.engine._step_ir import Frame
from speciosa.engine._workspace import ARRIVED, FAILED, IDLE, RUNNING, WORDS, Workspace

__all__ = ["CALM", "STEADY_ARGUMENTS", "define_steady"]

STEADY_ARGUMENTS: Final = (
    "parameters",  # double (n, varied)
    "initial",  # double (n, states), or 0: the model's initial states
    "rates",  # double (n, states): amounts that flow into each state per time; or 0
    "resting",  # double (states,): 1 for states that must come to rest, 0 for those that nothing depends on
    "time",  # address of a double: time at which the slopes are taken
    "relative",  # address of a double
    "absolute",  # double (states,)
    "max_steps",  # address of a double
    "states",  # double (n, states): filled
    "status",  # i64 (n,): filled; a person whose status is not 0 at the call is left out
    "steps",  # i64 (n,): filled
)
CALM: Final = 4.0
_MOST_GROWTH: Final = 10.0
_LEAST_GROWTH: Final = 0.25
_WANTED: Final = 0.5  # how much further the point may want to go, relative to how far it went
_RANGE: Final = (1e-40, 1e40)  # of h


class _SteadyFrame(Frame):
    """A function with the arguments of this module."""

    def argument(self, name: str, kind: str = "ptr") -> str:
        return self.emit.get(kind, self.emit.shift("%args", str(STEADY_ARGUMENTS.index(name))))


def define_steady(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@run(args, start, stop, ws)``: the states at rest of the persons start … stop - 1, lanes at a time."""
    _define_enter(module, lowered, workspace)
    _define_iterate(module, lowered, workspace)
    _define_leave(module, lowered, workspace)
    with Emitter(module, "void @run(ptr %args, i64 %start, i64 %stop, ptr %ws)") as emit:
        frame = _SteadyFrame(emit, lowered, workspace)
        with emit.count(lowered.states) as state:
            tolerance = emit.get("double", emit.shift(frame.argument("absolute"), state))
            emit.store(emit.spread(tolerance), frame.at("tolerance", state))
            emit.store(emit.constant(0.0), frame.at("extra", state))
        first = emit.variable("i64")
        emit.put("i64", "%start", first)
        with emit.repeat() as (_, after):
            person = emit.get("i64", first)
            emit.leave_if(emit.test("sge", person, "%stop"), after)
            emit.do(f"call void @enter(ptr %ws, ptr %args, i64 {person}, i64 %stop)")
            with emit.repeat() as (_, rested):
                emit.leave_if(emit.value(f"xor i1 {emit.any(frame.is_mode(RUNNING))}, true"), rested)
                emit.do("call void @iterate(ptr %ws, ptr %args)")
            emit.do(f"call void @leave(ptr %ws, ptr %args, i64 {person}, i64 %stop)")
            emit.put("i64", emit.whole("add", person, str(emit.shape.lanes)), first)
        emit.do("ret void")


def _define_enter(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@enter(ws, args, person, stop)``: the next persons into the lanes, and a first h."""
    with Emitter(module, "internal void @enter(ptr %ws, ptr %args, i64 %person, i64 %stop) #1") as emit:
        frame = _SteadyFrame(emit, lowered, workspace)
        frame.put("mode", emit.constant(IDLE))
        frame.put("t", emit.spread(emit.get("double", frame.argument("time"))))
        for name in ("count", "first", "code"):
            frame.put(name, emit.constant(0.0))
        with emit.count(emit.shape.lanes) as lane:
            own = emit.whole("add", "%person", lane)
            with emit.when(emit.test("slt", own, "%stop")):
                status = emit.get("i64", emit.shift(frame.argument("status"), own))
                with emit.when(emit.test("eq", status, "0")):
                    emit.put("double", literal(RUNNING), frame.lane("mode", lane))
                source = emit.shift(frame.argument("parameters"), emit.whole("mul", own, str(lowered.varied)))
                with emit.count(lowered.varied) as index:
                    value = emit.get("double", emit.shift(source, index))
                    emit.put("double", value, emit.shift(frame.at("varied", index), lane))
        frame.call("prepare", *map(frame.rows, ("varied", "constants", "initial", "per_amount")))
        with emit.count(lowered.states) as state:
            emit.store(emit.load(frame.at("initial", state)), frame.at("y", state))
            emit.store(emit.constant(0.0), frame.at("infusion", state))
        with emit.count(emit.shape.lanes) as lane:
            own = emit.whole("add", "%person", lane)
            with emit.when(emit.test("slt", own, "%stop")):
                _given(frame, own, lane)
        _residual(frame, "y", frame.rows("slope"), frame.rows("slope"))
        size, speed = (_norm(frame, name) for name in ("y", "slope"))
        usable = emit.logic(
            "and", emit.compare("ogt", size, emit.constant(1e-5)), emit.compare("ogt", speed, emit.constant(1e-5))
        )
        guess = emit.div(emit.mul(emit.constant(0.01), size), speed)
        frame.put("next_h", emit.select(usable, guess, emit.constant(1e-6)))
        emit.do("ret void")


def _given(frame: Frame, person: str, lane: str) -> None:
    """Given states and infusion rates of a person."""
    emit, n = frame.emit, frame.lowered.states
    place = emit.whole("mul", person, str(n))
    for name, rows in (("initial", "y"), ("rates", "infusion")):
        given = frame.argument(name)
        with emit.when(emit.value(f"icmp ne ptr {given}, null")):
            given = emit.shift(given, place)
            with emit.count(n) as state:
                value = emit.get("double", emit.shift(given, state))
                if rows == "infusion":
                    scale = emit.get("double", emit.shift(frame.at("per_amount", state), lane))
                    value = emit.value(f"fmul double {value}, {scale}")
                emit.put("double", value, emit.shift(frame.at(rows, state), lane))


def _resting(frame: Frame, state: str) -> str:
    """Mask: all lanes or none."""
    emit = frame.emit
    flag = emit.spread(emit.get("double", emit.shift(frame.argument("resting"), state)))
    return emit.compare("oeq", flag, emit.constant(1.0))


def _residual(frame: Frame, point: str, scratch: str, out: str) -> None:
    """Slopes with infusions; 0 for states that need not rest."""
    emit = frame.emit
    frame.call("slope", *map(frame.rows, (point, "constants", "t")), scratch)
    with emit.count(frame.lowered.states) as state:
        value = emit.add(emit.load(emit.row(scratch, state)), emit.load(frame.at("infusion", state)))
        emit.store(emit.select(_resting(frame, state), value, emit.constant(0.0)), emit.row(out, state))


def _allowed(frame: Frame, state: str, *points: str) -> str:
    emit = frame.emit
    size = emit.constant(0.0)
    for point in points:
        here = emit.unary("fabs", emit.load(frame.at(point, state)))
        size = emit.select(emit.compare("ogt", here, size), here, size)
    relative = emit.spread(emit.get("double", frame.argument("relative")))
    return emit.fma(relative, size, emit.load(frame.at("tolerance", state)))


def _norm(frame: Frame, rows: str) -> str:
    emit = frame.emit
    total = emit.variable(emit.shape.vector)
    emit.store(emit.constant(0.0), total)
    with emit.count(frame.lowered.states) as state:
        ratio = emit.div(emit.load(frame.at(rows, state)), _allowed(frame, state, "y"))
        emit.store(emit.fma(ratio, ratio, emit.load(total)), total)
    return emit.unary("sqrt", emit.load(total))


def _define_iterate(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@iterate(ws, args)``: one iteration in every running lane."""
    n = lowered.states
    with Emitter(module, "internal void @iterate(ptr %ws, ptr %args) #1") as emit:
        frame = _SteadyFrame(emit, lowered, workspace)
        h = frame.get("next_h")
        inverse = emit.div(emit.constant(1.0), h)
        frame.put("inverse", inverse)
        frame.call("factorise", *map(frame.rows, ("y", "constants", "t", "inverse", "factors", "by_time")))
        ahead = _looks_ahead(frame)
        frame.call("solve", *map(frame.rows, ("factors", "slope", "extra", "k")))
        with emit.count(n) as state:
            place = frame.at("k", state)
            move = emit.select(_resting(frame, state), emit.load(place), emit.constant(0.0))
            emit.store(move, place)
            emit.store(emit.add(emit.load(frame.at("y", state)), move), frame.at("new_y", state))
        slopes = frame.rows("k", n)
        _residual(frame, "new_y", slopes, slopes)
        with emit.count(n) as state:
            promised = emit.mul(emit.load(frame.at("k", state)), inverse)
            emit.store(emit.sub(emit.load(frame.at("k", state, n)), promised), frame.at("k", state, 2 * n))
        frame.call("solve", frame.rows("factors"), frame.rows("k", 2 * n), frame.rows("extra"), frame.rows("k", 3 * n))
        totals = [emit.variable(emit.shape.vector) for _ in range(2)]
        for total in totals:
            emit.store(emit.constant(0.0), total)
        with emit.count(n) as state:
            allowed = _allowed(frame, state, "y", "new_y")
            further = emit.select(_resting(frame, state), emit.load(frame.at("k", state, 3 * n)), emit.constant(0.0))
            for total, part in zip(totals, (emit.load(frame.at("k", state)), further), strict=True):
                ratio = emit.div(part, allowed)
                emit.store(emit.fma(ratio, ratio, emit.load(total)), total)
        moved, further = (emit.unary("sqrt", emit.load(total)) for total in totals)
        good = _judge(frame, h, moved, further, ahead)
        with emit.count(n) as state:
            for old, new in (("y", emit.load(frame.at("new_y", state))), ("slope", emit.load(frame.at("k", state, n)))):
                place = frame.at(old, state)
                emit.store(emit.select(good, new, emit.load(place)), place)
        emit.do("ret void")


def _looks_ahead(frame: Frame) -> str:
    """Mask: the determinant of J - 1/h has the sign that it has for a small h."""
    emit = frame.emit
    sign = emit.constant(1.0)
    for pivot in frame.lowered.pivots:
        negative = emit.compare("olt", emit.load(frame.rows("factors", pivot)), emit.constant(0.0))
        sign = emit.select(negative, emit.neg(sign), sign)
    return emit.compare("ogt", sign, emit.constant(0.0))


def _judge(frame: Frame, h: str, moved: str, further: str, ahead: str) -> str:
    """Next h and mode; returns which lanes accept."""
    emit = frame.emit
    one, running = emit.constant(1.0), frame.is_mode(RUNNING)
    endless = emit.constant(math.inf)
    finite = emit.logic("and", emit.compare("olt", moved, endless), emit.compare("olt", further, endless))
    number = emit.logic("and", finite, ahead)
    calm = emit.logic("and", number, emit.compare("ole", moved, emit.constant(math.sqrt(frame.lowered.states))))
    near = emit.compare("ole", further, moved)
    good = emit.logic("and", running, emit.logic("or", calm, emit.logic("and", number, near)))
    growth = emit.div(emit.mul(emit.constant(_WANTED), moved), further)
    most, least = emit.constant(_MOST_GROWTH), emit.constant(_LEAST_GROWTH)
    growth = emit.select(emit.compare("olt", growth, most), growth, most)  # also where nothing surprises: 0 / 0
    growth = emit.select(emit.compare("ogt", growth, least), growth, least)
    growth = emit.select(good, growth, least)
    next_h = emit.mul(h, growth)
    highest = emit.constant(_RANGE[1])
    frame.put("next_h", emit.select(emit.compare("olt", next_h, highest), next_h, highest))
    count = emit.add(frame.get("count"), frame.flag(running))
    frame.put("count", count)
    in_a_row = emit.add(frame.get("first"), one)
    in_a_row = emit.select(emit.logic("and", good, calm), in_a_row, emit.constant(0.0))
    frame.put("first", in_a_row)
    rested = emit.logic("and", running, emit.compare("oge", in_a_row, emit.constant(CALM)))
    allowed = emit.spread(emit.get("double", frame.argument("max_steps")))
    over = emit.logic("or", emit.compare("oge", count, allowed), emit.compare("olt", next_h, emit.constant(_RANGE[0])))
    over = emit.logic("and", emit.logic("and", running, over), emit.invert(rested))
    mode = emit.select(rested, emit.constant(ARRIVED), frame.get("mode"))
    frame.put("mode", emit.select(over, emit.constant(FAILED), mode))
    words = (emit.constant(float(WORDS.index(word))) for word in ("no steady state", "not a number"))
    code = emit.select(finite, *words)
    frame.put("code", emit.select(over, code, frame.get("code")))
    return good


def _define_leave(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@leave(ws, args, person, stop)``: states, status and iterations out of the lanes."""
    with Emitter(module, "internal void @leave(ptr %ws, ptr %args, i64 %person, i64 %stop) #1") as emit:
        frame = _SteadyFrame(emit, lowered, workspace)
        with emit.count(emit.shape.lanes) as lane:
            own = emit.whole("add", "%person", lane)
            mode = emit.get("double", frame.lane("mode", lane))
            entered = emit.test_real("une", mode, literal(IDLE))
            with emit.when(entered):
                for name, source in (("status", "code"), ("steps", "count")):
                    value = emit.get("double", frame.lane(source, lane))
                    place = emit.shift(frame.argument(name), own)
                    emit.put("i64", emit.value(f"fptosi double {value} to i64"), place)
                target = emit.shift(frame.argument("states"), emit.whole("mul", own, str(lowered.states)))
                with emit.count(lowered.states) as state:
                    value = emit.get("double", emit.shift(frame.at("y", state), lane))
                    emit.put("double", value, emit.shift(target, state))
        emit.do("ret void")
