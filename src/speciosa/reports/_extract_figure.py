"""An extract → SVG: what a serving holds, how much leaf holds as much, and exposure beside leaf that was studied."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from speciosa.exposure import Figure
from speciosa.extract import Extract
from speciosa.reports import _extract_words as words
from speciosa.reports._svg import INK, MEDIAN, UNCERTAINTY, canvas, for_page, saved, titled

_WIDTH, _LINE, _HEAD = 8.0, 0.34, 0.95  # inches
_LEAST = 1e-3
_AS_LEAF = "as in leaf"


def extract_svg(extract: Extract) -> str:
    """All three pictures as one SVG file."""
    blocks = _blocks(extract)
    heights = [_LINE * len(rows) + _HEAD for _, rows in blocks]
    with canvas(_WIDTH, sum(heights)) as sheet:
        grid = sheet.subplots(len(blocks), 1, squeeze=False, height_ratios=heights)
        for (unit, rows), axes in zip(blocks, grid[:, 0], strict=True):
            _draw(axes, unit, rows)
        text = saved(sheet)
    return titled(text, extract.title, words.leaf_sentence(extract), "figure")


def held_panel(extract: Extract, prefix: str) -> str:
    """What one serving holds, for a page."""
    return _panel(_blocks(extract)[0], prefix, "Alkaloids in one serving", words.NO_RECIPE)


def leaf_panel(extract: Extract, prefix: str) -> str:
    """Leaf that holds as much, by alkaloid, for a page."""
    rows = _leaf_rows(extract)
    return _panel((_LEAF_UNIT, rows), prefix, "Leaf that holds as much", words.leaf_sentence(extract)) if rows else ""


def growth_panel(extract: Extract, prefix: str) -> str:
    """Exposure beside leaf doses that were studied, for a page."""
    says = " ".join(words.grown(one) for one in extract.grown)
    rows = _growth_rows(extract)
    return _panel((_FOLD_UNIT, rows), prefix, "Exposure beside leaf that was studied", says) if rows else ""


_LEAF_UNIT = "g of leaf powder that hold as much, logarithmic"
_FOLD_UNIT = "-fold of the leaf dose, logarithmic"
_Row = tuple[str, Figure, bool]
_Block = tuple[str, list[_Row]]


def _blocks(extract: Extract) -> list[_Block]:
    held = [(f"{a.analyte}{_mark(a.basis)}", a.per_serving, a.basis == _AS_LEAF) for a in extract.alkaloids]
    all_blocks = [
        ("mg in one serving, logarithmic", held),
        (_LEAF_UNIT, _leaf_rows(extract)),
        (_FOLD_UNIT, _growth_rows(extract)),
    ]
    return [(unit, rows) for unit, rows in all_blocks if rows]


def _mark(basis: str) -> str:
    return f"\n{basis}" if basis != "by the label" else "\nby the label"


def _leaf_rows(extract: Extract) -> list[_Row]:
    return [(f"by {a.analyte}", a.leaf, False) for a in extract.alkaloids if a.leaf is not None]


def _growth_rows(extract: Extract) -> list[_Row]:
    return [
        (f"{figure.label},\nbeside {one.beside.partition(' that')[0]}", figure, False)
        for one in extract.grown
        for figure in one.figures
        if figure.key.endswith("cmax.ratio")
    ]


def _panel(block: _Block, prefix: str, title: str, says: str) -> str:
    unit, rows = block
    with canvas(_WIDTH, _LINE * len(rows) * 1.3 + _HEAD) as sheet:
        _draw(sheet.subplots(), unit, rows)
        text = saved(sheet)
    return for_page(text, prefix, title, says)


def _draw(axes: Axes, unit: str, rows: Sequence[_Row]) -> None:
    """One line per row: the middle as a dot, hollow where it is assumed, the range as a line."""
    for place, (_, figure, assumed) in enumerate(rows):
        ends = figure.uncertainty
        if ends is not None:
            axes.plot([max(ends.low, _LEAST), ends.high], [-place, -place], color=UNCERTAINTY, linewidth=2.4)
        fill = "none" if assumed else MEDIAN
        if figure.value > 0:
            axes.plot([figure.value], [-place], "o", color=MEDIAN, markerfacecolor=fill, markersize=7.5)
        else:
            axes.annotate(
                "nothing found", (0.02, -place), xycoords=("axes fraction", "data"), va="center", fontsize=9.0
            )
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(10, numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.minorticks_off()
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_yticks([-place for place in range(len(rows))], [name for name, _, _ in rows], fontsize=9.5)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    if unit == _FOLD_UNIT:
        axes.axvline(1.0, color=INK, linewidth=1.0)
    axes.set_xlabel(unit)
