"""One step of all lanes: stages, error, step control, dense output. See :mod:`._rodas5p` for the formulas."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from speciosa.engine import _rodas5p as rodas
from speciosa.engine import _sensitivity_ir as sensitivity
from speciosa.engine._emitter import Emitter, Module, literal
from speciosa.engine._lowering import Lowered
from speciosa.engine._workspace import ARGUMENTS, ARRIVED, FAILED, RUNNING, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Frame", "define_begin", "define_step", "define_write"]

_SAFETY: Final = 0.9
_SHRINK: Final = 0.2
_GROW: Final = 5.0
_SMALLEST_STEP: Final = (1e-15, 1e-24)  # relative to time, and absolute


class Frame:
    """A function that works on the workspace ``%ws`` with the call's arguments ``%args``."""

    def __init__(self, emit: Emitter, lowered: Lowered, workspace: Workspace) -> None:
        self.emit = emit
        self.lowered = lowered
        self.workspace = workspace

    def rows(self, name: str, offset: int = 0) -> str:
        """Address of the rows of this name."""
        return self.emit.row("%ws", self.workspace.start[name] + offset)

    def at(self, name: str, index: str, offset: int = 0) -> str:
        """Address of row ``index`` (a register) of the rows of this name."""
        return self.emit.row(self.rows(name, offset), index)

    def get(self, name: str) -> str:
        """The vector in a row."""
        return self.emit.load(self.rows(name))

    def put(self, name: str, value: str) -> None:
        """Store a vector in a row."""
        self.emit.store(value, self.rows(name))

    def lane(self, name: str, lane: str) -> str:
        """Address of one lane of a row."""
        return self.emit.shift(self.rows(name), lane)

    def argument(self, name: str, kind: str = "ptr") -> str:
        """An argument of the call."""
        return self.emit.get(kind, self.emit.shift("%args", str(ARGUMENTS.index(name))))

    def times(self, person: str) -> str:
        """Address of a person's output times."""
        place = self.emit.whole("mul", person, self.argument("time_stride", "i64"))
        return self.emit.shift(self.argument("times"), place)

    def flag(self, mask: str) -> str:
        """A mask as 1 and 0."""
        return self.emit.select(mask, self.emit.constant(1.0), self.emit.constant(0.0))

    def is_mode(self, mode: float) -> str:
        """Mask of the lanes in a mode."""
        return self.emit.compare("oeq", self.get("mode"), self.emit.constant(mode))

    def call(self, name: str, *rows: str) -> None:
        """Call a function on rows."""
        self.emit.do(f"call void @{name}({', '.join(f'ptr {row}' for row in rows)})")

    @contextmanager
    def infused(self) -> Iterator[str]:
        """A loop over the states that receive infusions."""
        emit = self.emit
        targets = self.argument("infused")
        with emit.count(self.argument("infused_count", "i64")) as index:
            yield emit.get("i64", emit.shift(targets, index))

    def weighted(self, coefficients: Sequence[float], state: str, start: str | None) -> str:
        """start + Σ coefficient × k of one state."""
        emit = self.emit
        total = start
        for stage, coefficient in enumerate(coefficients):
            k = emit.load(self.at("k", state, stage * self.lowered.states))
            factor = emit.constant(coefficient)
            if coefficient == 1.0 and total is not None:
                total = emit.add(total, k)
            else:
                total = emit.mul(factor, k) if total is None else emit.fma(factor, k, total)
        return emit.constant(0.0) if total is None else total


