"""What a population could not take into account, in words for the report."""

import re
from collections.abc import Iterator
from dataclasses import fields

from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.people import _rows
from speciosa.people._traits import shares
from speciosa.people._who import Who

ADULT = 18.0


def notes(who: Who, squeezed: int, people: int) -> tuple[str, ...]:
    """Sentences, the most weighty first.

    Args:
        who: what is fixed.
        squeezed: people whose lean organs were made smaller.
        people: number of virtual people.
    """
    return (*_computed(who), *_conditions(who), *_age(who), *_not_given(who), *_squeezed(squeezed, people))


def _computed(who: Who) -> Iterator[str]:
    """For each condition that is in the virtual people: how far, what was not told, what is still left out."""
    says = _rows.declared()["computed"]
    for name, told in {name: getattr(who, name) for name in says}.items():
        if told is not None:
            known = [
                f"{key} {value:g}" if isinstance(value, float) else f"{key} {value}" for key, value in _details(told)
            ]
            degree = f" ({', '.join(known)})" if known else ""
            yield f"{says[name]['has']}{degree}. {says[name]['left_out']}"
            if not known:
                yield says[name]["drawn"]


def _details(told: Cirrhosis | KidneyDisease | Pregnancy) -> Iterator[tuple[str, object]]:
    words = {"child_pugh": "Child-Pugh", "egfr": "eGFR"}
    for field in fields(told):
        value = getattr(told, field.name)
        if value is not None:
            yield words.get(field.name, field.name), value


def _conditions(who: Who) -> Iterator[str]:
    for entry in _rows.declared()["conditions"].values():
        if getattr(who, entry.get("computed_as", ""), None) is not None:
            continue
        said = [c for c in who.conditions if _names(c, entry["words"])]
        if said:
            yield f"{entry['says']} (said: {', '.join(said)})"


def _age(who: Who) -> Iterator[str]:
    if who.age_y is None:
        return
    if who.age_y < ADULT:
        yield "The person is under 18; the virtual people have the bodies of young adults of this height and weight."
    oldest = max(_rows.age_range(key)[1] for keys in _rows.declared()["by_age"]["height"].values() for key in keys)
    if who.age_y > oldest:
        yield (
            f"The figures on blood and creatinine end at {oldest:.0f} years; for a person of {who.age_y:g} years those "
            "of the oldest group are used."
        )


def _not_given(who: Who) -> Iterator[str]:
    if who.ancestry is None and None in {who.cyp2d6, who.cyp2c19, who.cyp3a5, who.height_cm, who.weight_kg}:
        groups = _rows.declared()["ancestry"]
        mixture = ", ".join(
            f"{100 * share:.3g} % {groups[key]['name']}" for key, share in shares().items() if share > 0
        )
        yield f"Ancestry was not given; what depends on it is drawn from a mixture: {mixture}."
    missing = [
        word
        for word, value in {
            "age": who.age_y,
            "sex": who.sex,
            "height": who.height_cm,
            "weight": who.weight_kg,
        }.items()
        if value is None
    ]
    if missing:
        listed = " and ".join(filter(None, [", ".join(missing[:-1]), missing[-1]]))
        yield f"Not given: {listed}; drawn as among adults of the United States."


def _squeezed(squeezed: int, people: int) -> Iterator[str]:
    if squeezed:
        yield (
            f"In {squeezed} of {people} virtual people the drawn organs left too little room for fat; "
            "all their other organs were made smaller to fit the weight."
        )


def _names(condition: str, beginnings: list[str]) -> bool:
    """Whether a word of the condition begins with one of these: adrenal is not renal."""
    return any(re.search(rf"\b{re.escape(beginning)}", condition.lower()) for beginning in beginnings)
