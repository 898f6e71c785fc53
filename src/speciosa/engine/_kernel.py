"""A compiled model, and running a population through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine import _chunks, _gpu_code, _gpu_run, _native, _summaries
from speciosa.engine._compile import Wanted, check_lanes, code_for
from speciosa.engine._dosing import Dosing
from speciosa.engine._emitter import Shape
from speciosa.engine._job import Job, entries
from speciosa.engine._lanes import suited_lanes
from speciosa.engine._model import AREA, Model
from speciosa.engine._ops_ir import target_of
from speciosa.engine._plan import Limits, Plan
from speciosa.engine._planning import make_plan
from speciosa.engine._recipe import Collector, Recipe, RunOptions, make_recipe
from speciosa.engine._result import Result
from speciosa.engine._run_plan import RunPlan, run_plan
from speciosa.engine._sensitivities import Request
from speciosa.engine._steady import SteadyState, find_steady_state, machinery
from speciosa.engine._stores import Outline, open_store, outline, unopened
from speciosa.errors import Cancelled, EngineError

__all__ = ["Kernel", "compile_model"]

_WATCHED = 1e-12  # tolerance of a state that watches a condition: it has a scale of 1


def compile_model(
    model: Model,
    outputs: Sequence[str] | Mapping[str, str],
    vary: Sequence[str] = (),
    lanes: int | None = None,
    *,
    cache: bool = True,
    sensitivities: Sequence[str] = (),
    control_sensitivities: bool = True,
    optimise: bool = True,
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
        sensitivities: what to differentiate the outputs by: names out of ``vary``, or ``dose:`` and a state for the
            factor (1) on all amounts given to it.
        control_sensitivities: whether their errors, too, decide on the size of a step.
        optimise: whether to take the time to make the code fast. Without, a small model compiles some ten times
            quicker and runs some times slower, with the same results: for one person once.

    Raises:
        EngineError: a name is unknown or has no value, or the model is too large.
    """
    check_lanes(lanes)
    request = Request(tuple(sensitivities), control_sensitivities)
    return _compile(model, Wanted.of(model, outputs, vary, request), lanes, cached=cache, level=2 if optimise else 0)


def _compile(model: Model, wanted: Wanted, lanes: int | None, *, cached: bool, level: int = 2) -> Kernel:
    target = _native.machine()
    width = lanes or suited_lanes(target, len(model.states))
    code, facts = code_for(model, wanted, Shape(width, fma=target.fma), target, cache=cached, level=level)
    return Kernel(model, wanted, width, cached, _native.Program(code, target, facts))


