"""What becomes of a chunk of curves: kept, summed up, written away; and what is left of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine._dosing import Dosing
from speciosa.engine._plan import Plan
from speciosa.engine._result import Result, Summaries
from speciosa.engine._summaries import SummaryPlan, Windows, corners, measures, plan, shared_doses, windows
from speciosa.engine._workspace import WORDS
from speciosa.errors import EngineError

if TYPE_CHECKING:
    from speciosa.engine._compile import Wanted

__all__ = ["Collector", "Harvest", "Recipe", "RunOptions", "Store", "make_recipe"]

_DTYPES = ("float64", "float32")


class RunOptions(TypedDict, total=False):
    """Arguments of :meth:`~speciosa.engine.Kernel.simulate` that say how to run and what to keep."""

    start: float | None
    initial: ArrayLike | Mapping[str, ArrayLike] | str | None
    final: bool
    rtol: float
    atol: ArrayLike
    max_steps: int
    threads: int | None
    chunk: int | None
    summaries: Mapping[str, str | Sequence[str]] | None
    window: Windows
    refine: int
    curves: bool | None
    dtype: str
    store: str | Path | None
    executor: Any
    device: str


@dataclass(frozen=True, eq=False)
class Harvest:
    """What is left of a chunk of c persons.

    Attributes:
        start: number of the first person.
        status: shape (c,).
        steps: shape (c,).
        reached: time that each reached, shape (c,).
        final: states at the last time, in the order of the state vector, shape (c, states); or None.
        curves: shape (c, m, outputs), or None where they are not kept.
        derivatives: shape (c, m, sensitivities × outputs), or None.
        numbers: summaries, shape (c, w, measures), or None.
    """

    start: int
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    reached: NDArray[np.float64]
    final: NDArray[np.float64] | None = None
    curves: NDArray[Any] | None = None
    derivatives: NDArray[np.float64] | None = None
    numbers: NDArray[np.float64] | None = None


class Store(Protocol):
    """Where curves are written to, part by part, by any thread or process."""

    @property
    def path(self) -> Path:
        """The folder."""

    @property
    def size(self) -> int:
        """Persons per part."""

    def write(self, harvest: Harvest) -> None:
        """Write a part with its curves; whoever reads sees all of it or nothing."""

    def read(self, start: int) -> Harvest | None:
        """A part without its curves; None if it has not been written."""

    def close(self) -> None:
        """All parts have been written."""

    def weigh(self, harvest: Harvest) -> int:
        """Bytes on disk of a part with its curves; nothing is written."""


@dataclass(frozen=True, eq=False)
class Recipe:
    """What is wanted of the curves; picklable.

    Attributes:
        outputs: names of the outputs.
        sensitivities: what they are differentiated by.
        times: output times, shape (m,); (n, m) where persons have their own.
        dtype: of kept and stored curves: ``float64`` or ``float32``.
        keep: whether curves are kept in memory.
        summaries: numbers to compute, if any; the curves are then computed on its grid.
        store: where curves are written to, if anywhere.
    """

    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    sensitivities: tuple[str, ...] = ()
    dtype: str = "float64"
    keep: bool = True
    summaries: SummaryPlan | None = None
    store: Store | None = None

    @property
    def grid(self) -> NDArray[np.float64]:
        """The times to compute."""
        return self.times if self.summaries is None else self.summaries.grid

    def harvest(self, found: Harvest, curves: NDArray[np.float64]) -> Harvest:
        """Use a chunk of curves, which may be overwritten afterwards; those of failed persons are blanked here."""
        curves[found.status != 0] = np.nan
        if self.summaries is not None:
            found = replace(found, numbers=self.summaries.reduce(curves))
        if self.store is None and not self.keep:
            return found
        looked = curves if self.summaries is None else curves[:, self.summaries.own]
        own = looked[:, :, : len(self.outputs)]
        if self.sensitivities:
            found = replace(found, derivatives=self._derivatives(looked))
        with np.errstate(over="ignore"):  # beyond the range of float32 is infinity
            whole = replace(found, curves=own.astype(self.dtype, copy=False))
        if self.store is not None:
            self.store.write(whole)
        return whole if self.keep else found

    def _derivatives(self, curves: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the outputs, without the areas: shape (c, m, sensitivities × outputs)."""
        count, width = len(self.sensitivities), curves.shape[2] // (1 + len(self.sensitivities))
        by_each = curves[:, :, width:].reshape(*curves.shape[:2], count, width)
        own = by_each[..., : len(self.outputs)]
        return np.ascontiguousarray(own).reshape(*curves.shape[:2], count * len(self.outputs))


