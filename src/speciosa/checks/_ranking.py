"""Which of several interaction rules decides: the specific one over the general one, then the strictest.

A more specific rule overrules a more general one where

* the general rule speaks of no mechanism that the specific one leaves out, or
* the specific rule names the medicine, so that its author had this very medicine in mind, and either the general rule
  is a catch-all or the two share a mechanism, or
* the specific rule is about rescue (naloxone must never be talked down).

A rule for any kratom product never overrules one for the part that this product holds: what is written for
7-hydroxymitragynine stays. A rule that says more than the deciding one, but less strictly, is kept beside it.
Among the rules that stand, the strictest decides. Of equally strict ones a catch-all comes last, then one that speaks
of nothing but a change of level (breathing, withdrawal, fits and rhythm are nearer dangers), then the less specific.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from speciosa import knowledge
from speciosa.checks._finding import Severity
from speciosa.checks._rows import RuleRow, Substance
from speciosa.checks._selectors import Alternative, Specificity, selector

ANY = "any"
RESCUE = "rescue"
NO_INTERACTION = "none"
KINETIC = frozenset(
    {"kratom_raises_medicine", "kratom_lowers_medicine", "medicine_raises_kratom", "medicine_lowers_kratom"}
)


@dataclass(frozen=True)
class Fit:
    """A rule that fits a medicine, and through which of its alternatives."""

    rule: RuleRow
    alternative: Alternative
    specificity: Specificity

    @property
    def severity(self) -> Severity:
        """The rule's severity; the word ``none`` of the table is *inform*."""
        return Severity.INFORM if self.rule.severity == NO_INTERACTION else Severity(self.rule.severity)

    @property
    def mechanisms(self) -> frozenset[str]:
        """The kinds of mechanism the rule speaks of."""
        return frozenset(self.rule.mechanism_type.split(";"))


@dataclass(frozen=True)
class Decision:
    """What follows for one medicine.

    Attributes:
        deciding: the rule that speaks.
        beside: rules that stand too and are less strict.
        overruled: more general rules that were not followed.
    """

    deciding: Fit
    beside: tuple[Fit, ...]
    overruled: tuple[Fit, ...]


def decide(substance: Substance, parts: Collection[str]) -> Decision | None:
    """The rules of one substance for a product that holds these kratom parts; ``None`` where no rule fits."""
    fits = tuple(_fits(substance, parts))
    if not fits:
        return None
    standing = [g for g in fits if not any(overrules(s, g) for s in fits)]
    ranked = sorted(standing, key=_order)
    dropped = sorted((g for g in fits if g not in standing), key=lambda f: (f.severity.rank, f.rule.id))
    return Decision(ranked[0], tuple(ranked[1:]), tuple(dropped))


def _order(fit: Fit) -> tuple[int, bool, bool, int, bool, str]:
    """Strictest first; the rest of the key orders equally strict rules."""
    return (
        fit.severity.rank,
        fit.specificity is Specificity.CATCH_ALL,
        fit.mechanisms <= KINETIC,
        -fit.specificity,
        fit.rule.kratom_part == ANY,
        fit.rule.id,
    )


def overrules(specific: Fit, general: Fit) -> bool:
    """Whether the first rule stands in the place of the second."""
    if RESCUE in specific.mechanisms:
        return RESCUE not in general.mechanisms
    if specific.specificity <= general.specificity or _wider(specific.rule, general.rule):
        return False
    if general.mechanisms <= specific.mechanisms:
        return True
    if specific.specificity is not Specificity.NAME:
        return False
    return general.specificity is Specificity.CATCH_ALL or bool(general.mechanisms & specific.mechanisms)


def _wider(specific: RuleRow, general: RuleRow) -> bool:
    """A rule for any kratom product says too little of the part that the other was written for."""
    return specific.kratom_part == ANY and general.kratom_part != ANY


def _fits(substance: Substance, parts: Collection[str]) -> Iterator[Fit]:
    for rule in knowledge.load().table("rules"):
        if rule.kratom_part in parts:
            read = selector(rule)
            alternative = read.fit(substance)
            if alternative is not None:
                yield Fit(rule, alternative, read.specificity(alternative))
