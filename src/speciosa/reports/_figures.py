"""Curves → SVG: the median person and two bands that differ in colour, outline and hatching.

Pictures are drawn with matplotlib's object interface, text stays text, and neither time nor chance enters the file:
the same curve gives the same bytes.
"""

import io
import math
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from speciosa.errors import InputError
from speciosa.exposure import Curve, Scenario
from speciosa.reports._curves import Panel, drawable, panels, points, scale, sentence
from speciosa.reports._words import clean, pretty, sentence_case, unit_of

# Okabe and Ito's palette: told apart by readers with any colour vision; the hatching tells them apart without colour.
MEDIAN, VARIABILITY, UNCERTAINTY = "#0b4f7d", "#9cc9e6", "#b8500a"
INK, GRID = "#4a4f55", "#dfe3e6"
_ON_PAGE = {
    MEDIAN: "var(--median)",
    VARIABILITY: "var(--variability)",
    UNCERTAINTY: "var(--uncertainty)",
    INK: "var(--ink-2)",
    GRID: "var(--rule)",
}
_LOWER = ("median", "variability_low", "uncertainty_low")
_SIZE = (5.6, 3.3)  # inches of 72 px; a panel is about as wide as a telephone, so that its text stays readable there
_DECADES = 1e-4  # a logarithmic axis shows no more than four decades below the top
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "speciosa",
    "font.family": ["DejaVu Sans"],  # ships with matplotlib, so that the layout is the same everywhere
    "font.size": 11.0,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "grid.color": GRID,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.major.size": 0.0,
    "hatch.linewidth": 0.8,
    "path.simplify": True,
}
_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_DECIMALS = re.compile(r"(\d+\.\d\d)\d+")
_TAG = re.compile(r"<[^>]+>")  # coordinates stand in tags; the numbers on an axis do not
_NAMED = re.compile(r'(\bid="|"#|url\(#)')
_FONT = re.compile(r"(font(?:-family)?: )([^;\"]*)")


def figure_svg(scenario: Scenario, group: str) -> str:
    """All curves of one group as one SVG file with a legend, one row of panels per curve.

    Args:
        scenario: a simulated regimen.
        group: ``concentration``, ``brain``, ``occupancy`` or ``enzyme``.

    Raises:
        InputError: the scenario has nothing to draw in that group.
    """
    curves = [c for c in scenario.curves if c.group == group and drawable(c)]
    if not curves:
        held = ", ".join(dict.fromkeys(c.group for c in scenario.curves if drawable(c))) or "none: no run ended well"
        raise InputError("the group of curves", group, f"one of those that can be drawn ({held})")
    text = _draw(curves, draws=scenario.draws, alone=True)
    says = " ".join(f"{sentence_case(curve.label)}: {sentence(scenario, curve)}" for curve in curves)
    return titled(text, f"{scenario.name}: {group}", says, "figure")


def panel_svg(scenario: Scenario, curve: Curve, panel: Panel, prefix: str) -> str:
    """One panel of one curve for a page: no XML head, ids that begin with ``prefix``, colours of the page's theme."""
    text = on_page(_draw([curve], draws=scenario.draws, only=panel), prefix)
    return titled(text, f"{sentence_case(curve.label)}, {panel.title.lower()}", sentence(scenario, curve), prefix)


def on_page(text: str, prefix: str) -> str:
    """A drawing as part of a page: no XML head, ids that begin with ``prefix``, colours and fonts of the page."""
    for drawn, themed in _ON_PAGE.items():
        text = text.replace(drawn, themed)
    text = _FONT.sub(_inherited, text[text.index("<svg") :])
    return _NAMED.sub(rf"\1{prefix}-", text)


def painted(size: tuple[float, float], shape: tuple[int, int], paint: Callable[[Figure, Any], None]) -> str:
    """A sheet of axes, painted, as SVG.

    Args:
        size: inches.
        shape: rows and columns of axes.
        paint: gets the figure and its axes, (rows, columns).
    """
    with mpl.rc_context():
        mpl.rcdefaults()  # what a user set for own plots must not change a report
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=size, layout="constrained", facecolor="none")
        FigureCanvasSVG(figure)
        paint(figure, figure.subplots(*shape, squeeze=False))
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata=_METADATA)
    return _tidy(out.getvalue())


def _draw(curves: Sequence[Curve], *, draws: int, only: Panel | None = None, alone: bool = False) -> str:
    shown = [[only] if only else list(panels(curve)) for curve in curves]
    columns, rows = max(map(len, shown)), len(curves)

    def paint(figure: Figure, grid: Any) -> None:  # noqa: ANN401 - matplotlib types its axes no closer
        for curve, line, axes_row in zip(curves, shown, grid, strict=True):
            for panel, axes in zip(line, axes_row, strict=False):
                _panel(axes, curve, panel, draws, title=f"{sentence_case(curve.label)}\n{panel.title}" if alone else "")
            for axes in axes_row[len(line) :]:
                axes.remove()
        if alone:
            _legend(figure)

    return painted((_SIZE[0] * columns, _SIZE[1] * rows + (0.5 if alone else 0.0)), (rows, columns), paint)


