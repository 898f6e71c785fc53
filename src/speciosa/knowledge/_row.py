"""One row of a table: its cells, its source, how sure we are of it."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from speciosa.errors import KnowledgeError


def _empty_to_none(value: object) -> object:
    return None if value == "" else value


def _number_or_text(value: object) -> object:
    """A number where the cell is one; a range or a word stays text, as the source printed it."""
    if not isinstance(value, str) or value == "":
        return None if value == "" else value
    try:
        return float(value)
    except ValueError:
        return value


Text = Annotated[str | None, BeforeValidator(_empty_to_none)]
Number = Annotated[float | None, BeforeValidator(_empty_to_none)]
Cell = Annotated[float | str | None, BeforeValidator(_number_or_text)]

_QUIET = frozenset(
    {"id", "source_id", "confidence", "derived_here", "notes", "note", "rows", "targets", "method", "as_of"}
)
_MEASURED = ("value", "value_mean", "value_median", "ratio", "conc", "result_value", "limit_value", "potency_value")


class Row(BaseModel):
    """Base of all rows.

    Attributes:
        references: column → table whose ids it holds, ``"*"`` for qualified ids of any table; ``;`` parts several.
        id: unique within its table, kept from the source.
        source_id: where the row was read.
        confidence: how it was read; the words are those of ``policy.yaml``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    references: ClassVar[dict[str, str]] = {}

    id: str
    source_id: str
    confidence: str

    def number(self, column: str) -> float:
        """The number in a column.

        Raises:
            KnowledgeError: the column is unknown, empty, or holds text.
        """
        value = getattr(self, column, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            found = "nothing" if value is None else repr(value)
            raise KnowledgeError(f"row {self.id}: column {column!r} holds {found}; expected a number.")
        return float(value)

    def refers_to(self) -> Iterator[tuple[str, str]]:
        """Pairs of table (or ``"*"``) and id that this row names."""
        for column, table in self.references.items():
            named = getattr(self, column)
            for one in (named or "").split(";"):
                if one.strip():
                    yield table, one.strip()

    def cells(self) -> dict[str, str]:
        """Every cell that holds something, as text, in the order of the columns."""
        dumped = self.model_dump(by_alias=True)
        return {name: _shown(value) for name, value in dumped.items() if value is not None}

    def summary(self) -> str:
        """The row in one line: what it is about, then its figures with unit and range."""
        filled = {name: value for name, value in self.cells().items() if name not in _QUIET}
        columns = list(filled)
        figures = [c for c in columns if _is_figure(c, filled)]
        about = [c for c in columns if c not in figures and not _belongs_to_figure(c, figures)]
        said = ", ".join(f"{c} {filled[c]}" if _is_number(filled[c]) else _clip(filled[c]) for c in about)
        values = "; ".join(_figure(c, filled) for c in figures)
        return ": ".join(part for part in (said, values) if part)


def _shown(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _is_figure(column: str, filled: dict[str, str]) -> bool:
    return column in _MEASURED or f"{column}_unit" in filled


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _belongs_to_figure(column: str, figures: list[str]) -> bool:
    if column == "unit" or column in {"low", "high", "sd", "value_low", "value_high", "conc_low", "conc_high"}:
        return True
    return any(column.startswith(f"{figure}_") for figure in figures)


def _figure(column: str, filled: dict[str, str]) -> str:
    stem = column.removesuffix("_value") if column != "value" else column
    unit = filled.get(f"{column}_unit") or filled.get(f"{stem}_unit") or filled.get("unit", "")
    low = filled.get(f"{column}_low") or filled.get("low")
    high = filled.get(f"{column}_high") or filled.get("high")
    spread = f" ({low} to {high})" if low and high else f" (SD {filled['sd']})" if "sd" in filled else ""
    name = "" if column == "value" else f"{column} "
    return f"{name}{filled[column]} {unit}".rstrip() + spread


def _clip(text: str, limit: int = 160) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
