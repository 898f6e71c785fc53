"""What happens to a person at stops besides doses: events, and conditions in right sides that switch.

Rosenbrock methods lose their order over a kink, so a condition in a right side is *frozen* between two stops, and a
step ends where it switches; the same holds for whole parts (floor and ceiling). Where the moment is known before, it
becomes a scheduled stop (:mod:`._moments`); otherwise it is *searched* on the dense output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speciosa.engine._expressions import STATE, TIME, Graph
from speciosa.engine._moments import Moments, near
from speciosa.engine._rewrite import rewrite

if TYPE_CHECKING:
    from speciosa.engine._equations import Builder

__all__ = ["Assignment", "EventPlan", "Switching", "find_switching"]


@dataclass(frozen=True)
class Assignment:
    """One assignment of an event.

    Attributes:
        state: number of the state that is set, or None.
        held: row of the held value that is set, or None.
        scaled: whether the value is a concentration of what is kept as an amount.
    """

    state: int | None
    held: int | None
    scaled: bool


@dataclass(frozen=True)
class EventPlan:
    """An event as the machine code needs it; see :class:`~speciosa.engine._model.Event`."""

    assignments: tuple[Assignment, ...]
    persistent: bool
    true_at_first: bool
    values_of_trigger: bool
    delayed: bool


@dataclass(frozen=True)
class Switching:
    """All that happens at stops.

    Attributes:
        rates: the rates with their conditions frozen.
        held: leaves of the held values: symbols that events set, then frozen conditions.
        starts: values at time 0 of the held symbols (not of the frozen conditions).
        needed: what the search in a step looks at.
        states: how many states it needs; the state vector begins with them.
        watched: rates of further states whose error makes the steps follow a condition that turns with time.
        functions: functions of states, constants and time: ``searched`` and ``frozen`` (conditions as 1 and 0,
            whole parts), ``schedule`` (times of stops), and of events ``triggers`` (1 and 0), ``delays``,
            ``priorities``, and per assignment ``values`` and ``sizes`` (of the compartment, or 1).
        exact: how many of ``schedule`` are stops at that very time; the others are the next number after it, where
            ``time > c`` begins to hold.
        events: the events.
    """

    rates: tuple[int, ...]
    held: tuple[int, ...]
    starts: tuple[int, ...]
    needed: tuple[int, ...]
    states: int
    watched: tuple[int, ...]
    functions: dict[str, tuple[int, ...]]
    exact: int = 0
    events: tuple[EventPlan, ...] = ()

    @property
    def assignments(self) -> tuple[Assignment, ...]:
        """The assignments of all events, in the order of ``values``."""
        return tuple(item for event in self.events for item in event.assignments)

    def size(self, function: str) -> int:
        """How many values a function gives."""
        return len(self.functions[function])

    @property
    def capacity(self) -> int:
        """How many executions can be pending for one person."""
        if any(event.delayed for event in self.events):
            return 64 + 2 * len(self.events)
        return 8 + 2 * len(self.events)

    @property
    def widest(self) -> int:
        """Most assignments of one event."""
        return max((len(event.assignments) for event in self.events), default=0)

    def rows(self) -> dict[str, int]:
        """What it needs in the workspace."""
        found = {
            "held_start": len(self.starts),
            "frozen": self.size("frozen"),
            "schedule": self.size("schedule"),
            "condition": self.size("searched"),
            "condition_start": self.size("searched"),
        }
        # of the search in a step: bracket, whether a condition switches, the least way to it, whether the next stop is
        # one that was found, what becomes of the step
        found |= dict.fromkeys(("low", "high", "switched", "slack", "sought", "verdict"), 1)
        if not self.events:
            return found
        return found | {
            "trigger": len(self.events),
            "was": len(self.events),  # i64, like the queue's events
            "delay": len(self.events),
            "priority": len(self.events),
            "value": self.size("values"),
            "size": self.size("sizes"),
            "queue_event": self.capacity,
            "queue_time": self.capacity,
            "queue_value": self.capacity * self.widest,
            "random": 1,
            "executed": 1,
        }


def find_switching(builder: Builder, rates: Sequence[int]) -> Switching:
    """Find everything that happens at stops of a model.

    Args:
        builder: the equations while they are built.
        rates: the rates of its states.
    """
    graph, model = builder.graph, builder.model
    triggers = [builder.condition(event.trigger, builder.running) for event in model.events]
    reached = graph.reachable([*rates, *triggers])
    changing = sorted(node for node in reached if graph.depends[node] & (STATE | TIME))
    conditions = [node for node in changing if node in builder.conditions]
    steps = [node for node in changing if graph.operator[node] in {"floor", "ceil"}]
    of_rates = graph.reachable(rates)
    in_rates = [node for node in (*conditions, *steps) if node in of_rates]
    moments = Moments(builder, conditions, steps)
    nearly = {node: near(graph, node) for node in moments.searched if graph.operator[node] == "=="}
    triggers = rewrite(graph, triggers, nearly)
    seen = graph.reachable(triggers)
    searched = [*_crossings(graph, moments.searched), *(node for node in nearly.values() if node in seen)]
    symbols = tuple(builder.held_number)
    frozen = [graph.held(len(symbols) + index) for index in range(len(in_rates))]
    half = graph.number(0.5)
    replaced = {
        node: graph.compare("<", half, leaf) if graph.is_boolean(node) else leaf
        for node, leaf in zip(in_rates, frozen, strict=True)
    }
    plans, events = _events(builder)
    functions = {
        "searched": [_flag(graph, node) for node in (*searched, *(node for node in steps if node in of_rates))],
        "frozen": [_flag(graph, node) for node in in_rates],
        "schedule": [*moments.at, *moments.after],
        "triggers": [_flag(graph, node) for node in triggers],
        **events,
    }
    return Switching(
        rates=tuple(rewrite(graph, rates, replaced)),
        held=(*(graph.held(index) for index in range(len(symbols))), *frozen),
        starts=tuple(builder.kept_at_start(name) for name in symbols),
        needed=tuple(functions["searched"]),
        states=1 + max(graph.states(functions["searched"]), default=-1),
        watched=tuple(rewrite(graph, moments.watched, replaced)),
        functions={name: tuple(nodes) for name, nodes in functions.items()},
        exact=len(moments.at),
        events=plans,
    )


def _flag(graph: Graph, node: int) -> int:
    return graph.choose(node, graph.number(1.0), graph.number(0.0)) if graph.is_boolean(node) else node


def _crossings(graph: Graph, searched: Sequence[int]) -> list[int]:
    """An equality holds in one moment only, which the signs on both sides of it show."""
    found: list[int] = []
    for node in searched:
        if graph.operator[node] == "==":
            left, right = graph.arguments[node]
            found += [graph.compare("<", left, right), graph.compare("<", right, left)]
        else:
            found.append(node)
    return [node for node in dict.fromkeys(found) if graph.operator[node] != "truth"]


def _events(builder: Builder) -> tuple[tuple[EventPlan, ...], dict[str, list[int]]]:
    graph = builder.graph
    one, never = graph.number(1.0), graph.number(-math.inf)
    plans: list[EventPlan] = []
    functions: dict[str, list[int]] = {"delays": [], "priorities": [], "values": [], "sizes": []}
    for event in builder.model.events:
        delay = None if event.delay is None else builder.number(event.delay, builder.running)
        functions["delays"].append(graph.number(0.0) if delay is None else delay)
        priority = never if event.priority is None else builder.number(event.priority, builder.running)
        functions["priorities"].append(priority)
        assignments = []
        for name, formula in event.assignments:
            scaled = name in builder.as_amount
            functions["values"].append(builder.number(formula, builder.running))
            functions["sizes"].append(builder.home(name) if scaled else one)
            assignments.append(Assignment(builder.state_number.get(name), builder.held_number.get(name), scaled))
        plans.append(
            EventPlan(
                assignments=tuple(assignments),
                persistent=event.persistent,
                true_at_first=event.true_at_first,
                values_of_trigger=event.values_of_trigger,
                delayed=delay is not None,
            )
        )
    return tuple(plans), functions
