"""What the commands print as tables: figures, comparisons, the release, a row. All fit 80 columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from speciosa.reports import clean, number, scenario_table, span, targets_table

if TYPE_CHECKING:
    from speciosa.calibration import Comparison, Validation
    from speciosa.exposure import Interval
    from speciosa.knowledge import ReleaseView, RowView

__all__ = ["comparison_table", "release_view", "row_view", "scenario_table", "targets_table"]

_ABSENT = "–"
_TWOFOLD = 2.0
_USES = {"fit": "Fitted", "check": "Not fitted"}


def comparison_table(validation: "Validation") -> RenderableType:
    """What was observed beside what the model predicts, study by study, and how far apart they are.

    Args:
        validation: from :func:`speciosa.calibration.validate`.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Observed and predicted", title_justify="left")
    table.add_column("Figure", ratio=1, min_width=21, overflow="fold")
    for heading in ("Observed", "Predicted", "Fold"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Use")
    study = None
    for comparison in validation.comparisons:
        if comparison.study != study:
            study = comparison.study
            table.add_row(Text(clean(study), style="bold"), end_section=False)
        table.add_row(*_compared(comparison))
    return Group(table, *map(Text, _judged(validation)))


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
    elif comparison.high is not None:
        observed = [f"≤ {number(comparison.high, unit)}"]
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


def _judged(validation: "Validation") -> "Iterator[str]":
    """How well what the model was fitted to is met, and apart from it what it was not fitted to."""
    for score in validation.scores:
        within = ", ".join(f"{100.0 * share:.0f} % within {fold}-fold" for fold, share in score.within.items())
        covered = "" if score.covered is None else f"; {100.0 * score.covered:.0f} % inside the band of such studies"
        yield (
            f"{_USES[score.use]}: {score.figures} figures; average fold error {score.afe:.2f}, absolute "
            f"{score.aafe:.2f}; {within}{covered}."
        )
    for far in validation.plausible:
        yield (
            f"{clean(far.label)}: {number(far.predicted, far.unit)}, evidence {span(far.low, far.high, far.unit)}"
            f"{'' if far.within else ' !'}."
        )
    for line in validation.unused:
        yield f"Neither fitted nor checked: {clean(line)}"
    yield from validation.notes
    yield (
        "“Fold” is the fold error, 1 is perfect; “!” marks what is further off than twofold. “people” is the range of "
        "90 % of people, “not known” that of 90 % of draws."
    )


def _alarm(alarming: bool) -> str:
    return "bold red" if alarming else ""
