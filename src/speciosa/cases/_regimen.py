"""What is taken when."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from speciosa.cases._product import Dose

DAILY_SPACING_H = 36.0  # doses further apart are no longer daily use


@dataclass(frozen=True)
class Repeat:
    """One dose, given once or again and again.

    Attributes:
        first_h: hours since the first dose of the regimen.
        dose: how much.
        every_h: hours between doses; 0 for a single dose.
        times: number of doses.
        at: the time as the user wrote it.
    """

    first_h: float
    dose: Dose
    every_h: float = 0.0
    times: int = 1
    at: str = ""

    def in_words(self) -> str:
        """Such as ``2 g at 20:00, every 24 h, 28 times``."""
        at = f"at {self.at}" if ":" in self.at else f"after {self.first_h:g} h" if self.first_h else "at the start"
        again = f", every {self.every_h:g} h, {self.times} times" if self.times > 1 else ", once"
        return f"{self.dose} {at}{again}"


@dataclass(frozen=True)
class Regimen:
    """One way of taking the product.

    Attributes:
        name: the user's own.
        start: clock time of the first dose, such as ``20:00``; empty when none was given.
        doses: what is given, in the order of the first time.
        food: ``fed`` (with a meal) or ``fasted``; ``None`` was not said and counts as fasted.
    """

    name: str
    start: str
    doses: tuple[Repeat, ...]
    food: Literal["fed", "fasted"] | None = None

    def events(self) -> tuple[tuple[float, Dose], ...]:
        """Every single dose: hours since the first one, ascending, and how much."""
        given = [(d.first_h + n * d.every_h, d.dose) for d in self.doses for n in range(d.times)]
        return tuple(sorted(given, key=lambda event: event[0]))

    def in_words(self) -> str:
        """The regimen as one phrase."""
        said = "; ".join(dose.in_words() for dose in self.doses)
        said = said if len(self.doses) == 1 else f"{said} ({len(self.events())} doses in all)"
        return said + {"fed": ", with food", "fasted": ", on an empty stomach", None: ""}[self.food]

    @property
    def daily(self) -> bool:
        """Whether this is daily use: more than one dose, and never more than 36 h between two."""
        times = [when for when, _ in self.events()]
        return len(times) > 1 and all(b - a <= DAILY_SPACING_H for a, b in pairwise(times))

    @property
    def days(self) -> float:
        """Days from the first dose to the last; 0 for one dose."""
        return self.events()[-1][0] / 24.0
