"""Functions of MathML that are made of nodes of the graph."""

from __future__ import annotations

import math

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
    first, second = parts[0], parts[-1]
    if operator == "-":
        return graph.subtract(first, second)
    if operator == "/":
        return graph.divide(first, second)
    if operator == "^":
        return graph.power(first, second)
    if operator == "neg":
        return graph.negative(first)
    if operator == "tan":
        return graph.divide(graph.call("sin", first), graph.call("cos", first))
    if operator == "arctan":
        return graph.call("atan", first)
    if operator in {"sinh", "cosh", "tanh"}:
        return _hyperbolic(graph, operator, first)
    if operator == "quotient":
        return _quotient(graph, first, second)
    if operator == "rem":
        return graph.subtract(first, graph.multiply(second, _quotient(graph, first, second)))
    if operator == "factorial":
        return _factorial(graph, first)
    return graph.call(operator, first)


def _hyperbolic(graph: Graph, operator: str, x: int) -> int:
    half, one = graph.number(0.5), graph.number(1.0)
    if operator == "tanh":  # 1 - 2 / (exp(2 x) + 1) cannot overflow to inf / inf
        grown = graph.add(graph.call("exp", graph.multiply(graph.number(2.0), x)), one)
        return graph.subtract(one, graph.divide(graph.number(2.0), grown))
    up, down = graph.call("exp", x), graph.call("exp", graph.negative(x))
    both = graph.add(up, down) if operator == "cosh" else graph.subtract(up, down)
    return graph.multiply(half, both)


def _quotient(graph: Graph, a: int, b: int) -> int:
    """The whole part of a / b, rounded towards 0."""
    ratio = graph.divide(a, b)
    below = graph.compare("<", ratio, graph.number(0.0))
    return graph.choose(below, graph.call("ceil", ratio), graph.call("floor", ratio))


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
