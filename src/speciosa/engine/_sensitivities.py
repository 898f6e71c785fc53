"""Derivatives of states and outputs by parameters: nodes, and the functions that compute them.

With the sensitivities s_j = ∂y/∂p_j the system grows to::

    y'   = f(t, y, p)
    s_j' = J s_j + ∂f/∂p_j                                J = ∂f/∂y

Its Jacobian is block lower triangular: J on the diagonal and, left of it, N_j = ∂(J s_j + ∂f/∂p_j)/∂y, which is the
derivative of J along the column: in the state by s_j, in the parameter by 1. So one factorisation of 1/(γh) - J serves
y and all columns, and a stage of a column is::

    (1/(γh) - J) k_j = J(Y) S_j + ∂f/∂p_j(Y) + N_j k + Σ C/h k_j + h d ∂(J s_j + ∂f/∂p_j)/∂t

with J and N_j of the beginning of the step on the left and before k, the stage of the states. This is the Rosenbrock
method on the whole system with its exact Jacobian, so no order is lost; and it is the derivative of the numerical
solution itself at given steps. What all columns share (J(Y), the factors) is computed once; what differs runs in a loop
over the columns, so that the code does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from speciosa.engine._derivatives import Derivatives
from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._equations import Equations
from speciosa.engine._expressions import PERSON, STATE, Graph
from speciosa.engine._looped import product_in_loops
from speciosa.engine._lowering import Lowered, Writer, substitute
from speciosa.engine._rodas5p import STAGES
from speciosa.engine._splitting import straight
from speciosa.errors import EngineError

__all__ = ["DOSE", "Columns", "Own", "Request", "lower_sensitivities"]

DOSE = "dose:"
"""Before the name of a state: the factor, here 1, on all amounts that are given to it."""


@dataclass(frozen=True)
class Columns:
    """What the integrator must know of the sensitivities.

    Attributes:
        count: how many parameters.
        varied: per column the number of the varied parameter, -1 for a factor on doses.
        entries: how many entries of N_j are stored.
        moving: how many entries of J are neither numbers nor constants of the person.
        own: how many explicit derivatives there are, of the slope, the block, by time, of the outputs.
        controlled: whether they take part in the choice of the step.
        dosed: whether a dose adds to a sensitivity.
        outputs: number of outputs, derivatives not counted.
    """

    count: int
    varied: tuple[int, ...]
    entries: int
    moving: int
    own: dict[str, int]
    controlled: bool
    dosed: bool
    outputs: int


@dataclass(frozen=True)
class Request:
    """What was asked for: names of parameters (or ``dose:`` and a state), and whether they steer the step."""

    names: tuple[str, ...] = ()
    controlled: bool = True

    def check(self, vary: Sequence[str], states: Sequence[str]) -> None:
        """Refuse what cannot be had.

        Raises:
            EngineError: a name is not varied, is no state, or comes twice.
        """
        for name in self.names:
            if name.startswith(DOSE):
                if name.removeprefix(DOSE) not in states:
                    raise EngineError(f"The sensitivity {name!r} names no state; there are {', '.join(states)}.")
            elif name not in vary:
                raise EngineError(f"The sensitivity to {name!r} needs a value per person; name it in vary too.")
            if self.names.count(name) > 1:
                raise EngineError(f"The sensitivity to {name!r} is asked for twice; name it once.")


class _ByParameter(Derivatives):
    """Derivatives by the varied parameters, with the states held."""

    sources = PERSON

    def _leaf(self, operator: str, index: int) -> dict[int, int]:
        return {index: self.graph.number(1.0)} if operator == "person" else {}


class _Along(Derivatives):
    """Derivative along a direction in the space of the states; the one variable is 0."""

    sources = STATE

    def _leaf(self, operator: str, index: int) -> dict[int, int]:
        return {0: self.graph.tangent(index)} if operator == "state" else {}

    def value(self, node: int) -> int:
        """The derivative of a node."""
        return self.of(node).get(0, self.graph.number(0.0))


@dataclass(frozen=True)
class Own:
    """What columns have of their own: explicit derivatives by their parameter, most of which are 0.

    Attributes:
        name: name of their rows and of the tables in the machine code.
        start: per column where its entries begin, and where the last one's end.
        row: per entry, the row that it belongs to.
        node: per entry, the node.
    """

    name: str
    start: tuple[int, ...]
    row: tuple[int, ...]
    node: tuple[int, ...]

    def tables(self) -> Iterator[str]:
        """The tables as constants of a module."""
        for kind, numbers in (("start", self.start), ("row", self.row)):
            listed = ", ".join(f"i64 {number}" for number in numbers)
            yield f"@{self.name}_{kind} = internal constant [{len(numbers)} x i64] [{listed}]"


def lower_sensitivities(
    module: Module,
    equations: Equations,
    lowered: Lowered,
    jacobian: Mapping[tuple[int, int], int],
    by_time: Mapping[int, int],
    request: Request,
    vary: Sequence[str],
) -> None:
    """Write the functions of the sensitivities, and note in ``lowered`` what they need.

    ``own_…`` are the explicit derivatives of all columns, see :class:`Own`; ``s``, ``block`` … belong to one column::

        @slope_wide(y, c, t, out, partials, own_slope)       right side, entries of J that vary, ∂f/∂p
        @column(c, partials, s, block, k, extra, zero, factors, out)
                                                             (inverse - J)⁻¹ (extra + J(Y) s + N k); extra is spoilt
        @own_block(y, c, t, own_block, own_time)             ∂J/∂p and ∂²f/∂p∂t
        @block(y, c, t, s, out, out_time)                    the part of N and of ∂(J s)/∂t that comes from the states
        @own_outputs(y, c, t, own_outputs)                   ∂(outputs)/∂p
        @outputs_along(y, c, t, s, out)                      the part of their derivatives that comes from the states
        @prepare_columns(person, initial, per_amount)        s at time 0, and what one unit of amount adds to it

    Every entry of J has one of three homes: the code (a number), the constants of the person, or ``partials``.
    """
    graph, n = equations.graph, lowered.states
    places = [_place(name, vary, equations.states) for name in request.names]
    explicit, along = _ByParameter(graph), _Along(graph)

    def own(name: str, roots: Iterable[tuple[int, int]]) -> Own:
        found, start = [], [0]
        listed = list(roots)
        for number, _ in places:
            found += [(row, explicit.of(root)[number]) for row, root in listed if number in explicit.of(root)]
            start.append(len(found))
        return Own(f"own_{name}", tuple(start), tuple(row for row, _ in found), tuple(node for _, node in found))

    def full(roots: Sequence[int]) -> list[tuple[int, int]]:
        sparse = own("", enumerate(roots))
        columns = [column for column in range(len(places)) for _ in range(*sparse.start[column : column + 2])]
        return [(column * n + row, node) for column, row, node in zip(columns, sparse.row, sparse.node, strict=True)]

    # a loop over the entries reads them all from memory
    moving = [place for place, node in jacobian.items() if lowered.looped or not graph.per_person(node)]
    numbers = {number for number, _ in places}
    block = [place for place, node in jacobian.items() if along.of(node) or numbers & explicit.of(node).keys()]
    owned = {
        "slope": own("slope", enumerate(equations.rates)),
        "block": own("block", enumerate(jacobian[place] for place in block)),
        "time": own("time", by_time.items()),
        "outputs": own("outputs", enumerate(equations.outputs)),
    }
    for one in owned.values():
        module.declarations.update(one.tables())
    writer = _Functions(module, graph, lowered)
    writer.slope_wide(equations.rates, [jacobian[place] for place in moving], owned["slope"].node)
    writer.column(jacobian, moving, block)
    writer.straight("own_block", owned["block"].node, owned["time"].node)
    times = [along.value(by_time[row]) if row in by_time else graph.number(0.0) for row in range(n)]
    writer.straight("block", [along.value(jacobian[place]) for place in block], times if lowered.timed else ())
    writer.straight("own_outputs", owned["outputs"].node)
    writer.straight("outputs_along", [along.value(node) for node in equations.outputs])
    doses = full(equations.per_amount)
    doses += [(column * n + s, equations.per_amount[s]) for column, (_, s) in enumerate(places) if s >= 0]
    writer.prepare(full(equations.initial), doses)
    lowered.columns = Columns(
        count=len(places),
        varied=tuple(number for number, _ in places),
        entries=len(block),
        moving=len(moving),
        own={name: one.start[-1] for name, one in owned.items()},
        controlled=request.controlled,
        dosed=bool(doses),
        outputs=len(equations.outputs),
    )
    lowered.outputs *= 1 + len(places)
    lowered.rows |= _rows(lowered.columns, lowered)


def _place(name: str, vary: Sequence[str], states: Sequence[str]) -> tuple[int, int]:
    """Number of the varied parameter, and of the state whose doses are meant; -1 where it is not that."""
    if name.startswith(DOSE):
        return -1, states.index(name.removeprefix(DOSE))
    return list(vary).index(name), -1


def _rows(columns: Columns, lowered: Lowered) -> dict[str, int]:
    """Rows of the workspace, by name; those of a column lie together."""
    count, n, needed = columns.count, lowered.states, lowered.needed
    return {
        "s": n * count,
        "new_s": n * count,
        "scale_s": count,
        "k_s": STAGES * n,
        "extra_s": n,
        "zero_s": n if lowered.looped else 0,
        "partials": STAGES * columns.moving,
        "own_slope": STAGES * columns.own["slope"],
        "own_block": columns.own["block"],
        "own_time": columns.own["time"],
        "own_outputs": columns.own["outputs"],
        "block": columns.entries,
        "time_s": n if lowered.timed else 0,
        "dense_s": 3 * needed * count,
        "between_s": needed,
        "initial_s": n * count,
        "per_amount_s": n * count if columns.dosed else 0,
        "infusion_s": n * count if columns.dosed else 0,
    }


class _Functions:
    """Writes the functions into the module."""

    def __init__(self, module: Module, graph: Graph, lowered: Lowered) -> None:
        self.module = module
        self.graph = graph
        self.lowered = lowered

    def _writer(self, emit: Emitter) -> Writer:
        leaves = {"state": "%y", "time": "%t", "tangent": "%s"}
        return Writer(emit, self.graph, leaves, self.lowered.constants, "%c")

    def slope_wide(self, rates: Sequence[int], moving: Sequence[int], own: Sequence[int]) -> None:
        """The right side to the same bits as without sensitivities, and what the columns need of the same point."""
        jobs, partials, explicit = (
            [(target, row, node) for row, node in enumerate(nodes)]
            for target, nodes in (("%out", rates), ("%partials", moving), ("%own", own))
        )
        pointers = ("y", "c", "t", "out", "partials", "own")
        straight(self.module, self.lowered, "slope_wide", pointers, self._writer, jobs, [*partials, *explicit])

    def straight(self, name: str, values: Sequence[int], times: Sequence[int] = ()) -> None:
        """Write nodes to rows."""
        jobs = [("%out", row, node) for row, node in enumerate(values)]
        jobs += [("%out_time", row, node) for row, node in enumerate(times)]
        straight(self.module, self.lowered, name, ("y", "c", "t", "s", "out", "out_time"), self._writer, jobs)

    def prepare(self, initial: Sequence[tuple[int, int]], doses: Sequence[tuple[int, int]]) -> None:
        """What a person begins with; most of it is 0 and cleared beforehand."""

        def make(emit: Emitter) -> Writer:
            return Writer(emit, self.graph, {"person": "%person"})

        jobs = [("%initial", row, node) for row, node in initial] + [("%per_amount", row, node) for row, node in doses]
        straight(self.module, self.lowered, "prepare_columns", ("person", "c", "initial", "per_amount"), make, jobs)

    def column(
        self,
        jacobian: Mapping[tuple[int, int], int],
        moving: Sequence[tuple[int, int]],
        block: Sequence[tuple[int, int]],
    ) -> None:
        """Right side of a column's stage, and its solution."""
        n = self.lowered.states
        pointers = ("c", "partials", "partials_by", "block", "block_by", "extra", "zero", "factors", "out")
        signature = ", ".join(f"ptr noalias %{pointer}" for pointer in pointers)
        with Emitter(self.module, f"internal void @column({signature}) #1") as emit:
            if self.lowered.looped:
                with emit.count(n) as row:
                    emit.store(emit.load(emit.row("%extra", row)), emit.row("%out", row))
                product_in_loops(self.module, emit, "partials", moving, n)
                product_in_loops(self.module, emit, "block", block, n)
                with emit.count(n) as row:  # a solution may not lie where its right side is
                    emit.store(emit.load(emit.row("%out", row)), emit.row("%extra", row))
                emit.do("call void @solve(ptr %factors, ptr %extra, ptr %zero, ptr %out)")
            else:
                right = self._row(emit, jacobian, moving, block)
                substitute(emit, self.lowered.plan, right, "%out")
            emit.do("ret void")

    def _row(
        self,
        emit: Emitter,
        jacobian: Mapping[tuple[int, int], int],
        moving: Sequence[tuple[int, int]],
        block: Sequence[tuple[int, int]],
    ) -> Callable[[int], str]:
        writer = self._writer(emit)
        home = {place: row for row, place in enumerate(moving)}
        stored = {place: row for row, place in enumerate(block)}
        by_row: dict[int, list[tuple[int, int]]] = {}
        for place in jacobian:
            by_row.setdefault(place[0], []).append(place)

        def right(state: int) -> str:
            total = emit.load(emit.row("%extra", state))
            for place in by_row.get(state, ()):
                constant = None if place in home else writer.value(jacobian[place])
                partial = constant or emit.load(emit.row("%partials", home[place]))
                total = emit.fma(partial, emit.load(emit.row("%partials_by", place[1])), total)
            for place in by_row.get(state, ()):
                if place in stored:
                    entry = emit.load(emit.row("%block", stored[place]))
                    total = emit.fma(entry, emit.load(emit.row("%block_by", place[1])), total)
            return total

        return right
