"""A compiled model, and running a population through it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from speciosa.engine import _native
from speciosa.engine._dosing import Dosing
from speciosa.engine._driver_ir import define_run
from speciosa.engine._emitter import Module, Shape
from speciosa.engine._equations import build
from speciosa.engine._lowering import lower
from speciosa.engine._model import Model
from speciosa.engine._result import Result
from speciosa.engine._search_ir import define_search
from speciosa.engine._step_ir import define_begin, define_step, define_write
from speciosa.engine._stops_ir import define_stops
from speciosa.engine._vector_math import define
from speciosa.engine._workspace import ARGUMENTS, WORDS, Workspace
from speciosa.errors import Cancelled, EngineError

__all__ = ["Kernel", "compile_model"]

_MOST_STATES = 300  # beyond this the unrolled factorisation grows too large
_LANES = (1, 2, 4, 8)
_CHUNK = 256


def compile_model(
    model: Model,
    outputs: Sequence[str],
    vary: Sequence[str] = (),
    lanes: int | None = None,
    *,
    cache: bool = True,
    optimise: bool = True,
) -> Kernel:
    """Compile a model to machine code for this computer.

    Args:
        model: the model.
        outputs: ids of what to compute: species (amount or concentration as the model says), variables of rules,
            parameters, reactions (their rate).
        vary: ids whose value will be given per person: parameters, compartments, or states (their initial value).
        lanes: persons side by side, 1, 2, 4 or 8; None for what suits the processor. The results are the same.
        cache: whether to keep the machine code on disk and to use what is kept there.
        optimise: whether to take the time to make the code fast. Without, a small model compiles some ten times
            quicker and runs some times slower, with the same results: for one person once. A kernel that is sent to
            another process is optimised there.

    Raises:
        EngineError: a name is unknown or has no value, or the model is too large.
    """
    names, varied = tuple(outputs), tuple(vary)
    if not names:
        raise EngineError("There is nothing to compute; name at least one output.")
    if lanes is not None and lanes not in _LANES:
        raise EngineError(f"lanes is {lanes}; expected 1, 2, 4 or 8.")
    if len(model.states) > _MOST_STATES:
        raise EngineError(f"The model has {len(model.states)} states; at most {_MOST_STATES} can be compiled.")
    target = _native.machine()
    width = lanes or target.lanes
    key = _native.cache_key(target, sbml=model.sbml, outputs=names, vary=varied, lanes=width, optimise=optimise)
    found = _native.read_cache(key) if cache else None
    if found is None:
        found = _generate(model, names, varied, Shape(width, fma=target.fma), target, 2 if optimise else 0)
        if cache:
            _native.write_cache(key, *found)
    program = _native.Program(found[0], target, found[1])
    return Kernel(model, names, varied, width, cache, program)


def _generate(
    model: Model, outputs: Sequence[str], vary: Sequence[str], shape: Shape, target: _native.Machine, level: int = 2
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
    if lowered.switching is not None:
        define_stops(module, lowered, workspace)
        if lowered.switching.size("searched"):
            define_search(module, lowered, workspace)
    define_run(module, lowered, workspace, flush=target.x86)
    facts = {
        "states": equations.states,
        "rows": workspace.rows,
        "constants": len(lowered.constants),
        "factors": lowered.factors,
    }
    return _native.assemble(module.text(), target, level), facts


@dataclass(frozen=True, eq=False)
class Kernel:
    """A model compiled for this machine; thread-safe, and picklable (it is then compiled again from the cache).

    Attributes:
        model: the model.
        outputs: names of the outputs.
        vary: names of what is given per person.
        lanes: persons side by side.
        cached: whether the disk cache is used.
        program: the machine code.
    """

    model: Model
    outputs: tuple[str, ...]
    vary: tuple[str, ...]
    lanes: int
    cached: bool
    program: _native.Program

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.model, self.outputs, self.vary, self.lanes, self.cached)

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
        chunk: int = _CHUNK,
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
            chunk: persons per chunk. Neither this nor ``threads`` changes a result.

        Returns:
            Curves and a status per person.

        Raises:
            EngineError: an argument has the wrong shape, or a dose goes to no state.
            Cancelled: ``cancel`` said so.
        """
        values = self._table(parameters)
        moments = _moments(times)
        if not 0.0 < rtol < 1.0:
            raise EngineError(f"rtol is {rtol}; expected a number between 0 and 1.")
        if chunk < 1 or (threads is not None and threads < 1) or max_steps < 1:
            raise EngineError("chunk, threads and max_steps must be at least 1.")
        job = _Job(self, values, moments, dosing or Dosing.none(), rtol, self._tolerances(atol), max_steps)
        _run_chunks(job, chunk, threads or _processors(), progress, cancel)
        return job.result()

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

    def _tolerances(self, atol: ArrayLike) -> NDArray[np.float64]:
        given = _floats(atol, "atol")
        if given.shape not in {(), (len(self.model.states),)}:
            raise EngineError(f"atol has the shape {given.shape}; expected a number or one per state.")
        if not (given > 0).all():
            raise EngineError("atol must be more than 0 for every state.")
        per_name = dict(zip(self.model.states, np.broadcast_to(given, (len(self.model.states),)), strict=True))
        # states that are not of the model rest, or watch a condition and have a scale of 1
        return np.array([per_name.get(name, 1e-12) for name in self.program.facts["states"]])


