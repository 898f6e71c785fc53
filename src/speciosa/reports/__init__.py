"""An assessment, or a sensitivity analysis, on screen, as a page and as JSON.

Every number is shown with what it means and where it comes from.
"""

from speciosa.reports._figures import figure_svg
from speciosa.reports._json import from_json, schema, sensitivity_json, sensitivity_schema, to_json
from speciosa.reports._page import html
from speciosa.reports._sensitivity_figure import bars_svg
from speciosa.reports._sensitivity_page import sensitivity_html
from speciosa.reports._sensitivity_terminal import sensitivity_terminal
from speciosa.reports._terminal import scenario_table, terminal
from speciosa.reports._words import clean, number, span

__all__ = [
    "bars_svg",
    "clean",
    "figure_svg",
    "from_json",
    "html",
    "number",
    "scenario_table",
    "schema",
    "sensitivity_html",
    "sensitivity_json",
    "sensitivity_schema",
    "sensitivity_terminal",
    "span",
    "terminal",
    "to_json",
]
