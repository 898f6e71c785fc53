"""What else the person takes that acts where the product acts: other opioids, and what slows breathing.

They are not followed over time: each counts at the effect of a usual dose, all the time, whatever was entered as its
dose. What was stopped is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from speciosa import knowledge
from speciosa.cases import Case


@dataclass(frozen=True)
class Companion:
    """One substance that is taken beside the product.

    Attributes:
        id: in ``substances``.
        name: in words.
        acts: ``full``, ``partial`` or ``antagonist`` at the mu-opioid receptor, or ``sedative``.
        grade: how far it slows breathing: ``high``, ``moderate``, ``low``; empty for an antagonist.
        daily: taken every day, so that the body is used to it.
    """

    id: str
    name: str
    acts: str
    grade: str
    daily: bool


def company(case: Case) -> tuple[Companion, ...]:
    """Every opioid and every depressant of breathing on the person's list, each once; what was stopped is left out."""
    found: dict[str, Companion] = {}
    for medicine in case.person.medicines:
        if medicine.use == "stopped":
            continue
        for substance in knowledge.resolve(medicine.name).substances:
            acts = _acts(substance)
            if acts:
                grade = substance.respiratory_depressant if acts != "antagonist" else ""
                daily = medicine.use == "daily"
                found.setdefault(substance.id, Companion(substance.id, substance.name, acts, grade, daily))
    return tuple(found.values())


def company_notes(case: Case, companions: tuple[Companion, ...]) -> Iterator[str]:
    """What the simulation assumes of them and of a habit that there was before, in words."""
    if companions:
        names = ", ".join(c.name for c in companions)
        yield (
            f"Beside the product {names} counted for breathing and at the opioid receptor, each as a usual dose that "
            "acts all the time. The doses that were entered do not change that."
        )
    if case.person.kratom_use in {"daily", "sometimes"}:
        yield (
            "Kratom was used before. How much is not known, so the simulation starts from a body that is not adapted: "
            "withdrawal is then underestimated and the effect of the first doses overestimated."
        )


def _acts(substance: knowledge.Substances) -> str:
    table = _declared()
    for role in ("full", "partial", "antagonist"):
        if substance.class_ in table[role]:
            graded = role == "antagonist" or substance.respiratory_depressant in table["grades"]
            return role if graded else ""
    return "sedative" if substance.respiratory_depressant in table["grades"] else ""


@cache
def _declared() -> dict[str, Any]:
    text = resources.files("speciosa.exposure").joinpath("company.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
