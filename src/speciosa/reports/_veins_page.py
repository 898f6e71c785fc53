"""Colours on labels, as one page: the frame of every page, with the answers in the place of the regimens."""

from markupsafe import Markup

from speciosa.reports import _veins_words as words
from speciosa.reports._page import rendered
from speciosa.reports._veins_figure import veins_panel
from speciosa.veins import Veins


def veins_html(made: Veins) -> str:
    """A self-contained page; the same record gives the same bytes.

    It loads nothing: style and pictures are inside, and a content security policy forbids the rest.
    """
    return rendered(
        "veins.html.j2",
        made,
        kind="veins",
        simulated=(),
        picture=Markup(veins_panel(made, "veins-picture")),  # noqa: S704 - texts in it are escaped
        words=words,
    )
