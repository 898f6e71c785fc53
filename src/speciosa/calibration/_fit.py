"""What observations in people say about the uncertain parameters.

Maximum a posteriori by Gauss-Newton on the logarithms of the median person's figures, with what the rows say of every
uncertain parameter as further observations; then the Laplace approximation about it: a median and a spread for each
parameter, a correlation for each pair. Parameters that the observations hardly inform keep what the rows say.
All perturbed points of one derivative run as one population.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from speciosa import exposure, knowledge
from speciosa.calibration._predict import predict
from speciosa.calibration._studies import Target, studies, targets
from speciosa.exposure import Draws
from speciosa.knowledge import Choice

Array = NDArray[np.float64]

PEOPLE = 64  # the median of these stands for the median person of a study
SEED = 1
STRUCTURE = 0.1  # the model itself is not better than this, as standard deviation of a logarithm
STEP = 0.1  # of a derivative, in standard deviations of the prior
NARROWED, MOVED = 0.95, 0.2  # a parameter is informed when its spread shrinks below this share, or its middle moves


@dataclass(frozen=True)
class Posterior:
    """What a fit leaves.

    Attributes:
        parameters: names, in the order of the arrays.
        priors: what was known of each before.
        mode: standard normal quantile of each in its prior, (parameters,).
        covariance: of the same, (parameters, parameters).
        residuals: target id → (ln predicted - ln observed) / standard error.
        cost: half the sum of squares, the priors included.
    """

    parameters: tuple[str, ...]
    priors: tuple[Choice, ...]
    mode: Array
    covariance: Array
    residuals: Mapping[str, float]
    cost: float

    def fitted(self, index: int) -> tuple[float, float]:
        """Median and geometric standard deviation (on the parameter's own scale) of one parameter."""
        prior = self.priors[index]
        median = float(exposure.sample(prior, self.mode[index : index + 1])[0])
        spread = float(np.sqrt(self.covariance[index, index]))
        return median, prior.gsd * spread if prior.kind == "normal" else float(prior.gsd**spread)

    @property
    def informed(self) -> tuple[int, ...]:
        """Which parameters the observations say something about."""
        spread = np.sqrt(np.diag(self.covariance))
        return tuple(np.flatnonzero((spread < NARROWED) | (np.abs(self.mode) > MOVED)).tolist())

    @property
    def correlation(self) -> Array:
        """Of each pair, (parameters, parameters)."""
        spread = np.sqrt(np.diag(self.covariance))
        return np.asarray(self.covariance / np.outer(spread, spread))


def fit(*, people: int = PEOPLE, seed: int = SEED) -> Posterior:
    """Fit all uncertain parameters.

    Args:
        people: virtual people per study.
        seed: of the people.

    Raises:
        EngineError: the model cannot be compiled.
    """
    problem = _Problem.of(people, seed)
    start = np.zeros(len(problem.fitted))
    found = least_squares(lambda z: problem.residuals(z[None, :])[0], start, jac=problem.jacobian, method="lm")
    jacobian = problem.jacobian(found.x)
    covariance = np.asarray(np.linalg.inv(jacobian.T @ jacobian), dtype=float)
    left = problem.residuals(found.x[None, :])[0][: len(problem.observed)]
    return Posterior(
        parameters=tuple(c.name for c in problem.fitted),
        priors=problem.fitted,
        mode=found.x,
        covariance=covariance,
        residuals=MappingProxyType(dict(zip((t.id for t in problem.observed), left.tolist(), strict=True))),
        cost=float(found.cost),
    )


@dataclass(frozen=True)
class _Problem:
    fitted: tuple[Choice, ...]
    others: Mapping[str, Choice]
    observed: tuple[Target, ...]
    people: int
    seed: int

    @classmethod
    def of(cls, people: int, seed: int) -> "_Problem":
        known = knowledge.load()
        choices = [known.parameter(row.name, fitted=False) for row in known.table("parameters")]
        fitted = tuple(choice for choice in choices if choice.kind != "fixed")
        others = {choice.name: choice for choice in choices if choice.kind == "fixed"}
        return cls(fitted, others, tuple(t for t in targets() if t.use == "fit"), people, seed)

    def draws(self, z: Array) -> Draws:
        """Points (points, parameters) as draws of all parameters."""
        values = {name: np.full(len(z), choice.median) for name, choice in self.others.items()}
        values |= {choice.name: exposure.sample(choice, z[:, i]) for i, choice in enumerate(self.fitted)}
        return Draws(MappingProxyType(values), MappingProxyType({**self.others, **{c.name: c for c in self.fitted}}))

    def residuals(self, z: Array) -> Array:
        """Of every point: targets first, then the priors, (points, targets + parameters)."""
        draws = self.draws(z)
        misfit: list[Array] = []
        made: dict[str, Mapping[str, Array]] = {}
        for target in self.observed:
            if target.study not in made:
                made[target.study] = self._medians(target.study, draws)
            error = np.hypot(target.log_se, STRUCTURE)
            misfit.append(np.log(made[target.study][target.figure] / target.observed) / error)
        return np.column_stack([*misfit, z])

    def jacobian(self, z: Array) -> Array:
        """Central differences, (targets + parameters, parameters); all points run as one population."""
        step = STEP * np.eye(z.size)
        points = self.residuals(np.concatenate([z + step, z - step]))
        return np.asarray((points[: z.size] - points[z.size :]).T / (2.0 * STEP))

    def _medians(self, study: str, draws: Draws) -> dict[str, Array]:
        predicted = predict(studies()[study], draws, self.people, self.seed)
        return {
            name: median_by_draw(values, predicted.run.plan.draw, draws.count)
            for name, values in predicted.values.items()
        }


def median_by_draw(values: Array, draw: NDArray[np.int64], count: int) -> Array:
    """Median over the people of each draw, failed runs left out, (draws,)."""
    return np.array([np.nanmedian(values[draw == d]) for d in range(count)])


def tables(posterior: Posterior, observed: Sequence[Target]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What was learned, as rows of ``calibrated`` and ``calibrated_correlation``."""
    rows = ";".join(dict.fromkeys(t.row for t in observed))
    common = {"source_id": "S0784", "confidence": "calibrated here"}
    values: list[dict[str, str]] = []
    pairs: list[dict[str, str]] = []
    informed = posterior.informed
    for place, i in enumerate(informed):
        name, prior = posterior.parameters[i], posterior.priors[i]
        median, gsd = posterior.fitted(i)
        before = f"before: {prior.median:.3g}, spread {prior.gsd:.3g}"
        values.append(
            {
                "id": f"CA{place + 1:03d}",
                "parameter": name,
                "median": f"{median:.5g}",
                "gsd": f"{gsd:.4g}",
                "unit": prior.unit,
                "targets": rows,
                "method": "maximum a posteriori, Laplace approximation",
                "note": before,
                **common,
            }
        )
        for j in informed[:place]:
            pair = {"first": posterior.parameters[j], "second": name, "value": f"{posterior.correlation[i, j]:.4f}"}
            pairs.append({"id": f"CC{len(pairs) + 1:03d}", **pair, **common})
    return values, pairs
