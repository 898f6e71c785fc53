"""Parameter draws and company → a number for every symbol of tolerance, breathing, heart and monoamines.

People differ in their kinetics only: how the effects differ from person to person was measured for nothing here.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from speciosa.exposure._company import Companion

Array = NDArray[np.float64]

AS_DRAWN = (
    "tolerance_gain",
    "withdrawal_half",
    "withdrawal_slope",
    "breathing_transfer",
    "wake_exponent",
    "chemo_exponent",
    "breathing_adapts",
    "metabolic_exponent",
    "metabolic_floor",
    "baseline_PaCO2",
    "qt_per_block",
    "locus_half_effect",
    "locus_rebound",
    "serotonin_opioid_gain",
    "dopamine_opioid_gain",
    "adaptation_slow_share",
    *(f"{amine}_{name}" for amine in ("serotonin", "noradrenaline", "dopamine") for name in ("brake", "tone")),
    *(f"{amine}_transporter_share" for amine in ("serotonin", "noradrenaline", "dopamine")),
    *(f"efficacy_{target}" for target in ("ALPHA2A", "HT1A", "D2")),
)

EFFECT_PARAMETERS = frozenset(
    {
        *AS_DRAWN,
        "adaptation_half_life_fast",
        "adaptation_half_life_slow",
        "central_chemoreflex",
        "peripheral_chemoreflex",
        "wakefulness_drive",
        "challenge_PaCO2",
        "opioid_partial_effect",
        "opioid_partial_occupancy",
        *(f"{kind}_{grade}" for kind in ("sedation", "opioid_effect") for grade in ("high", "moderate", "low")),
        *(f"qt_{group}" for group in ("known", "possible", "conditional")),
    }
)
"""Names of the parameters that no concentration depends on: a fit to concentrations leaves them alone."""


def dynamics(d: Mapping[str, Array], tau_full: Array, companions: Sequence[Companion]) -> dict[str, Array]:
    """Values (runs,) of everything downstream of the targets, and of the opioids that the person takes beside.

    Args:
        d: parameter values, one entry per run.
        tau_full: efficacy of a full agonist at the mu-opioid receptor, (runs,).
        companions: what else is taken.
    """
    values = {name: d[name] for name in AS_DRAWN}
    values["k_adapt_fast"] = np.log(2.0) / d["adaptation_half_life_fast"]
    values["k_adapt_slow"] = np.log(2.0) / d["adaptation_half_life_slow"]
    chemoreflex = d["central_chemoreflex"] + d["peripheral_chemoreflex"]
    values["breathing_loop_gain"] = chemoreflex * d["baseline_PaCO2"] / d["wakefulness_drive"]
    values["challenge_over_baseline"] = d["challenge_PaCO2"] / d["baseline_PaCO2"]
    values["breathing_spared"] = _spared(d, companions)
    load, stimulus = _others(d, tau_full, companions)
    values |= {"MOR_load_other": load, "MOR_stimulus_other": stimulus}
    used_to = _others(d, tau_full, [c for c in companions if c.daily])
    values["adapted_start"] = _effect(used_to[1] / (1.0 + used_to[0]), tau_full)
    return values


def _spared(d: Mapping[str, Array], companions: Sequence[Companion]) -> Array:
    """Share of the drive to breathe that the sedatives leave: each takes its share of what the others left."""
    left = np.ones_like(d["sedation_high"])
    for c in companions:
        if c.acts == "sedative":
            left = left * (1.0 - d[f"sedation_{c.grade}"])
    return left


def _others(d: Mapping[str, Array], tau_full: Array, companions: Sequence[Companion]) -> tuple[Array, Array]:
    """Concentration over affinity, and the same weighted by efficacy, summed over the other opioids.

    A full agonist holds as few receptors as its effect needs. A partial agonist or antagonist of high affinity holds
    most of them, and so keeps the alkaloids off.
    """
    load, stimulus = np.zeros_like(tau_full), np.zeros_like(tau_full)
    for c in companions:
        if c.acts == "full":
            held = _driven(d[f"opioid_effect_{c.grade}"], tau_full) / tau_full
            efficacy = tau_full
        elif c.acts == "partial":
            held = d["opioid_partial_occupancy"]
            efficacy = _driven(d["opioid_partial_effect"], tau_full) / held
        elif c.acts == "antagonist":
            held, efficacy = d["opioid_partial_occupancy"], np.zeros_like(tau_full)
        else:
            continue
        binds = held / (1.0 - held)
        load, stimulus = load + binds, stimulus + efficacy * binds
    return load, stimulus


def _driven(effect: Array, tau_full: Array) -> Array:
    """Stimulus that gives an effect: the operational model backwards."""
    share = effect * tau_full / (1.0 + tau_full)
    return np.asarray(share / (1.0 - share))


def _effect(driven: Array, tau_full: Array) -> Array:
    return np.asarray(driven / (1.0 + driven) * (1.0 + tau_full) / tau_full)
