"""A calibration from beginning to end: mode, normal approximation about it, ensemble, what is shipped."""

from dataclasses import dataclass
from pathlib import Path

from speciosa.calibration._laplace import Laplace, mode, touched
from speciosa.calibration._problem import SEED, Problem
from speciosa.calibration._sample import Chains, sample, start
from speciosa.exposure import Progress


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes:
        people: virtual people per study while the mode is sought.
        fewer: the same while the ensemble runs, corrected at the mode to what ``people`` say.
        walkers: of the ensemble, as a multiple of the number of parameters.
        steps: of every walker, see :func:`sample`.
        warm_up: steps at the beginning that are left out.
        seed: of people, walkers and moves.
    """

    people: int = 64
    fewer: int = 2
    walkers: int = 2
    steps: int = 1500
    warm_up: int = 100
    seed: int = SEED


@dataclass(frozen=True)
class Calibration:
    """What a calibration left.

    Attributes:
        problem: the fitted problem: the informed parameters move.
        laplace: the mode and the normal approximation about it.
        chains: the ensemble, without its warm-up.
    """

    problem: Problem
    laplace: Laplace
    chains: Chains


def calibrate(effort: Effort, *, file: Path | None = None, progress: Progress | None = None) -> Calibration:
    """Fit the model to everything that may calibrate.

    Args:
        effort: how much is computed.
        file: where unfinished sampling is kept; the same call goes on from there.
        progress: called with (done, total, words); an exception it raises ends the run.

    Raises:
        EngineError: the model cannot be compiled.
        CalibrationError: the file belongs to another problem.
        Cancelled: the user stopped it.
    """
    laplace = prepared(effort, progress)
    problem = laplace.problem.smaller(effort.fewer, laplace.mode)
    walkers = 2 * (effort.walkers * len(problem.free) // 2)
    chains = sample(
        problem.log_shares,
        start(laplace.mode, laplace.covariance, walkers, effort.seed),
        effort.steps,
        effort.seed,
        blocks=problem.blocks,
        covariance=laplace.covariance,
        file=file,
        label=problem.digest,
        progress=progress,
    )
    return Calibration(problem, laplace, chains.after(effort.warm_up))


def prepared(effort: Effort, progress: Progress | None = None) -> Laplace:
    """The mode over the informed parameters; all others stay at the median of their prior."""

    def say(done: int, words: str) -> None:
        if progress is not None:
            progress(done, 3, words)

    say(0, "looking for the parameters that matter")
    problem = touched(Problem.of(effort.people, effort.seed))
    say(1, "looking for the mode")
    wide = mode(problem)
    say(2, "looking for the mode of the informed parameters")
    laplace = mode(problem.only(wide.informed))
    say(3, "mode found")
    return laplace
