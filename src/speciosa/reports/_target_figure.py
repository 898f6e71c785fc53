"""Targets → SVG: a dot with both spreads for each target, and below it the medicines that people know.

The abscissa is logarithmic, because one thousandth of a receptor and all of it are both on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from speciosa.exposure import Figure, Interval, Reference, Scenario
from speciosa.reports._svg import INK, MEDIAN, UNCERTAINTY, VARIABILITY, canvas, for_page, saved
from speciosa.reports._targets import NOT_MEASURED, sentence
from speciosa.reports._words import sentence_case

_LEFT, _RIGHT = 0.01, 130.0  # per cent; what is smaller stands at the left edge
_LINE, _HEAD = 0.235, 1.15  # inches per line; for axis and legend
_WIDTH = 8.2
_HALF = 0.27  # of a band, in lines


@dataclass(frozen=True)
class _Line:
    """One line of the picture: a product's alkaloids at a target, or a medicine there."""

    label: str
    figure: Figure | None
    alkaloids: bool
    seen: Interval | None = None
    others: tuple[float, ...] = field(default=())


def targets_svg(scenario: Scenario, references: Sequence[Reference], prefix: str) -> str:
    """The picture of all targets of a regimen for a page.

    Args:
        scenario: a simulated regimen.
        references: known medicines at the same targets.
        prefix: begins every id in the picture.
    """
    lines = _lines(scenario, references)
    with canvas(_WIDTH, _LINE * len(lines) + _HEAD) as picture:
        axes = picture.subplots()
        for place, line in enumerate(lines):
            _draw(axes, -place, line)
        _axes(axes, lines)
        _legend(picture)
        text = saved(picture)
    return for_page(text, prefix, "Highest share of each target, beside known medicines", sentence(scenario))


def _lines(scenario: Scenario, references: Sequence[Reference]) -> list[_Line]:
    lines = []
    for use in scenario.targets:
        beside = [r for r in references if r.target == use.id]
        figure = scenario.figure(use.figure) if use.figure else None
        if figure is None and not beside:
            continue
        others = tuple(one.value for one in figure.data_sets if not one.central) if figure is not None else ()
        lines.append(_Line(sentence_case(use.name), figure, alkaloids=True, others=others))
        lines += [_Line(f"{r.medicine}, {r.dose}", r.held, alkaloids=False, seen=r.seen) for r in beside]
    return lines


def _draw(axes: Axes, y: float, line: _Line) -> None:
    if line.alkaloids:
        axes.axhline(y + 0.5, color=INK, linewidth=0.4, alpha=0.5)
    if line.figure is None:
        axes.text(_LEFT * 1.25, y, NOT_MEASURED, va="center", fontsize=9.5, style="italic")
        return
    if line.alkaloids:
        _alkaloids(axes, y, line, line.figure)
    else:
        _medicine(axes, y, line, line.figure)


def _alkaloids(axes: Axes, y: float, line: _Line, figure: Figure) -> None:
    if figure.variability is not None:
        low, high = _percent(figure.variability.low), _percent(figure.variability.high)
        axes.fill_between([low, high], y - _HALF, y + _HALF, color=VARIABILITY, linewidth=0)
    if figure.uncertainty is not None:
        low, high = _percent(figure.uncertainty.low), _percent(figure.uncertainty.high)
        axes.fill_between(
            [low, high], y - _HALF, y + _HALF, facecolor="none", edgecolor=UNCERTAINTY, linewidth=1.0,
            linestyle=(0, (4, 2)), hatch="////",
        )  # fmt: skip
    axes.plot([_percent(v) for v in line.others], [y] * len(line.others), "|", color=UNCERTAINTY, markersize=12)
    axes.plot([_percent(figure.value)], [y], "o", color=MEDIAN, markersize=6.5)


def _medicine(axes: Axes, y: float, line: _Line, figure: Figure) -> None:
    if figure.uncertainty is not None:
        ends = [_percent(figure.uncertainty.low), _percent(figure.uncertainty.high)]
        axes.plot(ends, [y, y], color=INK, linewidth=1.4)
    axes.plot([_percent(figure.value)], [y], "s", color=INK, markersize=5)
    if line.seen is not None:
        middle = math.sqrt(line.seen.low * line.seen.high)
        axes.plot([_percent(middle)], [y], "D", markersize=7, markerfacecolor="none", color=INK)


def _percent(share: float) -> float:
    value = 100.0 * share
    return max(value, _LEFT) if math.isfinite(value) else math.nan


def _axes(axes: Axes, lines: Sequence[_Line]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(_LEFT, _RIGHT)
    axes.set_ylim(-len(lines) + 0.4, 0.6)
    axes.set_xticks([0.01, 0.1, 1.0, 10.0, 100.0])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.minorticks_off()
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("per cent of the target, logarithmic; less than 0.01 stands at the edge")
    axes.set_yticks([-place for place in range(len(lines))], [line.label for line in lines])
    for label, line in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontsize(10.0 if line.alkaloids else 9.0)
        label.set_fontweight("bold" if line.alkaloids else "normal")


def _legend(picture: Picture) -> None:
    handles = [
        Line2D([], [], color=MEDIAN, marker="o", linestyle="", label="alkaloids of this product, median person"),
        Patch(facecolor=VARIABILITY, label="people differ"),
        Patch(facecolor="none", edgecolor=UNCERTAINTY, hatch="////", linestyle="--", label="we do not know"),
        Line2D([], [], color=UNCERTAINTY, marker="|", linestyle="", markersize=11, label="with another data set"),
        Line2D([], [], color=INK, marker="s", label="known medicine, computed"),
        Line2D([], [], color=INK, marker="D", markerfacecolor="none", linestyle="", label="the same, seen in people"),
    ]
    picture.legend(handles=handles, loc="outside upper left", frameon=False, ncols=3, fontsize=9.0)
