"""The rule that turns a computed figure into *reaches*, *does not reach* or *not determined*; in one place.

1. No figure, no affinity that anybody measured, or only one that is recalled: not determined.
2. The 90 % interval of what nobody knows, of the median person, must lie wholly on one side of the mark. Where it
   reaches over the mark: not determined. People differ too, but that is no doubt about the mechanism: how many of 100
   people are beyond the mark is said beside it.
3. Every published data set, taken alone, must give that same side. Where two of them differ: not determined.
4. A figure that stays below the mark while most of what is swallowed was never measured there shows nothing: not
   determined. One that reaches it does: more ligands cannot take it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from speciosa import exposure, knowledge, models
from speciosa.exposure import Figure
from speciosa.knowledge import Affinity

MOST = 0.5  # by weight of the alkaloids that are swallowed

Direction = Literal["at least", "at most"]


class Outcome(StrEnum):
    """What a test says."""

    REACHES = "reaches"
    DOES_NOT_REACH = "does not reach"
    NOT_DETERMINED = "not determined"


class Why(StrEnum):
    """Which part of the rule decided."""

    ONE_SIDE = "the whole interval lies on one side of the mark"
    STRADDLES = "what nobody knows leaves both sides of the mark open"
    SETS_DISAGREE = "published data sets lie on both sides of the mark"
    UNMEASURED = "nobody measured an alkaloid of kratom there"
    RECALLED = "every figure there is recalled or assumed, none was read"
    MOST_UNMEASURED = "most of what is swallowed was never measured there"
    NO_INTERVAL = "no interval of what we do not know could be given"
    NOT_IN_MODEL = "the model does not hold this"
    FAILED = "the simulation did not end well"


@dataclass(frozen=True)
class Grounds:
    """What a figure rests on.

    Attributes:
        unmeasured: names of targets behind it at which nobody measured an alkaloid.
        recalled: names of targets at which every figure is recalled or assumed.
        read: least share, by weight, of the alkaloids swallowed whose own affinity was read; 1 where no target counts.
    """

    unmeasured: tuple[str, ...] = ()
    recalled: tuple[str, ...] = ()
    read: float = 1.0


def judge(figure: Figure | None, direction: Direction, mark: float, grounds: Grounds) -> tuple[Outcome, Why]:
    """Apply the rule.

    Args:
        figure: the computed figure, or ``None`` where the model has none.
        direction: which side of the mark is meant.
        mark: the threshold, in the unit of the figure.
        grounds: what the figure rests on.
    """
    found = _open(figure, direction, mark, grounds)
    if found is not None or figure is None or figure.uncertainty is None:
        return Outcome.NOT_DETERMINED, found or Why.NO_INTERVAL
    if beyond(figure.uncertainty.low, direction, mark):
        return Outcome.REACHES, Why.ONE_SIDE
    if grounds.read < MOST:
        return Outcome.NOT_DETERMINED, Why.MOST_UNMEASURED
    return Outcome.DOES_NOT_REACH, Why.ONE_SIDE


def _open(figure: Figure | None, direction: Direction, mark: float, grounds: Grounds) -> Why | None:
    """Why the question stays open; ``None`` where the figure lies on one side of the mark."""
    if grounds.unmeasured:
        return Why.UNMEASURED
    if grounds.recalled:
        return Why.RECALLED
    if figure is None:
        return Why.NOT_IN_MODEL
    if figure.uncertainty is None:
        return Why.NO_INTERVAL
    ends = (figure.uncertainty.low, figure.uncertainty.high)
    sides = {beyond(end, direction, mark) for end in ends}
    if len(sides) > 1:
        return Why.STRADDLES
    alone = {beyond(one.value, direction, mark) for one in figure.data_sets}
    return Why.SETS_DISAGREE if alone - sides else None


def beyond(value: float, direction: Direction, mark: float) -> bool:
    """Whether a number is at the mark or on the side of it that is meant."""
    return value >= mark if direction == "at least" else value <= mark


def grounds_of(targets: tuple[str, ...], swallowed: Mapping[str, float]) -> Grounds:
    """What a figure rests on that depends on these targets.

    Args:
        targets: ids of targets of the model.
        swallowed: alkaloid → mg.
    """
    known = [models.network().targets[target] for target in targets]
    unmeasured = tuple(target.name for target in known if not target.ligands)
    reads = {target.name: _read(target.id) for target in known if target.ligands}
    recalled = tuple(name for name, read in reads.items() if not read)
    total = sum(swallowed.values()) or 1.0
    shares = [
        sum(mg for name, mg in swallowed.items() if name in {*reads.get(target.name, ()), *target.inactive}) / total
        for target in known
    ]
    return Grounds(unmeasured, recalled, min(shares, default=1.0))


def _read(target: str) -> set[str]:
    """Ligands whose own affinity at a target was read somewhere, and not only recalled or assumed."""
    panels = [panel for panel in knowledge.load().panels if panel.name in exposure.panels_of(target)]
    own = [a for panel in panels for one in panel.sets for a in one.affinities.values() if a.key.target == target]
    return {affinity.key.ligand for affinity in own if _is_read(affinity)}


def _is_read(affinity: Affinity) -> bool:
    known = knowledge.load()
    rows = [known.row(row) for row in affinity.choice.rows if not row.startswith("priors:")]
    return affinity.relative_to is None and any(known.grades[row.confidence].measured for row in rows)
