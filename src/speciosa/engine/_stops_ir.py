"""What happens in a lane at a stop besides doses: events, frozen conditions, and the time of the next stop.

Events follow SBML Level 3 Version 2 Core, section 4.11: a trigger that turns from false to true puts an execution into
the person's queue; of all that are due, the one of highest priority executes, then every trigger is looked at again.
Among equal priorities chance decides, as the specification asks, by a generator that starts alike for every person;
events without priority come last, in the order of the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from speciosa.engine._emitter import Emitter, Module, literal
from speciosa.engine._lowering import Lowered
from speciosa.engine._search_ir import SLACK
from speciosa.engine._step_ir import Frame
from speciosa.engine._switching import Switching
from speciosa.engine._workspace import FAILED, WORDS, Workspace

__all__ = ["define_stops"]

_MOST_EXECUTIONS: Final = 10_000  # at one time
_NONE: Final = -1  # in a free place of the queue
_SEED: Final = 0x2545F4914F6CDD1D
# the 64-bit linear congruential generator of D. E. Knuth, MMIX
_MULTIPLIER: Final = 6364136223846793005
_INCREMENT: Final = 1442695040888963407


def define_stops(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """Write ``@load_stops(ws, lane)`` for a new person, and ``@occur(ws, lane, stop)``.

    ``@occur`` lets happen what happens now, and returns the time of the next stop, at most ``stop``; not a number
    where the person failed, whose mode and code it then has set.
    """
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    if switching.events:
        _tables(module, switching, workspace)
        _define_push(module, lowered, workspace)
        _define_pick(module, lowered, workspace)
        _define_execute(module, lowered, workspace)
        _define_events(module, lowered, workspace)
    _define_load_stops(module, lowered, workspace)
    _define_occur(module, lowered, workspace)


def _tables(module: Module, switching: Switching, workspace: Workspace) -> None:
    """Constant arrays of i64: facts of events and of their assignments."""

    def table(name: str, values: Iterable[int]) -> None:
        numbers = list(values) or [0]
        listed = ", ".join(f"i64 {number}" for number in numbers)
        module.declarations.add(f"@{name} = internal unnamed_addr constant [{len(numbers)} x i64] [{listed}]")

    firsts = [0]
    for event in switching.events:
        firsts.append(firsts[-1] + len(event.assignments))
    table("event_first", firsts)
    for name in ("persistent", "true_at_first", "values_of_trigger"):
        table(f"event_{name}", (int(getattr(event, name)) for event in switching.events))
    rows = []
    for item in switching.assignments:
        kept = "y" if item.state is not None else "constants"
        number = item.state if item.state is not None else item.held
        assert number is not None  # noqa: S101 - events set nothing that is not kept
        rows.append(workspace.start[kept] + number)
    table("assignment_row", rows)


def _entry(emit: Emitter, table: str, index: str, offset: int = 0) -> str:
    place = emit.shift(f"@{table}", index if not offset else emit.whole("add", index, str(offset)))
    return emit.get("i64", place)


def _vector(frame: Frame, function: str, row: str) -> None:
    frame.call(function, *map(frame.rows, ("y", "constants", "t", row)))


def _define_load_stops(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal void @load_stops(ptr %ws, i64 %lane)") as emit:
        frame = Frame(emit, lowered, workspace)
        if switching.starts:
            frame.call("held_at_start", frame.rows("varied"), frame.rows("held_start"))
            with emit.count(len(switching.starts)) as index:
                value = emit.get("double", emit.shift(frame.at("held_start", index), "%lane"))
                emit.put("double", value, emit.shift(frame.at("constants", index), "%lane"))
        if switching.events:
            with emit.count(len(switching.events)) as event:
                value = _entry(emit, "event_true_at_first", event)
                emit.put("i64", value, emit.shift(frame.at("was", event), "%lane"))
            with emit.count(switching.capacity) as place:
                emit.put("i64", str(_NONE), emit.shift(frame.at("queue_event", place), "%lane"))
            emit.put("i64", str(_SEED), frame.lane("random", "%lane"))
        if switching.size("searched"):
            emit.put("double", literal(SLACK), frame.lane("slack", "%lane"))
            emit.put("double", literal(0.0), frame.lane("sought", "%lane"))
        emit.do("ret void")


def _define_occur(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal double @occur(ptr %ws, i64 %lane, double %stop)") as emit:
        frame = Frame(emit, lowered, workspace)
        now = emit.get("double", frame.lane("t", "%lane"))
        place = emit.variable("double")
        emit.put("double", "%stop", place)
        if switching.events:
            code = emit.value("call i64 @events(ptr %ws, i64 %lane)")
            with emit.when(emit.test("ne", code, "0")):
                emit.put("double", emit.value(f"sitofp i64 {code} to double"), frame.lane("code", "%lane"))
                emit.put("double", literal(FAILED), frame.lane("mode", "%lane"))
                emit.do(f"ret double {literal(math.nan)}")
                emit.begin(emit.label())
            with emit.count(switching.capacity) as index:
                event = emit.get("i64", emit.shift(frame.at("queue_event", index), "%lane"))
                with emit.when(emit.test("sge", event, "0")):
                    _sooner(emit, emit.get("double", emit.shift(frame.at("queue_time", index), "%lane")), now, place)
        if switching.size("frozen"):
            _vector(frame, "frozen", "frozen")
            with emit.count(switching.size("frozen")) as index:
                value = emit.get("double", emit.shift(frame.at("frozen", index), "%lane"))
                target = frame.at("constants", index, len(switching.starts))
                emit.put("double", value, emit.shift(target, "%lane"))
        if switching.size("schedule"):
            _schedule(frame, switching, now, place)
        emit.do(f"ret double {emit.get('double', place)}")


def _schedule(frame: Frame, switching: Switching, now: str, place: str) -> None:
    emit = frame.emit
    _vector(frame, "schedule", "schedule")
    if switching.exact:
        with emit.count(switching.exact) as index:
            _sooner(emit, emit.get("double", emit.shift(frame.at("schedule", index), "%lane")), now, place)
    if switching.exact < switching.size("schedule"):
        with emit.count(switching.size("schedule") - switching.exact) as index:
            moment = emit.get("double", emit.shift(frame.at("schedule", index, switching.exact), "%lane"))
            later = _next(emit, moment)
            _sooner(emit, later, now, place)


def _next(emit: Emitter, moment: str) -> str:
    """The next number after a time of 0 or later; after 0, one whose inverse is still a number."""
    bits = emit.value(f"bitcast double {moment} to i64")
    following = emit.value(f"bitcast i64 {emit.whole('add', bits, '1')} to double")
    zero = emit.test_real("oeq", moment, literal(0.0))
    return emit.value(f"select i1 {zero}, double {literal(1e-20)}, double {following}")


def _sooner(emit: Emitter, moment: str, now: str, place: str) -> None:
    """Note a time that lies after now and before what is noted."""
    later = emit.test_real("ogt", moment, now)
    with emit.when(emit.value(f"and i1 {later}, {emit.test_real('olt', moment, emit.get('double', place))}")):
        emit.put("double", moment, place)


def _define_events(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@events(ws, lane)``: all that is due now; returns 0, or the code of a failure."""
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal i64 @events(ptr %ws, i64 %lane)") as emit:
        frame = Frame(emit, lowered, workspace)
        done = emit.variable("i64")
        emit.put("i64", "0", done)
        fired = emit.variable("i64")
        with emit.repeat() as (_, after):
            _vector(frame, "triggers", "trigger")
            emit.put("i64", "0", fired)
            with emit.count(len(switching.events)) as event:
                _look(frame, switching, event, fired)
            chosen = emit.value("call i64 @pick(ptr %ws, i64 %lane)")
            emit.leave_if(emit.test("slt", chosen, "0"), after)
            count = emit.whole("add", emit.get("i64", done), "1")
            emit.put("i64", count, done)
            with emit.when(emit.test("sgt", count, str(_MOST_EXECUTIONS))):
                emit.do(f"ret i64 {WORDS.index('events without end')}")
                emit.begin(emit.label())
            emit.do(f"call void @execute(ptr %ws, i64 %lane, i64 {chosen})")
        emit.do("ret i64 0")


