"""A case resolved to plain numbers: the last place that knows text and units.

A plan holds arrays, names of model symbols and the model text. It can be hashed, pickled and printed; running it
needs no knowledge, no case and no unit.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa import models, people
from speciosa.cases import Case, Form, Regimen
from speciosa.exposure._parameters import Draws, draw
from speciosa.exposure._values import Inputs, symbols

Array = NDArray[np.float64]

ALKALOIDS = ("mitragynine", "hydroxymitragynine")
NANOMOL_PER_MG = 1e6  # over the molar mass in g/mol
DRAW_PEOPLE = 50  # people who are run again in every draw of the parameters
IN_SOLUTION = {Form.TEA: "tea_in_solution", Form.LIQUID_EXTRACT: "liquid_extract_in_solution"}


@dataclass(frozen=True)
class Plan:
    """Everything a run needs, as numbers.

    Attributes:
        sbml: the model, the same for every case that holds the same compounds.
        vary: names of its symbols: all of them, so that no case ever recompiles the model.
        parameters: their values, (runs, vary).
        person: person number of each run, (runs,).
        draw: draw number of each run, (runs,); 0 is the central one.
        dose_time: hours since the first dose, (doses,).
        dose_into: model state that each dose enters, one per dose.
        dose_amount: nmol, (runs, doses).
        times: output times, hours since the first dose, (times,).
        outputs: model symbols to record.
    """

    sbml: str
    vary: tuple[str, ...]
    parameters: Array
    person: NDArray[np.int64]
    draw: NDArray[np.int64]
    dose_time: Array
    dose_into: tuple[str, ...]
    dose_amount: Array
    times: Array
    outputs: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over all numbers and names: equal plans give equal results."""
        h = hashlib.sha256(self.sbml.encode())
        h.update("\0".join((*self.vary, "", *self.dose_into, "", *self.outputs)).encode())
        for array in (self.parameters, self.person, self.draw, self.dose_time, self.dose_amount, self.times):
            h.update(np.ascontiguousarray(array).tobytes())
        return h.hexdigest()


@dataclass(frozen=True)
class Setting:
    """What all regimens of a case share: who runs, in which draw, with which values.

    Attributes:
        assembly: the model; its own numbers are never used.
        draws: the parameter draws.
        population: the virtual people.
        person: person number of each run, (runs,).
        draw: draw number of each run, (runs,).
        values: symbol → (runs,).
        by_run: parameter → value in the draw of each run, (runs,).
    """

    assembly: models.Assembly
    draws: Draws
    population: people.Population
    person: NDArray[np.int64]
    draw: NDArray[np.int64]
    values: Mapping[str, Array]
    by_run: Mapping[str, Array]


def who(case: Case) -> people.Who:
    """The fixed properties of the case's person, as the people room takes them."""
    person = case.person
    return people.Who(
        age_y=person.age_y,
        sex=person.sex,
        height_cm=person.height_cm,
        weight_kg=person.weight_kg,
        ancestry=person.ancestry,
        cyp2d6=person.phenotypes.get("CYP2D6"),
        cyp3a5=person.phenotypes.get("CYP3A5"),
        conditions=tuple(person.conditions),
    )


def setting(
    case: Case,
    compounds: Sequence[str] = ALKALOIDS,
    *,
    persons: int | None = None,
    draw_people: int = DRAW_PEOPLE,
    overrides: Mapping[str, float] | None = None,
) -> Setting:
    """Who runs with which values.

    Runs 0 … n-1 are the people at the central parameters; then, for every draw, its first ``draw_people`` people.

    Args:
        case: the case.
        compounds: what the model holds.
        persons: people at the central parameters; the case's own number by default.
        draw_people: people per draw.
        overrides: central parameter values to use instead of the chosen ones.
    """
    n = persons or case.simulation.people
    draws = draw(case.simulation.draws, case.simulation.seed, overrides)
    population = people.population(n, case.simulation.seed, who(case))
    again = min(draw_people, n)
    person = np.concatenate([np.arange(n), np.tile(np.arange(again), case.simulation.draws)])
    number = np.concatenate([np.zeros(n, dtype=np.int64), np.repeat(np.arange(1, case.simulation.draws + 1), again)])
    chosen = tuple(models.network().compound(c) for c in compounds)
    by_run = {name: value[number] for name, value in draws.values.items()}
    by_person = {name: value[person] for name, value in population.values.items()}
    values = symbols(Inputs(by_person, by_run, case.product.form), chosen)
    assembly = models.assemble(compounds)
    return Setting(assembly, draws, population, person, number, values, by_run)


