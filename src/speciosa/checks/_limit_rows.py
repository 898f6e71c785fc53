"""Which rows of the table of limits hold here: by place, form, day and person, as ``limits.yaml`` reads them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

from speciosa import knowledge
from speciosa.checks._certainty import decides
from speciosa.checks._declared import declared
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._rows import KnownRow
from speciosa.errors import KnowledgeError


class LimitRow(KnownRow, Protocol):
    """A row of ``limits``."""

    analyte: str
    analyte_class: str
    limit_value: float | str
    unit: str
    comparator: str
    basis: str | None
    applies_to: str
    standard: str
    jurisdiction: str
    status: str
    effective_from: str | None

    def number(self, column: str) -> float:
        """The number in a column."""


@dataclass(frozen=True)
class Standard:
    """A limit that holds, or may hold.

    Attributes:
        row: the limit.
        force: ``law``, ``warning``, ``standard``, ``guideline``, ``proposal``, ``industry`` or ``vendor``.
        here: whether it is of the person's own place; otherwise it is only a yardstick.
        open: what would have to be known to say whether it applies; empty when it does.
    """

    row: LimitRow
    force: str
    here: bool
    open: str = ""

    @property
    def binding(self) -> bool:
        """Whether selling above it is against the law of this place."""
        return self.force == "law" and self.here

    @property
    def words(self) -> str:
        """How far it binds, in words."""
        said = str(declared("limits")["force_words"][self.force])
        return said if self.here or self.force != "law" else f"{said} in {self.row.jurisdiction}, here a yardstick"


FORM_OPEN = "which form the product has was not told"
AMOUNT_OPEN = "how much is taken in a day was not told, and this limit ends at a daily amount"


def holding(context: PaperContext, *, sellers: bool = False) -> Iterator[Standard]:
    """The limits of a place, form, day and person.

    Args:
        context: what is known of them.
        sellers: the rows of sellers and of the trade instead, which bind nobody.
    """
    for row in knowledge.load().table("limits"):
        force = _force(row, context.today)
        if force == "past" or (force in {"vendor", "industry"}) != sellers or _told_better(row):
            continue
        here = _here(row.jurisdiction, context)
        unknown = _open(row, context)
        if (here or (_yardstick(row) and force != "proposal")) and unknown is not None and _for_person(row, context):
            yield Standard(row, force, here, unknown)


def entry(applies_to: str) -> dict[str, Any]:
    """How ``limits.yaml`` reads what a row applies to.

    Raises:
        KnowledgeError: it does not.
    """
    table: dict[str, dict[str, Any]] = declared("limits")["applies_to"]
    if applies_to not in table:
        raise KnowledgeError(f"What a limit applies to, {applies_to!r}, is not declared in limits.yaml.")
    return table[applies_to]


def force_of(status: str) -> str:
    """How far a status binds.

    Raises:
        KnowledgeError: ``limits.yaml`` does not say.
    """
    for one in declared("limits")["force"]:
        if any(word in status for word in one["words"]):
            return str(one["force"])
    raise KnowledgeError(f"The status of a limit, {status!r}, is not declared in limits.yaml.")


def _force(row: LimitRow, today: date | None) -> str:
    """The force on a day: a law that begins later is a proposal still, one that has ended is past."""
    force = force_of(row.status)
    ended = re.search(r"until (\d{4}-\d\d-\d\d)", row.status)
    if today is None:
        return force
    if ended is not None and today > date.fromisoformat(ended[1]):
        return "past"
    begins = first_day(row.effective_from)
    return "proposal" if begins is not None and begins > today and force == "law" else force


def first_day(text: str | None) -> date | None:
    """The first day of ``2025``, ``2012-07`` or ``2023-06-01``."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text or "")
    return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None


def _here(jurisdiction: str, context: PaperContext) -> bool:
    place = context.place or ""
    union = "EU" if context.country in declared("emergency")["EU"] else ""
    return jurisdiction in {place, context.country, union} - {""}


def _yardstick(row: LimitRow) -> bool:
    table = declared("limits")["yardsticks"]
    return row.jurisdiction in table["from"] and row.analyte_class in table["about"]


def _open(row: LimitRow, context: PaperContext) -> str | None:
    """Empty where the row applies, ``None`` where it does not, otherwise what would have to be known."""
    said = entry(row.applies_to)
    if "forms" in said and (context.form is not None or not said["forms"]) and context.form not in said["forms"]:
        return None
    if "most_g_per_day" in said and (context.grams_per_day or 0.0) > said["most_g_per_day"]:
        return None
    if "forms" in said and context.form is None:
        return FORM_OPEN
    return AMOUNT_OPEN if "most_g_per_day" in said and context.grams_per_day is None else ""


def _for_person(row: LimitRow, context: PaperContext) -> bool:
    """Rows for children, or for women who may have children, hold for nobody else."""
    for group in declared("limits")["people"]:
        if group["words"] in (row.basis or ""):
            youngest, oldest = group["age"]
            fits = context.age_y is not None and youngest <= context.age_y < oldest
            return fits and group.get("sex", context.sex) == context.sex
    return True


def _told_better(row: LimitRow) -> bool:
    """Whether a remembered limit stands in another row too, which was read."""
    return not decides(row) and _key(row) in _read_limits()


@cache
def _read_limits() -> frozenset[tuple[object, ...]]:
    return frozenset(_key(row) for row in knowledge.load().table("limits") if decides(row))


def _key(row: LimitRow) -> tuple[object, ...]:
    return row.analyte, row.jurisdiction, row.unit, row.limit_value
