"""What is fixed about a person, and the words it may be said in."""

from dataclasses import dataclass
from typing import Literal

from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.errors import CaseError
from speciosa.people import _rows

CYP2D6 = ("poor", "intermediate", "normal", "ultrarapid")
CYP2C19 = ("poor", "intermediate", "normal", "rapid", "ultrarapid")
CYP3A5 = ("non-expresser", "expresser")


CHILD_PUGH = ("A", "B", "C")


@dataclass(frozen=True)
class Who:
    """What is fixed about a person; ``None`` is drawn.

    Numbers are taken as they are: the cases room has checked them. A word that is not known raises
    :class:`~speciosa.errors.CaseError`.

    Attributes:
        age_y: age, years.
        sex: as recorded at birth, which sets physiology.
        height_cm: height, cm.
        weight_kg: weight, kg.
        ancestry: one of :func:`ancestries`.
        cyp2d6: one of ``poor``, ``intermediate``, ``normal``, ``ultrarapid``.
        cyp3a5: ``expresser`` or ``non-expresser``.
        conditions: as entered.
        cyp2c19: as ``cyp2d6``, and ``rapid``.
        cirrhosis: what is known of it; its grade is drawn where it is not.
        kidney_disease: likewise, its filtration.
        pregnancy: likewise, its week; the weight is that of today.
    """

    age_y: float | None = None
    sex: Literal["F", "M"] | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    ancestry: str | None = None
    cyp2d6: str | None = None
    cyp3a5: str | None = None
    conditions: tuple[str, ...] = ()
    cyp2c19: str | None = None
    cirrhosis: Cirrhosis | None = None
    kidney_disease: KidneyDisease | None = None
    pregnancy: Pregnancy | None = None

    def __post_init__(self) -> None:
        _one_of("sex", self.sex, _rows.SEXES)
        _one_of("ancestry", self.ancestry, ancestries())
        _one_of("CYP2D6", self.cyp2d6, CYP2D6)
        _one_of("CYP2C19", self.cyp2c19, CYP2C19)
        _one_of("CYP3A5", self.cyp3a5, CYP3A5)
        _one_of("Child-Pugh grade", self.cirrhosis.child_pugh if self.cirrhosis else None, CHILD_PUGH)
        stages = tuple(_rows.declared()["kidney_disease"]["stages"])
        _one_of("stage", self.kidney_disease.stage if self.kidney_disease else None, stages)
        if self.pregnancy is not None and self.sex != "F":
            raise CaseError("pregnancy", f"sex {self.sex}", "a person of sex F")


def ancestries() -> tuple[str, ...]:
    """The groups that the rows on enzymes tell apart."""
    return tuple(_rows.declared()["ancestry"])


def _one_of(field: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise CaseError(field, value, f"one of {', '.join(allowed)}")