def _again(model: Model, outputs: Sequence[str], vary: Sequence[str], lanes: int, cached: bool) -> Kernel:
    return compile_model(model, outputs, vary, lanes, cache=cached)


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


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Job:
    """The arrays of one call, kept alive while the code reads and fills them."""

    def __init__(
        self,
        kernel: Kernel,
        values: NDArray[np.float64],
        times: NDArray[np.float64],
        dosing: Dosing,
        rtol: float,
        atol: NDArray[np.float64],
        max_steps: int,
    ) -> None:
        self.kernel = kernel
        self.times = times
        self.persons = len(values)
        schedule = dosing.schedule(kernel.program.facts["states"], self.persons, kernel.model.states)
        self.values = np.full((self.persons, len(times), len(kernel.outputs)), np.nan)
        self.steps = np.zeros(self.persons, dtype=np.int64)
        self.status = np.where(np.isnan(values).any(axis=1), WORDS.index("bad parameter"), 0).astype(np.int64)
        count = schedule.time.shape[-1]
        entries: dict[str, Any] = {
            "parameters": values,
            "times": times,
            "time_count": len(times),
            "event_time": schedule.time,
            "event_target": schedule.target,
            "event_amount": schedule.amount,
            "event_count": count,
            "event_stride": count if schedule.time.ndim == 2 else 0,
            "amount_stride": count if schedule.amount.ndim == 2 else 0,
            "infused": schedule.infused,
            "infused_count": len(schedule.infused),
            "relative": np.array([rtol]),
            "absolute": atol,
            "max_steps": np.array([float(max_steps)]),
            "values": self.values,
            "status": self.status,
            "steps": self.steps,
        }
        self._entries = entries
        plain = [e.ctypes.data if isinstance(e, np.ndarray) else e for e in (entries[name] for name in ARGUMENTS)]
        self._arguments = np.array(plain, dtype=np.uint64)

    def run(self, start: int, stop: int) -> int:
        """Simulate some persons; returns how many."""
        row = 8 * self.kernel.lanes
        size = self.kernel.program.facts["rows"] * row
        memory = np.zeros(size + row, dtype=np.uint8)
        aligned = -(-memory.ctypes.data // row) * row
        self.kernel.program.run(self._arguments.ctypes.data, start, stop, aligned)
        return stop - start

    def result(self) -> Result:
        """What came out; failed persons are blanked."""
        self.values[self.status != 0] = np.nan
        status = self.status.astype(np.int8)
        return Result(self.kernel.outputs, self.times, self.values, status, self.steps)


def _run_chunks(
    job: _Job,
    chunk: int,
    threads: int,
    progress: Callable[[int, int], object] | None,
    cancel: Callable[[], bool] | None,
) -> None:
    # several chunks per thread, or the last one leaves the others waiting
    size = max(1, min(chunk, -(-job.persons // threads)))
    ranges = [(start, min(start + size, job.persons)) for start in range(0, job.persons, size)]
    done = 0

    def after(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(done, job.persons)
        if cancel is not None and done < job.persons and cancel():
            raise Cancelled(f"The run was stopped after {done} of {job.persons} persons.")

    after(0)
    if threads == 1 or len(ranges) == 1:
        for start, stop in ranges:
            after(job.run(start, stop))
        return
    pool = ThreadPoolExecutor(max_workers=threads)
    try:
        waiting = {pool.submit(job.run, start, stop) for start, stop in ranges}
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                after(future.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
