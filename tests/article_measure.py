"""Measure a matcher of claims on the labelled texts: `python tests/article_measure.py tuning` or `heldout`."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import sentencex
from rapidfuzz import fuzz, process, utils

from article_texts import HALVES, NONE, Labelled, plain, read, sisters
from speciosa import claims, knowledge

SEED = 20261125
RESAMPLES = 2000
"""Enough for the second digit of a 95 % percentile interval."""
NEAR_ENOUGH = 85.0
"""A sentence that its matcher has tidied up is still found in the text at this share of equal letters (percent)."""


@dataclass(frozen=True)
class Mention:
    """What a matcher found: a sentence of the text, a claim (or `none`: not in the register) and the stance."""

    sentence: str
    claim: str
    stance: str


WORDS_SHARED = 70.0
"""How alike the plainest matcher wants a sentence and a claim to be (percent); chosen by eye on the tuning half."""

Matcher = Callable[[str], Iterable[Mention]]


@dataclass(frozen=True)
class Tally:
    """Counts over texts. A claim counts once per text; a mention counts once per labelled place."""

    claims_right: int = 0
    claims_false: int = 0
    claims_met: int = 0
    claims_missed: int = 0
    mentions_right: int = 0
    mentions_false: int = 0
    mentions_met: int = 0
    mentions_missed: int = 0
    stances_right: int = 0
    stances_wrong: int = 0
    unregistered: int = 0
    """Sentences labelled `none`."""
    unregistered_forced: int = 0
    """Of these, the ones to which a claim of the register was pinned."""
    unregistered_seen: int = 0
    """Of these, the ones that were shown as a claim that is not in the register."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, part.name) + getattr(other, part.name) for part in fields(self)))

    @property
    def precision(self) -> float:
        return share(self.claims_right, self.claims_false)

    @property
    def recall(self) -> float:
        return share(self.claims_met, self.claims_missed)

    @property
    def f1(self) -> float:
        return harmonic(self.precision, self.recall)

    @property
    def mention_precision(self) -> float:
        return share(self.mentions_right, self.mentions_false)

    @property
    def mention_recall(self) -> float:
        return share(self.mentions_met, self.mentions_missed)

    @property
    def mention_f1(self) -> float:
        return harmonic(self.mention_precision, self.mention_recall)

    @property
    def stance(self) -> float:
        return share(self.stances_right, self.stances_wrong)


@dataclass(frozen=True)
class Measured:
    """One text, its counts, the claims missed or falsely found in it, and (labelled, found) for each wrong stance."""

    text: Labelled
    tally: Tally
    missed: frozenset[str]
    false: frozenset[str]
    mistaken: tuple[tuple[str, str], ...] = ()


def share(right: int, wrong: int) -> float:
    """The right ones of all, not a number where there are none."""
    return right / (right + wrong) if right + wrong else float("nan")


def harmonic(precision: float, recall: float) -> float:
    """F1; 0 where nothing is right."""
    return 2 * precision * recall / (precision + recall) if precision + recall else precision + recall


def measure(
    texts: Sequence[Labelled], matcher: Matcher, wider: Mapping[str, Sequence[str]] | None = None
) -> list[Measured]:
    """Run the matcher over the texts; `wider` (by default sisters.yaml) are claims which a claim implies."""
    wider = sisters() if wider is None else wider
    return [_measured(text, tuple(matcher(text.text)), wider) for text in texts]


def total(measured: Iterable[Measured]) -> Tally:
    """The counts of several texts together."""
    return sum((each.tally for each in measured), Tally())


def interval(measured: Sequence[Measured], figure: str) -> tuple[float, float]:
    """95 % percentile interval of a figure of `Tally` when the texts are drawn again, whole, with replacement."""
    columns = [part.name for part in fields(Tally)]
    counts = np.array([[getattr(each.tally, name) for name in columns] for each in measured])
    drawn = np.random.default_rng(SEED).integers(len(measured), size=(RESAMPLES, len(measured)))
    figures = [getattr(Tally(*map(int, row)), figure) for row in counts[drawn].sum(axis=1)]
    low, high = np.nanpercentile(figures, [2.5, 97.5])
    return float(low), float(high)


