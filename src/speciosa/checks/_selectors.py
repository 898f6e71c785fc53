"""The language in which the interaction rules say to which medicines they apply.

::

    applies_to   alternative ; alternative ; …
    alternative  condition & condition & …
    condition    [not ] selector
    selector     name:id                    one substance
                 class:x      class:x*      its class, or the beginning of it
                 victim:E                   cleared by enzyme or transporter E, by a major or a minor route
                 activation:E               made active by E
                 perpetrator:text           changes an enzyme: the exact entry, such as "CYP3A4 strong inhibitor"
                 qt:word      qt:*          first word of its QT category, or any category
                 column:value               any other column of ``substances``
                 count:column>=n            medicines of the whole list that are moderate or high in this column
                 unknown medicine           a medicine that is not in our tables
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from speciosa import knowledge
from speciosa.checks._rows import RuleRow, Substance
from speciosa.errors import KnowledgeError

UNKNOWN_MEDICINE = "unknown medicine"
COUNTED = ("moderate", "high")
_COUNT = re.compile(r"(?P<column>\w+)>=(?P<least>\d+)")
_ENTRY = re.compile(r"(?P<what>.+?) \((?P<role>major|minor|activation)\)$")
_CATCH_ALL = range(90, 100)
_WORDS = {
    "name": "the medicine is {}",
    "class": "its class is {}",
    "victim": "it is cleared by {}",
    "activation": "it is made active by {}",
    "perpetrator": "it is a {}",
    "qt": "its QT category, after CredibleMeds, begins with “{}”",
}


class Specificity(IntEnum):
    """How closely a rule describes a medicine; the larger decides."""

    CATCH_ALL = 0
    PREFIX = 1
    FLAG = 2
    ROUTE = 3
    CLASS = 4
    CONJUNCTION = 5
    NAME = 6


_OF_KIND = {
    "name": Specificity.NAME,
    "class": Specificity.CLASS,
    "prefix": Specificity.PREFIX,
    "victim": Specificity.ROUTE,
    "activation": Specificity.ROUTE,
    "perpetrator": Specificity.ROUTE,
    "qt": Specificity.ROUTE,
}


@dataclass(frozen=True)
class Condition:
    """One selector, perhaps negated.

    Attributes:
        kind: ``name``, ``class``, ``prefix``, ``victim``, ``activation``, ``perpetrator``, ``qt``, ``count``,
            ``unknown`` or a column of ``substances``.
        value: what to compare with.
        least: how many medicines a ``count`` needs; 0 for the others.
        negated: whether the selector must not hold.
    """

    kind: str
    value: str
    least: int = 0
    negated: bool = False

    def fits(self, substance: Substance) -> bool:
        """Whether it holds for one substance; ``count`` and ``unknown`` never do."""
        return self._holds(substance) != self.negated

    def _holds(self, substance: Substance) -> bool:
        match self.kind:
            case "count" | "unknown":
                return False
            case "name":
                return substance.id == self.value
            case "class":
                return substance.class_ == self.value
            case "prefix":
                return substance.class_.startswith(self.value)
            case "victim":
                return {(self.value, "major"), (self.value, "minor")} & routes(substance) != set()
            case "activation":
                return (self.value, "activation") in routes(substance)
            case "perpetrator":
                return self.value in _split(substance.perpetrator)
            case "qt":
                words = (substance.qt_category or "").split()
                return bool(words) and self.value in {"*", words[0]}
            case column:
                return str(getattr(substance, column)) == self.value

    @property
    def words(self) -> str:
        """The condition for a reader."""
        if self.kind == "unknown":
            return "the medicine is not in our tables"
        if self.kind == "count":
            return f"at least {self.least} medicines of the list are {self.value} (moderate or high)"
        if self.kind == "qt" and self.value == "*":
            text = "it stands in a QT list, after CredibleMeds"
        elif self.kind == "prefix":
            text = f"its class begins with {_plain(self.value)}"
        else:
            text = _WORDS.get(self.kind, f"{_plain(self.kind)} is {{}}").format(_plain(self.value))
        return f"not: {text}" if self.negated else text


@dataclass(frozen=True)
class Alternative:
    """Conditions that must hold together."""

    conditions: tuple[Condition, ...]

    def fits(self, substance: Substance) -> bool:
        """Whether all conditions hold for one substance."""
        return all(condition.fits(substance) for condition in self.conditions)

    @property
    def specificity(self) -> Specificity:
        """A name alone is closest, then a conjunction, then the kind of the only selector."""
        stated = [c for c in self.conditions if not c.negated]
        if len(self.conditions) > 1:
            return Specificity.CONJUNCTION
        return _OF_KIND.get(stated[0].kind, Specificity.FLAG) if stated else Specificity.CATCH_ALL

    @property
    def words(self) -> str:
        """The alternative for a reader."""
        return " and ".join(condition.words for condition in self.conditions)


@dataclass(frozen=True)
class Selector:
    """What a rule applies to: any of its alternatives."""

    alternatives: tuple[Alternative, ...]
    catch_all: bool

    def fit(self, substance: Substance) -> Alternative | None:
        """The most specific alternative that fits, or ``None``."""
        fitting = [a for a in self.alternatives if a.fits(substance)]
        return max(fitting, key=lambda a: a.specificity, default=None)

    def specificity(self, alternative: Alternative) -> Specificity:
        """How closely the rule describes a medicine through this alternative."""
        return Specificity.CATCH_ALL if self.catch_all else alternative.specificity

    def counted(self, substances: Sequence[Substance]) -> tuple[Substance, ...]:
        """Medicines behind a ``count`` that is reached; empty when it is not, or when the rule counts nothing."""
        for condition in (c for a in self.alternatives for c in a.conditions if c.kind == "count"):
            found = tuple(s for s in substances if getattr(s, condition.value) in COUNTED)
            if len(found) >= condition.least:
                return found
        return ()

    @property
    def for_unknown(self) -> bool:
        """Whether this is the rule for medicines that are not in our tables."""
        return any(c.kind == "unknown" for a in self.alternatives for c in a.conditions)


@cache
def selector(rule: RuleRow) -> Selector:
    """The selector of one rule.

    Raises:
        KnowledgeError: the rule's ``applies_to`` cannot be read; the sentence names the rule.
    """
    alternatives = tuple(
        Alternative(tuple(_condition(part, rule) for part in text.split("&"))) for text in rule.applies_to.split(";")
    )
    found = re.fullmatch(r"R(\d+)", rule.id)
    return Selector(alternatives, catch_all=found is not None and int(found[1]) in _CATCH_ALL)


def routes(substance: Substance) -> frozenset[tuple[str, str]]:
    """What clears or activates a substance, such as ``("CYP3A4", "major")``."""
    entries = (_ENTRY.match(entry) for entry in _split(substance.victim_of))
    return frozenset((entry["what"], entry["role"]) for entry in entries if entry)


def _condition(text: str, rule: RuleRow) -> Condition:
    text = text.strip()
    negated = text.startswith("not ")
    text = text.removeprefix("not ").strip()
    if text == UNKNOWN_MEDICINE and not negated:
        return Condition("unknown", "")
    kind, colon, value = (part.strip() for part in text.partition(":"))
    if not (kind and colon and value):
        raise KnowledgeError(
            f"Rule {rule.id} applies to {text!r}, which is no selector; expected kind:value, such as class:ssri."
        )
    if kind == "count":
        return _count(value, rule, negated=negated)
    if kind == "class" and value.endswith("*"):
        return Condition("prefix", value.removesuffix("*"), negated=negated)
    if kind not in _WORDS and kind not in _columns():
        raise KnowledgeError(
            f"Rule {rule.id} applies to {text!r}; {kind!r} is neither a selector nor a column of substances."
        )
    return Condition(kind, value, negated=negated)


def _count(value: str, rule: RuleRow, *, negated: bool) -> Condition:
    found = _COUNT.fullmatch(value.replace(" ", ""))
    if negated or found is None or found["column"] not in _columns():
        raise KnowledgeError(
            f"Rule {rule.id} counts {value!r}; expected a column of substances and a number, such as serotonergic>=2."
        )
    return Condition("count", found["column"], least=int(found["least"]))


@cache
def _columns() -> frozenset[str]:
    return frozenset(knowledge.schema("substances")["properties"]) - {"id", "source_id", "confidence"}


def _split(cell: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (cell or "").split(";") if part.strip())


def _plain(text: str) -> str:
    return text.replace("_", " ")
