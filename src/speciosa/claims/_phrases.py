"""The vocabulary of every claim, compiled: which words a clause must hold, and what follows from it."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from speciosa import knowledge
from speciosa.claims._terms import Span, pattern, spans

_ALSO_BEFORE = "~"  # a group that may stand in the sentence before, or in the heading


@dataclass(frozen=True)
class Group:
    """Words of which one must be there.

    Attributes:
        terms: parted by ``|``.
        before: whether they may stand in the sentence before or in the heading instead.
    """

    terms: str
    before: bool


@dataclass(frozen=True)
class Rule:
    """Groups that together make a claim.

    Attributes:
        groups: each must be met.
        contrary: whether these words say the opposite of the claim, as "is addictive" does of "is not addictive".
        hint: whether these words only make the claim possible.
    """

    groups: tuple[Group, ...]
    contrary: bool = False
    hint: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """How one claim is worded.

    Attributes:
        claim: its id.
        rules: any of them makes the claim.
        excludes: words that belong to another claim; empty where there are none.
        examples: phrasings, for the comparison of meaning.
        covers: claims that this one says as well, and that are not shown beside it.
        unbound: whether it can be made by a sentence that is about an illness or other medicines.
    """

    claim: str
    rules: tuple[Rule, ...]
    excludes: str
    examples: tuple[str, ...]
    covers: tuple[str, ...]
    unbound: bool


@cache
def vocabularies() -> tuple[Vocabulary, ...]:
    """The vocabulary of each claim that has one, in the order of the table.

    Raises:
        KnowledgeError: the tables are damaged.
    """
    known = knowledge.load()
    words = {row.name: row.terms for row in known.table("claim_words")}
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in known.table("claim_phrases"):
        rows[row.claim][row.kind].append(row.text)
    return tuple(_vocabulary(claim, kinds, words) for claim, kinds in rows.items())


def _vocabulary(claim: str, kinds: dict[str, list[str]], words: dict[str, str]) -> Vocabulary:
    rules = [Rule(_groups(text, words)) for text in kinds["needs"]]
    rules += [Rule(_groups(text, words), contrary=True) for text in kinds["contrary"]]
    rules += [Rule(_groups(text, words), hint=True) for text in kinds["hints"]]
    return Vocabulary(
        claim,
        tuple(rules),
        "|".join(_filled(text, words) for text in kinds["excludes"]),
        tuple(kinds["example"]) or tuple(row.claim for row in knowledge.load().find("claims", id=claim)),
        tuple(name.strip() for text in kinds["covers"] for name in text.split("|")),
        bool(kinds["unbound"]),
    )


def _groups(text: str, words: dict[str, str]) -> tuple[Group, ...]:
    parts = [part.strip() for part in text.split(" + ")]
    return tuple(
        Group(_filled(part.removeprefix(_ALSO_BEFORE), words), before=part.startswith(_ALSO_BEFORE)) for part in parts
    )


def _filled(terms: str, words: dict[str, str]) -> str:
    """Terms with the shared groups put in for ``@name``."""
    return "|".join(words[one[1:]] if one.startswith("@") else one for one in map(str.strip, terms.split("|")))


def met(rule: Rule, text: str, before: str = "", *, anywhere: bool = False) -> tuple[Span, ...] | None:
    """Every place where a clause meets a group of a rule, or ``None`` where a group is not met.

    Args:
        rule: the rule.
        text: a plain clause.
        before: plain text in which the groups that may stand before may be met too; where one is, its place is the
            beginning of the clause.
        anywhere: whether every group may stand before; one must be in the clause all the same.
    """
    places: list[Span] = []
    here = False
    for group in rule.groups:
        found = spans(group.terms, text)
        if found:
            here = True
            places += found
        elif before and (group.before or anywhere) and pattern(group.terms).search(before):
            places.append((0, 0))
        else:
            return None
    return tuple(places) if here else None
