"""Who takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from speciosa.cases._condition import Cirrhosis, KidneyDisease, Pregnancy

# the groups for which the table of enzymes has frequencies of CYP2D6 and CYP3A5 phenotypes, by our words for them
ANCESTRIES: Mapping[str, str] = MappingProxyType(
    {
        "african_american": "African American",
        "central_south_asian": "Central/South Asian",
        "east_asian": "East Asian",
        "european": "European",
        "latino": "Latino",
        "sub_saharan_african": "Sub-Saharan African",
    }
)

Use = Literal["daily", "as needed", "stopped"]


@dataclass(frozen=True)
class Medicine:
    """A medicine or other substance that the person takes.

    Attributes:
        name: as entered.
        dose: as entered.
        use: how it is taken.
        last_taken_h: hours between its last dose and the first dose of the product.
    """

    name: str
    dose: str | None = None
    use: Use = "daily"
    last_taken_h: float | None = None


@dataclass(frozen=True)
class Person:
    """The person of a case; ``None`` is not known.

    Attributes:
        age_y: years.
        sex: as recorded at birth, for physiology.
        height_cm: cm.
        weight_kg: kg.
        ancestry: one of :data:`ANCESTRIES`.
        phenotypes: ``CYP2D6`` → poor, intermediate, normal, ultrarapid; ``CYP2C19`` → the same and rapid;
            ``CYP3A5`` → expresser, non-expresser.
        conditions: in words, as entered; pregnancy is one of them.
        cirrhosis: what is known of it, where a condition names it.
        kidney_disease: likewise.
        pregnancy: likewise.
        medicines: what else is taken.
        place: ISO 3166 code, such as ``US-CO`` or ``DE``.
        locality: county or city within the place, by its name in the table of laws or as entered.
        kratom_use: how often kratom was used until now.
    """

    age_y: float
    sex: Literal["F", "M"]
    height_cm: float | None = None
    weight_kg: float | None = None
    ancestry: str | None = None
    phenotypes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    conditions: tuple[str, ...] = ()
    cirrhosis: Cirrhosis | None = None
    kidney_disease: KidneyDisease | None = None
    pregnancy: Pregnancy | None = None
    medicines: tuple[Medicine, ...] = ()
    place: str | None = None
    locality: str | None = None
    kratom_use: Literal["never", "sometimes", "daily"] | None = None
