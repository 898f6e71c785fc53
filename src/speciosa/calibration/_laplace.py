"""The mode of the posterior, and the normal approximation about it: where a sampler starts.

Gauss-Newton on the logarithms of the median person's figures, with the priors as further observations. All perturbed
points of one derivative run as one population.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from speciosa.calibration._problem import Problem

Array = NDArray[np.float64]

STEP = 0.1  # of a derivative, in standard deviations of the prior
TOUCHED = 0.02  # a parameter that moves no observation by this many errors is left out before the fit
NARROWED, MOVED = 0.92, 0.25  # a parameter is informed when its spread shrinks below this share, or its middle moves


@dataclass(frozen=True)
class Laplace:
    """The mode of a problem.

    Attributes:
        problem: what was fitted, with the parameters that matter to it.
        mode: point of the highest density, (free,).
        covariance: of the normal approximation, (free, free).
        cost: half the sum of squares, the priors included.
    """

    problem: Problem
    mode: Array
    covariance: Array
    cost: float

    @property
    def spread(self) -> Array:
        """Standard deviation of each coordinate, (free,); 1 is that of the prior."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def informed(self) -> tuple[str, ...]:
        """Names of the parameters that the observations say something about."""
        said = (self.spread < NARROWED) | (np.abs(self.mode) > MOVED)
        return tuple(name for name, yes in zip(self.problem.names, said, strict=True) if yes)


def touched(problem: Problem) -> Problem:
    """The problem without the parameters that no observation feels."""
    slopes = _jacobian(problem, np.zeros(len(problem.free)))[: len(problem.observed)]
    moves = np.abs(slopes).max(axis=0, initial=0.0) > TOUCHED
    return problem.only([name for name, yes in zip(problem.names, moves, strict=True) if yes])


def mode(problem: Problem) -> Laplace:
    """Find the mode, from the medians of the priors.

    Args:
        problem: what to fit; all its free parameters move.

    Raises:
        EngineError: the model cannot be compiled.
    """
    start = np.zeros(len(problem.free))
    found = least_squares(
        lambda z: _residuals(problem, z[None, :])[0],
        start,
        jac=lambda z: _jacobian(problem, z),
        method="lm",
        ftol=1e-4,
        xtol=1e-4,
    )
    jacobian = _jacobian(problem, found.x)
    covariance = np.asarray(np.linalg.inv(jacobian.T @ jacobian), dtype=float)
    return Laplace(problem, found.x, covariance, float(found.cost))


def _residuals(problem: Problem, points: Array) -> Array:
    """Of every point: observations first, then the priors, (points, observed + free)."""
    return np.column_stack([problem.misfit(points), points])


def _jacobian(problem: Problem, point: Array) -> Array:
    """Central differences, (observed + free, free)."""
    step = STEP * np.eye(point.size)
    found = _residuals(problem, np.concatenate([point + step, point - step]))
    return np.asarray((found[: point.size] - found[point.size :]).T / (2.0 * STEP))
