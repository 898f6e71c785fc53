"""The main job in one function: a case becomes an assessment.

Case → exposure → checks → findings → assessment. Reports only print what is here.
"""

import datetime as dt
from typing import TYPE_CHECKING

import speciosa
from speciosa import checks, exposure, knowledge
from speciosa.checks import Finding
from speciosa.exposure import Parameter, Record, Scenario

if TYPE_CHECKING:
    from collections.abc import Iterable

    from speciosa.cases import Case
    from speciosa.exposure import Progress


class KnowledgeRelease(Record):
    """The release of the data package that an assessment rests on."""

    version: str
    date: dt.date
    expires: dt.date
    expired: bool
    checksum: str


class SourceNote(Record):
    """A knowledge row that something in the assessment rests on, ready to be read."""

    id: str
    says: str
    citation: str
    link: str
    confidence: str


class Assessment(Record):
    """All findings of a case with the exposure behind them and the knowledge used.

    Attributes:
        title: the case's own title.
        software: version of Speciosa.
        made_on: the day the question was asked.
        release: the knowledge used.
        case: what the user entered, as text fields, nothing lost.
        findings: strictest first, emergencies before all.
        scenarios: the simulated regimens.
        parameters: each model parameter with its rows.
        sources: every row that a finding, figure or parameter rests on.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    case: dict[str, object]
    findings: tuple[Finding, ...]
    scenarios: tuple[Scenario, ...]
    parameters: tuple[Parameter, ...]
    sources: tuple[SourceNote, ...]


def assess(case: "Case", *, progress: "Progress | None" = None) -> Assessment:
    """Simulate a case, run all checks and gather what they rest on.

    Args:
        case: a validated case, see :func:`speciosa.cases.read`.
        progress: called with (done, total, words); may raise to cancel.

    Raises:
        KnowledgeError: the data package is damaged.
        EngineError: the model cannot be compiled or the run was cancelled.
    """
    known = knowledge.load()
    exposed = exposure.simulate(case, taken=checks.taken(case), progress=progress)
    findings = checks.run(case, exposed)
    parameters = exposed.parameters
    used = {row for f in findings for row in (f.rule.id, *f.sources)}
    used |= {row for f in findings for figure in f.figures for row in figure.rows}
    used |= {row for p in parameters for row in p.rows}
    used |= {row for s in exposed.scenarios for figure in s.figures for row in figure.rows}
    return Assessment(
        title=case.title,
        software=speciosa.__version__,
        made_on=case.asked_on,
        release=release_used(known, case.asked_on),
        case=case.as_entered(),
        findings=findings,
        scenarios=exposed.scenarios,
        parameters=parameters,
        sources=notes(known, used),
    )


def release_used(known: knowledge.Knowledge, on: dt.date) -> KnowledgeRelease:
    """The release of the knowledge, and whether it had expired on a day."""
    release = known.release
    return KnowledgeRelease(
        version=release.version,
        date=release.date,
        expires=release.expires,
        expired=release.expired(on),
        checksum=release.checksum,
    )


def notes(known: knowledge.Knowledge, rows: "Iterable[str]") -> tuple[SourceNote, ...]:
    """Rows ready to be read, in the order of their ids; names of computed rules, which are no rows, are left out."""
    return tuple(_note(known, row) for row in sorted(set(rows)) if known.has(row))


def _note(known: knowledge.Knowledge, row_id: str) -> SourceNote:
    row = known.row(row_id)
    source = known.source(row.source_id)
    return SourceNote(
        id=known.qualified(row),
        says=row.summary(),
        citation=source.citation,
        link=source.link,
        confidence=row.confidence,
    )
