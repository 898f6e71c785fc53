"""Assessments, interactions, sensitivity analyses and claims on screen, as a page and as JSON.

Every number is shown with what it means and where it comes from.
"""

from speciosa.reports._article_page import article_html
from speciosa.reports._article_terminal import article_terminal
from speciosa.reports._claim_page import claim_html, claims_html
from speciosa.reports._claim_terminal import claim_terminal, claims_terminal
from speciosa.reports._claim_test_figure import ClaimTestsView, claim_tests_svg, claim_tests_view
from speciosa.reports._claim_test_words import markdown as claim_tests_markdown
from speciosa.reports._claim_test_words import sentence as claim_tests_sentence
from speciosa.reports._extract_figure import extract_svg
from speciosa.reports._extract_page import extract_html
from speciosa.reports._extract_terminal import extract_terminal
from speciosa.reports._figures import figure_svg
from speciosa.reports._json import (
    article_schema,
    claim_schema,
    claims_schema,
    extract_schema,
    from_json,
    interaction_from_json,
    interaction_schema,
    schema,
    sensitivity_schema,
    to_json,
    veins_schema,
)
from speciosa.reports._page import html
from speciosa.reports._pair_figures import interaction_svg
from speciosa.reports._pair_page import interaction_html
from speciosa.reports._pair_terminal import interaction_terminal
from speciosa.reports._sensitivity_figure import bars_svg
from speciosa.reports._sensitivity_page import sensitivity_html
from speciosa.reports._sensitivity_terminal import sensitivity_terminal
from speciosa.reports._terminal import references_table, scenario_table, targets_table, terminal
from speciosa.reports._validation import inserted, validation_html, validation_markdown, validation_svg
from speciosa.reports._veins_figure import veins_svg
from speciosa.reports._veins_page import veins_html
from speciosa.reports._veins_terminal import veins_terminal
from speciosa.reports._words import clean, number, span

__all__ = [
    "ClaimTestsView",
    "article_html",
    "article_schema",
    "article_terminal",
    "bars_svg",
    "claim_html",
    "claim_schema",
    "claim_terminal",
    "claim_tests_markdown",
    "claim_tests_sentence",
    "claim_tests_svg",
    "claim_tests_view",
    "claims_html",
    "claims_schema",
    "claims_terminal",
    "clean",
    "extract_html",
    "extract_schema",
    "extract_svg",
    "extract_terminal",
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
    "references_table",
    "scenario_table",
    "schema",
    "sensitivity_html",
    "sensitivity_schema",
    "sensitivity_terminal",
    "span",
    "targets_table",
    "terminal",
    "to_json",
    "validation_html",
    "validation_markdown",
    "validation_svg",
    "veins_html",
    "veins_schema",
    "veins_svg",
    "veins_terminal",
]
