"""From a case file to a case."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from speciosa.border import checked, one_line, parse_json, plain, read_bytes, to_text
from speciosa.cases._build_person import build_person
from speciosa.cases._build_product import build_product
from speciosa.cases._build_regimens import build_regimens
from speciosa.cases._case import Case, Simulation
from speciosa.cases._file import CaseFile
from speciosa.cases._yaml import parse_yaml
from speciosa.errors import CaseError

LARGEST_FILE = 1_000_000  # bytes; a case of five thousand doses has a few hundred lines
SUFFIXES = (".yaml", ".yml", ".json")
DAYS_ASKED = (date(2000, 1, 1), date(2100, 12, 31))


def read(path: str | Path) -> Case:
    """Read a case from a YAML or JSON file.

    Args:
        path: the file; a certificate that it names lies beside it.

    Raises:
        CaseError: the file or a field cannot be used; the text says which, why, and what would be right.
        CertificateError: the same, for the certificate that the case names.
    """
    file = Path(path)
    where = one_line(str(path))
    if file.suffix.lower() not in SUFFIXES:
        raise CaseError("file", where, f"a case with the ending {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    text = to_text(read_bytes(file, LARGEST_FILE, CaseError), where, CaseError)
    raw = parse_json(text, where, CaseError) if file.suffix.lower() == ".json" else parse_yaml(text, where)
    return parse(raw, where=where, folder=file.parent)


def parse(raw: object, *, where: str | None = None, folder: str | Path = ".") -> Case:
    """A case from its fields; only the clock and a certificate that it names are outside of them.

    Args:
        raw: the fields, as in a case file.
        where: name of the file, for errors.
        folder: where a certificate is looked for.

    Raises:
        CaseError: a field cannot be used; the text says which, why, and what would be right.
        CertificateError: the same, for the certificate that the case names.
    """
    entered = plain(raw, where, CaseError)
    if not isinstance(entered, Mapping):
        raise CaseError("file", entered, "a case: a mapping with product, person and regimens", where=where)
    fields = checked(CaseFile, entered, where, CaseError)
    product = build_product(fields.product, Path(folder), where)
    return Case(
        title=fields.title or product.name,
        asked_on=_asked_on(fields.asked_on, where),
        product=product,
        person=build_person(fields.person, where),
        regimens=build_regimens(fields.regimens, product, where),
        simulation=Simulation(**fields.simulation.model_dump()),
        entered=MappingProxyType(entered),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a case file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CaseFile.model_json_schema()}


def _asked_on(written: str | None, where: str | None) -> date:
    if written is None:
        return datetime.now().astimezone().date()
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise CaseError("asked_on", written, "a day such as `2026-11-24`", where=where) from None
    if not DAYS_ASKED[0] <= day <= DAYS_ASKED[1]:
        raise CaseError("asked_on", written, f"a day between {DAYS_ASKED[0]} and {DAYS_ASKED[1]}", where=where)
    return day
