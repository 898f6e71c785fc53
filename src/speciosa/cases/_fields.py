"""Types of the fields of a case file: each turns what the user wrote into a plain value, or says what is expected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from speciosa.border import one_line, speak
from speciosa.cases._condition import EGFR, GRADES, STAGES, WEEKS, grade
from speciosa.cases._places import Place, UnknownPlaceError, find_place
from speciosa.cases._product import Dose
from speciosa.cases._quantity import QuantityError, amount, measure
from speciosa.certificates import UnreadableError, result, unit_of

MOST_OF_ANYTHING = 1e6  # of a dose in its unit: far beyond any sense, and the real limits are judged with the product


@dataclass(frozen=True, eq=False)  # unions of annotations need a hash
class Reads:
    """Annotation of a field: the function that reads it, and what its JSON Schema says."""

    read: Callable[[object], object]
    says: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self.says)


def line(longest: int) -> Reads:
    """One line of text."""

    def check(raw: object) -> str:
        if not isinstance(raw, str) or not raw.strip():
            raise speak("text")
        text = re.sub(r"\s+", " ", raw).strip()
        if len(text) > longest:
            raise speak(f"text of at most {longest} characters")
        if not text.isprintable():
            raise speak(f"printable text, not {one_line(text)[:40]!r}")
        return text

    return Reads(check, {"type": "string", "minLength": 1, "maxLength": longest})


def quantity(unit: str, example: str, low: float, high: float) -> Reads:
    """A number with a unit, as a float in ``unit`` between two bounds."""

    def check(raw: object) -> float:
        value: float = _speaking(lambda: measure(raw, unit, example))
        if not low <= value <= high:
            raise speak(f"between {low:g} and {high:g} {unit}")
        return value

    return Reads(check, {"type": "string", "examples": [example]})


def _years(raw: object) -> float:
    if isinstance(raw, str):
        raw = _speaking(lambda: measure(raw, "year", "34 years"))
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 12 <= raw <= 110:
        raise speak("an age in years between 12 and 110, such as `34`")
    return float(raw)


def _child_pugh(raw: object) -> str:
    found = grade(str(raw)) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
    if found is None:
        points = f"{min(GRADES.values())[0]} to {max(GRADES.values())[1]}"
        raise speak(f"a Child-Pugh grade, {', '.join(GRADES)}, or its points, {points}")
    return found


def _stage(raw: object) -> str:
    text = str(raw).strip().lower().removeprefix("g") if isinstance(raw, str | int) else ""
    if isinstance(raw, bool) or text not in STAGES:
        raise speak(f"a stage of kidney disease: {', '.join(STAGES)}")
    return text


def _bare(unit: str, pattern: str, bounds: tuple[float, float], example: str) -> Callable[[object], float]:
    """A number whose unit goes without saying; the unit may be written."""

    def check(raw: object) -> float:
        found = re.fullmatch(rf"{pattern}", raw.strip(), re.IGNORECASE) if isinstance(raw, str) else None
        number = float(found["number"]) if found else raw
        if isinstance(number, bool) or not isinstance(number, int | float) or not bounds[0] <= number <= bounds[1]:
            raise speak(f"a number between {bounds[0]:g} and {bounds[1]:g} {unit}, such as `{example}`")
        return float(number)

    return check


def _dose(raw: object) -> Dose:
    value, unit = _speaking(lambda: amount(raw))
    if not 0 < value <= MOST_OF_ANYTHING:
        raise speak("an amount above zero and below sense, such as `2 g` or `1 tablet`")
    return Dose(value, unit)


def _when(raw: object) -> str:
    text = raw.strip() if isinstance(raw, str) else ""
    if clock(text) is not None:
        return text
    hours = _speaking(lambda: measure(raw, "hour", "20:00` or `12 h"))
    if not 0 <= hours <= 24 * 366 * 2:
        raise speak("a clock time such as `20:00`, or the time since the first dose such as `12 h`, up to two years")
    return text


def _place(raw: object) -> Place:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > 80 or not raw.isprintable():
        raise speak("the code or name of a country or US state, such as `US-CO`, `Denver, Colorado` or `DE`")
    try:
        return find_place(raw)
    except UnknownPlaceError as error:
        raise speak(str(error)) from error


def _figure(raw: object) -> str:
    """A content such as ``19.5 mg/g``, ``45 %``, ``15 mg/tablet`` or ``ND``; judged again with its analyte."""
    example = "a content with its unit, such as `19.5 mg/g`, `45 %` or `15 mg/tablet`, or ND, <LOQ or NT"
    if not isinstance(raw, str) or len(raw) > 60 or not raw.strip():
        raise speak(example)
    try:
        found = result(raw)
    except UnreadableError as error:
        raise speak(f"{example} ({error})") from error
    if found.value is not None and unit_of(found.unit) is None:
        raise speak(example)
    return raw.strip()


def clock(text: str) -> float | None:
    """Hours after midnight of a clock time; ``None`` when it is none."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    return None if found is None else int(found.group(1)) + int(found.group(2)) / 60


def _speaking(read: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it reads
    try:
        return read()
    except QuantityError as error:
        raise speak(str(error)) from error


Years = Annotated[float, Reads(_years, {"type": ["number", "string"], "examples": [34, "34 years"]})]
ChildPugh = Annotated[str, Reads(_child_pugh, {"type": ["string", "integer"], "examples": [*GRADES, 8]})]
Stage = Annotated[str, Reads(_stage, {"type": ["string", "integer"], "examples": [4, "3a"]})]
Filtration = Annotated[
    float,
    Reads(
        _bare("mL/min/1.73 m²", r"(?P<number>\d+(\.\d+)?)\s*(mL/min(/1[.]73\s*m(2|²))?)?", EGFR, "35"),
        {"type": ["number", "string"], "examples": [35]},
    ),
]
Week = Annotated[
    float,
    Reads(
        _bare("weeks", r"(week\s*)?(?P<number>\d+(\.\d+)?)\s*(weeks?)?", WEEKS, "28"),
        {"type": ["number", "string"], "examples": [28, "28 weeks"]},
    ),
]
Amount = Annotated[Dose, Reads(_dose, {"type": "string", "examples": ["2 g", "1 tablet", "10 mL"]})]
When = Annotated[str, Reads(_when, {"type": "string", "examples": ["20:00", "12 h"]})]
Somewhere = Annotated[Place, Reads(_place, {"type": "string", "examples": ["US-CO", "Denver, Colorado", "DE"]})]
ContentText = Annotated[
    str, Reads(_figure, {"type": "string", "examples": ["19.5 mg/g", "45 %", "15 mg/tablet", "ND"]})
]
