"""Assessments and interactions on screen, as a page and as JSON.

Every number is shown with what it means and where it comes from.
"""

from speciosa.reports._figures import figure_svg
from speciosa.reports._json import from_json, interaction_from_json, interaction_schema, schema, to_json
from speciosa.reports._page import html
from speciosa.reports._pair_figures import interaction_svg
from speciosa.reports._pair_page import interaction_html
from speciosa.reports._pair_terminal import interaction_terminal
from speciosa.reports._terminal import scenario_table, terminal
from speciosa.reports._validation import inserted, validation_html, validation_markdown, validation_svg
from speciosa.reports._words import clean, number, span

__all__ = [
    "clean",
    "figure_svg",
    "from_json",
    "html",
    "inserted",
    "interaction_from_json",
    "interaction_html",
    "interaction_schema",
    "interaction_svg",
    "interaction_terminal",
    "number",
    "scenario_table",
    "schema",
    "span",
    "terminal",
    "to_json",
    "validation_html",
    "validation_markdown",
    "validation_svg",
]
