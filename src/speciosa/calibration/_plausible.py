"""Evidence from far away: animals after scaling to man, and what was found in drivers.

Nothing here is a test that the model could pass: species differ, and nobody knows what the drivers took and when. It
can show that a model is absurd.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure, knowledge, models
from speciosa.cases import Form, Simulation
from speciosa.exposure import Record, Setting
from speciosa.people import Who

Array = NDArray[np.float64]

PEOPLE = 64
SMALL = 1e3  # nmol into a vein: too little to hold an enzyme
# compound, animal, row of the clearance, row of the volume, hours to follow it in man
ANIMALS = (
    ("mitragynine", "dog", "animal_pk:AP002", "animal_pk:AP001", 600.0),
    ("speciociliatine", "rat", "animal_pk:AP024", "animal_pk:AP023", 100.0),
)
DRIVERS, USE = "clinical_pk:CP056", "clinical_pk:CP040"


class Plausible(Record):
    """One number of the model beside what far evidence says of it.

    Attributes:
        label: what it is, in words.
        unit: of all numbers.
        predicted: the median person.
        low: lower end of what the evidence says.
        high: upper end.
        rows: knowledge rows of the evidence.
    """

    label: str
    unit: str
    predicted: float
    low: float
    high: float
    rows: tuple[str, ...]

    @property
    def within(self) -> bool:
        """Whether the prediction lies in the range."""
        return self.low <= self.predicted <= self.high


def plausible(seed: int = 1) -> tuple[Plausible, ...]:
    """Clearance and volume after a dose into a vein, and the peak after a usual amount of leaf.

    Args:
        seed: of the virtual people.

    Raises:
        EngineError: the model cannot be compiled.
    """
    simulation = Simulation(people=PEOPLE, draws=0, seed=seed)
    at = exposure.setting(Who(), Form.POWDER, simulation, ["mitragynine", "7-hydroxymitragynine", "speciociliatine"])
    return (*_animals(at), _drivers(at))


def _animals(at: Setting) -> Iterator[Plausible]:
    known = knowledge.load()
    (exponent,) = known.find("priors", name="allometric_exponent")
    man = float(np.median(at.population.values["weight_kg"]))
    for compound, animal, clearance, volume, end in ANIMALS:
        (weight,) = known.find("priors", name=f"{animal}_weight")
        found = dict(zip(("CL", "Vss"), _after_a_vein(at, compound, end), strict=True))
        for quantity, key, powers in (
            ("CL", clearance, (exponent.low - 1.0, exponent.high - 1.0)),
            ("Vss", volume, (0.0, 0.0)),
        ):
            row = known.row(key)
            ends = [row.value - 1.645 * row.value_sd, row.value + 1.645 * row.value_sd]
            scaled = [man * end * (man / weight.median) ** power for end in ends for power in powers]
            yield Plausible(
                label=f"{compound}: {quantity} of a {animal}, scaled to man",
                unit={"CL": "L/h", "Vss": "L"}[quantity],
                predicted=found[quantity],
                low=max(min(scaled), 0.0),
                high=max(scaled),
                rows=(key, f"priors:{weight.id}", f"priors:{exponent.id}"),
            )


def _after_a_vein(at: Setting, compound: str, end: float) -> tuple[float, float]:
    """Clearance, L/h, and volume at steady state, L, of the median person."""
    c = models.network().compound(compound)
    state = f"{c.id}_blood_A_venous" if c.disposition == "full" else f"{c.id}_body_A_central"
    given = (np.zeros(1), (state,), np.full((at.person.size, 1), SMALL))
    times = np.unique(np.concatenate([np.geomspace(0.01, end, 160), [0.0]]))
    run = exposure.execute(exposure.plan(at, given, times, (c.plasma,)), words="into a vein")
    curve = run.output(c.plasma)
    curve[:, 0] = curve[:, 1]  # the very first moment, before the blood is mixed
    rate = exposure.terminal_rate(curve, times, end / 2.0)
    area = exposure.auc(curve, times, 0.0, end) + curve[:, -1] / rate
    moment = np.trapezoid(curve * times, times, axis=1) + curve[:, -1] * (end / rate + 1.0 / rate**2)
    clearance = SMALL / area
    return float(np.median(clearance)), float(np.median(clearance * moment / area))


def _drivers(at: Setting) -> Plausible:
    """Peak after the mean amount per use, beside the range in drivers."""
    known = knowledge.load()
    drivers = known.row(DRIVERS)
    mg = known.row(USE).number("conc")
    given = exposure.enter(at, [(0.0, {"mitragynine": np.asarray(mg)})])
    plasma = models.network().compounds["mitragynine"].plasma
    run = exposure.execute(exposure.plan(at, given, np.arange(0.0, 12.1, 0.1), (plasma,)), words="a usual amount")
    grams_per_mole = known.parameter("mitragynine_molar_mass").median
    peak = float(np.median(run.output(plasma).max(axis=1))) * grams_per_mole / 1000.0
    return Plausible(
        label=f"mitragynine: peak after {mg:g} mg in leaf, beside blood of drivers",
        unit="ng/mL",
        predicted=peak,
        low=drivers.number("conc_low"),
        high=drivers.number("conc_high"),
        rows=(DRIVERS, USE),
    )
