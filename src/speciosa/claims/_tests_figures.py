"""Figures of a dose that only the tests of claims ask for, from the curves of a run."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.exposure import Measured, Run

Array = NDArray[np.float64]

OPIOID = ("MOR", "DOR", "KOR")
KEY_ALKALOIDS = ("mitragynine", "7-hydroxymitragynine")
OF_THE_BODY = (*KEY_ALKALOIDS, "mitragynine pseudoindoxyl")  # the body makes the last one of the second
PEAK_SHARE = 0.5  # of the highest effect: where an effect is said to be there


def extra(run: Run) -> Mapping[str, Measured]:
    """Key → figure per run: when and for how long, by which alkaloid, where else, how much of it unbound."""
    return dict((*_course(run), *_shares(run), *_elsewhere(run), *_unbound(run)))


def _course(run: Run) -> Iterator[tuple[str, Measured]]:
    """When half of the highest opioid effect is there, and for how long; of the first dose in all runs."""
    effect, times = run.output("MOR_effect"), run.plan.times
    above = effect >= PEAK_SHARE * np.max(effect, axis=1, keepdims=True)
    first, last = np.argmax(above, axis=1), above.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1)
    onset = _measured("time to half of the highest opioid effect", "h", times[first])
    lasts = _measured(
        "time for which half or more of the highest opioid effect is there", "h", times[last] - times[first]
    )
    yield "MOR.effect.onset", onset
    yield "MOR.effect.lasts", lasts


def _shares(run: Run) -> Iterator[tuple[str, Measured]]:
    """Shares of the opioid stimulus by alkaloid when the effect is highest."""
    top = np.argmax(run.output("MOR_effect"), axis=1)
    by = {name: stimulus[np.arange(top.size), top] for name, stimulus in _stimuli(run)}
    total = np.sum(list(by.values()), axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = {name: stimulus / total for name, stimulus in by.items()}
    for name, share in shares.items():
        yield f"MOR.share.{name}", _measured(f"share of the opioid stimulus by {name}", "", share)
    two = np.sum([shares[name] for name in KEY_ALKALOIDS if name in shares], axis=0)
    minor = [share for name, share in shares.items() if name not in OF_THE_BODY]
    words = "share of the opioid stimulus by"
    yield "MOR.share.two", _measured(f"{words} mitragynine and 7-hydroxymitragynine", "", two)
    yield "MOR.share.minor", _measured(f"{words} the minor alkaloids", "", np.sum([two * 0.0, *minor], axis=0))


def _stimuli(run: Run) -> Iterator[tuple[str, Array]]:
    """Alkaloid → stimulus over time: its efficacy times the share of receptors that it holds."""
    for compound in models.network().compounds.values():
        held, tau = f"{compound.id}_MOR_occupancy", f"{compound.id}_tau_MOR"
        if held in run.plan.outputs:
            efficacy = run.plan.parameters[:, run.plan.vary.index(tau)]
            yield compound.name, efficacy[:, None] * run.output(held)


def _elsewhere(run: Run) -> Iterator[tuple[str, Measured]]:
    """The highest share of any measured target in the brain that is no opioid receptor."""
    others = [t for t in models.network().targets.values() if t.site == "brain" and t.id not in OPIOID]
    held = [np.max(run.output(f"{t.id}_occupancy"), axis=1) for t in others if f"{t.id}_occupancy" in run.plan.outputs]
    if held:
        label = "highest share held of any measured target in the brain but the opioid receptors"
        yield "brain.other.max", _measured(label, "", np.max(held, axis=0))


def _unbound(run: Run) -> Iterator[tuple[str, Measured]]:
    plasma, brain = models.network().compounds["mitragynine"].plasma, "mitragynine_brain_Cu"
    unbound = run.plan.parameters[:, run.plan.vary.index("mitragynine_fu")]
    highest = unbound * np.max(run.output(plasma), axis=1)
    yield "mitragynine.plasma.unbound", _measured("highest unbound mitragynine in blood plasma", "nM", highest)
    in_brain = np.max(run.output(brain), axis=1)
    yield "mitragynine.brain.unbound", _measured("highest unbound mitragynine in the brain", "nM", in_brain)


def _measured(label: str, unit: str, values: Array) -> Measured:
    return Measured(label, unit, np.asarray(values, dtype=np.float64), ())
