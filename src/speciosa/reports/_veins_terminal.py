"""Colours on labels, on a terminal of 80 columns: emergencies first, then the answers, then what they rest on."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from speciosa.reports import _veins_words as words
from speciosa.reports._terminal import WIDTH, emergency_panel, stale_panel
from speciosa.reports._words import clean, number, sentence_case, span
from speciosa.veins import Veins


def veins_terminal(made: Veins, console: Console) -> None:
    """Print what colours are worth.

    Args:
        made: what to print.
        console: where to; colour and width are its own.
    """
    width = min(console.width, WIDTH)
    for part in _parts(made):
        console.print(part, width=width, highlight=False, markup=False)


def _parts(made: Veins) -> Iterator[RenderableType]:
    if made.release.expired:
        yield stale_panel(made.release)
    for finding in made.findings:
        yield emergency_panel(finding)
    yield Text()
    yield Text(clean(made.title), style="bold")
    for sentence in (*words.said(made), words.prediction(made)):
        yield Padding(Text(clean(sentence)), (0, 0, 0, 2))
    yield Text()
    yield Line("How lots differ in mitragynine", align="left", style="default")
    rows = [(f"{one.study}: {one.what}", *words.spread_cells(one)) for one in made.spreads]
    yield _table(("Study", "Range", "Lots", "Middle 80 %"), rows)
    if made.contrasts:
        yield Line("Colours on measured lots", align="left", style="default")
        yield _contrasts(made)
    if made.kinds:
        yield Line("The kind that the certificate shows", align="left", style="default")
        yield _table(("Kind", "Answer", "Why"), [(one.name, *words.kind(one)) for one in made.kinds])
    yield Line("What the difference does in the body", align="left", style="default")
    for one in made.differences:
        cells = [(sentence_case(f.label), *words.figure_cells(f)) for f in one.figures]
        yield Padding(Text(clean(sentence_case(one.name))), (0, 0, 0, 2))
        yield _table(("Figure", "Median person", "People differ", "We do not know"), cells)
    yield Line("What was published on colours and names", align="left", style="default")
    for note in made.published:
        yield Padding(Text(clean(f"{note.says} ({note.id}, {note.confidence}).")), (0, 0, 0, 2))
    yield Text(_foot(made))


def _contrasts(made: Veins) -> Table:
    rows = [
        (c.analyte, " over ".join(c.colours), f"{number(c.ratio)} ({span(c.low, c.high)})", c.verdict)
        for c in made.contrasts
    ]
    return _table(("Alkaloid", "Colours", "Ratio, 90 % interval", "Answer"), rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(Text(heading), ratio=2 if i == 0 else 1, overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    return table


def _foot(made: Veins) -> str:
    release = made.release
    state = "EXPIRED on" if release.expired else "good until"
    return (
        f"\nSimulated in {made.people}.\nKnowledge {release.version} of {release.date.isoformat()}, {state} "
        f"{release.expires.isoformat()}, checksum {release.checksum[:12]}. Speciosa {made.software}.\n"
        "The picture, sources and parameters: speciosa veins --html FILE."
    )
