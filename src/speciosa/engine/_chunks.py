"""Running a population chunk by chunk: on threads here, or wherever an executor takes the chunks."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speciosa.engine import _gpu_run
from speciosa.engine._job import Job, packed, run_part
from speciosa.engine._recipe import Collector, Harvest, Recipe
from speciosa.errors import Cancelled, EngineError, SpeciosaError

__all__ = ["HERE", "Crew", "Watch", "chunk_size", "crew", "processors", "run"]

HERE = 256  # persons per chunk on threads
_ELSEWHERE = 1024  # on an executor, where each chunk costs a message
_STORED = 4096  # in a store, where each chunk is a file
_GPU_BUFFER = 1 << 30  # bytes of curves of a part that goes to a GPU
_BUFFER = 32 << 20  # bytes of curves that a chunk may hold while it runs
_PATIENCE = 0.5  # seconds between two questions whether to go on, where nothing ends meanwhile

Range: TypeAlias = tuple[int, int]
Progress: TypeAlias = "Callable[[int, int], object] | None"


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Crew:
    """Who does the work.

    Attributes:
        threads: how many chunks run at once here; without meaning where there is an executor.
        executor: something with ``submit`` as :class:`concurrent.futures.Executor` has it, or None.
        workers: how many chunks it runs at once, asked anew each time, since a cluster may grow.
        gpu: the model's code on a GPU, or None.
    """

    threads: int
    executor: Any
    workers: Callable[[], int]
    gpu: _gpu_run.Program | None = None


def crew(threads: int | None, executor: Any) -> Crew:  # noqa: ANN401 - anything with submit
    """Make threads or an executor ready; a Dask client gives an executor of its own.

    Raises:
        EngineError: both are given, or the executor has no ``submit``.
    """
    if executor is None:
        count = threads or processors()
        return Crew(count, None, lambda: count)
    if threads is not None:
        raise EngineError(f"threads is {threads} beside an executor; give one of the two.")
    if hasattr(executor, "get_executor"):  # a Dask client, known by what it can do so that Dask need not be there
        client = executor
        return Crew(1, client.get_executor(pure=False), lambda: sum(client.nthreads().values()))
    if not callable(getattr(executor, "submit", None)):
        raise EngineError(f"executor is {executor!r}; expected a Dask client or something with submit.")
    workers = getattr(executor, "_max_workers", None) or 2 * processors()
    return Crew(1, executor, lambda: int(workers))


def chunk_size(persons: int, given: int | None, recipe: Recipe, columns: int, who: Crew, *, stored: bool) -> int:
    """Persons per chunk: what is given, else what keeps everyone busy and the buffers small."""
    each = 8 * int(recipe.grid.shape[-1]) * columns  # bytes of a person's curves
    if who.gpu is not None:  # it divides them itself; a part is what fits the memory here
        most = max(1, _GPU_BUFFER // max(1, each))
        return max(1, min(most, given if stored and given else most, persons))
    if given is not None:
        most = given
    else:
        usual = _STORED if stored else HERE if who.executor is None else _ELSEWHERE
        most = min(usual, max(8, _BUFFER // max(1, each)))
    # at least one chunk for each, or some would have nothing to do
    return max(1, min(most, -(-persons // max(1, who.workers()))))


class Watch:
    """Tells how far a run is, and asks whether to go on."""

    def __init__(self, persons: int, progress: Progress, cancel: Callable[[], bool] | None) -> None:
        self.persons = persons
        self.progress = progress
        self.cancel = cancel
        self.done = 0

    def after(self, count: int) -> None:
        """Some more persons are done.

        Raises:
            Cancelled: the caller wants to stop.
        """
        self.done += count
        if self.progress is not None:
            self.progress(self.done, self.persons)
        self.ask()

    def ask(self) -> None:
        """Ask whether to go on.

        Raises:
            Cancelled: the caller wants to stop.
        """
        if self.cancel is not None and self.done < self.persons and self.cancel():
            raise Cancelled(f"The run was stopped after {self.done} of {self.persons} persons.")


def run(
    job: Job, recipe: Recipe, collector: Collector, size: int, who: Crew, watch: Watch, given: int | None = None
) -> None:
    """Run all chunks that a store does not hold already; ``given`` is the caller's own chunk, for a GPU.

    Raises:
        Cancelled: the caller wants to stop.
        EngineError: the executor lost a chunk.
    """
    ranges = [(start, min(start + size, job.persons)) for start in range(0, job.persons, size)]
    waiting, found = [], 0
    for span in ranges:
        before = None if recipe.store is None else recipe.store.read(span[0])
        if before is None:
            waiting.append(span)
        else:
            found += collector.put(before)
    watch.after(found)
    if who.gpu is not None:
        _on_gpu(_Here(job, recipe, collector), waiting, who.gpu, given, watch)
    elif who.executor is not None:
        _elsewhere(job, recipe, collector, waiting, who, watch)
    elif who.threads == 1 or len(waiting) == 1:
        work = _Here(job, recipe, collector)
        for span in waiting:
            watch.after(work(span))
    else:
        _on_threads(_Here(job, recipe, collector), waiting, who.threads, watch)
    if recipe.store is not None:
        recipe.store.close()


class _Here:
    """Runs a chunk in this process, in any thread; buffers are used again."""

    def __init__(self, job: Job, recipe: Recipe, collector: Collector) -> None:
        self.job = job
        self.recipe = recipe
        self.collector = collector
        # plain curves go straight to where they are kept
        plain = recipe.summaries is None and recipe.store is None and not recipe.sensitivities
        self.direct = plain and recipe.keep and recipe.dtype == "float64"
        self.after = replace(recipe, keep=False) if self.direct else recipe
        self._free: SimpleQueue[NDArray[np.float64]] = SimpleQueue()

    def __call__(self, span: Range, run: Callable[[int, int, NDArray[np.float64]], None] | None = None) -> int:
        """Simulate the persons of a range, here or as ``run`` does it; returns how many."""
        job, (start, stop) = self.job, span
        shape = (stop - start, job.times, job.columns)
        size = 0 if self.direct else math.prod(shape)
        scratch = self._scratch(size)
        curves = self.collector.values[start:stop] if self.direct else scratch[:size].reshape(shape)
        (run or job.run)(start, stop, curves)
        found = self.after.harvest(job.outcome(start, stop), curves)
        count = self.collector.put(found)
        self._free.put(scratch)
        return count

    def _scratch(self, size: int) -> NDArray[np.float64]:
        try:
            found = self._free.get_nowait()
        except Empty:
            return np.empty(size)
        return found if len(found) >= size else np.empty(size)


def _on_gpu(work: _Here, spans: Iterable[Range], gpu: _gpu_run.Program, given: int | None, watch: Watch) -> None:
    def run(start: int, stop: int, curves: NDArray[np.float64]) -> None:
        _gpu_run.run(gpu, work.job.entries(start, stop, curves), given, watch.after)

    for span in spans:
        work(span, run)


def _on_threads(work: _Here, spans: Iterable[Range], threads: int, watch: Watch) -> None:
    pool = ThreadPoolExecutor(max_workers=threads)
    try:
        for future in _in_turn((partial(pool.submit, work, span) for span in spans), lambda: 2 * threads, watch.ask):
            watch.after(future.result())
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _elsewhere(job: Job, recipe: Recipe, collector: Collector, spans: Iterable[Range], who: Crew, watch: Watch) -> None:
    kernel = packed(job.kernel)

    def submit(span: Range) -> Future[Harvest]:
        with _lost(watch):
            future: Future[Harvest] = who.executor.submit(run_part, job.part(*span, kernel, recipe))
            return future

    # closed at once, whatever happens, so that no part goes on for nobody
    with closing(_in_turn((partial(submit, span) for span in spans), lambda: 2 * who.workers() + 1, watch.ask)) as done:
        for future in done:
            with _lost(watch):
                harvest = future.result()
            watch.after(collector.put(harvest))


@contextmanager
def _lost(watch: Watch) -> Iterator[None]:
    """An executor's own trouble as a sentence; our errors as they are."""
    try:
        yield
    except SpeciosaError:
        raise
    except Exception as error:
        text = " ".join(str(error).split())[:200]
        raise EngineError(
            f"The executor lost a part of the run after {watch.done} of {watch.persons} persons "
            f"({type(error).__name__}: {text}); run it again, with a store to go on from here."
        ) from error


def _in_turn(
    starts: Iterable[Callable[[], Future[Any]]], most: Callable[[], int], idle: Callable[[], None]
) -> Generator[Future[Any]]:
    """Start one call after the other, a few at a time, and yield each as it ends; cancels the rest if left early.

    Args:
        starts: the calls.
        most: how many may run at once, asked anew each time.
        idle: called now and then while nothing ends.
    """
    upcoming = iter(starts)
    running: set[Future[Any]] = set()
    try:
        while True:
            while len(running) < max(1, most()):
                start = next(upcoming, None)
                if start is None:
                    break
                running.add(start())
            if not running:
                return
            done, running = wait(running, _PATIENCE, return_when=FIRST_COMPLETED)
            if not done:
                idle()
            yield from done
    finally:
        for future in running:
            future.cancel()
