"""Claims on a terminal of 80 columns: when to call for help first, then the verdicts."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from speciosa.checks import Severity
from speciosa.claims import Claim, ClaimList, ClaimSheet, Evidence, TestResult
from speciosa.knowledge import Verdict
from speciosa.reports import _claim_test_words as test_words
from speciosa.reports import _claim_words as words
from speciosa.reports._terminal import WIDTH, emergency_panel, stale_panel
from speciosa.reports._words import clean, count, sentence_case

STYLE = {
    Verdict.SUPPORTED: "bold green",
    Verdict.PARTLY_SUPPORTED: "bold yellow",
    Verdict.UNSUPPORTED: "bold magenta",
    Verdict.CONTRADICTED: "bold red",
    Verdict.MISLEADING: "bold red",
}


def claims_terminal(listed: ClaimList, console: Console) -> None:
    """Print claims of the register, a line or two for each.

    Args:
        listed: what to print.
        console: where to; colour and width are its own.
    """
    _print(_list_parts(listed), console)


def claim_terminal(sheet: ClaimSheet, console: Console) -> None:
    """Print one claim with its verdict, reason, certainty and evidence.

    Args:
        sheet: what to print.
        console: where to; colour and width are its own.
    """
    _print(_sheet_parts(sheet), console)


def _print(parts: Iterator[RenderableType], console: Console) -> None:
    width = min(console.width, WIDTH)
    for part in parts:
        console.print(part, width=width, highlight=False, markup=False)


def _list_parts(listed: ClaimList) -> Iterator[RenderableType]:
    yield from _urgent(listed)
    yield Text(clean(listed.title), style="bold")
    yield Text(f"{count(len(listed.claims), 'claim')} of {listed.of}.")
    for section in dict.fromkeys(claim.section for claim in listed.claims):
        yield Text()
        yield _section(section, [claim for claim in listed.claims if claim.section == section])
    yield Line(style="default")
    for verdict, meaning in words.VERDICT.items():
        yield Text.assemble((sentence_case(verdict.value), STYLE[verdict]), f": {meaning}.")
    yield Text(words.HOW_SURE)
    yield Text(f"One claim with its evidence: speciosa claim ID. {_release(listed)}")


def _section(section: str, claims: list[Claim]) -> Table:
    table = Table(title=Text(sentence_case(section)), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.show_edge, table.pad_edge = False, False
    table.add_column("Claim and its ID", ratio=1, overflow="fold")
    table.add_column("Verdict", width=17)
    table.add_column("How sure", width=8)
    for claim in claims:
        said = Text.assemble(clean(f"“{claim.text}”"), "\n", (clean(claim.id), "dim"))
        table.add_row(said, Text(claim.verdict.value, style=STYLE[claim.verdict]), claim.certainty.value)
    return table


def _sheet_parts(sheet: ClaimSheet) -> Iterator[RenderableType]:
    claim = sheet.claim
    yield from _urgent(sheet)
    yield Text(clean(f"“{claim.text}”"), style="bold")
    yield Text.assemble(
        (f" {claim.verdict.value.upper()} ", f"{STYLE[claim.verdict]} reverse"), f"  {words.VERDICT[claim.verdict]}"
    )
    yield Text()
    yield Text(clean(claim.reason))
    yield Text()
    yield Text.assemble(("What to tell a person: ", "bold"), clean(claim.told))
    yield Text()
    yield from _certainty(claim)
    yield from _evidence(claim)
    yield Text()
    yield from _tests(sheet)
    yield Line(style="default")
    yield Text(_release(sheet))
    yield Text(f"All of it with links and rows: speciosa claim {claim.id} --html FILE.")


def _certainty(claim: Claim) -> Iterator[RenderableType]:
    yield Text.assemble(("How sure: ", "bold"), claim.certainty.value, ". ", words.way(claim))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Judged", width=16)
    table.add_column("As", width=13)
    table.add_column("Then", width=8)
    table.add_column("Because", ratio=1, overflow="fold")
    for judgement in claim.judgements:
        why = Text.assemble(clean(judgement.reason), (clean(f" ({judgement.citation})"), "dim"))
        table.add_row(words.domain(judgement), judgement.level, judgement.after.value, why)
    yield table
    yield Text()


def _evidence(claim: Claim) -> Iterator[RenderableType]:
    yield Text.assemble(("Evidence: ", "bold"), words.balance(claim))
    for kind, found in words.by_kind(claim):
        yield Text(words.KIND[kind], style="bold")
        for one in found:
            yield Padding(_piece(one), (0, 0, 0, 2))


def _tests(sheet: ClaimSheet) -> Iterator[RenderableType]:
    said = test_words.sentence(sheet.tests) if sheet.tests else words.NO_TEST
    yield Text.assemble(("Computed: ", "bold"), said)
    for test in sheet.tests:
        yield Text()
        yield Text(clean(test.question), style="bold")
        yield Padding(Group(*_test_lines(test)), (0, 0, 0, 2))


def _test_lines(test: TestResult) -> Iterator[Text]:
    """The answer and its sentence, which holds both spreads and the mark; then what nobody knows."""
    yield Text.assemble((f"{test.outcome.value.capitalize()}. ", "bold"), clean(test.sentence))
    for gap in test.not_known:
        yield Text.assemble(("Not known: ", "bold magenta"), clean(gap))


def _piece(one: Evidence) -> Text:
    told = f" ({one.citation}; {words.RECALLED if one.recalled else one.confidence})"
    return Text.assemble(
        (f"{one.direction.value.capitalize()}: ", "bold"), clean(sentence_case(one.finding)), (clean(told), "dim")
    )


def _urgent(shown: ClaimList | ClaimSheet) -> Iterator[RenderableType]:
    if shown.release.expired:
        yield stale_panel(shown.release)
    for finding in shown.findings:
        if finding.severity is Severity.EMERGENCY:
            yield emergency_panel(finding)
    yield Text()


def _release(shown: ClaimList | ClaimSheet) -> str:
    release = shown.release
    state = "EXPIRED on" if release.expired else "good until"
    return (
        f"Knowledge {release.version} of {release.date.isoformat()}, {state} {release.expires.isoformat()}, checksum "
        f"{release.checksum[:12]}. Speciosa {shown.software}. It recommends neither kratom nor a dose."
    )
