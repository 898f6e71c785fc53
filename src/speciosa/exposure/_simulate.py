"""The exposure of a case: every regimen in the same people, then the interactions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from speciosa import models
from speciosa.cases import Case, Simulation
from speciosa.exposure._company import company, company_notes
from speciosa.exposure._food import food_in_words
from speciosa.exposure._interaction import interactions, victims
from speciosa.exposure._outputs import all_outputs, outputs
from speciosa.exposure._parameters import Draws, draw
from speciosa.exposure._plan import (
    DRAW_PEOPLE,
    Setting,
    alkaloids,
    contained,
    doses,
    plan,
    setting,
    typical,
    who,
    with_food,
)
from speciosa.exposure._references import references
from speciosa.exposure._results import InteractionRun, Parameter, Reference, Scenario
from speciosa.exposure._run import Progress, Run, dataset, execute
from speciosa.exposure._scenario import scenario, times


@dataclass(frozen=True)
class Exposure:
    """What the simulation of a case returns.

    Attributes:
        scenarios: one per regimen, in the order of the case.
        interactions: what the product does to the medicines that the model can compute.
        runs: the curves of every run, one per scenario.
        draws: the parameters and their draws.
        notes: what the population could not take into account, in words.
        having: what conditions the virtual people have and how they eat, in words.
        having_rows: ids of the knowledge rows behind these conditions.
    """

    scenarios: tuple[Scenario, ...]
    interactions: tuple[InteractionRun, ...]
    runs: tuple[Run, ...]
    draws: Draws
    notes: tuple[str, ...]
    having: tuple[str, ...] = ()
    having_rows: tuple[str, ...] = ()

    @property
    def references(self) -> tuple[Reference, ...]:
        """What known medicines hold of the same targets at their usual doses."""
        return references()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Each model parameter of the run with its rows."""
        return self.draws.records

    def interaction(self, medicine: str) -> tuple[InteractionRun, ...]:
        """The runs with one medicine, by its id in ``substances``; empty where the model cannot compute it."""
        return tuple(run for run in self.interactions if run.victim == medicine)

    def dataset(self, index: int = 0) -> xr.Dataset:
        """Curves of one scenario with names and units: dimensions ``run`` and ``time``."""
        units = {output.symbol: output.unit for output in all_outputs()}
        labels = {output.symbol: output.label for output in all_outputs()}
        made = dataset(self.runs[index], units, labels).assign_attrs(regimen=self.scenarios[index].name)
        others = {-1 - k: f"{a.panel}: {a.data_set.name}" for k, a in enumerate(self.draws.alternatives)}
        names = np.array([others.get(int(number), "") for number in made["draw"]], dtype=np.str_)
        return made.assign_coords(data_set=("run", names, {"long_name": "data set in place of the standard one"}))


def simulate(case: Case, *, with_medicines: bool = True, progress: Progress | None = None) -> Exposure:
    """Simulate every regimen of a case, and what the product does to the medicines of the model.

    Args:
        case: a validated case.
        with_medicines: also run the interactions.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        KnowledgeError: the data package is damaged.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    compounds, medicines = alkaloids(contained(case)), victims(case) if with_medicines else ()
    draws = draw(case.simulation.draws, case.simulation.seed, (*compounds, *medicines), effects=True)
    at = case_setting(case, draws=draws)
    runs, scenarios = [], []
    symbols = [output.symbol for output in outputs(at.assembly)]
    for regimen in case.regimens:
        made = plan(with_food(at, regimen), doses(case, regimen, at), times(regimen), symbols)
        run = execute(made, words=regimen.name, progress=progress)
        runs.append(run)
        scenarios.append(scenario(case, regimen, run, at.draws, at.company))
    changed = interactions(case, draws, medicines, progress=progress)
    having = (*at.population.having, *food_in_words(case.regimens, at.draws))
    crowd = at.population
    notes = (*at.draws.notes, *crowd.notes, *company_notes(case, at.company))
    return Exposure(tuple(scenarios), changed, tuple(runs), draws, notes, having, crowd.rows)


def case_setting(
    case: Case,
    *,
    more: Sequence[str] = (),
    simulation: Simulation | None = None,
    draws: Draws | None = None,
    draw_people: int = DRAW_PEOPLE,
) -> Setting:
    """Who runs a case with which values: all that :func:`simulate` takes into account.

    Args:
        case: a validated case.
        more: ids of compounds besides those of the product.
        simulation: in place of the case's own.
        draws: parameter values to run instead of drawing them.
        draw_people: people per draw.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    return setting(
        who(case),
        case.product.form,
        simulation or case.simulation,
        (*alkaloids(contained(case)), *more),
        draws=draws,
        draw_people=draw_people,
        effects=True,
        company=company(case),
    )


def model(case: Case, *, with_medicines: bool = False) -> models.Assembly:
    """The model of a case with the numbers of the median person: SBML and Antimony that other tools open.

    Args:
        case: a validated case.
        with_medicines: also hold the medicines whose interaction is computed.
    """
    return typical(case_setting(case, more=victims(case) if with_medicines else ()))
