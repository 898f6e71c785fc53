"""How a sentence stands to a claim that it speaks of: asserts, denies or hedges, with the words that decided it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from speciosa.claims._terms import Span, declared, spans

_REACH = 12  # words over which a "not" reaches
_SHORT = 10  # words of a sentence that may take back the one before it
_POINTS_BACK = re.compile(r"\W*(?:but |well,? )?(?:it|that|this|they|these|not|wrong|false|neither)\b")


class Stance(StrEnum):
    """How a text stands to a claim."""

    ASSERTS = "asserts"
    DENIES = "denies"
    HEDGES = "hedges"


@dataclass(frozen=True)
class Ruling:
    """A stance and the words that decided it; no words where it is simply said."""

    stance: Stance
    words: tuple[str, ...]


def stance_of(text: str, clause: Span, places: tuple[Span, ...], *, contrary: bool) -> Ruling:
    """The stance of a sentence to a claim.

    Args:
        text: the plain sentence.
        clause: where the clause stands in it that makes the claim.
        places: where its words stand, in the sentence.
        contrary: whether those words say the opposite of the claim.
    """
    cues = declared("stance")
    refuted = [span for span in spans(cues["refuted"], text) if not _within(span, places)]
    harmless = spans(cues["harmless"], text)
    negated = [
        span
        for span in spans(cues["negations"], text)
        if not _within(span, (*places, *harmless, *refuted)) and _reaches(span, clause, places, text)
    ]
    hedged = [
        span
        for span in spans(cues["hedges"], text)
        if span[0] < clause[1] and not _inside(span, (*places, *harmless, *refuted))
    ]
    if negated:  # a clause with a "not" of its own does not take over that of another clause
        refuted = [span for span in refuted if clause[0] <= span[0] < clause[1]]
    denied = (bool(refuted) + bool(negated) + contrary) % 2 == 1
    if hedged and not refuted and not negated:
        return Ruling(Stance.HEDGES, _words(text, hedged))
    if denied:
        said = places[:1] if contrary and not refuted and not negated else ()
        return Ruling(Stance.DENIES, _words(text, [*refuted, *negated, *said]))
    return Ruling(Stance.ASSERTS, _words(text, [*refuted, *negated]))


def answer_of(text: str) -> Stance | None:
    """The stance of an answer to a question: yes, no, or no answer at all."""
    cues = declared("stance")
    opening = text.lstrip("\"'- ").removeprefix("a:").removeprefix("guest:").strip()
    for name, stance in (("no", Stance.DENIES), ("yes", Stance.ASSERTS)):
        if any(start == 0 for start, _ in spans(cues[name], opening[:60])):
            return stance
    return Stance.DENIES if spans(cues["refuted"], opening) else None


def takes_back(text: str) -> bool:
    """Whether a short sentence takes back the one before it: "It isn't." "That has never been tested."."""
    if len(text.split()) > _SHORT or not _POINTS_BACK.match(text):
        return False
    cues = declared("stance")
    return bool(spans(cues["refuted"], text) or spans(cues["takes_back"], text))


def _reaches(cue: Span, clause: Span, places: tuple[Span, ...], text: str) -> bool:
    """Whether a negation stands in the clause, before some word of the claim, and not too far from it."""
    if not clause[0] <= cue[0] < clause[1]:
        return False
    behind = [start for start, _ in places if start >= cue[1]]
    return bool(behind) and len(text[cue[1] : min(behind)].split()) <= _REACH


def _within(span: Span, others: tuple[Span, ...]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in others)


def _inside(span: Span, others: tuple[Span, ...]) -> bool:
    """Whether a span is a part, not the whole, of another."""
    return any(span != other for other in others if other[0] <= span[0] and span[1] <= other[1])


def _words(text: str, found: list[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[start:end] for start, end in sorted(found)))
