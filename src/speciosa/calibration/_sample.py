"""The sampler: an ensemble of walkers that run as one population and survive a cut.

emcee moves the walkers by differential evolution; here it gets a density that takes all walkers at once, a move that
knows which parameters are independent of each other given the rest, and a file in which all finished steps lie. A run
that was cut goes on from there with the random numbers it would have had, so that it ends in the same bits.
"""

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speciosa.calibration._moves import moves
from speciosa.errors import CalibrationError
from speciosa.exposure import Progress

Array = NDArray[np.float64]
Density = Callable[[Array], Array]

OFTEN = 10  # steps between two looks at the clock and the file
MOVES = 5  # of every walker in one step: of neighbours in a chain only one is kept


@dataclass(frozen=True)
class Chains:
    """What the walkers left.

    Attributes:
        points: (steps, walkers, free).
        log_probability: (steps, walkers).
        accepted: share of the moves of which at least a part was taken.
    """

    points: Array
    log_probability: Array
    accepted: float

    def after(self, steps: int) -> "Chains":
        """Without the first steps, in which the walkers find their place."""
        return Chains(self.points[steps:], self.log_probability[steps:], self.accepted)


def start(mode: Array, covariance: Array, walkers: int, seed: int) -> Array:
    """Where the walkers begin: draws of the normal approximation, (walkers, free)."""
    stream = np.random.Generator(np.random.Philox(seed))
    root = np.linalg.cholesky(covariance)
    return np.asarray(mode + stream.standard_normal((walkers, mode.size)) @ root.T)


def sample(
    density: Density,
    begin: Array,
    steps: int,
    seed: int,
    *,
    blocks: Sequence[Sequence[int]] = (),
    covariance: Array | None = None,
    file: Path | None = None,
    label: str = "",
    progress: Progress | None = None,
) -> Chains:
    """Run the ensemble.

    Args:
        density: points (n, free) → logarithm of their density (n,), up to a constant; with blocks (n, 1 + blocks), the
            share of each block after the whole.
        begin: first place of every walker, (walkers, free); at least twice as many walkers as parameters.
        steps: of every walker, five moves each, of which the last is kept.
        seed: of the moves.
        blocks: columns that are independent of the other blocks given all other columns; each is then accepted or
            refused by its own share of the density.
        covariance: roughly that of the density, (free, free), so that the blocks can follow what they share.
        file: where finished steps are kept; a run of the same problem goes on from there.
        label: what the file must have been begun with, such as the digest of the problem.
        progress: called with (done, total, words) every ten steps; an exception it raises ends the run, and the
            finished steps stay in the file.

    Raises:
        CalibrationError: the file belongs to another problem or is damaged.
    """
    # emcee is an extra: an assessment reads a posterior and never makes one
    from emcee import EnsembleSampler, State  # noqa: PLC0415

    walkers, free = begin.shape
    if len(blocks) < 2:  # one block stands apart from nothing
        whole, density = density, lambda points: np.reshape(whole(points), (len(points), -1))[:, 0]
        blocks = ()
    ensemble = EnsembleSampler(walkers, free, density, moves=moves(free, blocks, covariance), vectorize=True)
    ensemble.random_state = np.random.RandomState(seed).get_state()
    done = _read(file, label, begin.shape) if file is not None else _Done.none(walkers, free)
    last: Any = State(begin)
    if len(done.points):
        parts = done.parts if blocks else None
        last = State(done.points[-1], log_prob=done.log_probability[-1], blobs=parts, random_state=done.random)
    while len(done.points) < steps:
        ensemble.reset()
        more = min(OFTEN, steps - len(done.points))
        last = ensemble.run_mcmc(last, more, thin_by=MOVES, skip_initial_state_check=True)
        done = done.and_then(ensemble.get_chain(), ensemble.get_log_prob(), ensemble.backend.accepted, last)
        if file is not None:
            _write(file, label, done)
        if progress is not None:
            progress(len(done.points), steps, "sampling the posterior")
    return Chains(done.points, done.log_probability, done.taken / (len(done.points) * walkers))


@dataclass(frozen=True)
class _Done:
    """The finished steps, and what the next one needs: shares of the density, state of the random numbers."""

    points: Array
    log_probability: Array
    parts: Array
    taken: float
    random: tuple[Any, ...]

    @classmethod
    def none(cls, walkers: int, free: int) -> "_Done":
        return cls(np.empty((0, walkers, free)), np.empty((0, walkers)), np.empty(0), 0.0, ())

    def and_then(self, points: Array, log_probability: Array, taken: Array, state: Any) -> "_Done":  # noqa: ANN401
        return _Done(
            np.concatenate([self.points, points]),
            np.concatenate([self.log_probability, log_probability]),
            np.empty(0) if state.blobs is None else np.asarray(state.blobs),
            self.taken + float(np.sum(taken)),
            state.random_state,
        )


def _write(file: Path, label: str, done: _Done) -> None:
    """Beside the file first, then in its place: a cut while writing leaves what was there."""
    name, key, *rest = done.random
    handle, beside = tempfile.mkstemp(dir=file.parent, suffix=".npz")
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(
                out,
                label=np.array(label),
                points=done.points,
                log_probability=done.log_probability,
                parts=done.parts,
                taken=np.array(done.taken),
                generator=np.array(name),
                key=key,
                rest=np.array(rest, dtype=float),
            )
        Path(beside).replace(file)
    finally:
        with suppress(FileNotFoundError):
            Path(beside).unlink()


def _read(file: Path, label: str, shape: tuple[int, int]) -> _Done:
    if not file.exists():
        return _Done.none(*shape)
    try:
        with np.load(file) as kept:
            held = {name: kept[name] for name in kept.files}
        points, began = held["points"], str(held["label"])
        random = (str(held["generator"]), held["key"], *_rest(held["rest"]))
        done = _Done(points, held["log_probability"], held["parts"], float(held["taken"]), random)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CalibrationError(f"{file} cannot be read as unfinished sampling; delete it to begin anew.") from error
    if began != label or points.shape[1:] != shape:
        raise CalibrationError(f"{file} was begun for another problem; delete it or name another file.")
    return done


def _rest(numbers: Array) -> Iterator[float]:
    """Position, whether a normal number is kept, and that number."""
    position, has_normal, normal = numbers.tolist()
    yield int(position)
    yield int(has_normal)
    yield float(normal)
