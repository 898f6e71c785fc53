"""What the product does to a medicine: the same person with and without it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from speciosa import knowledge, models
from speciosa.cases import Case, Regimen
from speciosa.exposure._intake import Intake, area_and_peak, fold, no_doses, swallowed
from speciosa.exposure._parameters import Draws
from speciosa.exposure._plan import Doses, Setting, alkaloids, doses, plan, setting, who, with_food
from speciosa.exposure._results import Figure, InteractionRun
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._scenario import dose_times
from speciosa.exposure._summary import figure

Array = NDArray[np.float64]

PEOPLE = 200  # a ratio of one person to himself spreads less than a concentration
DRAW_PEOPLE = 20
WATCH = np.unique(np.concatenate([np.arange(0.0, 3.0, 0.1), np.arange(3.0, 12.0, 0.5), np.arange(12.0, 48.1, 2.0)]))


def victims(case: Case) -> tuple[str, ...]:
    """Medicines whose exposure a case computes: the probes, and what the person takes where the model holds it."""
    taken, probes = own_medicines(case), models.network().probes
    return tuple(c for c in models.network().of_kind("medicine") if c in probes or c in taken)


def own_medicines(case: Case) -> tuple[str, ...]:
    """Medicines that the person takes and whose concentration in plasma the model follows."""
    taken = {one.id for medicine in case.person.medicines for one in knowledge.resolve(medicine.name).substances}
    net = models.network()
    return tuple(c for c in net.of_kind("medicine") if c in taken and net.compounds[c].seen)


def interactions(
    case: Case, draws: Draws, medicines: Collection[str], *, progress: Progress | None = None
) -> tuple[InteractionRun, ...]:
    """Each medicine, at the first dose and at the last one of repeated regimens.

    Every medicine has a model of its own: it does not grow with the list. Regimens that begin with the same dose share
    the run at the first dose; it bears the name of the first of them.
    """
    simulation = replace(case.simulation, people=min(PEOPLE, case.simulation.people))
    found: list[InteractionRun] = []
    for medicine in medicines:
        # alkaloids without an enzyme change no medicine: the two of full disposition do
        compounds = (*alkaloids(()), medicine)
        at = setting(who(case), case.product.form, simulation, compounds, draws=draws, draw_people=DRAW_PEOPLE)
        found.extend(_victim(case, at, medicine, progress))
    return tuple(found)


def _victim(case: Case, at: Setting, victim: str, progress: Progress | None) -> Iterator[InteractionRun]:
    alone: dict[bool, Run] = {}  # the medicine is taken with the same meal as the product
    seen: set[tuple[object, ...]] = set()
    for regimen in case.regimens:
        fed, table = regimen.food == "fed", with_food(at, regimen)
        if fed not in alone:
            alone[fed] = watch(table, victim, 0.0, no_doses(at), progress)
        for when, moment in _moments(regimen):
            product = until(doses(case, regimen, at), moment)
            key = (fed, moment, *product[0], *product[2][0])
            if key in seen:
                continue
            seen.add(key)
            together = watch(table, victim, moment, product, progress)
            auc_ratio, cmax_ratio = _figures(victim, alone[fed], together, moment)
            yield InteractionRun(
                victim=victim,
                scenario=regimen.name,
                when=when,
                auc_ratio=auc_ratio,
                cmax_ratio=cmax_ratio,
            )


def _moments(regimen: Regimen) -> Iterator[tuple[str, float]]:
    """When the medicine is taken: in words, and in hours since the first dose."""
    given = dose_times(regimen)
    yield "at the first dose", 0.0
    if given.size > 1:
        yield f"at the last of {given.size} doses", float(given[-1])


def until(product: Doses, end: float) -> Doses:
    """What is swallowed up to a time."""
    time, into, amount = product
    keep = time <= end + 1e-9
    return time[keep], tuple(state for state, kept in zip(into, keep, strict=True) if kept), amount[:, keep]


def watch(at: Setting, victim: str, moment: float, product: Doses, progress: Progress | None) -> Run:
    """The medicine, taken at ``moment``, with what is swallowed of the product; only its plasma is recorded."""
    given = swallowed(at, product, [Intake(victim, moment)])
    times = np.unique(np.append(WATCH + moment, 0.0))
    words = f"interaction with {victim}"
    return execute(plan(at, given, times, [_plasma(victim)]), words=words, progress=progress)


def ratios(alone: Run, together: Run, moment: float) -> tuple[Array, Array]:
    """AUC and Cmax of a medicine with the product over without, person by person, (runs,)."""
    symbol = together.plan.outputs[0]
    late = WATCH[-1]
    base = area_and_peak(alone, symbol, 0.0, late, whole=True)
    return fold(area_and_peak(together, symbol, moment, moment + late, whole=True), base)


def _plasma(medicine: str) -> str:
    return models.network().compounds[medicine].plasma


def observed(key: str) -> tuple[str, ...]:
    """Rows on what a trial saw of a ratio, such as ``midazolam.auc_ratio``: what the model is compared with."""
    return tuple(target.row for target in knowledge.load().table("targets") if target.figure == key)


def _figures(victim: str, alone: Run, together: Run, moment: float) -> tuple[Figure, Figure]:
    auc_ratio, cmax_ratio = ratios(alone, together, moment)
    return _ratio(victim, "auc", "AUC", auc_ratio, together), _ratio(victim, "cmax", "Cmax", cmax_ratio, together)


def _ratio(victim: str, key: str, words: str, values: Array, run: Run) -> Figure:
    name, label = f"{victim}.{key}_ratio", f"{words} of {victim} with the product over without"
    made = figure(name, label, values, "", run, observed(name))
    return made or Figure(key=name, label=label, value=float("nan"), unit="")
