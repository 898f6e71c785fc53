"""How much memory, disk and time a run will take, found out by running a few persons of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from speciosa.engine._chunks import Crew
from speciosa.engine._job import Job
from speciosa.engine._recipe import Recipe, Store

__all__ = ["RunPlan", "run_plan"]

_LONG_ENOUGH = 0.25  # seconds of running that give a fair idea
_FILED = 1024  # persons whose file shows how large files will be


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
    """Run some persons, spread over the population, on one thread, and reckon from them.

    Args:
        job: the run; the status of the sampled persons is that of a run afterwards.
        recipe: what is wanted, without a store.
        size: persons per chunk.
        who: who will run.
        store: where curves will be written to; nothing is written now.
    """
    workers = max(1, who.workers())
    shown = replace(recipe, keep=recipe.keep or store is not None)
    seconds, sample, stored = _measured(job, shown, min(size, _FILED if store else 8 * job.kernel.lanes), store)
    per_person = seconds / max(1, sample)
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
        seconds=per_person * job.persons / workers,
        sample=sample,
    )


def _measured(job: Job, recipe: Recipe, most: int, store: Store | None) -> tuple[float, int, int]:
    """Seconds and stored bytes of some persons, and how many they were; the first few only warm up."""
    if not job.persons:
        return 0.0, 0, 0
    seconds, sample, stored = 0.0, 0, 0
    most = min(most, job.persons)
    places = np.unique(np.linspace(0, job.persons - most, 64).astype(np.int64))
    np.random.default_rng(0).shuffle(places)
    curves = np.empty((most, job.times, job.columns))
    for round_number, start in enumerate([places[0], *places]):
        stop = int(start) + most
        begun = time.perf_counter()
        job.run(int(start), stop, curves)
        found = recipe.harvest(job.outcome(int(start), stop), curves)
        weight = store.weigh(found) if store is not None else 0
        if round_number:
            stored += weight
            seconds += time.perf_counter() - begun
            sample += most
        if seconds > _LONG_ENOUGH:
            break
    return seconds, sample, stored


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
