"""What a "pass" on a paper is worth: against no limit, or against one looser than the law or standard that holds."""

import re
from collections.abc import Iterator

from speciosa.certificates import Certificate, UnreadableError, Value, per_gram, result, unit_of
from speciosa.checks._certainty import best_of, decides
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._limits import Compared, of_value
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._words import join, listed, quantity

LOOSE = Rule(id="certificate.loose-limit", text="a pass is measured by a limit, and by none looser than one that holds")
_PASSES = frozenset({"pass", "passed", "passes", "complies", "conforms", "ok"})
_AT_MOST = re.compile(r"^\s*(nmt|not more than|no more than|max(imum)?\.?|limit:?|up to|≤|<=|<)\s*", re.IGNORECASE)
_BINDING = frozenset({"law", "standard"})
_MOST_TOLD = 4  # lines by name; the others pass in the same way


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """One finding for all lines that pass against nothing or against too little."""
    passed = [value for value in paper.values if (value.passed or "").strip().lower() in _PASSES and value.kind]
    without = [value for value in passed if not (value.limit or "").strip()]
    loose = [(value, compared) for value in passed for compared in _stricter(value, context)][:_MOST_TOLD]
    if not (without or loose):
        return
    rows = tuple(dict.fromkeys(f"limits:{compared.row.id}" for _, compared in loose))
    yield Finding(
        id="certificate:loose-limit",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="What a pass is measured by",
        sentence=join(
            *(
                f"{value.as_printed} passes against {value.limit}; {compared.row.standard} allows only "
                f"{quantity(compared.limit or 0.0, compared.unit)} ({compared.standard.words})."
                for value, compared in loose
            ),
            f"{listed(dict.fromkeys(value.as_printed for value in without))} pass, and against which limit is not said."
            if without
            else "",
            "A pass says no more than its limit.",
        ),
        reason="The limit of a paper is often that of the seller. The findings on limits go by those that hold here.",
        rule=LOOSE,
        certainty=best_of([compared.row for _, compared in loose], Certainty.MODERATE) if loose else Certainty.MODERATE,
        sources=rows,
        not_known=("Who chose the limits of the paper.",),
        ask="Ask the laboratory by which law or standard it judged each line.",
    )


def _stricter(value: Value, context: PaperContext) -> Iterator[Compared]:
    """The strictest binding limit by weight or count that is below the limit of the paper."""
    own = _own_limit(value)
    below = [
        compared
        for compared in of_value(value, context)
        if own is not None and compared.standard.force in _BINDING and decides(compared.row) and _below(compared, own)
    ]
    yield from sorted(below, key=lambda compared: compared.limit or 0.0)[:1]


def _own_limit(value: Value) -> tuple[float, str] | None:
    """The limit that a paper prints, and its unit; ``None`` where it is not one number."""
    text = _AT_MOST.sub("", value.limit or "")
    try:
        said = result(text)
    except UnreadableError:
        return None
    unit = unit_of(said.unit) if said.unit else None
    if said.value is None or (said.unit and unit is None):
        return None
    return said.value, unit.name if unit else value.unit


def _below(compared: Compared, own: tuple[float, str]) -> bool:
    number, unit = own
    if compared.limit is None:
        return False
    if compared.unit.startswith("CFU"):
        return unit in {"CFU/g", "CFU/mL"} and compared.limit < number
    mine, theirs = per_gram(number, unit), per_gram(compared.limit, compared.unit)
    return mine is not None and theirs is not None and theirs < mine * (1.0 - 1e-9)
