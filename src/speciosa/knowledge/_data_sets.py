"""Data sets that exclude one another: published affinities that no average may join.

Laboratories differ in cells, radioligands and species, and their figures for one ligand at one receptor differ up to a
hundredfold, while ratios within one paper hold better. So figures are never mixed: a draw of the uncertain parameters
takes one whole set of a panel. What a set lacks comes by a ratio to one of its own ligands, as a stated prior.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from speciosa.errors import KnowledgeError
from speciosa.knowledge._policy import Choice

if TYPE_CHECKING:
    from speciosa.knowledge._records_own import Affinities, DataSets


@dataclass(frozen=True)
class Key:
    """What an affinity is of: ligand, target and quantity (``Ki``, ``IC50``, ``EC50``, ``Emax``, ``tau``)."""

    ligand: str
    target: str
    quantity: str


@dataclass(frozen=True)
class Affinity:
    """One ligand at one target in one data set.

    Attributes:
        key: what it is of.
        row: qualified id of the row that declares it.
        choice: the value; or, where it is relative, how many times tighter (or, on the odds of a share, larger) it is.
        relative_to: the ligand and target of the same set that it is relative to, or ``None``.
    """

    key: Key
    row: str
    choice: Choice
    relative_to: Key | None


@dataclass(frozen=True)
class DataSet:
    """One set of a panel.

    Attributes:
        row: its qualified id.
        name: in words.
        weight: how likely a draw takes it, out of 1.
        reason: why this weight.
        affinities: key → affinity; what is relative stands after what it is relative to.
    """

    row: str
    name: str
    weight: float
    reason: str
    affinities: Mapping[Key, Affinity]


@dataclass(frozen=True)
class Panel:
    """Sets of which a draw takes one; the first is the standard one, which the central draw takes."""

    name: str
    sets: tuple[DataSet, ...]


def panels(
    sets: "Sequence[DataSets]", affinities: "Sequence[Affinities]", choices: Mapping[str, Choice]
) -> tuple[Panel, ...]:
    """Join the two tables.

    Args:
        sets: rows of the table ``data_sets``.
        affinities: rows of the table ``affinities``.
        choices: id of an affinity → what the policy chose for it.

    Raises:
        KnowledgeError: a panel without one standard set or with weights that do not add up to 1; an affinity of a
            panel that does not exist; a ratio to something that the set does not hold.
    """
    names = tuple(dict.fromkeys(row.panel for row in sets))
    strangers = {row.panel for row in affinities} - set(names)
    if strangers:
        raise KnowledgeError(f"table affinities: panel {min(strangers)!r} has no data set.")
    return tuple(_panel(name, sets, affinities, choices) for name in names)


def _panel(
    name: str, sets: "Sequence[DataSets]", affinities: "Sequence[Affinities]", choices: Mapping[str, Choice]
) -> Panel:
    own = [row for row in sets if row.panel == name]
    standard = [row for row in own if row.standard]
    total = math.fsum(row.weight for row in own)
    if len(standard) != 1 or not math.isclose(total, 1.0) or min(row.weight for row in own) <= 0:
        raise KnowledgeError(
            f"table data_sets: panel {name!r} has {len(standard)} standard sets and weights that add up to {total:g}; "
            "expected one standard set, and weights above 0 that add up to 1."
        )
    ordered = (*standard, *(row for row in own if not row.standard))
    rows = [row for row in affinities if row.panel == name]
    return Panel(name, tuple(_data_set(row, rows, choices) for row in ordered))


def _data_set(row: "DataSets", rows: "Sequence[Affinities]", choices: Mapping[str, Choice]) -> DataSet:
    """The set's own figures, then what every set of the panel takes where it has none."""
    found: dict[Key, Affinity] = {}
    for one in (*(r for r in rows if r.data_set == row.id), *(r for r in rows if r.data_set is None)):
        key = Key(one.ligand, one.target, one.quantity)
        if key in found and one.data_set is not None:
            raise KnowledgeError(f"table affinities, row {one.id}: {key} comes twice in data set {row.id}.")
        if key not in found:
            found[key] = Affinity(key, f"affinities:{one.id}", choices[one.id], _relative(one))
    return DataSet(f"data_sets:{row.id}", row.name, row.weight, row.reason, MappingProxyType(_in_order(row.id, found)))


def _relative(row: "Affinities") -> Key | None:
    if row.relative_ligand is None or row.relative_target is None:
        return None
    return Key(row.relative_ligand, row.relative_target, row.quantity)


def _in_order(name: str, found: Mapping[Key, Affinity]) -> dict[Key, Affinity]:
    """What is relative after what it is relative to."""
    ordered: dict[Key, Affinity] = {}
    waiting = dict(found)
    while waiting:
        ready = [key for key, a in waiting.items() if a.relative_to is None or a.relative_to in ordered]
        if not ready:
            key = next(iter(waiting))
            raise KnowledgeError(
                f"data set {name}: {key.ligand} at {key.target} is relative to a figure that the set does not hold."
            )
        ordered |= {key: waiting.pop(key) for key in ready}
    return ordered
