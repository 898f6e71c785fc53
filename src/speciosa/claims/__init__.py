"""Each claim on kratom: evidence, certainty, computed test, verdict; and an article read against them."""

from speciosa.claims._record import Claim, Evidence, Judgement
from speciosa.claims._register import find, register, search
from speciosa.claims._rules import RULES, Rule
from speciosa.claims._sheet import ClaimList, ClaimSheet, listing, sheet

__all__ = [
    "RULES",
    "Claim",
    "ClaimList",
    "ClaimSheet",
    "Evidence",
    "Judgement",
    "Rule",
    "find",
    "listing",
    "register",
    "search",
    "sheet",
]
