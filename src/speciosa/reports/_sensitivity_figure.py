"""A sensitivity analysis as bars: total and first-order index of each influence, with the interval of the estimate."""

from collections.abc import Sequence
from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from speciosa.errors import InputError
from speciosa.reports._sensitivity_words import hangs_on, meaning
from speciosa.reports._svg import INK, MEDIAN, VARIABILITY, canvas, for_page, saved, titled
from speciosa.reports._words import clean
from speciosa.sensitivity import Answer, Influence, Sensitivity, Share

SHOWN = 6
_WIDTH, _BAR, _HEAD, _FOOT = 8.4, 0.5, 0.75, 0.6  # inches of 72 px
_LONGEST = 44  # letters of a line of a label


def bars_svg(result: Sensitivity) -> str:
    """All answers that vary as one SVG file with a legend, one panel each.

    Args:
        result: an analysis.

    Raises:
        InputError: no answer varies.
    """
    answers = [answer for answer in result.answers if answer.influences]
    if not answers:
        raise InputError("--svg", result.regimen, "an analysis with an answer that varies")
    says = " ".join(f"{answer.question} {hangs_on(answer)}" for answer in answers)
    return titled(_draw(answers, alone=True), f"{result.title}: what the answers hang on", says, "figure")


def bars_panel(answer: Answer, prefix: str) -> str:
    """One answer for a page: no XML head, ids that begin with ``prefix``, colours of the page's theme."""
    return for_page(_draw([answer], alone=False), prefix, answer.question, hangs_on(answer))


def _draw(answers: Sequence[Answer], *, alone: bool) -> str:
    rows = [min(len(answer.influences), SHOWN) for answer in answers]
    heights = [_BAR * row + (_HEAD if alone else 0.3) for row in rows]
    with canvas(_WIDTH, sum(heights) + (_FOOT if alone else 0.3)) as figure:
        grid = figure.subplots(len(answers), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        for answer, (axes,) in zip(answers, grid, strict=True):
            _bars(axes, answer.influences[:SHOWN], title=answer.question if alone else "")
        if alone:
            _legend(figure)
        return saved(figure)


def _bars(axes: Axes, influences: Sequence[Influence], *, title: str) -> None:
    places = range(len(influences))
    axes.barh(places, [100 * i.total.value for i in influences], height=0.72, color=VARIABILITY, linewidth=0)
    axes.barh(places, [100 * i.first.value for i in influences], height=0.36, color=MEDIAN, linewidth=0)
    for place, influence in zip(places, influences, strict=True):
        _whisker(axes, influence.total, place + 0.27)
        _whisker(axes, influence.first, place)
    axes.set_yticks(places, [clean(_label(influence)) for influence in influences])
    axes.invert_yaxis()
    axes.set_xlim(0.0, 100.0)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("% of the variance of the answer")
    axes.set_title(title, loc="left", fontsize=11.0)


def _whisker(axes: Axes, share: Share, place: float) -> None:
    axes.plot([100 * share.low, 100 * share.high], [place, place], color=INK, linewidth=1.2, marker="|", markersize=5)


def _label(influence: Influence) -> str:
    text, more = meaning(influence.members[0]), len(influence.members) - 1
    return fill(f"{text} (+{more} tied)" if more else text, width=_LONGEST, max_lines=2, placeholder=" …")


def _legend(figure: Figure) -> None:
    handles = [
        Patch(facecolor=MEDIAN, label="first order: would go if it were known"),
        Patch(facecolor=VARIABILITY, label="total: would stay if all else were known"),
        Line2D([], [], color=INK, linewidth=1.2, marker="|", label="90 % interval of the estimate"),
    ]
    figure.legend(handles=handles, loc="outside lower left", frameon=False, ncols=2)
