"""One simulation per stated dose, kept for the process: every test of a dose reads its figures from it.

Only figures are kept, a number per run: the curves of four weeks are megabytes a run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from speciosa import cases, exposure, knowledge, models, people
from speciosa.cases import Case, Regimen, Simulation
from speciosa.claims._tests_figures import extra
from speciosa.exposure import Draws, Measured, Progress, Setting

if TYPE_CHECKING:
    from speciosa.knowledge import StatedDoses

PEOPLE, DRAWS, SEED = 200, 40, 1
DRAW_PEOPLE = 20  # a median of twenty people is enough beside what nobody knows
_ANYONE = {"age": 40, "sex": "F"}  # a case file asks for a person; who runs is drawn from all adults


@dataclass(frozen=True)
class Simulated:
    """The figures of one stated dose.

    Attributes:
        dose: its row.
        case: the dose as a case.
        draws: the parameter draws, which know the data sets.
        draw: draw number of each run, (runs,).
        figures: key → one number per run.
    """

    dose: "StatedDoses"
    case: Case
    draws: Draws
    draw: NDArray[np.int64]
    figures: Mapping[str, Measured]

    @property
    def regimen(self) -> Regimen:
        """The one regimen of the dose."""
        return self.case.regimens[0]

    def swallowed(self) -> Mapping[str, float]:
        """Alkaloid → mg in the first dose, of those that the product is known to hold."""
        first = self.regimen.events()[0][1]
        held = {name: self.case.product.mg(name, first) or 0.0 for name in _contained(self.case)}
        return {name: mg for name, mg in held.items() if mg > 0.0}


_kept: dict[tuple[str, int, int], Simulated] = {}
_kept_medicines: dict[tuple[str, str, int, int], tuple[Measured, NDArray[np.int64]]] = {}


def simulated(dose: "StatedDoses", count: int, seed: int, progress: Progress | None = None) -> Simulated:
    """The figures of a stated dose; the second time they are remembered.

    Args:
        dose: a row of ``stated_doses``.
        count: virtual people.
        seed: of people and draws.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        InputError: the row does not make a case.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    key = (dose.id, count, seed)
    if key not in _kept:
        case = as_case(dose, count, seed)
        at = _setting(case, exposure.alkaloids(_contained(case)), effects=True)
        regimen = case.regimens[0]
        given = exposure.doses(case, regimen, at)
        found = exposure.measure(case, regimen, at, given, more=extra, words=dose.name, progress=progress)
        _kept[key] = Simulated(dose, case, at.draws, at.draw, found.figures)
    return _kept[key]


def with_medicine(
    dose: "StatedDoses", medicine: str, count: int, seed: int, progress: Progress | None = None
) -> tuple[Measured, NDArray[np.int64]]:
    """AUC of a medicine, by its id in the model, with the dose over without, and the draw number of each run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    key = (dose.id, medicine, count, seed)
    if key not in _kept_medicines:
        case = as_case(dose, count, seed)
        at = _setting(case, (*exposure.alkaloids(()), medicine), effects=False)
        given = exposure.doses(case, case.regimens[0], at)
        found = exposure.measure_interaction(medicine, case.regimens[0], at, given, progress=progress)
        name = models.network().compounds[medicine].name
        _kept_medicines[key] = found.figures[f"{name}.auc_ratio"], at.draw
    return _kept_medicines[key]


def as_case(dose: "StatedDoses", count: int = PEOPLE, seed: int = SEED) -> Case:
    """A stated dose as a case: its product and regimen, taken by anyone.

    Raises:
        InputError: the row does not make a case.
    """
    again = {"every": f"{dose.every_h:g} h", "times": int(dose.times or 1)} if dose.every_h else {}
    beside = [{"name": name.strip(), "use": "as needed"} for name in (dose.beside or "").split(";") if name.strip()]
    fields = {
        "title": dose.name,
        "asked_on": knowledge.load().release.date.isoformat(),
        "product": _stated(known=dose.product, form=dose.form),
        "person": _stated(**_ANYONE, medicines=beside),
        "regimens": [
            _stated(name=dose.name, food=dose.food, doses=[_stated(at="0 h", amount=dose.amount, **again)]),
        ],
    }
    case = cases.parse(fields, where=f"stated_doses:{dose.id}")
    return replace(case, simulation=Simulation(people=count, draws=DRAWS, seed=seed))


def _stated(**fields: object) -> dict[str, object]:
    """Fields of a case file without those that nobody stated."""
    return {name: value for name, value in fields.items() if value is not None}


def _setting(case: Case, compounds: tuple[str, ...], *, effects: bool) -> Setting:
    """All adults: a stated dose says nothing of who took it that the model could use."""
    return exposure.setting(
        people.Who(),
        case.product.form,
        case.simulation,
        compounds,
        draw_people=DRAW_PEOPLE,
        effects=effects,
        company=exposure.company(case),
    )


def _contained(case: Case) -> tuple[str, ...]:
    return tuple(content.analyte for content in case.product.contents if content.central)
