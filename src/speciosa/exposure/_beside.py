"""Two runs of the same people with the same draws: one over the other, person by person."""

from collections.abc import Iterator, Mapping

import numpy as np

from speciosa.exposure._results import Figure
from speciosa.exposure._run import Run
from speciosa.exposure._summary import figure


def beside(mine: Run, other: Run, labels: Mapping[str, str]) -> Iterator[Figure]:
    """Each figure of one run over that of another, in the same person and the same draw.

    Args:
        mine: the run above the line.
        other: the run below it, with the same seed.
        labels: key of a figure → what it is, in words.
    """
    for key, label in labels.items():
        one, below = mine.measured.get(key), other.measured.get(key)
        if one is None or below is None:
            continue
        same = dict(zip(_who(other), below.values, strict=True))
        under = np.array([same.get(who, np.nan) for who in _who(mine)])
        ratio = np.divide(one.values, under, out=np.full(under.shape, np.nan), where=under > 0)
        made = figure(f"{key}.ratio", label, ratio, "", mine, one.rows)
        if made is not None:
            yield made


def _who(run: Run) -> list[tuple[int, int]]:
    """Person and draw of each run: the same numbers are the same person and the same parameters."""
    return [(int(p), int(d)) for p, d in zip(run.plan.person, run.plan.draw, strict=True)]
