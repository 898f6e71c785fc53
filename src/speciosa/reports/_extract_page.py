"""What an extract is, as one page: the frame of every page, with the serving in the place of the regimens."""

from markupsafe import Markup

from speciosa.extract import Extract
from speciosa.reports import _extract_figure as pictures
from speciosa.reports import _extract_words as words
from speciosa.reports._page import rendered


def extract_html(extract: Extract) -> str:
    """A self-contained page; the same extract gives the same bytes.

    It loads nothing: style and pictures are inside, and a content security policy forbids the rest.
    """
    drawn = {
        "held": pictures.held_panel(extract, "held-picture"),
        "leaf": pictures.leaf_panel(extract, "leaf-picture"),
        "grown": pictures.growth_panel(extract, "grown-picture"),
    }
    return rendered(
        "extract.html.j2",
        extract,
        kind="extract",
        asked=(("serving", "the label", "; ".join(s.text for s in extract.statements) or "no statement of a label"),),
        simulated=(),
        pictures={name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704 - texts in it are escaped
        words=words,
    )
