"""A number that nobody knows exactly: draws of it, and the rows behind them.

All draws of one question come from one seed, each prior from a stream of its own, so that two amounts that rest on the
same prior move together.
"""

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from speciosa import knowledge

DRAWS = 4000
_SEED = 20260
_IN_90_PERCENT = 1.6448536269514722  # standard normal quantile of 0.95
Draws = NDArray[np.float64]


@dataclass(frozen=True)
class Amount:
    """An uncertain number.

    Attributes:
        draws: what we hold possible, (:data:`DRAWS`,).
        rows: qualified ids of the knowledge rows behind it.
    """

    draws: Draws
    rows: tuple[str, ...] = ()

    @property
    def median(self) -> float:
        """The middle of the draws."""
        return float(np.median(self.draws))

    @property
    def low(self) -> float:
        """Their 5th percentile."""
        return float(np.percentile(self.draws, 5))

    @property
    def high(self) -> float:
        """Their 95th percentile."""
        return float(np.percentile(self.draws, 95))

    @property
    def exact(self) -> bool:
        """Whether all draws are the same."""
        return bool(self.draws[0] == self.draws.min() == self.draws.max())

    def __mul__(self, other: "Amount | float") -> "Amount":
        if isinstance(other, Amount):
            return Amount(self.draws * other.draws, merged(self.rows, other.rows))
        return Amount(self.draws * other, self.rows)

    def __truediv__(self, other: "Amount") -> "Amount":
        return Amount(self.draws / other.draws, merged(self.rows, other.rows))

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.draws + other.draws, merged(self.rows, other.rows))


def known(value: float, *rows: str) -> Amount:
    """A number that is taken as it stands."""
    return Amount(np.full(DRAWS, float(value)), rows)


@cache
def prior(name: str) -> Amount:
    """A stated prior by its name: log-normal on either side of its median, so that both printed ends hold.

    A prior that ends at 1 is a share of a whole and never passes it.

    Raises:
        KnowledgeError: the table holds no such prior.
    """
    (row,) = knowledge.load().find("priors", name=name)
    z = np.random.default_rng([_SEED, zlib.crc32(name.encode())]).standard_normal(DRAWS)
    median, low, high = (float(row.number(side)) for side in ("median", "low", "high"))
    wide = np.where(z < 0, math.log(median / low), math.log(high / median)) / _IN_90_PERCENT
    draws = median * np.exp(z * wide)
    return Amount(np.minimum(draws, 1.0) if high == 1.0 else draws, (f"priors:{row.id}",))


def measured(value: float, relative_sd: float, stream: str, *rows: str) -> Amount:
    """A laboratory's figure with its relative standard deviation; exact where none is printed."""
    if relative_sd <= 0:
        return known(value, *rows)
    z = np.random.default_rng([_SEED, zlib.crc32(stream.encode())]).standard_normal(DRAWS)
    return Amount(value * np.exp(z * np.sqrt(np.log1p(relative_sd**2))), rows)


def pooled(amounts: Iterable[Amount]) -> Amount:
    """Several amounts of which one is true and nobody says which: each stands for its share of the draws."""
    found = list(amounts)
    picked = np.arange(DRAWS) % len(found)
    draws = np.select([picked == i for i in range(len(found))], [a.draws for a in found])
    return Amount(draws, merged(*(a.rows for a in found)))


def merged(*rows: tuple[str, ...]) -> tuple[str, ...]:
    """Ids once each, in the order of their first use."""
    return tuple(dict.fromkeys(row for group in rows for row in group))