def _panel(axes: Axes, curve: Curve, panel: Panel, draws: int, *, title: str) -> None:
    drawn = points(curve, panel)
    factor, per = scale(curve), 24.0 if panel.in_days else 1.0
    y = {name: [v * factor for v in values] for name, values in drawn.items()}
    low, top = _limits(y, drawn["time_h"])
    if panel.logarithmic:
        y = {name: [v if math.isnan(v) else max(v, low) for v in values] for name, values in y.items()}
    x = [t / per for t in drawn["time_h"]]
    axes.fill_between(x, y["variability_low"], y["variability_high"], color=VARIABILITY, linewidth=0, label="people")
    if draws > 1:
        axes.fill_between(x, y["uncertainty_low"], y["uncertainty_high"], facecolor="none", **hatched())
        for edge in ("uncertainty_low", "uncertainty_high"):
            axes.plot(x, y[edge], color=UNCERTAINTY, linewidth=1.0, linestyle=(0, (4, 2)))
    axes.plot(x, y["median"], color=MEDIAN, linewidth=2.0, marker="o" if panel.by_day else None, markersize=3.5)
    _axes(axes, curve, panel, (low, top), title)


def _limits(columns: dict[str, list[float]], times: list[float]) -> tuple[float, float]:
    """Lowest and highest value to draw; the climb of the first hour does not stretch a logarithmic axis."""
    named = [v for name, values in columns.items() if name != "time_h" for v in values if math.isfinite(v)]
    top = max(named, default=1.0) or 1.0
    late = [v for t, *at in zip(times, *(columns[n] for n in _LOWER), strict=True) if t >= 1.0 for v in at if v > 0.0]
    return max(min(late, default=top) * 0.7, top * _DECADES), top


def _axes(axes: Axes, curve: Curve, panel: Panel, limits: tuple[float, float], title: str) -> None:
    low, top = limits
    unit = pretty(unit_of(curve.key, curve.unit))
    axes.set_xlim(0.0, panel.until / (24.0 if panel.in_days else 1.0))
    axes.set_xlabel("days since the first dose" if panel.in_days else "hours since the first dose")
    if panel.in_days:
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    else:
        axes.set_xticks([t for t in (0, 4, 8, 12, 16, 20, 24, 36, 48) if t <= panel.until])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
    if panel.logarithmic:
        axes.set_yscale("log")
        axes.set_ylim(low, top * 1.3)
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if top / low > 100.0 else (1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.6g}"))
        axes.minorticks_off()
    else:
        axes.set_ylim(0.0, max(top * 1.08, 1e-12))
        axes.yaxis.set_major_locator(MaxNLocator(5))
    # The unit stands above the axis, level, where it is read first.
    axes.set_title(title or f"{unit}{', logarithmic' if panel.logarithmic else ''}", loc="left", fontsize=11.0)
    if title:
        axes.set_ylabel(f"{unit}{', logarithmic' if panel.logarithmic else ''}")


def hatched() -> dict[str, Any]:
    return {"hatch": "////", "edgecolor": UNCERTAINTY, "linewidth": 0.0}


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=MEDIAN, linewidth=2.0, label="median person"),
        Patch(facecolor=VARIABILITY, label="people differ (90 % of people)"),
        Patch(
            facecolor="none",
            edgecolor=UNCERTAINTY,
            hatch="////",
            linestyle="--",
            label="we do not know (90 % of draws)",
        ),
    ]
    figure.legend(handles=handles, loc="outside lower left", frameon=False, ncols=3)


def _tidy(text: str) -> str:
    """Shorter coordinates, and no style sheet: inside a page it would hold for the whole page."""
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*</defs>\s*", "", text)
    return _TAG.sub(lambda tag: _DECIMALS.sub(r"\1", tag[0]), text)


def titled(text: str, title: str, says: str, prefix: str) -> str:
    """The SVG with an accessible name and description."""
    names = f'role="img" aria-labelledby="{prefix}-title" aria-describedby="{prefix}-desc"'
    style = 'stroke-linejoin="round" stroke-linecap="butt"'
    start = text.index("<svg")
    end = text.index(">", start)
    head = re.sub(r' (?:width|height)="[\d.]+pt"', "", text[start:end]) if prefix != "figure" else text[start:end]
    told = f'<title id="{prefix}-title">{_xml(title)}</title><desc id="{prefix}-desc">{_xml(says)}</desc>'
    return f"{text[:start]}{head} {names} {style}>{told}{text[end + 1 :]}"


def _xml(text: str) -> str:
    return escape(clean(text), quote=False)


def _inherited(found: re.Match[str]) -> str:
    name, value = found.groups()
    if name.startswith("font-family"):
        return f"{name}inherit"
    size = re.search(r"[\d.]+px", value)
    return f"font-size: {size[0] if size else '11px'}; font-family: inherit"
