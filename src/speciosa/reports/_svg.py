"""What all pictures share: colours, style, and the way from a matplotlib figure to an SVG that fits a page.

Pictures are drawn with matplotlib's object interface, text stays text, and neither time nor chance enters the file:
the same numbers give the same bytes.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from speciosa.reports._words import clean

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


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """An empty figure in the reports' style, inches of 72 px; draw and :func:`saved` it inside."""
    with mpl.rc_context():
        mpl.rcdefaults()  # what a user set for own plots must not change a report
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(width, height), layout="constrained", facecolor="none")
        FigureCanvasSVG(figure)
        yield figure


def saved(figure: Figure) -> str:
    """The figure as SVG text."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata=_METADATA)
    return _tidy(out.getvalue())


def for_page(text: str, prefix: str, title: str, says: str) -> str:
    """A picture for a page: no XML head, ids that begin with ``prefix``, colours of the page's theme, a name."""
    for drawn, themed in _ON_PAGE.items():
        text = text.replace(drawn, themed)
    text = _FONT.sub(_inherited, text[text.index("<svg") :])
    text = _NAMED.sub(rf"\1{prefix}-", text)
    return titled(text, title, says, prefix)


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
