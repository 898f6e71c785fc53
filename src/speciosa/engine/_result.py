"""What a population run returns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._workspace import WORDS
from speciosa.errors import EngineError

__all__ = ["Failure", "Result", "Summaries"]


class Failure(NamedTuple):
    """A person who was not simulated to the end: number, status in words, time reached (0 before the start)."""

    person: int
    status: str
    reached: float


@dataclass(frozen=True, eq=False)
class Summaries:
    """Numbers that sum up the curves.

    Attributes:
        names: output and measure of each number, such as ``("plasma", "cmax")``.
        windows: start and end of each window, shape (w, 2).
        values: shape (n, w, len(names)); a failed person's are NaN.
        times: the times at which the curves were looked at.
    """

    names: tuple[tuple[str, str], ...]
    windows: NDArray[np.float64]
    values: NDArray[np.float64]
    times: NDArray[np.float64]

    def of(self, output: str, measure: str) -> NDArray[np.float64]:
        """One number of each person in each window, shape (n, w).

        Raises:
            EngineError: it was not asked for.
        """
        if (output, measure) not in self.names:
            raise EngineError(f"The summary {measure!r} of {output!r} was not asked for; there are {self.names}.")
        return self.values[:, :, self.names.index((output, measure))]


@dataclass(frozen=True, eq=False)
class Result:
    """Curves, or what was asked for in their place, and a status per person.

    Attributes:
        outputs: names of the outputs.
        times: output times, shape (m,); (n, m) where persons have their own, NaN where one has fewer; empty where
            curves were not kept.
        values: shape (n, m, outputs), float64 or what was asked for; a failed person's are NaN. An output at the time
            of a dose is taken after it, unless its own record stands before the dose's.
        status: shape (n,); 0 is ok, the others are words in :attr:`words`.
        steps: steps tried per person, shape (n,).
        reached: time that each person reached, shape (n,).
        summaries: numbers that sum up the curves, if asked for.
        store: folder that the curves were written to, if asked for.
        final: states at the last time, before what happens then, in the order of ``model.states``, shape (n, states);
            None unless asked for.
        people: the ID of each person, where records gave them.
        sensitivities: what the outputs were differentiated by.
        derivatives: shape (n, m, sensitivities × outputs), all outputs by the first one, then by the next.
    """

    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    values: NDArray[Any]
    status: NDArray[np.int8]
    steps: NDArray[np.int64]
    reached: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    summaries: Summaries | None = None
    store: Path | None = None
    final: NDArray[np.float64] | None = None
    people: tuple[str, ...] = ()
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

    def output(self, name: str) -> NDArray[Any]:
        """Curves of one output, shape (n, m).

        Raises:
            EngineError: the name is no output, or the curves were not kept.
        """
        if name not in self.outputs:
            raise EngineError(f"{name!r} is no output of this run; there are {self.outputs}.")
        if not len(self.times):
            raise EngineError(f"The curves of {name!r} were not kept; ask for them with curves=True.")
        return self.values[:, :, self.outputs.index(name)]

    def summary(self, output: str, measure: str) -> NDArray[np.float64]:
        """One number of each person in each window, shape (n, w).

        Raises:
            EngineError: it was not asked for.
        """
        if self.summaries is None:
            raise EngineError(f"The summary {measure!r} of {output!r} was not asked for; name it in summaries.")
        return self.summaries.of(output, measure)

    def sensitivity(self, output: str, parameter: str) -> NDArray[np.float64]:
        """Derivative of an output by a parameter, in the unit of the one over that of the other, shape (n, m)."""
        place = self.sensitivities.index(parameter) * len(self.outputs) + self.outputs.index(output)
        return self.derivatives[:, :, place]

    def counts(self) -> dict[str, int]:
        """How many persons ended how, in words; only what occurs."""
        found = Counter(int(code) for code in self.status)
        return {word: found[code] for code, word in enumerate(WORDS) if found[code]}

    def failures(self) -> tuple[Failure, ...]:
        """Who was not simulated to the end, why, and how far it went; empty if all are ok."""
        persons = np.flatnonzero(self.status)
        reached = self.reached if len(self.reached) else np.full(len(self.status), np.nan)
        return tuple(Failure(int(p), WORDS[self.status[p]], float(reached[p])) for p in persons)
