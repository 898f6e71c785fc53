"""What several commands do: read a case, show progress, write a file."""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from speciosa import cases
from speciosa.errors import Cancelled, InputError

if TYPE_CHECKING:
    from speciosa.exposure import Progress as Report

M = TypeVar("M")


def read_case(path: Path, people: int | None, seed: int | None) -> cases.Case:
    """Read a case; options of the command line win over its simulation settings."""
    case = cases.read(path)
    wanted = {name: value for name, value in (("people", people), ("seed", seed)) if value is not None}
    return replace(case, simulation=replace(case.simulation, **wanted)) if wanted else case


def read_regimen(path: Path, people: int | None, seed: int | None, regimen: int) -> tuple[cases.Case, cases.Regimen]:
    """Read a case and one of its regimens, counted from 1."""
    loaded = read_case(path, people, seed)
    pick(loaded.regimens, regimen, "--regimen")
    return loaded, loaded.regimens[regimen - 1]


@contextmanager
def shown_progress(*, quiet: bool) -> "Iterator[Report | None]":
    """A progress bar on standard error, where there is a terminal to show it.

    Raises:
        Cancelled: the user pressed Ctrl-C.
    """
    try:
        with _bar(quiet=quiet) as report:
            yield report
    except KeyboardInterrupt:  # typer would end the program without a word
        raise Cancelled("Nothing was written.") from None


@contextmanager
def _bar(*, quiet: bool) -> "Iterator[Report | None]":
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, int] = {}

        def report(done: int, total: int, words: str) -> None:
            if words not in tasks:
                tasks[words] = bar.add_task(words, total=total)
            bar.update(tasks[words], completed=done, total=total)  # type: ignore[arg-type]  # rich's TaskID is an int

        yield report


def pick(items: Sequence[object], number: int, option: str) -> None:
    """Refuse a number that counts past the end."""
    if number > len(items):
        raise InputError(option, number, f"a number from 1 to {len(items)}: the case has {len(items)} regimens")


def need_suffix(option: str, path: Path | None, suffixes: Sequence[str]) -> None:
    """Refuse a file whose ending says nothing we write, before any work is done."""
    if path is not None and path.suffix.lower() not in suffixes:
        raise InputError(option, str(path), f"a file name ending in {' or '.join(suffixes)}")


def write_each(made: M, *files: tuple[Path | None, Callable[[M], str]]) -> None:
    """Write a record in every form that a file was asked for."""
    for path, render in files:
        if path is not None:
            write(path, render(made))


def write(path: Path, text: str) -> None:
    """Write a text whole or not at all, and say where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    wrote(path)


def wrote(path: Path) -> None:
    """Say on standard error where a file is."""
    typer.echo(f"wrote {path}", err=True)
