"""Where in a step a condition switches: looked for on the dense output of every step that is about to be accepted."""

from __future__ import annotations

from typing import Final

from speciosa.engine import _rodas5p as rodas
from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._lowering import Lowered
from speciosa.engine._step_ir import Frame
from speciosa.engine._workspace import Workspace

__all__ = ["SLACK", "define_search"]

_SAMPLES: Final = 4  # places in a step at which the conditions are looked at; the last one is its end
_HALVINGS: Final = 44  # of the bracket, to a width of 1.4e-14 steps
_AT_THE_END: Final = 1e-10  # a switch that lies less than this share of a step before its end is at its end
SLACK: Final = 1e-9
"""A step that is done again to end at a switch covers at least this share of itself; more, while that was too little.

The step that is done again may end a little before the switch, and where so little time is left that the states do not
change in their last digit, or rounding turns the condition there and back, the switch would never be reached.
"""
_MORE: Final = 4.0


def define_search(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@search(ws, h, hit)``, with the step size per lane and whether it ends at a stop.

    The row ``verdict`` says 1 for the lanes whose step is good. It is left at 1 where no condition switches, set to 2
    where one does at the end of the step (which so is a stop), and to 0 where one does before; ``stop`` is then that
    moment, and the step is to be done again.
    """
    vector, mask = module.shape.vector, module.shape.of("i1")
    with Emitter(module, f"internal void @search(ptr %ws, {vector} %h, {mask} %hit) #1") as emit:
        frame = Frame(emit, lowered, workspace)
        one = emit.constant(1.0)
        good = emit.compare("oeq", frame.get("verdict"), one)
        with emit.when(emit.any(good)):
            with emit.count(_states(lowered)) as state:
                for row, coefficients in enumerate(rodas.DENSE):
                    value = frame.weighted(coefficients, state, None)
                    emit.store(value, frame.at("dense", state, row * lowered.needed))
            frame.call("searched", *map(frame.rows, ("y", "constants", "t", "condition_start")))
            for name, start in (("low", 0.0), ("high", 1.0), ("switched", 0.0)):
                frame.put(name, emit.constant(start))
            _sample(frame, good)
            found = emit.compare("oeq", frame.get("switched"), one)
            with emit.when(emit.any(found)):
                with emit.count(_HALVINGS):
                    low, high = frame.get("low"), frame.get("high")
                    middle = emit.mul(emit.constant(0.5), emit.add(low, high))
                    differs = _differs(frame, middle)
                    frame.put("low", emit.select(differs, low, middle))
                    frame.put("high", emit.select(differs, middle, high))
                _judge(frame, found)
            _learn(frame, emit.logic("and", good, emit.invert(found)))
        emit.do("ret void")


def _learn(frame: Frame, without: str) -> None:
    """Of the lanes whose step is good without a switch: ask for more where it was to end at one."""
    emit = frame.emit
    slack, sought, one = frame.get("slack"), frame.get("sought"), emit.constant(1.0)
    missed = emit.logic("and", "%hit", emit.compare("oeq", sought, one))
    more = emit.select(missed, emit.mul(slack, emit.constant(_MORE)), slack)
    after = emit.select("%hit", more, emit.constant(SLACK))
    frame.put("slack", emit.select(without, after, slack))
    frame.put("sought", emit.select(emit.logic("and", without, "%hit"), emit.constant(0.0), sought))


def _states(lowered: Lowered) -> int:
    assert lowered.switching is not None  # noqa: S101 - else nothing is searched
    return lowered.switching.states


def _sample(frame: Frame, good: str) -> None:
    """Bracket the first switch of each lane between two samples."""
    emit = frame.emit
    one = emit.constant(1.0)
    place = emit.variable(emit.shape.vector)
    emit.store(emit.constant(0.0), place)
    with emit.count(_SAMPLES):
        before = emit.load(place)
        x = emit.add(before, emit.constant(1.0 / _SAMPLES))
        emit.store(x, place)
        fresh = emit.logic("and", good, emit.compare("olt", frame.get("switched"), one))
        fresh = emit.logic("and", fresh, _differs(frame, x))
        for name, value in (("low", before), ("high", x), ("switched", one)):
            frame.put(name, emit.select(fresh, value, frame.get(name)))


def _differs(frame: Frame, x: str) -> str:
    """Mask of the lanes in which a condition at place x of the step is not what it was at its start."""
    emit, needed = frame.emit, frame.lowered.needed
    one = emit.constant(1.0)
    at_end = emit.compare("oeq", x, one)
    moment = emit.select(at_end, frame.get("new_t"), emit.fma(x, "%h", frame.get("t")))
    frame.put("stage_t", moment)
    rest = emit.sub(one, x)
    with emit.count(_states(frame.lowered)) as state:
        r2, r3, r4 = (emit.load(frame.at("dense", state, row * needed)) for row in range(3))
        inner = emit.fma(x, emit.fma(x, r4, r3), r2)
        inner = emit.fma(rest, inner, emit.load(frame.at("new_y", state)))
        outer = emit.mul(rest, emit.load(frame.at("y", state)))
        emit.store(emit.fma(x, inner, outer), frame.at("between", state))
    frame.call("searched", *map(frame.rows, ("between", "constants", "stage_t", "condition")))
    total = emit.variable(emit.shape.vector)
    emit.store(emit.constant(0.0), total)
    assert frame.lowered.switching is not None  # noqa: S101 - else nothing is searched
    with emit.count(frame.lowered.switching.size("searched")) as index:
        now, before = (emit.load(frame.at(name, index)) for name in ("condition", "condition_start"))
        other = frame.flag(emit.compare("one", now, before))
        emit.store(emit.add(emit.load(total), other), total)
    return emit.compare("ogt", emit.load(total), emit.constant(0.0))


def _judge(frame: Frame, found: str) -> None:
    emit = frame.emit
    t, new_t, slack = frame.get("t"), frame.get("new_t"), frame.get("slack")
    at_end = emit.compare("oge", frame.get("high"), emit.constant(1.0 - _AT_THE_END))
    too_near = emit.compare("olt", frame.get("high"), slack)
    moment = emit.fma(emit.select(too_near, slack, frame.get("high")), "%h", t)
    # not so near the start of the step that no number lies between
    least = emit.add(emit.fma(emit.unary("fabs", t), emit.constant(1e-15), t), emit.constant(1e-20))
    moment = emit.select(emit.compare("olt", moment, least), least, moment)
    at_end = emit.logic("or", at_end, emit.compare("oge", moment, new_t))
    before = emit.logic("and", found, emit.invert(at_end))
    frame.put("stop", emit.select(before, moment, frame.get("stop")))
    verdict = emit.select(at_end, emit.constant(2.0), emit.constant(0.0))
    frame.put("verdict", emit.select(found, verdict, frame.get("verdict")))
    more = emit.select(too_near, emit.mul(slack, emit.constant(_MORE)), slack)
    more = emit.select(at_end, emit.constant(SLACK), more)
    frame.put("slack", emit.select(found, more, slack))
    frame.put("sought", emit.select(found, frame.flag(before), frame.get("sought")))
