"""The commands on the register of claims."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from speciosa.cli._root import People, Quiet, Seed, app


@app.command()
def claims(
    *,
    verdict: Annotated[str | None, typer.Option(help="Only claims with this verdict, such as contradicted.")] = None,
    section: Annotated[str | None, typer.Option(help="Only claims of this section, such as anxiety.")] = None,
    search: Annotated[str | None, typer.Option(help="Only claims that hold each of these words.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write all of it as JSON.", dir_okay=False)] = None,
) -> None:
    """Print what is claimed of kratom, with the verdict on each claim and how sure it is."""
    from speciosa import claims as room
    from speciosa import reports
    from speciosa.cli._common import write_each

    listed = room.listing(verdict, section, search)
    reports.claims_terminal(listed, Console())
    write_each(listed, (html, reports.claims_html), (json, reports.to_json))


@app.command()
def claim(
    claim_id: Annotated[str, typer.Argument(metavar="ID", help="A claim, such as helps-anxiety.")],
    *,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture of the computed tests.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write all of it as JSON.", dir_okay=False)] = None,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Print one claim: verdict, reason, how sure, evidence each way, computed tests, what to tell a person."""
    from speciosa import claims as room
    from speciosa import reports
    from speciosa.cli._common import need_suffix, shown_progress, write_each
    from speciosa.errors import InputError

    need_suffix("--svg", svg, (".svg",))
    if svg is not None and not room.find(claim_id).test_ids:
        raise InputError("--svg", str(svg), f"no picture: the claim {claim_id} has no computed test")
    with shown_progress(quiet=quiet) as progress:
        sheet = room.sheet(claim_id, people=people, seed=seed, progress=progress)
    reports.claim_terminal(sheet, Console())
    pictured = (svg, lambda made: reports.claim_tests_svg(made.tests))
    write_each(sheet, (html, reports.claim_html), pictured, (json, reports.to_json))
