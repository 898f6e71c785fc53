"""Tissue-to-plasma partition of bases: Rodgers and Rowland (2005), the acidic-phospholipid equation.

Compositions are rows of ``tissue_composition``; this module holds the equation alone, over arrays of people
and draws. It applies to monoprotic bases with a pKa of 7 or more; weaker bases, acids and neutrals bind to
albumin or lipoprotein (Rodgers and Rowland 2006) and are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import ModelError

Array = NDArray[np.float64]

PH_PLASMA = 7.4
PH_CELL = 7.0
PH_RED_CELL = 7.22
WEAKEST_BASE = PH_CELL  # pKa from which the equation holds


@dataclass(frozen=True)
class Composition:
    """Composition of one tissue, as fractions of its volume.

    Attributes:
        neutral_lipid: neutral lipids.
        neutral_phospholipid: neutral phospholipids.
        acidic_phospholipid: acidic phospholipids, mg per g of tissue.
        water_out: extracellular water.
        water_in: intracellular water.
    """

    neutral_lipid: float
    neutral_phospholipid: float
    acidic_phospholipid: float
    water_out: float
    water_in: float


@dataclass(frozen=True)
class Base:
    """A monoprotic base in people: each field broadcasts against the others.

    Attributes:
        pKa: of the conjugate acid.
        logP: octanol to water, neutral form.
        fu: fraction unbound in plasma.
        BP: blood-to-plasma ratio.
        hematocrit: fraction.
    """

    pKa: Array
    logP: Array
    fu: Array
    BP: Array
    hematocrit: Array


def partition(base: Base, tissues: Mapping[str, Composition], red_cells: Composition) -> dict[str, Array]:
    """Tissue-to-plasma partition coefficients, total over total, at steady state.

    Binding to acidic phospholipids is read off the red cell: what the measured blood-to-plasma ratio leaves
    after water and neutral lipids. Where that is negative (a blood-to-plasma ratio too low for the base) it is
    set to zero.

    Args:
        base: the compound in the people.
        tissues: composition of each tissue; ``adipose`` partitions as vegetable oil.
        red_cells: composition of red blood cells.

    Returns:
        Kp for each tissue, shaped as the fields of ``base`` broadcast.

    Raises:
        ModelError: a pKa below 7, for which this equation does not hold.
    """
    pKa = np.asarray(base.pKa, dtype=float)
    if np.any(pKa < WEAKEST_BASE):
        weakest = float(np.min(pKa))
        raise ModelError(f"pKa {weakest:g} is below {WEAKEST_BASE:g}; the equation holds for stronger bases only.")
    cell, plasma, red = (10.0 ** (pKa - pH) for pH in (PH_CELL, PH_PLASMA, PH_RED_CELL))
    P = 10.0 ** np.asarray(base.logP, dtype=float)
    P_oil = 10.0 ** (1.115 * np.asarray(base.logP, dtype=float) - 1.35)
    bound = _affinity(base, red_cells, P, plasma, red)
    result = {}
    for name, tissue in tissues.items():
        lipid = _neutral(tissue, P_oil if name == "adipose" else P) / (1.0 + plasma)
        water = tissue.water_out + (1.0 + cell) / (1.0 + plasma) * tissue.water_in
        result[name] = (water + lipid + bound * tissue.acidic_phospholipid * cell / (1.0 + plasma)) * base.fu
    return result


def red_cell_partition(fu: Array, BP: Array, hematocrit: Array) -> Array:
    """Red-cell to unbound plasma water partition that a blood-to-plasma ratio implies, clipped at zero."""
    return np.maximum(BP - 1.0 + hematocrit, 0.0) / (hematocrit * fu)


def blood_to_plasma(red_cell: Array, fu: Array, hematocrit: Array) -> Array:
    """Blood-to-plasma ratio at another haematocrit or plasma binding; the inverse of :func:`red_cell_partition`."""
    return 1.0 - hematocrit + hematocrit * red_cell * fu


def _affinity(base: Base, red_cells: Composition, P: Array, plasma: Array, red: Array) -> Array:
    """Association with acidic phospholipids, per mg/g of them."""
    unbound = red_cell_partition(base.fu, base.BP, base.hematocrit)
    dissolved = (1.0 + red) / (1.0 + plasma) * red_cells.water_in + _neutral(red_cells, P) / (1.0 + plasma)
    return np.maximum(unbound - dissolved, 0.0) * (1.0 + plasma) / (red_cells.acidic_phospholipid * red)


def _neutral(tissue: Composition, P: Array) -> Array:
    return P * tissue.neutral_lipid + (0.3 * P + 0.7) * tissue.neutral_phospholipid