def make_recipe(
    computed: Wanted, times: NDArray[np.float64], dosing: Dosing, options: RunOptions
) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe that the options ask for, and the outputs whose areas it needs.

    Args:
        computed: what the kernel computes.
        times: output times.
        dosing: the doses.
        options: see :meth:`~speciosa.engine.Kernel.simulate`.

    Raises:
        EngineError: an option has no meaning, see :meth:`~speciosa.engine.Kernel.simulate`.
    """
    outputs, sensitivities = computed.outputs, computed.request.names
    wanted, refine, dtype = options.get("summaries"), options.get("refine", 1), str(options.get("dtype", "float64"))
    if dtype not in _DTYPES:
        raise EngineError(f"dtype is {dtype!r}; expected float64 or float32.")
    if refine < 1:
        raise EngineError(f"refine is {refine}; expected a whole number from 1 on.")
    keep = options.get("curves")
    if times.ndim > 1 and (wanted is not None or options.get("store") is not None):
        raise EngineError(
            "Persons have output times of their own; summaries and stores need times for all, give times."
        )
    if sensitivities and (options.get("store") is not None or dtype != "float64"):
        raise EngineError("Sensitivities are kept in memory as float64 only; leave out store and dtype.")
    if options.get("final") and options.get("store") is not None:
        raise EngineError("A store does not hold final states; run without a store, or without final.")
    if wanted is None:
        if options.get("window") is not None or refine > 1:
            raise EngineError("window and refine belong to summaries, but there are none; name some.")
        stored = options.get("store") is not None
        if keep is False and not stored:
            raise EngineError("curves is False, but there are no summaries and no store: nothing would be left.")
        return Recipe(outputs, times, sensitivities, dtype, not stored if keep is None else keep), ()
    chosen = measures(wanted, outputs)
    areas = tuple(name for name in dict.fromkeys(outputs) if any(m.of_area for m in chosen if m.output == name))
    first = float(options.get("start") or 0.0)
    doses, bends = (found[found >= first] for found in (shared_doses(dosing), corners(dosing)))
    edges = windows(options.get("window"), first, float(times[-1]), doses)
    summed = plan(chosen, edges, times, bends, refine, outputs, areas)
    return Recipe(outputs, times, sensitivities, dtype, bool(keep), summed), areas


class Collector:
    """The arrays of a whole population, filled chunk by chunk from any thread.

    Args:
        persons: how many.
        recipe: what is wanted.
        plan: what is run.
    """

    def __init__(self, persons: int, recipe: Recipe, plan: Plan) -> None:
        self.recipe = recipe
        self.plan = plan
        self.final: NDArray[np.float64] | None = None
        self.status = np.full(persons, WORDS.index("not run"), dtype=np.int8)
        self.steps = np.zeros(persons, dtype=np.int64)
        self.reached = np.zeros(persons)
        shape = (persons, recipe.times.shape[-1] if recipe.keep else 0, len(recipe.outputs))
        self.values = np.empty(shape, dtype=recipe.dtype)
        self.derivatives = np.empty((*shape[:2], shape[2] * len(recipe.sensitivities)))
        summed = recipe.summaries
        size = (persons, 0, 0) if summed is None else (persons, len(summed.windows), len(summed.measures))
        self.numbers = np.empty(size)

    def put(self, harvest: Harvest) -> int:
        """Take in a chunk; returns the number of its persons."""
        place = slice(harvest.start, harvest.start + len(harvest.status))
        self.status[place] = harvest.status
        self.steps[place] = harvest.steps
        self.reached[place] = harvest.reached
        if harvest.final is not None:
            if self.final is None:
                self.final = np.full((len(self.status), harvest.final.shape[1]), np.nan)
            self.final[place] = harvest.final
        if harvest.curves is not None:
            self.values[place] = harvest.curves
        if harvest.derivatives is not None and self.recipe.keep:
            self.derivatives[place] = harvest.derivatives
        if harvest.numbers is not None:
            self.numbers[place] = harvest.numbers
        return len(harvest.status)

    def result(self, order: Sequence[int] = ()) -> Result:
        """What there is; who was not run is blank, and so are times that a person does not have.

        Args:
            order: places of ``model.states`` in the state vector.
        """
        recipe, plan = self.recipe, self.recipe.summaries
        missing = self.status == WORDS.index("not run")
        if missing.any():
            self.values[missing] = np.nan
            self.derivatives[missing] = np.nan
            self.numbers[missing] = np.nan
        times = recipe.times
        if self.plan.counts is not None and recipe.keep:
            absent = np.arange(times.shape[-1]) >= self.plan.counts[:, None]
            times = np.where(absent, np.nan, times)
            self.values[absent] = np.nan
            self.derivatives[absent] = np.nan
        if self.final is not None:
            self.final[self.status != 0] = np.nan
        summaries = None
        if plan is not None:
            names = tuple((measure.output, measure.name) for measure in plan.measures)
            summaries = Summaries(names, plan.windows, self.numbers, plan.grid)
        return Result(
            outputs=recipe.outputs,
            times=times if recipe.keep else np.empty(0),
            values=self.values,
            status=self.status,
            steps=self.steps,
            reached=self.reached,
            summaries=summaries,
            store=None if recipe.store is None else recipe.store.path,
            final=None if self.final is None else self.final[:, list(order)],
            people=self.plan.people,
            sensitivities=recipe.sensitivities,
            derivatives=self.derivatives,
        )
