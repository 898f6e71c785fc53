"""What a population run returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._workspace import WORDS

__all__ = ["Result"]


@dataclass(frozen=True, eq=False)
class Result:
    """Curves and a status per person.

    Attributes:
        outputs: names of the outputs.
        times: output times, shape (m,).
        values: shape (n, m, outputs); a failed person's are NaN. An output at the time of a dose is taken after it.
        status: shape (n,); 0 is ok, the others are words in :attr:`words`.
        steps: steps tried per person, shape (n,).
        sensitivities: what the outputs were differentiated by.
        derivatives: shape (n, m, sensitivities × outputs), all outputs by the first one, then by the next.
    """

    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    sensitivities: tuple[str, ...] = ()
    derivatives: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 0)))

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

    def sensitivity(self, output: str, parameter: str) -> NDArray[np.float64]:
        """Derivative of an output by a parameter, in the unit of the one over that of the other, shape (n, m)."""
        place = self.sensitivities.index(parameter) * len(self.outputs) + self.outputs.index(output)
        return self.derivatives[:, :, place]

    def counts(self) -> dict[str, int]:
        """How many persons ended how, in words; only what occurs."""
        found = Counter(int(code) for code in self.status)
        return {word: found[code] for code, word in enumerate(WORDS) if found[code]}
