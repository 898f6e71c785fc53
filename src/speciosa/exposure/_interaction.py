"""What the product does to a medicine: the same person with and without it."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.cases import Case, Regimen
from speciosa.exposure._plan import ALKALOIDS, NANOMOL_PER_MG, Setting, build, doses, setting
from speciosa.exposure._results import Figure, InteractionRun
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._scenario import dose_times
from speciosa.exposure._summary import auc, figure, terminal_rate

Array = NDArray[np.float64]

PEOPLE = 200  # a ratio of one person to himself spreads less than a concentration
DRAW_PEOPLE = 20
WATCH = np.unique(np.concatenate([np.arange(0.0, 3.0, 0.1), np.arange(3.0, 12.0, 0.5), np.arange(12.0, 48.1, 2.0)]))


def victims() -> tuple[str, ...]:
    """Medicines whose exposure the model can compute."""
    return tuple(c.id for c in models.network().compounds.values() if c.disposition == "minimal")


def interactions(
    case: Case, *, overrides: Mapping[str, float] | None = None, progress: Progress | None = None
) -> tuple[InteractionRun, ...]:
    """Every victim, at the first dose of every regimen and at the last one of repeated regimens."""
    everyone = min(PEOPLE, case.simulation.people)
    at = setting(case, (*ALKALOIDS, *victims()), persons=everyone, draw_people=DRAW_PEOPLE, overrides=overrides)
    return tuple(run for victim in victims() for run in _victim(case, at, victim, progress))


def _victim(case: Case, at: Setting, victim: str, progress: Progress | None) -> Iterator[InteractionRun]:
    nmol = at.by_run[f"{victim}_probe_dose"] * NANOMOL_PER_MG / at.by_run[f"{victim}_molar_mass"]
    alone = _watch(at, victim, nmol, 0.0, None, progress)
    seen: dict[tuple[float, ...], tuple[Figure, Figure]] = {}
    for regimen in case.regimens:
        for when, moment, until in _moments(regimen):
            product = _until(doses(case, regimen, at), until)
            key = (moment, *product[0], *product[2][0])  # the first dose of two regimens is often the same
            if key not in seen:
                seen[key] = _ratios(victim, alone, _watch(at, victim, nmol, moment, product, progress), moment)
            auc_ratio, cmax_ratio = seen[key]
            yield InteractionRun(
                victim=models.network().compounds[victim].name,
                scenario=regimen.name,
                when=when,
                auc_ratio=auc_ratio,
                cmax_ratio=cmax_ratio,
            )


def _moments(regimen: Regimen) -> Iterator[tuple[str, float, float]]:
    """(words, when the medicine is taken, last product dose that counts)."""
    given = dose_times(regimen)
    yield "at the first dose", 0.0, 0.0
    if given.size > 1:
        yield f"at the last of {given.size} doses", float(given[-1]), float(given[-1])


def _until(product: tuple[Array, tuple[str, ...], Array], until: float) -> tuple[Array, tuple[str, ...], Array]:
    time, into, amount = product
    keep = time <= until + 1e-9
    return time[keep], tuple(state for state, kept in zip(into, keep, strict=True) if kept), amount[:, keep]


def _watch(
    at: Setting,
    victim: str,
    nmol: Array,
    moment: float,
    product: tuple[Array, tuple[str, ...], Array] | None,
    progress: Progress | None,
) -> Run:
    time, into, amount = product if product else (np.empty(0), (), np.empty((at.person.size, 0)))
    plan = build(
        at,
        np.append(time, moment),
        (*into, f"{victim}_lumen_U_stomach"),
        np.column_stack([amount, nmol]),
        np.unique(np.append(WATCH + moment, 0.0)),
        [f"{victim}_body_C_plasma"],
    )
    return execute(plan, words=f"interaction with {victim}", progress=progress)


def _ratios(victim: str, alone: Run, together: Run, moment: float) -> tuple[Figure, Figure]:
    rows = ("clinical_ddi:DI003", "clinical_ddi:DI004") if victim == "midazolam" else ()
    base_auc, base_cmax = _exposure(alone, 0.0)
    with_auc, with_cmax = _exposure(together, moment)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {"auc": with_auc / base_auc, "cmax": with_cmax / base_cmax}
    words = {
        "auc": f"AUC of {victim} with the product over without",
        "cmax": f"Cmax of {victim} with the product over without",
    }
    made = {
        name: figure(f"{victim}.{name}_ratio", words[name], value, "", together, rows) for name, value in ratios.items()
    }
    nothing = {
        name: Figure(key=f"{victim}.{name}_ratio", label=words[name], value=float("nan"), unit="") for name in ratios
    }
    return made["auc"] or nothing["auc"], made["cmax"] or nothing["cmax"]


def _exposure(run: Run, moment: float) -> tuple[Array, Array]:
    values, t = run.values[:, :, 0], run.plan.times
    late = moment + WATCH[-1]
    tail = values[:, -1] / terminal_rate(values, t, moment + WATCH[-1] / 2)
    total = auc(values, t, moment, late) + np.where(np.isfinite(tail), tail, 0.0)
    return total, np.max(values[:, t >= moment], axis=1)
