"""An assessment as one page that needs nothing else: no network, no script, one file to keep or print."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from speciosa.assessment import Assessment, SourceNote
from speciosa.checks import Finding, Severity
from speciosa.exposure import Curve, Reference, Scenario
from speciosa.reports import _curves, _targets, _words
from speciosa.reports._anchors import Anchors, Told, link
from speciosa.reports._figures import panel_svg
from speciosa.reports._target_figure import targets_svg


@dataclass(frozen=True)
class SeverityView:
    """The findings of one severity: a row of the overview."""

    name: str
    meaning: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class CurveView:
    """One curve: its pictures, the sentence beside them, and the table behind them."""

    id: str
    label: str
    sentence: str
    pictures: tuple[tuple[str, Markup], ...]
    table: tuple[_curves.Row, ...]


@dataclass(frozen=True)
class GroupView:
    """The curves of one kind: those that are shown, and those that are folded away."""

    id: str
    heading: str
    curves: tuple[CurveView, ...]
    folded: tuple[CurveView, ...]


@dataclass(frozen=True)
class TargetsView:
    """What the alkaloids hold of all targets."""

    sentence: str
    picture: Markup
    rows: tuple[_targets.TargetRow, ...]


@dataclass(frozen=True)
class ScenarioView:
    """One regimen."""

    id: str
    record: Scenario
    groups: tuple[GroupView, ...]
    targets: TargetsView | None


def html(assessment: Assessment) -> str:
    """A self-contained page; the same assessment gives the same bytes.

    It loads nothing: style and pictures are inside, the only script opens folded parts for printing, and a content
    security policy forbids the rest.
    """
    scenarios = tuple(_scenario(i, s, assessment.references) for i, s in enumerate(assessment.scenarios, 1))
    asked = tuple((s.id, s.record.name, s.record.regimen) for s in scenarios)
    simulated = assessment.scenarios
    return rendered(
        "page.html.j2", assessment, kind="assessment", asked=asked, simulated=simulated, scenarios=scenarios
    )


def rendered(name: str, record: Told, **more: object) -> str:
    """A page of one record: what every page holds, and what its template needs besides."""
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = environment().get_template(name)
    text = template.render(
        a=record,
        anchors=Anchors(record),
        severities=tuple(_severities(record.findings)),
        tables=_by_table(record.sources),
        style=Markup(own_file("style.css")),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=f"sha256-{digest}",
        **more,
    )
    return text.rstrip() + "\n"


def _severities(findings: tuple[Finding, ...]) -> Iterator[SeverityView]:
    for severity in Severity:
        found = tuple(f for f in findings if f.severity is severity)
        if found:
            yield SeverityView(severity.value, _words.MEANING[severity], found)


def _scenario(index: int, scenario: Scenario, references: Sequence[Reference]) -> ScenarioView:
    name = f"regimen-{index}"
    groups = (
        _group(f"{name}-{position}", heading, scenario, curves)
        for position, (_, heading, curves) in enumerate(_curves.groups(scenario), 1)
    )
    return ScenarioView(name, scenario, tuple(groups), _all_targets(name, scenario, references))


def _group(name: str, heading: str, scenario: Scenario, curves: Sequence[Curve]) -> GroupView:
    views = [(curve.detail, _curve(f"{name}-{i}", scenario, curve)) for i, curve in enumerate(curves, 1)]
    return GroupView(
        id=name,
        heading=heading,
        curves=tuple(view for folded, view in views if not folded),
        folded=tuple(view for folded, view in views if folded),
    )


def _all_targets(name: str, scenario: Scenario, references: Sequence[Reference]) -> TargetsView | None:
    if not any(use.figure for use in scenario.targets):
        return None
    return TargetsView(
        sentence=_targets.sentence(scenario),
        picture=Markup(targets_svg(scenario, references, f"{name}-targets-picture")),  # noqa: S704 - texts are escaped
        rows=_targets.target_rows(scenario, references),
    )


def _curve(name: str, scenario: Scenario, curve: Curve) -> CurveView:
    drawable = _curves.drawable(curve)
    shown = _curves.panels(curve) if drawable else ()
    if curve.detail:  # folded away, one picture is enough; what the picture of all targets holds needs none
        shown = () if curve.group == "targets" else shown[-1:]
    pictures = ((panel, panel_svg(scenario, curve, panel, f"{name}-{panel.name}")) for panel in shown)
    return CurveView(
        id=name,
        label=_words.sentence_case(curve.label),
        sentence=_curves.sentence(scenario, curve),
        pictures=tuple((panel.title, Markup(svg)) for panel, svg in pictures),  # noqa: S704 - texts in it are escaped
        table=_curves.table(scenario, curve) if drawable else (),
    )


def _by_table(sources: tuple[SourceNote, ...]) -> dict[str, list[SourceNote]]:
    tables: dict[str, list[SourceNote]] = {}
    for source in sources:
        tables.setdefault(source.id.rpartition(":")[0] or "rows", []).append(source)
    return tables


@cache
def environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("speciosa.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(
        amount=_words.amount,
        by_set=_targets.by_set,
        clean=_words.clean,
        count=_words.count,
        field=_words.field,
        link=link,
        number=_words.number,
        pretty=_words.pretty,
        runs=_words.runs,
        sentence_case=_words.sentence_case,
        span=_words.span,
        spread=_words.spread,
        under_sets=_targets.under_sets,
    )
    environment.globals.update(GRADE=_words.GRADE, NOT_DETERMINED=_words.NOT_DETERMINED, NO_SPREAD=_words.NO_SPREAD)
    return environment


def _finalize(value: object) -> object:
    """What the user wrote may hold control characters; the page must not."""
    return _words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def own_file(name: str) -> str:
    return resources.files("speciosa.reports").joinpath(name).read_text(encoding="utf-8")


def _script() -> str:
    return own_file("print.js").strip()
