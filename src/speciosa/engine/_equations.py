"""A model, what to vary and what to watch → the nodes of the right side, the initial values and the outputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from speciosa.engine import _functions
from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._expressions import Graph
from speciosa.engine._model import Call, Formula, Model
from speciosa.engine._rewrite import rewrite
from speciosa.engine._switching import Switching, find_switching
from speciosa.engine._symbols import REST, WATCH, held_symbols, kept_as_amount, not_found, switches
from speciosa.errors import EngineError

__all__ = ["Equations", "build", "defaults"]


@dataclass(frozen=True)
class Equations:
    """Nodes of one graph, ready to be lowered.

    Attributes:
        graph: the graph.
        states: names, in the order of the state vector; those that a search looks at come first, then
            those that the outputs need.
        needed: how many states the outputs need.
        rates: time derivative of each state.
        initial: initial value of each state.
        per_amount: what one unit of amount adds to each state: 1, or 1 / volume for a concentration.
        outputs: the outputs.
        held: leaves of the values that are set at stops, in the order of their rows.
        more: further functions of states, constants and time, by name.
        switching: what happens at stops besides doses; None if nothing does.
    """

    graph: Graph
    states: tuple[str, ...]
    needed: int
    rates: tuple[int, ...]
    initial: tuple[int, ...]
    per_amount: tuple[int, ...]
    outputs: tuple[int, ...]
    held: tuple[int, ...] = ()
    more: dict[str, tuple[int, ...]] = field(default_factory=dict)
    switching: Switching | None = None


def defaults(model: Model) -> dict[str, float]:
    """Value of every symbol that can be varied: constant quantities, and the initial values of the states."""
    builder = Builder(model, (), unset=math.nan)
    ruled = {name for name, _ in model.assignment_rules}
    found = {}
    for quantity in model.quantities:
        if quantity.name not in ruled:
            value = builder.graph.constant(builder.at_start(quantity.name))
            found[quantity.name] = math.nan if value is None else value
    return found


def build(model: Model, outputs: Sequence[str], vary: Sequence[str]) -> Equations:
    """The equations of a model.

    Args:
        model: the model.
        outputs: symbols to compute at the output times.
        vary: symbols whose value differs between persons (for a state: its initial value).

    Raises:
        EngineError: a name is unknown, or a symbol has no value.
    """
    builder = Builder(model, vary)
    graph = builder.graph
    known = {q.name for q in model.quantities} | set(model.observables)
    for name in outputs:
        if name not in known:
            raise EngineError(f"The output {name!r} {not_found(name, model, known)}.")
    wanted = [builder.running(name) for name in outputs]
    switching = switches(model)
    searched: set[int] = set()
    if switching:
        searched = graph.states(find_switching(builder, [builder.rate(name) for name in builder.states]).needed)
    used = graph.states(wanted) | searched
    order = sorted(range(len(builder.states)), key=lambda index: (index not in searched, index not in used, index))
    # the state vector is sorted anew, so the nodes are built anew with the final numbers
    builder = Builder(model, vary, tuple(builder.states[index] for index in order))
    rates = [builder.rate(name) for name in builder.states]
    found = find_switching(builder, rates) if switching else None
    watched = found.watched if found else ()
    return Equations(
        graph=builder.graph,
        states=(*builder.states, *(f"{WATCH} {number}" for number in range(len(watched)))),
        needed=len(used),
        rates=(*(found.rates if found else rates), *watched),
        initial=(
            *(builder.kept_at_start(name) for name in builder.states),
            *(builder.graph.number(0.0) for _ in watched),
        ),
        per_amount=(
            *(builder.per_amount(name) for name in builder.states),
            *(builder.graph.number(1.0) for _ in watched),
        ),
        outputs=tuple(builder.running(name) for name in outputs),
        held=found.held if found else (),
        more=found.functions if found else {},
        switching=found,
    )


class Builder:
    """Two views of each symbol: its value at time 0, and its value while the simulation runs."""

    def __init__(
        self,
        model: Model,
        vary: Sequence[str],
        states: tuple[str, ...] | None = None,
        *,
        unset: float | None = None,  # what a symbol without value counts as; None refuses it
    ) -> None:
        self.graph = Graph()
        self.model = model
        self.unset = unset
        self.states = (model.states or (REST,)) if states is None else states
        self.conditions: set[int] = set()  # comparisons that the model's formulas make
        self.quantities = {quantity.name: quantity for quantity in model.quantities}
        self.rules = dict(model.assignment_rules)
        self.rate_rules = dict(model.rate_rules)
        self.reactions = {reaction.name: reaction.rate for reaction in model.reactions}
        self.flows: dict[str, list[tuple[str, Formula]]] = {}
        for reaction in model.reactions:
            for species, coefficient in reaction.net:
                self.flows.setdefault(species, []).append((reaction.name, coefficient))
        self.state_number = {name: index for index, name in enumerate(self.states)}
        self.as_amount = kept_as_amount(model)
        self.held_number = {name: index for index, name in enumerate(held_symbols(model))}
        self.derivatives = Derivatives(self.graph)
        self.varied: dict[str, int] = {}
        for index, name in enumerate(vary):
            if name not in self.quantities or name in self.rules:
                unknown = not_found(name, model, self.quantities)
                reason = "follows from an assignment rule" if name in self.rules else unknown
                raise EngineError(f"{name!r} cannot be varied: it {reason}.")
            if name in self.varied:
                raise EngineError(f"{name!r} is varied twice.")
            self.varied[name] = index
        self._start: dict[str, int] = {}
        self._running: dict[str, int] = {}
        self._rates: dict[str, int] = {}
        self._open: set[tuple[str, str]] = set()

    def at_start(self, name: str) -> int:
        """Node of a symbol's value at time 0."""
        if name == " time":
            return self.graph.number(0.0)
        return self._once(name, self._start, self._make_start, "start")

    def running(self, name: str) -> int:
        """Node of a symbol's value at any time."""
        if name == " time":
            return self.graph.time()
        return self._once(name, self._running, self._make_running, "running")

    def _once(self, name: str, memory: dict[str, int], make: Callable[[str], int], view: str) -> int:
        if name not in memory:
            if (name, view) in self._open:
                raise EngineError(f"The {'rate' if view == 'rate' else 'value'} of {name!r} depends on itself.")
            self._open.add((name, view))
            memory[name] = make(name)
            self._open.discard((name, view))
        return memory[name]

    def _make_running(self, name: str) -> int:
        if name in self.state_number or name in self.held_number:
            kept = self.kept(name)
            return self.graph.divide(kept, self.home(name)) if name in self.as_amount else kept
        if name in self.as_amount:
            return self.graph.divide(self.kept_at_start(name), self.home(name))
        if name in self.rules:
            return self.number(self.rules[name], self.running)
        if name in self.reactions:
            return self.number(self.reactions[name], self.running)
        return self.at_start(name)

    def _make_start(self, name: str) -> int:
        graph = self.graph
        if name in self.varied:
            return graph.person(self.varied[name])
        if name in self.rules:
            return self.number(self.rules[name], self.at_start)
        if name in self.reactions:
            return self.number(self.reactions[name], self.at_start)
        quantity = self.quantities.get(name)
        if quantity is None:
            raise EngineError(f"The symbol {name!r} is used but nowhere defined.")
        if quantity.initial is None:
            if self.unset is None:
                raise EngineError(f"The {quantity.kind} {name!r} has no value.")
            return self.graph.number(self.unset)
        value = self.number(quantity.initial, self.at_start)
        if quantity.kind != "species" or not quantity.home:
            return value
        if quantity.concentration and quantity.initial_is == "amount":
            return graph.divide(value, self.at_start(quantity.home))
        if (
            not quantity.concentration
            and quantity.initial_is == "concentration"
            and isinstance(quantity.initial, float)
        ):
            return graph.multiply(value, self.at_start(quantity.home))
        return value

    def kept(self, name: str) -> int:
        """Leaf of a state or of a symbol that events set: an amount where :attr:`as_amount` says so."""
        if name in self.state_number:
            return self.graph.state(self.state_number[name])
        return self.graph.held(self.held_number[name])

    def kept_at_start(self, name: str) -> int:
        """Node of what :meth:`kept` is at time 0."""
        if name == REST:
            return self.graph.number(0.0)
        value = self.at_start(name)
        if name not in self.as_amount:
            return value
        return self.graph.multiply(value, self.at_start(self.quantities[name].home))

    def home(self, name: str) -> int:
        """Node of the size of a species' compartment at any time."""
        return self.running(self.quantities[name].home)

    def per_amount(self, name: str) -> int:
        """Node of what one unit of amount adds to a state."""
        one = self.graph.number(1.0)
        if name == REST or name in self.as_amount or not self.quantities[name].concentration:
            return one
        return self.graph.divide(one, self.at_start(self.quantities[name].home))

    def rate(self, name: str) -> int:
        """Node of a state's time derivative."""
        return self._once(name, self._rates, self._make_rate, "rate")

    def _make_rate(self, name: str) -> int:
        graph = self.graph
        if name == REST:
            return graph.number(0.0)
        if name in self.rate_rules:
            rule = self.number(self.rate_rules[name], self.running)
            if name not in self.as_amount:
                return rule
            size = self.home(name)
            return graph.add(graph.multiply(rule, size), graph.multiply(self.running(name), self.change(size)))
        flow = graph.total(
            graph.multiply(self.number(coefficient, self.running), self.running(reaction))
            for reaction, coefficient in self.flows.get(name, ())
        )
        return graph.multiply(self.per_amount(name), flow)

    def change(self, node: int) -> int:
        """Node of the total time derivative of a node."""
        graph = self.graph
        return graph.total(
            value if variable == BY_TIME else graph.multiply(value, self.rate(self.states[variable]))
            for variable, value in self.derivatives.of(node).items()
        )

    def shifted_to_start(self, node: int) -> int:
        """Node of the value at time 0 of a node that runs."""
        graph = self.graph
        leaves = {graph.time(): graph.number(0.0)}
        for name in (*self.state_number, *self.held_number):
            leaves[self.kept(name)] = self.kept_at_start(name)
        return rewrite(graph, [node], leaves)[0]

    # -- formulas

    def number(self, formula: Formula, value_of: Callable[[str], int]) -> int:
        """Node of a formula that is a number; a truth value counts as 1 or 0."""
        node = self.node(formula, value_of)
        if self.graph.is_boolean(node):
            return self.graph.choose(node, self.graph.number(1.0), self.graph.number(0.0))
        return node

    def condition(self, formula: Formula, value_of: Callable[[str], int]) -> int:
        """Node of a formula that is a truth value; a number counts as true unless 0."""
        node = self.node(formula, value_of)
        if self.graph.is_boolean(node):
            return node
        return self._compare("!=", node, self.graph.number(0.0))

    def node(self, formula: Formula, value_of: Callable[[str], int]) -> int:
        """Node of any formula."""
        if isinstance(formula, bool):
            return self.graph.truth(formula)
        if isinstance(formula, str):
            return value_of(formula)
        if isinstance(formula, Call):
            if formula.operator == "piecewise":
                return self._piecewise(formula.arguments, value_of)
            if formula.operator in {"and", "or", "not", "xor"}:
                return self._logic(formula, value_of)
            if formula.operator == "rateOf":
                rate = self.change(self.running(str(formula.arguments[0])))
                return self.shifted_to_start(rate) if value_of == self.at_start else rate
            return self._arithmetic(formula, [self.number(item, value_of) for item in formula.arguments])
        return self.graph.number(formula)

    def _piecewise(self, items: tuple[Formula, ...], value_of: Callable[[str], int]) -> int:
        result = self.number(items[-1], value_of) if len(items) % 2 else self.graph.number(math.nan)
        pairs = list(zip(items[0::2], items[1::2], strict=False))
        for value, condition in reversed(pairs):
            result = self.graph.choose(self.condition(condition, value_of), self.number(value, value_of), result)
        return result

    def _logic(self, formula: Call, value_of: Callable[[str], int]) -> int:
        graph = self.graph
        parts = [self.condition(item, value_of) for item in formula.arguments]
        if formula.operator == "not":
            return graph.negation(parts[0])
        result = graph.truth(formula.operator == "and")
        for part in parts:
            if formula.operator == "xor":
                one_only = graph.connect("and", result, graph.negation(part))
                result = graph.connect("or", one_only, graph.connect("and", graph.negation(result), part))
            else:
                result = graph.connect(formula.operator, result, part)
        return result

    def _arithmetic(self, formula: Call, parts: list[int]) -> int:
        graph, operator = self.graph, formula.operator
        if operator == "+":
            return graph.total(parts)
        if operator in {"min", "max"} and not parts:
            raise EngineError(f"The function {operator!r} is given no argument.")
        if operator == "*":
            result = graph.number(1.0)
            for part in parts:
                result = graph.multiply(result, part)
            return result
        if operator in {"min", "max"}:
            result = parts[0]
            for part in parts[1:]:
                less = graph.compare("<", part, result)
                result = graph.choose(less, part, result) if operator == "min" else graph.choose(less, result, part)
            return result
        if operator in {"<", "<=", ">", ">=", "==", "!="}:
            result = graph.truth(value=True)
            for left, right in pairwise(parts):
                result = graph.connect("and", result, self._compare(operator, left, right))
            return result
        return _functions.call(graph, operator, parts)

    def _compare(self, relation: str, left: int, right: int) -> int:
        node = self.graph.compare(relation, left, right)
        inner = self.graph.arguments[node][0] if self.graph.operator[node] == "not" else node
        if self.graph.operator[inner] != "truth":
            self.conditions.add(inner)
        return node
