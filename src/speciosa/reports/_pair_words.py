"""An interaction in sentences: the same words on a terminal, on a page and beside a picture."""

import math

from speciosa.exposure import Change, Fading, Figure, Pair, Phenotype
from speciosa.reports._words import FOLD, NO_SPREAD, hours, number, span

NO_PROMISE = (
    "A ratio near 1 says only that the amount in the blood hardly changes. It says nothing of effects that add up in "
    "the brain, the breathing or the heart: that is what the rules above are about."
)
_SAME, _LARGE = 1.05, 1.25


def changes(pair: Pair) -> tuple[str, ...]:
    """What happens to each compound; those that hardly change share one sentence."""
    still = [c.compound for c in pair.changes if far(c.auc_ratio.value) < _SAME and math.isfinite(c.auc_ratio.value)]
    moved = [changed(c) for c in pair.changes if c.compound not in still]
    if still:
        names = " and ".join([", ".join(still[:-1]), still[-1]]) if len(still) > 1 else still[0]
        moved.append(f"The AUC of {names} changes by less than {number(_SAME)}-fold.")
    return tuple(moved)


def changed(change: Change) -> str:
    """One compound of the pair in a sentence."""
    ratio = change.auc_ratio
    if not math.isfinite(ratio.value):
        return f"What happens to {change.compound} was not determined."
    return (
        f"The whole exposure to {change.compound} (AUC) {_verb(ratio.value)} {fold(ratio.value)} with both "
        f"({_spreads(ratio)})."
    )


def timing(pair: Pair, of: str) -> str:
    """When one direction is largest, and when it is gone.

    Args:
        pair: the simulation.
        of: name of the medicine or of the alkaloid.
    """
    fadings = [one for one in pair.fading if one.compound == of]
    first = fadings[0]
    if far(first.largest) < _SAME:
        return f"At no time apart does the AUC of {of} change by more than {number(_SAME)}-fold."
    apart = "together with the last dose of the product"
    if first.largest_h:
        side = "after" if first.largest_h > 0 else "before"
        apart = f"{hours(abs(first.largest_h))} {side} the last dose of the product"
    said = f"The change of {of} is largest, {fold(first.largest)}, when {pair.name} is taken {apart}."
    when = "comes after the product" if of == pair.name else "was last taken before the product"
    gone = " and ".join(_gone(one) for one in fadings)
    return f"{said} Where {pair.name} {when}, the median person is {gone}."


def _gone(fading: Fading) -> str:
    """When one direction is within a limit of 1 again."""
    person, people = _from(fading.after_h), _from(fading.all_after_h)
    return f"within {number(fading.below)}-fold of no change {person} (95 % of people {people})"


def sides(pair: Pair) -> tuple[tuple[str, str], ...]:
    """The directions of a pair, the one that changes more first: (``medicine`` or ``alkaloid``, name)."""
    both = (("medicine", pair.name), ("alkaloid", pair.fading[-1].compound))
    held = [side for side in both if all(getattr(one, side[0]) is not None for one in pair.spacings)]
    return tuple(sorted(held, key=lambda side: -max(far(getattr(one, side[0]).value) for one in pair.spacings)))


def by_phenotype(pair: Pair, of: str, name: str) -> str:
    """In whom one direction changes most, and for the medicine who has more of it already.

    Args:
        pair: the simulation.
        of: ``medicine`` or ``alkaloid``.
        name: of the compound.
    """
    ranked = sorted(pair.phenotypes, key=lambda one: far(getattr(one, of).value))
    least, most = (far(getattr(one, of).value) for one in (ranked[0], ranked[-1]))
    value = fold(getattr(ranked[-1], of).value)
    if most < _SAME:
        text = f"In no phenotype does the AUC of {name} change by more than {number(_SAME)}-fold."
    elif most < _SAME * least:
        text = f"The AUC of {name} changes about equally in all phenotypes: {value} where it changes most."
    else:
        text = f"The AUC of {name} changes most in {who(ranked[-1])}: {value}."
    high = max(pair.phenotypes, key=lambda one: one.exposure)
    if of == "alkaloid" or high.exposure < _LARGE:
        return text
    return (
        f"{text} Without the product, {who(high)} already have {fold(high.exposure)} the exposure to {name} of normal "
        "metabolisers who do not express CYP3A5."
    )


def who(one: Phenotype) -> str:
    """People of one phenotype."""
    return (
        f"{one.cyp2d6} metabolisers of CYP2D6 who {'express' if one.cyp3a5 == 'expresser' else 'do not express'} CYP3A5"
    )


def fold(value: float) -> str:
    """A ratio: ``1.39-fold``."""
    return number(value, FOLD)


def spread_words(figure: Figure) -> tuple[str, str, str]:
    """A ratio and both its spreads, for a table."""
    spans = [NO_SPREAD if i is None else span(i.low, i.high) for i in (figure.variability, figure.uncertainty)]
    return fold(figure.value), spans[0], spans[1]


def short_who(one: Phenotype) -> str:
    """People of one phenotype, for a table or an axis."""
    return f"{one.cyp2d6}, 3A5 {'yes' if one.cyp3a5 == 'expresser' else 'no'}"


def far(ratio: float) -> float:
    """How many-fold a ratio is from 1, up or down; 1 where it was not determined."""
    return max(ratio, 1.0 / ratio) if math.isfinite(ratio) and ratio > 0.0 else 1.0


def time_apart(value: float) -> str:
    """Hours between the two doses, in words."""
    if value == 0.0:
        return "together"
    return f"{hours(abs(value))} {'after' if value > 0 else 'before'}"


def _verb(ratio: float) -> str:
    return "is about the same," if far(ratio) < _SAME else "rises" if ratio > 1.0 else "falls"


def _from(after_h: float | None) -> str:
    if after_h is None:
        return "not at the longest time looked at"
    return "at all times" if after_h == 0.0 else f"from {hours(after_h)} on"


def _spreads(figure: Figure) -> str:
    _, people, draws = spread_words(figure)
    said = f"90 % of people {people}"
    return said if draws == NO_SPREAD else f"{said}, and as far as the parameters are known {draws}"
