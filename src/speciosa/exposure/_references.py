"""Medicines beside kratom: how much of the same target one of them holds at its usual dose.

Computed in the way of the model: unbound concentration over affinity, at equilibrium, nobody else at the target. A
share of a receptor means something to a reader beside the share that a known medicine holds of it.
"""

import math
import re
from functools import cache
from typing import Any

from scipy.special import expit

from speciosa import knowledge, models
from speciosa.exposure._results import Figure, Interval, Reference
from speciosa.exposure._streams import SEEN_IN_90_PERCENT
from speciosa.knowledge import Choice

KNOWN = "90 % of what its rows leave open"
SEEN = "seen in people"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def references() -> tuple[Reference, ...]:
    """Every reference medicine at its target, in the order of the table.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    return tuple(_reference(row) for row in knowledge.load().table("reference_medicines"))


def _reference(row: Any) -> Reference:  # noqa: ANN401 - typed as the record of its table
    target = models.network().targets[row.target]
    parts = _parts(row)
    concentration, fu, ratio, affinity = parts
    # four factors of one product, each log-normal: the logarithm of concentration over affinity is normal
    middle = math.log(concentration.median * min(fu.median, 1.0) * ratio.median / affinity.median)
    spread = math.sqrt(math.fsum(math.log(part.gsd) ** 2 for part in parts))
    low, high = (float(expit(middle + side * SEEN_IN_90_PERCENT * spread)) for side in (-1, 1))
    behind = (r for part in parts for r in part.rows)
    rows = tuple(dict.fromkeys((f"reference_medicines:{row.id}", *behind, *_keys(row))))
    held = Figure(
        key=f"{target.id}.occupancy.{row.medicine}",
        label=f"{target.held} by {row.medicine}, {row.dose}",
        value=float(expit(middle)),
        unit="",
        uncertainty=Interval(low=low, high=high, covers=KNOWN),
        rows=rows,
    )
    return Reference(
        medicine=row.medicine, target=target.id, dose=row.dose, held=held, seen=_seen(row), note=row.note or ""
    )


def _parts(row: Any) -> tuple[Choice, Choice, Choice, Choice]:  # noqa: ANN401 - typed as the record of its table
    take, name = knowledge.load().distribution, row.medicine
    return (
        take(f"{name} in plasma", "nmol/L", None, row.concentration),
        take(f"fraction of {name} unbound", "dimensionless", row.fu_rows, row.fu),
        take(f"{name} at the target over unbound plasma", "dimensionless", None, row.site_ratio),
        take(f"affinity of {name}", "nmol/L", row.affinity_rows, row.affinity),
    )


def _keys(row: Any) -> tuple[str, ...]:  # noqa: ANN401 - typed as the record of its table
    return tuple(key.strip() for key in (row.seen or "").split(";") if key.strip())


def _seen(row: Any) -> Interval | None:  # noqa: ANN401 - typed as the record of its table
    """What imaging saw: from the lowest to the highest figure of the rows, as shares."""
    known = knowledge.load()
    found = [float(n) / 100.0 for key in _keys(row) for n in _NUMBER.findall(known.row(key).cells()["result_value"])]
    return Interval(low=min(found), high=max(found), covers=SEEN) if found else None
