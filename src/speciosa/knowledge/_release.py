"""The release of the data package: version, date, expiry, and the SHA-256 of every table (``datapackage.json``)."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from speciosa.errors import KnowledgeError
from speciosa.knowledge import _posterior
from speciosa.knowledge._tables import RECORDS, SOURCES, file_names, folder, meaning, read, read_sources, schema

FILE = "datapackage.json"
REMEDY = "Install Speciosa again; after changing a table on purpose, run: python -m speciosa.knowledge"


class Resource(BaseModel):
    """One table of the release: its file, SHA-256, number of rows."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    path: str
    hash: str
    rows: int


class Release(BaseModel):
    """The release of the knowledge.

    Attributes:
        version: counts up with every change of a table.
        date: the day the tables were closed.
        expires: after this day the law and the evidence must be looked up again.
        resources: the tables.
        posterior: SHA-256 of the posterior of the calibration; ``None`` where there is none yet.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    date: dt.date
    expires: dt.date
    resources: tuple[Resource, ...]
    posterior: str | None = None

    def expired(self, on: dt.date) -> bool:
        """Whether the knowledge is too old on a day."""
        return on > self.expires

    @property
    def checksum(self) -> str:
        """SHA-256 over the names and checksums of all files: one fingerprint of the release."""
        listed = "\n".join([*(f"{r.hash} {r.path}" for r in self.resources), f"{self.posterior} {_posterior.FILE}"])
        return hashlib.sha256(listed.encode()).hexdigest()


def read_release() -> Release:
    """The shipped release.

    Raises:
        KnowledgeError: the file is missing or damaged.
    """
    file = folder() / FILE
    try:
        return Release.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise KnowledgeError(f"the data package has no {FILE}. {REMEDY}") from None
    except ValidationError as error:
        raise KnowledgeError(f"{FILE} is damaged: {error.errors()[0]['msg']}. {REMEDY}") from None


def verified_content(release: Release) -> dict[str, bytes]:
    """The bytes of every table, each checked against the release.

    Raises:
        KnowledgeError: a table is missing, unknown to the release, or differs from it.
    """
    listed = {resource.path: resource for resource in release.resources}
    contents = {}
    for name in file_names():
        if name not in listed:
            raise KnowledgeError(f"table {name} is not part of the release {release.version}. {REMEDY}")
        try:
            content = (folder() / name).read_bytes()
        except FileNotFoundError:
            raise KnowledgeError(f"table {name} is missing. {REMEDY}") from None
        if _hash(content) != listed[name].hash:
            raise KnowledgeError(f"table {name} differs from the release {release.version}. {REMEDY}")
        contents[name.removesuffix(".csv")] = content
    return contents


def verified_posterior(release: Release) -> bytes:
    """The bytes of the posterior, checked against the release.

    Raises:
        KnowledgeError: it is missing or differs from the release.
    """
    try:
        content = (folder() / _posterior.FILE).read_bytes()
    except FileNotFoundError:
        raise KnowledgeError(f"{_posterior.FILE} is missing. {REMEDY}") from None
    if _hash(content) != release.posterior:
        raise KnowledgeError(f"{_posterior.FILE} differs from the release {release.version}. {REMEDY}")
    return content


def seal(version: str, on: dt.date, expires: dt.date, where: Path) -> str:
    """Describe the tables as they are now; returns the text of ``datapackage.json``.

    Args:
        version: of the release.
        on: the day it is closed.
        expires: the last day on which it may be used without a warning.
        where: folder of the tables.

    Raises:
        KnowledgeError: a table does not fit its record.
    """
    posterior = where / _posterior.FILE
    described = {
        "profile": "tabular-data-package",
        "name": "speciosa-knowledge",
        "title": "What is known of kratom, as rows with unit, source and confidence",
        "version": version,
        "date": on.isoformat(),
        "expires": expires.isoformat(),
        "posterior": _hash(posterior.read_bytes()) if posterior.exists() else None,
        "resources": [_describe(where / name) for name in file_names()],
    }
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _describe(path: Path) -> dict[str, Any]:
    table, content = path.stem, path.read_bytes()
    rows = len(read_sources(content)) if table == SOURCES else len(read(table, content))
    fields = list(schema(table)["properties"])
    described: dict[str, Any] = {"fields": [{"name": field} for field in fields], "primaryKey": "id"}
    if table != SOURCES:
        keys = [("source_id", SOURCES), *((c, t) for c, t in RECORDS[table].references.items() if t != "*")]
        described["foreignKeys"] = [{"fields": c, "reference": {"resource": t, "fields": "id"}} for c, t in keys]
    return {
        "name": table,
        "path": path.name,
        "description": meaning(table),
        "hash": _hash(content),
        "rows": rows,
        "schema": described,
    }


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
