"""Whether the methods that a paper names can see what it reports."""

import re
from collections import defaultdict
from collections.abc import Iterator

from speciosa.certificates import Certificate, Value
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._words import join, listed

METHODS = Rule(id="certificate.methods", text="every kind of test has a method, and not one method for all")
UNSUITABLE = Rule(id="certificate.unsuitable-method", text="the method named can see what is reported with it")
_KINDS = {
    "alkaloid": "alkaloids",
    "sum": "the total of alkaloids",
    "metal": "metals",
    "microbe": "microbes",
    "mycotoxin": "mould toxins",
    "residual solvent": "solvents",
}
_ASK = (
    "Ask the laboratory for the method of each test, with its number, and whether the method is validated for kratom."
)


def check(paper: Certificate) -> Iterator[Finding]:
    """One finding on methods that are missing or the same for everything, one on methods that cannot see it."""
    tested = [v for v in paper.values if v.kind in _KINDS and v.qualifier != "not tested"]
    unfit = list(_unfit(tested))
    yield from _missing(tested, unfit=bool(unfit))
    if unfit:
        yield Finding(
            id="certificate:unsuitable-method",
            topic=Topic.CERTIFICATE,
            severity=Severity.UNKNOWN,
            title="A method that cannot show it",
            sentence=join(*unfit, "Take these results as not known."),
            reason=f"Methods as printed: {listed(dict.fromkeys(v.method or '' for v in tested if v.method))}.",
            rule=UNSUITABLE,
            certainty=Certainty.MODERATE,
            not_known=("How these results were come by.",),
            ask=_ASK,
        )


def _missing(tested: list[Value], *, unfit: bool) -> Iterator[Finding]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for value in tested:
        by_kind[value.kind].add((value.method or "").strip().casefold())
    without = [_KINDS[kind] for kind, methods in by_kind.items() if methods == {""}]
    every = set().union(*by_kind.values()) if by_kind else set()
    # alkaloids and their total are one measurement; two kinds of things need two methods
    one = len(every) == 1 and "" not in every and len(set(by_kind) - {"sum"}) > 1 and not unfit
    if not (without or one):
        return
    yield Finding(
        id="certificate:methods",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="One method for everything" if one else "No method",
        sentence=(
            f"The paper names one method, {tested[0].method}, for {listed(_KINDS[k] for k in by_kind)}. No single "
            "method can measure all of them."
            if one
            else f"The paper does not say how {listed(without)} were measured. A number without its method cannot be "
            "checked or repeated."
        ),
        reason="Alkaloids are measured by liquid chromatography, metals by ICP-MS, germs by growing or by their DNA.",
        rule=METHODS,
        certainty=Certainty.MODERATE,
        not_known=("How these results were come by.",),
        ask=_ASK,
    )


def _unfit(tested: list[Value]) -> Iterator[str]:
    for entry in declared("paper")["methods"]:
        wrong: dict[str, list[str]] = defaultdict(list)
        for value in tested:
            method = value.method or ""
            if value.kind in entry["kinds"] and _only(method, entry["pattern"], value.kind):
                wrong[method].append(_KINDS[value.kind])
        for method, kinds in wrong.items():
            yield f"“{method}” is named for {listed(dict.fromkeys(kinds))}: it {entry['says']}."


def _only(method: str, pattern: str, kind: str) -> bool:
    """Whether a method that cannot see this kind is named, and no other one that might (``HPLC / ICP-MS``)."""
    if not re.search(pattern, method, re.IGNORECASE):
        return False
    fit = [e["pattern"] for e in declared("paper")["methods"] if kind not in e["kinds"]]
    return not any(re.search(other, method, re.IGNORECASE) for other in fit if other != pattern)
