"""When a condition or a whole part switches: known before, foreseen, or to be searched for.

Known: time is compared with something that is constant between two stops. The stop is at that very number.
Foreseen: a difference that grows in proportion to time (``time - last >= 8``, ``rem(time, 24) < 1``) is 0 at a moment
that is computed anew at each stop; it is searched for as well, because of rounding.
Searched: all others. Where time enters in another way than in proportion (``sin(time) > 0.9``), the error control of
the states may not see it; the difference over its size is then integrated beside them, so that the steps follow it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from speciosa.engine._derivatives import BY_TIME
from speciosa.engine._expressions import STATE, TIME, Graph

if TYPE_CHECKING:
    from speciosa.engine._equations import Builder

__all__ = ["Moments", "near"]

_NEAR: Final = 1e-9
_SOON: Final = 1.0 + 2.0**-50


class Moments:
    """The moments of switches.

    Args:
        builder: the equations while they are built.
        conditions: comparisons that depend on states or time.
        steps: floors and ceilings that do.

    Attributes:
        at: nodes of times at which something switches.
        after: nodes of times just after which something switches.
        searched: conditions to search for (steps are always searched for where they are frozen).
        watched: rates of further states.
    """

    def __init__(self, builder: Builder, conditions: Sequence[int], steps: Sequence[int]) -> None:
        self.builder = builder
        self.graph = builder.graph
        self.searched: list[int] = []
        self.watched: list[int] = []
        at: dict[int, None] = {}
        after: dict[int, None] = {}
        for node in conditions:
            known = self._known(node)
            if known is not None:
                at.update(dict.fromkeys(known[0]))
                after.update(dict.fromkeys(known[1]))
                continue
            self.searched.append(node)
            at.update(dict.fromkeys(self._foreseen(node)))
        for node in steps:
            at.update(dict.fromkeys(self._next_step(node)))
        self.at = list(at)
        self.after = list(after)

    def _known(self, condition: int) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
        """When plain time passes something constant between stops: at, and just after, these times."""
        graph = self.graph
        left, right = graph.arguments[condition]
        for side, other in ((left, right), (right, left)):
            if graph.operator[side] == "time" and not graph.depends[other] & (STATE | TIME):
                if graph.operator[condition] == "==":
                    return (other,), (other,)
                at_that_time = (graph.operator[condition] == "<") == (side == left)
                return ((other,), ()) if at_that_time else ((), (other,))
        return None

    def _slope(self, node: int) -> int | None:
        """Slope by time of what grows in proportion to time, else None."""
        slopes = self.builder.derivatives.of(node)
        if set(slopes) != {BY_TIME} or self.graph.depends[slopes[BY_TIME]] & (STATE | TIME):
            return None
        return slopes[BY_TIME]

    def _foreseen(self, condition: int) -> list[int]:
        graph = self.graph
        left, right = graph.arguments[condition]
        difference = graph.subtract(left, right)
        slope = self._slope(difference)
        if slope is not None:
            moment = graph.subtract(graph.time(), graph.divide(difference, slope))
            rising = graph.compare("<", graph.number(0.0), slope)
            still = graph.compare("<", difference, graph.number(0.0)) if _is_equality(graph, condition) else condition
            ahead = _same(graph, rising, still)
            return [graph.choose(ahead, self._later(moment), moment)]
        by_time = self.builder.derivatives.of(difference).get(BY_TIME)
        if by_time is not None and graph.depends[by_time] & TIME:
            squares = graph.add(graph.multiply(left, left), graph.multiply(right, right))
            size = graph.call("sqrt", graph.add(squares, graph.number(1e-300)))
            self.watched.append(graph.divide(difference, size))
        return []

    def _next_step(self, node: int) -> list[int]:
        """When the argument of a floor or ceiling reaches its next whole number."""
        graph = self.graph
        argument = graph.arguments[node][0]
        slope = self._slope(argument)
        if slope is None:
            return []
        one = graph.number(1.0)
        above = graph.add(graph.call("floor", argument), one)
        below = graph.subtract(graph.call("ceil", argument), one)
        target = graph.choose(graph.compare("<", graph.number(0.0), slope), above, below)
        return [self._later(graph.add(graph.time(), graph.divide(graph.subtract(target, argument), slope)))]

    def _later(self, moment: int) -> int:
        """A moment, or the first one from now where rounding has let it come before its switch."""
        graph = self.graph
        soon = graph.multiply(graph.number(_SOON), graph.time())
        return graph.choose(graph.compare("<", soon, moment), moment, soon)


def _is_equality(graph: Graph, condition: int) -> bool:
    """Whether a comparison is one."""
    return graph.operator[condition] == "=="


def _same(graph: Graph, a: int, b: int) -> int:
    """That two conditions are both true or both false."""
    both = graph.connect("and", a, b)
    return graph.connect("or", both, graph.connect("and", graph.negation(a), graph.negation(b)))


def near(graph: Graph, equality: int) -> int:
    """That two sides are equal but for 1e-9 of their size, or of 1: what a search can meet."""
    left, right = graph.arguments[equality]
    sizes = graph.add(graph.call("abs", left), graph.call("abs", right))
    allowed = graph.multiply(graph.number(_NEAR), graph.add(graph.number(1.0), sizes))
    return graph.compare("<=", graph.call("abs", graph.subtract(left, right)), allowed)
