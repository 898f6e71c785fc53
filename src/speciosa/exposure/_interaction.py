"""What the product does to a medicine: the same person with and without it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.cases import Case, Regimen
from speciosa.exposure._plan import NANOMOL_PER_MG, Doses, Setting, alkaloids, doses, plan, setting, who, with_food
from speciosa.exposure._results import Figure, InteractionRun
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._scenario import dose_times
from speciosa.exposure._summary import auc, figure, terminal_rate

Array = NDArray[np.float64]

PEOPLE = 200  # a ratio of one person to himself spreads less than a concentration
DRAW_PEOPLE = 20
WATCH = np.unique(np.concatenate([np.arange(0.0, 3.0, 0.1), np.arange(3.0, 12.0, 0.5), np.arange(12.0, 48.1, 2.0)]))


def victims() -> tuple[str, ...]:
    """Medicines whose exposure is computed for every case."""
    return models.network().probes


def interactions(case: Case, *, progress: Progress | None = None) -> tuple[InteractionRun, ...]:
    """Every victim, at the first dose and at the last one of repeated regimens.

    Regimens that begin with the same dose share the run at the first dose; it bears the name of the first of them.
    """
    simulation = replace(case.simulation, people=min(PEOPLE, case.simulation.people))
    # alkaloids without an enzyme change no medicine: the two of full disposition do
    compounds = (*alkaloids(()), *victims())
    at = setting(who(case), case.product.form, simulation, compounds, draw_people=DRAW_PEOPLE)
    return tuple(run for victim in victims() for run in _victim(case, at, victim, progress))


def _victim(case: Case, at: Setting, victim: str, progress: Progress | None) -> Iterator[InteractionRun]:
    alone: dict[bool, Run] = {}  # the medicine is taken with the same meal as the product
    seen: set[tuple[object, ...]] = set()
    for regimen in case.regimens:
        fed, table = regimen.food == "fed", with_food(at, regimen)
        if fed not in alone:
            alone[fed] = watch(table, victim, 0.0, no_doses(at), progress)
        for when, moment in _moments(regimen):
            product = _until(doses(case, regimen, at), moment)
            key = (fed, moment, *product[0], *product[2][0])
            if key in seen:
                continue
            seen.add(key)
            together = watch(table, victim, moment, product, progress)
            auc_ratio, cmax_ratio = _figures(victim, alone[fed], together, moment)
            yield InteractionRun(
                victim=models.network().compounds[victim].name,
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


def _until(product: Doses, until: float) -> Doses:
    time, into, amount = product
    keep = time <= until + 1e-9
    return time[keep], tuple(state for state, kept in zip(into, keep, strict=True) if kept), amount[:, keep]


def watch(at: Setting, victim: str, moment: float, product: Doses, progress: Progress | None) -> Run:
    """The medicine, taken at ``moment``, with what is swallowed of the product; only its plasma is recorded."""
    nmol = at.by_run[f"{victim}_probe_dose"] * NANOMOL_PER_MG / at.by_run[f"{victim}_molar_mass"]
    time, into, amount = product
    given = (np.append(time, moment), (*into, f"{victim}_lumen_U_stomach"), np.column_stack([amount, nmol]))
    times = np.unique(np.append(WATCH + moment, 0.0))
    return execute(
        plan(at, given, times, [f"{victim}_body_C_plasma"]), words=f"interaction with {victim}", progress=progress
    )


def no_doses(at: Setting) -> Doses:
    """No product at all."""
    return np.empty(0), (), np.empty((at.person.size, 0))


def ratios(alone: Run, together: Run, moment: float) -> tuple[Array, Array]:
    """AUC and Cmax of a medicine with the product over without, person by person, (runs,)."""
    base_auc, base_cmax = _exposure(alone, 0.0)
    with_auc, with_cmax = _exposure(together, moment)
    with np.errstate(divide="ignore", invalid="ignore"):
        return with_auc / base_auc, with_cmax / base_cmax


def _figures(victim: str, alone: Run, together: Run, moment: float) -> tuple[Figure, Figure]:
    observed = ("clinical_ddi:DI003", "clinical_ddi:DI004") if victim == "midazolam" else ()
    auc_ratio, cmax_ratio = ratios(alone, together, moment)
    return (
        _ratio(victim, "auc", "AUC", auc_ratio, together, observed),
        _ratio(victim, "cmax", "Cmax", cmax_ratio, together, observed),
    )


def _ratio(victim: str, key: str, words: str, values: Array, run: Run, rows: tuple[str, ...]) -> Figure:
    name, label = f"{victim}.{key}_ratio", f"{words} of {victim} with the product over without"
    made = figure(name, label, values, "", run, rows)
    return made or Figure(key=name, label=label, value=float("nan"), unit="")


def _exposure(run: Run, moment: float) -> tuple[Array, Array]:
    values, t = run.values[:, :, 0], run.plan.times
    late = moment + WATCH[-1]
    tail = values[:, -1] / terminal_rate(values, t, moment + WATCH[-1] / 2)
    total = auc(values, t, moment, late) + np.where(np.isfinite(tail), tail, 0.0)
    return total, np.max(values[:, t >= moment], axis=1)
