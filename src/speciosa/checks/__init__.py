"""The checks of a case: findings with the rule that fired, its sources, and how sure anyone can be."""

from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._medicines import Resolved, alike, resolve, taken
from speciosa.checks._run import beside, run

__all__ = [
    "Certainty",
    "Finding",
    "Resolved",
    "Rule",
    "Severity",
    "Topic",
    "alike",
    "beside",
    "resolve",
    "run",
    "taken",
]
