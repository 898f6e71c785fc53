"""One model followed all the way: text, equations, graph, Jacobian, elimination, code, first run."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from speciosa.engine import _native
from speciosa.engine._compile import Wanted, code_for
from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._emitter import Module, Shape
from speciosa.engine._equations import Equations, build
from speciosa.engine._expressions import Graph
from speciosa.engine._kernel import compile_model
from speciosa.engine._lanes import suited_lanes
from speciosa.engine._lowering import lower
from speciosa.engine._model import Call, Formula, Model
from speciosa.engine._ordering import Elimination, eliminate
from speciosa.engine._read_sbml import load
from speciosa.engine._rodas5p import STAGES
from speciosa.engine._vector_math import define

__all__ = ["explain"]

_MOST_LINES = 40  # of a list; a long one is cut
_MOST_SHOWN_STATES = 40  # for the picture of the Jacobian
_LONGEST_FORMULA = 160
_SMALL = 4  # states up to which the code itself is shown


def explain(
    model: Model | str | Path, outputs: Sequence[str] = (), vary: Sequence[str] = (), *, until: float = 24.0
) -> str:
    """Tell what becomes of a model on its way to machine code, for reading.

    Args:
        model: a model, or what :func:`~speciosa.engine.load` takes: text or a file.
        outputs: what would be watched; all states if nothing is named.
        vary: what would differ between persons.
        until: end of a first run with the model's own numbers.

    Returns:
        Plain text with one section per stage.

    Raises:
        EngineError: the model cannot be read or compiled.
    """
    read = model if isinstance(model, Model) else load(model)
    watched, varied = tuple(outputs) or read.states, tuple(vary)
    equations = build(read, watched, varied)
    jacobian = _jacobian(equations)
    plan = eliminate(len(equations.states), jacobian)
    module = Module(Shape(1, fma=_native.machine().fma))
    define(module)
    lowered = lower(module, equations, len(varied))
    names = _Names(equations, {node: f"c{row}" for node, row in lowered.constants.items()}, varied)
    parts = (
        ("1. What was read", _read(read)),
        ("2. States", _states(equations, watched)),
        ("3. Right sides as a graph", _graph(equations, names)),
        ("4. Computed once per person", _constants(equations, lowered.constants, names)),
        ("5. Jacobian and elimination", _elimination(equations, jacobian, plan)),
        ("6. Code", _code(read, watched, varied, module)),
        ("7. A first run", _first_run(read, watched, until)),
    )
    return "\n\n".join(f"{title}\n{'-' * len(title)}\n" + "\n".join(lines) for title, lines in parts) + "\n"


# -- 1, 2: the model


def _read(model: Model) -> Iterator[str]:
    kinds = Counter(quantity.kind for quantity in model.quantities)
    found = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    yield f"Model {model.name!r}: {found}; {len(model.reactions)} reactions."
    lines = [f"{name}' = {_text(formula)}" for name, formula in model.rate_rules]
    lines += [f"{name} := {_text(formula)}" for name, formula in model.assignment_rules]
    for reaction in model.reactions:
        net = ", ".join(f"{number:+g} {species}" for species, number in reaction.net)
        lines.append(f"{reaction.name}: {_text(reaction.rate)}   ({net})")
    yield from _cut(lines)


def _states(equations: Equations, outputs: Sequence[str]) -> Iterator[str]:
    yield f"{len(equations.states)} states: {_short(', '.join(equations.states))}"
    yield f"The outputs ({_short(', '.join(outputs))}) need the first {equations.needed}; only these get dense output."


def _text(formula: Formula) -> str:
    """A formula as one would write it."""
    if isinstance(formula, str):
        return formula.strip()
    if isinstance(formula, bool):
        return str(formula).lower()
    if not isinstance(formula, Call):
        return f"{formula:g}"
    inner = [_text(item) for item in formula.arguments]
    if formula.operator == "neg":
        return f"-{inner[0]}"
    if formula.operator.isalpha():
        return f"{formula.operator}({', '.join(inner)})"
    return f"({f' {formula.operator} '.join(inner)})"


# -- 3, 4: the graph


class _Names:
    """How nodes are written: states by name, what is computed once per person as c0, c1 and so on."""

    def __init__(self, equations: Equations, constants: Mapping[int, str], vary: Sequence[str]) -> None:
        self.graph = equations.graph
        self.states = equations.states
        self.constants = constants
        self.vary = vary

    def write(self, node: int, *, root: bool = False) -> str:
        """A node as a formula; ``root`` writes a constant out instead of naming it."""
        graph = self.graph
        operator = graph.operator[node]
        if node in self.constants and not root:
            return self.constants[node]
        leaf = self._leaf(operator, graph.value[node])
        if leaf:
            return leaf
        inner = [self.write(part) for part in graph.arguments[node]]
        symbols = {"add": "+", "mul": "*", "div": "/"}
        if operator == "add" and graph.operator[graph.arguments[node][1]] == "neg":
            return f"({inner[0]} - {inner[1][1:]})"
        if operator == "neg":
            return f"-{inner[0]}"
        if operator in symbols or not operator.isalpha():
            return f"({f' {symbols.get(operator, operator)} '.join(inner)})"
        return f"{operator}({', '.join(inner)})"

    def _leaf(self, operator: str, value: float) -> str:
        if operator in {"number", "truth"}:
            return f"{value:g}"
        if operator == "state":
            return self.states[int(value)]
        if operator == "person":
            return self.vary[int(value)]
        return "t" if operator == "time" else ""


def _graph(equations: Equations, names: _Names) -> Iterator[str]:
    graph = equations.graph
    nodes = [node for node in graph.reachable(equations.rates) if not graph.per_person(node)]
    counted = Counter(graph.operator[node] for node in nodes)
    found = ", ".join(f"{number} {operator}" for operator, number in sorted(counted.items()))
    yield f"{len(nodes)} nodes that change in time, each computed once however often it is used: {found}."
    rates = zip(equations.states, equations.rates, strict=True)
    yield from _cut([f"{name}' = {names.write(node)}" for name, node in rates])


def _constants(equations: Equations, constants: Mapping[int, int], names: _Names) -> Iterator[str]:
    graph: Graph = equations.graph
    yield f"{len(constants)} expressions do not change in time."
    lines = []
    for node in constants:
        value = "a number" if graph.constant(node) is not None else names.write(node, root=True)
        lines.append(f"{names.constants[node]} = {value}")
    yield from _cut(lines)


# -- 5: the elimination


def _jacobian(equations: Equations) -> set[tuple[int, int]]:
    derivatives = Derivatives(equations.graph)
    return {
        (row, variable)
        for row, rate in enumerate(equations.rates)
        for variable in derivatives.of(rate)
        if variable != BY_TIME
    }


def _elimination(equations: Equations, jacobian: set[tuple[int, int]], plan: Elimination) -> Iterator[str]:
    size = len(equations.states)
    present = jacobian | {(state, state) for state in range(size)}
    filled = {(row, pivot) for pivot, below in zip(plan.order, plan.below, strict=True) for row in below}
    filled |= {(pivot, column) for pivot, right in zip(plan.order, plan.right, strict=True) for column in right}
    filled -= present
    yield f"{len(jacobian)} of {size * size} places of the Jacobian are not 0, {len(present)} with the diagonal."
    yield f"Elimination fills {len(filled)} more: L and U together hold {plan.entries}."
    yield f"Order of the pivots: {_short(', '.join(equations.states[state] for state in plan.order))}"
    if size <= _MOST_SHOWN_STATES:
        yield "In that order (x: from the equations, +: filled):"
        for row in plan.order:
            marks = ("x" if (row, col) in present else "+" if (row, col) in filled else "." for col in plan.order)
            yield f"  {' '.join(marks)}  {equations.states[row]}"


# -- 6: the code


def _code(model: Model, outputs: Sequence[str], vary: Sequence[str], module: Module) -> Iterator[str]:
    target = _native.machine()
    lanes = suited_lanes(target, len(model.states))
    written = {name: len(text.splitlines()) - 3 for name, text in _functions(module)}
    wanted = Wanted.of(model, outputs, vary)
    code, facts = code_for(model, wanted, Shape(lanes, fma=target.fma), target, cache=False)
    sizes = dict(_symbols(code))
    yield f"{lanes} persons side by side on this processor ({target.cpu}); {facts['rows']} rows of {8 * lanes} bytes."
    yield f"{'function':<12} {'lines of IR':>12} {'bytes of machine code':>22}"
    for name in dict.fromkeys([*written, *sizes]):
        lines = str(written.get(name, "")) if name in written else "-"
        yield f"{name:<12} {lines:>12} {sizes.get(name, '-' if sizes else 'not known'):>22}"
    yield f"In all {len(code)} bytes. What has no bytes of its own was put into its callers, or nobody calls it."
    if len(model.states) <= _SMALL:
        yield "The right sides for one lane, as LLVM reads them:"
        yield from dict(_functions(module))["slope"].strip().splitlines()


def _functions(module: Module) -> list[tuple[str, str]]:
    return [(text.split("@", 1)[1].split("(", 1)[0], text) for text in module.functions]


def _symbols(code: bytes) -> Iterator[tuple[str, int]]:
    """Name and size of each function of a 64-bit little-endian ELF object; nothing for other formats."""
    if code[:6] != b"\x7fELF\x02\x01":
        return
    (table,) = struct.unpack_from("<Q", code, 0x28)
    entry, count = struct.unpack_from("<HH", code, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", code, table + entry * number) for number in range(count)]
    for _, kind, _, _, start, size, link, _, _, step in sections:
        if kind != 2:  # the table of symbols
            continue
        strings = sections[link][4]
        for place in range(start, start + size, step):
            name, info, _, _, _, length = struct.unpack_from("<IBBHQQ", code, place)
            if info & 15 == 2 and length:  # a function
                text = code[strings + name : code.index(b"\0", strings + name)]
                yield text.decode(), length


# -- 7: the run


def _first_run(model: Model, outputs: Sequence[str], until: float) -> Iterator[str]:
    kernel = compile_model(model, outputs)
    result = kernel.simulate({}, np.linspace(0.0, until, 5))
    word = next(iter(result.counts()))
    yield f"One person with the model's own numbers, until {until:g}, at the default tolerances: {word}."
    yield f"{int(result.steps[0])} steps, each of 1 factorisation and {STAGES} stages (right side and solve)."
    yield _short("  ".join(f"{cell:>12}" for cell in ("time", *outputs)))
    for time, row in zip(result.times, result.values[0], strict=True):
        yield _short("  ".join(f"{number:>12.5g}" for number in (time, *row)))


# -- lists


def _cut(lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:_MOST_LINES]:
        yield f"  {_short(line)}"
    if len(lines) > _MOST_LINES:
        yield f"  … and {len(lines) - _MOST_LINES} more"


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_FORMULA else f"{line[:_LONGEST_FORMULA]} …"
