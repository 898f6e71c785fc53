"""Which amounts were given to people in studies, read from the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from speciosa import knowledge
from speciosa.checks._rows import GivenRow
from speciosa.checks._words import numbers

_EXPERIMENT = ("randomised", "placebo-controlled")
_SINGLE_UNITS = ("mg", "mg mitragynine")
_DAILY_UNIT = "mg mitragynine/day"
USUAL_INTAKE = "clinical_pk:CP040"  # what regular users were found to take per use
PER_GLASS, GLASSES = "dependence:D003", "dependence:D005"  # intake linked with severe dependence: so many glasses
LEAF_SINGLE, LEAF_DAILY = "exposure_response:E018", "exposure_response:E021"  # leaf, mitragynine not read
NO_SEVEN_OH_TRIAL = "clinical_pk:CP039"


@dataclass(frozen=True)
class Studied:
    """A range of amounts of mitragynine that people were given.

    Attributes:
        lowest: mg.
        highest: mg.
        highest_row: the row that holds the highest.
        lowest_row: the row that holds the lowest.
    """

    lowest: float
    highest: float
    highest_row: str
    lowest_row: str

    @property
    def rows(self) -> tuple[str, ...]:
        """Both rows, once each."""
        return tuple(dict.fromkeys((self.lowest_row, self.highest_row)))


@cache
def single() -> Studied:
    """Single doses of mitragynine with a known amount, in experiments on people."""
    return _range(list(_single()))


@cache
def repeated() -> Studied:
    """Amounts of mitragynine per day that people were given on several days."""
    return _range(list(_repeated()))


@cache
def longest() -> tuple[float, str]:
    """The most days on which people were given mitragynine in an experiment, and the row."""
    rows = [row for row in knowledge.load().table("clinical_pk") if _given(row) and row.dosing_days is not None]
    row = max(rows, key=lambda r: r.number("dosing_days"))
    return float(row.number("dosing_days")), f"clinical_pk:{row.id}"


def usual_highest() -> float:
    """The highest amount per use found among regular users, mg."""
    return float(knowledge.load().row(USUAL_INTAKE).number("conc_high"))


def heavy_per_day() -> float:
    """The amount per day linked with severe dependence: glasses a day times mg a glass."""
    known = knowledge.load()
    return float(known.row(PER_GLASS).number("value") * known.row(GLASSES).number("value"))


def _single() -> Iterator[tuple[float, str]]:
    for row in _experiments(_SINGLE_UNITS):
        yield from ((mg, f"exposure_response:{row.id}") for mg in numbers(row.dose))
    for row in knowledge.load().table("clinical_pk"):
        if _given(row):
            yield from ((mg, f"clinical_pk:{row.id}") for mg in numbers(row.analyte_dose_mg))


def _repeated() -> Iterator[tuple[float, str]]:
    for row in _experiments((_DAILY_UNIT,)):
        yield from ((mg, f"exposure_response:{row.id}") for mg in numbers(row.dose))
    for row in knowledge.load().table("clinical_pk"):
        if _given(row) and (row.dosing_days or 1.0) > 1.0:
            yield from ((mg, f"clinical_pk:{row.id}") for mg in numbers(row.analyte_dose_mg))


def _experiments(units: tuple[str, ...]) -> Iterator[GivenRow]:
    for row in knowledge.load().table("exposure_response"):
        experiment = row.species == "human" and row.evidence_level.startswith(_EXPERIMENT)
        if experiment and "mitragynine" in row.agent and "hydroxy" not in row.agent and row.dose_unit in units:
            yield row


def _given(row: GivenRow) -> bool:
    """Whether a kinetic record is one of people who were given a known amount of mitragynine."""
    return (
        row.analyte == "mitragynine"
        and row.record_type in {"pk_parameter", "design_only"}
        and row.analyte_dose_mg is not None
    )


def _range(found: list[tuple[float, str]]) -> Studied:
    (lowest, low_row), (highest, high_row) = min(found, key=_mg), max(found, key=_mg)
    return Studied(lowest, highest, high_row, low_row)


def _mg(found: tuple[float, str]) -> float:
    return found[0]
