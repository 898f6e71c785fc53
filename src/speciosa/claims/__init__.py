"""Each claim on kratom: evidence, certainty, computed test, verdict; and an article read against them."""

from speciosa.claims._tests import computed
from speciosa.claims._tests_records import Dose, Mark, Share, Speaks, TestResult
from speciosa.claims._tests_rule import Outcome, Why

__all__ = ["Dose", "Mark", "Outcome", "Share", "Speaks", "TestResult", "Why", "computed"]
