"""The two designs, Morris and Saltelli, on any function of factors between 0 and 1.

A factor is a probability: 0.5 is the median of what stands behind it, 0.05 and 0.95 are the ends of its 90 % interval.
The samples and the estimators are SALib's. What the answer means, and which factor is which, is not known here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import SpeciosaError

Array = NDArray[np.float64]
Function = Callable[[Array], Mapping[str, Array]]
"""Factors (runs, factors) in 0 … 1 → answer → (runs,); NaN where a run has no answer."""

LEVELS = 4
STEP = 0.5  # every move of the screening, in probability
CONFIDENCE = 0.9
RESAMPLES = 300
_EDGE = 1e-6  # the ends of a distribution are infinite for some
_FEW = 16  # complete base samples below which nothing is estimated
CONSTANT = 1e-6  # a relative spread below this may be the integrator's noise


@dataclass(frozen=True)
class Scale:
    """On which scale an answer is spread: logarithms for what is positive and a matter of folds."""

    logarithmic: bool

    def forth(self, values: Array) -> Array:
        """Onto the scale."""
        return np.log(values) if self.logarithmic else np.asarray(values)

    def back(self, values: Array) -> Array:
        """From the scale to the unit of the answer."""
        return np.exp(values) if self.logarithmic else np.asarray(values)


@dataclass(frozen=True)
class Screening:
    """What the trajectories of Morris say of one answer.

    Attributes:
        effect: (factors,): mean absolute change of the answer, on its scale, when the factor moves by half its
            probability; NaN where no trajectory has an answer.
        spread: (factors,): standard deviation of that change; large beside ``effect`` where a factor acts through
            others or bends.
        used: number of trajectories that counted.
    """

    effect: Array
    spread: Array
    used: int


@dataclass(frozen=True)
class Indices:
    """Sobol' indices of one answer: shares of its variance on its scale, one per group, and their errors.

    Attributes:
        scale: on which its variance is taken.
        first: (groups,): the share that would go on average if the group were known.
        first_error: (groups,): half-width of its 90 % interval, by resampling.
        total: (groups,): the share that would stay if all else were known.
        total_error: (groups,): half-width of its 90 % interval.
        values: the answers of the base samples, which are plain draws, in the unit of the answer, (2 × used,).
        points: their factors, (2 × used, factors).
        unsettled: runs without an answer; a base sample counts only if all runs made from it have one.
    """

    scale: Scale
    first: Array
    first_error: Array
    total: Array
    total_error: Array
    values: Array
    points: Array
    unsettled: int


def screen(function: Function, factors: int, trajectories: int, seed: int) -> dict[str, Screening]:
    """Elementary effects (Morris 1991) of every factor on every answer.

    SALib's grid has four levels; each trajectory lays it elsewhere, so that the whole distribution is visited and its
    ends, which are infinite for some, are not.

    Args:
        function: what is examined.
        factors: how many it takes.
        trajectories: walks through all factors, one factor a step.
        seed: of the walks.

    Raises:
        SpeciosaError: SALib is not installed.
    """
    morris, analysis = salib("sample.morris"), salib("analyze.morris")
    problem = _problem(factors)
    grid = morris.sample(problem, trajectories, num_levels=LEVELS, seed=seed)
    per_step = LEVELS / (2.0 * (LEVELS - 1.0))  # SALib divides by the step on its grid
    made = {}
    for key, answers in function(_laid(grid, factors, seed)).items():
        walks = np.isfinite(answers).reshape(trajectories, factors + 1).all(axis=1)
        keep = np.repeat(walks, factors + 1)
        if not walks.any():
            made[key] = Screening(np.full(factors, np.nan), np.full(factors, np.nan), 0)
            continue
        values = scale(answers).forth(answers[keep])
        found = analysis.analyze(problem, grid[keep], values, num_levels=LEVELS, num_resamples=2, seed=seed)
        effect, spread = (np.nan_to_num(np.asarray(found[name], dtype=float)) for name in ("mu_star", "sigma"))
        made[key] = Screening(per_step * effect, per_step * spread, int(walks.sum()))
    return made


def indices(function: Function, groups: Sequence[Sequence[int]], samples: int, seed: int) -> dict[str, Indices]:
    """First-order and total Sobol' indices (Saltelli 2010) of groups of factors, for every answer.

    Args:
        function: what is examined.
        groups: numbers of the factors of each group; every factor stands in one group.
        samples: base samples, a power of two; the function runs ``samples × (groups + 2)`` times.
        seed: of the samples and of the resampling.

    Raises:
        SpeciosaError: SALib is not installed.
    """
    names = [""] * sum(map(len, groups))
    for number, group in enumerate(groups):
        for factor in group:
            names[factor] = f"group {number:04d}"
    # a single group of several would be taken apart by the sampler
    several = {"groups": names} if len(groups) > 1 else {}
    problem = _problem(len(names)) | several
    points = salib("sample.sobol").sample(problem, samples, calc_second_order=False, seed=seed)
    points = np.clip(points, _EDGE, 1.0 - _EDGE)
    width = len(points) // samples
    # SALib's order of groups is that of their first factor
    order = np.argsort(list(dict.fromkeys(names))) if several else np.arange(width - 2)
    return {key: _shares(problem, points, answers, width, order, seed) for key, answers in function(points).items()}


def _shares(
    problem: Mapping[str, Any], points: Array, answers: Array, width: int, order: NDArray[np.int64], seed: int
) -> Indices:
    """The indices of one answer; zero where it does not vary or too few samples have one."""
    rows = np.isfinite(answers).reshape(-1, width).all(axis=1)
    kept = np.repeat(rows, width)
    base = kept & np.isin(np.arange(answers.size) % width, (0, width - 1))
    on = scale(answers)
    values = on.forth(answers[kept])
    numbers = [np.zeros(order.size)] * 4
    if rows.sum() > _FEW and varies(values):
        found = salib("analyze.sobol").analyze(
            problem,
            values,
            calc_second_order=False,
            num_resamples=RESAMPLES,
            conf_level=CONFIDENCE,
            seed=seed + 1,  # SALib takes 0 for none
        )
        numbers = [np.asarray(found[name], dtype=float)[order] for name in ("S1", "S1_conf", "ST", "ST_conf")]
    first, first_error, total, total_error = numbers
    unsettled = int(np.sum(~np.isfinite(answers)))
    return Indices(on, first, first_error, total, total_error, answers[base], points[base], unsettled)


def scale(values: Array) -> Scale:
    """Logarithms where every answer is positive, plain numbers elsewhere."""
    finite = values[np.isfinite(values)]
    return Scale(logarithmic=bool(finite.size) and bool(np.all(finite > 0)))


def varies(values: Array) -> bool:
    """Whether finite numbers differ by more than noise."""
    return bool(np.ptp(values) > CONSTANT * max(1.0, float(np.max(np.abs(values)))))


def explained(values: Array, points: Array) -> float:
    """Share of the variance of ``values`` that a smooth function of one variable explains.

    Of a variable that others go along with: what knowing it would tell, by itself and through them. From plain draws,
    by a cubic in its ranks; the share that chance would give is taken off.

    Args:
        values: (draws,).
        points: the variable, (draws,).
    """
    n, degree = values.size, 3
    ranks = (np.argsort(np.argsort(points, kind="stable"), kind="stable") + 0.5) / n * 2.0 - 1.0
    design = np.polynomial.legendre.legvander(ranks, degree)
    left = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    adjusted = 1.0 - (left @ left / (n - degree - 1)) / np.var(values, ddof=1)
    return float(np.clip(adjusted, 0.0, 1.0))


def salib(module: str) -> Any:  # noqa: ANN401 - SALib has no types
    """A module of SALib.

    Raises:
        SpeciosaError: it is not installed.
    """
    import importlib  # noqa: PLC0415 - here alone; SALib is an extra and loads pandas

    try:
        found: ModuleType = importlib.import_module(f"SALib.{module}")
    except ImportError as error:
        raise SpeciosaError(
            "A sensitivity analysis needs the package SALib: python -m pip install 'speciosa[analysis]'."
        ) from error
    return found


def _problem(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [f"u{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _laid(grid: Array, factors: int, seed: int) -> Array:
    """The grid 0, 1/3, 2/3, 1 of SALib → probabilities, by chance somewhere in their quarter, walk by walk."""
    walks = grid.reshape(-1, factors + 1, factors)
    level = np.rint(walks * (LEVELS - 1))
    shift = np.random.default_rng(seed).uniform(0.02, 0.98, size=(walks.shape[0], 1, factors))
    return np.asarray((level + shift) / LEVELS).reshape(grid.shape)
