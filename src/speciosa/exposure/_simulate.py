"""The exposure of a case: every regimen in the same people, then the interactions."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import xarray as xr

from speciosa import models
from speciosa.cases import Case
from speciosa.exposure._food import food_in_words
from speciosa.exposure._interaction import interactions, victims
from speciosa.exposure._outputs import all_outputs, outputs
from speciosa.exposure._parameters import Draws, draw
from speciosa.exposure._plan import alkaloids, contained, doses, plan, setting, typical, who, with_food
from speciosa.exposure._results import InteractionRun, Parameter, Scenario
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


def simulate(
    case: Case, *, with_medicines: bool = True, taken: Collection[str] = (), progress: Progress | None = None
) -> Exposure:
    """Simulate every regimen of a case, and what the product does to the medicines of the model.

    Args:
        case: a validated case.
        with_medicines: also run the interactions.
        taken: ids of the person's own medicines, as in ``substances``; those that the model holds are run too.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        KnowledgeError: the data package is damaged.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    compounds, medicines = alkaloids(contained(case)), victims(taken) if with_medicines else ()
    draws = draw(case.simulation.draws, case.simulation.seed, (*compounds, *medicines), effects=True)
    at = setting(who(case), case.product.form, case.simulation, compounds, draws=draws, effects=True)
    runs, scenarios = [], []
    symbols = [output.symbol for output in outputs(at.assembly)]
    for regimen in case.regimens:
        made = plan(with_food(at, regimen), doses(case, regimen, at), times(regimen), symbols)
        run = execute(made, words=regimen.name, progress=progress)
        runs.append(run)
        scenarios.append(scenario(case, regimen, run, at.draws))
    changed = interactions(case, medicines, progress=progress)
    having = (*at.population.having, *food_in_words(case.regimens, at.draws))
    crowd = at.population
    return Exposure(tuple(scenarios), changed, tuple(runs), draws, (*at.draws.notes, *crowd.notes), having, crowd.rows)


def model(case: Case, *, with_medicines: bool = False, taken: Collection[str] = ()) -> models.Assembly:
    """The model of a case with the numbers of the median person: SBML and Antimony that other tools open.

    Args:
        case: a validated case.
        with_medicines: also hold the medicines whose interaction is computed.
        taken: ids of the person's own medicines, as in ``substances``; those that the model holds are among them.
    """
    compounds = alkaloids(contained(case)) + (victims(taken) if with_medicines else ())
    return typical(setting(who(case), case.product.form, case.simulation, compounds, effects=True))
