"""Graph → straight-line LLVM IR: right side, Jacobian with its factorisation, solve, preparation, outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias

from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._equations import Equations
from speciosa.engine._expressions import LEAVES, Graph
from speciosa.engine._looped import Places, eliminate_in_loops, entry_jobs, is_large, solve_in_loops
from speciosa.engine._model import AREA
from speciosa.engine._ordering import Elimination, eliminate
from speciosa.engine._splitting import straight
from speciosa.engine._switching import Switching

if TYPE_CHECKING:
    from speciosa.engine._sensitivities import Columns

__all__ = ["Lowered", "Writer", "lower", "substitute"]

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
        resting: per state, whether anything that can come to rest depends on it (not on an excreted amount, an area).
        areas: the states that hold areas under outputs: integrals, which no reset and no given state touches.
        plan: how the matrix is factorised.
        columns: the sensitivities, if there are any.
        rows: further rows of the workspace by name.
        between_parts: rows that the parts of a long function need, see :mod:`._splitting`.
        looped: whether the factorisation is a loop over tables, see :mod:`._looped`.
        staged: whether right side and solve of a stage are one function.
        pivots: where among the factors each pivot's -1 / a_kk is.
        switching: what happens at stops besides doses; None if nothing does.
    """

    states: int
    needed: int
    varied: int
    outputs: int
    constants: dict[int, int] = field(default_factory=dict)
    factors: int = 0
    timed: bool = False
    resting: list[bool] = field(default_factory=list)
    areas: tuple[int, ...] = ()
    plan: Elimination = field(default_factory=lambda: eliminate(0, ()))
    columns: Columns | None = None
    rows: dict[str, int] = field(default_factory=dict)
    between_parts: int = 0
    looped: bool = False
    staged: bool = False
    pivots: list[int] = field(default_factory=list)
    switching: Switching | None = None


class Writer:
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
        self._passed: Mapping[int, int] = {}  # rows of nodes that an earlier part of the function has written
        self._exported: Mapping[int, int] = {}  # rows of nodes that a later part will read

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

    def expect_besides(self, roots: Sequence[int]) -> None:
        """Count the uses of further roots; what has been decided for the earlier ones stays, and so do their bits."""
        decided = dict(self._uses)
        self.expect(roots)
        self._uses.update({node: count - self._uses[node] for node, count in decided.items()})

    def share(self, whole: Writer, passed: Mapping[int, int], exported: set[int], rows: Mapping[int, int]) -> None:
        """Write one part of a function that :mod:`._splitting` has dealt out; ``whole`` has counted all uses."""
        self._uses = whole._uses
        self._passed = passed
        self._exported = {node: rows[node] for node in exported}

    def is_cheap(self, node: int) -> bool:
        """Whether a node is rather read or written again than passed on between parts."""
        return self.graph.operator[node] in {"number", "time", "truth"} | LEAVES or self._is_stored(node)

    def needs(self, node: int) -> tuple[int, ...]:
        """What must be known before a node is written."""
        return self._parts(node)

    def _is_stored(self, node: int) -> bool:
        graph = self.graph
        return node in self._passed or (
            self.constants is not None
            and graph.operator[node] != "number"
            and (graph.operator[node] == "held" or graph.per_person(node))
            and not graph.is_boolean(node)
        )

    def _fusable(self, node: int) -> bool:
        if self.graph.operator[node] == "neg":
            inner = self.graph.arguments[node][0]
            return self._uses[node] <= 2 and self._fusable(inner)
        if self.graph.operator[node] != "mul" or self._is_stored(node):
            return False
        return self._uses[node] == 1 or (
            self._uses[node] == 2 and all(map(self._is_at_hand, self.graph.arguments[node]))
        )

    def _is_at_hand(self, node: int) -> bool:
        """Whether a node costs a load at most: a product of two such, needed in two sums, is best fused into both."""
        return self.graph.operator[node] in {"state", "number"} or self._is_stored(node)

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
            if node in self._exported:
                self.emit.store(self._known[node], self.emit.row("%c", self._exported[node]))
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
        if node in self._passed:
            return self.emit.load(self.emit.row("%c", self._passed[node]))
        assert self.constants is not None  # noqa: S101 - _is_stored has checked it
        row = self.constants.setdefault(node, len(self.constants))
        return self.emit.load(self.emit.row(self.constant_rows, row))

    def _write(self, node: int) -> str:
        graph, emit = self.graph, self.emit
        operator = graph.operator[node]
        if operator == "number":
            return emit.constant(graph.value[node])
        if operator in LEAVES:
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


