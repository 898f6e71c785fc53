"""What an extract is, on a terminal of 80 columns: emergencies first, then the label, the serving, leaf, exposure."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from speciosa.checks import Severity
from speciosa.extract import Extract
from speciosa.reports import _extract_words as words
from speciosa.reports._terminal import WIDTH, emergency_panel, finding_lines, stale_panel
from speciosa.reports._words import clean, sentence_case


def extract_terminal(extract: Extract, console: Console) -> None:
    """Print what an extract is.

    Args:
        extract: what to print.
        console: where to; colour and width are its own.
    """
    width = min(console.width, WIDTH)
    for part in _parts(extract):
        console.print(part, width=width, highlight=False, markup=False)


def _parts(extract: Extract) -> Iterator[RenderableType]:
    if extract.release.expired:
        yield stale_panel(extract.release)
    for finding in extract.findings:
        if finding.severity is Severity.EMERGENCY:
            yield emergency_panel(finding)
    yield Text()
    yield Text(clean(extract.title), style="bold")
    yield Text(words.NO_RECIPE)
    for finding in extract.findings:
        if finding.severity is not Severity.EMERGENCY:
            yield from finding_lines(finding)
    yield Text()
    yield Line("What the label can mean", align="left", style="default")
    yield _meanings(extract)
    yield _said(*extract.assumed)
    yield Line("One serving", align="left", style="default")
    yield _serving(extract)
    yield _said(*words.bases(extract), words.leaf_sentence(extract), words.unknown(extract.unknown))
    if extract.months is not None:
        yield _said(words.stored(extract))
    yield Line("Exposure beside leaf that was studied", align="left", style="default")
    for one in extract.grown:
        rows = [(sentence_case(f.label), *words.growth_cells(f)) for f in one.figures]
        yield _table(f"Beside {one.beside}", ("Exposure", "Median person", "People differ", "We do not know"), rows)
    yield _said(f"Simulated in {extract.people}.")
    yield Line(style="default")
    yield Text(_foot(extract))


def _meanings(extract: Extract) -> Table:
    rows = []
    for statement in extract.statements:
        if not statement.meanings:
            rows.append((f"“{statement.text}”", statement.kind, "–", "–"))
        for one in statement.meanings:
            mg, content, never = words.meaning(one)
            why = f" Never seen: {never}." if never != "–" else ""
            rows.append((f"“{statement.text}”", f"{one.words}.{why}", mg, content))
    return _table("", ("Label", "If it means that", "In one serving", "In the extract"), rows)


def _serving(extract: Extract) -> Table:
    rows = [
        (sentence_case(one.analyte), *words.held(one)[:2], one.basis, words.leaf(one)[1]) for one in extract.alkaloids
    ]
    return _table("", ("Alkaloid", "Middle", "Likely", "Where from", "Leaf with as much"), rows)


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(
        title=Text(clean(title)) if title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    table.title_style = "bold"
    for i, heading in enumerate(headings):
        table.add_column(
            Text(heading), ratio=2 if max((len(row[i]) for row in rows), default=0) > _LONG else 1, overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    return table


_LONG = 24  # characters; a column with more of them gets twice the room


def _said(*sentences: str) -> Padding:
    return Padding(Text(clean("\n".join(s for s in sentences if s))), (0, 0, 1, 2))


def _foot(extract: Extract) -> str:
    release = extract.release
    state = "EXPIRED on" if release.expired else "good until"
    return (
        "“Likely” holds 90 % of what we hold possible; most of it is stated priors, since hardly anybody measured "
        f"extracts.\nKnowledge {release.version} of {release.date.isoformat()}, {state} {release.expires.isoformat()}, "
        f"checksum {release.checksum[:12]}. Speciosa {extract.software}.\n"
        "Pictures, sources and parameters: speciosa extract LABEL --html FILE."
    )
