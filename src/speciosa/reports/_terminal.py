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
from speciosa.exposure import Figure, Scenario
from speciosa.reports._words import (
    MEANING,
    NO_SPREAD,
    PEOPLE_DIFFER,
    WE_DO_NOT_KNOW,
    amount,
    clean,
    count,
    runs,
    sentence_case,
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
_USUAL = ("90 % of people", "90 % of parameter draws")  # said once, at the end
WIDTH = 100  # longer lines are hard to read, however wide the window is


def terminal(assessment: Assessment, console: Console) -> None:
    """Print an assessment.

    Args:
        assessment: what to print.
        console: where to; colour and width are its own.
    """
    width = min(console.width, WIDTH)
    for part in _parts(assessment):
        console.print(part, width=width, highlight=False, markup=False)


def scenario_table(scenario: Scenario) -> Table:
    """The figures of one regimen with both spreads, as a table of 80 columns."""
    table = Table(
        title=Text(clean(f"{scenario.name}: {scenario.regimen}")),
        title_justify="left",
        title_style="bold",
        caption=Text(_runs(scenario)),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    table.add_column("Figure", ratio=1, min_width=22)
    for heading in ("Median person", "People differ", "We do not know"):
        table.add_column(heading, justify="right", overflow="fold")
    for figure in scenario.figures:
        table.add_row(
            Text(clean(sentence_case(figure.label))),
            amount(figure),
            _absent(spread(figure, figure.variability)),
            _absent(spread(figure, figure.uncertainty)),
        )
    return table


def _absent(words: str) -> Text:
    return Text("–" if words == NO_SPREAD else words)


def _parts(assessment: Assessment) -> Iterator[RenderableType]:
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
        yield scenario_table(scenario)
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
