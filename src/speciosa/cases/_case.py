"""The question as a whole: product, person and regimens, frozen and complete."""

import copy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from speciosa.cases._person import Person
from speciosa.cases._product import Product
from speciosa.cases._regimen import Regimen


@dataclass(frozen=True)
class Simulation:
    """How much to simulate.

    Attributes:
        people: virtual people.
        draws: draws of the uncertain parameters.
        seed: of both.
    """

    people: int = 1000
    draws: int = 40
    seed: int = 1


@dataclass(frozen=True)
class Case:
    """What the user hands in; nothing behind it opens a file.

    Attributes:
        title: what the case is called.
        asked_on: the day that laws and certificates are judged on.
        product: what is swallowed.
        person: who takes it.
        regimens: one or more ways of taking it.
        simulation: how much to simulate.
        entered: the fields as the user wrote them; two cases that mean the same are equal however they were written.
    """

    title: str
    asked_on: date
    product: Product
    person: Person
    regimens: tuple[Regimen, ...]
    simulation: Simulation = Simulation()
    entered: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def as_entered(self) -> dict[str, object]:
        """Everything the user wrote, with title, day and simulation in force; ready for JSON and for ``parse``."""
        written = copy.deepcopy(dict(self.entered))
        return written | {
            "title": self.title,
            "asked_on": self.asked_on.isoformat(),
            "simulation": asdict(self.simulation),
        }
