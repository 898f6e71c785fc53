"""The person of a case file as a :class:`Person`."""

import re
from types import MappingProxyType

from speciosa.cases._build_conditions import build_conditions
from speciosa.cases._file import MedicineFile, PersonFile
from speciosa.cases._person import Medicine, Person
from speciosa.errors import CaseError

LEANEST, HEAVIEST = 10.0, 90.0  # body mass index, kg/m²: beyond them a weight or a height is mistyped

_AMOUNT = r"\d[\d.,/ -]*\s?(?:mg|mcg|[µμ]g|ug|g|mL|ml|IU|units?|tablets?|drops?|puffs?|drinks?|%)\b(?:/\S+)?"
_MEDICINE = re.compile(
    rf"(?P<name>\S.*?)(?:[\s,]+(?P<dose>{_AMOUNT}))?(?:[\s,]+\(?(?P<use>daily|as needed|stopped)\)?)?", re.IGNORECASE
)


def build_person(fields: PersonFile, where: str | None) -> Person:
    """The person, with body measures that fit each other.

    Raises:
        CaseError: weight and height do not fit, or a condition cannot be.
    """
    _check_body(fields, where)
    conditions, states = build_conditions(fields, where)
    phenotypes = fields.phenotypes.model_dump(exclude_none=True) if fields.phenotypes else {}
    return Person(
        age_y=fields.age,
        sex=fields.sex,
        height_cm=fields.height,
        weight_kg=fields.weight,
        ancestry=fields.ancestry,
        phenotypes=MappingProxyType(phenotypes),
        conditions=conditions,
        medicines=tuple(_medicine(m) for m in fields.medicines),
        place=fields.place.iso if fields.place else None,
        locality=fields.place.locality if fields.place else None,
        kratom_use=fields.kratom_use,
        **states,
    )


def _check_body(fields: PersonFile, where: str | None) -> None:
    if fields.weight is None or fields.height is None:
        return
    index = fields.weight / (fields.height / 100.0) ** 2
    if not LEANEST <= index <= HEAVIEST:
        remedy = (
            f"a weight that fits the height of {fields.height:g} cm: the body mass index would be {index:.1f} kg/m², "
            f"outside {LEANEST:g} to {HEAVIEST:g}"
        )
        raise CaseError("person.weight", f"{fields.weight:g} kg", remedy, where=where)


def _medicine(entered: str | MedicineFile) -> Medicine:
    """A medicine; in text, an amount behind the name is its dose and the words of use are its use."""
    if isinstance(entered, MedicineFile):
        return Medicine(entered.name, entered.dose, entered.use, entered.last_taken)
    found = _MEDICINE.fullmatch(entered)
    if found is None:
        return Medicine(entered)
    name, dose, use = found.group("name", "dose", "use")
    return Medicine(name, dose, (use or "daily").lower())  # type: ignore[arg-type]  # the expression knows three words
