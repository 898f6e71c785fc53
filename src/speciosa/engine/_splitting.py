"""Straight-line code in functions of bounded size.

A compiler takes more than twice as long for a function twice as long. So the nodes of a large model are dealt out to
several functions that are called one after the other; what a later one needs of an earlier one goes through rows of
memory just before the constants of the person. A model of usual size is one function and meets nothing of this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from speciosa.engine._emitter import Emitter, Module

if TYPE_CHECKING:
    from speciosa.engine._lowering import Lowered, Writer

__all__ = ["MOST_NODES", "PART", "Job", "straight"]

MOST_NODES: Final = 3000
"""A function that would write more nodes is split …"""
PART: Final = 500
"""… into parts of about this many, which compile fastest; whole ones run faster."""

Job: TypeAlias = tuple[str, int, int]
"""A pointer, a row from there, and the node whose value is to be stored in it."""


@dataclass
class _Part:
    """The jobs of one function, the nodes that it writes, and those of earlier parts that it reads."""

    jobs: list[Job] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    read: set[int] = field(default_factory=set)


def straight(
    module: Module,
    lowered: Lowered,
    name: str,
    pointers: Sequence[str],
    make: Callable[[Emitter], Writer],
    jobs: Sequence[Job],
    besides: Sequence[Job] = (),
) -> None:
    """Write ``@name(pointers)`` that computes nodes and stores them.

    Args:
        module: where to.
        lowered: notes how many rows are needed between the parts.
        name: name of the function.
        pointers: its arguments; with more than one part one of them must be ``c``, the constants.
        make: a writer of nodes into a function.
        jobs: what to store where.
        besides: the same; these leave the bits of ``jobs`` as they would be alone.
    """
    signature = ", ".join(f"ptr noalias %{pointer}" for pointer in pointers)
    with Emitter(module, f"internal void @{name}({signature}) #1") as emit:
        first = make(emit)
        first.expect([node for _, _, node in jobs])
        if besides:
            first.expect_besides([node for _, _, node in besides])
        parts = _deal(first, [*jobs, *besides])
        if len(parts) == 1:
            _store(emit, first, parts[0].jobs)
        for number in range(len(parts) if len(parts) > 1 else 0):
            listed = ", ".join(f"ptr %{pointer}" for pointer in pointers)
            emit.do(f"call void @{name}_part{number}({listed})")
        emit.do("ret void")
    if len(parts) == 1:
        return
    passed = sorted(set[int]().union(*(part.read for part in parts)))
    row = {node: -1 - index for index, node in enumerate(passed)}
    lowered.between_parts = max(lowered.between_parts, len(row))
    for number, part in enumerate(parts):
        with Emitter(module, f"internal void @{name}_part{number}({signature}) #1") as emit:
            writer = make(emit)
            writer.share(first, {node: row[node] for node in part.read}, part.written & row.keys(), row)
            _store(emit, writer, part.jobs)
            emit.do("ret void")


def _store(emit: Emitter, writer: Writer, jobs: Sequence[Job]) -> None:
    for target, row, node in jobs:
        emit.store(writer.value(node), emit.row(target, row))


def _deal(writer: Writer, jobs: Sequence[Job]) -> list[_Part]:
    """Jobs in order, a new part whenever the last one is full; all in one part if there is room."""
    whole = _cut(writer, jobs, 10**9)
    return whole if len(whole[0].written) <= MOST_NODES else _cut(writer, jobs, min(PART, MOST_NODES))


def _cut(writer: Writer, jobs: Sequence[Job], most: int) -> list[_Part]:
    parts = [_Part()]
    earlier: set[int] = set()
    for job in jobs:
        if len(parts[-1].written) >= most:
            earlier |= parts[-1].written
            parts.append(_Part())
        part = parts[-1]
        part.jobs.append(job)
        waiting = [job[2]]
        while waiting:
            node = waiting.pop()
            if node in part.written or node in part.read or writer.is_cheap(node):
                continue
            if node in earlier and not writer.graph.is_boolean(node):
                part.read.add(node)
            else:
                part.written.add(node)
                waiting.extend(writer.needs(node))
    return parts
