"""Colours on labels → SVG: what two lots under one name do in the body, beside what colours are claimed to do."""

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from speciosa.reports import _veins_words as words
from speciosa.reports._svg import INK, MEDIAN, UNCERTAINTY, canvas, for_page, saved, titled
from speciosa.veins import Veins

_WIDTH, _LINE, _HEAD = 8.2, 0.36, 0.95  # inches
_TICKS = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
_TITLE = "Two lots under one name beside two colours"


def veins_svg(made: Veins) -> str:
    """The picture as an SVG file."""
    return titled(_drawn(made), made.title, " ".join(words.said(made)), "figure")


def veins_panel(made: Veins, prefix: str) -> str:
    """The picture for a page."""
    return for_page(_drawn(made), prefix, _TITLE, " ".join(words.difference(one) for one in made.differences))


def _drawn(made: Veins) -> str:
    rows = sum(len(one.figures) for one in made.differences)
    with canvas(_WIDTH, _LINE * rows + _HEAD) as sheet:
        _draw(sheet.subplots(), made)
        return saved(sheet)


def _draw(axes: Axes, made: Veins) -> None:
    """A dot and the range of what is not known for each figure; hollow where it is a claim."""
    names: list[str] = []
    for one in made.differences:
        for figure in one.figures:
            y = -len(names)
            if figure.uncertainty is not None:
                axes.plot([figure.uncertainty.low, figure.uncertainty.high], [y, y], color=UNCERTAINTY, linewidth=2.4)
            fill = "none" if one.claimed else MEDIAN
            axes.plot(
                [figure.value], [y], "s" if one.claimed else "o", color=MEDIAN, markerfacecolor=fill, markersize=8
            )
            names.append(f"{figure.label}\n{'colours as claimed' if one.claimed else 'two lots, one name'}")
    axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.set_xscale("log")
    axes.set_xticks(_TICKS)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(-len(names) + 0.4, 0.6)
    axes.set_yticks([-i for i in range(len(names))], names, fontsize=9.0)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("-fold, one bag over the other in the same person; 1 means no difference")