def _look(frame: Frame, switching: Switching, event: str, fired: str) -> None:
    """See whether a trigger has turned: to true puts an execution into the queue, to false may take one out."""
    emit = frame.emit
    value = emit.get("double", emit.shift(frame.at("trigger", event), "%lane"))
    holds = emit.test_real("ogt", value, literal(0.5))
    was_place = emit.shift(frame.at("was", event), "%lane")
    was = emit.get("i64", was_place)
    emit.put("i64", emit.value(f"zext i1 {holds} to i64"), was_place)
    with emit.when(emit.value(f"and i1 {holds}, {emit.test('eq', was, '0')}")):
        with emit.when(emit.test("eq", emit.get("i64", fired), "0")):
            _vector(frame, "delays", "delay")
            _vector(frame, "values", "value")
            emit.put("i64", "1", fired)
        full = emit.value(f"call i64 @push(ptr %ws, i64 %lane, i64 {event})")
        with emit.when(emit.test("ne", full, "0")):
            emit.do(f"ret i64 {WORDS.index('too many pending events')}")
            emit.begin(emit.label())
    if all(item.persistent for item in switching.events):
        return
    fickle = emit.test("eq", _entry(emit, "event_persistent", event), "0")
    with (
        emit.when(emit.value(f"and i1 {fickle}, {emit.value(f'xor i1 {holds}, true')}")),
        emit.count(switching.capacity) as index,
    ):
        place = emit.shift(frame.at("queue_event", index), "%lane")
        with emit.when(emit.test("eq", emit.get("i64", place), event)):
            emit.put("i64", str(_NONE), place)


