"""What is moved: each uncertain parameter alone, parameters that are only known together as one, and the content.

A factor lies between 0 and 1 and stands for a probability. Parameters whose draws go together (a fit leaves such ties,
and so does a data set that is taken whole) cannot be moved apart without leaving what the data allow: they form one
factor, which picks one of the joint draws. All other parameters are independent, and a factor is the quantile of one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.special import ndtri
from scipy.stats import rankdata

from speciosa import exposure
from speciosa.exposure import Draws, Parameter

Array = NDArray[np.float64]

TIED = 0.25  # rank correlation from which parameters are moved together; chance gives 0.03 in as many draws
POOL = 1023  # joint draws beside the central one


@dataclass(frozen=True)
class Factor:
    """One thing that is moved.

    Attributes:
        key: the parameter's name; of several, the first one's; ``content:NAME`` for the content of an alkaloid.
        members: the parameters; none for a content.
    """

    key: str
    members: tuple[str, ...]

    @property
    def content(self) -> str:
        """The alkaloid whose content in the product this is, or nothing."""
        return "" if self.members else self.key.removeprefix("content:")


@dataclass(frozen=True)
class Factors:
    """All factors of a case.

    Attributes:
        every: the factors.
        pool: joint draws that the ties are taken from; index 0 is central.
        contents: alkaloid → relative standard deviation of its content in the product.
    """

    every: tuple[Factor, ...]
    pool: Draws
    contents: Mapping[str, float]

    def keep(self, which: Sequence[int]) -> "Factors":
        """Some of them; the others stay at their medians."""
        return replace(self, every=tuple(self.every[i] for i in which))

    def draws(self, u: Array, like: Draws | None = None) -> Draws:
        """The parameters at given factors.

        Args:
            u: (runs, factors), between 0 and 1.
            like: draws of the same case that hold other parameters too; those stay at their medians.
        """
        like = like or self.pool
        values = {name: np.full(len(u), value[0]) for name, value in like.values.items()}
        for column, factor in enumerate(self.every):
            for name in factor.members:
                if name in values:
                    values[name] = self._quantile(factor, name, u[:, column])
        return Draws(MappingProxyType(values), like.choices)

    def content(self, u: Array) -> dict[str, Array]:
        """Alkaloid → what its content in the product is multiplied by, (runs,)."""
        return {
            factor.content: np.exp(np.log1p(self.contents[factor.content]) * ndtri(u[:, column]))
            for column, factor in enumerate(self.every)
            if factor.content
        }

    @cached_property
    def records(self) -> Mapping[str, Parameter]:
        """Parameter → its record, with the rows behind it."""
        return {record.name: record for record in self.pool.records}

    def _quantile(self, factor: Factor, name: str, u: Array) -> Array:
        if len(factor.members) > 1:
            order = self._order[factor.key]
            return np.asarray(self.pool[name][1 + order[(u * order.size).astype(int)]])
        choice = self.pool.choices.get(name)
        if choice is None or choice.basis == "calibrated":  # what is drawn need not follow a formula
            return np.asarray(np.quantile(self.pool[name][1 : POOL + 1], u))
        return exposure.sample(choice, ndtri(u))

    @cached_property
    def _order(self) -> Mapping[str, NDArray[np.int64]]:
        """Tied factor → its draws along the direction in which they differ most, so that a step is a step."""
        order = {}
        for factor in self.every:
            if len(factor.members) > 1:
                ranks = _ranks(self.pool, factor.members)
                along = np.linalg.svd(ranks - ranks.mean(axis=0), full_matrices=False)[0][:, 0]
                order[factor.key] = np.argsort(along, kind="stable")
        return order


def factors(pool: Draws, contents: Mapping[str, float]) -> Factors:
    """Everything in the draws that is not certain.

    Args:
        pool: the central draw and at least ``POOL`` others.
        contents: alkaloid → relative standard deviation of its content.
    """
    names = [name for name, value in pool.values.items() if np.ptp(value[: POOL + 1]) > 0.0]
    found = [Factor(group[0], tuple(group)) for group in _tied(pool, names)]
    found += [Factor(f"content:{name}", ()) for name, spread in contents.items() if spread > 0.0]
    return Factors(tuple(found), pool, contents)


def _tied(pool: Draws, names: Sequence[str]) -> Iterator[list[str]]:
    ranks = _ranks(pool, names)
    together = np.abs(np.corrcoef(ranks, rowvar=False)) > TIED
    count, label = connected_components(together, directed=False)
    for number in range(count):
        yield [name for name, own in zip(names, label, strict=True) if own == number]


def _ranks(pool: Draws, names: Sequence[str]) -> Array:
    table = np.column_stack([pool[name][1 : POOL + 1] for name in names])
    return np.asarray(rankdata(table, axis=0))
