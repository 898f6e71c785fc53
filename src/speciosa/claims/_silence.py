"""What a text on kratom should say and does not: a topic counts as said where a claim of its list is made of it."""

from collections.abc import Iterable
from enum import StrEnum

from speciosa import knowledge
from speciosa.claims._stance import Stance
from speciosa.exposure import Record

_TURNED = "!"  # before a claim whose denial is what should be said, such as "not addictive"


class Said(StrEnum):
    """Whether a text says what it should."""

    SAID = "said"
    DENIED = "denied"
    SILENT = "not said"


class Silence(Record):
    """One thing that a text on kratom should say.

    Attributes:
        row: qualified id of its row.
        topic: what it is.
        why: why it matters.
        said: whether the text says it, denies it or is silent.
        claims: ids of the claims by which it is said.
    """

    row: str
    topic: str
    why: str
    said: Said
    claims: tuple[str, ...]


def silences(found: Iterable[tuple[str, Stance]]) -> tuple[Silence, ...]:
    """Each topic of the table with what a text says of it.

    Args:
        found: claims of a text with their stances.
    """
    known, told = knowledge.load(), set(found)
    return tuple(
        Silence(
            row=known.qualified(row),
            topic=row.topic,
            why=row.why,
            said=_said(_parts(row.mentioned_by), told),
            claims=tuple(name.removeprefix(_TURNED) for name in _parts(row.mentioned_by)),
        )
        for row in known.table("silences")
    )


def _parts(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("|")]


def _said(names: Iterable[str], told: set[tuple[str, Stance]]) -> Said:
    ways = set()
    for name in names:
        claim, turned = name.removeprefix(_TURNED), name.startswith(_TURNED)
        for stance in (stance for other, stance in told if other == claim):
            ways.add(stance is Stance.HEDGES or (stance is Stance.DENIES) is turned)
    return Said.SAID if True in ways else Said.DENIED if False in ways else Said.SILENT