Extension: TypeAlias = "Callable[[Lowered, dict[tuple[int, int], int], dict[int, int]], None]"
"""Writes more functions, given what is known so far, the Jacobian's nodes and the derivatives by time."""


def lower(module: Module, equations: Equations, varied: int, extend: Extension | None = None) -> Lowered:
    """Write ``@slope``, ``@factorise``, ``@solve``, ``@stage``, ``@observe`` and ``@prepare`` into a module.

    All take addresses of rows (vectors) and return nothing::

        @slope(y, constants, t, out)
        @factorise(y, constants, t, inverse, factors, by_time)   inverse = 1 / (γ h)
        @solve(factors, a, b, out)                               out = (inverse - J)⁻¹ (a + b)
        @stage(y, constants, t, factors, k)                      k = (inverse - J)⁻¹ (slope + k)
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
        plan=plan,
        looped=is_large(plan, sum(not graph.per_person(node) for node in graph.reachable(jacobian.values()))),
        timed=any(graph.operator[node] == "time" for node in graph.reachable(equations.rates)),
        resting=_resting(len(equations.states), jacobian),
        areas=tuple(place for place, name in enumerate(equations.states) if name.startswith(AREA)),
        switching=equations.switching,
    )
    # held values take the first rows; they are set at stops, not by @prepare
    lowered.constants.update((node, row) for row, node in enumerate(equations.held))
    sizes = [1 + len(below) + len(right) for below, right in zip(plan.below, plan.right, strict=True)]
    lowered.pivots = [0, *accumulate(sizes)][:-1]
    _straight(module, graph, lowered, "slope", equations.rates)
    _straight(module, graph, lowered, "observe", equations.outputs)
    if lowered.looped:
        _factorise_in_loops(module, graph, lowered, jacobian, by_time)
    else:
        _factorise(module, graph, lowered, plan, jacobian, by_time)
        _solve(module, plan)
    for name, roots in equations.more.items():
        _straight(module, graph, lowered, name, roots)
    if extend is not None:  # before the constants are written, for it may need more of them
        extend(lowered, jacobian, by_time)
    lowered.staged = not (lowered.looped or lowered.between_parts or lowered.columns)
    if lowered.staged:
        _stage(module, graph, equations.rates, lowered)
    _prepare(module, equations, lowered)
    if equations.switching is not None:
        _held_at_start(module, graph, equations.switching)
    return lowered


def _resting(states: int, pattern: Iterable[tuple[int, int]]) -> list[bool]:
    """False for states that only themselves need not rest: no state but others of this kind depends on them."""
    left = set(range(states))
    while True:
        used = {column for row, column in pattern if row in left}
        if left <= used:
            return [state in left for state in range(states)]
        left &= used


def _straight(module: Module, graph: Graph, lowered: Lowered, name: str, roots: Sequence[int]) -> None:
    def make(emit: Emitter) -> Writer:
        return Writer(emit, graph, {"state": "%y", "time": "%t"}, lowered.constants, "%c")

    jobs = [("%out", row, node) for row, node in enumerate(roots)]
    straight(module, lowered, name, ("y", "c", "t", "out"), make, jobs)


def _factorise_in_loops(
    module: Module,
    graph: Graph,
    lowered: Lowered,
    jacobian: Mapping[tuple[int, int], int],
    by_time: Mapping[int, int],
) -> None:
    def make(emit: Emitter) -> Writer:
        return Writer(emit, graph, {"state": "%y", "time": "%t"}, lowered.constants, "%c")

    places = Places.by(lowered.plan)
    jobs = entry_jobs(places, jacobian, by_time if lowered.timed else {})
    straight(module, lowered, "entries", ("y", "c", "t", "factors", "by_time"), make, jobs)
    eliminate_in_loops(module, lowered, places, list(by_time))
    solve_in_loops(module, lowered.plan)


def _factorise(
    module: Module,
    graph: Graph,
    lowered: Lowered,
    plan: Elimination,
    jacobian: dict[tuple[int, int], int],
    by_time: dict[int, int],
) -> None:
    """Gaussian elimination of J - inverse; stored per pivot k: n = -1 / a_kk, then a_ik n below, then a_kj n right."""
    pointers = ", ".join(f"{_POINTER} %{name}" for name in ("y", "c", "t", "inverse", "factors", "by_time"))
    with Emitter(module, f"internal void @factorise({pointers}) #1") as emit:
        writer = Writer(emit, graph, {"state": "%y", "time": "%t"}, lowered.constants, "%c")
        writer.expect([*jacobian.values(), *by_time.values()])
        matrix = _Matrix(writer, jacobian, emit.load("%inverse"))
        kept: list[str] = []
        for pivot, below, right in zip(plan.order, plan.below, plan.right, strict=True):
            negative = emit.div(emit.constant(-1.0), matrix.present(pivot, pivot))
            factors = [emit.mul(matrix.present(row, pivot), negative) for row in below]
            across = [matrix.present(pivot, column) for column in right]
            for value in (negative, *factors, *(emit.mul(other, negative) for other in across)):
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

    def __init__(self, writer: Writer, jacobian: Mapping[tuple[int, int], int], inverse: str) -> None:
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
        substitute(
            emit, plan, lambda row: emit.add(emit.load(emit.row("%a", row)), emit.load(emit.row("%b", row))), "%out"
        )
        emit.do("ret void")


def _stage(module: Module, graph: Graph, rates: Sequence[int], lowered: Lowered) -> None:
    """Right side and solve in one: nothing between them goes through memory."""
    pointers = ", ".join(f"{_POINTER} %{name}" for name in ("y", "c", "t", "factors", "k"))
    with Emitter(module, f"internal void @stage({pointers}) #1") as emit:
        writer = Writer(emit, graph, {"state": "%y", "time": "%t"}, lowered.constants, "%c")
        writer.expect(rates)

        def right_side(row: int) -> str:
            return emit.add(writer.value(rates[row]), emit.load(emit.row("%k", row)))

        substitute(emit, lowered.plan, right_side, "%k")
        emit.do("ret void")


def substitute(emit: Emitter, plan: Elimination, right_side: Callable[[int], str], out: str) -> None:
    """Forward and back substitution; ``right_side`` writes a row's value when it is first needed."""
    starts = []
    x: dict[int, str] = {}
    place = 0
    for pivot, below, right in zip(plan.order, plan.below, plan.right, strict=True):
        starts.append(place)
        if pivot not in x:
            x[pivot] = right_side(pivot)
        for offset, row in enumerate(below):
            if row not in x:
                x[row] = right_side(row)
            factor = emit.load(emit.row("%factors", place + 1 + offset))
            x[row] = emit.fma(factor, x[pivot], x[row])
        place += 1 + len(below) + len(right)
    for pivot, below, right, start in reversed(list(zip(plan.order, plan.below, plan.right, starts, strict=True))):
        total = emit.mul(x[pivot], emit.load(emit.row("%factors", start)))
        for offset, column in enumerate(right):
            factor = emit.load(emit.row("%factors", start + 1 + len(below) + offset))
            total = emit.fma(factor, x[column], total)
        x[pivot] = total
        emit.store(total, emit.row(out, pivot))


def _prepare(module: Module, equations: Equations, lowered: Lowered) -> None:
    jobs = [
        *(("%c", row, node) for node, row in lowered.constants.items() if row >= len(equations.held)),
        *(("%initial", row, node) for row, node in enumerate(equations.initial)),
        *(("%per_amount", row, node) for row, node in enumerate(equations.per_amount)),
    ]

    def make(emit: Emitter) -> Writer:
        return Writer(emit, equations.graph, {"person": "%person"})

    straight(module, lowered, "prepare", ("person", "c", "initial", "per_amount"), make, jobs)


def _held_at_start(module: Module, graph: Graph, switching: Switching) -> None:
    """``@held_at_start(person, out)``: the values at time 0 of what events set."""
    with Emitter(module, f"internal void @held_at_start({_POINTER} %person, {_POINTER} %out) #1") as emit:
        writer = Writer(emit, graph, {"person": "%person"})
        writer.expect(switching.starts)
        for row, node in enumerate(switching.starts):
            emit.store(writer.value(node), emit.row("%out", row))
        emit.do("ret void")
