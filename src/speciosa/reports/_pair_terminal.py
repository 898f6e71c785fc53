"""A product and one medicine on a terminal of 80 columns: emergencies and rules first, then the figures."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from speciosa.checks import Severity
from speciosa.exposure import Pair, Phenotype, Spacing
from speciosa.interaction import Interaction
from speciosa.reports import _pair_words as words
from speciosa.reports._terminal import WIDTH, emergency_panel, finding_lines, stale_panel
from speciosa.reports._words import clean, count, runs


def interaction_terminal(interaction: Interaction, console: Console) -> None:
    """Print an interaction.

    Args:
        interaction: what to print.
        console: where to; colour and width are its own.
    """
    width = min(console.width, WIDTH)
    for part in _parts(interaction):
        console.print(part, width=width, highlight=False, markup=False)


def _parts(interaction: Interaction) -> Iterator[RenderableType]:
    pair = interaction.pair
    if interaction.release.expired:
        yield stale_panel(interaction.release)
    for finding in interaction.findings:
        if finding.severity is Severity.EMERGENCY:
            yield emergency_panel(finding)
    yield Text()
    yield Text(clean(interaction.title), style="bold")
    yield Text(clean(f"{pair.scenario}; {pair.name}: {pair.taken}."))
    yield from _rules(interaction)
    yield Text()
    yield Line("What the simulation says", align="left", style="default")
    yield _changes(pair)
    yield _said(*words.changes(pair))
    yield from _timing(pair)
    yield _phenotypes(pair)
    yield _said(*(words.by_phenotype(pair, *side) for side in words.sides(pair)))
    yield from _beside(interaction)
    yield Line(style="default")
    yield from _rules(interaction, short=True)
    yield Text(_foot(interaction))


def _rules(interaction: Interaction, *, short: bool = False) -> Iterator[RenderableType]:
    """What the rules say; the short form stands at the end, so that no mild figure has the last word."""
    told = [f for f in interaction.findings if f.severity is not Severity.EMERGENCY]
    if not short:
        for finding in told:
            yield from finding_lines(finding)
        return
    strictest = f"{told[0].severity.value.upper()}: {told[0].title}" if told else "no rule fits"
    yield Text(clean(f"What the rules say stands, whatever the figures: {strictest}."), style="bold")
    yield Text(words.NO_PROMISE)


def _changes(pair: Pair) -> Table:
    rows = []
    for change in pair.changes:
        for label, figure in (("AUC", change.auc_ratio), ("Cmax", change.cmax_ratio)):
            rows.append((f"{change.compound}, {label}", *words.spread_words(figure)))
    return _table("With both over without the other", "Compound", rows)


def _timing(pair: Pair) -> Iterator[RenderableType]:
    (of, name), *others = words.sides(pair)
    rows = [
        (words.time_apart(one.hours), *words.spread_words(getattr(one, of)), *_folds(one, others))
        for one in pair.spacings
        if any(words.far(getattr(one, side).value) >= _WORTH for side, _ in words.sides(pair)) or one.hours == 0.0
    ]
    title = f"AUC of {name} by the time {pair.name} is taken, from the last dose of the product"
    yield _table(title, "Taken", rows, [other.capitalize() for _, other in others])
    yield _said(*(words.timing(pair, side) for _, side in words.sides(pair)))


def _phenotypes(pair: Pair) -> Table:
    of, name = words.sides(pair)[0]  # a second direction would not fit 80 columns: the page has it
    alone = any(side == "medicine" for side, _ in words.sides(pair))
    rows = [
        (
            words.short_who(one),
            *words.spread_words(getattr(one, of)),
            *([words.fold(one.exposure)] if alone else []),
        )
        for one in pair.phenotypes
    ]
    title = f"AUC of {name} with both over without the other"
    if alone:
        title += f"; {pair.name} alone, over that of normal people"
    return _table(title, "CYP2D6, CYP3A5", rows, ["Alone"] if alone else [])


def _folds(one: Spacing | Phenotype, others: Sequence[tuple[str, str]]) -> list[str]:
    return [words.fold(getattr(one, side).value) for side, _ in others]


def _beside(interaction: Interaction) -> Iterator[RenderableType]:
    yield Text()
    if interaction.observed:
        yield Text("What people showed who took both", style="bold")
        yield _said(*(f"{note.says} ({note.id}, {note.confidence})." for note in interaction.observed))
    else:
        yield Text(f"Nobody measured kratom with {interaction.pair.name} in people: the figures are computed.")
    if interaction.pair.notes:
        yield Text("What to know of the model", style="bold")
        yield _said(*interaction.pair.notes)


def _table(title: str, first: str, rows: Sequence[Sequence[str]], more: Sequence[str] = ()) -> Table:
    table = Table(title=Text(clean(title)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.title_style = "bold"
    table.add_column(Text(clean(first)), ratio=1, min_width=12, overflow="fold")
    for heading in ("Median person", "People differ", "We do not know"):
        table.add_column(heading, justify="right", min_width=12)
    for heading in more:
        table.add_column(Text(clean(heading)), justify="right", min_width=8)
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    return table


def _said(*sentences: str) -> Padding:
    return Padding(Text(clean("\n".join(sentences))), (0, 0, 1, 2))


def _foot(interaction: Interaction) -> str:
    pair, release = interaction.pair, interaction.release
    made = f"{count(pair.people, 'virtual person', 'virtual people')}, {count(pair.draws, 'parameter draw')}"
    state = "EXPIRED on" if release.expired else "good until"
    return (
        f"{made}, seed {pair.seed}; {runs(pair.status)}. “People differ” spans 90 % of people, “we do not know” 90 % "
        f"of parameter draws for the median person.\nKnowledge {release.version} of {release.date.isoformat()}, "
        f"{state} {release.expires.isoformat()}, checksum {release.checksum[:12]}. Speciosa {interaction.software}.\n"
        "All parameters with their rows, sources and pictures: speciosa interact CASE.yaml --with NAME --html FILE."
    )


_WORTH = 1.02  # a change smaller than this is not shown for every time apart
