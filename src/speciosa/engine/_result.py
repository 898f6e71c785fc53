"""What a population run returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._workspace import WORDS

__all__ = ["Result"]


@dataclass(frozen=True, eq=False)
class Result:
    """Curves and a status per person.

    Attributes:
        outputs: names of the outputs.
        times: output times, shape (m,); (n, m) where persons have their own, NaN where one has fewer.
        values: shape (n, m, outputs); a failed person's are NaN. An output at the time of a dose is taken after it,
            unless its own record stands before the dose's.
        status: shape (n,); 0 is ok, the others are words in :attr:`words`.
        steps: steps tried per person, shape (n,).
        final: states at the last time, before what happens then, in the order of ``model.states``, shape (n, states);
            None unless asked for.
        people: the ID of each person, where records gave them.
    """

    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    final: NDArray[np.float64] | None = None
    people: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Meaning of each status code."""
        return WORDS

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Who was simulated to the end, shape (n,)."""
        return np.asarray(self.status == 0)

    def output(self, name: str) -> NDArray[np.float64]:
        """Curves of one output, shape (n, m)."""
        return self.values[:, :, self.outputs.index(name)]

    def counts(self) -> dict[str, int]:
        """How many persons ended how, in words; only what occurs."""
        found = Counter(int(code) for code in self.status)
        return {word: found[code] for code, word in enumerate(WORDS) if found[code]}
