"""The loop around the steps: persons into lanes, doses at their times, results out of lanes."""

from __future__ import annotations

import math

from speciosa.engine import _sensitivity_ir as sensitivity
from speciosa.engine._emitter import Emitter, Module, literal
from speciosa.engine._lowering import Lowered
from speciosa.engine._ops_ir import define_keep, define_special
from speciosa.engine._step_ir import Frame
from speciosa.engine._workspace import ARRIVED, EMPTY, FAILED, IDLE, RUNNING, Workspace

__all__ = ["define_run"]


def define_run(module: Module, lowered: Lowered, workspace: Workspace, *, flush: bool) -> None:
    """Write ``@run(args, start, stop, ws)``: simulate the persons start … stop - 1.

    On a GPU ``start`` is the address of a number that all threads count on: who is free takes the next person.

    Args:
        module: where to.
        lowered: the model.
        workspace: its rows.
        flush: whether to flush denormal numbers to zero (x86: MXCSR) and restore the caller's mode at the end.
    """
    _define_load(module, lowered, workspace)
    define_special(module, lowered, workspace)
    define_keep(module, lowered, workspace)
    _define_dose(module, lowered, workspace)
    _define_settle(module, lowered, workspace)
    shared = module.shape.threads > 1
    with Emitter(module, f"void @run(ptr %args, {'ptr' if shared else 'i64'} %start, i64 %stop, ptr %ws)") as emit:
        frame = Frame(emit, lowered, workspace)
        mode = _flush(emit) if flush else ""
        following = "%start" if shared else emit.variable("i64")
        if not shared:
            emit.put("i64", "%start", following)
        frame.put("mode", emit.constant(EMPTY))
        with emit.count(lowered.states) as state:
            tolerance = emit.get("double", emit.shift(frame.argument("absolute"), state))
            emit.store(emit.spread(tolerance), frame.at("tolerance", state))
        if lowered.columns:
            sensitivity.clear(frame)
        with emit.repeat() as (_, after):
            stopped = emit.compare("ogt", frame.get("mode"), emit.constant(RUNNING))
            with emit.when(emit.any(stopped)):
                emit.do(f"call void @settle(ptr %ws, ptr %args, ptr {following}, i64 %stop)")
            running = frame.is_mode(RUNNING)
            emit.leave_if(emit.value(f"xor i1 {emit.any(running)}, true"), after)
            fresh = emit.compare("oeq", frame.get("next_h"), emit.constant(0.0))
            with emit.when(emit.any(emit.logic("and", running, fresh))):
                emit.do("call void @begin(ptr %ws, ptr %args)")
            emit.do("call void @step(ptr %ws, ptr %args)")
        if flush:
            emit.do(f"call void @llvm.x86.sse.ldmxcsr(ptr {mode})")
        emit.do("ret void")


def _flush(emit: Emitter) -> str:
    """Set flush-to-zero and denormals-are-zero; returns where the caller's mode is kept."""
    emit.module.declarations |= {
        "declare void @llvm.x86.sse.stmxcsr(ptr)",
        "declare void @llvm.x86.sse.ldmxcsr(ptr)",
    }
    before, ours = emit.variable("i32"), emit.variable("i32")
    emit.do(f"call void @llvm.x86.sse.stmxcsr(ptr {before})")
    emit.put("i32", emit.value(f"or i32 {emit.get('i32', before)}, {0x8040}"), ours)
    emit.do(f"call void @llvm.x86.sse.ldmxcsr(ptr {ours})")
    return before


