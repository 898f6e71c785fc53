"""A case resolved to plain numbers: the last place that knows text and units.

A plan holds arrays, names of model symbols and the model text. It can be hashed, pickled and printed; running it
needs no knowledge, no case and no unit.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from speciosa import models, people
from speciosa.cases import Case, Form, Regimen, Simulation
from speciosa.exposure._parameters import Draws, draw
from speciosa.exposure._streams import CONTENT_STREAM, generator
from speciosa.exposure._values import Inputs, at_table, symbols

Array = NDArray[np.float64]
Doses = tuple[Array, tuple[str, ...], Array]  # times (doses,), states entered, nmol (runs, doses)

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
        draw: draw number of each run, (runs,); 0 is the central one, below 0 stand the alternatives to its data sets.
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
        form: form of the product.
        assembly: the model; its own numbers are never used.
        draws: the parameter draws.
        population: the virtual people.
        person: person number of each run, (runs,).
        draw: draw number of each run, (runs,).
        values: symbol → (runs,).
        by_run: parameter → value in the draw of each run, (runs,).
        effects: whether the model holds the targets and what follows from them.
    """

    form: Form
    assembly: models.Assembly
    draws: Draws
    population: people.Population
    person: NDArray[np.int64]
    draw: NDArray[np.int64]
    values: Mapping[str, Array]
    by_run: Mapping[str, Array]
    effects: bool


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
        cyp2c19=person.phenotypes.get("CYP2C19"),
        conditions=tuple(person.conditions),
        cirrhosis=person.cirrhosis,
        kidney_disease=person.kidney_disease,
        pregnancy=person.pregnancy,
    )


def alkaloids(swallowed: Collection[str]) -> tuple[str, ...]:
    """Ids of the alkaloids that a model needs.

    Those of full disposition and what is formed from them, and others by name if they are swallowed.
    """
    known = [c for c in models.network().compounds.values() if c.kind == "alkaloid"]
    return tuple(c.id for c in known if c.disposition != "minimal" or c.name in swallowed)


def contained(case: Case) -> tuple[str, ...]:
    """Names of what the product of a case holds."""
    return tuple(content.analyte for content in case.product.contents if content.central)


def setting(
    someone: people.Who,
    form: Form,
    simulation: Simulation,
    compounds: Sequence[str],
    *,
    draws: Draws | None = None,
    draw_people: int = DRAW_PEOPLE,
    effects: bool = False,
) -> Setting:
    """Who runs with which values.

    Runs 0 … n-1 are the people at the central parameters; then, for every draw and every alternative, its first
    ``draw_people`` people.

    Args:
        someone: what is fixed about the person.
        form: form of the product.
        simulation: number of people and draws, seed.
        compounds: what the model holds.
        draws: parameter values to run instead of drawing them (a calibration tries its own).
        draw_people: people per draw.
        effects: also wire the targets and what follows from them.
    """
    n = simulation.people
    assembly = _assembled(tuple(compounds), effects=effects)
    draws = draws or draw(simulation.draws, simulation.seed, [c.id for c in assembly.compounds], effects=effects)
    population = _people(n, simulation.seed, someone)
    again = min(draw_people, n)
    person = np.concatenate([np.arange(n), np.tile(np.arange(again), draws.numbers.size)])
    number = np.concatenate([np.zeros(n, dtype=np.int64), np.repeat(draws.numbers, again)])
    by_run = {name: value[number] for name, value in draws.values.items()}
    by_person = {name: value[person] for name, value in population.values.items()}
    values = symbols(Inputs(by_person, by_run, form), assembly.compounds, effects=effects)
    return Setting(form, assembly, draws, population, person, number, values, by_run, effects)


def with_food(at: Setting, regimen: Regimen) -> Setting:
    """The same people and draws, with the stomach of the regimen."""
    return replace(at, values=at_table(at.values, at.by_run)) if regimen.food == "fed" else at


