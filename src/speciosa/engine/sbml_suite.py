"""Runs cases of the SBML test suite (semantic).

``python -m speciosa.engine.sbml_suite CASES_DIR NNNNN OUT_DIR`` follows the suite's convention for wrappers: it
simulates one case and writes ``OUT_DIR/NNNNN.csv``. Without OUT_DIR, and with any number of cases (none: all that
CASES_DIR holds), it compares with the expected results and prints a summary::

    python -m speciosa.engine.sbml_suite CASES_DIR [NNNNN ...]

CASES_DIR holds one folder per case with ``NNNNN-settings.txt``, ``NNNNN-results.csv`` and ``NNNNN-sbml-lLvV.xml``.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._kernel import compile_model
from speciosa.engine._model import Model
from speciosa.engine._read_sbml import load
from speciosa.errors import EngineError

__all__ = ["Case", "compare", "main", "simulate"]

# much tighter than any case asks
_RTOL, _ATOL = 1e-9, 1e-14
_MAX_STEPS = 10_000_000


@dataclass(frozen=True)
class Case:
    """One case.

    Attributes:
        number: its number, five digits.
        folder: where it lies.
        times: output times.
        variables: what is reported, in order.
        amounts: species that are reported as amounts.
        concentrations: species that are reported as concentrations.
        absolute: absolute tolerance.
        relative: relative tolerance.
    """

    number: str
    folder: Path
    times: NDArray[np.float64]
    variables: tuple[str, ...]
    amounts: frozenset[str]
    concentrations: frozenset[str]
    absolute: float
    relative: float

    @classmethod
    def read(cls, cases: Path, number: str) -> Case:
        """Read the settings of a case.

        Raises:
            EngineError: there is no such case.
        """
        folder = cases / number
        try:
            text = (folder / f"{number}-settings.txt").read_text(encoding="utf-8")
        except OSError as error:
            raise EngineError(f"The case {number!r} cannot be read: {error}.") from error
        given = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}
        start, duration, steps = float(given["start"]), float(given["duration"]), int(given["steps"])
        return cls(
            number=number,
            folder=folder,
            times=np.linspace(start, start + duration, steps + 1),
            variables=_names(given["variables"]),
            amounts=frozenset(_names(given["amount"])),
            concentrations=frozenset(_names(given["concentration"])),
            absolute=float(given["absolute"]),
            relative=float(given["relative"]),
        )

    def file(self) -> Path:
        """The model, in its newest encoding.

        Raises:
            EngineError: there is none.
        """
        found = sorted(self.folder.glob(f"{self.number}-sbml-l?v?.xml"))
        if not found:
            raise EngineError(f"The case {self.number!r} holds no SBML file.")
        return found[-1]

    def expected(self) -> NDArray[np.float64]:
        """The expected values, shape (times, variables); INF and NaN occur."""
        with (self.folder / f"{self.number}-results.csv").open(encoding="utf-8", newline="") as file:
            _, *lines = [row for row in csv.reader(file) if row]
        # by position: a variable may be called Time, like the first column
        return np.array([[float(cell) for cell in line[1 : len(self.variables) + 1]] for line in lines])


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def simulate(case: Case, *, twice: bool = False) -> NDArray[np.float64]:
    """The variables of a case as the suite reports them, shape (times, variables).

    Args:
        case: the case.
        twice: whether to run it again on the same kernel and see that every bit is the same.

    Raises:
        EngineError: the model uses what is not supported, or cannot be simulated to the end.
    """
    model = load(case.file())
    homes = {q.name: q.home for q in model.quantities if q.kind == "species"}
    by_size = {name: power for name in case.variables if name in homes and (power := _power(case, model, name))}
    outputs = tuple(dict.fromkeys([*case.variables, *(homes[name] for name in by_size)]))
    kernel = compile_model(model, outputs, lanes=1, cache=False, optimise=False)
    results = [
        kernel.simulate({}, case.times, rtol=_RTOL, atol=_ATOL, max_steps=_MAX_STEPS, threads=1)
        for _ in range(2 if twice else 1)
    ]
    first = results[0]
    if not first.ok.all():
        raise EngineError(f"The case {case.number} ends with: {', '.join(first.counts())}.")
    if any(first.values.tobytes() != other.values.tobytes() for other in results):
        raise EngineError(f"The case {case.number} gives other bits when it is run again.")
    columns = []
    for name in case.variables:
        values = first.output(name)[0]
        if name in by_size:
            size = first.output(homes[name])[0]
            values = values * size if by_size[name] > 0 else values / size
        columns.append(values)
    return np.column_stack(columns)


def _power(case: Case, model: Model, name: str) -> int:
    """By which power of its compartment's size a species' symbol must be multiplied to be what is reported."""
    (species,) = (quantity for quantity in model.quantities if quantity.name == name)
    if name in case.amounts and species.concentration:
        return 1
    return -1 if name in case.concentrations and not species.concentration else 0


def compare(cases: Path, number: str) -> str:
    """Run a case twice; returns what is wrong with it, in one sentence, or nothing."""
    try:
        case = Case.read(cases, number)
        found = simulate(case, twice=True)
    except EngineError as error:
        return str(error)
    expected = case.expected()
    if found.shape != expected.shape:
        return f"There are {found.shape} values; expected {expected.shape}."
    with np.errstate(invalid="ignore"):
        near = np.abs(found - expected) <= case.absolute + case.relative * np.abs(expected)
    wrong = ~(near | (found == expected) | (np.isnan(found) & np.isnan(expected)))
    if not wrong.any():
        return ""
    row, column = np.argwhere(wrong)[0]
    return (
        f"{case.variables[column]} at {case.times[row]:g} is {found[row, column]:.10g}; "
        f"expected {expected[row, column]:.10g} ({wrong.sum()} of {wrong.size} values differ)."
    )


def compare_all(cases: Path, numbers: Sequence[str], processes: int | None = None) -> dict[str, str]:
    """What is wrong with each case; nothing where it passes."""
    if processes == 1 or len(numbers) == 1:
        return {number: compare(cases, number) for number in numbers}
    # a fresh process: a fork of one with threads may hang
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return dict(zip(numbers, pool.map(compare, [cases] * len(numbers), numbers, chunksize=16), strict=True))


def write(case: Case, folder: Path) -> Path:
    """Simulate a case and write its results as the suite wants them."""
    values = simulate(case)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.number}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["time", *case.variables])
        writer.writerows([repr(float(time)), *map(_text, row)] for time, row in zip(case.times, values, strict=True))
    return path


def _text(value: float) -> str:
    if np.isnan(value):
        return "NaN"
    return repr(float(value)) if np.isfinite(value) else "INF" if value > 0 else "-INF"


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns 0 if everything went well, else 1."""
    parser = argparse.ArgumentParser(prog="python -m speciosa.engine.sbml_suite", description=__doc__)
    parser.add_argument("cases", type=Path, metavar="CASES_DIR")
    parser.add_argument("rest", nargs="*", metavar="NNNNN [OUT_DIR]")
    given = parser.parse_args(arguments)
    rest: list[str] = given.rest
    if len(rest) == 2 and not rest[1].isdigit():
        try:
            write(Case.read(given.cases, rest[0]), Path(rest[1]))
        except EngineError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        return 0
    numbers = rest or sorted(path.name for path in given.cases.iterdir() if path.name.isdigit())
    found = compare_all(given.cases, numbers)
    _say(f"{number}: {sentence}" for number, sentence in found.items() if sentence)
    passed = sum(not sentence for sentence in found.values())
    _say([f"{passed} of {len(found)} cases pass."])
    return 0 if passed == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
