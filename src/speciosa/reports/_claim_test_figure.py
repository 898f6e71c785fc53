"""Computed tests → SVG: a dot with both spreads against the line of the mark, known medicines beside it.

Tests ask of different things in different units, so each is drawn in times of its own mark on a logarithmic axis: the
line is the mark, and what lies right of it is beyond it, whichever direction was meant.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from speciosa.claims import Mark, Outcome, TestResult
from speciosa.errors import InputError
from speciosa.exposure import Interval, Reference
from speciosa.reports._claim_test_words import TestRow, row, sentence
from speciosa.reports._svg import INK, MEDIAN, UNCERTAINTY, VARIABILITY, canvas, for_page, saved, titled

TITLE = "Computed tests against their marks"
_LEFT, _RIGHT = 1e-3, 1e2  # times the mark; what lies farther away stands at the edge
_TICKS = {1e-3: "1/1,000", 1e-2: "1/100", 1e-1: "1/10", 1.0: "the mark", 10.0: "10 times", 100.0: "100 times"}
_WIDTH, _LINE, _HEAD = 10.5, 0.24, 1.3  # inches
_HALF = 0.42  # of a band, in lines
_LETTERS = 62  # of a question in one line
_LEFT_OF_MARK = 34  # letters that fit left of the mark
_TEXT, _AIR = 0.72, 0.5  # lines that a line of words takes, and what is left between two tests
_ALONE = 0.75  # a medicine takes less room than a test

# filled, hollow, open diamond: told apart without colour, and the words stand beside them
_MARKERS = {
    Outcome.REACHES: ("o", MEDIAN),
    Outcome.DOES_NOT_REACH: ("o", "white"),
    Outcome.NOT_DETERMINED: ("D", "white"),
}


@dataclass(frozen=True)
class ClaimTestsView:
    """Tests as a page shows them: what they say together, the picture, a row each."""

    id: str
    sentence: str
    picture: Markup
    rows: tuple[TestRow, ...]


@dataclass(frozen=True)
class _Place:
    """Where one test stands: its top, the middle of its own lines, and the lines of the medicines below it."""

    result: TestResult
    words: list[str]
    top: float
    y: float
    medicines: tuple[tuple[float, Reference], ...]


def claim_tests_svg(results: Sequence[TestResult], prefix: str | None = None) -> str:
    """The picture of one or more tests, in the order in which they are given.

    Args:
        results: tests of one claim or of many.
        prefix: begins every id of a picture inside a page; an SVG file of its own without one.

    Raises:
        InputError: there is nothing to draw.
    """
    if not results:
        raise InputError("results", "no test", "at least one computed test to draw")
    places, height = _places(results)
    with canvas(_WIDTH, _LINE * height + _HEAD) as picture:
        axes = picture.subplots()
        for place in places:
            _draw(axes, place)
        _axes(axes, places, height)
        _legend(picture)
        text = saved(picture)
    said = " ".join([sentence(results), *(f"{r.question} {r.sentence}" for r in results)])
    return titled(text, TITLE, said, "figure") if prefix is None else for_page(text, prefix, TITLE, said)


def claim_tests_view(results: Sequence[TestResult], prefix: str) -> ClaimTestsView:
    """What the template ``_claim_tests.html.j2`` shows of one or more tests.

    Args:
        results: tests of one claim or of many.
        prefix: the id of the part, which begins every id in it.
    """
    picture = Markup(claim_tests_svg(results, prefix))  # noqa: S704 - drawn by us, its texts are escaped
    return ClaimTestsView(prefix, sentence(results), picture, tuple(row(result) for result in results))


def _places(results: Sequence[TestResult]) -> tuple[list[_Place], float]:
    places, down = [], 0.0
    for result in results:
        words = [*textwrap.wrap(result.question, _LETTERS), *textwrap.wrap(f"({result.dose.name})", _LETTERS)]
        tall = _TEXT * len(words) + _AIR
        below = [down + tall + (i + 0.5) * _ALONE for i in range(len(result.beside))]
        medicines = tuple(zip(below, result.beside, strict=True))
        places.append(_Place(result, words, down, down + tall / 2, medicines))
        down += tall + _ALONE * len(medicines) + _AIR / 2
    return places, down


def _draw(axes: Axes, place: _Place) -> None:
    result, y = place.result, place.y
    outcome = result.outcome.value
    if result.share is not None:
        outcome += f"\n{result.share.of_100:.0f} of 100 people beyond"
    axes.text(1.015, y, outcome, transform=axes.get_yaxis_transform(), va="center", fontsize=9.5, fontweight="bold")
    for at, medicine in place.medicines:
        _medicine(axes, at, medicine, result.mark)
    if result.figure is None:
        why = textwrap.fill(result.why.value, _LEFT_OF_MARK)
        axes.text(_LEFT * 1.2, y, why, va="center", fontsize=9.5, style="italic")
        return
    _bands(axes, y, result)
    marker, face = _MARKERS[result.outcome]
    others = [times(one.value, result.mark) for one in result.figure.data_sets if not one.central]
    axes.plot(others, [y] * len(others), "|", color=UNCERTAINTY, markersize=12)
    value = times(result.figure.value, result.mark)
    axes.plot([value], [y], marker, color=MEDIAN, markerfacecolor=face, markeredgewidth=1.8, markersize=7.5)


def _bands(axes: Axes, y: float, result: TestResult) -> None:
    figure, half = result.figure, _HALF
    if figure is not None and figure.variability is not None:
        axes.fill_between(_ends(figure.variability, result.mark), y - half, y + half, color=VARIABILITY, linewidth=0)
    if figure is not None and figure.uncertainty is not None:
        axes.fill_between(
            _ends(figure.uncertainty, result.mark), y - half, y + half, facecolor="none", edgecolor=UNCERTAINTY,
            linewidth=1.0, linestyle=(0, (4, 2)), hatch="////",
        )  # fmt: skip


def _medicine(axes: Axes, y: float, one: Reference, mark: Mark) -> None:
    if one.held.uncertainty is not None:
        axes.plot(_ends(one.held.uncertainty, mark), [y, y], color=INK, linewidth=1.4)
    axes.plot([times(one.held.value, mark)], [y], "s", color=INK, markersize=4.5)
    if one.seen is not None:
        middle = times(math.sqrt(one.seen.low * one.seen.high), mark)
        axes.plot([middle], [y], "D", markersize=6.5, markerfacecolor="none", color=INK)


def times(value: float, mark: Mark) -> float:
    """A number in times of its mark, turned so that more than 1 is beyond it, and no farther than the edges."""
    if not math.isfinite(value):
        return math.nan
    ratio = value / mark.value if mark.direction == "at least" else mark.value / max(value, 1e-12)
    return min(max(ratio, _LEFT), _RIGHT)


def _ends(interval: Interval, mark: Mark) -> list[float]:
    return sorted(times(end, mark) for end in (interval.low, interval.high))


def _axes(axes: Axes, places: Sequence[_Place], height: float) -> None:
    axes.axvline(1.0, color=INK, linewidth=1.6)
    axes.set_xscale("log")
    axes.set_xlim(_LEFT, _RIGHT)
    axes.set_ylim(height, -0.25)
    axes.set_xticks(list(_TICKS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _TICKS.get(round(v, 6), "")))
    axes.minorticks_off()
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(
        "times the mark, logarithmic; right of the line it is reached; what is farther away stands at the edge"
    )
    lines = [(place.y, "\n".join(place.words), 9.5) for place in places]
    lines += [(y, f"{one.medicine}, {one.dose}", 8.5) for place in places for y, one in place.medicines]
    axes.set_yticks([y for y, *_ in lines], [text for _, text, _ in lines])
    for label, (_, _, size) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontsize(size)
    for place in places[1:]:
        axes.axhline(place.top - _AIR / 4, color=INK, linewidth=0.4, alpha=0.5)


def _legend(picture: Picture) -> None:
    def dot(outcome: Outcome) -> Line2D:
        marker, face = _MARKERS[outcome]
        label = f"median person: {outcome.value}"
        return Line2D(
            [], [], color=MEDIAN, marker=marker, markerfacecolor=face, markeredgewidth=1.8, linestyle="", label=label
        )

    handles = [
        *(dot(outcome) for outcome in Outcome),
        Patch(facecolor=VARIABILITY, label="people differ"),
        Patch(facecolor="none", edgecolor=UNCERTAINTY, hatch="////", linestyle="--", label="we do not know"),
        Line2D([], [], color=UNCERTAINTY, marker="|", linestyle="", markersize=11, label="with another data set"),
        Line2D([], [], color=INK, marker="s", label="known medicine, computed"),
        Line2D([], [], color=INK, marker="D", markerfacecolor="none", linestyle="", label="the same, seen in people"),
        Line2D([], [], color=INK, linewidth=1.6, label="the mark"),
    ]
    picture.legend(handles=handles, loc="outside upper left", frameon=False, ncols=3, fontsize=9.0)
