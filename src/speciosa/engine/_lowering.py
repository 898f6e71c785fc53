"""Graph → straight-line LLVM IR: right side, Jacobian with its factorisation, solve, preparation, outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._equations import Equations
from speciosa.engine._expressions import Graph
from speciosa.engine._ordering import Elimination, eliminate
from speciosa.engine._switching import Switching

__all__ = ["Lowered", "lower"]

_PREDICATES = {"<": "olt", "<=": "ole", "==": "oeq"}


@dataclass
class Lowered:
    """What the integrator must know of the functions that :func:`lower` wrote.

    Attributes:
        states: number of states.
        needed: how many of them (the first ones) the outputs need.
        varied: number of varied parameters.
        outputs: number of outputs.
        constants: nodes that are computed once per person, in the order of their rows.
        factors: number of stored entries of L and U.
        timed: whether the right side depends on time.
        switching: what happens at stops besides doses; None if nothing does.
    """

    states: int
    needed: int
    varied: int
    outputs: int
    constants: dict[int, int] = field(default_factory=dict)
    factors: int = 0
    timed: bool = False
    switching: Switching | None = None


class _Writer:
    """Writes nodes into one function, each node once.

    Args:
        emit: the function.
        graph: the graph.
        leaves: address of ``state``, ``person`` and ``time`` vectors.
        constants: row of each node that is computed once per person; grows on demand; None to compute everything here.
        constant_rows: the address of these rows.
    """

    def __init__(
        self,
        emit: Emitter,
        graph: Graph,
        leaves: Mapping[str, str],
        constants: dict[int, int] | None = None,
        constant_rows: str = "",
    ) -> None:
        self.emit = emit
        self.graph = graph
        self.leaves = leaves
        self.constants = constants
        self.constant_rows = constant_rows
        self._known: dict[int, str] = {}
        self._uses: Counter[int] = Counter()

    def expect(self, roots: Sequence[int]) -> None:
        """Count how often each node will be used, which decides where multiply and add are fused."""
        seen: set[int] = set()
        waiting = list(roots)
        self._uses.update(roots)
        while waiting:
            node = waiting.pop()
            if node in seen or self._is_stored(node):
                continue
            seen.add(node)
            self._uses.update(self.graph.arguments[node])
            waiting.extend(self.graph.arguments[node])

    def _is_stored(self, node: int) -> bool:
        graph = self.graph
        return (
            self.constants is not None
            and graph.operator[node] != "number"
            and (graph.operator[node] == "held" or graph.per_person(node))
            and not graph.is_boolean(node)
        )

    def _fusable(self, node: int) -> bool:
        if self.graph.operator[node] == "neg":
            inner = self.graph.arguments[node][0]
            return self._uses[node] == 1 and self._fusable(inner)
        return self.graph.operator[node] == "mul" and self._uses[node] == 1 and not self._is_stored(node)

    def value(self, root: int) -> str:
        """The value of a node."""
        waiting = [root]
        while waiting:
            node = waiting[-1]
            if node in self._known:
                waiting.pop()
                continue
            needed = () if self._is_stored(node) else self._parts(node)
            missing = [part for part in needed if part not in self._known]
            if missing:
                waiting.extend(reversed(missing))
                continue
            self._known[node] = self._stored(node) if self._is_stored(node) else self._write(node)
            waiting.pop()
        return self._known[root]

    def _parts(self, node: int) -> tuple[int, ...]:
        """What must be known before a node is written: its arguments, or the factors of a product to be fused."""
        arguments = self.graph.arguments[node]
        if self.graph.operator[node] == "add":
            product, other = self._split_sum(node)
            if product is not None:
                return (*self._factors(product)[:2], other)
        return arguments

    def _split_sum(self, node: int) -> tuple[int | None, int]:
        a, b = self.graph.arguments[node]
        if a != b and self._fusable(b):
            return b, a
        if a != b and self._fusable(a):
            return a, b
        return None, node

    def _factors(self, product: int) -> tuple[int, int, bool]:
        negative = False
        while self.graph.operator[product] == "neg":
            product, negative = self.graph.arguments[product][0], not negative
        a, b = self.graph.arguments[product]
        return a, b, negative

    def _stored(self, node: int) -> str:
        assert self.constants is not None  # noqa: S101 - _is_stored has checked it
        row = self.constants.setdefault(node, len(self.constants))
        return self.emit.load(self.emit.row(self.constant_rows, row))

    def _write(self, node: int) -> str:
        graph, emit = self.graph, self.emit
        operator = graph.operator[node]
        if operator == "number":
            return emit.constant(graph.value[node])
        if operator in {"state", "person"}:
            return emit.load(emit.row(self.leaves[operator], int(graph.value[node])))
        if operator == "time":
            return emit.load(self.leaves["time"])
        if operator == "add":
            return self._write_sum(node)
        values = [self._known[part] for part in graph.arguments[node]]
        if operator in {"mul", "div"}:
            return emit.arithmetic("f" + operator, *values)
        if operator == "neg":
            return emit.neg(values[0])
        if operator in {"sqrt", "floor", "ceil", "abs"}:
            return emit.unary("fabs" if operator == "abs" else operator, values[0])
        return self._write_condition(operator, values)

    def _write_condition(self, operator: str, values: list[str]) -> str:
        emit = self.emit
        if operator in _PREDICATES:
            return emit.compare(_PREDICATES[operator], *values)
        if operator in {"and", "or"}:
            return emit.logic(operator, *values)
        if operator == "not":
            return emit.invert(values[0])
        if operator == "choose":
            return emit.select(*values)
        kind = emit.shape.vector
        arguments = ", ".join(f"{kind} {value}" for value in values)
        return emit.value(f"call {kind} @math_{operator}({arguments})")

    def _write_sum(self, node: int) -> str:
        graph, emit = self.graph, self.emit
        product, other = self._split_sum(node)
        if product is not None:
            a, b, negative = self._factors(product)
            first = emit.neg(self._known[a]) if negative else self._known[a]
            return emit.fma(first, self._known[b], self._known[other])
        a, b = graph.arguments[node]
        if graph.operator[b] == "neg":
            return emit.sub(self._known[a], self._known[graph.arguments[b][0]])
        return emit.add(self._known[a], self._known[b])


_POINTER = "ptr noalias"


def lower(module: Module, equations: Equations, varied: int) -> Lowered:
    """Write ``@slope``, ``@factorise``, ``@solve``, ``@observe`` and ``@prepare`` into a module.

    All take addresses of rows (vectors) and return nothing::

        @slope(y, constants, t, out)
        @factorise(y, constants, t, inverse, factors, by_time)   inverse = 1 / (γ h)
        @solve(factors, a, b, out)                               out = (inverse - J)⁻¹ (a + b)
        @observe(y, constants, t, out)
        @prepare(person, constants, initial, per_amount)
    """
    graph = equations.graph
    derivatives = Derivatives(graph)
    jacobian: dict[tuple[int, int], int] = {}
    by_time: dict[int, int] = {}
    for row, rate in enumerate(equations.rates):
        for variable, node in derivatives.of(rate).items():
            if variable == BY_TIME:
                by_time[row] = node
            else:
                jacobian[row, variable] = node
    plan = eliminate(len(equations.states), jacobian)
    lowered = Lowered(
        states=len(equations.states),
        needed=equations.needed,
        varied=varied,
        outputs=len(equations.outputs),
        factors=plan.entries,
        timed=any(graph.operator[node] == "time" for node in graph.reachable(equations.rates)),
        switching=equations.switching,
    )
    # held values take the first rows; they are set at stops, not by @prepare
    lowered.constants.update((node, row) for row, node in enumerate(equations.held))
    _straight(module, graph, "slope", equations.rates, lowered.constants)
    _straight(module, graph, "observe", equations.outputs, lowered.constants)
    _factorise(module, graph, lowered, plan, jacobian, by_time)
    _solve(module, plan)
    for name, roots in equations.more.items():
        _straight(module, graph, name, roots, lowered.constants)
    _prepare(module, equations, lowered.constants)
    if equations.switching is not None:
        _held_at_start(module, graph, equations.switching)
    return lowered


def _straight(module: Module, graph: Graph, name: str, roots: Sequence[int], constants: dict[int, int]) -> None:
    signature = f"internal void @{name}({_POINTER} %y, {_POINTER} %c, {_POINTER} %t, {_POINTER} %out) #1"
    with Emitter(module, signature) as emit:
        writer = _Writer(emit, graph, {"state": "%y", "time": "%t"}, constants, "%c")
        writer.expect(roots)
        for index, root in enumerate(roots):
            emit.store(writer.value(root), emit.row("%out", index))
        emit.do("ret void")


def _factorise(
    module: Module,
    graph: Graph,
    lowered: Lowered,
    plan: Elimination,
    jacobian: dict[tuple[int, int], int],
    by_time: dict[int, int],
) -> None:
    """Gaussian elimination of J - inverse; stored per pivot k: n = -1 / a_kk, then a_ik n below, then a_kj right."""
    pointers = ", ".join(f"{_POINTER} %{name}" for name in ("y", "c", "t", "inverse", "factors", "by_time"))
    with Emitter(module, f"internal void @factorise({pointers}) #1") as emit:
        writer = _Writer(emit, graph, {"state": "%y", "time": "%t"}, lowered.constants, "%c")
        writer.expect([*jacobian.values(), *by_time.values()])
        matrix = _Matrix(writer, jacobian, emit.load("%inverse"))
        kept: list[str] = []
        for pivot, below, right in zip(plan.order, plan.below, plan.right, strict=True):
            negative = emit.div(emit.constant(-1.0), matrix.present(pivot, pivot))
            factors = [emit.mul(matrix.present(row, pivot), negative) for row in below]
            across = [matrix.present(pivot, column) for column in right]
            for value in (negative, *factors, *across):
                emit.store(value, emit.row("%factors", len(kept)))
                kept.append(value)
            for row, factor in zip(below, factors, strict=True):
                for column, other in zip(right, across, strict=True):
                    matrix.add(row, column, factor, other)
        zero = emit.constant(0.0)
        for row in range(lowered.states if lowered.timed else 0):
            value = writer.value(by_time[row]) if row in by_time else zero
            emit.store(value, emit.row("%by_time", row))
        emit.do("ret void")


class _Matrix:
    """The entries of J - inverse while they are eliminated."""

    def __init__(self, writer: _Writer, jacobian: Mapping[tuple[int, int], int], inverse: str) -> None:
        self.writer = writer
        self.jacobian = jacobian
        self.inverse = inverse
        self._known: dict[tuple[int, int], str] = {}

    def entry(self, row: int, column: int) -> str | None:
        """An entry as it is now; None where it is 0 and nothing has been added yet."""
        if (row, column) in self._known:
            return self._known[row, column]
        node, emit = self.jacobian.get((row, column)), self.writer.emit
        value = None if node is None else self.writer.value(node)
        if row == column:
            value = emit.neg(self.inverse) if value is None else emit.sub(value, self.inverse)
        if value is not None:
            self._known[row, column] = value
        return value

    def present(self, row: int, column: int) -> str:
        """An entry that the symbolic elimination lists, and that so exists."""
        value = self.entry(row, column)
        assert value is not None  # noqa: S101 - see above
        return value

    def add(self, row: int, column: int, factor: str, other: str) -> None:
        """Add a product to an entry."""
        old, emit = self.entry(row, column), self.writer.emit
        self._known[row, column] = emit.mul(factor, other) if old is None else emit.fma(factor, other, old)


def _solve(module: Module, plan: Elimination) -> None:
    pointers = ", ".join(f"{_POINTER} %{name}" for name in ("factors", "a", "b", "out"))
    with Emitter(module, f"internal void @solve({pointers}) #1") as emit:
        x = {
            row: emit.add(emit.load(emit.row("%a", row)), emit.load(emit.row("%b", row))) for row in sorted(plan.order)
        }
        starts = []
        place = 0
        for pivot, below, right in zip(plan.order, plan.below, plan.right, strict=True):
            starts.append(place)
            for offset, row in enumerate(below):
                factor = emit.load(emit.row("%factors", place + 1 + offset))
                x[row] = emit.fma(factor, x[pivot], x[row])
            place += 1 + len(below) + len(right)
        for pivot, below, right, start in reversed(list(zip(plan.order, plan.below, plan.right, starts, strict=True))):
            total = x[pivot]
            for offset, column in enumerate(right):
                factor = emit.load(emit.row("%factors", start + 1 + len(below) + offset))
                total = emit.fma(factor, x[column], total)
            x[pivot] = emit.mul(total, emit.load(emit.row("%factors", start)))
            emit.store(x[pivot], emit.row("%out", pivot))
        emit.do("ret void")


def _prepare(module: Module, equations: Equations, constants: dict[int, int]) -> None:
    pointers = ", ".join(f"{_POINTER} %{name}" for name in ("person", "c", "initial", "per_amount"))
    with Emitter(module, f"internal void @prepare({pointers}) #1") as emit:
        writer = _Writer(emit, equations.graph, {"person": "%person"})
        jobs = [
            *((node, "%c", row) for node, row in constants.items() if row >= len(equations.held)),
            *((node, "%initial", row) for row, node in enumerate(equations.initial)),
            *((node, "%per_amount", row) for row, node in enumerate(equations.per_amount)),
        ]
        writer.expect([node for node, _, _ in jobs])
        for node, target, row in jobs:
            emit.store(writer.value(node), emit.row(target, row))
        emit.do("ret void")


def _held_at_start(module: Module, graph: Graph, switching: Switching) -> None:
    """``@held_at_start(person, out)``: the values at time 0 of what events set."""
    with Emitter(module, f"internal void @held_at_start({_POINTER} %person, {_POINTER} %out) #1") as emit:
        writer = _Writer(emit, graph, {"person": "%person"})
        writer.expect(switching.starts)
        for row, node in enumerate(switching.starts):
            emit.store(writer.value(node), emit.row("%out", row))
        emit.do("ret void")
