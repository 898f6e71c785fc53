"""One claim, and many, as a page: the frame of every page, with claims in the place of findings."""

from collections.abc import Iterator
from dataclasses import dataclass

from speciosa.claims import Claim, ClaimList, ClaimSheet
from speciosa.knowledge import Verdict
from speciosa.reports import _claim_words as words
from speciosa.reports._anchors import slugs
from speciosa.reports._claim_test_figure import claim_tests_view
from speciosa.reports._page import rendered


@dataclass(frozen=True)
class Group:
    """Claims that share a verdict or a section: a heading that can be jumped to."""

    id: str
    name: str
    claims: tuple[Claim, ...]


def claim_html(sheet: ClaimSheet) -> str:
    """A self-contained page of one claim; the same sheet gives the same bytes. It loads nothing."""
    view = claim_tests_view(sheet.tests, "tests-of-claim") if sheet.tests else None
    return rendered("claim.html.j2", sheet, kind="claim", simulated=(), words=words, view=view)


def claims_html(listed: ClaimList) -> str:
    """A self-contained page of claims by section, with links by verdict; it loads nothing."""
    return rendered(
        "claims.html.j2",
        listed,
        kind="claims",
        simulated=(),
        words=words,
        verdicts=tuple(_by_verdict(listed)),
        sections=tuple(_by_section(listed)),
        places=slugs("claim", (claim.id for claim in listed.claims)),
    )


def _by_verdict(listed: ClaimList) -> Iterator[Group]:
    for verdict in Verdict:
        found = tuple(claim for claim in listed.claims if claim.verdict is verdict)
        if found:
            yield Group(f"verdict-{words.slug(verdict)}", verdict.value, found)


def _by_section(listed: ClaimList) -> Iterator[Group]:
    names = tuple(dict.fromkeys(claim.section for claim in listed.claims))
    places = slugs("section", names)
    for name in names:
        yield Group(places[name], name, tuple(claim for claim in listed.claims if claim.section == name))
