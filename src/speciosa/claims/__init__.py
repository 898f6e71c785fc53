"""Each claim on kratom: evidence, certainty, computed test, verdict; and an article read against them."""

from speciosa.claims._article import Article, Block, BlockKind
from speciosa.claims._judge import Checked, Found, Passage, check_article
from speciosa.claims._reading import article_of, read_article
from speciosa.claims._record import Claim, Evidence, Judgement
from speciosa.claims._register import find, register, search
from speciosa.claims._rules import RULES, Rule
from speciosa.claims._sentences import Sentence
from speciosa.claims._sheet import ClaimList, ClaimSheet, listing, sheet
from speciosa.claims._silence import Said, Silence
from speciosa.claims._stance import Stance
from speciosa.claims._standing import Standing
from speciosa.claims._tests import computed
from speciosa.claims._tests_records import Dose, Mark, Share, Speaks, TestResult
from speciosa.claims._tests_rule import Outcome, Why
from speciosa.claims._topic import About

__all__ = [
    "RULES",
    "About",
    "Article",
    "Block",
    "BlockKind",
    "Checked",
    "Claim",
    "ClaimList",
    "ClaimSheet",
    "Dose",
    "Evidence",
    "Found",
    "Judgement",
    "Mark",
    "Outcome",
    "Passage",
    "Rule",
    "Said",
    "Sentence",
    "Share",
    "Silence",
    "Speaks",
    "Stance",
    "Standing",
    "TestResult",
    "Why",
    "article_of",
    "check_article",
    "computed",
    "find",
    "listing",
    "read_article",
    "register",
    "search",
    "sheet",
]
