"""Conditions that a case states, resolved to a number per person: the grade, the filtration, the week."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.people import _rows
from speciosa.people._draws import Numbers
from speciosa.people._traits import pick
from speciosa.people._who import CHILD_PUGH, Who

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class States:
    """What people 0 … n-1 have, every array shaped (n,); ``None`` where nobody has it.

    Attributes:
        child_pugh: index into the Child-Pugh grades.
        egfr: estimated filtration in kidney disease, mL/min/1.73 m².
        week: gestational week.
    """

    child_pugh: Index | None
    egfr: Array | None
    week: Array | None


def states(drawn: Numbers, who: Who) -> States:
    """What is told, and for what is not told a value drawn for each person."""
    return States(
        child_pugh=_child_pugh(drawn, who.cirrhosis),
        egfr=_egfr(drawn, who.kidney_disease),
        week=_week(drawn, who.pregnancy),
    )


def _child_pugh(drawn: Numbers, told: Cirrhosis | None) -> Index | None:
    if told is None:
        return None
    if told.child_pugh is not None:
        return np.full(drawn.count, CHILD_PUGH.index(told.child_pugh), dtype=np.int64)
    share = _rows.declared()["cirrhosis"]["share"]
    return pick(drawn.uniform("child_pugh"), np.array([_rows.number(share[grade]) for grade in CHILD_PUGH]))


def _egfr(drawn: Numbers, told: KidneyDisease | None) -> Array | None:
    """Within a stage people keep their rank: who had the higher creatinine in health has the lower filtration."""
    if told is None:
        return None
    if told.egfr is not None:
        return np.full(drawn.count, told.egfr)
    return _between(
        _rows.declared()["kidney_disease"]["stages"][told.stage or "unknown"], 1 - drawn.uniform("creatinine")
    )


def _week(drawn: Numbers, told: Pregnancy | None) -> Array | None:
    if told is None:
        return None
    if told.week is not None:
        return np.full(drawn.count, told.week)
    weeks = _rows.declared()["pregnancy"]["weeks"]
    return _between(weeks[str(told.trimester or "unknown")], drawn.uniform("pregnancy_week"))


def _between(key: str, share: Array) -> Array:
    low, high = (_rows.row(key).number(end) for end in ("low", "high"))
    return np.asarray(low + (high - low) * share)
