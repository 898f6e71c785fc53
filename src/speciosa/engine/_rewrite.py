"""Nodes written anew with some of them replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from speciosa.engine._expressions import Graph

__all__ = ["rewrite"]


def rewrite(graph: Graph, roots: Sequence[int], replaced: Mapping[int, int]) -> list[int]:
    """The roots with nodes replaced wherever they occur; the new nodes go into the same graph.

    Args:
        graph: the graph.
        roots: what to write anew.
        replaced: node and what stands in its place; a condition must be replaced by a condition.
    """
    known = dict(replaced)
    # a node's arguments have smaller numbers than the node, so ascending order meets them first
    for node in sorted(graph.reachable(roots)):
        if node not in known:
            old = graph.arguments[node]
            new = [known[argument] for argument in old]
            known[node] = node if list(old) == new else _make(graph, graph.operator[node], new)
    return [known[root] for root in roots]


def _make(graph: Graph, operator: str, arguments: list[int]) -> int:
    makers: dict[str, Callable[..., int]] = {
        "add": graph.add,
        "neg": graph.negative,
        "mul": graph.multiply,
        "div": graph.divide,
        "pow": graph.power,
        "not": graph.negation,
        "choose": graph.choose,
    }
    if operator in makers:
        return makers[operator](*arguments)
    if operator in {"<", "<=", "=="}:
        return graph.compare(operator, *arguments)
    if operator in {"and", "or"}:
        return graph.connect(operator, *arguments)
    return graph.call(operator, *arguments)
