"""Elimination order and sparse triangular pattern of the matrix 1/(γh) - J.

Greedy Markowitz: the next pivot is the diagonal entry whose elimination can fill the fewest places,
(row length - 1) × (column length - 1). Ties go to the pivot on whose elimination the fewest others wait, which keeps
the chains of the substitution short, then to the lower number, so the order is reproducible.
H. M. Markowitz, Management Science 3 (1957) 255-269, doi:10.1287/mnsc.3.3.255.
Pivots stay on the diagonal: the matrix is dominated by 1/(γh) whenever the step is small enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

__all__ = ["Elimination", "eliminate"]


@dataclass(frozen=True)
class Elimination:
    """How to factorise.

    Attributes:
        order: pivots, in order.
        below: per pivot in that order, the rows in whose column the pivot stands (L).
        right: per pivot in that order, the columns right of it (U), the last pivot first.
    """

    order: tuple[int, ...]
    below: tuple[tuple[int, ...], ...]
    right: tuple[tuple[int, ...], ...]

    @property
    def entries(self) -> int:
        """Number of stored entries of L and U, diagonal included."""
        return len(self.order) + sum(map(len, self.below)) + sum(map(len, self.right))


def eliminate(size: int, pattern: Iterable[tuple[int, int]]) -> Elimination:
    """Order and pattern of the factorisation of a square sparse matrix.

    Args:
        size: number of rows.
        pattern: (row, column) of the entries; the diagonal is always taken as present.
    """
    rows: list[set[int]] = [set() for _ in range(size)]
    columns: list[set[int]] = [set() for _ in range(size)]
    for row, column in pattern:
        if row != column:
            rows[row].add(column)
            columns[column].add(row)
    left = set(range(size))
    depth = [0] * size
    # the costs change: an entry of the heap counts only while it is up to date
    heap = [(len(rows[k]) * len(columns[k]), 0, k) for k in range(size)]
    heapify(heap)
    order: list[int] = []
    below: list[tuple[int, ...]] = []
    right: list[tuple[int, ...]] = []
    while left:
        cost, deep, pivot = heappop(heap)
        if pivot not in left or cost != len(rows[pivot]) * len(columns[pivot]) or deep != depth[pivot]:
            continue
        left.discard(pivot)
        order.append(pivot)
        below.append(tuple(sorted(columns[pivot])))
        right.append(tuple(sorted(rows[pivot])))
        for neighbour in columns[pivot] | rows[pivot]:
            depth[neighbour] = max(depth[neighbour], depth[pivot] + 1)
        _fill_in(pivot, rows, columns)
        for changed in rows[pivot] | columns[pivot]:
            heappush(heap, (len(rows[changed]) * len(columns[changed]), depth[changed], changed))
    # a row takes what is known last at the end: a sum that waits for it waits the least
    position = {pivot: place for place, pivot in enumerate(order)}
    ordered = tuple(tuple(sorted(columns_of, key=lambda k: -position[k])) for columns_of in right)
    return Elimination(tuple(order), tuple(below), ordered)


def _fill_in(pivot: int, rows: list[set[int]], columns: list[set[int]]) -> None:
    """Take a pivot out of the pattern, and put in what its elimination fills."""
    for row in columns[pivot]:
        rows[row].discard(pivot)
        for column in rows[pivot]:
            if column != row:
                rows[row].add(column)
                columns[column].add(row)
    for column in rows[pivot]:
        columns[column].discard(pivot)
