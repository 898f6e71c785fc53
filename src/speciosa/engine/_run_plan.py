"""How much memory, disk and time a run will take, found out by running a few persons of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._chunks import Crew
from speciosa.engine._job import Job
from speciosa.engine._recipe import Recipe, Store

__all__ = ["RunPlan", "run_plan"]

_LONG_ENOUGH = 0.25  # seconds of running that give a fair idea
_FILED = 1024  # persons whose file shows how large files will be
_PIECES = 512  # at most so many groups of persons are run


@dataclass(frozen=True)
class RunPlan:
    """What a run will take.

    Attributes:
        persons: how many.
        persons_per_chunk: how many at a time.
        workers: how many chunks run at once.
        input_bytes: parameters and doses.
        result_bytes: what is kept in memory: curves, summaries, status.
        buffer_bytes: curves of the chunks that are running.
        stored_bytes: on disk, estimated from the persons that were run; 0 without a store.
        seconds: how long it takes, estimated from them.
        sample: how many persons were run.
    """

    persons: int
    persons_per_chunk: int
    workers: int
    input_bytes: int
    result_bytes: int
    buffer_bytes: int
    stored_bytes: int
    seconds: float
    sample: int

    @property
    def memory_bytes(self) -> int:
        """All that is held in memory at once, beside Python and its libraries."""
        return self.input_bytes + self.result_bytes + self.buffer_bytes

    def __str__(self) -> str:
        disk = f", {_size(self.stored_bytes)} on disk" if self.stored_bytes else ""
        return (
            f"{self.persons} persons on {self.workers} workers, {self.persons_per_chunk} at a time: "
            f"{_size(self.memory_bytes)} of memory{disk}, about {_duration(self.seconds)} (from {self.sample} persons)"
        )


def run_plan(job: Job, recipe: Recipe, size: int, who: Crew, store: Store | None) -> RunPlan:
    """Run some persons, spread over the population, and reckon from them: here on as many threads as the run will have.

    Args:
        job: the run; the status of the sampled persons is that of a run afterwards.
        recipe: what is wanted, without a store.
        size: persons per chunk.
        who: who will run.
        store: where curves will be written to; nothing is written now.
    """
    workers = max(1, who.workers())
    shown = replace(recipe, keep=recipe.keep or store is not None)
    most = min(size, _FILED if store else 8 * job.kernel.lanes)
    seconds, sample, stored = _measured(job, shown, most, store, who.threads)
    if who.executor is not None:  # measured on one thread here
        seconds /= workers
    plan = recipe.summaries
    kept = recipe.times.shape[-1] * len(recipe.outputs) * np.dtype(recipe.dtype).itemsize if recipe.keep else 0
    numbers = 0 if plan is None else 8 * len(plan.windows) * len(plan.measures)
    direct = recipe.keep and plan is None and recipe.dtype == "float64" and store is None
    # status twice (as the code and as the result has it), steps and time reached for both
    bookkeeping = 2 * 8 + 8 + 1 + 2 * 8
    return RunPlan(
        persons=job.persons,
        persons_per_chunk=size,
        workers=workers,
        input_bytes=sum(np.asarray(value).nbytes for value in job.given.values()),
        result_bytes=job.persons * (kept + numbers + bookkeeping),
        buffer_bytes=0 if direct else min(workers * size, job.persons) * job.times * job.columns * 8,
        stored_bytes=round(stored / max(1, sample) * job.persons),
        seconds=seconds / max(1, sample) * job.persons,
        sample=sample,
    )


def _measured(job: Job, recipe: Recipe, most: int, store: Store | None, threads: int) -> tuple[float, int, int]:
    """Seconds that some persons took, how many they were, and their bytes on disk."""
    if not job.persons:
        return 0.0, 0, 0
    most = min(most, job.persons)
    starts = np.arange(0, job.persons - most + 1, most)
    np.random.default_rng(0).shuffle(starts)
    waiting: SimpleQueue[int] = SimpleQueue()
    for start in starts[:_PIECES]:
        waiting.put(int(start))

    def piece(start: int, curves: NDArray[np.float64]) -> int:
        job.run(start, start + most, curves)
        found = recipe.harvest(job.outcome(start, start + most), curves)
        return 0 if store is None else store.weigh(found)

    def work(until: float) -> tuple[int, int]:
        curves = np.empty((most, job.times, job.columns))
        count, stored = 0, 0
        while time.perf_counter() < until:
            try:
                start = waiting.get_nowait()
            except Empty:
                break
            stored += piece(start, curves)
            count += 1
        return count, stored

    piece(int(starts[-1]), np.empty((most, job.times, job.columns)))  # libraries are loaded, memory is warm
    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        parts = [future.result() for future in [pool.submit(work, begun + _LONG_ENOUGH) for _ in range(threads)]]
    seconds = time.perf_counter() - begun
    return seconds, most * sum(count for count, _ in parts), sum(stored for _, stored in parts)


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.2g} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
