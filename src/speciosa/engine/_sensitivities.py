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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from speciosa.engine._derivatives import Derivatives
from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._equations import Equations
from speciosa.engine._expressions import PERSON, STATE, Graph
from speciosa.engine._lowering import Lowered, Writer
from speciosa.errors import EngineError

__all__ = ["DOSE", "Columns", "Request", "lower_sensitivities"]

DOSE = "dose:"
"""Before the name of a state: the factor, here 1, on all amounts that are given to it."""


@dataclass(frozen=True)
class Columns:
    """What the integrator must know of the sensitivities.

    Attributes:
        count: how many parameters.
        varied: per column the number of the varied parameter, -1 for a factor on doses.
        entries: how many entries of N_j are stored.
        controlled: whether they take part in the choice of the step.
        dosed: whether a dose adds to a sensitivity.
        outputs: number of outputs, derivatives not counted.
    """

    count: int
    varied: tuple[int, ...]
    entries: int
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

    ``own`` rows are what a column has of its own, its explicit derivative by the parameter: most are 0, so only the
    others are written, and the integrator clears them all once. Of a column (``s``, ``out`` …) the rows are given::

        @slope_wide(y, c, t, out, partials, own)          right side, entries of J that vary, ∂f/∂p of all columns
        @column(c, partials, s, block, k, own, out)       J s + N k + ∂f/∂p
        @own_block(y, c, t, own, own_time)                ∂J/∂p and ∂²f/∂p∂t of all columns
        @block(y, c, t, s, own, out, own_time, out_time)  N and ∂(J s + ∂f/∂p)/∂t
        @own_outputs(y, c, t, own)                        ∂(outputs)/∂p of all columns
        @outputs_along(y, c, t, s, own, out)              derivatives of the outputs
        @prepare_columns(person, initial, per_amount)     s at time 0, and what one unit of amount adds to it

    Every entry of J has one of three homes: the code (a number), the constants of the person, or ``partials``.
    """
    graph, n = equations.graph, lowered.states
    places = [_place(name, vary, equations.states) for name in request.names]
    explicit, along = _ByParameter(graph), _Along(graph)
    numbers = [varied for varied, _ in places]

    def own(roots: Iterable[tuple[int, int]], stride: int) -> list[tuple[int, int]]:
        """(row, node) of the explicit derivatives that are not 0, columns apart by ``stride`` rows."""
        return [
            (column * stride + row, explicit.of(root)[number])
            for row, root in roots
            for column, number in enumerate(numbers)
            if number in explicit.of(root)
        ]

    moving = [place for place, node in jacobian.items() if not graph.per_person(node)]
    block = [
        place
        for place, node in jacobian.items()
        if along.of(node) or any(number in explicit.of(node) for number in numbers)
    ]
    writer = _Functions(module, graph, lowered)
    writer.slope_wide(equations.rates, [jacobian[p] for p in moving], own(enumerate(equations.rates), n))
    writer.column(jacobian, moving, block)
    writer.rows("own_block", own(enumerate(jacobian[p] for p in block), len(block)), own(by_time.items(), n))
    times = [(row, along.value(node)) for row, node in by_time.items()] if lowered.timed else []
    writer.along("block", list(enumerate(along.value(jacobian[p]) for p in block)), times, n)
    writer.rows("own_outputs", own(enumerate(equations.outputs), len(equations.outputs)), [])
    writer.along("outputs_along", list(enumerate(map(along.value, equations.outputs))), [], 0)
    initial = own(enumerate(equations.initial), n)
    doses = own(enumerate(equations.per_amount), n)
    doses += [(column * n + s, equations.per_amount[s]) for column, (_, s) in enumerate(places) if s >= 0]
    writer.prepare(initial, doses)
    count, outputs = len(places), len(equations.outputs)
    lowered.columns = Columns(count, tuple(numbers), len(block), request.controlled, bool(doses), outputs)
    lowered.outputs = outputs * (1 + count)
    lowered.rows |= _rows(lowered.columns, lowered, len(moving))


def _place(name: str, vary: Sequence[str], states: Sequence[str]) -> tuple[int, int]:
    """Number of the varied parameter, and of the state whose doses are meant; -1 where it is not that."""
    if name.startswith(DOSE):
        return -1, states.index(name.removeprefix(DOSE))
    return list(vary).index(name), -1


def _rows(columns: Columns, lowered: Lowered, moving: int) -> dict[str, int]:
    """Rows of the workspace, by name; those of a column lie together."""
    count, n, needed = columns.count, lowered.states, lowered.needed
    timed = n * count if lowered.timed else 0
    return {
        "s": n * count,
        "new_s": n * count,
        "k_s": 8 * n * count,
        "slope_s": n,
        "extra_s": n,
        "partials": moving,
        "own_slope": n * count,
        "own_block": columns.entries * count,
        "own_time": timed,
        "own_outputs": columns.outputs * count,
        "block": columns.entries * count,
        "time_s": timed,
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

    def _open(self, name: str, *pointers: str) -> Emitter:
        listed = ", ".join(f"ptr noalias %{pointer}" for pointer in pointers)
        return Emitter(self.module, f"internal void @{name}({listed}) #1")

    def _writer(self, emit: Emitter) -> Writer:
        leaves = {"state": "%y", "time": "%t", "tangent": "%s"}
        return Writer(emit, self.graph, leaves, self.lowered.constants, "%c")

    def slope_wide(self, rates: Sequence[int], moving: Sequence[int], own: Sequence[tuple[int, int]]) -> None:
        """The right side to the same bits as without sensitivities, and what the columns need of the same point."""
        with self._open("slope_wide", "y", "c", "t", "out", "partials", "own") as emit:
            writer = self._writer(emit)
            writer.expect(rates)
            writer.expect_besides([*moving, *(node for _, node in own)])
            for target, jobs in (("%out", enumerate(rates)), ("%partials", enumerate(moving)), ("%own", own)):
                for row, node in jobs:
                    emit.store(writer.value(node), emit.row(target, row))
            emit.do("ret void")

    def column(
        self,
        jacobian: Mapping[tuple[int, int], int],
        moving: Sequence[tuple[int, int]],
        block: Sequence[tuple[int, int]],
    ) -> None:
        """One line per state: own + Σ J s + Σ N k."""
        home = {place: row for row, place in enumerate(moving)}
        stored = {place: row for row, place in enumerate(block)}
        by_row: dict[int, list[tuple[int, int]]] = {}
        for place in jacobian:
            by_row.setdefault(place[0], []).append(place)
        with self._open("column", "c", "partials", "s", "block", "k", "own", "out") as emit:
            writer = self._writer(emit)
            for state in range(self.lowered.states):
                total = emit.load(emit.row("%own", state))
                for place in by_row.get(state, ()):
                    partial = (
                        emit.load(emit.row("%partials", home[place])) if place in home else writer.value(jacobian[place])
                    )
                    total = emit.fma(partial, emit.load(emit.row("%s", place[1])), total)
                for place in by_row.get(state, ()):
                    if place in stored:
                        entry = emit.load(emit.row("%block", stored[place]))
                        total = emit.fma(entry, emit.load(emit.row("%k", place[1])), total)
                emit.store(total, emit.row("%out", state))
            emit.do("ret void")

    def rows(self, name: str, own: Sequence[tuple[int, int]], own_time: Sequence[tuple[int, int]]) -> None:
        """Write nodes to rows."""
        with self._open(name, "y", "c", "t", "own", "own_time") as emit:
            writer = self._writer(emit)
            writer.expect([node for _, node in (*own, *own_time)])
            for target, jobs in (("%own", own), ("%own_time", own_time)):
                for row, node in jobs:
                    emit.store(writer.value(node), emit.row(target, row))
            emit.do("ret void")

    def along(
        self, name: str, values: Sequence[tuple[int, int]], times: Sequence[tuple[int, int]], all_times: int
    ) -> None:
        """own + node, for the rows of one column; ``all_times`` rows of time are written in any case."""
        zero = self.graph.number(0.0)
        with self._open(name, "y", "c", "t", "s", "own", "out", "own_time", "out_time") as emit:
            writer = self._writer(emit)
            writer.expect([node for _, node in (*values, *times)])
            late = dict(times)
            every = [(row, late.get(row, zero)) for row in range(all_times)] if times else []
            for start, target, jobs in (("%own", "%out", values), ("%own_time", "%out_time", every)):
                for row, node in jobs:
                    value = emit.load(emit.row(start, row))
                    if node != zero:
                        value = emit.add(value, writer.value(node))
                    emit.store(value, emit.row(target, row))
            emit.do("ret void")

    def prepare(self, initial: Sequence[tuple[int, int]], doses: Sequence[tuple[int, int]]) -> None:
        """What a person begins with; most of it is 0 and cleared beforehand."""
        with self._open("prepare_columns", "person", "initial", "per_amount") as emit:
            writer = Writer(emit, self.graph, {"person": "%person"})
            writer.expect([node for _, node in (*initial, *doses)])
            for target, jobs in (("%initial", initial), ("%per_amount", doses)):
                for row, node in jobs:
                    emit.store(writer.value(node), emit.row(target, row))
            emit.do("ret void")
