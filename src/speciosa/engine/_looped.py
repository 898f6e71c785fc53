"""Factorisation and solution in loops over tables, for matrices whose straight-line code would be too long.

The same pivots and, entry by entry, the same operations in the same order as the straight-line code of
:mod:`._lowering`, so the same bits; only row by row instead of pivot by pivot. Where the factors lie is the same too:
per pivot k first -1 / a_kk, then the entries below it times that, then those right of it times that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from speciosa.engine._emitter import Emitter, Module
from speciosa.engine._ordering import Elimination
from speciosa.engine._splitting import Job

if TYPE_CHECKING:
    from speciosa.engine._lowering import Lowered

__all__ = [
    "MOST_UNROLLED",
    "Places",
    "eliminate_in_loops",
    "entry_jobs",
    "is_large",
    "product_in_loops",
    "solve_in_loops",
]

MOST_UNROLLED: Final = 8000
"""Beyond so many operations the factorisation is a loop: straight code would take more than some 3 s to compile."""


def is_large(plan: Elimination, nodes: int) -> bool:
    """Whether the straight-line code would be too long; ``nodes`` is how many nodes the entries of J are made of."""
    updates = sum(len(below) * len(right) for below, right in zip(plan.below, plan.right, strict=True))
    return updates + 2 * plan.entries + nodes > MOST_UNROLLED


@dataclass(frozen=True)
class Places:
    """Where the entries of L and U lie, as tables.

    Attributes:
        start: per pivot, the place of its diagonal entry, and at the end the number of entries.
        right: per pivot, the place of the first entry right of it.
        index: per place, the row of an entry below, or the column of one on the diagonal or right of it.
        of: place of an entry by row and column.
    """

    start: tuple[int, ...]
    right: tuple[int, ...]
    index: tuple[int, ...]
    of: Mapping[tuple[int, int], int]

    @classmethod
    def by(cls, plan: Elimination) -> Places:
        """The places of a plan."""
        per_pivot = list(zip(plan.order, plan.below, plan.right, strict=True))
        start = tuple(accumulate((1 + len(below) + len(right) for _, below, right in per_pivot), initial=0))
        index: list[int] = []
        of: dict[tuple[int, int], int] = {}
        for (pivot, below, right), first in zip(per_pivot, start, strict=False):
            index += [pivot, *below, *right]
            of[pivot, pivot] = first
            of |= {(row, pivot): first + 1 + offset for offset, row in enumerate(below)}
            of |= {(pivot, column): first + 1 + len(below) + offset for offset, column in enumerate(right)}
        rights = tuple(first + 1 + len(below) for (_, below, _), first in zip(per_pivot, start, strict=False))
        return cls(start, rights, tuple(index), of)


def _table(module: Module, name: str, numbers: Sequence[int]) -> None:
    """A table of whole numbers as the constant ``@name`` of the module."""
    listed = ", ".join(f"i32 {number}" for number in numbers or (0,))
    module.declarations.add(f"@{name} = internal constant [{max(len(numbers), 1)} x i32] [{listed}]")


def _entry(emit: Emitter, table: str, index: str) -> str:
    """A number of a table."""
    place = emit.value(f"getelementptr inbounds i32, ptr @{table}, i64 {index}")
    return emit.value(f"sext i32 {emit.get('i32', place)} to i64")


def _next(emit: Emitter, index: str) -> str:
    return emit.whole("add", index, "1")


@contextmanager
def _range(emit: Emitter, first: str, end: str) -> Iterator[str]:
    """A loop over first, first + 1, … end - 1."""
    with emit.count(emit.whole("sub", end, first)) as offset:
        yield emit.whole("add", first, offset)


def _tables(module: Module, plan: Elimination, places: Places) -> None:
    """The places, and per row the pivots left of it: their numbers and the places of the entries."""
    position = {pivot: number for number, pivot in enumerate(plan.order)}
    left: list[list[int]] = [[] for _ in plan.order]
    for number, below in enumerate(plan.below):
        for row in below:
            left[position[row]].append(number)
    pairs = [(row, number) for row, numbers in zip(plan.order, left, strict=True) for number in numbers]
    _table(module, "lu_left_start", list(accumulate(map(len, left), initial=0)))
    _table(module, "lu_left_pivot", [number for _, number in pairs])
    _table(module, "lu_left_place", [places.of[row, plan.order[number]] for row, number in pairs])
    _table(module, "lu_start", places.start)
    _table(module, "lu_right", places.right)
    _table(module, "lu_index", places.index)


def eliminate_in_loops(module: Module, lowered: Lowered, places: Places, by_time: Sequence[int]) -> None:
    """Write ``@factorise``; ``@entries(y, c, t, factors, by_time)`` must store the entries of J into their places.

    Args:
        module: where to.
        lowered: the model.
        places: where the entries lie.
        by_time: states whose right side has a derivative by time; that of the others is set to 0.
    """
    _tables(module, lowered.plan, places)
    n = len(lowered.plan.order)
    pointers = ", ".join(f"ptr noalias %{name}" for name in ("y", "c", "t", "inverse", "factors", "by_time"))
    with Emitter(module, f"internal void @factorise({pointers}) #1") as emit:
        _fill(emit, lowered, n, timed=lowered.timed and len(by_time) < n)
        inverse = emit.load("%inverse")
        where = emit.variable(f"[{n} x i64]")  # per column: place of the entry in the current row
        with emit.count(n) as number:
            diagonal = emit.row("%factors", _entry(emit, "lu_start", number))
            emit.store(emit.sub(emit.load(diagonal), inverse), diagonal)
            first, end = (_entry(emit, "lu_left_start", row) for row in (number, _next(emit, number)))
            _locate(emit, number, first, end, where)
            with _range(emit, first, end) as left:
                _reduce(emit, left, where)
            emit.store(emit.div(emit.constant(-1.0), emit.load(diagonal)), diagonal)
        _divide(emit, n)
        emit.do("ret void")


def _divide(emit: Emitter, n: int) -> None:
    """Multiply what is right of each pivot by -1 / a_kk; only at the end, since the elimination needs it as it was."""
    with emit.count(n) as number:
        start = _entry(emit, "lu_start", number)
        negative = emit.load(emit.row("%factors", start))
        with _range(emit, _entry(emit, "lu_right", number), _entry(emit, "lu_start", _next(emit, number))) as place:
            target = emit.row("%factors", place)
            emit.store(emit.mul(emit.load(target), negative), target)


def _locate(emit: Emitter, number: str, first: str, end: str, where: str) -> None:
    """Note where the entries of a row lie; ``first`` … ``end`` are those left of the diagonal."""
    with _range(emit, first, end) as left:
        column = _entry(emit, "lu_index", _entry(emit, "lu_start", _entry(emit, "lu_left_pivot", left)))
        emit.put("i64", _entry(emit, "lu_left_place", left), emit.shift(where, column))
    diagonal = _entry(emit, "lu_start", number)
    emit.put("i64", diagonal, emit.shift(where, _entry(emit, "lu_index", diagonal)))
    with _range(emit, _entry(emit, "lu_right", number), _entry(emit, "lu_start", _next(emit, number))) as place:
        emit.put("i64", place, emit.shift(where, _entry(emit, "lu_index", place)))


def _reduce(emit: Emitter, left: str, where: str) -> None:
    """Eliminate one entry left of the diagonal from the current row."""
    pivot = _entry(emit, "lu_left_pivot", left)
    place = emit.row("%factors", _entry(emit, "lu_left_place", left))
    negative = emit.load(emit.row("%factors", _entry(emit, "lu_start", pivot)))
    factor = emit.mul(emit.load(place), negative)
    emit.store(factor, place)
    with _range(emit, _entry(emit, "lu_right", pivot), _entry(emit, "lu_start", _next(emit, pivot))) as other:
        target = emit.row("%factors", emit.get("i64", emit.shift(where, _entry(emit, "lu_index", other))))
        emit.store(emit.fma(factor, emit.load(emit.row("%factors", other)), emit.load(target)), target)


def _fill(emit: Emitter, lowered: Lowered, n: int, *, timed: bool) -> None:
    """The entries of J, -0 elsewhere: to this a first product adds as if there were nothing."""
    with emit.count(lowered.factors) as place:
        emit.store(emit.constant(-0.0), emit.row("%factors", place))
    if timed:
        with emit.count(n) as state:
            emit.store(emit.constant(0.0), emit.row("%by_time", state))
    emit.do("call void @entries(ptr %y, ptr %c, ptr %t, ptr %factors, ptr %by_time)")


def entry_jobs(places: Places, jacobian: Mapping[tuple[int, int], int], by_time: Mapping[int, int]) -> list[Job]:
    """What ``@entries`` stores."""
    return [
        *(("%factors", places.of[place], node) for place, node in jacobian.items()),
        *(("%by_time", row, node) for row, node in by_time.items()),
    ]


def solve_in_loops(module: Module, plan: Elimination) -> None:
    """Write ``@solve``, with the tables that :func:`eliminate_in_loops` has made."""
    n = len(plan.order)
    pointers = ", ".join(f"ptr noalias %{name}" for name in ("factors", "a", "b", "out"))
    with Emitter(module, f"internal void @solve({pointers}) #1") as emit:
        with emit.count(n) as row:
            both = emit.add(emit.load(emit.row("%a", row)), emit.load(emit.row("%b", row)))
            emit.store(both, emit.row("%out", row))
        with emit.count(n) as number:
            diagonal = _entry(emit, "lu_start", number)
            value = emit.load(emit.row("%out", _entry(emit, "lu_index", diagonal)))
            with _range(emit, _next(emit, diagonal), _entry(emit, "lu_right", number)) as place:
                target = emit.row("%out", _entry(emit, "lu_index", place))
                emit.store(emit.fma(emit.load(emit.row("%factors", place)), value, emit.load(target)), target)
        total = emit.variable(emit.shape.vector)
        with emit.count(n) as forth:
            number = emit.whole("sub", str(n - 1), forth)
            diagonal = _entry(emit, "lu_start", number)
            result = emit.row("%out", _entry(emit, "lu_index", diagonal))
            emit.store(emit.mul(emit.load(result), emit.load(emit.row("%factors", diagonal))), total)
            end = _entry(emit, "lu_start", _next(emit, number))
            with _range(emit, _entry(emit, "lu_right", number), end) as place:
                known = emit.load(emit.row("%out", _entry(emit, "lu_index", place)))
                emit.store(emit.fma(emit.load(emit.row("%factors", place)), known, emit.load(total)), total)
            emit.store(emit.load(total), result)
        emit.do("ret void")


def product_in_loops(module: Module, emit: Emitter, name: str, matrix: Sequence[tuple[int, int]], n: int) -> None:
    """``%out`` += M × vector, for the n rows of a sparse matrix.

    Args:
        module: where the tables go.
        emit: the function.
        name: of the tables, and as ``%name`` and ``%name_by`` the addresses of the entries and of the vector.
        matrix: (row, column) of each entry, row by row.
        n: number of rows.
    """
    counts = [0] * n
    for row, _ in matrix:
        counts[row] += 1
    _table(module, f"{name}_start", list(accumulate(counts, initial=0)))
    _table(module, f"{name}_column", [column for _, column in matrix])
    total = emit.variable(emit.shape.vector)
    with emit.count(n) as current:
        target = emit.row("%out", current)
        emit.store(emit.load(target), total)
        end = _entry(emit, f"{name}_start", _next(emit, current))
        with _range(emit, _entry(emit, f"{name}_start", current), end) as place:
            factor = emit.load(emit.row(f"%{name}_by", _entry(emit, f"{name}_column", place)))
            emit.store(emit.fma(emit.load(emit.row(f"%{name}", place)), factor, emit.load(total)), total)
        emit.store(emit.load(total), target)
