"""Commands that need no case: the simulator on its own, schemas, the knowledge and its rows."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from speciosa.cli._root import app

engine_app = typer.Typer(help="The simulator on its own, for any SBML or Antimony model.", no_args_is_help=True)
app.add_typer(engine_app, name="engine")


@engine_app.command()
def explain(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A file with SBML or Antimony.")],
    *,
    output: Annotated[
        list[str] | None, typer.Option(help="What to watch; may be repeated. All states otherwise.")
    ] = None,
    vary: Annotated[list[str] | None, typer.Option(help="What would differ between persons; may be repeated.")] = None,
    until: Annotated[float, typer.Option(min=0.0, help="End of a first run, in the model's time.")] = 24.0,
) -> None:
    """Follow a model all the way to machine code: equations, graph, Jacobian, elimination, code, a first run."""
    from speciosa import engine

    typer.echo(engine.explain(model, output or (), vary or (), until=until), nl=False)


@app.command()
def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="article, assessment, case, claim, claims, extract, interaction, sensitivity, veins, "
            "or a table such as clinical_pk.",
        ),
    ],
) -> None:
    """Print the JSON Schema of a case file, of what a command writes as JSON, or of a table of the knowledge."""
    import json as text

    from speciosa import cases, reports
    from speciosa import knowledge as room

    made = {
        "article": reports.article_schema,
        "assessment": reports.schema,
        "case": cases.schema,
        "claim": reports.claim_schema,
        "claims": reports.claims_schema,
        "extract": reports.extract_schema,
        "interaction": reports.interaction_schema,
        "sensitivity": reports.sensitivity_schema,
        "veins": reports.veins_schema,
    }.get(name)
    typer.echo(text.dumps(made() if made else room.schema(name), indent=2, ensure_ascii=False))


@app.command()
def knowledge() -> None:
    """Print the release of the knowledge: version, date, expiry, tables and how sure their rows are."""
    from speciosa import knowledge as room
    from speciosa.cli._tables import release_view

    Console().print(release_view(room.describe_release(room.load())))


@app.command()
def source(
    row: Annotated[str, typer.Argument(metavar="ID", help="A row, such as CP001 or time_courses:TC001.")],
) -> None:
    """Print a row of the knowledge, its source, everything that uses it, and how sure we are of it."""
    from speciosa import knowledge as room
    from speciosa.cli._tables import row_view

    Console().print(row_view(room.describe_row(room.load(), row)))
