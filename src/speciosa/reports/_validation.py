"""Predictions beside observations, as a picture, as a page and as the table of the documentation."""

from collections.abc import Iterator, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullLocator

from speciosa.calibration import Comparison, Validation
from speciosa.exposure import Interval
from speciosa.reports._figures import GRID, INK, MEDIAN, UNCERTAINTY, VARIABILITY, painted, titled
from speciosa.reports._page import style
from speciosa.reports._words import number, span

BEGIN, END = "<!-- validation: begin -->", "<!-- validation: end -->"
USES = {"fit": "fitted", "check": "not fitted"}
_LEAST, _MOST = 0.1, 10.0  # of predicted over observed, on the axis
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_ROW, _WIDTH = 0.25, 9.0  # inches


def validation_svg(validation: Validation) -> str:
    """Every figure of every study as predicted over observed, with both spreads, as one SVG file.

    Args:
        validation: from :func:`speciosa.calibration.validate`.
    """
    return titled(_draw(validation.comparisons), "Predicted over observed", _says(validation), "figure")


def validation_html(validation: Validation) -> str:
    """The picture and the tables as one page that needs nothing else."""
    environment = Environment(
        loader=PackageLoader("speciosa.reports"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    picture = validation_svg(validation)
    text = environment.get_template("validation.html.j2").render(
        scores=list(_scores(validation)),
        rows=[_row(c) for c in validation.comparisons],
        headings=_HEADINGS,
        far=list(_far(validation)),
        far_headings=_FAR,
        unused=validation.unused,
        notes=validation.notes,
        picture=Markup(picture[picture.index("<svg") :]),  # noqa: S704 - drawn by us, its texts are escaped
        style=Markup(style()),  # noqa: S704 - our own file
    )
    return text.rstrip() + "\n"


def validation_markdown(validation: Validation) -> str:
    """The scores and the table for the documentation, between the two marks that a page holds."""
    lines = [BEGIN, "", "| figures | number | AFE | AAFE | within 1.25 | 1.5 | 2-fold | inside the band |"]
    lines.append("| --- | --- | --- | --- | --- | --- | --- | --- |")
    lines += [f"| {' | '.join(line)} |" for line in _scores(validation)]
    lines += ["", f"| {' | '.join(_HEADINGS)} |", f"|{' --- |' * len(_HEADINGS)}"]
    lines += [f"| {' | '.join(_row(c))} |" for c in validation.comparisons]
    lines += ["", f"| {' | '.join(_FAR)} |", f"|{' --- |' * len(_FAR)}"]
    lines += [f"| {' | '.join(line)} |" for line in _far(validation)]
    return "\n".join([*lines, "", END])


def inserted(page: str, validation: Validation) -> str:
    """A page of the documentation with its table made anew; the text without the two marks comes back as it is."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{validation_markdown(validation)}{after}" if begin and end else page


_HEADINGS = (
    "study",
    "figure",
    "unit",
    "observed",
    "predicted",
    "people",
    "not known",
    "fold",
    "in band",
    "used",
    "row",
)


def _row(c: Comparison) -> tuple[str, ...]:
    observed = number(c.observed)
    if c.low is not None and c.high is not None:
        observed += f" ({span(c.low, c.high)})"
    elif c.high is not None:
        observed = f"at most {number(c.high)}"
    inside = "" if c.inside is None else "yes" if c.inside else "no"
    spreads = (_between(c.predicted.variability), _between(c.predicted.uncertainty))
    shown = (number(c.predicted.value), *spreads, f"{c.fold:.2f}", inside)
    return (c.study, c.label, c.unit, observed, *shown, USES[c.use], c.row)


def _scores(validation: Validation) -> Iterator[tuple[str, ...]]:
    for score in validation.scores:
        within = (f"{100.0 * share:.0f} %" for share in score.within.values())
        covered = "not computed" if score.covered is None else f"{100.0 * score.covered:.0f} %"
        yield (USES[score.use], str(score.figures), f"{score.afe:.2f}", f"{score.aafe:.2f}", *within, covered)


_FAR = ("evidence from far away", "unit", "says", "the model says", "within", "rows")


def _far(validation: Validation) -> Iterator[tuple[str, ...]]:
    for p in validation.plausible:
        yield (
            p.label,
            p.unit,
            span(p.low, p.high),
            number(p.predicted),
            "yes" if p.within else "no",
            ", ".join(p.rows),
        )


def _between(interval: Interval | None) -> str:
    return "" if interval is None else span(interval.low, interval.high)


def _says(validation: Validation) -> str:
    told = [f"{USES[s.use]}: {s.figures} figures, AAFE {s.aafe:.2f}" for s in validation.scores]
    return f"One line per figure; 1 is a perfect prediction. {'; '.join(told)}."


def _draw(comparisons: Sequence[Comparison]) -> str:
    def paint(figure: Figure, grid: Any) -> None:  # noqa: ANN401 - matplotlib types its axes no closer
        _lines(grid[0, 0], comparisons)
        figure.legend(handles=_handles(), loc="outside lower left", frameon=False, ncols=2)

    return painted((_WIDTH, _ROW * len(comparisons) + 1.4), (1, 1), paint)


def _lines(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    axes.axvspan(0.5, 2.0, color=GRID, linewidth=0, alpha=0.6)
    axes.axvline(1.0, color=INK, linewidth=1.0)
    for line, c in enumerate(comparisons):
        _span(axes, line, c, c.predicted.variability, color=VARIABILITY, linewidth=7.0)
        _span(axes, line, c, c.predicted.uncertainty, color=UNCERTAINTY, linewidth=1.6)
        face = MEDIAN if c.use == "fit" else "white"
        axes.plot(_clipped(c.ratio), line, marker="o", markersize=5.0, color=MEDIAN, markerfacecolor=face)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, _MOST)
    axes.set_xticks(_TICKS)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_xlabel("predicted over observed")
    axes.set_yticks(range(len(comparisons)), [f"{c.study}, {c.label}" for c in comparisons], fontsize=9.0)
    axes.set_ylim(len(comparisons) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def _span(axes: Axes, line: int, c: Comparison, interval: Interval | None, *, color: str, linewidth: float) -> None:
    if interval is not None:
        ends = [_clipped(end / c.observed) for end in (interval.low, interval.high)]
        axes.plot(ends, [line, line], color=color, linewidth=linewidth, solid_capstyle="butt")


def _clipped(ratio: float) -> float:
    return min(max(ratio, _LEAST), _MOST)


def _handles() -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=MEDIAN, marker="o", linestyle="none", label="median person, fitted"),
        Line2D(
            [], [], color=MEDIAN, marker="o", markerfacecolor="white", linestyle="none", label="the same, not fitted"
        ),
        Line2D([], [], color=VARIABILITY, linewidth=7.0, label="people differ (90 % of people)"),
        Line2D([], [], color=UNCERTAINTY, linewidth=1.6, label="we do not know (90 % of draws)"),
        Patch(facecolor=GRID, alpha=0.6, label="within two-fold"),
    ]