def _measured(text: Labelled, mentions: Sequence[Mention], wider: Mapping[str, Sequence[str]]) -> Measured:
    by_claim, missed, false = _by_claim(text, {m.claim for m in mentions} - {NONE}, wider)
    placed = [(*_place(text.plain, plain(mention.sentence)), mention) for mention in dict.fromkeys(mentions)]
    by_mention, mistaken = _by_mention(text, placed, wider)
    return Measured(text, by_claim + by_mention + _unregistered(text, placed), missed, false, mistaken)


def _by_claim(
    text: Labelled, found: set[str], wider: Mapping[str, Sequence[str]]
) -> tuple[Tally, frozenset[str], frozenset[str]]:
    meets: dict[str, set[str]] = {}
    for label in text.claims:
        meets.setdefault(label.claim, set()).update(label.ids)
    accepted = set().union(*meets.values())
    tolerated = {wide for claim in accepted for wide in wider.get(claim, ())}
    tolerated.update(*(label.also for label in text.claims))
    missed = frozenset(claim for claim, ways in meets.items() if not ways & found)
    false = frozenset(found - accepted - tolerated)
    right, met = len(found & accepted), len(meets) - len(missed)
    tally = Tally(claims_right=right, claims_false=len(false), claims_met=met, claims_missed=len(missed))
    return tally, missed, false


Placed = tuple[int, int, Mention]


def _by_mention(
    text: Labelled, placed: Sequence[Placed], wider: Mapping[str, Sequence[str]]
) -> tuple[Tally, tuple[tuple[str, str], ...]]:
    met = right = false = 0
    mistaken = []
    for label in text.claims:
        here = [
            (mention.claim, mention.stance)
            for start, stop, mention in placed
            if mention.claim in label.ids and start < label.stop and label.start < stop
        ]
        met += bool(here)
        if here and not label.right.intersection(here):
            mistaken.append((label.stance, here[0][1]))
    for start, stop, mention in placed:
        labels = [label for label in text.claims if start < label.stop and label.start < stop]
        meant = frozenset().union(*(label.ids for label in labels))
        tolerated = {wide for claim in meant for wide in wider.get(claim, ())}.union(*(label.also for label in labels))
        right += mention.claim in meant
        false += mention.claim not in meant | tolerated | {NONE}
    tally = Tally(
        mentions_right=right,
        mentions_false=false,
        mentions_met=met,
        mentions_missed=len(text.claims) - met,
        stances_right=met - len(mistaken),
        stances_wrong=len(mistaken),
    )
    return tally, tuple(mistaken)


def _unregistered(text: Labelled, placed: Sequence[Placed]) -> Tally:
    forced = seen = 0
    nones = [label for label in text.labels if label.claim == NONE]
    for label in nones:
        found = {mention.claim for start, stop, mention in placed if start < label.stop and label.start < stop}
        forced += bool(found - {NONE})
        seen += found == {NONE}
    return Tally(unregistered=len(nones), unregistered_forced=forced, unregistered_seen=seen)


@cache
def _place(text: str, sentence: str) -> tuple[int, int]:
    """Where a sentence stands in the text; an empty place before it where it stands nowhere, which meets no label."""
    if (start := text.find(sentence)) >= 0:
        return start, start + len(sentence)
    found = fuzz.partial_ratio_alignment(text, sentence, score_cutoff=NEAR_ENOUGH)
    return (found.src_start, found.src_end) if found is not None else (-1, -1)


def report(half: str, measured: Sequence[Measured], strict: Tally, *, errors: bool = False) -> str:
    """The table by style, the totals with their intervals and, if asked, what went wrong in each text.

    `strict` are the counts when a wider claim beside its narrower one counts as wrong.
    """
    lines = [f"{half}: {len(measured)} texts", "", _row("style", "texts", "claims", "precision", "recall", "F1")]
    for style in sorted({each.text.style for each in measured}):
        some = [each for each in measured if each.text.style == style]
        tally = total(some)
        wanted = tally.claims_met + tally.claims_missed
        lines.append(_row(style, len(some), wanted, *map(_two, (tally.precision, tally.recall, tally.f1))))
    lines += ["", *_totals(measured), f"precision by claim if no wider claim is allowed beside: {strict.precision:.3f}"]
    return "\n".join([*lines, *(["", *_errors(measured)] if errors else [])]) + "\n"


