"""The command line itself: how it starts, how it ends, and the arguments that several commands take."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import speciosa
from speciosa.errors import Cancelled, SpeciosaError

app = typer.Typer(
    name="speciosa",
    help="What a kratom product does in a person: computed, checked and looked up. It never recommends kratom. "
    "In an emergency (trouble breathing, seizure, yellow skin, thoughts of suicide) call your local emergency number.",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
)

BAD_INPUT = 2
INTERRUPTED = 130

CaseFile = Annotated[Path, typer.Argument(metavar="CASE.yaml", help="The case: product, person, regimens.")]
People = Annotated[
    int | None,
    typer.Option(min=1, max=1_000_000, help="Virtual people; as the case says by default."),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of people and draws; as the case says by default.")]
Everything = Annotated[
    bool, typer.Option("--all", help="Also print minor alkaloids, and each target under each data set.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress.")]


def main() -> None:
    """Run the command line; what goes wrong on purpose ends in one sentence and exit code 2."""
    errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        app()
    except Cancelled as stop:
        errors.print(f"speciosa: cancelled. {stop}")
        sys.exit(INTERRUPTED)
    except SpeciosaError as error:
        errors.print(f"speciosa: {error}")
        sys.exit(BAD_INPUT)
    except OSError as error:
        errors.print(f"speciosa: {error.filename or 'a file'} cannot be used: {error.strerror or error}.")
        sys.exit(BAD_INPUT)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"speciosa {speciosa.__version__}")
        raise typer.Exit


@app.callback()
def start(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command; the version is printed by its own callback."""
    del version
