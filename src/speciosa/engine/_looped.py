"""Factorisation and solution in loops over tables, for matrices whose straight-line code would be too long.

The same pivots and, entry by entry, the same operations in the same order as the straight-line code of
:mod:`._lowering`, so the same bits; only row by row instead of pivot by pivot. Where the factors lie is the same too:
per pivot k first -1 / a_kk, then the entries below it times that, then those right of it times that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
"""Beyond so many multiply-adds the factorisation is a loop."""


def is_large(plan: Elimination) -> bool:
    """Whether the straight-line code would be too long."""
    updates = sum(len(below) * len(right) for below, right in zip(plan.below, plan.right, strict=True))
    return updates + plan.entries > MOST_UNROLLED


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


def _table(module: Module, name: str, numbers: Sequence[int]) -> str:
    """A table of whole numbers as a constant of the module."""
    listed = ", ".join(f"i32 {number}" for number in numbers)
    module.declarations.add(f"@{name} = internal constant [{len(numbers)} x i32] [{listed}]")
    return f"@{name}"


def _entry(emit: Emitter, table: str, index: str) -> str:
    """A number of a table."""
    place = emit.value(f"getelementptr inbounds i32, ptr {table}, i64 {index}")
    return emit.value(f"sext i32 {emit.get('i32', place)} to i64")


def _next(emit: Emitter, index: str) -> str:
    return emit.whole("add", index, "1")


def eliminate_in_loops(module: Module, lowered: Lowered, places: Places, by_time: Sequence[int]) -> None:
    """Write ``@factorise``; ``@entries(y, c, t, factors, by_time)`` must store the entries of J into their places.

    Args:
        module: where to.
        lowered: the model.
        places: where the entries lie.
        by_time: states whose right side has a derivative by time; that of the others is set to 0.
    """
    plan = lowered.plan
    position = {pivot: number for number, pivot in enumerate(plan.order)}
    lists: list[list[int]] = [[] for _ in plan.order]  # per row: numbers of the pivots left of it, in order
    for number, below in enumerate(plan.below):
        for row in below:
            lists[position[row]].append(number)
    left_start = _table(module, "lu_left_start", list(accumulate(map(len, lists), initial=0)))
    left_pivot = _table(module, "lu_left_pivot", [number for one in lists for number in one] or [0])
    left_place = _table(
        module,
        "lu_left_place",
        [places.of[row, plan.order[number]] for row, one in zip(plan.order, lists, strict=True) for number in one]
        or [0],
    )
    start, right = _table(module, "lu_start", places.start), _table(module, "lu_right", places.right)
    index = _table(module, "lu_index", places.index)
    n = len(plan.order)
    pointers = ", ".join(f"ptr noalias %{name}" for name in ("y", "c", "t", "inverse", "factors", "by_time"))
    with Emitter(module, f"internal void @factorise({pointers}) #1") as emit:
        _fill(emit, lowered, n, timed=lowered.timed and len(by_time) < n)
        inverse = emit.load("%inverse")
        where = emit.variable(f"[{n} x i64]")  # per column: place of the entry in the current row
        with emit.count(n) as number:
            diagonal, across = _entry(emit, start, number), _entry(emit, right, number)
            end = _entry(emit, start, _next(emit, number))
            place = emit.row("%factors", diagonal)
            emit.store(emit.sub(emit.load(place), inverse), place)
            first, last = _entry(emit, left_start, number), _entry(emit, left_start, _next(emit, number))
            with emit.count(emit.whole("sub", last, first)) as offset:
                here = emit.whole("add", first, offset)
                column = _entry(emit, index, _entry(emit, start, _entry(emit, left_pivot, here)))
                emit.put("i64", _entry(emit, left_place, here), emit.shift(where, column))
            emit.put("i64", diagonal, emit.shift(where, _entry(emit, index, diagonal)))
            with emit.count(emit.whole("sub", end, across)) as offset:
                here = emit.whole("add", across, offset)
                emit.put("i64", here, emit.shift(where, _entry(emit, index, here)))
            with emit.count(emit.whole("sub", last, first)) as offset:
                here = emit.whole("add", first, offset)
                pivot = _entry(emit, left_pivot, here)
                place = emit.row("%factors", _entry(emit, left_place, here))
                negative = emit.load(emit.row("%factors", _entry(emit, start, pivot)))
                factor = emit.mul(emit.load(place), negative)
                emit.store(factor, place)
                begin = _entry(emit, right, pivot)
                count = emit.whole("sub", _entry(emit, start, _next(emit, pivot)), begin)
                with emit.count(count) as step:
                    other = emit.whole("add", begin, step)
                    target = emit.get("i64", emit.shift(where, _entry(emit, index, other)))
                    target = emit.row("%factors", target)
                    product = emit.fma(factor, emit.load(emit.row("%factors", other)), emit.load(target))
                    emit.store(product, target)
            place = emit.row("%factors", diagonal)
            emit.store(emit.div(emit.constant(-1.0), emit.load(place)), place)
        with emit.count(n) as number:  # only now: the elimination needed them as they were
            negative = emit.load(emit.row("%factors", _entry(emit, start, number)))
            begin = _entry(emit, right, number)
            with emit.count(emit.whole("sub", _entry(emit, start, _next(emit, number)), begin)) as step:
                place = emit.row("%factors", emit.whole("add", begin, step))
                emit.store(emit.mul(emit.load(place), negative), place)
        emit.do("ret void")


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
    start, right, index, n = "@lu_start", "@lu_right", "@lu_index", len(plan.order)
    pointers = ", ".join(f"ptr noalias %{name}" for name in ("factors", "a", "b", "out"))
    with Emitter(module, f"internal void @solve({pointers}) #1") as emit:
        with emit.count(n) as row:
            total = emit.add(emit.load(emit.row("%a", row)), emit.load(emit.row("%b", row)))
            emit.store(total, emit.row("%out", row))
        with emit.count(n) as number:
            diagonal = _entry(emit, start, number)
            value = emit.load(emit.row("%out", _entry(emit, index, diagonal)))
            first = _next(emit, diagonal)
            with emit.count(emit.whole("sub", _entry(emit, right, number), first)) as offset:
                here = emit.whole("add", first, offset)
                target = emit.row("%out", _entry(emit, index, here))
                emit.store(emit.fma(emit.load(emit.row("%factors", here)), value, emit.load(target)), target)
        total = emit.variable(emit.shape.vector)
        with emit.count(n) as forth:
            number = emit.whole("sub", str(n - 1), forth)
            diagonal, first = _entry(emit, start, number), _entry(emit, right, number)
            place = emit.row("%out", _entry(emit, index, diagonal))
            emit.store(emit.mul(emit.load(place), emit.load(emit.row("%factors", diagonal))), total)
            end = _entry(emit, start, _next(emit, number))
            with emit.count(emit.whole("sub", end, first)) as offset:
                here = emit.whole("add", first, offset)
                known = emit.load(emit.row("%out", _entry(emit, index, here)))
                emit.store(emit.fma(emit.load(emit.row("%factors", here)), known, emit.load(total)), total)
            emit.store(emit.load(total), place)
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
    start = _table(module, f"{name}_start", list(accumulate(counts, initial=0)))
    column = _table(module, f"{name}_column", [place[1] for place in matrix] or [0])
    total = emit.variable(emit.shape.vector)
    with emit.count(n) as row:
        target = emit.row("%out", row)
        emit.store(emit.load(target), total)
        first, last = _entry(emit, start, row), _entry(emit, start, _next(emit, row))
        with emit.count(emit.whole("sub", last, first)) as offset:
            here = emit.whole("add", first, offset)
            factor = emit.load(emit.row(f"%{name}_by", _entry(emit, column, here)))
            emit.store(emit.fma(emit.load(emit.row(f"%{name}", here)), factor, emit.load(total)), total)
        emit.store(emit.load(total), target)
