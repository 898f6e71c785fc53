"""Forward differentiation on the graph: each node's derivative by every state (and time) that it depends on."""

from __future__ import annotations

from speciosa.engine._expressions import LEAVES, STATE, TIME, Graph
from speciosa.errors import EngineError

__all__ = ["BY_TIME", "Derivatives"]

BY_TIME = -1
"""The variable number that stands for time; states are 0, 1, …"""
_TINY = 1e-300
_HUGE = 1e200


class Derivatives:
    """Sparse derivatives of the nodes of one graph; the new nodes go into the same graph.

    What the variables are is said by :attr:`sources` and :meth:`_leaf`, here: the states and time.
    """

    sources = STATE | TIME
    """Bits of what a node must depend on to have a derivative."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: dict[int, dict[int, int]] = {}

    def of(self, node: int) -> dict[int, int]:
        """Derivative of a node by each variable; zeros are left out."""
        waiting = [node]
        while waiting:
            current = waiting[-1]
            if current in self._known:
                waiting.pop()
                continue
            if not self.graph.depends[current] & self.sources:
                self._known[current] = {}
                continue
            missing = [a for a in self.graph.arguments[current] if a not in self._known]
            if missing:
                waiting.extend(missing)
                continue
            zero = self.graph.number(0.0)
            found = self._derive(current)
            self._known[current] = {variable: value for variable, value in found.items() if value != zero}
        return self._known[node]

    def _leaf(self, operator: str, index: int) -> dict[int, int]:
        """Derivative of a node without arguments."""
        if operator == "state":
            return {index: self.graph.number(1.0)}
        return {BY_TIME: self.graph.number(1.0)} if operator == "time" else {}

    def _derive(self, node: int) -> dict[int, int]:
        graph, operator, arguments = self.graph, self.graph.operator[node], self.graph.arguments[node]
        if not arguments:
            return self._leaf(operator, int(graph.value[node]) if operator in LEAVES else 0)
        if graph.is_boolean(node) or operator in {"floor", "ceil"}:
            return {}
        if operator == "add":
            return self._combine((arguments[0], None), (arguments[1], None))
        if operator == "mul":
            return self._combine((arguments[0], arguments[1]), (arguments[1], arguments[0]))
        if operator == "choose":
            return self._choose(*arguments)
        if operator == "div":
            inverse = graph.divide(graph.number(1.0), arguments[1])
            quotient = graph.multiply(arguments[0], inverse)
            return self._combine(
                (arguments[0], inverse), (arguments[1], graph.negative(graph.multiply(quotient, inverse)))
            )
        if operator == "pow":
            return self._power(node, *arguments)
        return self._combine((arguments[0], self._outer(node, operator, arguments[0])))

    def _combine(self, *terms: tuple[int, int | None]) -> dict[int, int]:
        """Sum over terms of (derivative of a node) × (factor)."""
        graph = self.graph
        result: dict[int, int] = {}
        for argument, factor in terms:
            for variable, value in self._known[argument].items():
                part = value if factor is None else graph.multiply(factor, value)
                result[variable] = graph.add(result[variable], part) if variable in result else part
        return result

    def _choose(self, condition: int, a: int, b: int) -> dict[int, int]:
        graph = self.graph
        zero = graph.number(0.0)
        left, right = self._known[a], self._known[b]
        return {
            variable: graph.choose(condition, left.get(variable, zero), right.get(variable, zero))
            for variable in sorted({*left, *right})
        }

    def _power(self, node: int, base: int, exponent: int) -> dict[int, int]:
        # at 0 the slope is taken as 0; below 0 the power is 0, or a whole one, which has a slope like any other
        graph = self.graph
        tiny = graph.number(_TINY)
        apart = graph.choose(graph.compare("<", tiny, graph.call("abs", base)), base, tiny)
        above = graph.choose(graph.compare("<", tiny, base), base, tiny)
        by_base = graph.divide(graph.multiply(exponent, node), apart)
        by_exponent = graph.multiply(node, graph.call("log", above))
        return self._combine((base, by_base), (exponent, by_exponent))

    def _outer(self, node: int, operator: str, argument: int) -> int:
        """Derivative of a function of one argument by this argument."""
        graph = self.graph
        one = graph.number(1.0)
        if operator == "neg":
            return graph.number(-1.0)
        if operator == "exp":
            # where exp overflows, a saturated 1 / (1 + exp(x)) would have the slope 0 × inf
            return graph.choose(graph.compare("<", node, graph.number(_HUGE)), node, graph.number(_HUGE))
        if operator == "log":
            return graph.divide(one, argument)
        if operator == "sqrt":
            tiny = graph.number(1e-150)
            return graph.divide(graph.number(0.5), graph.choose(graph.compare("<", tiny, node), node, tiny))
        if operator == "sin":
            return graph.call("cos", argument)
        if operator == "cos":
            return graph.negative(graph.call("sin", argument))
        if operator == "atan":
            return graph.divide(one, graph.add(one, graph.multiply(argument, argument)))
        if operator == "abs":
            return graph.choose(graph.compare("<", argument, graph.number(0.0)), graph.number(-1.0), one)
        raise EngineError(f"The operator {operator!r} has no derivative.")
