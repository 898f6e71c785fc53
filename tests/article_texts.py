"""Read the labelled texts about kratom and other plants; `tests/articles/README.md` says what a label means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "articles"
HALVES = ("tuning", "heldout")
STANCES = ("asserts", "denies", "hedges")
ABOUT = ("kratom", "other", "mixed")
NONE = "none"
"""The label of a sentence that claims something about kratom which the register does not hold."""


@dataclass(frozen=True)
class Label:
    """One claim at one place of a text.

    `otherwise` are (claim, stance) pairs that are as right; `also` are claims that the words take for granted, which
    may be found or not.
    """

    start: int
    stop: int
    claim: str
    stance: str
    otherwise: frozenset[tuple[str, str]] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def right(self) -> frozenset[tuple[str, str]]:
        """Every claim that meets this label, with each stance that is right for it."""
        return self.otherwise | {(self.claim, self.stance)}

    @property
    def ids(self) -> frozenset[str]:
        """Every claim that meets this label."""
        return frozenset(claim for claim, _ in self.right)


@dataclass(frozen=True)
class Labelled:
    """One text with its labels; `plain` is the text that the places of the labels count in."""

    id: str
    half: str
    style: str
    about: str
    text: str
    plain: str
    labels: tuple[Label, ...]

    @property
    def claims(self) -> tuple[Label, ...]:
        """The labels that name a claim of the register."""
        return tuple(label for label in self.labels if label.claim != NONE)


def plain(text: str) -> str:
    """Without Markdown's marks and with single spaces, so that a quoted sentence is found however it was set."""
    return " ".join(re.sub(r"[*_`#>|]+", " ", text).split())


def read(half: str) -> tuple[Labelled, ...]:
    """All texts of one half, by id; a label whose words do not stand exactly once in its text is a ValueError."""
    return tuple(_labelled(path, half) for path in sorted((FOLDER / half).glob("*.yaml")))


def sisters() -> Mapping[str, tuple[str, ...]]:
    """For each claim, the wider claims that it implies: finding them beside it is neither right nor wrong."""
    written = yaml.safe_load((FOLDER / "sisters.yaml").read_text("utf-8"))
    return {claim: tuple(wider) for claim, wider in written.items()}


def _labelled(path: Path, half: str) -> Labelled:
    written = yaml.safe_load(path.read_text("utf-8"))
    smooth = plain(written["text"])
    labels = [label for row in written.get("labels") or () for label in _labels(row, smooth, path.name)]
    return Labelled(written["id"], half, written["style"], written["about"], written["text"], smooth, tuple(labels))


def _labels(row: Mapping, text: str, name: str) -> list[Label]:
    words = plain(row["sentence"])
    if text.count(words) != 1:
        raise ValueError(f"{name}: {words!r} stands {text.count(words)} times in the text; quote words that stand once")
    if unknown := set(row) - {"sentence", "claim", "stance", "or", "also"}:
        raise ValueError(f"{name}: {words!r} has a key that no label has: {', '.join(sorted(unknown))}")
    if isinstance(row["claim"], list) and "or" in row:
        raise ValueError(f"{name}: {words!r} has several claims and `or`; give the claim with alternatives its own row")
    start = text.index(words)
    claims = row["claim"] if isinstance(row["claim"], list) else [row["claim"]]
    stance = row.get("stance", NONE)
    others = row.get("or") or {}
    pairs = others.items() if isinstance(others, Mapping) else ((claim, stance) for claim in others)
    otherwise, also = frozenset(pairs), frozenset(row.get("also") or ())
    return [Label(start, start + len(words), claim, stance, otherwise, also) for claim in claims]