def typical(case: Case, at: Setting) -> models.Assembly:
    """The same model with the numbers of the median person at the central parameters: the file that users see."""
    middle = {name: np.array([np.median(value)]) for name, value in at.population.values.items()}
    central = {name: value[:1] for name, value in at.draws.values.items()}
    values = symbols(Inputs(middle, central, case.product.form), at.assembly.compounds)
    return models.assemble([c.id for c in at.assembly.compounds], {name: float(v[0]) for name, v in values.items()})


def plan(case: Case, regimen: Regimen, at: Setting, times: Array, outputs: Sequence[str]) -> Plan:
    """The plan of one regimen: the doses of the product, for everyone in the setting."""
    time, into, amount = doses(case, regimen, at)
    return build(at, time, into, amount, times, outputs)


def build(at: Setting, time: Array, into: tuple[str, ...], amount: Array, times: Array, outputs: Sequence[str]) -> Plan:
    """A plan of given doses."""
    vary = tuple(s.name for s in at.assembly.symbols)
    return Plan(
        sbml=at.assembly.sbml,
        vary=vary,
        parameters=np.column_stack([at.values[n] for n in vary]),
        person=at.person,
        draw=at.draw,
        dose_time=time,
        dose_into=into,
        dose_amount=amount,
        times=times,
        outputs=tuple(outputs),
    )


def doses(case: Case, regimen: Regimen, at: Setting) -> tuple[Array, tuple[str, ...], Array]:
    """Times (doses,), states entered, and nmol (runs, doses) of one regimen of the product.

    What a dose holds is uncertain when the laboratory gives a spread: that spread follows the draw.
    """
    events = regimen.events()
    start = events[0][0]
    solution = (
        at.by_run[IN_SOLUTION[case.product.form]] if case.product.form in IN_SOLUTION else np.zeros(at.person.size)
    )
    time, into, amount = [], [], []
    for when, quantity in events:
        for compound in at.assembly.compounds:
            mg = case.product.mg(compound.name, quantity)
            if not mg or compound.disposition != "full":
                continue
            nmol = mg * NANOMOL_PER_MG / at.by_run[f"{compound.id}_molar_mass"] * _content(case, compound.name, at)
            for state, share in (("D_stomach", solution), ("U_stomach", 1.0 - solution)):
                if np.any(share > 0):
                    time.append(when - start)
                    into.append(f"{compound.id}_lumen_{state}")
                    amount.append(nmol * share)
    if not time:
        return np.empty(0), (), np.empty((at.person.size, 0))
    return np.array(time), tuple(into), np.column_stack(amount)


def _content(case: Case, analyte: str, at: Setting) -> Array:
    """Factor on the content per run: 1 in the central draw, log-normal with the stated spread elsewhere."""
    spread = case.product.relative_sd(analyte)
    order = ALKALOIDS.index(models.network().compound(analyte).id)
    factor = np.ones(int(at.draw.max()) + 1)
    for d in range(1, factor.size):
        stream = np.random.Generator(np.random.Philox(key=[case.simulation.seed, (3 << 62) + d]))
        factor[d] = np.exp(np.log1p(spread) * stream.standard_normal(len(ALKALOIDS))[order])
    return factor[at.draw]
