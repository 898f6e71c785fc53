"""A certificate as text, before anything is understood: what the CSV and the JSON reader have in common."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from speciosa.errors import CertificateError

LONGEST_CELL = 300
DAYS = ("manufactured", "sampled", "received", "tested", "reported", "expires")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Line:
    """One printed result.

    Attributes:
        analyte: name as printed.
        result: as printed; empty when nothing is.
        unit: as printed; empty when nothing is.
        loq: as printed.
        lod: as printed.
        limit: as printed.
        passed: as printed.
        method: as printed.
        where: place of the result on the paper.
        at: place of the line without the column, for errors about another column.
    """

    analyte: str
    result: str
    unit: str
    where: str
    at: str
    loq: str | None = None
    lod: str | None = None
    limit: str | None = None
    passed: str | None = None
    method: str | None = None


@dataclass(frozen=True)
class Sheet:
    """All that a file says.

    Attributes:
        lines: the results, in the order of the paper.
        about: lot, laboratory, accreditation, product, form, serving, note … → as printed.
        days: each of :data:`DAYS` that is there → day.
    """

    lines: tuple[Line, ...]
    about: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)


def parse_day(text: str, at: str, where: str) -> date:
    """A printed day.

    Raises:
        CertificateError: it is none, or day and month could be exchanged.
    """
    day = _iso(text.strip()) or _named_month(text) or _dotted(text)
    if day is None or not 1990 <= day.year <= 2100:
        remedy = "a day such as `2026-11-24`, in which day and month cannot be confused"
        raise CertificateError(at, text, remedy, where=where)
    return day


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d\d-\d\d($|[T ])", text) else None
    except ValueError:
        return None


def _named_month(text: str) -> date | None:
    found = re.fullmatch(r"\s*(?:(\d{1,2})[. -]*([A-Za-z]{3,9})|([A-Za-z]{3,9})[. ]*(\d{1,2}))[., -]+(\d{4})\s*", text)
    if found is None or not text.isascii():
        return None
    word, number = found.group(2) or found.group(3), found.group(1) or found.group(4)
    month = word[:3].lower()
    return _day(int(found.group(5)), _MONTHS.index(month) + 1, int(number)) if month in _MONTHS else None


def _dotted(text: str) -> date | None:
    found = re.fullmatch(r"\s*(\d{1,2})([./])(\d{1,2})\2(\d{4})\s*", text, re.ASCII)
    if found is None:
        return None
    first, second, year = int(found.group(1)), int(found.group(3)), int(found.group(4))
    if found.group(2) == "." or first > 12:  # day.month.year; with a slash only where it cannot be a month
        return _day(year, second, first)
    return _day(year, first, second) if second > 12 or first == second else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
