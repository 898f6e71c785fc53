"""Random numbers of virtual people: person *k* has the same ones in every population.

All people of a seed share one counter-based stream, of which each owns a block of fixed length. What a person does with
a number has a name here, and the order of the names is part of the meaning of a seed: new names go to the end.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

BLOCK = 64  # numbers that each person owns; a multiple of the four that one count of the generator gives
NAMES = (
    "age",
    "sex",
    "ancestry",
    "height",
    "weight",
    "CYP2D6",
    "CYP3A5",
    "hematocrit",
    "creatinine",
    "binding",
    "gastric_emptying",
    "intestinal_transit",
    "CYP3A_liver",
    "CYP3A_gut",
    "CYP2D6_liver",
    "mass_bone",
    "mass_brain",
    "mass_gut",
    "mass_heart",
    "mass_kidney",
    "mass_liver",
    "mass_lung",
    "mass_muscle",
    "mass_pancreas",
    "mass_skin",
    "mass_spleen",
    "mass_rest",
    "mass_blood",
    "cardiac_output",
    "flow_adipose",
    "flow_bone",
    "flow_brain",
    "flow_gut",
    "flow_heart",
    "flow_kidney",
    "flow_muscle",
    "flow_pancreas",
    "flow_skin",
    "flow_spleen",
    "flow_hepatic_artery",
    "flow_rest",
    "CYP2C19",
    "CYP2C19_liver",
    "child_pugh",
    "pregnancy_week",
)


@dataclass(frozen=True)
class Numbers:
    """The random numbers of people 0 … n-1.

    Attributes:
        table: uniform between 0 and 1, ends excluded, (names, n).
    """

    table: Array

    @property
    def count(self) -> int:
        """Number of people."""
        return int(self.table.shape[1])

    def uniform(self, name: str) -> Array:
        """Uniform numbers, (n,)."""
        row: Array = self.table[NAMES.index(name)]
        return row

    def normal(self, name: str) -> Array:
        """Standard normal numbers, (n,)."""
        return np.asarray(ndtri(self.uniform(name)), dtype=float)

    def factor(self, name: str, log_sd: float) -> Array:
        """Log-normal factors of median 1, (n,)."""
        return np.exp(log_sd * self.normal(name))


def numbers(people: int, seed: int) -> Numbers:
    """The random numbers of people 0 … ``people`` - 1 of a seed."""
    key = np.array([seed, 0], dtype=np.uint64)  # as a list, a seed of 2⁶³ or more would pass through floats
    raw = np.random.Philox(key=key).random_raw(people * BLOCK).reshape(people, BLOCK)
    used = np.ascontiguousarray(raw[:, : len(NAMES)].T)
    upper = (used >> np.uint64(11)).astype(float)  # 53 bits: what a float can tell apart
    return Numbers((upper + 0.5) * 2.0**-53)
