"""Curves → SVG: the median person and two bands that differ in colour, outline and hatching."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from speciosa.errors import InputError
from speciosa.exposure import Curve, Scenario
from speciosa.reports._curves import Panel, drawable, panels, points, scale, sentence
from speciosa.reports._svg import MEDIAN, UNCERTAINTY, VARIABILITY, canvas, for_page, saved, titled
from speciosa.reports._words import pretty, sentence_case, unit_of

_LOWER = ("median", "variability_low", "uncertainty_low")
_SIZE = (5.6, 3.3)  # inches of 72 px; a panel is about as wide as a telephone, so that its text stays readable there
_DECADES = 1e-4  # a logarithmic axis shows no more than four decades below the top


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
    text = _draw([curve], draws=scenario.draws, only=panel)
    title = f"{sentence_case(curve.label)}, {panel.title.lower()}"
    return for_page(text, prefix, title, sentence(scenario, curve))


def _draw(curves: Sequence[Curve], *, draws: int, only: Panel | None = None, alone: bool = False) -> str:
    shown = [[only] if only else list(panels(curve)) for curve in curves]
    columns, rows = max(map(len, shown)), len(curves)
    with canvas(_SIZE[0] * columns, _SIZE[1] * rows + (0.5 if alone else 0.0)) as figure:
        grid = figure.subplots(rows, columns, squeeze=False)
        for curve, line, axes_row in zip(curves, shown, grid, strict=True):
            for panel, axes in zip(line, axes_row, strict=False):
                _panel(axes, curve, panel, draws, title=f"{sentence_case(curve.label)}\n{panel.title}" if alone else "")
            for axes in axes_row[len(line) :]:
                axes.remove()
        if alone:
            _legend(figure)
        return saved(figure)


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
        axes.fill_between(x, y["uncertainty_low"], y["uncertainty_high"], facecolor="none", **_hatched())
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


def _hatched() -> dict[str, Any]:
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
