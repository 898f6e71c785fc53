"""Certificates as CSV.

::

    lot,K51-0324
    laboratory,Example Laboratory
    reported,2026-10-02

    analyte,result,unit,loq,limit,status,method
    mitragynine,19.48,mg/g,0.124,,,LC-MS/MS
    7-OH,<LOQ,mg/g,0.124,,,LC-MS/MS

Fields are parted by a comma, a semicolon or a tab. Lines before the header are ``key,value``. The columns analyte and
result must be there; other names that laboratories use for them are known, several result columns may stand side by
side when each names its unit (``mg/g``, ``result (%)``), and a line that begins with ``#`` is a remark.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from speciosa.border import one_line
from speciosa.certificates._analytes import find
from speciosa.certificates._sheet import DAYS, LONGEST_CELL, Line, Sheet, parse_day
from speciosa.certificates._units import unit_of
from speciosa.errors import CertificateError

MOST_LINES = 5000
COLUMNS = {
    "analyte": ("analyte", "test", "compound", "parameter", "substance", "name", "test name", "component", "analysis"),
    "result": ("result", "results", "value", "amount", "content", "concentration", "hasil", "finding", "assay"),
    "unit": ("unit", "units", "satuan", "uom"),
    "loq": ("loq", "rl", "mrl", "reporting limit", "limit of quantitation", "limit of quantification"),
    "lod": ("lod", "dl", "mdl", "detection limit", "limit of detection"),
    "limit": (
        "limit",
        "limits",
        "specification",
        "spec",
        "action level",
        "action limit",
        "batas",
        "acceptance criteria",
    ),
    "passed": ("status", "passed", "pass/fail", "pass fail", "verdict", "p/f", "conclusion"),
    "method": ("method", "metode", "test method", "technique"),
}
ABOUT = {
    "lot": ("lot", "lot number", "lot no", "batch", "batch number", "batch no", "lot/batch", "lot id", "batch id"),
    "laboratory": ("laboratory", "lab", "laboratory name", "tested by", "testing laboratory"),
    "accreditation": ("accreditation", "accreditation number", "accreditation no", "iso 17025", "iso/iec 17025"),
    "sampled": ("sampled", "date sampled", "sampling date", "sample date", "collected"),
    "received": ("received", "date received", "sample received"),
    "reported": ("reported", "date reported", "report date", "date of report", "issued", "date issued", "completed"),
    "manufactured": ("manufactured", "date manufactured", "manufacturing date", "production date", "made"),
    "tested": ("tested", "date tested", "test date", "date completed", "testing completed"),
    "expires": ("expires", "expiry", "expiry date", "expiration date", "best before", "use by"),
    "report_number": ("report number", "report no", "report id", "certificate number", "certificate no", "coa number"),
    "client": ("client", "customer", "submitted by", "ordered by"),
    "sample_id": ("sample id", "sample number", "sample no", "laboratory id", "lab id"),
    "serving": ("serving", "serving size"),
    "product": ("product", "product name", "sample", "sample name", "description", "sample description"),
    "form": ("form", "matrix", "sample type", "product type"),
    "note": ("note", "notes", "comment", "comments", "remark", "remarks"),
}
_COLUMN_OF = {word: name for name, words in COLUMNS.items() for word in words}
_ABOUT_OF = {word: name for name, words in ABOUT.items() for word in words}


@dataclass(frozen=True)
class _Header:
    """The header line: its row number in the list of rows, and what each column is."""

    row: int
    width: int
    single: Mapping[str, int]
    results: tuple[tuple[int, str, str], ...]  # column, unit in the header, name as printed


Rows = list[tuple[int, list[str]]]


def parse_csv(text: str, where: str) -> Sheet:
    """What a CSV certificate says.

    Raises:
        CertificateError: no header, a missing column, or a line that does not fit its header.
    """
    rows, header = _table(text, where)
    about: dict[str, str] = {}
    days: dict[str, date] = {}
    lines: list[Line] = []
    for i, (number, cells) in enumerate(rows):
        if i == header.row or not any(cells) or cells[0].startswith("#"):
            continue
        if i > header.row and _ABOUT_OF.get(_word(cells[0])) is None:
            lines += _lines(cells, number, header, where)
        else:
            _about(cells, number, where, about, days)
    return Sheet(tuple(lines), about, days)


def _table(text: str, where: str) -> tuple[Rows, _Header]:
    """The rows and their header under the delimiter that makes most sense."""
    tried = [(rows, _header(rows)) for rows in (_rows(text, mark, where) for mark in ",;\t")]
    found = [
        (rows, header) for rows, header in tried if header is not None and header.results and "analyte" in header.single
    ]
    if found:
        return max(found, key=lambda pair: len(pair[1].single) + len(pair[1].results))
    best = max((header for _, header in tried if header is not None), key=lambda h: len(h.single), default=None)
    missing = "analyte and result"
    if best is not None:
        missing = "result" if "analyte" in best.single else "analyte"
    shown = one_line(next((cells for cells in text.splitlines() if cells.strip()), ""))
    raise CertificateError("header", shown, f"a header line with the column {missing}", where=where)


def _rows(text: str, mark: str, where: str) -> Rows:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    rows: Rows = []
    try:
        for cells in reader:
            rows.append(
                (
                    reader.line_num,
                    [one_line(cell.replace("\n", " ").replace("\t", " ")).strip() for cell in cells] or [""],
                )
            )
            if len(rows) > MOST_LINES:
                raise CertificateError("file", f"line {reader.line_num}", f"at most {MOST_LINES} lines", where=where)
    except csv.Error as error:
        raise CertificateError("file", f"line {reader.line_num}", f"CSV ({error})", where=where) from None
    return rows


def _header(rows: Rows) -> _Header | None:
    """The first line that names an analyte column and a result column; failing that, the best guess at one."""
    guess = None
    for i, (_, cells) in enumerate(rows):
        single: dict[str, int] = {}
        results = []
        for j, cell in enumerate(cells):
            name, unit = _column(cell)
            if name == "result":
                results.append((j, unit, cell))
            elif name is not None:
                single.setdefault(name, j)
        header = _Header(i, len(cells), single, tuple(results))
        if "analyte" in single and results:
            return header
        if len(single) + len(results) >= 2 and guess is None:
            guess = header
    return guess


def _column(cell: str) -> tuple[str | None, str]:
    """What a header cell is, and the unit that it names; a bare unit heads a column of results."""
    word = _word(cell)
    if word in _COLUMN_OF:
        return _COLUMN_OF[word], ""
    found = re.fullmatch(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]", cell)
    if found is not None and unit_of(found.group(2)) is not None:
        name = _COLUMN_OF.get(_word(found.group(1)))
        return (name, found.group(2)) if name == "result" else (name, "")
    return ("result", cell) if unit_of(cell) is not None else (None, "")


def _about(cells: Sequence[str], number: int, where: str, about: dict[str, str], days: dict[str, date]) -> None:
    """A line ``key,value`` outside of the table; what has no field of its own joins the note."""
    value = ", ".join(cell for cell in cells[1:] if cell)[:LONGEST_CELL]
    key, colon, behind = cells[0].partition(":")
    if not value and colon:
        value = behind.strip()
    name = _ABOUT_OF.get(_word(key))
    if not value:
        return
    if name in DAYS:
        days[name] = parse_day(value, f"line {number}, {name}", where)
    elif name is None or name == "note":
        said = value if name == "note" else f"{key.strip()}: {value}"
        about["note"] = f"{about['note']}; {said}" if "note" in about else said
    else:
        about[name] = value


def _lines(cells: list[str], number: int, header: _Header, where: str) -> Iterator[Line]:
    """The results in one line of the table."""
    if any(cells[header.width :]):
        shown, remedy = (
            f"{len(cells)} cells",
            f"{header.width} cells as in the header; quote a cell that holds the delimiter",
        )
        raise CertificateError(f"line {number}", shown, remedy, where=where)
    if max(map(len, cells)) > LONGEST_CELL:
        raise CertificateError(
            f"line {number}", "a long cell", f"cells of at most {LONGEST_CELL} characters", where=where
        )
    row = [*cells, *[""] * (header.width - len(cells))]
    rest = {name: row[j] or None for name, j in header.single.items() if name not in {"analyte", "unit"}}
    analyte = row[header.single["analyte"]]
    if sum(map(bool, row)) == 1 and (not analyte or find(analyte).analyte is None):
        return  # the title of a section
    if not analyte:
        raise CertificateError(f"line {number}, column analyte", None, "the name of what was tested", where=where)
    own_unit = row[header.single["unit"]] if "unit" in header.single else ""
    for j, unit, printed in header.results:
        if len(header.results) > 1 and not row[j]:
            continue
        column = printed if len(header.results) > 1 else "result"
        at = f"line {number}"
        yield Line(analyte, row[j], own_unit or unit, f"{at}, column {column}", at, **rest)


def _word(cell: str) -> str:
    return re.sub(r"[\s_]+", " ", cell.strip().strip(":.*#").lower()).strip()