def _define_load(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@load(ws, args, lane, person)``: put a person into a lane.

    ``@prepare`` computes the constants of all lanes; those of the others come out as they were.
    """
    with Emitter(module, "internal void @load(ptr %ws, ptr %args, i64 %lane, i64 %person)") as emit:
        frame = Frame(emit, lowered, workspace)
        source = emit.whole("mul", "%person", str(lowered.varied))
        source = emit.shift(frame.argument("parameters"), source)
        with emit.count(lowered.varied) as index:
            value = emit.get("double", emit.shift(source, index))
            emit.put("double", value, emit.shift(frame.at("varied", index), "%lane"))
        frame.call("prepare", *map(frame.rows, ("varied", "constants", "initial", "per_amount")))
        with emit.count(lowered.states) as state:
            value = emit.get("double", emit.shift(frame.at("initial", state), "%lane"))
            emit.put("double", value, emit.shift(frame.at("y", state), "%lane"))
            emit.put("double", literal(0.0), emit.shift(frame.at("infusion", state), "%lane"))
        if lowered.columns:
            sensitivity.load(frame, "%lane")
        emit.put("i64", "%person", frame.lane("person", "%lane"))
        if lowered.switching is not None:
            emit.do("call void @load_stops(ptr %ws, i64 %lane)")
        for name in ("event", "output"):
            emit.put("i64", "0", frame.lane(name, "%lane"))
        for name in ("memory", "rejected", "count", "code"):
            emit.put("double", literal(0.0), frame.lane(name, "%lane"))
        _start(frame)
        first = emit.get("double", frame.times("%person"))
        emit.put("double", first, frame.lane("output_time", "%lane"))
        emit.put("double", literal(ARRIVED), frame.lane("mode", "%lane"))
        emit.do("ret void")


def _start(frame: Frame) -> None:
    """The person's own start, and states other than the model's initial ones where the call gives them."""
    emit, n = frame.emit, frame.lowered.states
    place = emit.whole("mul", "%person", frame.argument("start_stride", "i64"))
    start = emit.get("double", emit.shift(frame.argument("start_time"), place))
    emit.put("double", start, frame.lane("t", "%lane"))
    given = frame.argument("initial")
    with emit.when(emit.value(f"icmp ne ptr {given}, null")):
        given = emit.shift(given, emit.whole("mul", "%person", str(n)))
        with emit.count(n) as state:
            value = emit.get("double", emit.shift(given, state))
            emit.put("double", value, emit.shift(frame.at("y", state), "%lane"))


def _define_dose(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@dose(ws, args, lane)``: give what is due now; returns the time of the next stop."""
    with Emitter(module, "internal double @dose(ptr %ws, ptr %args, i64 %lane)") as emit:
        frame = Frame(emit, lowered, workspace)
        person = emit.get("i64", frame.lane("person", "%lane"))
        shared = emit.whole("mul", person, frame.argument("event_stride", "i64"))
        own = emit.whole("mul", person, frame.argument("amount_stride", "i64"))
        times = emit.shift(frame.argument("event_time"), shared)
        targets = emit.shift(frame.argument("event_target"), shared)
        amounts = emit.shift(frame.argument("event_amount"), own)
        now = emit.get("double", frame.lane("t", "%lane"))
        count = frame.argument("time_count", "i64")
        last = emit.get("double", emit.shift(frame.times(person), emit.whole("sub", count, "1")))
        stop = emit.variable("double")
        emit.put("double", last, stop)
        with emit.when(emit.test_real("oge", now, last)):
            emit.do("call void @keep(ptr %ws, ptr %args, i64 %lane)")
        place = frame.lane("event", "%lane")
        with emit.repeat() as (again, after):
            event = emit.get("i64", place)
            emit.leave_if(emit.test("sge", event, frame.argument("event_count", "i64")), after)
            time = emit.get("double", emit.shift(times, event))
            with emit.when(emit.test_real("ogt", time, now)):
                with emit.when(emit.test_real("olt", time, emit.get("double", stop))):
                    emit.put("double", time, stop)
                emit.jump(after)
                emit.begin(emit.label())
            target = emit.get("i64", emit.shift(targets, event))
            amount = emit.get("double", emit.shift(amounts, event))
            emit.put("i64", emit.whole("add", event, "1"), place)
            with emit.when(emit.test("sge", target, str(2 * lowered.states))):
                emit.do(f"call void @special(ptr %ws, ptr %args, i64 %lane, i64 {target}, double {amount})")
                emit.jump(again)
                emit.begin(emit.label())
            infusion = emit.test("sge", target, str(lowered.states))
            state = emit.whole("sub", target, emit.value(f"select i1 {infusion}, i64 {lowered.states}, i64 0"))
            scale = emit.get("double", emit.shift(frame.at("per_amount", state), "%lane"))
            into = emit.value(f"select i1 {infusion}, ptr {frame.at('infusion', state)}, ptr {frame.at('y', state)}")
            into = emit.shift(into, "%lane")
            added = emit.value(f"fmul double {amount}, {scale}")
            emit.put("double", emit.value(f"fadd double {emit.get('double', into)}, {added}"), into)
            if lowered.columns:
                sensitivity.dose(frame, "%lane", state, infusion, amount)
        emit.do(f"ret double {emit.get('double', stop)}")


def _define_settle(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@settle(ws, args, following, stop)``: bring every lane that has stopped back to running, or to rest."""
    with Emitter(module, "internal void @settle(ptr %ws, ptr %args, ptr %following, i64 %stop) #1") as emit:
        frame = Frame(emit, lowered, workspace)
        with emit.count(emit.shape.lanes) as lane, emit.repeat() as (again, done):
            mode = emit.get("double", frame.lane("mode", lane))
            emit.leave_if(emit.test_real("ole", mode, literal(RUNNING)), done)
            with emit.when(emit.test_real("oeq", mode, literal(FAILED))):
                _finish(frame, lane)
                emit.jump(again)
                emit.begin(emit.label())
            with emit.when(emit.test_real("oeq", mode, literal(EMPTY))):
                _refill(frame, lane, again)
            stop = emit.value(f"call double @dose(ptr %ws, ptr %args, i64 {lane})")
            if lowered.switching is not None:
                stop = emit.value(f"call double @occur(ptr %ws, i64 {lane}, double {stop})")
                emit.leave_if(emit.test_real("uno", stop, stop), again)
            now = emit.get("double", frame.lane("t", lane))
            with emit.when(emit.test_real("oge", now, stop)):
                frame.call("observe", *map(frame.rows, ("y", "constants", "t", "watched")))
                if lowered.columns:
                    sensitivity.observe(frame)
                with emit.repeat() as (_, written):
                    index = emit.get("i64", frame.lane("output", lane))
                    emit.leave_if(emit.test("sge", index, frame.argument("time_count", "i64")), written)
                    emit.do(f"call void @write(ptr %ws, ptr %args, i64 {lane})")
                _finish(frame, lane)
                emit.jump(again)
                emit.begin(emit.label())
            emit.put("double", stop, frame.lane("stop", lane))
            emit.put("double", emit.get("double", frame.lane("memory", lane)), frame.lane("next_h", lane))
            emit.put("double", literal(1.0), frame.lane("first", lane))
            emit.put("double", literal(0.0), frame.lane("rejected", lane))
            emit.put("double", literal(RUNNING), frame.lane("mode", lane))
        emit.do("ret void")


def _finish(frame: Frame, lane: str) -> None:
    """Note how the person ended, and empty the lane."""
    emit = frame.emit
    person = emit.get("i64", frame.lane("person", lane))
    for name, source in (("status", "code"), ("steps", "count")):
        value = emit.get("double", frame.lane(source, lane))
        emit.put("i64", emit.value(f"fptosi double {value} to i64"), emit.shift(frame.argument(name), person))
    time = emit.get("double", frame.lane("t", lane))
    emit.put("double", time, emit.shift(frame.argument("reached"), person))
    emit.put("double", literal(EMPTY), frame.lane("mode", lane))


def _refill(frame: Frame, lane: str, again: str) -> None:
    """Next person into an empty lane, or rest if there is none."""
    emit = frame.emit
    person = emit.take("%following")
    with emit.when(emit.test("sge", person, "%stop")):
        emit.put("double", literal(IDLE), frame.lane("mode", lane))
        # harmless numbers, so that a resting lane costs nothing
        for name, value in (("t", 0.0), ("stop", 1.0), ("next_h", 1.0), ("output_time", math.inf)):
            emit.put("double", literal(value), frame.lane(name, lane))
        with emit.count(frame.lowered.states) as state:
            emit.put("double", literal(0.0), emit.shift(frame.at("y", state), lane))
        if frame.lowered.columns:
            sensitivity.idle(frame, lane)
        emit.jump(again)
        emit.begin(emit.label())
    status = emit.get("i64", emit.shift(frame.argument("status"), person))
    emit.leave_if(emit.test("ne", status, "0"), again)
    emit.do(f"call void @load(ptr %ws, ptr %args, i64 {lane}, i64 {person})")
