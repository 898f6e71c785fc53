"""Conditions that change the body and that the model computes: what a case may say of them, and how text is read."""

import re
from dataclasses import dataclass

GRADES = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}  # Child-Pugh points
STAGES = ("1", "2", "3", "3a", "3b", "4", "5")
EGFR = (2.0, 200.0)  # mL/min/1.73 m²: beyond them a figure is mistyped
WEEKS = (1.0, 42.0)
OLDEST_PREGNANT = 60.0


@dataclass(frozen=True)
class Cirrhosis:
    """Cirrhosis of the liver.

    Attributes:
        child_pugh: ``A``, ``B`` or ``C``; ``None`` is not known.
    """

    child_pugh: str | None = None


@dataclass(frozen=True)
class KidneyDisease:
    """Chronic kidney disease.

    Attributes:
        egfr: estimated filtration, mL/min/1.73 m²; ``None`` is not known.
        stage: one of ``1``, ``2``, ``3``, ``3a``, ``3b``, ``4``, ``5``; ``None`` is not known.
    """

    egfr: float | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Pregnancy:
    """Pregnancy.

    Attributes:
        week: gestational week; ``None`` is not known.
        trimester: 1, 2 or 3; ``None`` is not known.
    """

    week: float | None = None
    trimester: int | None = None


State = Cirrhosis | KidneyDisease | Pregnancy

_CIRRHOSIS = re.compile(r"\bcirrho(?:sis|tic)\b|\bchild[- ]?pugh\b")  # the score is one of cirrhosis
_KIDNEYS = re.compile(r"\b(?:kidney|renal) (?:disease|failure|insufficiency|impairment)\b|\bckd\b|\bdialysis\b")
_PREGNANCY = re.compile(r"(?:i am |currently |is )?pregnan(?:t|cy)\b")
# Words that make of a phrase something else than a condition of today.
_NOT_NOW = re.compile(
    r"\b(?:no|not|none|non|never|without|past|previous|former|history|family|mother|father|risk|fear|suspected|possible|"
    r"plan\w*|trying|want\w*|test|loss|after|before|acute|biliary|negative|avoid\w*|prevent\w*)\b"
)
_CHILD_PUGH = re.compile(
    r"\bchild(?:[- ]?pugh)?(?: turcotte)?[ :,]*(?:class|grade|score|stage)?[ :,]*([abc]|\d{1,2})\b"
)
_STAGE = re.compile(r"\b(?:stage|g) ?([1-5][ab]?)\b")
_EGFR = re.compile(r"\be?gfr\D{0,5}(\d+(?:\.\d+)?)")
_END_STAGE = re.compile(r"\bdialysis\b|\bend[- ]stage\b")
_WEEK = re.compile(r"\bweeks? (\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)? ?(?:weeks?|wks?)\b")
_TRIMESTER = re.compile(r"\b(?:(first|1st|1)|(second|2nd|2)|(third|3rd|3)) trimester\b|\btrimester ([123])\b")


def in_text(entered: str) -> State | None:
    """The condition that free text names, with what it says of its severity; ``None`` where it names none of today.

    Only plain words count: whatever reads as past, planned, feared or denied names nothing here, and the notes of the
    simulation then say that the condition is not in the virtual people.
    """
    text = re.sub(r"\s+", " ", entered.casefold()).strip()
    if _NOT_NOW.search(text):
        return None
    if _CIRRHOSIS.search(text):
        said = _CHILD_PUGH.search(text)
        return Cirrhosis(grade(said[1]) if said else None)
    if _KIDNEYS.search(text):
        return _kidneys(text)
    if _PREGNANCY.match(text):
        return _pregnancy(text)
    return None


def kind(name: str) -> type[State] | None:
    """Which condition a name names."""
    found = in_text(name)
    return None if found is None else type(found)


def grade(said: str) -> str | None:
    """A Child-Pugh grade from its letter or its points; ``None`` where there is no such grade."""
    letter = said.strip().upper()
    if letter in GRADES:
        return letter
    if not letter.isdigit():
        return None
    return next((name for name, (low, high) in GRADES.items() if low <= int(letter) <= high), None)


def in_words(name: str, state: State | None) -> str:
    """A condition as one phrase, such as ``cirrhosis, Child-Pugh B``."""
    match state:
        case Cirrhosis(child_pugh=str(letter)):
            return f"{name}, Child-Pugh {letter}"
        case KidneyDisease(egfr=float(rate)):
            return f"{name}, eGFR {rate:g}"
        case KidneyDisease(stage=str(stage)):
            return f"{name}, stage {stage}"
        case Pregnancy(week=float(week)):
            return f"{name}, week {week:g}"
        case Pregnancy(trimester=int(trimester)):
            return f"{name}, trimester {trimester}"
    return name


def _kidneys(text: str) -> KidneyDisease:
    rate, stage = _EGFR.search(text), _STAGE.search(text)
    if rate and EGFR[0] <= float(rate[1]) <= EGFR[1]:
        return KidneyDisease(egfr=float(rate[1]))
    if stage and stage[1] in STAGES:
        return KidneyDisease(stage=stage[1])
    return KidneyDisease(stage="5" if _END_STAGE.search(text) else None)


def _pregnancy(text: str) -> Pregnancy:
    week, trimester = _WEEK.search(text), _TRIMESTER.search(text)
    if week:
        number = float(week[1] or week[2])
        if WEEKS[0] <= number <= WEEKS[1]:
            return Pregnancy(week=number)
    if trimester:
        *words, digit = trimester.groups()
        return Pregnancy(trimester=int(digit) if digit else next(i for i, said in enumerate(words, 1) if said))
    return Pregnancy()
