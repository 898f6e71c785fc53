"""Each claim on kratom: evidence, certainty, computed test, verdict; and an article read against them."""

from speciosa.claims._record import Claim, Evidence, Judgement
from speciosa.claims._register import find, register, search
from speciosa.claims._rules import RULES, Rule
from speciosa.claims._sheet import ClaimList, ClaimSheet, listing, sheet
from speciosa.claims._tests import computed
from speciosa.claims._tests_records import Dose, Mark, Share, Speaks, TestResult
from speciosa.claims._tests_rule import Outcome, Why

__all__ = [
    "RULES",
    "Claim",
    "ClaimList",
    "ClaimSheet",
    "Dose",
    "Evidence",
    "Judgement",
    "Mark",
    "Outcome",
    "Rule",
    "Share",
    "Speaks",
    "TestResult",
    "Why",
    "computed",
    "find",
    "listing",
    "register",
    "search",
    "sheet",
]
