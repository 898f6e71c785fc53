"""What a person's schedule can ask for besides doses: reset, given states, an output, a covariate's new value.

These are rare and happen between steps, so they are kept out of the way of the doses. A schedule's targets count, for
a model of n states: 0 … n - 1 a bolus into a state, n … 2 n - 1 a change of its infusion rate, and from 2 n on what
is written here, in the order of :data:`OPERATIONS`, then one for each varied parameter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from speciosa.engine._emitter import Emitter, Module, literal
from speciosa.engine._lowering import Lowered
from speciosa.engine._step_ir import Frame
from speciosa.engine._workspace import Workspace

__all__ = ["OPERATIONS", "define_keep", "define_special", "target_of"]

OPERATIONS: Final = ("reset", "load", "add", "observe")
"""``reset``: initial states and no infusion; ``load`` and ``add``: the states in row ``amount`` of the tables;
``observe``: write the next output now, before what else happens at this time."""


def target_of(operation: str, states: int, varied: int = 0) -> int:
    """The number under which a schedule asks for an operation; ``set`` gives varied parameter ``varied`` a value."""
    place = len(OPERATIONS) + varied if operation == "set" else OPERATIONS.index(operation)
    return 2 * states + place


def define_special(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@special(ws, args, lane, target, amount)``."""
    signature = "internal void @special(ptr %ws, ptr %args, i64 %lane, i64 %target, double %amount) #2"
    with Emitter(module, signature) as emit:
        frame = Frame(emit, lowered, workspace)
        person = emit.get("i64", frame.lane("person", "%lane"))

        def asked(operation: str) -> str:
            return emit.test("eq", "%target", str(target_of(operation, lowered.states)))

        with emit.when(asked("reset")):
            _reset(frame, person)
        with emit.when(asked("load")):
            _from_table(frame, keep=False)
        with emit.when(asked("add")):
            _from_table(frame, keep=True)
        with emit.when(asked("observe")):
            frame.call("observe", *map(frame.rows, ("y", "constants", "t", "watched")))
            emit.do("call void @write(ptr %ws, ptr %args, i64 %lane)")
        first = target_of("set", lowered.states)
        with emit.when(emit.test("sge", "%target", str(first))):
            _set(frame, emit.whole("sub", "%target", str(first)))
        emit.do("ret void")


@contextmanager
def _replaced(frame: Frame) -> Iterator[str]:
    """A loop over the states but the areas, which go on whatever happens to the states."""
    emit = frame.emit
    with emit.count(frame.lowered.states) as state, ExitStack() as stack:
        for area in frame.lowered.areas:
            stack.enter_context(emit.when(emit.test("ne", state, str(area))))
        yield state


def _reset(frame: Frame, person: str) -> None:
    """Initial states, the model's own unless the call gives others, and no infusion."""
    emit, n = frame.emit, frame.lowered.states
    given = frame.argument("reset")
    own = emit.value(f"icmp eq ptr {given}, null")
    source = emit.shift(given, emit.whole("mul", person, str(n)))
    with _replaced(frame) as state:
        initial = emit.shift(frame.at("initial", state), "%lane")
        place = emit.value(f"select i1 {own}, ptr {initial}, ptr {emit.shift(source, state)}")
        emit.put("double", emit.get("double", place), emit.shift(frame.at("y", state), "%lane"))
        emit.put("double", literal(0.0), emit.shift(frame.at("infusion", state), "%lane"))


def _from_table(frame: Frame, *, keep: bool) -> None:
    emit, n = frame.emit, frame.lowered.states
    row = emit.value("fptosi double %amount to i64")
    source = emit.shift(frame.argument("tables"), emit.whole("mul", row, str(n)))
    with _replaced(frame) as state:
        place = emit.shift(frame.at("y", state), "%lane")
        value = emit.get("double", emit.shift(source, state))
        if keep:
            value = emit.value(f"fadd double {emit.get('double', place)}, {value}")
        emit.put("double", value, place)


def _set(frame: Frame, varied: str) -> None:
    """A varied parameter's new value. Amounts stay: a concentration changes with the volume of its compartment."""
    emit, n = frame.emit, frame.lowered.states
    emit.put("double", "%amount", emit.shift(frame.at("varied", varied), "%lane"))
    # between two steps the rows "extra" are free
    with emit.count(n) as state:
        value = emit.get("double", emit.shift(frame.at("per_amount", state), "%lane"))
        emit.put("double", value, emit.shift(frame.at("extra", state), "%lane"))
    frame.call("prepare", *map(frame.rows, ("varied", "constants", "initial", "per_amount")))
    with emit.count(n) as state:
        new = emit.get("double", emit.shift(frame.at("per_amount", state), "%lane"))
        old = emit.get("double", emit.shift(frame.at("extra", state), "%lane"))
        # not even 1 × y where nothing changed: a state may be infinite or not a number
        with emit.when(emit.test_real("une", new, old)):
            ratio = emit.value(f"fdiv double {new}, {old}")
            for name in ("y", "infusion"):
                place = emit.shift(frame.at(name, state), "%lane")
                emit.put("double", emit.value(f"fmul double {emit.get('double', place)}, {ratio}"), place)


def define_keep(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@keep(ws, args, lane)``: the person's states into the call's array of final states, if there is one."""
    with Emitter(module, "internal void @keep(ptr %ws, ptr %args, i64 %lane) #2") as emit:
        frame = Frame(emit, lowered, workspace)
        target = frame.argument("final")
        with emit.when(emit.value(f"icmp ne ptr {target}, null")):
            person = emit.get("i64", frame.lane("person", "%lane"))
            target = emit.shift(target, emit.whole("mul", person, str(lowered.states)))
            with emit.count(lowered.states) as state:
                value = emit.get("double", emit.shift(frame.at("y", state), "%lane"))
                emit.put("double", value, emit.shift(target, state))
        emit.do("ret void")
