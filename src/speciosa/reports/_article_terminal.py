"""A checked article on a terminal of 80 columns: when to call for help, the summary, then claim by claim."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from speciosa.checks import Severity
from speciosa.claims import Checked, Claim, Found, Said, Standing
from speciosa.reports import _article_words as words
from speciosa.reports._terminal import WIDTH, emergency_panel, stale_panel
from speciosa.reports._words import clean, count, sentence_case

STYLE = {
    Standing.STANDS: "bold green",
    Standing.IN_PART: "bold yellow",
    Standing.HEDGED: "bold magenta",
    Standing.LEAVES_OUT: "bold red",
    Standing.FALLS: "bold red",
}
_LONGEST = 240  # letters of a sentence that is shown whole


def article_terminal(checked: Checked, console: Console) -> None:
    """Print a checked article.

    Args:
        checked: what to print.
        console: where to; colour and width are its own.
    """
    width = min(console.width, WIDTH)
    for part in _parts(checked):
        console.print(part, width=width, highlight=False, markup=False)


def _parts(checked: Checked) -> Iterator[RenderableType]:
    if checked.release.expired:
        yield stale_panel(checked.release)
    for finding in checked.findings:
        if finding.severity is Severity.EMERGENCY:
            yield emergency_panel(finding)
    yield Text()
    yield Text(clean(checked.article.title), style="bold")
    yield Text(clean(f"{checked.article.file}: {checked.article.format}, {count(checked.article.words, 'word')}."))
    yield Text(words.summary(checked), style="bold")
    if checked.found:
        yield from _counts(checked)
    if checked.about_kratom:
        yield from _silences(checked)
    yield from _claims(checked)
    yield from _unregistered(checked)
    yield Line(style="default")
    yield Text(_foot(checked))


def _counts(checked: Checked) -> Iterator[RenderableType]:
    for standing, how_many in words.counted(checked):
        yield Text.assemble(
            f"  {how_many:>3} ",
            (f"{words.MARK[standing]} {standing.value}", STYLE[standing]),
            f": {words.STANDING[standing]}",
        )
    yield Text()


def _silences(checked: Checked) -> Iterator[RenderableType]:
    yield Text(clean(words.silence(checked)), style="bold")
    for one in checked.silent:
        told = "says the opposite" if one.said is Said.DENIED else "not said"
        yield Padding(Text(clean(f"{sentence_case(one.topic)} ({told}): {one.why}")), (0, 0, 0, 2))
    if checked.whole is not None:
        yield Text(clean(f"{checked.whole.text} {words.whole(checked.whole)}"))


def _claims(checked: Checked) -> Iterator[RenderableType]:
    if not checked.found:
        return
    yield Text()
    yield Line("Claim by claim", align="left", style="default")
    claims = {claim.id: claim for claim in checked.claims}
    told: set[str] = set()
    place = None
    for one in checked.found:
        if place != (one.at.block, one.at.start):
            place = (one.at.block, one.at.start)
            yield Text()
            yield Text(clean(f"“{_short(one.at.text)}”"), style="italic")
        yield Padding(_claim(one, claims[one.claim], again=one.claim in told), (0, 0, 0, 2))
        told.add(one.claim)


def _claim(one: Found, claim: Claim, *, again: bool) -> Text:
    head = Text.assemble(
        (f"{words.MARK[one.standing]} {one.standing.value.upper()}", STYLE[one.standing]),
        clean(f" {claim.id}: {words.said(one)}. "),
    )
    if again:
        return head
    why = words.first_sentence(claim.reason)
    return head.append(clean(f"Verdict: {claim.verdict.value}, how sure: {claim.certainty.value}. {why}"))


def _unregistered(checked: Checked) -> Iterator[RenderableType]:
    if checked.unregistered:
        yield Text()
        yield Text(words.UNREGISTERED, style="bold")
        for passage in checked.unregistered:
            yield Padding(Text(clean(f"“{_short(passage.text)}”"), style="italic"), (0, 0, 0, 2))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _foot(checked: Checked) -> str:
    release = checked.release
    state = "EXPIRED on" if release.expired else "good until"
    return (
        f"{words.NOT_EVERYTHING}\nThe text with its marks, the computed tests and all sources: speciosa check-article "
        f"FILE --html PAGE. One claim: speciosa claim ID.\nKnowledge {release.version} of {release.date.isoformat()}, "
        f"{state} {release.expires.isoformat()}, checksum {release.checksum[:12]}. Speciosa {checked.software}. It "
        "recommends neither kratom nor a dose."
    )
