"""What the commands print as tables: figures, comparisons, the release, a row. All fit 80 columns."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from speciosa.reports import clean, number, scenario_table, span, targets_table

if TYPE_CHECKING:
    from speciosa.calibration import Comparison
    from speciosa.exposure import Interval
    from speciosa.knowledge import ReleaseView, RowView

__all__ = ["comparison_table", "release_view", "row_view", "scenario_table", "targets_table"]

_ABSENT = "–"
_TWOFOLD = 2.0


def comparison_table(comparisons: "Sequence[Comparison]") -> RenderableType:
    """What was observed beside what the model predicts, study by study, and how far apart they are.

    Args:
        comparisons: from :func:`speciosa.calibration.validate`.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Observed and predicted", title_justify="left")
    table.add_column("Figure", ratio=1, min_width=21, overflow="fold")
    for heading in ("Observed", "Predicted", "Fold"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Use")
    study = None
    for comparison in comparisons:
        if comparison.study != study:
            study = comparison.study
            table.add_row(Text(clean(study), style="bold"), end_section=False)
        table.add_row(*_compared(comparison))
    return Group(table, Text(_judged(comparisons)))


def release_view(release: "ReleaseView") -> RenderableType:
    """The release of the knowledge: version, expiry, and its tables with how sure their rows are."""
    state = (
        f"EXPIRED on {release.expires.isoformat()}" if release.expired else f"good until {release.expires.isoformat()}"
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Table", overflow="fold", max_width=24)
    table.add_column("Rows", justify="right")
    table.add_column("What it holds, and how its rows were read", ratio=1)
    for view in release.tables:
        sure = ", ".join(f"{how_many:,} {words}" for words, how_many in view.confidence.items())
        table.add_row(
            Text(view.name, style="bold"),
            f"{view.rows:,}",
            Group(Text(clean(view.meaning)), Text(clean(sure or "no rows"), style="dim")),
        )
    rows = sum(view.rows for view in release.tables)
    return Group(
        Text(f"Knowledge {release.version} of {release.date.isoformat()}, {state}", style=_alarm(release.expired)),
        Text(f"{rows:,} rows in {len(release.tables)} tables from {release.sources:,} sources"),
        Text(f"Checksum {release.checksum}", overflow="fold"),
        table,
    )


def row_view(row: "RowView") -> RenderableType:
    """One row of the knowledge: where it was read, how sure, all its columns, what uses it."""
    return Group(*_row_parts(row))


def _row_parts(row: "RowView") -> Iterator[RenderableType]:
    yield Text.assemble((clean(row.id), "bold"), f"  (table {row.table})")
    yield _pairs(
        {
            "Source": row.citation,
            "Link": row.link or "not recorded",
            "How sure": f"{row.confidence}: {row.meaning_of_confidence}",
        }
    )
    yield Text("\nColumns", style="bold")
    yield Padding(_pairs(row.fields), (0, 0, 0, 2))
    yield Text("\nUsed by", style="bold")
    for user in row.used_by:
        yield Padding(Text(f"• {clean(user)}"), (0, 0, 0, 2))
    if not row.used_by:
        yield Padding(Text("nothing"), (0, 0, 0, 2))


def _pairs(fields: dict[str, str]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for name, value in fields.items():
        table.add_row(Text(clean(name)), Text(clean(value)))
    return table


def _compared(comparison: "Comparison") -> tuple[RenderableType, ...]:
    predicted, unit = comparison.predicted, comparison.unit
    observed = [number(comparison.observed, unit)]
    if comparison.low is not None and comparison.high is not None:
        observed.append(span(comparison.low, comparison.high))
    far = comparison.fold > _TWOFOLD
    return (
        Group(Text(clean(comparison.label)), Text(clean(comparison.row), style="dim")),
        "\n".join(observed),
        "\n".join(
            (
                number(predicted.value, unit),
                f"people {_between(predicted.variability)}",
                f"not known {_between(predicted.uncertainty)}",
            )
        ),
        Text(f"{number(comparison.fold)}{' !' if far else ''}", style=_alarm(far)),
        Text(clean(comparison.use)),
    )


def _between(interval: "Interval | None") -> str:
    return _ABSENT if interval is None else span(interval.low, interval.high)


def _judged(comparisons: "Sequence[Comparison]") -> str:
    """How many predictions are within twofold, those the model was not fitted to apart from the others."""
    told = []
    for use, words in (("fit", "it was fitted to"), ("check", "it was not fitted to")):
        folds = [c.fold for c in comparisons if c.use == use]
        if folds:
            within = sum(fold <= _TWOFOLD for fold in folds)
            told.append(f"{within} of {len(folds)} figures {words}")
    if not told:
        return "Nothing was compared."
    return (
        f"Within twofold: {' and '.join(told)}. “Fold” is the fold error, 1 is perfect; “!” marks what is "
        "further off than twofold. “people” is the range of 90 % of people, “not known” that of 90 % of draws."
    )


def _alarm(alarming: bool) -> str:
    return "bold red" if alarming else ""
