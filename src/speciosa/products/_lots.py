"""Measured lots: what the tables hold of how lots differ, and a reader's own measurements as CSV.

::

    vendor,lot,colour,mitragynine,paynantheine,speciogynine,speciociliatine,7-hydroxymitragynine
    A,A1,red,14.2,3.1,1.9,2.2,<0.1
    A,A2,Green Maeng Da,15.0,3.3,2.0,2.5,0.15

Contents are mg/g. What was below a limit (``<0.1``) or not found (``ND``) is left out of the statistics of that
alkaloid; an empty cell was not tested.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from speciosa import certificates, knowledge
from speciosa.border import one_line, read_bytes, to_text
from speciosa.errors import InputError

LARGEST_FILE = 5_000_000  # bytes
MOST_LOTS = 10_000
_NEEDED = ("vendor", "lot", "colour")
_COLOUR_COLUMNS = {"color": "colour", "vein": "colour", "strain": "colour"}
TENTH = 1.2815515655446004  # standard normal quantile of 0.9: one lot in ten lies beyond
_SEED, _SAMPLES = 20261, 20_000


@dataclass(frozen=True)
class Lot:
    """One measured lot.

    Attributes:
        vendor: who sold it, or the study.
        lot: its name.
        label: colour or strain, as written.
        colour: ``red``, ``green``, ``white`` or ``yellow``; empty where the label names none, or several.
        content: alkaloid → mg/g; only what was measured.
        below: alkaloids that were tested and not found, or below a limit.
    """

    vendor: str
    lot: str
    label: str
    colour: str
    content: Mapping[str, float]
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Range:
    """Mitragynine over many lots of one study, as far as it was published.

    Attributes:
        row: qualified id.
        study: in words.
        what: what a lot is there.
        low: lowest, mg/g.
        high: highest, mg/g.
        lots: how many; assumed where ``counted`` is false.
        counted: whether the study says how many.
        log_sd: standard deviation of the logarithm between lots that such a range stands for.
    """

    row: str
    study: str
    what: str
    low: float
    high: float
    lots: int
    counted: bool
    log_sd: float

    @property
    def fold(self) -> float:
        """What the middle 80 % of such lots spans, highest over lowest."""
        return math.exp(2 * TENTH * self.log_sd)


@cache
def declared() -> Mapping[str, Any]:
    """The declared table ``veins.yaml``."""
    text = (resources.files("speciosa.products") / "veins.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def colour_of(label: str) -> str:
    """The colour that a label names; empty where it names none, or more than one."""
    words = set(re.findall(r"[^\W\d_]+", label.casefold()))
    found = {colour for colour, names in declared()["colours"].items() if words & set(names)}
    return found.pop() if len(found) == 1 else ""


def ranges() -> tuple[Range, ...]:
    """How lots differ in mitragynine, study by study.

    A range grows with the number of lots behind it; it is divided by what a normal sample of that size spans.
    """
    return tuple(_ranges())


def _ranges() -> Iterator[Range]:
    known = knowledge.load()
    for entry in declared()["ranges"]:
        row = known.row(f"alkaloid_content:{entry['row']}")
        scale = certificates.per_gram(1.0, {"% w/w": "%"}.get(row.unit, row.unit))
        if scale is None:
            raise InputError(f"veins.yaml, {entry['row']}", row.unit, "a row in mg/g or % w/w")
        low, high = scale * row.number("value_min"), scale * row.number("value_max")
        lots = int(entry.get("lots", declared()["lots_assumed"]))
        yield Range(
            row=f"alkaloid_content:{row.id}",
            study=row.study,
            what=entry["what"],
            low=low,
            high=high,
            lots=lots,
            counted="lots" in entry,
            log_sd=math.log(high / low) / _span(lots),
        )


@cache
def _span(lots: int) -> float:
    """How many standard deviations lie between the lowest and the highest of so many normal values, on average."""
    draws = np.random.default_rng([_SEED, lots]).standard_normal((_SAMPLES, lots))
    return float(np.mean(draws.max(axis=1) - draws.min(axis=1)))


def shipped() -> tuple[Lot, ...]:
    """The lots of the tables that have a label with a colour and a figure of their own."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in knowledge.load().table("alkaloid_content"):
        label = row.vein_or_strain_label or ""
        per_gram = certificates.per_gram(1.0, {"% w/w": "%"}.get(row.unit or "", row.unit or ""))
        if colour_of(label) and row.value_mean is not None and per_gram is not None:
            found.setdefault((row.study, label), {})[row.analyte] = per_gram * row.number("value_mean")
    return tuple(Lot(study, label, label, colour_of(label), content) for (study, label), content in found.items())


def read_lots(path: str | Path) -> tuple[Lot, ...]:
    """A reader's own measurements.

    Raises:
        InputError: the file, a column or a cell cannot be used; the text says where and what would be right.
    """
    where = one_line(str(path))
    text = to_text(read_bytes(Path(path), LARGEST_FILE, InputError), where, InputError)
    rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    if len(rows) < 2 or len(rows) > MOST_LOTS + 1:
        raise InputError("--lots", where, f"a header and 1 to {MOST_LOTS} lots")
    columns = _columns([one_line(cell) for cell in rows[0]], where)
    return tuple(_lot(row, columns, f"{where}, line {i}") for i, row in enumerate(rows[1:], 2) if any(row))


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _columns(head: list[str], where: str) -> dict[int, str]:
    columns: dict[int, str] = {}
    for i, cell in enumerate(head):
        plain = cell.strip().lower()
        name = _COLOUR_COLUMNS.get(plain, plain)
        if name not in _NEEDED:
            match = certificates.find(re.sub(r"\(?\s*mg/g\s*\)?$", "", cell).strip()).analyte
            if match is None or match.kind != "alkaloid":
                raise InputError(f"{where}, column {i + 1}", cell, "vendor, lot, colour, or the name of an alkaloid")
            name = match.name
        if name in columns.values():
            raise InputError(f"{where}, column {i + 1}", cell, "each column once")
        columns[i] = name
    missing = [name for name in _NEEDED if name not in columns.values()]
    if missing or len(columns) == len(_NEEDED):
        raise InputError(f"{where}, header", ", ".join(head), f"columns {', '.join(_NEEDED)} and at least one alkaloid")
    return columns


def _lot(cells: list[str], columns: Mapping[int, str], at: str) -> Lot:
    if len(cells) != len(columns):
        raise InputError(at, len(cells), f"{len(columns)} cells, as in the header")
    named = {name: one_line(cells[i]).strip() for i, name in columns.items()}
    content: dict[str, float] = {}
    below: list[str] = []
    for name, cell in named.items():
        if name in _NEEDED:
            continue
        try:
            said = certificates.result(cell)
        except certificates.UnreadableError as error:
            raise InputError(f"{at}, {name}", cell, str(error)) from None
        if said.qualifier == "measured" and said.value is not None:
            if not 0 < said.value <= 1000 or said.unit not in {"", "mg/g"}:
                raise InputError(f"{at}, {name}", cell, "a content above 0 and at most 1000 mg/g")
            content[name] = said.value
        elif said.qualifier != "not tested":
            below.append(name)
    return Lot(named["vendor"], named["lot"], named["colour"], colour_of(named["colour"]), content, tuple(below))
