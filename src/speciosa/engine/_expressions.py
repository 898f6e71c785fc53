"""A hash-consed graph of expressions.

Equal expressions are one node, constants fold, and products are kept as (what is constant for a person) × (the rest)
so that as much as possible is computed once per person instead of in every step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final

__all__ = ["HELD", "LEAVES", "PERSON", "STATE", "TIME", "Graph"]

PERSON: Final = 1
"""Bit of :attr:`Graph.depends`: depends on a varied parameter."""
STATE: Final = 2
"""The same for a state."""
TIME: Final = 4
"""The same for time."""
HELD: Final = 8
"""The same for what is constant between two stops of a person: a symbol that events set, or a frozen condition."""

LEAVES: Final = frozenset({"state", "person", "tangent"})
"""Operators of the nodes that are read from memory by their index."""

_BOOLEAN: Final = frozenset({"<", "<=", "==", "and", "or", "not", "truth"})
_LARGEST_UNROLLED_POWER: Final = 16

_UNARY: Final[dict[str, Callable[[float], float]]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": math.fabs,
    "floor": lambda x: float(math.floor(x)),
    "ceil": lambda x: float(math.ceil(x)),
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
}


class Graph:
    """Nodes are integers; a node's arguments always have smaller numbers than the node.

    Attributes:
        operator: per node.
        arguments: per node, other nodes.
        value: per node: the number of a ``number``, the index of a ``state``, ``person``, ``held`` or ``tangent`` leaf,
            else 0.
        depends: per node, bits ``PERSON | STATE | TIME | HELD``.
    """

    def __init__(self) -> None:
        self.operator: list[str] = []
        self.arguments: list[tuple[int, ...]] = []
        self.value: list[float] = []
        self.depends: list[int] = []
        self._known: dict[tuple[object, ...], int] = {}

    def _node(self, operator: str, *arguments: int, value: float = 0.0, depends: int = 0) -> int:
        # repr tells -0.0 from 0.0 and makes all NaN equal
        key = (operator, arguments, repr(value))
        found = self._known.get(key)
        if found is not None:
            return found
        for argument in arguments:
            depends |= self.depends[argument]
        self.operator.append(operator)
        self.arguments.append(arguments)
        self.value.append(value)
        self.depends.append(depends)
        self._known[key] = len(self.operator) - 1
        return len(self.operator) - 1

    # -- leaves

    def number(self, value: float) -> int:
        """A constant."""
        return self._node("number", value=float(value))

    def person(self, index: int) -> int:
        """Varied parameter ``index`` of the person."""
        return self._node("person", value=index, depends=PERSON)

    def state(self, index: int) -> int:
        """State ``index``."""
        return self._node("state", value=index, depends=STATE)

    def held(self, index: int) -> int:
        """Held value ``index``."""
        return self._node("held", value=index, depends=HELD)

    def time(self) -> int:
        """Time."""
        return self._node("time", depends=TIME)

    def tangent(self, index: int) -> int:
        """Component ``index`` of a direction in the space of the states, along which derivatives are taken."""
        return self._node("tangent", value=index, depends=STATE)

    def truth(self, value: bool) -> int:
        """A constant truth value."""
        return self._node("truth", value=float(value))

    # -- questions

    def is_boolean(self, node: int) -> bool:
        """Whether the node is a condition."""
        return self.operator[node] in _BOOLEAN

    def constant(self, node: int) -> float | None:
        """The number that a node is, if it is one."""
        return self.value[node] if self.operator[node] == "number" else None

    def per_person(self, node: int) -> bool:
        """Whether the node is constant in time for a person."""
        return not self.depends[node] & (STATE | TIME | HELD)

    def reachable(self, roots: Iterable[int]) -> set[int]:
        """All nodes that the roots are made of."""
        seen: set[int] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(self.arguments[node])
        return seen

    def states(self, roots: Iterable[int]) -> set[int]:
        """The states that the roots depend on."""
        return {int(self.value[node]) for node in self.reachable(roots) if self.operator[node] == "state"}

    # -- arithmetic

    def add(self, a: int, b: int) -> int:
        """a + b."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.number(x + y)
        if x == 0.0:
            return b
        if y == 0.0:
            return a
        if self.operator[b] == "neg" and self.arguments[b][0] == a:
            return self.number(0.0)
        if self.per_person(b) and not self.per_person(a):
            a, b = b, a
        if self.per_person(a) and self.operator[b] == "add" and self.per_person(self.arguments[b][0]):
            first, rest = self.arguments[b]
            return self._node("add", self.add(a, first), rest)
        return self._node("add", a, b)

    def total(self, terms: Iterable[int]) -> int:
        """The sum of all terms."""
        result = self.number(0.0)
        for term in terms:
            result = self.add(result, term)
        return result

    def negative(self, a: int) -> int:
        """-a."""
        x = self.constant(a)
        if x is not None:
            return self.number(-x)
        if self.operator[a] == "neg":
            return self.arguments[a][0]
        if self.operator[a] == "mul" and self.constant(self.arguments[a][0]) is not None:
            return self.multiply(self.number(-1.0), a)
        return self._node("neg", a)

    def subtract(self, a: int, b: int) -> int:
        """a - b."""
        return self.number(0.0) if a == b else self.add(a, self.negative(b))

    def multiply(self, a: int, b: int) -> int:
        """a × b, with the part that is constant for a person on the left."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.number(x * y)
        if y is not None or (self.per_person(b) and not self.per_person(a) and x is None):
            return self.multiply(b, a)
        if x == 0.0:
            return self.number(0.0)
        if x == 1.0:
            return b
        if x == -1.0 and not (self.operator[b] == "mul" and self.constant(self.arguments[b][0]) is not None):
            return self.negative(b)
        if self.operator[a] == "neg":
            return self.negative(self.multiply(self.arguments[a][0], b))
        if self.operator[b] == "neg":
            return self.multiply(self.negative(a), self.arguments[b][0])
        return self._product(a, b)

    def _product(self, a: int, b: int) -> int:
        outer, inner = self._split(a), self._split(b)
        if outer[0] is None and inner[0] is None:
            return self._node("mul", *sorted((a, b)))
        front = [part for part in (outer[0], inner[0]) if part is not None]
        back = [part for part in (outer[1], inner[1]) if part is not None]
        left = front[0] if len(front) == 1 else self._fold_product(front[0], front[1])
        if not back:
            return left
        right = back[0] if len(back) == 1 else self._node("mul", *sorted(back))
        x = self.constant(left)
        if x is not None and x in {0.0, 1.0, -1.0}:
            return self.multiply(left, right)
        return self._node("mul", left, right)

    def _split(self, a: int) -> tuple[int | None, int | None]:
        """The factor of ``a`` that is constant for a person, and the rest."""
        if self.per_person(a):
            return a, None
        if self.operator[a] == "mul" and self.per_person(self.arguments[a][0]):
            front, rest = self.arguments[a]
            return front, rest
        return None, a

    def _fold_product(self, a: int, b: int) -> int:
        """a × b of two parts that are constant for a person, numbers first."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.number(x * y)
        if y is not None:
            a, b, x = b, a, y
        if x is not None and self.operator[b] == "mul":
            z = self.constant(self.arguments[b][0])
            if z is not None:
                return self.multiply(self.number(x * z), self.arguments[b][1])
        if x is not None:
            return self.multiply(a, b) if x in {0.0, 1.0, -1.0} else self._node("mul", a, b)
        return self._node("mul", *sorted((a, b)))

    def divide(self, a: int, b: int) -> int:
        """a / b; a divisor that is constant for a person becomes a factor computed once."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None and y != 0.0:
            return self.number(x / y)
        if x == 0.0:
            return self.number(0.0)
        if y is not None and y != 0.0 and math.frexp(y)[0] in {0.5, -0.5}:
            return self.multiply(self.number(1.0 / y), a)
        if self.per_person(b):
            if self.per_person(a):
                return self._node("div", a, b)
            return self.multiply(self.divide(self.number(1.0), b), a)
        front, rest = self._split(b)
        if front is not None and rest is not None:
            return self.divide(self.divide(a, front), rest)
        front, rest = self._split(a)
        if front is not None and rest is not None:
            return self.multiply(front, self.divide(rest, b))
        return self._node("div", a, b)

    def power(self, a: int, b: int) -> int:
        """a to the power b; small whole powers become products, one half a root."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.number(_power(x, y))
        if y == 0.5:  # like every power that is not whole, 0 for a concentration just below 0
            zero = self.number(0.0)
            return self.call("sqrt", self.choose(self.compare("<", a, zero), zero, a))
        if y is not None and abs(y) <= _LARGEST_UNROLLED_POWER and y == int(y):
            whole = self._whole_power(a, abs(int(y)))
            return whole if y >= 0 else self.divide(self.number(1.0), whole)
        if x is not None and x > 0.0:
            return self.call("exp", self.multiply(self.number(math.log(x)), b))
        return self._node("pow", a, b)

    def _whole_power(self, a: int, exponent: int) -> int:
        if exponent == 0:
            return self.number(1.0)
        half = self._whole_power(a, exponent // 2)
        square = self.multiply(half, half)
        return self.multiply(square, a) if exponent % 2 else square

    def call(self, name: str, a: int) -> int:
        """A function of one argument: exp, log, sqrt, abs, floor, ceil, sin, cos, atan."""
        x = self.constant(a)
        if x is not None:
            try:
                return self.number(_UNARY[name](x))
            except (ValueError, OverflowError):
                return self.number(_beyond(name, x))
        return self._node(name, a)

    # -- conditions

    def compare(self, relation: str, a: int, b: int) -> int:
        """A comparison, one of ``< <= > >= == !=``."""
        if relation in {">", ">="}:
            relation, a, b = {">": "<", ">=": "<="}[relation], b, a
        if relation == "!=":
            return self.negation(self.compare("==", a, b))
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.truth({"<": x < y, "<=": x <= y, "==": x == y}[relation])
        return self._node(relation, a, b)

    def negation(self, a: int) -> int:
        """Not a."""
        if self.operator[a] == "truth":
            return self.truth(not self.value[a])
        return self.arguments[a][0] if self.operator[a] == "not" else self._node("not", a)

    def connect(self, name: str, a: int, b: int) -> int:
        """``and`` or ``or`` of two conditions."""
        for one, other in ((a, b), (b, a)):
            if self.operator[one] == "truth":
                decides = bool(self.value[one]) == (name == "or")
                return one if decides else other
        return self._node(name, *sorted((a, b)))

    def choose(self, condition: int, a: int, b: int) -> int:
        """a where the condition holds, else b."""
        if self.operator[condition] == "truth":
            return a if self.value[condition] else b
        return a if a == b else self._node("choose", condition, a, b)


def _power(x: float, y: float) -> float:
    try:
        result = x**y
    except (ZeroDivisionError, OverflowError):
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _beyond(name: str, x: float) -> float:
    if name == "exp":
        return math.inf
    return -math.inf if name == "log" and x == 0.0 else math.nan
