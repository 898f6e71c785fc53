"""A medicine that is swallowed beside the product: what a dose is, how it enters the model, when it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.exposure._plan import NANOMOL_PER_MG, Doses, Setting
from speciosa.exposure._run import Run
from speciosa.exposure._summary import auc, terminal_rate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Intake:
    """One dose of one medicine.

    Attributes:
        medicine: id of the compound.
        time: h, on the clock of the run.
        mg: what is swallowed; the usual dose where it is ``None``.
    """

    medicine: str
    time: float
    mg: float | None = None


def no_doses(at: Setting) -> Doses:
    """Nothing is swallowed."""
    return np.empty(0), (), np.empty((at.person.size, 0))


def swallowed(at: Setting, product: Doses, intakes: Sequence[Intake]) -> Doses:
    """The doses of the product and of medicines, in the order of time: times, states entered, nmol (runs, doses)."""
    time, into, amount = product
    times = np.append(time, [one.time for one in intakes])
    states = (*into, *(f"{one.medicine}_lumen_U_stomach" for one in intakes))
    amounts = np.column_stack([amount, *(_nmol(at, one) for one in intakes)])
    order = np.argsort(times, kind="stable")
    return times[order], tuple(states[i] for i in order), amounts[:, order]


def usual_mg(at: Setting, medicine: str) -> float:
    """The usual dose of a medicine, mg."""
    return float(at.by_run[f"{medicine}_probe_dose"][0])


def _nmol(at: Setting, one: Intake) -> Array:
    d, p = at.by_run, one.medicine
    mg = d[f"{p}_probe_dose"] if one.mg is None else np.full(at.person.size, one.mg)
    absorbed = d[f"{p}_fa"] if f"{p}_fa" in d else np.ones(at.person.size)
    return mg * absorbed * NANOMOL_PER_MG / d[f"{p}_molar_mass"]


def area_and_peak(run: Run, symbol: str, start: float, end: float, *, whole: bool) -> tuple[Array, Array]:
    """Area and highest value of one output between two times, (runs,).

    Args:
        run: a finished run that recorded the symbol.
        symbol: what to look at.
        start: h.
        end: h.
        whole: add what lies behind the end, by the slope of the second half.
    """
    values, t = run.output(symbol), run.plan.times
    inside = (t >= start - 1e-9) & (t <= end + 1e-9)
    total = auc(values, t, start, end)
    if whole:
        seen = values[:, inside]
        tail = seen[:, -1] / terminal_rate(seen, t[inside], (start + end) / 2)
        total = total + np.where(np.isfinite(tail), tail, 0.0)
    return total, np.max(values[:, inside], axis=1)


def fold(above: tuple[Array, Array], below: tuple[Array, Array]) -> tuple[Array, Array]:
    """Ratio of areas and of peaks, person by person, (runs,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return above[0] / below[0], above[1] / below[1]
