"""What is shipped of a calibration: the posterior as a small file, its middle as rows of the table ``calibrated``."""

from collections.abc import Mapping
from importlib.metadata import version
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure
from speciosa.calibration._problem import Problem
from speciosa.calibration._sample import Chains
from speciosa.knowledge import Posterior

Array = NDArray[np.float64]

SHIPPED = 1000  # draws in the file


def posterior(problem: Problem, chains: Chains, about: Mapping[str, str]) -> Posterior:
    """Draws of the posterior in the units of the parameters, with R-hat and effective sample sizes over all of them.

    Args:
        problem: what was fitted.
        chains: without their first steps.
        about: how they were made.
    """
    # arviz-stats is an extra: an assessment reads the numbers and never makes them
    from arviz_stats.base import array_stats  # noqa: PLC0415

    axes = {"chain_axis": 1, "draw_axis": 0}
    steps, walkers, free = chains.points.shape
    kept = np.linspace(0, steps * walkers - 1, min(SHIPPED, steps * walkers)).round().astype(int)
    points = chains.points.reshape(-1, free)[kept]
    made = {
        "sampler": f"emcee {version('emcee')}, differential evolution",
        "walkers": str(walkers),
        "steps": str(steps),
        "accepted": f"{chains.accepted:.3f}",
        "people": str(problem.people),
        "seed": str(problem.seed),
        "rows": ";".join(dict.fromkeys(target.row for target in problem.observed)),
        "digest": problem.digest,
        **about,
    }
    return Posterior(
        parameters=problem.names,
        units=tuple(choice.unit for choice in problem.free),
        values=np.column_stack([exposure.sample(choice, points[:, i]) for i, choice in enumerate(problem.free)]),
        log_probability=chains.log_probability.reshape(-1)[kept],
        rhat=np.asarray(array_stats.rhat(chains.points, **axes)),
        ess_bulk=np.asarray(array_stats.ess(chains.points, method="bulk", **axes)),
        ess_tail=np.asarray(array_stats.ess(chains.points, method="tail", prob=(0.05, 0.95), **axes)),
        attributes=MappingProxyType(made),
    )


def rows(problem: Problem, mode: Array, chains: Chains) -> list[dict[str, str]]:
    """The most probable value and the spread of each fitted parameter, as rows of ``calibrated``.

    Args:
        problem: what was fitted.
        mode: its mode, (free,): values that go together, which the medians of single parameters need not.
        chains: whose standard deviation is the spread, on the parameter's own scale.
    """
    spread = chains.points.reshape(-1, len(problem.free)).std(axis=0)
    targets = ";".join(dict.fromkeys(target.row for target in problem.observed))
    return [
        {
            "id": f"CA{i + 1:03d}",
            "parameter": prior.name,
            "median": f"{float(exposure.sample(prior, mode[i : i + 1])[0]):.5g}",
            "gsd": f"{prior.gsd * spread[i] if prior.kind == 'normal' else prior.gsd ** spread[i]:.4g}",
            "unit": prior.unit,
            "targets": targets,
            "method": "mode of the posterior, spread of an ensemble of draws",
            "note": f"before: {prior.median:.3g}, spread {prior.gsd:.3g}",
            "source_id": "S0784",
            "confidence": "calibrated here",
        }
        for i, prior in enumerate(problem.free)
    ]