def define_step(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@step(ws, args)``: try one step in every running lane."""
    with Emitter(module, "internal void @step(ptr %ws, ptr %args) #1") as emit:
        frame = Frame(emit, lowered, workspace)
        t, stop, wanted = frame.get("t"), frame.get("stop"), frame.get("next_h")
        left = emit.sub(stop, t)
        hit = emit.compare("oge", emit.mul(wanted, emit.constant(1.01)), left)
        h = emit.select(hit, left, wanted)
        new_t = emit.select(hit, stop, emit.add(t, h))
        frame.put("new_t", new_t)
        inverse = emit.div(emit.constant(1.0), h)
        frame.put("inverse", emit.mul(inverse, emit.constant(1.0 / rodas.GAMMA)))
        _stages(frame, t, h, inverse)
        error = _error(frame)
        if lowered.columns:
            error = sensitivity.step(frame, error, h, inverse)
        good = emit.logic("and", emit.compare("ole", error, emit.constant(1.0)), frame.is_mode(RUNNING))
        if lowered.switching is not None and lowered.switching.size("searched"):
            frame.put("verdict", frame.flag(good))
            mask = emit.shape.of("i1")
            emit.do(f"call void @search(ptr %ws, {emit.shape.vector} {h}, {mask} {hit})")
            verdict = frame.get("verdict")
            good = emit.compare("oge", verdict, emit.constant(1.0))
            hit = emit.logic("or", hit, emit.compare("oeq", verdict, emit.constant(2.0)))
        _outputs(frame, good, t, new_t, inverse)
        _control(frame, error, good, hit, h)
        with emit.count(lowered.states) as state:
            place = frame.at("y", state)
            emit.store(emit.select(good, emit.load(frame.at("new_y", state)), emit.load(place)), place)
        if lowered.columns:
            sensitivity.accept(frame, good)
        frame.put("t", emit.select(good, new_t, t))
        emit.do("ret void")


def _stages(frame: Frame, t: str, h: str, inverse: str) -> None:
    emit, n, timed = frame.emit, frame.lowered.states, frame.lowered.timed
    frame.call("factorise", *map(frame.rows, ("y", "constants", "t", "inverse", "factors", "by_time")))
    for stage in range(rodas.STAGES):
        slope = rodas.TIME_SLOPES[stage] if timed else 0.0
        point, time = "new_y" if stage else "y", "t"
        if timed and rodas.NODES[stage] != 0.0:
            time = "stage_t"
            frame.put(time, emit.fma(emit.constant(rodas.NODES[stage]), h, t))
        scaled = emit.mul(emit.constant(slope), h) if slope else ""
        rest, offset = ("k", stage * n) if frame.lowered.staged else ("extra", 0)
        with emit.count(n) as state:
            if 0 < stage < 6:
                here = emit.load(frame.at("y", state))
                emit.store(frame.weighted(rodas.A[stage], state, here), frame.at("new_y", state))
            elif stage:
                here = emit.load(frame.at("new_y", state))
                last = emit.load(frame.at("k", state, (stage - 1) * n))
                emit.store(emit.add(here, last), frame.at("new_y", state))
            # the rest of the right side waits where the stage's result will be, if it may lie there
            extra = frame.weighted(rodas.C[stage], state, None)
            extra = emit.mul(extra, inverse) if stage else extra
            if slope:
                extra = emit.fma(scaled, emit.load(frame.at("by_time", state)), extra)
            emit.store(extra, frame.at(rest, state, offset))
        with frame.infused() as state:
            place = frame.at(rest, state, offset)
            emit.store(emit.add(emit.load(place), emit.load(frame.at("infusion", state))), place)
        k = frame.rows("k", stage * n)
        if frame.lowered.staged:
            frame.call("stage", *map(frame.rows, (point, "constants", time, "factors")), k)
            continue
        if frame.lowered.columns:
            sensitivity.slope(frame, stage, point, time)
        else:
            frame.call("slope", *map(frame.rows, (point, "constants", time, "slope")))
        frame.call("solve", *map(frame.rows, ("factors", "slope", "extra")), k)


def _error(frame: Frame) -> str:
    """Root mean square of the last stage over the tolerances; also completes the new point."""
    emit, n = frame.emit, frame.lowered.states
    relative = emit.spread(emit.get("double", frame.argument("relative")))
    total = emit.variable(emit.shape.vector)
    emit.store(emit.constant(0.0), total)
    with emit.count(n) as state:
        place = frame.at("new_y", state)
        last = emit.load(frame.at("k", state, (rodas.STAGES - 1) * n))
        new = emit.add(emit.load(place), last)
        emit.store(new, place)
        old_size, size = emit.unary("fabs", emit.load(frame.at("y", state))), emit.unary("fabs", new)
        size = emit.select(emit.compare("ogt", old_size, size), old_size, size)
        allowed = emit.fma(relative, size, emit.load(frame.at("tolerance", state)))
        ratio = emit.div(last, allowed)
        emit.store(emit.fma(ratio, ratio, emit.load(total)), total)
    return emit.unary("sqrt", emit.mul(emit.load(total), emit.constant(1.0 / n)))


def _control(frame: Frame, error: str, good: str, hit: str, h: str) -> None:
    """Next step size, and the new mode of each running lane."""
    emit = frame.emit
    kind = emit.shape.vector
    running = frame.is_mode(RUNNING)
    lowest = emit.constant(1e-12)
    safe = emit.select(emit.compare("ogt", error, lowest), error, lowest)
    logarithm = emit.value(f"call {kind} @math_log({kind} {safe})")
    exponent = emit.mul(logarithm, emit.constant(-0.2))
    factor = emit.mul(emit.constant(_SAFETY), emit.value(f"call {kind} @math_exp({kind} {exponent})"))
    no_number = emit.compare("uno", error, error)
    shrink, one = emit.constant(_SHRINK), emit.constant(1.0)
    after_rejection = emit.compare("oeq", frame.get("rejected"), one)
    most = emit.select(after_rejection, one, emit.constant(_GROW))
    factor = emit.select(emit.compare("ogt", factor, most), most, factor)
    small = emit.logic("or", no_number, emit.compare("olt", factor, shrink))
    factor = emit.select(small, shrink, factor)
    next_h = emit.mul(h, factor)
    frame.put("next_h", emit.select(running, next_h, frame.get("next_h")))

    first = emit.compare("oeq", frame.get("first"), one)
    learn = emit.logic("and", emit.logic("and", good, first), emit.invert(hit))
    frame.put("memory", emit.select(learn, next_h, frame.get("memory")))
    frame.put("first", emit.select(good, emit.constant(0.0), frame.get("first")))
    bad = emit.logic("and", running, emit.invert(good))
    frame.put("rejected", frame.flag(bad))

    relative, absolute = map(emit.constant, _SMALLEST_STEP)
    limit = emit.fma(relative, frame.get("t"), absolute)
    stuck = emit.logic("and", bad, emit.invert(emit.compare("oge", next_h, limit)))
    count = emit.add(frame.get("count"), frame.flag(running))
    frame.put("count", count)
    arrived = emit.logic("and", good, hit)
    allowed = emit.spread(emit.get("double", frame.argument("max_steps")))
    # a person may arrive with the last step, but not go on from there
    on_the_way = emit.logic("and", emit.compare("oge", count, allowed), emit.logic("xor", running, arrived))
    worn_out = emit.logic("or", on_the_way, emit.logic("and", emit.compare("ogt", count, allowed), running))
    mode = emit.select(arrived, emit.constant(ARRIVED), frame.get("mode"))
    mode = emit.select(emit.logic("or", stuck, worn_out), emit.constant(FAILED), mode)
    frame.put("mode", mode)
    code = emit.select(worn_out, emit.constant(3.0), frame.get("code"))
    code = emit.select(stuck, emit.select(no_number, one, emit.constant(2.0)), code)
    frame.put("code", code)


def _outputs(frame: Frame, good: str, t: str, new_t: str, inverse: str) -> None:
    """Outputs in [t, new t) of the accepted lanes; one round writes at most one output time per lane."""
    emit, needed = frame.emit, frame.lowered.needed

    def due() -> str:
        return emit.logic("and", good, emit.compare("olt", frame.get("output_time"), new_t))

    with emit.when(emit.any(due())):
        with emit.count(needed) as state:
            for row, coefficients in enumerate(rodas.DENSE):
                value = frame.weighted(coefficients, state, None)
                emit.store(value, frame.at("dense", state, row * needed))
        with emit.repeat() as (_, after):
            pending = due()
            frame.put("pending", frame.flag(pending))
            emit.leave_if(emit.value(f"xor i1 {emit.any(pending)}, true"), after)
            x = emit.mul(emit.sub(frame.get("output_time"), t), inverse)
            rest = emit.sub(emit.constant(1.0), x)
            with emit.count(needed) as state:
                r2, r3, r4 = (emit.load(frame.at("dense", state, row * needed)) for row in range(3))
                inner = emit.fma(x, emit.fma(x, r4, r3), r2)
                inner = emit.fma(rest, inner, emit.load(frame.at("new_y", state)))
                outer = emit.mul(rest, emit.load(frame.at("y", state)))
                emit.store(emit.fma(x, inner, outer), frame.at("between", state))
            frame.call("observe", *map(frame.rows, ("between", "constants", "output_time", "watched")))
            if frame.lowered.columns:
                sensitivity.observe_between(frame, x, rest)
            with emit.count(emit.shape.lanes) as lane:
                flag = emit.get("double", frame.lane("pending", lane))
                with emit.when(emit.test_real("oeq", flag, literal(1.0))):
                    emit.do(f"call void @write(ptr %ws, ptr %args, i64 {lane})")


def define_write(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@write(ws, args, lane)``: copy what is watched to the person's next output, and go on to the next."""
    with Emitter(module, "internal void @write(ptr %ws, ptr %args, i64 %lane)") as emit:
        frame = Frame(emit, lowered, workspace)
        place = frame.lane("output", "%lane")
        index = emit.get("i64", place)
        person = emit.get("i64", frame.lane("person", "%lane"))
        many = frame.argument("time_count", "i64")
        position = emit.whole("add", emit.whole("mul", person, many), index)
        target = emit.shift(frame.argument("values"), emit.whole("mul", position, str(lowered.outputs)))
        with emit.count(lowered.outputs) as output:
            value = emit.get("double", emit.shift(frame.at("watched", output), "%lane"))
            emit.put("double", value, emit.shift(target, output))
        following = emit.whole("add", index, "1")
        emit.put("i64", following, place)
        time_place = frame.lane("output_time", "%lane")
        emit.put("double", literal(math.inf), time_place)
        with emit.when(emit.test("slt", following, many)):
            emit.put("double", emit.get("double", emit.shift(frame.times(person), following)), time_place)
        emit.do("ret void")


def define_begin(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@begin(ws, args)``: a first step size, 0.01 |y| / |y'|, for the lanes that have none.

    E. Hairer, G. Wanner, Solving Ordinary Differential Equations I, section II.4.
    """
    with Emitter(module, "internal void @begin(ptr %ws, ptr %args) #1") as emit:
        frame = Frame(emit, lowered, workspace)
        frame.call("slope", *map(frame.rows, ("y", "constants", "t", "slope")))
        with frame.infused() as state:
            place = frame.at("slope", state)
            emit.store(emit.add(emit.load(place), emit.load(frame.at("infusion", state))), place)
        relative = emit.spread(emit.get("double", frame.argument("relative")))
        totals = [emit.variable(emit.shape.vector) for _ in range(2)]
        for total in totals:
            emit.store(emit.constant(0.0), total)
        with emit.count(lowered.states) as state:
            value = emit.load(frame.at("y", state))
            allowed = emit.fma(relative, emit.unary("fabs", value), emit.load(frame.at("tolerance", state)))
            for total, part in zip(totals, (value, emit.load(frame.at("slope", state))), strict=True):
                ratio = emit.div(part, allowed)
                emit.store(emit.fma(ratio, ratio, emit.load(total)), total)
        size, speed = (emit.unary("sqrt", emit.load(total)) for total in totals)
        least = emit.constant(1e-5)
        usable = emit.logic("and", emit.compare("ogt", size, least), emit.compare("ogt", speed, least))
        guess = emit.div(emit.mul(emit.constant(0.01), size), speed)
        guess = emit.select(usable, guess, emit.constant(1e-6))
        wanted = frame.get("next_h")
        fresh = emit.compare("oeq", wanted, emit.constant(0.0))
        frame.put("next_h", emit.select(fresh, guess, wanted))
        emit.do("ret void")
