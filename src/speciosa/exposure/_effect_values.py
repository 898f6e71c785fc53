"""Parameter draws → a number for every symbol of the effect wiring, for every run."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.models import Compound, Target

Array = NDArray[np.float64]

NOT_TOLERANT, NOBODY_ELSE = 1.0, 0.0  # reserve at baseline; no opioid beside those of the model


def effect_values(draws: Mapping[str, Array], compounds: Sequence[Compound]) -> dict[str, Array]:
    """A value (runs,) for every symbol that the effect wiring of these compounds adds.

    Args:
        draws: parameter values, one entry per run.
        compounds: the compounds of the model.
    """
    targets = models.network().targets
    values: dict[str, Array] = {}
    for compound in compounds:
        at = [targets[name] for name in compound.targets]
        if any(target.site == "brain" for target in at):
            values[f"{compound.id}_Kpuu"] = draws[f"{compound.id}_Kpuu"]
        values |= {f"{compound.id}_Ki_{target.id}": draws[f"{compound.id}_Ki_{target.id}"] for target in at}
    for target in targets.values():
        if target.signal:
            values |= _signal(target, draws, [c for c in compounds if target.id in c.targets])
    return values


def _signal(target: Target, draws: Mapping[str, Array], ligands: Sequence[Compound]) -> dict[str, Array]:
    """Efficacies. A maximum relative to a full agonist is that agonist's response times the share: tau follows."""
    t, full = target.id, draws[f"{target.id}_tau_full"]
    values = {
        f"{t}_tau_full": full,
        f"{t}_reserve": np.asarray(NOT_TOLERANT),
        f"{t}_load_other": np.asarray(NOBODY_ELSE),
        f"{t}_stimulus_other": np.asarray(NOBODY_ELSE),
    }
    for ligand in ligands:
        reached = draws[f"{ligand.id}_Emax_{t}"] * full / (1.0 + full)
        values[f"{ligand.id}_tau_{t}"] = reached / (1.0 - reached)
    return values
