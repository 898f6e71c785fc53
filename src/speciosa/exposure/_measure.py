"""Figures of every single run: what an analysis needs that asks how a figure follows from the parameters."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.cases import Case, Regimen
from speciosa.exposure._intake import no_doses
from speciosa.exposure._interaction import ratios, watch
from speciosa.exposure._outputs import outputs
from speciosa.exposure._plan import Doses, Plan, Setting, plan, with_food
from speciosa.exposure._run import Measured, Progress, Run, execute
from speciosa.exposure._scenario import dose_times, figures, times

BLOCK = 256  # runs at a time: the curves of a few weeks are megabytes a run, the figures are not


@dataclass(frozen=True)
class Measurements:
    """Figures of every run of a setting.

    Attributes:
        figures: key → one number per run.
        status: how many runs ended how, in the engine's words.
    """

    figures: Mapping[str, Measured]
    status: Mapping[str, int]


def measure(
    case: Case,
    regimen: Regimen,
    at: Setting,
    given: Doses,
    *,
    more: Callable[[Run], Mapping[str, Measured]] | None = None,
    words: str = "",
    progress: Progress | None = None,
) -> Measurements:
    """Simulate one regimen and keep the figures of every run; the curves are let go.

    Args:
        case: what was asked.
        regimen: of the case.
        at: who runs with which values.
        given: the doses of every run.
        more: figures that the scenario does not hold, from the curves of some of the runs.
        words: shown with the progress.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    symbols = [output.symbol for output in outputs(at.assembly)]
    whole = plan(with_food(at, regimen), given, times(regimen), symbols)
    blocks = []
    status: Counter[str] = Counter()
    for start, part in _parts(whole):
        run = execute(part, words=words, progress=_shifted(progress, start, whole.person.size))
        # to the figures every run is a person of its own: nothing is summed up over draws
        alike = Run(run.values, run.status, replace(part, draw=np.zeros_like(part.draw)))
        figures(case, regimen, alike, at.draws, at.company)
        blocks.append(alike.measured | (_of_good_runs(more(alike), alike) if more is not None else {}))
        status.update(alike.status)
    return Measurements(_joined(blocks), dict(status))


def measure_interaction(
    victim: str, regimen: Regimen, at: Setting, given: Doses, *, progress: Progress | None = None
) -> Measurements:
    """AUC and Cmax of a medicine with the product over without, for every run; taken with the last dose.

    Args:
        victim: id of the medicine in the model.
        regimen: of the product.
        at: who runs with which values; the model holds the medicine.
        given: the doses of the product of every run.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    table, moment = with_food(at, regimen), float(dose_times(regimen)[-1])
    alone = watch(table, victim, 0.0, no_doses(at), progress)
    together = watch(table, victim, moment, given, progress)
    good, name = alone.ok & together.ok, models.network().compounds[victim].name
    ratio_of = {}
    for key, words, values in zip(("auc", "cmax"), ("AUC", "Cmax"), ratios(alone, together, moment), strict=True):
        label = f"{words} of {name} with the product over without"
        ratio_of[f"{name}.{key}_ratio"] = Measured(label, "", np.where(good, values, np.nan), ())
    return Measurements(ratio_of, dict(Counter((*alone.status, *together.status))))


def _parts(whole: Plan) -> Iterator[tuple[int, Plan]]:
    for start in range(0, whole.person.size, BLOCK):
        some = slice(start, start + BLOCK)
        yield (
            start,
            replace(
                whole,
                parameters=whole.parameters[some],
                person=whole.person[some],
                draw=whole.draw[some],
                dose_amount=whole.dose_amount[some],
            ),
        )


def _of_good_runs(found: Mapping[str, Measured], run: Run) -> dict[str, Measured]:
    return {key: replace(one, values=np.where(run.ok, one.values, np.nan)) for key, one in found.items()}


def _shifted(progress: Progress | None, start: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _, words: progress(start + done, total, words)


def _joined(blocks: list[dict[str, Measured]]) -> dict[str, Measured]:
    """The figures of all blocks, end to end."""

    def column(key: str) -> NDArray[np.float64]:
        return np.concatenate([block[key].values for block in blocks])

    return {key: replace(first, values=column(key)) for key, first in blocks[0].items()}