def _define_push(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@push(ws, lane, event)``: put an execution into the queue; returns 1 where it is full, else 0."""
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal i64 @push(ptr %ws, i64 %lane, i64 %event)") as emit:
        frame = Frame(emit, lowered, workspace)
        with emit.count(switching.capacity) as index:
            place = emit.shift(frame.at("queue_event", index), "%lane")
            with emit.when(emit.test("slt", emit.get("i64", place), "0")):
                emit.put("i64", "%event", place)
                now = emit.get("double", frame.lane("t", "%lane"))
                delay = emit.get("double", emit.shift(frame.at("delay", "%event"), "%lane"))
                late = emit.test_real("ogt", delay, literal(0.0))
                later = emit.value(f"fadd double {now}, {delay}")
                moment = emit.value(f"select i1 {late}, double {later}, double {now}")
                emit.put("double", moment, emit.shift(frame.at("queue_time", index), "%lane"))
                first = _entry(emit, "event_first", "%event")
                many = emit.whole("sub", _entry(emit, "event_first", "%event", 1), first)
                start = emit.whole("mul", index, str(switching.widest))
                with emit.count(many) as number:
                    source = frame.at("value", emit.whole("add", first, number))
                    value = emit.get("double", emit.shift(source, "%lane"))
                    target = frame.at("queue_value", emit.whole("add", start, number))
                    emit.put("double", value, emit.shift(target, "%lane"))
                emit.do("ret i64 0")
                emit.begin(emit.label())
        emit.do("ret i64 1")


def _define_pick(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@pick(ws, lane)``: the place in the queue of what is to be executed next; -1 if nothing is due."""
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal i64 @pick(ptr %ws, i64 %lane)") as emit:
        frame = Frame(emit, lowered, workspace)
        now = emit.get("double", frame.lane("t", "%lane"))
        chosen, equal, event_of = (emit.variable("i64") for _ in range(3))
        best = emit.variable("double")
        emit.put("i64", str(_NONE), chosen)
        for place in (equal, event_of):
            emit.put("i64", "0", place)
        emit.put("double", literal(0.0), best)
        with emit.count(switching.capacity) as index:
            event = emit.get("i64", emit.shift(frame.at("queue_event", index), "%lane"))
            moment = emit.get("double", emit.shift(frame.at("queue_time", index), "%lane"))
            due = emit.value(f"and i1 {emit.test('sge', event, '0')}, {emit.test_real('ole', moment, now)}")
            with emit.when(due):
                first = emit.test("slt", emit.get("i64", chosen), "0")
                with emit.when(first):
                    _vector(frame, "priorities", "priority")
                priority = emit.get("double", emit.shift(frame.at("priority", event), "%lane"))
                highest = emit.get("double", best)
                same = emit.test_real("oeq", priority, highest)
                tie = emit.value(f"and i1 {same}, {emit.value(f'xor i1 {first}, true')}")
                among = emit.value(f"select i1 {tie}, i64 {emit.whole('add', emit.get('i64', equal), '1')}, i64 1")
                more = emit.value(f"or i1 {first}, {emit.test_real('ogt', priority, highest)}")
                won = _wins_tie(frame, tie, among, priority, event, event_of)
                takes = emit.value(f"select i1 {tie}, i1 {won}, i1 {more}")
                with emit.when(emit.value(f"or i1 {tie}, {takes}")):
                    emit.put("i64", among, equal)
                with emit.when(takes):
                    emit.put("i64", index, chosen)
                    emit.put("i64", event, event_of)
                    emit.put("double", priority, best)
        emit.do(f"ret i64 {emit.get('i64', chosen)}")


def _wins_tie(frame: Frame, tie: str, among: str, priority: str, event: str, other: str) -> str:
    """Whether the last one of some with equal priority is taken: by chance; without priority, the first of the text."""
    emit = frame.emit
    answer = emit.variable("i1")
    has_none = emit.test_real("oeq", priority, literal(-math.inf))
    emit.put("i1", emit.test("slt", event, emit.get("i64", other)), answer)
    with emit.when(emit.value(f"and i1 {tie}, {emit.value(f'xor i1 {has_none}, true')}")):
        place = frame.lane("random", "%lane")
        state = emit.whole("mul", emit.get("i64", place), str(_MULTIPLIER))
        state = emit.whole("add", state, str(_INCREMENT))
        emit.put("i64", state, place)
        drawn = emit.whole("urem", emit.whole("lshr", state, "33"), among)
        emit.put("i1", emit.test("eq", drawn, "0"), answer)
    return emit.get("i1", answer)


def _define_execute(module: Module, lowered: Lowered, workspace: Workspace) -> None:
    """``@execute(ws, lane, place)``: do the assignments of what stands in a place of the queue, and free it.

    A concentration is that in the compartment as it was before the event, even where the event changes its size.
    """
    switching = lowered.switching
    assert switching is not None  # noqa: S101 - the caller has checked it
    with Emitter(module, "internal void @execute(ptr %ws, i64 %lane, i64 %place)") as emit:
        frame = Frame(emit, lowered, workspace)
        place = emit.shift(frame.at("queue_event", "%place"), "%lane")
        event = emit.get("i64", place)
        emit.put("i64", str(_NONE), place)
        first = _entry(emit, "event_first", event)
        many = emit.whole("sub", _entry(emit, "event_first", event, 1), first)
        stored = frame.at("queue_value", emit.whole("mul", "%place", str(switching.widest)))
        if any(not item.values_of_trigger for item in switching.events):
            with emit.when(emit.test("eq", _entry(emit, "event_values_of_trigger", event), "0")):
                _vector(frame, "values", "value")
                with emit.count(many) as number:
                    value = emit.get("double", emit.shift(frame.at("value", emit.whole("add", first, number)), "%lane"))
                    emit.put("double", value, emit.shift(emit.row(stored, number), "%lane"))
        scaled = any(item.scaled for item in switching.assignments)
        if scaled:
            _vector(frame, "sizes", "size")
        with emit.count(many) as number:
            index = emit.whole("add", first, number)
            value = emit.get("double", emit.shift(emit.row(stored, number), "%lane"))
            if scaled:
                size = emit.get("double", emit.shift(frame.at("size", index), "%lane"))
                value = emit.value(f"fmul double {value}, {size}")
            target = emit.row("%ws", _entry(emit, "assignment_row", index))
            emit.put("double", value, emit.shift(target, "%lane"))
        emit.do("ret void")
