"""The command that reads an article and holds its claims against the register."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from speciosa.cli._root import People, Quiet, Seed, app


@app.command()
def check_article(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Plain text, Markdown, a saved web page or a PDF; - for standard input."),
    ],
    *,
    html: Annotated[Path | None, typer.Option(help="Write the text with its marks as a page.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write all of it as JSON.", dir_okay=False)] = None,
    no_simulation: Annotated[bool, typer.Option("--no-simulation", help="Leave the computed tests out.")] = False,
    about_kratom: Annotated[
        bool, typer.Option("--about-kratom", help="The text is about kratom though it does not name it.")
    ] = False,
    people: People = None,
    seed: Seed = None,
    quiet: Quiet = False,
) -> None:
    """Find the claims about kratom in a text, and say of each whether it stands and what the text is silent about."""
    from speciosa import claims, reports
    from speciosa.cli._common import shown_progress, write_each

    article = claims.read_article(file)
    with shown_progress(quiet=quiet) as progress:
        checked = claims.check_article(
            article,
            simulate=not no_simulation,
            taken_for_kratom=about_kratom,
            people=people,
            seed=seed,
            progress=progress,
        )
    reports.article_terminal(checked, Console())
    write_each(checked, (html, reports.article_html), (json, reports.to_json))
