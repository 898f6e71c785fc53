"""An assessment on a terminal of 80 columns: emergencies first, short forms of reason and source."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from speciosa.assessment import Assessment, KnowledgeRelease
from speciosa.checks import Certainty, Finding, Severity
from speciosa.exposure import Figure, Reference, Scenario
from speciosa.reports._targets import NOT_MEASURED, set_sentence, target_rows
from speciosa.reports._words import (
    MEANING,
    NO_SPREAD,
    PEOPLE_DIFFER,
    SHARE,
    WE_DO_NOT_KNOW,
    amount,
    clean,
    count,
    runs,
    sentence_case,
    span,
    spread,
)

_STYLE = {
    Severity.EMERGENCY: "bold white on red",
    Severity.CONTRAINDICATED: "bold red",
    Severity.MAJOR: "bold red",
    Severity.MODERATE: "bold yellow",
    Severity.UNKNOWN: "bold magenta",
    Severity.MINOR: "bold blue",
    Severity.INFORM: "bold",
}
_SHORT_LIST = 4
_BY_DATA_SET = ("MOR.occupancy.max", "MOR.effect.max")
_USUAL = ("90 % of people", "90 % of parameter draws")  # said once, at the end
WIDTH = 100  # longer lines are hard to read, however wide the window is


def terminal(assessment: Assessment, console: Console, *, everything: bool = False) -> None:
    """Print an assessment.

    Args:
        assessment: what to print.
        console: where to; colour and width are its own.
        everything: also the figures of minor alkaloids, and each target under each data set.
    """
    width = min(console.width, WIDTH)
    for part in _parts(assessment, everything=everything):
        console.print(part, width=width, highlight=False, markup=False)


def scenario_table(scenario: Scenario, *, everything: bool = False) -> Table:
    """The figures of one regimen with both spreads, as a table of 80 columns.

    Args:
        scenario: a simulated regimen.
        everything: also the figures that are otherwise left for the asking.
    """
    shown = [figure for figure in scenario.figures if everything or not figure.detail]
    hidden = len(scenario.figures) - len(shown)
    table = Table(
        title=Text(clean(f"{scenario.name}: {scenario.regimen}")),
        title_justify="left",
        title_style="bold",
        caption=Text(_runs(scenario) + (f"\n{count(hidden, 'more figure')}: add --all." if hidden else "")),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("Figure", ratio=1, min_width=22)
    for heading in ("Median person", "People differ", "We do not know"):
        table.add_column(heading, justify="right", overflow="fold")
    for figure in shown:
        table.add_row(
            Text(clean(sentence_case(figure.label))),
            amount(figure),
            _absent(spread(figure, figure.variability)),
            _absent(spread(figure, figure.uncertainty)),
        )
    return table


def targets_table(scenario: Scenario, *, everything: bool = False) -> RenderableType:
    """What the alkaloids hold of every target, as a table of 80 columns.

    Args:
        scenario: a simulated regimen.
        everything: each figure under each data set; otherwise those of the mu-opioid receptor as a whole.
    """
    rows = target_rows(scenario, ())
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, title=Text("Targets at the highest point", style="bold")
    )
    table.title_justify = "left"
    table.add_column("Held by all alkaloids", ratio=1, min_width=22)
    for heading in ("Median person", "People differ", "We do not know"):
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        if row.known:
            table.add_row(Text(row.name), row.held, row.variability, row.uncertainty)
    silent = ", ".join(row.name for row in rows if not row.known and row.held == NOT_MEASURED)
    notes = [_labelled("Not known: ", f"{silent}: {NOT_MEASURED}.", "bold magenta")] if silent else []
    return Group(table, *_under_each_set(scenario, everything=everything), *notes)


def _under_each_set(scenario: Scenario, *, everything: bool) -> Iterator[RenderableType]:
    for figure in scenario.figures:
        says = set_sentence(figure)
        if says and (everything or figure.key in _BY_DATA_SET):
            yield _labelled(f"{sentence_case(figure.label)}, by data set: ", says, "bold")


def references_table(references: Sequence[Reference]) -> Table:
    """What known medicines hold of the same targets at their usual doses, as a table of 80 columns."""
    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        title=Text("Known medicines at the same targets", style="bold"),
    )
    table.title_justify = "left"
    table.add_column("Medicine and usual dose", ratio=1, min_width=20, overflow="fold")
    for heading in ("Target", "Held", "We do not know", "Seen"):
        table.add_column(heading, justify="left" if heading == "Target" else "right", overflow="fold")
    for one in references:
        seen = span(one.seen.low, one.seen.high, SHARE) if one.seen is not None else "–"
        table.add_row(
            Text(f"{one.medicine}, {one.dose}"),
            one.target,
            amount(one.held),
            _absent(spread(one.held, one.held.uncertainty)),
            seen,
        )
    return table


def _absent(words: str) -> Text:
    return Text("–" if words == NO_SPREAD else words)


def _parts(assessment: Assessment, *, everything: bool) -> Iterator[RenderableType]:
    if assessment.release.expired:
        yield stale_panel(assessment.release)
    urgent = [f for f in assessment.findings if f.severity is Severity.EMERGENCY]
    for finding in urgent:
        yield emergency_panel(finding)
    yield Text()
    yield Text(clean(assessment.title), style="bold")
    yield Text(f"Asked on {assessment.made_on.isoformat()}. {_summary(assessment.findings)}")
    for finding in assessment.findings:
        if finding not in urgent:
            yield from finding_lines(finding)
    yield Text()
    yield Line("Exposure", align="left", style="default")
    for scenario in assessment.scenarios:
        yield Text()
        yield scenario_table(scenario, everything=everything)
        if any(use.figure for use in scenario.targets):
            yield Text()
            yield targets_table(scenario, everything=everything)
    if assessment.references:
        yield Text()
        yield references_table(assessment.references)
    yield Line(style="default")
    yield Text(_foot(assessment))


def stale_panel(release: KnowledgeRelease) -> Panel:
    """The warning above everything that knowledge of an expired release was used."""
    words = (
        f"Release {release.version} of the knowledge expired on {release.expires.isoformat()}. "
        "Laws, limits and evidence may have changed since: install a newer release before you rely on this."
    )
    return Panel(Text(words), title="KNOWLEDGE OUT OF DATE", border_style="bold red", title_align="left")


def emergency_panel(finding: Finding) -> Panel:
    """An emergency, framed."""
    return Panel(
        Group(Text(clean(finding.sentence)), *_details(finding)),
        title=Text(clean(f"EMERGENCY: {finding.title}"), style=_STYLE[Severity.EMERGENCY]),
        title_align="left",
        border_style="bold red",
    )


def finding_lines(finding: Finding) -> Iterator[RenderableType]:
    """Any other finding: severity, title, sentence, details."""
    yield Text()
    yield Text.assemble(
        (f" {finding.severity.value.upper()} ", f"{_STYLE[finding.severity]} reverse"),
        "  ",
        (clean(finding.title), "bold"),
        (f"  ({MEANING[finding.severity]})", "dim"),
    )
    yield Padding(Group(Text(clean(finding.sentence)), *_details(finding)), (0, 0, 0, 2))


def _details(finding: Finding) -> Iterator[RenderableType]:
    for figure in finding.figures:
        yield _figure(figure)
    for gap in finding.not_known:
        yield _labelled("Not known: ", gap, "bold magenta")
    if finding.ask:
        yield Text(clean(finding.ask), style="bold cyan")
    sure = finding.certainty.value
    words = "How sure: not known" if finding.certainty is Certainty.NOT_KNOWN else f"How sure: {sure}"
    yield Text(clean(f"{words}. Rule {finding.rule.id}.{_sources(finding)}"), style="dim")
    if finding.overruled:
        yield Text(clean(f"Overruled: {_listed([rule.id for rule in finding.overruled])}."), style="dim")


def _figure(figure: Figure) -> Padding:
    told = Text.assemble(f"{clean(sentence_case(figure.label))}: ", (amount(figure), "bold"))
    for words, interval in ((PEOPLE_DIFFER, figure.variability), (WE_DO_NOT_KNOW, figure.uncertainty)):
        if interval is not None:
            covers = "" if interval.covers.startswith(_USUAL) else f" ({interval.covers})"
            told.append(clean(f"; {words}: {spread(figure, interval)}{covers}"))
    return Padding(told, (0, 0, 0, 2))


def _labelled(label: str, words: str, style: str) -> Text:
    return Text.assemble((label, style), clean(words))


def _sources(finding: Finding) -> str:
    return f" Sources {_listed(finding.sources)}." if finding.sources else ""


def _listed(ids: Sequence[str]) -> str:
    shown = ", ".join(ids[:_SHORT_LIST])
    return f"{shown} and {len(ids) - _SHORT_LIST} more" if len(ids) > _SHORT_LIST else shown


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(f.severity for f in findings)
    told = ", ".join(f"{counts[s]} {s.value}" for s in Severity if counts[s])
    return f"{count(len(findings), 'finding')}{': ' if told else ''}{told}."


def _runs(scenario: Scenario) -> str:
    people, draws = count(scenario.people, "virtual person", "virtual people"), count(scenario.draws, "parameter draw")
    return f"{people}, {draws}, seed {scenario.seed}; {clean(runs(scenario.status))}."


def _foot(assessment: Assessment) -> str:
    release = assessment.release
    state = "EXPIRED on" if release.expired else "good until"
    ranges = (
        "Where nothing else is said, “people differ” spans 90 % of people and “we do not know” 90 % of parameter draws "
        "for the median person."
    )
    knowledge = (
        f"Knowledge {release.version} of {release.date.isoformat()}, {state} {release.expires.isoformat()}, "
        f"checksum {release.checksum[:12]}. Speciosa {assessment.software}."
    )
    further = (
        f"To see where a number comes from: speciosa source ID (for example {_example(assessment)}). "
        "All reasons, sources and pictures: speciosa assess CASE.yaml --html FILE."
    )
    return f"{ranges}\n{knowledge}\n{further}"


def _example(assessment: Assessment) -> str:
    return assessment.sources[0].id if assessment.sources else "rules:R03"
