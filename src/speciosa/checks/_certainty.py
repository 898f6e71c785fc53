"""How sure a finding can be: from the kind of evidence, never better than how its row was read."""

from collections.abc import Iterable

from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty
from speciosa.checks._rows import KnownRow
from speciosa.errors import KnowledgeError
from speciosa.knowledge import Row

_ORDER = list(Certainty)


def of_evidence(level: str, row: KnownRow) -> Certainty:
    """Certainty of an interaction rule: its evidence level, capped by how the row was read.

    Raises:
        KnowledgeError: a level that ``certainty.yaml`` does not declare.
    """
    table = declared("certainty")["evidence"]
    if level not in table:
        raise KnowledgeError(f"The evidence level {level!r} of {row.id} is not declared in certainty.yaml.")
    return worst(Certainty(table[level]), cap(row))


def cap(row: KnownRow | Row) -> Certainty:
    """The most that a finding may claim which rests on this row."""
    table = declared("certainty")["confidence"]
    return Certainty(table.get(row.confidence, Certainty.VERY_LOW))


def decides(row: KnownRow | Row) -> bool:
    """Whether a finding may rest on this row; on one that was only recalled it may not."""
    return row.confidence not in declared("certainty")["never_decides"]


def best_of(rows: Iterable[KnownRow], at_most: Certainty = Certainty.HIGH) -> Certainty:
    """Certainty of a statement that any one of several rows would support."""
    caps = [cap(row) for row in rows]
    return worst(min(caps, key=_ORDER.index), at_most) if caps else Certainty.NOT_KNOWN


def worst(*certainties: Certainty) -> Certainty:
    """The least sure of several."""
    return max(certainties, key=_ORDER.index)
