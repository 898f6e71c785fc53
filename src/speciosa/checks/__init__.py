"""The checks of a case: findings with the rule that fired, its sources, and how sure anyone can be."""

from speciosa.checks._emergency import when_to_call
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper import of_certificate
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._run import beside, run

__all__ = [
    "Certainty",
    "Finding",
    "PaperContext",
    "Rule",
    "Severity",
    "Topic",
    "beside",
    "of_certificate",
    "run",
    "when_to_call",
]
