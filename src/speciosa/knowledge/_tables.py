"""The tables: a name, a record class and a file for each; reading, foreign keys, JSON Schemas."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from inspect import getdoc
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from speciosa.errors import KnowledgeError
from speciosa.knowledge import (
    _records_articles,
    _records_body,
    _records_claims,
    _records_drug,
    _records_own,
    _records_tests,
    _records_use,
)
from speciosa.knowledge._row import Row

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

R = TypeVar("R", bound=BaseModel)
_RECORDS = (
    _records_articles,
    _records_body,
    _records_claims,
    _records_drug,
    _records_own,
    _records_tests,
    _records_use,
)


class Source(BaseModel):
    """One place where rows were read.

    Attributes:
        id: such as ``S0585``.
        citation: authors, year and journal, or what the page is.
        link: DOI, PMC or PMID number, web address; empty where none was seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    citation: str
    link: str


def _name(record: type[Row]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()


RECORDS: Mapping[str, type[Row]] = MappingProxyType(
    {
        _name(record): record
        for module in _RECORDS
        for record in vars(module).values()
        if isinstance(record, type) and issubclass(record, Row) and record is not Row
    }
)
SOURCES = "sources"


def folder() -> "Traversable":
    """Where the tables lie."""
    return resources.files("speciosa.knowledge") / "tables"


def file_names() -> tuple[str, ...]:
    """Names of all table files, sorted."""
    return tuple(sorted(f"{name}.csv" for name in (*RECORDS, SOURCES)))


def meaning(table: str) -> str:
    """What one row of a table is, in words."""
    record: type[BaseModel] = Source if table == SOURCES else RECORDS[table]
    return (getdoc(record) or "").splitlines()[0]


def schema(table: str) -> dict[str, Any]:
    """JSON Schema of one row of a table.

    Raises:
        KnowledgeError: no such table.
    """
    if table == SOURCES:
        return Source.model_json_schema()
    if table not in RECORDS:
        raise KnowledgeError(f"there is no table {table!r}; there are {', '.join(sorted((*RECORDS, SOURCES)))}.")
    return RECORDS[table].model_json_schema()


def read(table: str, content: bytes) -> tuple[Row, ...]:
    """The rows of one table.

    Raises:
        KnowledgeError: a cell does not fit its column, a column is missing, or an id comes twice.
    """
    rows = tuple(_parse(table, RECORDS[table], line, cells) for line, cells in _lines(table, content))
    _refuse_twins(table, [row.id for row in rows])
    return rows


def read_sources(content: bytes) -> dict[str, Source]:
    """Sources by id.

    Raises:
        KnowledgeError: a cell does not fit its column or an id comes twice.
    """
    rows = [_parse(SOURCES, Source, line, cells) for line, cells in _lines(SOURCES, content)]
    _refuse_twins(SOURCES, [row.id for row in rows])
    return {row.id: row for row in rows}


def check_references(tables: Mapping[str, Sequence[Row]], sources: Mapping[str, Source], words: Sequence[str]) -> None:
    """Every row has a source and a known word of confidence, and names only rows that exist.

    Raises:
        KnowledgeError: the first reference that leads nowhere.
    """
    ids = {name: {row.id for row in rows} for name, rows in tables.items()}
    for name, rows in tables.items():
        for row in rows:
            if row.source_id not in sources:
                raise KnowledgeError(f"table {name}, row {row.id}: source {row.source_id!r} is not in {SOURCES}.")
            if row.confidence not in words:
                raise KnowledgeError(f"table {name}, row {row.id}: confidence {row.confidence!r} is no known word.")
            for table, key in row.refers_to():
                where, _, which = key.partition(":") if table == "*" else (table, "", key)
                if which not in ids.get(where, ()):
                    raise KnowledgeError(f"table {name}, row {row.id}: it names {key!r}, which is no row.")


def _lines(table: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise KnowledgeError(f"table {table} is damaged: it is not UTF-8 text.") from None
    for line, cells in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        if None in cells or None in cells.values():
            raise KnowledgeError(f"table {table}, line {line}: the number of cells differs from the header.")
        yield line, cells


def _parse(table: str, record: type[R], line: int, cells: dict[str, str]) -> R:
    try:
        return record.model_validate(cells)
    except ValidationError as error:
        first = error.errors()[0]
        column = ".".join(map(str, first["loc"]))
        found = repr(first["input"]) if column in cells else "nothing"
        raise KnowledgeError(f"table {table}, line {line}: {column} is {found}; {first['msg'].lower()}.") from None


def _refuse_twins(table: str, ids: Sequence[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise KnowledgeError(f"table {table}: the id {one!r} comes twice.")
        seen.add(one)
