"""Pictures of an interaction: time courses with and without, the change by time apart, the change by phenotype."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from speciosa.exposure import Change, Figure, Pair
from speciosa.interaction import Interaction
from speciosa.reports import _pair_words as words
from speciosa.reports._figures import INK, MEDIAN, UNCERTAINTY, VARIABILITY, hatched, on_page, painted, titled
from speciosa.reports._words import sentence_case

_PANEL = (5.6, 3.3)  # inches of 72 px, as the pictures of an assessment
_BEFORE_H = 6.0  # what is shown before the last dose
_LEAST_APART = (-12.0, 24.0)
_NO_CHANGE = (0.8, 1.25)  # always on the axis of ratios, so that a small change looks small
_SEEN = 1.02  # a change smaller than this needs no room on the axis of times


def interaction_svg(interaction: Interaction) -> str:
    """All pictures of an interaction as one SVG file with a legend."""
    pair = interaction.pair
    courses, directions = len(pair.changes), words.sides(pair)
    rows = (courses + 1) // 2 + 2

    def paint(sheet: Sheet, grid: Any) -> None:  # noqa: ANN401 - matplotlib types its axes no closer
        places = [axes for line in grid for axes in line]
        for change, axes in zip(pair.changes, places, strict=False):
            _course(axes, change, pair.draws)
        if courses % 2:
            places[courses].remove()
        for column, (of, name) in enumerate(directions):
            _apart(grid[rows - 2][column], pair, of, name)
            _dots(grid[rows - 1][column], pair, of, name)
        for axes in [axes for line in grid[rows - 2 :] for axes in line[len(directions) :]]:
            axes.remove()
        _legend(sheet)

    text = painted((2 * _PANEL[0], rows * _PANEL[1] + 0.5), (rows, 2), paint)
    said = [*words.changes(pair), *(words.by_phenotype(pair, *side) for side in directions), words.NO_PROMISE]
    return titled(text, interaction.title, " ".join(said), "figure")


def course_svg(change: Change, draws: int, prefix: str) -> str:
    """One compound over time, with and without the other, for a page."""
    text = _one(lambda axes: _course(axes, change, draws, title=False), prefix)
    return titled(text, f"{sentence_case(change.compound)} over time", words.changed(change), prefix)


def apart_svg(pair: Pair, of: str, name: str, says: str) -> str:
    """The change of the medicine or the alkaloid by the time between the doses, for a page."""
    text = _one(lambda axes: _apart(axes, pair, of, name, title=False), f"apart-{of}")
    return titled(text, f"AUC of {name} by time apart", says, f"apart-{of}")


def phenotypes_svg(pair: Pair, of: str, name: str, says: str) -> str:
    """The change of the medicine or the alkaloid by phenotype, for a page."""
    text = _one(lambda axes: _dots(axes, pair, of, name, title=False), f"phenotype-{of}")
    return titled(text, f"AUC of {name} by phenotype", says, f"phenotype-{of}")


def _one(draw: Callable[[Axes], None], prefix: str) -> str:
    return on_page(painted(_PANEL, (1, 1), lambda _, grid: draw(grid[0][0])), prefix)


def _course(axes: Axes, change: Change, draws: int, *, title: bool = True) -> None:
    both, alone = change.together, change.alone
    kept = [i for i, t in enumerate(both.time_h) if t >= -_BEFORE_H]
    x = [both.time_h[i] for i in kept]
    y = {name: [getattr(both, name)[i] for i in kept] for name in _BANDS}
    axes.fill_between(x, y["variability_low"], y["variability_high"], color=VARIABILITY, linewidth=0)
    if draws > 1:
        axes.fill_between(x, y["uncertainty_low"], y["uncertainty_high"], facecolor="none", **hatched())
    axes.plot(x, y["median"], color=MEDIAN, linewidth=2.0)
    shown = [(t, v) for t, v in zip(alone.time_h, alone.median, strict=True) if t >= -_BEFORE_H]
    axes.plot([t for t, _ in shown], [v for _, v in shown], color=INK, linewidth=1.4, linestyle=(0, (5, 2)))
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(bottom=0.0)
    axes.set_xlabel("hours after the last dose of the product")
    axes.set_title(f"{sentence_case(change.compound)}\n{both.unit}" if title else both.unit, loc="left", fontsize=11.0)


def _apart(axes: Axes, pair: Pair, of: str, name: str, *, title: bool = True) -> None:
    figures: list[tuple[float, Figure]] = [(one.hours, getattr(one, of)) for one in pair.spacings]
    seen = [h for h, one in figures if words.far(one.value) >= _SEEN]
    first, last = min([*seen, _LEAST_APART[0]]), max([*seen, _LEAST_APART[1]])
    figures = [(h, one) for h, one in figures if first <= h <= last and math.isfinite(one.value)]
    if figures:
        x = [h for h, _ in figures]
        _bands(axes, x, [one for _, one in figures])
        axes.plot(x, [one.value for _, one in figures], color=MEDIAN, linewidth=2.0, marker="o", markersize=3.5)
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, _NO_CHANGE[0]), max(high, _NO_CHANGE[1]))
    axes.axhline(1.0, color=INK, linewidth=1.0)
    axes.axvline(0.0, color=INK, linewidth=0.6, linestyle=":")
    axes.set_xlabel(f"hours from the last dose of the product to {pair.name}")
    axes.set_title(f"AUC of {name} by time apart\n-fold" if title else "-fold", loc="left", fontsize=11.0)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _bands(axes: Axes, x: Sequence[float], figures: Sequence[Figure]) -> None:
    people = [(f.variability.low, f.variability.high) if f.variability else (f.value, f.value) for f in figures]
    axes.fill_between(x, [low for low, _ in people], [high for _, high in people], color=VARIABILITY, linewidth=0)
    draws = [(f.uncertainty.low, f.uncertainty.high) for f in figures if f.uncertainty]
    if len(draws) == len(figures):
        axes.fill_between(x, [low for low, _ in draws], [high for _, high in draws], facecolor="none", **hatched())


def _dots(axes: Axes, pair: Pair, of: str, name: str, *, title: bool = True) -> None:
    rows = [(one, getattr(one, of)) for one in reversed(pair.phenotypes)]
    for y, (_, figure) in enumerate(rows):
        if figure.variability is not None:
            ends = [figure.variability.low, figure.variability.high]
            axes.plot(ends, [y, y], color=VARIABILITY, linewidth=7.0, solid_capstyle="butt")
        if figure.uncertainty is not None:
            ends = [figure.uncertainty.low, figure.uncertainty.high]
            axes.plot(ends, [y, y], color=UNCERTAINTY, linewidth=1.4, linestyle=(0, (4, 2)))
        axes.plot([figure.value], [y], color=MEDIAN, marker="o", markersize=5.0)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, _NO_CHANGE[0]), max(high, _NO_CHANGE[1]))
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.set_yticks(range(len(rows)), [words.short_who(one) for one, _ in rows], fontsize=9.0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.set_title(f"AUC of {name} by phenotype\n-fold" if title else "-fold", loc="left", fontsize=11.0)
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _legend(sheet: Sheet) -> None:
    handles = [
        Line2D([], [], color=MEDIAN, linewidth=2.0, label="median person, both taken"),
        Line2D([], [], color=INK, linewidth=1.4, linestyle="--", label="alone"),
        Patch(facecolor=VARIABILITY, label="people differ (90 % of people)"),
        Patch(facecolor="none", edgecolor=UNCERTAINTY, hatch="////", label="we do not know (90 % of draws)"),
    ]
    sheet.legend(handles=handles, loc="outside lower left", frameon=False, ncols=4)


_BANDS = ("median", "variability_low", "variability_high", "uncertainty_low", "uncertainty_high")
