"""What ``speciosa knowledge`` and ``speciosa source`` show, as records."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from speciosa.errors import KnowledgeError
from speciosa.knowledge import _tables
from speciosa.knowledge._knowledge import Knowledge
from speciosa.knowledge._row import Row


class View(BaseModel):
    """Base of what is shown: frozen, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TableView(View):
    """One table: what a row of it is, how many there are, and how sure they are."""

    name: str
    meaning: str
    rows: int
    checksum: str
    confidence: dict[str, int]


class ReleaseView(View):
    """The release and its tables."""

    version: str
    date: dt.date
    expires: dt.date
    expired: bool
    checksum: str
    tables: tuple[TableView, ...]
    sources: int


class RowView(View):
    """One row with its source, everything that uses it, and how sure we are.

    Attributes:
        id: qualified id, or the id of a source.
        table: its table.
        says: the row in one line.
        fields: every filled cell.
        citation: where it was read.
        link: address of that place.
        confidence: how it was read.
        meaning_of_confidence: what that word means.
        used_by: what rests on it, one line each.
    """

    id: str
    table: str
    says: str
    fields: dict[str, str]
    citation: str
    link: str
    confidence: str
    meaning_of_confidence: str
    used_by: tuple[str, ...]


def describe_release(known: Knowledge, on: dt.date | None = None) -> ReleaseView:
    """The release, as of a day (today by default)."""
    release = known.release
    tables = []
    for resource in release.resources:
        rows = known.tables.get(resource.name, ())
        counts = Counter(row.confidence for row in rows)
        ordered = dict(sorted(counts.items(), key=lambda item: (known.grades[item[0]].rank, item[0])))
        tables.append(
            TableView(
                name=resource.name,
                meaning=_tables.meaning(resource.name),
                rows=resource.rows,
                checksum=resource.hash,
                confidence=ordered,
            )
        )
    return ReleaseView(
        version=release.version,
        date=release.date,
        expires=release.expires,
        expired=release.expired(on or dt.date.today()),  # noqa: DTZ011 - the user's own day
        checksum=release.checksum,
        tables=tuple(tables),
        sources=len(known.sources),
    )


def describe_row(known: Knowledge, row_id: str) -> RowView:
    """A row or a source by id.

    Raises:
        KnowledgeError: no such row, or several.
    """
    if row_id in known.sources:
        return _source(known, row_id)
    row = known.row(row_id)
    source = known.source(row.source_id)
    return RowView(
        id=known.qualified(row),
        table=known.table_of(row),
        says=row.summary(),
        fields=row.cells(),
        citation=source.citation,
        link=source.link,
        confidence=row.confidence,
        meaning_of_confidence=known.grades[row.confidence].meaning,
        used_by=tuple(_users(known, row)),
    )


def _source(known: Knowledge, source_id: str) -> RowView:
    source = known.source(source_id)
    rows = [row for rows in known.tables.values() for row in rows if row.source_id == source_id]
    grades = Counter(row.confidence for row in rows)
    return RowView(
        id=source.id,
        table=_tables.SOURCES,
        says=source.citation,
        fields={"id": source.id, "citation": source.citation, "link": source.link},
        citation=source.citation,
        link=source.link,
        confidence="; ".join(f"{count} rows {word}" for word, count in grades.most_common()),
        meaning_of_confidence="Each row that was read here has its own word of confidence.",
        used_by=tuple(f"{known.qualified(row)}: {row.summary()}" for row in rows),
    )


def _users(known: Knowledge, row: Row) -> Iterator[str]:
    """Rows that name this one, and the parameters whose distribution rests on it."""
    own, table = known.qualified(row), known.table_of(row)
    for name, rows in known.tables.items():
        for other in rows:
            if any(own == (key if kind == "*" else f"{kind}:{key}") for kind, key in other.refers_to()):
                yield f"{name}:{other.id}: {other.summary()}"
    for declared in known.table("parameters"):
        try:
            choice = known.parameter(declared.name)
        except KnowledgeError:  # an undeclared unit is the parameter's fault, shown where the parameter is used
            continue
        if own in choice.rows and table != "parameters":
            yield f"model parameter {choice.name}: {choice.median:.4g} {choice.unit} ({choice.basis})"
