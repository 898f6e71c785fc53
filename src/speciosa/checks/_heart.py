"""The QT interval: what the alkaloids add to it, and the medicines that add to it too."""

from collections.abc import Iterator

import numpy as np

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._computed import figures, highest, named, worst
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._rows import Substance
from speciosa.checks._words import computed, count, join, listed, number, with_spreads
from speciosa.exposure import Exposure, Figure, Interval, sample

COMPUTED = Rule(
    id="heart.qt",
    text="block of the hERG channel was simulated and turned into a change of QTc; medicines that lengthen QT add to "
    "it",
)
NOT_COMPUTED = Rule(id="heart.not-computed", text="the simulation gave no figure on the heart")
KEY = "heart.QTc.max"
LIMIT = "neuro_dynamics:ND193"
SLOPE, CHANNEL = "neuro_dynamics:ND196", ("neuro_dynamics:ND189", "neuro_dynamics:ND190", "neuro_dynamics:ND191")
SEEN = ("harms:H078", "harms:H079", "harms:H080", "harms:H081")
CATEGORIES = {
    "known risk of TdP": "qt_known",
    "possible risk of TdP": "qt_possible",
    "conditional risk of TdP": "qt_conditional",
}
_90_PERCENT = 1.645  # standard normal quantile of 95 %


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding, on the regimen with the largest change."""
    found = worst(exposure, KEY, max)
    medicines = tuple(_medicines(case))
    own = found[1] if found is not None else None
    added = tuple(_added(s) for s in medicines)
    limit = knowledge.load().row(LIMIT)
    known = knowledge.load()
    yield Finding(
        id="heart:qt",
        topic=Topic.HEART,
        severity=_severity(own, added, medicines, limit.number("value")),
        title="Heart rhythm",
        sentence=join(
            f"In the simulation of “{found[0].name}” the largest change of the QT interval of the heart by the "
            f"alkaloids is {with_spreads(found[1])}."
            if found is not None
            else "What the alkaloids do to the QT interval of the heart was not computed.",
            "Most of what the product holds was never measured at the channel." if own and not own.determined else "",
            _together(own, added, medicines),
            f"Regulators look closely from {number(limit.number('value'))} ms on.",
            "Fainting, a racing or irregular heart: call for help.",
        ),
        reason=join(
            "Mitragynine and some minor alkaloids block the hERG channel in cells; the papers differ several-fold. "
            "What the medicines add is judged by their group, not measured for this person.",
            _observed(),
        ),
        rule=COMPUTED if found is not None else NOT_COMPUTED,
        certainty=Certainty.VERY_LOW if own is not None and own.determined else Certainty.NOT_KNOWN,
        figures=(*(named(s, f) for s, f in figures(exposure, KEY)), *added),
        sources=tuple(dict.fromkeys((*CHANNEL, SLOPE, LIMIT, *SEEN, *(f"substances:{s.id}" for s in medicines)))),
        not_known=(
            "A change of QTc by a known amount of kratom was never measured in people.",
            "What 7-hydroxymitragynine does to the channel.",
            *(
                (f"How much {listed(s.name for s in medicines if s.qt_category not in CATEGORIES)} adds.",)
                if any(s.qt_category not in CATEGORIES for s in medicines)
                else ()
            ),
            f"Why {known.row(SEEN[0]).measure} was so common in regular users: the model computes no pulse.",
        ),
        subject=listed(s.name for s in medicines),
    )


def _medicines(case: Case) -> Iterator[Substance]:
    """Medicines of the list that lengthen QT, each once; stopped ones too, for some stay for weeks."""
    seen: set[str] = set()
    for medicine in case.person.medicines:
        for substance in knowledge.resolve(medicine.name).substances:
            if substance.qt_category and substance.id not in seen:
                seen.add(substance.id)
                yield substance


def _added(substance: Substance) -> Figure:
    """What a medicine adds at a usual dose, by its group."""
    name = f"heart.QTc.{substance.id}"
    label = f"change of the QT interval by {substance.name} at a usual dose, judged by its group"
    parameter = CATEGORIES.get(substance.qt_category or "")
    if parameter is None:
        return Figure(key=name, label=label, value=float("nan"), unit="ms", rows=(f"substances:{substance.id}",))
    choice = knowledge.load().parameter(parameter)
    low, high = sample(choice, np.array([-_90_PERCENT, _90_PERCENT]))
    return Figure(
        key=name,
        label=label,
        value=choice.median,
        unit="ms",
        uncertainty=Interval(low=float(low), high=float(high), covers="90 % of what is held possible"),
        rows=(f"substances:{substance.id}", *choice.rows),
    )


def _severity(
    own: Figure | None, added: tuple[Figure, ...], medicines: tuple[Substance, ...], limit: float
) -> Severity:
    total = sum(f.value for f in (own, *added) if f is not None and computed(f))
    if total >= limit or any(s.qt_category and s.qt_category.startswith(("known", "special")) for s in medicines):
        return Severity.MAJOR
    if own is None or not own.determined:
        return Severity.UNKNOWN
    most = sum(highest(f) for f in (own, *added) if computed(f))
    return Severity.MODERATE if medicines or most >= limit else Severity.MINOR


def _together(own: Figure | None, added: tuple[Figure, ...], medicines: tuple[Substance, ...]) -> str:
    if not medicines:
        return ""
    each = [
        f"{s.name} ({s.qt_category}) {f'about {number(f.value)} ms' if computed(f) else 'an unknown amount'}"
        for s, f in zip(medicines, added, strict=True)
    ]
    parts = [f for f in (own, *added) if f is not None and computed(f)]
    low = sum(f.uncertainty.low if f.uncertainty else f.value for f in parts)
    high = sum(f.uncertainty.high if f.uncertainty else f.value for f in parts)
    total = sum(f.value for f in parts)
    said = f"On your list {listed(each)} may lengthen it too, as a group at a usual dose."
    return f"{said} If all adds up, that is about {number(total)} ms (uncertainty {number(low)} to {number(high)})."


def _observed() -> str:
    fast, long_qt, borderline, _ = (knowledge.load().row(row) for row in SEEN)
    return (
        f"In {fast.dataset_or_case} ({count(fast.number('n'))} people) {fast.measure} had an odds ratio of "
        f"{number(fast.number('value'))}, {borderline.measure} was {borderline.value}, and for {long_qt.measure} there "
        f"was {long_qt.value}."
    )
