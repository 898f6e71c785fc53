"""The case file: every field with its type, words and bounds; ``docs/case-file.md`` tells the same to people."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from speciosa.border import FileModel
from speciosa.cases._fields import (
    Amount,
    ChildPugh,
    ContentText,
    Filtration,
    Somewhere,
    Stage,
    Week,
    When,
    Years,
    line,
    quantity,
)
from speciosa.cases._product import Form
from speciosa.certificates import PIECES

Forms = Literal["powder", "tea", "capsule", "tablet", "liquid_extract", "dry_extract", "chewable"]
Pieces = Literal["tablet", "capsule", "shot", "serving", "bottle", "sachet", "gummy", "piece"]
MOST_DOSES = 5000
MOST_REGIMENS = 6


class ContentFile(FileModel):
    """One content that the user types in."""

    analyte: Annotated[str, line(80)] = Field(description="name of the alkaloid, such as `mitragynine`")
    amount: ContentText = Field(description="how much, such as `19.5 mg/g`, `45 %`, `15 mg/tablet`, `ND` or `NT`")
    sd: ContentText | None = Field(None, description="standard deviation, in the same unit")
    low: ContentText | None = Field(None, description="lower end of the range, in the same unit")
    high: ContentText | None = Field(None, description="upper end of the range, in the same unit")
    loq: ContentText | None = Field(None, description="limit of quantification, in the same unit")
    qualifier: Literal["measured", "stated"] = Field(
        "stated", description="measured by a laboratory, or stated on a label"
    )


class ProductFile(FileModel):
    """What is swallowed; exactly one of known, certificate and contents says what it holds."""

    known: Annotated[str, line(80)] | None = Field(None, description="id of a known product, such as `k51-leaf-powder`")
    certificate: Annotated[str, line(400)] | None = Field(
        None, description="file of a laboratory certificate, CSV or JSON, beside the case"
    )
    contents: list[ContentFile] | None = Field(
        None, min_length=1, max_length=50, description="list of contents, each with analyte and amount"
    )
    form: Forms | None = Field(None, description=f"how it is taken: {', '.join(Form)}")
    name: Annotated[str, line(200)] | None = Field(None, description="what the product is called")
    unit: Pieces | None = Field(None, description=f"name of one piece: {', '.join(PIECES)}")
    unit_mass: Annotated[float, quantity("g", "0.5 g", 1e-3, 1000.0)] | None = Field(
        None, description="mass of one piece, such as `0.5 g`"
    )
    unit_volume: Annotated[float, quantity("mL", "15 mL", 1e-2, 1000.0)] | None = Field(
        None, description="volume of one piece, such as `15 mL`"
    )
    maker: Annotated[str, line(200)] | None = Field(None, description="who made it")
    note: Annotated[str, line(2000)] | None = Field(None, description="anything else about it")


class MedicineFile(FileModel):
    """A medicine with more than its name."""

    name: Annotated[str, line(120)] = Field(description="name of the medicine, such as `sertraline`")
    dose: Annotated[str, line(80)] | None = Field(None, description="its dose, such as `100 mg`")
    use: Literal["daily", "as needed", "stopped"] = Field("daily", description="daily, as needed or stopped")
    last_taken: Annotated[float, quantity("hour", "12 h", 0.0, 87600.0)] | None = Field(
        None, description="time between its last dose and the first dose of the product, such as `12 h`"
    )


class PhenotypesFile(FileModel):
    """Enzyme phenotypes, where a genetic test told them."""

    CYP2D6: Literal["poor", "intermediate", "normal", "ultrarapid"] | None = Field(
        None, description="poor, intermediate, normal or ultrarapid"
    )
    CYP2C19: Literal["poor", "intermediate", "normal", "rapid", "ultrarapid"] | None = Field(
        None, description="poor, intermediate, normal, rapid or ultrarapid"
    )
    CYP3A5: Literal["expresser", "non-expresser"] | None = Field(None, description="expresser or non-expresser")


class ConditionFile(FileModel):
    """A condition that changes the body, with how far."""

    name: Annotated[str, line(200)] = Field(description="`cirrhosis`, `kidney disease`, `pregnancy`, or any other")
    child_pugh: ChildPugh | None = Field(None, description="of cirrhosis: Child-Pugh grade A, B or C, or its points")
    egfr: Filtration | None = Field(
        None, description="of kidney disease: estimated filtration, such as `35` (mL/min/1.73 m²)"
    )
    stage: Stage | None = Field(None, description="of kidney disease: stage 1, 2, 3, 3a, 3b, 4 or 5")
    week: Week | None = Field(None, description="of pregnancy: gestational week, such as `28`")
    trimester: Literal[1, 2, 3] | None = Field(None, description="of pregnancy: trimester, 1, 2 or 3")


def _shape(raw: object) -> str:
    return "text" if isinstance(raw, str) else "mapping"


OneMedicine = Annotated[
    Annotated[str, line(200), Tag("text")] | Annotated[MedicineFile, Tag("mapping")], Discriminator(_shape)
]
OneCondition = Annotated[
    Annotated[str, line(200), Tag("text")] | Annotated[ConditionFile, Tag("mapping")], Discriminator(_shape)
]
Ancestry = Literal["african_american", "central_south_asian", "east_asian", "european", "latino", "sub_saharan_african"]


class PersonFile(FileModel):
    """Who takes it."""

    age: Years = Field(description="age in years, such as `34`")
    sex: Literal["F", "M"] = Field(description="F or M, as recorded at birth")
    weight: Annotated[float, quantity("kg", "66 kg", 25.0, 350.0)] | None = Field(
        None, description="weight, such as `66 kg` or `145 lb`"
    )
    height: Annotated[float, quantity("cm", "168 cm", 100.0, 250.0)] | None = Field(
        None, description="height, such as `168 cm` or `5 ft 6 in`"
    )
    ancestry: Ancestry | None = Field(None, description="group whose enzyme frequencies fit, if one does")
    phenotypes: PhenotypesFile | None = Field(None, description="enzyme phenotypes from a genetic test")
    conditions: list[OneCondition] = Field(
        [], max_length=50, description="list of conditions, each in words or as a mapping"
    )
    medicines: list[OneMedicine] = Field(
        [], max_length=50, description="list of medicines and other substances, each as text or as a mapping"
    )
    place: Somewhere | None = Field(
        None, description="where the person lives, such as `US-CO`, `Denver, Colorado` or `DE`"
    )
    kratom_use: Literal["never", "sometimes", "daily"] | None = Field(
        None, description="how often kratom was used until now: never, sometimes or daily"
    )


class DoseFile(FileModel):
    """One dose, given once or again and again."""

    at: When = Field(
        description="clock time of the first day, such as `20:00`, or time since the first dose, such as `12 h`"
    )
    amount: Amount = Field(description="how much, such as `2 g` or `1 tablet`")
    every: Annotated[float, quantity("hour", "24 h", 0.05, 8784.0)] | None = Field(
        None, description="time between doses, such as `24 h`"
    )
    times: int = Field(1, ge=1, le=MOST_DOSES, description="how many doses")


class RegimenFile(FileModel):
    """One way of taking the product."""

    name: Annotated[str, line(80)] = Field(description="a name of your own, such as `every evening`")
    food: Literal["fed", "fasted"] | None = Field(None, description="fed (with a meal) or fasted; fasted by default")
    doses: list[DoseFile] = Field(min_length=1, max_length=500, description="list of doses, each with at and amount")


class SimulationFile(FileModel):
    """How much to simulate."""

    people: int = Field(1000, ge=1, le=1_000_000, description="virtual people")
    draws: int = Field(40, ge=0, le=1000, description="draws of the uncertain parameters")
    seed: int = Field(1, ge=0, lt=2**32, description="seed: the same seed gives the same numbers")


class CaseFile(FileModel):
    """A case: product, person, regimens."""

    title: Annotated[str, line(200)] | None = Field(
        None, description="what the case is called; the product's name by default"
    )
    asked_on: Annotated[str, line(10)] | None = Field(
        None, description="day that laws and certificates are judged on, such as `2026-11-24`; today by default"
    )
    product: ProductFile = Field(description="what is swallowed, a mapping")
    person: PersonFile = Field(description="who takes it, a mapping")
    regimens: list[RegimenFile] = Field(
        min_length=1, max_length=MOST_REGIMENS, description="list of one to six ways of taking the product"
    )
    simulation: SimulationFile = Field(SimulationFile(), description="how much to simulate")
