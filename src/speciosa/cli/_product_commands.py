"""The commands on what is in the bag."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from speciosa.cli._root import Quiet, app


@app.command()
def extract(
    label: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LABEL]...",
            help="What the label says, each in quotes: '45 %', '10x', '150 mg mitragynine per bottle', "
            "'250 mg extract'.",
        ),
    ] = None,
    *,
    certificate: Annotated[
        Path | None, typer.Option(help="The laboratory's certificate of this lot.", dir_okay=False)
    ] = None,
    form: Annotated[
        str, typer.Option(help="How it is taken: liquid_extract, dry_extract, tablet …")
    ] = "liquid_extract",
    stored: Annotated[float | None, typer.Option(metavar="MONTHS", help="What it holds after so many months.")] = None,
    kept: Annotated[str, typer.Option(help="Where it is kept: freezer, fridge, room, warm or hot.")] = "room",
    place: Annotated[str | None, typer.Option(help="Where you live, such as US-CO, for numbers to call.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of people and draws.")] = 1,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the pictures: .svg.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything as JSON.", dir_okay=False)] = None,
    quiet: Quiet = False,
) -> None:
    """Say what an extract is: mg of each alkaloid per serving, leaf with as much, exposure, what contradicts itself."""
    from speciosa import certificates, reports
    from speciosa.cases import Form
    from speciosa.cli._common import need_suffix, shown_progress, write_each
    from speciosa.errors import InputError
    from speciosa.extract import Asked
    from speciosa.extract import extract as explain

    need_suffix("--svg", svg, (".svg",))
    if form not in set(Form):
        raise InputError("--form", form, f"one of {', '.join(Form)}")
    if not label and certificate is None:
        raise InputError("LABEL", None, "what the label says, such as '45 %' '250 mg extract', or --certificate FILE")
    paper = certificates.read(certificate) if certificate is not None else None
    on = dt.datetime.now().astimezone().date()
    asked = Asked(tuple(label or ()), Form(form), paper, stored, kept, place, on, seed)
    with shown_progress(quiet=quiet) as progress:
        made = explain(asked, progress=progress)
    reports.extract_terminal(made, Console())
    write_each(made, (html, reports.extract_html), (svg, reports.extract_svg), (json, reports.to_json))


@app.command()
def veins(
    *,
    lots: Annotated[
        Path | None, typer.Option(help="Your own measured lots, CSV: vendor, lot, colour, alkaloids.", dir_okay=False)
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="A certificate: which kind of product its profile shows.", dir_okay=False)
    ] = None,
    place: Annotated[str | None, typer.Option(help="Where you live, such as US-CO, for numbers to call.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of people and draws.")] = 1,
    html: Annotated[Path | None, typer.Option(help="Write a self-contained page.", dir_okay=False)] = None,
    svg: Annotated[Path | None, typer.Option(help="Write the picture: .svg.", dir_okay=False)] = None,
    json: Annotated[Path | None, typer.Option(help="Write everything as JSON.", dir_okay=False)] = None,
    quiet: Quiet = False,
) -> None:
    """Say what red, green and white on a label are worth, on measured lots and in the body."""
    from speciosa import certificates, products, reports
    from speciosa.cli._common import need_suffix, shown_progress, write_each
    from speciosa.veins import veins as compare

    need_suffix("--svg", svg, (".svg",))
    own = products.read_lots(lots) if lots is not None else ()
    paper = certificates.read(certificate) if certificate is not None else None
    with shown_progress(quiet=quiet) as progress:
        made = compare(own, paper, place=place, seed=seed, progress=progress)
    reports.veins_terminal(made, Console())
    write_each(made, (html, reports.veins_html), (svg, reports.veins_svg), (json, reports.to_json))
