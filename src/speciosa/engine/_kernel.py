"""A compiled model, and running a population through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine import _chunks, _native, _summaries
from speciosa.engine._dosing import Dosing
from speciosa.engine._driver_ir import define_run
from speciosa.engine._emitter import Module, Shape
from speciosa.engine._equations import build
from speciosa.engine._job import Job, entries
from speciosa.engine._lowering import lower
from speciosa.engine._model import Model
from speciosa.engine._output_formulas import watch
from speciosa.engine._recipe import Collector, Recipe, RunOptions, make_recipe
from speciosa.engine._result import Result
from speciosa.engine._run_plan import RunPlan, run_plan
from speciosa.engine._step_ir import define_begin, define_step, define_write
from speciosa.engine._stores import Outline, open_store, outline, unopened
from speciosa.engine._vector_math import define
from speciosa.engine._workspace import Workspace
from speciosa.errors import Cancelled, EngineError

__all__ = ["Kernel", "compile_model"]

_MOST_STATES = 300  # beyond this the unrolled factorisation grows too large
_LANES = (1, 2, 4, 8)


def compile_model(
    model: Model,
    outputs: Sequence[str] | Mapping[str, str],
    vary: Sequence[str] = (),
    lanes: int | None = None,
    *,
    cache: bool = True,
) -> Kernel:
    """Compile a model to machine code for this computer.

    Args:
        model: the model.
        outputs: ids of what to compute: species (amount or concentration as the model says), variables of rules,
            parameters, reactions (their rate); or names with formulas in these ids, such as
            ``{"ratio": "plasma / fu"}``.
        vary: ids whose value will be given per person: parameters, compartments, or states (their initial value).
        lanes: persons side by side, 1, 2, 4 or 8; None for what suits the processor. The results are the same.
        cache: whether to keep the machine code on disk and to use what is kept there.

    Raises:
        EngineError: a name is unknown or has no value, or the model is too large.
    """
    return _compile(model, outputs, vary, lanes, cache, ())


def _compile(
    model: Model,
    outputs: Sequence[str] | Mapping[str, str],
    vary: Sequence[str],
    lanes: int | None,
    cache: bool,
    areas: tuple[str, ...],
) -> Kernel:
    """The same; ``areas`` names the outputs whose areas are carried along."""
    watched, varied = watch(model, outputs, areas), tuple(vary)
    if lanes is not None and lanes not in _LANES:
        raise EngineError(f"lanes is {lanes}; expected 1, 2, 4 or 8.")
    if len(watched.model.states) > _MOST_STATES:
        raise EngineError(f"The model has {len(watched.model.states)} states; at most {_MOST_STATES} can be compiled.")
    target = _native.machine()
    width = lanes or target.lanes
    what = {"outputs": watched.names, "formulas": watched.texts, "areas": areas, "vary": varied, "lanes": width}
    key = _native.cache_key(target, sbml=model.sbml, **what)
    found = _native.read_cache(key) if cache else None
    if found is None:
        found = _generate(watched.model, watched.symbols, varied, Shape(width, fma=target.fma), target)
        if cache:
            _native.write_cache(key, *found)
    program = _native.Program(found[0], target, found[1])
    return Kernel(model, watched.names, varied, width, cache, program, watched.texts, areas)


def _generate(
    model: Model, outputs: Sequence[str], vary: Sequence[str], shape: Shape, target: _native.Machine
) -> tuple[bytes, dict[str, Any]]:
    try:
        equations = build(model, outputs, vary)
    except RecursionError:
        raise EngineError(f"The rules of the model {model.name!r} build on each other too deeply.") from None
    module = Module(shape)
    define(module)
    lowered = lower(module, equations, len(vary))
    workspace = Workspace.of(lowered)
    define_step(module, lowered, workspace)
    define_begin(module, lowered, workspace)
    define_write(module, lowered, workspace)
    define_run(module, lowered, workspace, flush=target.x86)
    facts = {
        "states": equations.states,
        "rows": workspace.rows,
        "constants": len(lowered.constants),
        "factors": lowered.factors,
    }
    return _native.assemble(module.text(), target), facts


@dataclass(frozen=True, eq=False)
class _Run:
    """A run that is ready to begin; ``outline`` says what will be stored, if anything."""

    job: Job
    recipe: Recipe
    size: int
    who: _chunks.Crew
    outline: Outline | None


@dataclass(frozen=True, eq=False)
class Kernel:
    """A model compiled for this machine; thread-safe, and picklable.

    The machine code travels with it; a machine of another kind, or another version of the engine, compiles it again.

    Attributes:
        model: the model.
        outputs: names of the outputs.
        vary: names of what is given per person.
        lanes: persons side by side.
        cached: whether the disk cache is used.
        program: the machine code.
        formulas: what each output is: an id or a formula.
        areas: outputs whose areas under the curve are computed as well.
    """

    model: Model
    outputs: tuple[str, ...]
    vary: tuple[str, ...]
    lanes: int
    cached: bool
    program: _native.Program
    formulas: tuple[str, ...]
    areas: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (
            *(getattr(self, field.name) for field in fields(self) if field.name != "program"),
            self.program.parcel(),
        )

    def simulate(
        self,
        parameters: ArrayLike | Mapping[str, ArrayLike],
        times: ArrayLike,
        dosing: Dosing | None = None,
        *,
        rtol: float = 1e-6,
        atol: ArrayLike = 1e-9,
        max_steps: int = 100_000,
        threads: int | None = None,
        progress: Callable[[int, int], object] | None = None,
        cancel: Callable[[], bool] | None = None,
        chunk: int | None = None,
        summaries: Mapping[str, str | Sequence[str]] | None = None,
        window: _summaries.Windows = None,
        refine: int = 1,
        curves: bool | None = None,
        dtype: str = "float64",
        store: str | Path | None = None,
        executor: Any = None,  # noqa: ANN401 - anything with submit
    ) -> Result:
        """Simulate a population from time 0.

        Args:
            parameters: shape (n, len(vary)) in the order of ``vary``; or per name a number or an array of shape (n,),
                names left out taking the model's value.
            times: output times, shape (m,), ascending, not negative.
            dosing: the doses.
            rtol: relative tolerance of a step.
            atol: absolute tolerance, one number or one per state in the order of ``model.states``.
            max_steps: most steps per person.
            threads: how many chunks run at once; None for one per processor.
            progress: called as ``progress(done, total)`` when persons are done, in the calling thread.
            cancel: asked between chunks; if it says True, :class:`~speciosa.errors.Cancelled` is raised.
            chunk: persons per chunk; None for what suits. Neither this nor ``threads`` changes a result.
            summaries: per output numbers that sum up its curve: ``cmax``, ``tmax``, ``cmin``, ``trough``, ``auc``,
                ``average``, ``time_above(x)``, ``time_below(x)``.
            window: start and end of the time that they sum up, or several such pairs, or ``"dosing interval"``; None
                for all of it.
            refine: into how many parts the intervals between output times are divided for them.
            curves: whether curves are kept in memory; None for: unless there are summaries or a store.
            dtype: of kept and stored curves, ``float64`` or ``float32``; computed is always the former.
            store: a folder to write curves to, as Parquet files, or as Zarr if it ends in ``.zarr``. A run that was
                broken off goes on where it was.
            executor: who runs the chunks in the place of threads: a Dask client, or something with ``submit`` like a
                :class:`~concurrent.futures.ProcessPoolExecutor`. Its machines must see the folder of a store.

        Returns:
            Curves, or what was asked for in their place, and a status per person.

        Raises:
            EngineError: an argument has the wrong shape, a dose goes to no state, or the executor lost a chunk.
            Cancelled: ``cancel`` said so; its ``result`` holds who was done.
        """
        options: RunOptions = {
            "rtol": rtol,
            "atol": atol,
            "max_steps": max_steps,
            "threads": threads,
            "chunk": chunk,
            "summaries": summaries,
            "window": window,
            "refine": refine,
            "curves": curves,
            "dtype": dtype,
            "store": store,
            "executor": executor,
        }
        run = self._set_up(self._table(parameters), times, dosing or Dosing.none(), options)
        if run.outline is not None:
            kept = open_store(run.outline)
            run = replace(run, recipe=replace(run.recipe, store=kept), size=kept.size)
        collector = Collector(run.job.persons, run.recipe)
        try:
            watch = _chunks.Watch(run.job.persons, progress, cancel)
            _chunks.run(run.job, run.recipe, collector, run.size, run.who, watch)
        except Cancelled as stop:
            stop.result = collector.result()
            raise
        return collector.result()

    def plan_run(
        self,
        parameters: int | ArrayLike | Mapping[str, ArrayLike],
        times: ArrayLike,
        dosing: Dosing | None = None,
        **options: Unpack[RunOptions],
    ) -> RunPlan:
        """Say what a run will take, from running a few of its persons; nothing is kept or written.

        Args:
            parameters: as for :meth:`simulate`; or a whole number of persons, who all have the model's values.
            times: as for :meth:`simulate`.
            dosing: as for :meth:`simulate`.
            options: the other arguments of :meth:`simulate`, but ``progress`` and ``cancel``.

        Raises:
            EngineError: as for :meth:`simulate`.
        """
        if isinstance(parameters, int):
            if parameters < 0:
                raise EngineError(f"The number of persons is {parameters}; expected 0 or more.")
            alike = [self.model.parameters[name] for name in self.vary]
            table = np.tile(np.array(alike, dtype=np.float64), (parameters, 1))
        else:
            table = self._table(parameters)
        run = self._set_up(table, times, dosing or Dosing.none(), options)
        store = None if run.outline is None else unopened(run.outline)
        return run_plan(run.job, run.recipe, run.size, run.who, store)

    def _set_up(self, table: NDArray[np.float64], times: ArrayLike, dosing: Dosing, options: RunOptions) -> _Run:
        moments = _moments(times)
        rtol, max_steps = options.get("rtol", 1e-6), options.get("max_steps", 100_000)
        threads, chunk = options.get("threads"), options.get("chunk")
        if not 0.0 < rtol < 1.0:
            raise EngineError(f"rtol is {rtol}; expected a number between 0 and 1.")
        if (chunk is not None and chunk < 1) or (threads is not None and threads < 1) or max_steps < 1:
            raise EngineError("chunk, threads and max_steps must be at least 1.")
        recipe, areas = make_recipe(self.outputs, moments, np.unique(dosing.time), options)
        who = _chunks.crew(threads, options.get("executor"))
        kernel = _with_areas(self, areas) if areas else self
        schedule = dosing.schedule(kernel.program.facts["states"], len(table), self.model.states)
        atol = self._tolerances(options.get("atol", 1e-9), kernel.program.facts["states"])
        job = Job(kernel, entries(table, recipe.grid, schedule, rtol, atol, max_steps))
        place = options.get("store")
        size = _chunks.chunk_size(len(table), chunk, recipe, job.columns, who, stored=place is not None)
        return _Run(job, recipe, size, who, None if place is None else outline(Path(place), size, job, recipe))

    def _table(self, parameters: ArrayLike | Mapping[str, ArrayLike]) -> NDArray[np.float64]:
        if not isinstance(parameters, Mapping):
            table = np.ascontiguousarray(_floats(parameters, "parameters"))
            if table.ndim != 2 or table.shape[1] != len(self.vary):
                raise EngineError(f"parameters has the shape {table.shape}; expected (persons, {len(self.vary)}).")
            return table
        for name in parameters:
            if name not in self.vary:
                raise EngineError(f"The parameter {name!r} is not varied in this kernel; it varies {self.vary}.")
        columns = [_floats(parameters.get(name, self.model.parameters[name]), name) for name in self.vary]
        try:
            shape = np.broadcast_shapes(*(column.shape for column in columns), (1,))
        except ValueError:
            raise EngineError("The parameters are given for different numbers of persons.") from None
        if len(shape) != 1:
            raise EngineError(f"The parameters have the shape {shape}; expected one value per person.")
        table = np.empty((*shape, len(columns)))
        for index, column in enumerate(columns):
            table[:, index] = column
        return table

    def _tolerances(self, atol: ArrayLike, states: Sequence[str]) -> NDArray[np.float64]:
        given = _floats(atol, "atol")
        if given.shape not in {(), (len(self.model.states),)}:
            raise EngineError(f"atol has the shape {given.shape}; expected a number or one per state.")
        if not (given > 0).all():
            raise EngineError("atol must be more than 0 for every state.")
        per_name = dict(zip(self.model.states, np.broadcast_to(given, (len(self.model.states),)), strict=True))
        # areas are counted as finely as the finest state
        return np.array([per_name.get(name, given.min()) for name in states])


def _again(*parts: Any) -> Kernel:  # noqa: ANN401 - the fields of a kernel, as it was pickled
    *before, formulas, areas, parcel = parts
    model, outputs, vary, lanes, cached = before
    program = _native.Program.unpacked(parcel)
    if program is not None:
        return Kernel(model, outputs, vary, lanes, cached, program, formulas, areas)
    return _compile(model, _as_given(outputs, formulas), vary, None, cached, areas)


def _as_given(outputs: tuple[str, ...], formulas: tuple[str, ...]) -> tuple[str, ...] | dict[str, str]:
    return outputs if outputs == formulas else dict(zip(outputs, formulas, strict=True))


@lru_cache(maxsize=32)
def _with_areas(kernel: Kernel, areas: tuple[str, ...]) -> Kernel:
    """The kernel that computes these areas as well."""
    outputs = _as_given(kernel.outputs, kernel.formulas)
    return _compile(kernel.model, outputs, kernel.vary, kernel.lanes, kernel.cached, areas)


def _floats(given: ArrayLike, what: str) -> NDArray[np.float64]:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise EngineError(f"{what} is {str(given)[:80]!r}; expected numbers.") from None


def _moments(times: ArrayLike) -> NDArray[np.float64]:
    # a copy: the result keeps it, whatever the caller does with his
    moments = np.atleast_1d(_floats(times, "times").copy())
    if moments.ndim != 1 or not len(moments):
        raise EngineError("There are no output times; expected at least one.")
    if not (np.isfinite(moments).all() and moments[0] >= 0 and (np.diff(moments) >= 0).all()):
        raise EngineError("The output times must be ascending numbers, 0 or later.")
    return moments
