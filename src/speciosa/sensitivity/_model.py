"""The case as a function: factors between 0 and 1 → every figure of every run, for the median person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure
from speciosa.cases import Case, Regimen
from speciosa.exposure import Doses, Draws, Measured, Progress, Setting
from speciosa.sensitivity._designs import Function
from speciosa.sensitivity._factors import POOL, Factors, factors

Array = NDArray[np.float64]

PROBES = 4  # places from which each factor is moved to see whether it reaches the model at all
BLOCK = 512  # runs at a time of an interaction: three simulations each


@dataclass(frozen=True)
class CaseModel:
    """One regimen of a case, ready to be asked.

    Attributes:
        case: what was asked.
        regimen: of the case.
        at: the model with the product's compounds, for a population.
        victims: the medicines whose ratio is asked for, by their id in the model.
        beside: the model with these medicines; ``None`` without any.
        factors: what is moved.
        status: how many runs ended how so far; counted as the model is run.
    """

    case: Case
    regimen: Regimen
    at: Setting
    victims: tuple[str, ...]
    beside: Setting | None
    factors: Factors
    status: Counter[str] = field(default_factory=Counter, compare=False)

    def keep(self, which: Sequence[int]) -> "CaseModel":
        """The same with some of the factors only."""
        return replace(self, factors=self.factors.keep(which))

    def measure(self, u: Array, *, words: str, progress: Progress | None = None) -> dict[str, Measured]:
        """Every figure of every run.

        Args:
            u: (runs, factors).
            words: shown with the progress.
            progress: called with (done, total, words).

        Raises:
            EngineError: the model cannot be compiled.
            Cancelled: the user stopped it.
        """
        one = self._one(self.at, u)
        given = _doses(self.case, self.regimen, one, self.factors.content(u))
        found = exposure.measure(self.case, self.regimen, one, given, words=words, progress=progress)
        self.status.update(found.status)
        return {**found.figures, **self._ratios(u, progress)}

    def function(self, keys: Sequence[str], words: str, progress: Progress | None) -> Function:
        """The function of the factors that gives these figures alone."""

        def function(u: Array) -> dict[str, Array]:
            measured = self.measure(u, words=words, progress=progress)
            return {key: measured[key].values for key in keys}

        return function

    def reached(self) -> tuple[int, ...]:
        """Numbers of the factors that change anything that the model is given: the others cannot matter."""
        count = len(self.factors.every)
        random = np.random.default_rng(self.case.simulation.seed)
        moved = []
        for _ in range(PROBES):
            u = np.tile(random.uniform(0.05, 0.95, count), (count + 1, 1))
            u[1:][np.diag_indices(count)] = (u[0] + 0.5) % 1.0
            moved.append(np.any([_differs(inputs) for inputs in self._inputs(u)], axis=0))
        return tuple(int(i) for i in np.flatnonzero(np.any(moved, axis=0)))

    def _one(self, at: Setting, u: Array) -> Setting:
        """The median person at these factors."""
        return exposure.median_person(at, self.factors.draws(u, at.draws))

    def _inputs(self, u: Array) -> list[Array]:
        """Every number that the runs start from, (runs, numbers), model by model."""
        made = []
        for at in (self.at, self.beside):
            if at is not None:
                one = exposure.with_food(self._one(at, u), self.regimen)
                amounts = _doses(self.case, self.regimen, one, self.factors.content(u))[2]
                probes = [one.by_run[f"{victim}_probe_dose"] for victim in (self.victims if at is self.beside else ())]
                made.append(np.column_stack([*one.values.values(), amounts, *probes]))
        return made

    def _ratios(self, u: Array, progress: Progress | None) -> dict[str, Measured]:
        """AUC and Cmax ratios of the medicines, taken with the last dose of the product."""
        if self.beside is None:
            return {}
        collected: dict[str, list[Measured]] = {}
        for start in range(0, len(u), BLOCK):
            some = u[start : start + BLOCK]
            one = self._one(self.beside, some)
            product = _doses(self.case, self.regimen, one, self.factors.content(some))
            for victim in self.victims:
                found = exposure.measure_interaction(victim, self.regimen, one, product, progress=progress)
                self.status.update(found.status)
                for key, measured in found.figures.items():
                    collected.setdefault(key, []).append(measured)
        return {
            key: replace(parts[0], values=np.concatenate([part.values for part in parts]))
            for key, parts in collected.items()
        }


def case_model(case: Case, regimen: Regimen, victims: Sequence[str]) -> CaseModel:
    """Set a case up for its median person.

    Args:
        case: what was asked; its people give the median person, its seed all random numbers.
        regimen: of the case.
        victims: ids of the medicines whose ratios are wanted.

    Raises:
        KnowledgeError: the data package is damaged.
        ModelError: a model cannot be assembled.
    """
    simulation = replace(case.simulation, draws=POOL)
    at = exposure.case_setting(case, simulation=simulation, draw_people=1)
    beside = None
    if victims:  # a model of kinetics alone: alkaloids without an enzyme change no medicine
        compounds = (*exposure.alkaloids(()), *victims)
        someone, form = exposure.who(case), case.product.form
        beside = exposure.setting(someone, form, simulation, compounds, draw_people=1)
    names = [c.name for c in at.assembly.compounds if c.kind == "alkaloid"]
    contents = {name: case.product.relative_sd(name) for name in names}
    pool = at.draws if beside is None else _joined(at, beside)
    return CaseModel(case, regimen, at, tuple(victims), beside, factors(pool, contents))


def _joined(at: Setting, beside: Setting) -> Draws:
    """Draws that hold what either model needs: both come from the same seed, so they agree where they overlap."""
    return replace(at.draws, values={**beside.draws.values, **at.draws.values})


def _doses(case: Case, regimen: Regimen, one: Setting, content: Mapping[str, Array]) -> Doses:
    """The doses of every run; the laboratory's spread follows the factor of that content."""
    alone = Draws({name: value[:1] for name, value in one.by_run.items()}, one.draws.choices)
    central = replace(one, draws=alone, draw=np.zeros_like(one.draw))
    time, into, amount = exposure.doses(case, regimen, central)
    owner = {f"{c.id}_": c.name for c in one.assembly.compounds}
    scale = np.ones_like(amount)
    for column, state in enumerate(into):
        name = next(name for prefix, name in owner.items() if state.startswith(prefix))
        scale[:, column] = content.get(name, 1.0)
    return time, into, amount * scale


def _differs(inputs: Array) -> NDArray[np.bool_]:
    """Which rows differ from the first, the first left out."""
    return np.asarray(np.any(~np.isclose(inputs[1:], inputs[0], rtol=1e-12, atol=0.0), axis=1))