@dataclass(frozen=True, eq=False)
class _Run:
    """A run that is ready to begin; ``outline`` says what will be stored, if anything."""

    job: Job
    plan: Plan
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
        wanted: what is computed of it.
        lanes: persons side by side.
        cached: whether the disk cache is used.
        program: the machine code.
    """

    model: Model
    wanted: Wanted
    lanes: int
    cached: bool
    program: _native.Program

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.model, self.wanted, self.lanes, self.cached, self.program.parcel())

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the outputs."""
        return self.wanted.outputs

    @property
    def vary(self) -> tuple[str, ...]:
        """Names of what is given per person."""
        return self.wanted.vary

    @property
    def sensitivities(self) -> tuple[str, ...]:
        """What the outputs are differentiated by."""
        return self.wanted.request.names

    def simulate(
        self,
        parameters: ArrayLike | Mapping[str, ArrayLike],
        times: ArrayLike | None = None,
        dosing: Dosing | None = None,
        *,
        start: float | None = None,
        initial: ArrayLike | Mapping[str, ArrayLike] | str | None = None,
        final: bool = False,
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
        device: str = "cpu",
    ) -> Result:
        """Simulate a population.

        Args:
            parameters: shape (n, len(vary)) in the order of ``vary``; or per name a number or an array of shape (n,),
                names left out taking the model's value.
            times: output times, shape (m,), ascending, not negative; None for those of the observation records.
            dosing: the doses.
            start: when the run starts: doses before are over, infusions that run then go on. Without it 0, or with
                records each person's first record or output, whichever is earlier.
            initial: initial states instead of the model's: shape (n, states) or (states,) in the order of
                ``model.states``; by name, the others being the model's; or ``"steady"``: those of
                :meth:`steady_state`, to which a reset (EVID 3, 4) then returns too.
            final: whether to keep the states at the last time, before the doses at that time: a second run that
                starts there with the same doses goes on where this one ended.
            rtol: relative tolerance of a step.
            atol: absolute tolerance, one number or one per state in the order of ``model.states``.
            max_steps: most steps per person.
            threads: how many chunks run at once; None for one per processor.
            progress: called as ``progress(done, total)`` when persons are done, in the calling thread.
            cancel: asked between chunks, and twice a second where they run beside the caller; if it says True,
                :class:`~speciosa.errors.Cancelled` is raised.
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
            device: ``"cpu"``; ``"cuda"`` for the first NVIDIA GPU, ``"cuda:1"`` for the second (docs/engine-gpu.md).

        Returns:
            Curves, or what was asked for in their place, and a status per person.

        Raises:
            EngineError: an argument has the wrong shape, a dose goes to no state, the executor lost a chunk, or there
                is no such device.
            Cancelled: ``cancel`` said so; its ``result`` holds who was done.
        """
        options: RunOptions = {
            "start": start,
            "initial": initial,
            "final": final,
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
            "device": device,
        }
        run = self._set_up(self._table(parameters), times, dosing or Dosing.none(), options)
        if run.outline is not None:
            kept = open_store(run.outline)
            run = replace(run, recipe=replace(run.recipe, store=kept), size=kept.size)
        collector = Collector(run.job.persons, run.recipe, run.plan)
        try:
            watch = _chunks.Watch(run.job.persons, progress, cancel)
            _chunks.run(run.job, run.recipe, collector, run.size, run.who, watch, chunk)
        except Cancelled as stop:
            stop.result = collector.result(run.job.kernel.order)
            raise
        return collector.result(run.job.kernel.order)

    @property
    def order(self) -> tuple[int, ...]:
        """Places of the model's states in the state vector."""
        return tuple(self.program.facts["states"].index(name) for name in self.model.states)

    def plan_run(
        self,
        parameters: int | ArrayLike | Mapping[str, ArrayLike],
        times: ArrayLike | None = None,
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

    def steady_state(
        self,
        parameters: ArrayLike | Mapping[str, ArrayLike],
        dosing: Dosing | None = None,
        *,
        every: float | None = None,
        time: float = 0.0,
        initial: ArrayLike | Mapping[str, ArrayLike] | None = None,
        rtol: float = 1e-9,
        atol: ArrayLike = 1e-12,
        max_steps: int = 500,
        threads: int | None = None,
    ) -> SteadyState:
        """Where the states come to rest, or what they come back to under doses given for ever.

        States that nothing depends on (an area, an excreted amount) need not rest and keep their initial values.
        Totals that the model keeps (of a receptor, free and bound) are those of the initial states.

        Args:
            parameters: as for :meth:`simulate`.
            dosing: doses from time 0 on, that are repeated for ever; None for no dose.
            every: after how long they are repeated.
            time: time at which the slopes are taken (with doses: at the beginning of a period).
            initial: where to begin, as for :meth:`simulate`; None for the model's initial states.
            rtol: how near, relative to each state.
            atol: how near, absolute; a number or one per state in the order of ``model.states``.
            max_steps: most iterations per person (without doses).
            threads: how many chunks run at once; None for one per processor.

        Returns:
            States in the order of ``model.states`` and a status per person; with doses, the states at the beginning
            of a period, before the doses there.

        Raises:
            EngineError: an argument has the wrong shape.
        """
        if self.program.facts["switching"]:
            raise EngineError("A model with events or conditions has no steady state that could be computed.")
        limits = self._limits({"rtol": rtol, "atol": atol, "max_steps": max_steps, "threads": threads})
        tools = machinery(self, limits, _final_states)
        return find_steady_state(tools, self._table(parameters), dosing, every, time, initial)

    def _set_up(self, table: NDArray[np.float64], times: ArrayLike | None, dosing: Dosing, options: RunOptions) -> _Run:
        begin, initial = _beginning(options.get("start")), options.get("initial")
        kernel, limits = self, self._limits(options)
        if times is None:  # the records say when
            plan = make_plan(machinery(self, limits, _final_states), table, None, dosing, begin, initial)
            recipe, areas = make_recipe(self.wanted, plan.times, dosing, options)
        else:
            recipe, areas = make_recipe(self.wanted, _moments(times), dosing, options)
        if areas:
            kernel = _with_areas(self, areas)
            limits = kernel._limits(options)  # noqa: SLF001 - the same kernel with more states
        if times is not None or areas:
            grid = recipe.grid
            plan = make_plan(machinery(kernel, limits, _final_states), table, grid, dosing, begin, initial)
        _refuse_what_does_not_go_together(kernel, plan)
        who = kernel._crew(options)  # noqa: SLF001 - the same kernel with more states
        job = Job(kernel, entries(plan, limits), plan.status, final=options.get("final", False))
        place = options.get("store")
        size = _chunks.chunk_size(job.persons, options.get("chunk"), recipe, job.columns, who, stored=place is not None)
        return _Run(job, plan, recipe, size, who, None if place is None else outline(Path(place), size, job, recipe))

    def _crew(self, options: RunOptions) -> _chunks.Crew:
        device, threads, executor = options.get("device", "cpu"), options.get("threads"), options.get("executor")
        if device == "cpu":
            return _chunks.crew(threads, executor)
        if executor is not None:
            raise EngineError(f"device is {device!r} beside an executor; give one of the two.")
        return _chunks.Crew(1, None, lambda: 1, _gpu_run.program(self, device, self._for_gpu))

    def _for_gpu(self, target: _native.Machine) -> tuple[bytes, dict[str, Any]]:
        """PTX and facts."""
        return code_for(self.model, self.wanted, _gpu_code.SHAPE, target, cache=self.cached)

    def _limits(self, options: RunOptions) -> Limits:
        rtol, max_steps = options.get("rtol", 1e-6), options.get("max_steps", 100_000)
        threads, chunk = options.get("threads"), options.get("chunk")
        if not 0.0 < rtol < 1.0:
            raise EngineError(f"rtol is {rtol}; expected a number between 0 and 1.")
        if (chunk is not None and chunk < 1) or (threads is not None and threads < 1) or max_steps < 1:
            raise EngineError("chunk, threads and max_steps must be at least 1.")
        atol = self._tolerances(options.get("atol", 1e-9), self.program.facts["states"])
        return Limits(rtol, atol, max_steps, chunk or _chunks.HERE, threads or _chunks.processors())

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
        # areas are counted as finely as the finest state; what else is not of the model rests, or watches a condition
        others = {name: given.min() if name.startswith(AREA) else _WATCHED for name in states if name not in per_name}
        return np.array([(per_name | others)[name] for name in states])


def _again(model: Model, wanted: Wanted, lanes: int, cached: bool, parcel: Any) -> Kernel:  # noqa: ANN401 - see parcel
    program = _native.Program.unpacked(parcel)
    if program is not None:
        return Kernel(model, wanted, lanes, cached, program)
    return _compile(model, wanted, None, cached=cached)


@lru_cache(maxsize=32)
def _with_areas(kernel: Kernel, areas: tuple[str, ...]) -> Kernel:
    """The kernel that computes these areas as well."""
    return _compile(kernel.model, replace(kernel.wanted, areas=areas), kernel.lanes, cached=kernel.cached)


def _final_states(kernel: Kernel, plan: Plan, limits: Limits) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """States at the last time, in the order of the state vector, and status; the inner runs of planning."""
    job = Job(kernel, entries(plan, limits), plan.status, final=True)
    recipe = Recipe((), plan.times, keep=False)
    who = _chunks.crew(limits.threads, None)
    size = _chunks.chunk_size(job.persons, None, recipe, job.columns, who, stored=False)
    collector = Collector(job.persons, recipe, plan)
    _chunks.run(job, recipe, collector, size, who, _chunks.Watch(job.persons, None, None))
    return job.final, job.status


def _refuse_what_does_not_go_together(kernel: Kernel, plan: Plan) -> None:
    """Sensitivities and events follow doses, not states and parameters that are set from outside."""
    states, targets = len(kernel.program.facts["states"]), plan.schedule.target
    outside = (targets >= 2 * states) & (targets != target_of("observe", states))
    set_from_outside = plan.initial is not None or bool(outside.any())
    switching = kernel.program.facts["switching"]
    if kernel.sensitivities and (set_from_outside or switching):
        raise EngineError(
            "Sensitivities cannot be computed with events, conditions, given initial states, resets, steady states or "
            "covariates that change; use a kernel without sensitivities, or doses alone."
        )
    if switching and (set_from_outside or (plan.start != 0.0).any()):
        raise EngineError(
            "A model with events or conditions cannot be given initial states, resets, steady states, covariates that "
            "change or another start than 0; write them as events of the model."
        )


def _beginning(start: float | None) -> float | None:
    if start is not None and not np.isfinite(start):
        raise EngineError(f"start is {start}; expected a finite time.")
    return None if start is None else float(start)


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
