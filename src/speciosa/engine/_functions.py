"""Functions of MathML that are made of nodes of the graph."""

from __future__ import annotations

import math
from collections.abc import Callable

from speciosa.engine._expressions import Graph
from speciosa.errors import EngineError

__all__ = ["call"]

_LARGEST_FACTORIAL = 170  # 171! overflows


def call(graph: Graph, operator: str, parts: list[int]) -> int:
    """Node of a function of one or two arguments.

    Raises:
        EngineError: the number of arguments is wrong.
    """
    binary = operator in {"-", "/", "^", "quotient", "rem"}
    if len(parts) != 1 + binary:
        raise EngineError(f"The function {operator!r} is given {len(parts)} arguments; expected {1 + binary}.")
    if operator in _MADE:
        return _MADE[operator](graph, *parts)
    return graph.call(operator, parts[0])


def _tan(graph: Graph, x: int) -> int:
    return graph.divide(graph.call("sin", x), graph.call("cos", x))


def _tanh(graph: Graph, x: int) -> int:
    # 1 - 2 / (exp(2 x) + 1) cannot overflow to inf / inf
    one, two = graph.number(1.0), graph.number(2.0)
    grown = graph.add(graph.call("exp", graph.multiply(two, x)), one)
    return graph.subtract(one, graph.divide(two, grown))


def _sinh(graph: Graph, x: int) -> int:
    difference = graph.subtract(graph.call("exp", x), graph.call("exp", graph.negative(x)))
    return graph.multiply(graph.number(0.5), difference)


def _cosh(graph: Graph, x: int) -> int:
    total = graph.add(graph.call("exp", x), graph.call("exp", graph.negative(x)))
    return graph.multiply(graph.number(0.5), total)


def _quotient(graph: Graph, a: int, b: int) -> int:
    """The whole part of a / b, rounded towards 0."""
    ratio = graph.divide(a, b)
    below = graph.compare("<", ratio, graph.number(0.0))
    return graph.choose(below, graph.call("ceil", ratio), graph.call("floor", ratio))


def _remainder(graph: Graph, a: int, b: int) -> int:
    return graph.subtract(a, graph.multiply(b, _quotient(graph, a, b)))


def _factorial(graph: Graph, x: int) -> int:
    """x! of a whole number from 0 to 170; infinity above, not a number below 0 or between whole numbers."""
    value = graph.constant(x)
    whole = range(_LARGEST_FACTORIAL + 1)
    if value is not None:
        if value in whole:
            return graph.number(float(math.factorial(int(value))))
        return graph.number(math.inf if value > _LARGEST_FACTORIAL and value == math.floor(value) else math.nan)
    is_whole = graph.compare("==", graph.call("floor", x), x)
    beyond = graph.connect("and", is_whole, graph.compare("<", graph.number(_LARGEST_FACTORIAL), x))
    result = graph.choose(beyond, graph.number(math.inf), graph.number(math.nan))
    for number in whole:
        same = graph.compare("==", x, graph.number(number))
        result = graph.choose(same, graph.number(float(math.factorial(number))), result)
    return result


_MADE: dict[str, Callable[..., int]] = {
    "-": Graph.subtract,
    "/": Graph.divide,
    "^": Graph.power,
    "neg": Graph.negative,
    "tan": _tan,
    "arctan": lambda graph, x: graph.call("atan", x),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "quotient": _quotient,
    "rem": _remainder,
    "factorial": _factorial,
}
