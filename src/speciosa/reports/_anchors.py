"""Names inside a page: every id once, every link to something that is there."""

import re
from collections.abc import Iterable
from typing import Protocol

from speciosa.assessment import SourceNote
from speciosa.checks import Finding

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


def slugs(kind: str, names: Iterable[str]) -> dict[str, str]:
    """A page-wide id for each name: ``kind-name`` without unsafe characters, numbered where two would be the same."""
    taken: set[str] = set()
    found = {}
    for name in dict.fromkeys(names):
        plain = f"{kind}-{_UNSAFE.sub('-', name).strip('-')}".rstrip("-")
        slug, again = plain, 2
        while slug in taken:
            slug, again = f"{plain}-{again}", again + 1
        taken.add(slug)
        found[name] = slug
    return found


class Told(Protocol):
    """A record that a page can be made of: what was found, and what it rests on."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Strictest first, emergencies before all."""

    @property
    def sources(self) -> tuple[SourceNote, ...]:
        """Every row that something in the record rests on."""


class Anchors:
    """Where findings and knowledge rows stand in the page of one record."""

    def __init__(self, record: Told) -> None:
        self.findings = slugs("finding", (f.id for f in record.findings))
        self._rows = slugs("row", (source.id for source in record.sources))
        bare: dict[str, list[str]] = {}
        for row in self._rows:
            bare.setdefault(row.rpartition(":")[2], []).append(row)
        self._bare = {name: rows[0] for name, rows in bare.items() if len(rows) == 1}

    def row(self, name: str) -> str | None:
        """The anchor of a row by its qualified id, or by its bare id where one row alone has it."""
        return self._rows.get(name) or self._rows.get(self._bare.get(name, ""))


def link(text: str) -> str | None:
    """The address a citation's link leads to, or ``None`` where it leads nowhere.

    Args:
        text: a web address, a bare DOI, or an accession of PubMed, PubMed Central or ClinicalTrials.gov.
    """
    plain = text.strip()
    if re.match(r"https?://[^\s\"'<>]+$", plain):
        return plain
    for pattern, address in _REGISTRIES:
        if found := re.match(pattern, plain):
            return address + found[1]
    return None


_REGISTRIES = (
    (r"(?:doi:\s*)?(10\.\d{4,}/[^\s\"'<>]+)$", "https://doi.org/"),
    (r"PMID[ :]*(\d+)$", "https://pubmed.ncbi.nlm.nih.gov/"),
    (r"(PMC\d+)$", "https://pmc.ncbi.nlm.nih.gov/articles/"),
    (r"(NCT\d{8})$", "https://clinicaltrials.gov/study/"),
)
