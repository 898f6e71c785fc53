"""A sensitivity analysis on a terminal of 80 columns: all answers in a table, then each one in words."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from speciosa.reports._sensitivity_words import (
    asked,
    hangs_on,
    meaning,
    measure_next,
    moves,
    name,
    percent,
    stated,
    treated,
    whole,
)
from speciosa.reports._words import clean, runs, sentence_case
from speciosa.sensitivity import Answer, Sensitivity

_WIDTH = 100
_IN_FULL = 3  # answers printed in full; of more, only the table
_SHOWN = 6


def sensitivity_terminal(result: Sensitivity, console: Console) -> None:
    """Print an analysis: few answers in full, many as a table.

    Args:
        result: what to print.
        console: where to; colour and width are its own.
    """
    for part in _parts(result):
        console.print(part, width=min(console.width, _WIDTH), highlight=False, markup=False)


def _parts(result: Sensitivity) -> Iterator[RenderableType]:
    yield Text(clean(f"{result.title}: {result.regimen} ({result.doses})"), style="bold")
    if len(result.answers) > _IN_FULL:
        yield _overview(result)
    else:
        for answer in result.answers:
            yield Text()
            yield _in_full(answer)
    yield Text()
    yield Text(f"{treated(result)} {runs(result.status)[:1].upper()}{runs(result.status)[1:]}.", style="dim")
    yield Text(clean(_foot(result)), style="dim")


def _overview(result: Sensitivity) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Answer", ratio=3, overflow="fold")
    table.add_column("Now (90 %)", ratio=2, overflow="fold")
    table.add_column("Measure next; share of the variance that would go", ratio=3, overflow="fold")
    for answer in result.answers:
        if answer.next is not None:
            told = f"{meaning(answer.next.parameter)}: {whole(answer.next.share)}"
        else:
            told = "nothing single would help" if answer.varies else "hardly varies"
        table.add_row(Text(clean(answer.question)), asked(answer), Text(clean(told)))
    return table


def _in_full(answer: Answer) -> RenderableType:
    parts: list[RenderableType] = [
        Text(clean(answer.question), style="bold"),
        Padding(Text(clean(f"{stated(answer)} {hangs_on(answer)}")), (0, 0, 0, 2)),
    ]
    if answer.influences:
        parts.append(Padding(_table(answer), (0, 0, 0, 2)))
    told = measure_next(answer)
    if told:
        parts.append(Padding(Text.assemble(("Measure next: ", "bold"), clean(" ".join(told))), (0, 0, 0, 2)))
    return Group(*parts)


def _table(answer: Answer) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("What is not known", ratio=1, overflow="fold")
    table.add_column("Would go if known", justify="right")
    table.add_column("Stays with it alone", justify="right")
    table.add_column("Moves it by", justify="right")
    for influence in answer.influences[:_SHOWN]:
        table.add_row(
            Text(clean(sentence_case(name(influence)))),
            percent(influence.first),
            percent(influence.total),
            moves(answer, influence),
        )
    return table


def _foot(result: Sensitivity) -> str:
    example = result.answers[0].key if result.answers else "mitragynine.cmax"
    more = f"One answer in full: --answer {example}. " if len(result.answers) > _IN_FULL else ""
    return (
        f"{more}Shares are of the variance of the answer, with the 90 % interval of the estimate. Knowledge "
        f"{result.knowledge}. Speciosa {result.software}."
    )