def _totals(measured: Sequence[Measured]) -> list[str]:
    tally = total(measured)
    figures = {
        "precision by claim": "precision",
        "recall by claim": "recall",
        "F1 by claim": "f1",
        "precision by sentence": "mention_precision",
        "recall by sentence": "mention_recall",
        "F1 by sentence": "mention_f1",
        "stance of the matched": "stance",
    }
    lines = [
        f"{said:24}{getattr(tally, name):.3f}  (95 % by text: {low:.3f} to {high:.3f})"
        for said, name in figures.items()
        for low, high in [interval(measured, name)]
    ]
    others = [each for each in measured if each.text.about == "other"]
    mistaken = Counter(pair for each in measured for pair in each.mistaken)
    wrong = total(others)
    return [
        *lines,
        "stance mistaken: "
        + (", ".join(f"{was} as {found} {n}" for (was, found), n in mistaken.most_common()) or "none"),
        f"texts about other plants: {len(others)}, false claims in them: {wrong.claims_false}",
        f"claims not in the register: {tally.unregistered}, pinned to a claim: {tally.unregistered_forced},",
        f"    shown as not in the register: {tally.unregistered_seen}",
    ]


def _errors(measured: Sequence[Measured]) -> list[str]:
    missed = Counter(claim for each in measured for claim in each.missed)
    false = Counter(claim for each in measured for claim in each.false)
    return [
        "missed most: " + ", ".join(f"{claim} {n}" for claim, n in missed.most_common(20)),
        "falsely found most: " + ", ".join(f"{claim} {n}" for claim, n in false.most_common(20)),
        *(
            f"{each.text.id}: missed {', '.join(sorted(each.missed)) or 'nothing'}; "
            f"falsely found {', '.join(sorted(each.false)) or 'nothing'}"
            for each in measured
            if each.missed or each.false
        ),
    ]


def _row(style: str, *cells: object) -> str:
    return f"{style:24}" + "".join(f"{cell:>11}" for cell in cells)


def _two(figure: float) -> str:
    return "" if np.isnan(figure) else f"{figure:.2f}"


def by_wording(text: str) -> list[Mention]:
    """The plainest matcher, to compare others with: each claim of the register that shares a sentence's words."""
    wordings = {row.id: row.claim for row in knowledge.load().table("claims")}
    return [
        Mention(sentence, claim, "asserts")
        for sentence in sentencex.segment("en", text)
        for _, _, claim in process.extract(
            sentence, wordings, scorer=fuzz.token_set_ratio, processor=utils.default_process, score_cutoff=WORDS_SHARED
        )
    ]


def as_shipped(text: str) -> list[Mention]:
    """The matcher of `speciosa check-article`."""
    checked = claims.check_article(claims.article_of(text.encode()), simulate=False)
    found = [Mention(one.at.text, one.claim, one.stance.value) for one in checked.found]
    return [*found, *(Mention(one.text, NONE, NONE) for one in checked.unregistered)]


MATCHERS: Mapping[str, Matcher] = {"shipped": as_shipped, "wording": by_wording}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure a matcher on one half; the misses of the held-out half are never shown."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("half", choices=HALVES)
    parser.add_argument("--matcher", choices=sorted(MATCHERS), default="shipped")
    parser.add_argument("--errors", action="store_true", help="list what was missed or falsely found (tuning only)")
    chosen = parser.parse_args(arguments)
    if chosen.errors and chosen.half == "heldout":
        parser.error("--errors: the misses of the held-out half stay unseen; measure tuning instead")
    texts, matcher = read(chosen.half), cache(MATCHERS[chosen.matcher])
    measured, strict = measure(texts, matcher), total(measure(texts, matcher, {}))
    sys.stdout.write(report(chosen.half, measured, strict, errors=chosen.errors))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
