"""The conditions of a case file: in words for the checks, and as what the simulation can compute of them."""

from typing import TypedDict

from speciosa.cases._condition import (
    OLDEST_PREGNANT,
    Cirrhosis,
    KidneyDisease,
    Pregnancy,
    State,
    in_text,
    in_words,
    kind,
)
from speciosa.cases._file import ConditionFile, PersonFile
from speciosa.errors import CaseError

DETAILS = {Cirrhosis: ("child_pugh",), KidneyDisease: ("egfr", "stage"), Pregnancy: ("week", "trimester")}
NAMES = {Cirrhosis: "cirrhosis", KidneyDisease: "kidney disease", Pregnancy: "pregnancy"}


class States(TypedDict, total=False):
    """Fields of a person that a condition fills."""

    cirrhosis: Cirrhosis
    kidney_disease: KidneyDisease
    pregnancy: Pregnancy


def build_conditions(fields: PersonFile, where: str | None) -> tuple[tuple[str, ...], States]:
    """Every condition in words, and those that the simulation computes.

    A mapping says more than text, and of several texts on one condition the first that says how far counts.

    Raises:
        CaseError: a detail does not belong to the condition, is told twice, or cannot be in this person.
    """
    words: list[str] = []
    told: dict[type[State], State] = {}
    read: dict[type[State], State] = {}
    for i, entry in enumerate(fields.conditions):
        at = f"person.conditions[{i}]"
        if isinstance(entry, str):
            words.append(entry)
            _take(read, in_text(entry))
            continue
        state = _state(entry, at, where)
        words.append(in_words(entry.name, state))
        if state is None:
            continue
        if type(state) in told:
            raise CaseError(f"{at}.name", entry.name, f"one entry for {NAMES[type(state)]}", where=where)
        if isinstance(state, Pregnancy) and not _can_be_pregnant(fields):
            remedy = f"a person of sex F of at most {OLDEST_PREGNANT:g} years; leave the pregnancy out otherwise"
            raise CaseError(
                f"{at}.name", f"{entry.name} at {fields.age:g} years, sex {fields.sex}", remedy, where=where
            )
        told[type(state)] = state
    if not _can_be_pregnant(fields):
        read.pop(
            Pregnancy, None
        )  # the words stay for the checks; the virtual people are not pregnant, and a note says so
    return tuple(words), _filled(read | told)


def _take(read: dict[type[State], State], state: State | None) -> None:
    if state is None:
        return
    before = read.get(type(state))
    if before is None or before == type(state)():
        read[type(state)] = state


def _filled(states: dict[type[State], State]) -> States:
    filled = States()
    for state in states.values():
        match state:
            case Cirrhosis():
                filled["cirrhosis"] = state
            case KidneyDisease():
                filled["kidney_disease"] = state
            case Pregnancy():
                filled["pregnancy"] = state
    return filled


def _can_be_pregnant(fields: PersonFile) -> bool:
    return fields.sex == "F" and fields.age <= OLDEST_PREGNANT


def _state(entry: ConditionFile, at: str, where: str | None) -> State | None:
    """What a mapping says of a condition; ``None`` where the simulation does not compute it."""
    named = kind(entry.name)
    given = {name: getattr(entry, name) for names in DETAILS.values() for name in names}
    given = {name: value for name, value in given.items() if value is not None}
    own = DETAILS.get(named, ()) if named else ()
    foreign = [name for name in given if name not in own]
    if foreign:
        belongs = next(NAMES[of] for of, names in DETAILS.items() if foreign[0] in names)
        raise CaseError(f"{at}.{foreign[0]}", given[foreign[0]], f"this only with {belongs}", where=where)
    if len(given) > 1:
        raise CaseError(at, " and ".join(given), f"one of {' and '.join(own)}, not both", where=where)
    return named(**given) if named else None