@lru_cache(maxsize=2)
def _people(n: int, seed: int, someone: people.Who) -> people.Population:
    """The people, kept: all studies and steps of a calibration look at the same ones."""
    return people.population(n, seed, someone)


@lru_cache(maxsize=16)
def _assembled(compounds: tuple[str, ...], *, effects: bool) -> models.Assembly:
    """The model of these compounds; it holds no numbers, so that every case and draw shares it."""
    return models.assemble(compounds, effects=effects)


def typical(at: Setting) -> models.Assembly:
    """The same model with the numbers of the median person at the central parameters: the file that users see."""
    numbers = {name: float(value[0]) for name, value in typical_values(at).items()}
    return models.assemble([c.id for c in at.assembly.compounds], numbers, effects=at.effects)


def typical_values(at: Setting) -> dict[str, Array]:
    """A value for every symbol of the model for the median person, in every draw of the parameters, (draws,)."""
    middle = {name: np.full(at.draws.count, np.median(value)) for name, value in at.population.values.items()}
    drawn = {name: value[: at.draws.count] for name, value in at.draws.values.items()}
    return symbols(Inputs(middle, drawn, at.form), at.assembly.compounds, effects=at.effects)


def plan(at: Setting, given: Doses, times: Array, outputs: Sequence[str]) -> Plan:
    """The plan of given doses for everyone in the setting."""
    time, into, amount = given
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


def doses(case: Case, regimen: Regimen, at: Setting) -> Doses:
    """The doses of one regimen of the case's product.

    What a dose holds is uncertain when the laboratory gives a spread: that spread follows the draw.
    """
    events = regimen.events()
    names = [c.name for c in at.assembly.compounds if c.kind == "alkaloid"]
    content = {name: _content(case, name, at) for name in names}
    schedule = [
        (when - events[0][0], {name: (case.product.mg(name, quantity) or 0.0) * content[name] for name in names})
        for when, quantity in events
    ]
    return enter(at, schedule)


def enter(at: Setting, schedule: Sequence[tuple[float, Mapping[str, Array]]]) -> Doses:
    """What is swallowed → what enters the model: the accessible share, split into dissolved and undissolved.

    Args:
        at: who runs.
        schedule: hours since the first dose, and mg of each compound, (runs,) or one number for all.
    """
    dissolved = at.by_run[IN_SOLUTION[at.form]] if at.form in IN_SOLUTION else np.zeros(at.person.size)
    time, into, amount = [], [], []
    for when, mg in schedule:
        for compound in at.assembly.compounds:
            dose = np.broadcast_to(mg.get(compound.name, 0.0), at.person.shape)
            nmol = dose * NANOMOL_PER_MG / at.by_run[f"{compound.id}_molar_mass"] * _reached(compound, at)
            for state, share in (("D_stomach", dissolved), ("U_stomach", 1.0 - dissolved)):
                if np.any(nmol * share > 0):
                    time.append(when)
                    into.append(f"{compound.id}_lumen_{state}")
                    amount.append(nmol * share)
    table = np.column_stack(amount) if amount else np.empty((at.person.size, 0))
    return np.array(time, dtype=float), tuple(into), table


def _reached(compound: models.Compound, at: Setting) -> Array:
    """Share of a dose that the gut can reach, (runs,): of mitragynine by the form, of others relative to that."""
    relative = at.by_run.get(f"{compound.id}_accessible_rel", np.ones(at.person.size))
    return np.minimum(at.by_run[f"accessible_{at.form}"] * relative, 1.0)


def _content(case: Case, analyte: str, at: Setting) -> Array:
    """Factor on the content per run: 1 in the central draw, log-normal with the stated spread elsewhere."""
    spread = np.log1p(case.product.relative_sd(analyte))
    which = [c.name for c in models.network().compounds.values()].index(analyte)
    factor = np.ones(at.draws.size)
    for d in range(1, at.draws.count):
        stream = generator(case.simulation.seed, CONTENT_STREAM + d)
        factor[d] = np.exp(spread * stream.standard_normal(which + 1)[which])
    return factor[at.draw]
