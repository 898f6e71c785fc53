"""Records of the computed tests of claims: doses that others stated, and what is asked of them."""

from typing import ClassVar, Literal

from speciosa.knowledge._row import Number, Row, Text


class StatedDoses(Row):
    """One dose that a study, a survey or a label states, at which claims are tested; it is no advice."""

    references: ClassVar[dict[str, str]] = {"product": "products", "rows": "*"}

    name: str
    product: str
    form: Text = None
    amount: str
    every_h: Number = None
    times: Number = None
    food: Text = None
    beside: Text = None
    states: str
    rows: str
    note: Text = None


class ClaimTests(Row):
    """One question to the model about the mechanism of a claim, with the mark that would have to be reached."""

    references: ClassVar[dict[str, str]] = {
        "claim": "claims",
        "scenario": "stated_doses",
        "over": "stated_doses",
        "threshold_rows": "*",
        "caveat_rows": "*",
    }

    claim: str
    question: str
    scenario: str
    over: Text = None
    figure: str
    direction: Literal["at least", "at most"]
    threshold: float
    unit: Literal["share", "fold", "h", "nM", "ms", "mmHg", "intensity"]
    mark: str
    threshold_rows: Text = None
    reason: str
    if_reached: Literal["for the claim", "against the claim", "neither"]
    if_not: Literal["for the claim", "against the claim", "neither"]
    about: Literal["mechanism", "harm"]
    caveat: Text = None
    caveat_rows: Text = None
