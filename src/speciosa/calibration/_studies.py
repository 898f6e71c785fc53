"""The studies as they are simulated (``studies.yaml``), and what was observed in them (table ``targets``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml

from speciosa import knowledge, models
from speciosa.cases import Form
from speciosa.errors import KnowledgeError

_WINDOW = (48.0, 120.0)
_WINDOWS = MappingProxyType(
    {models.network().compounds[c].name: _WINDOW for c in models.network().of_kind("alkaloid")}
    | {"7-hydroxymitragynine": (6.0, 24.0)}
)


@dataclass(frozen=True)
class Study:
    """One published study.

    Attributes:
        name: as the targets call it.
        form: form of the product.
        contents: compound → mg in one dose.
        times: of the doses, h.
        probe: medicine swallowed with the last dose, or ``None``.
        windows: compound → hours after the last dose over which the half-life was read.
        rows: qualified knowledge ids of the contents.
    """

    name: str
    form: Form
    contents: Mapping[str, float]
    times: tuple[float, ...]
    probe: str | None
    windows: Mapping[str, tuple[float, float]]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """One observed figure of a study.

    Attributes:
        study: name of the study.
        figure: what was observed, such as ``mitragynine.cmax``.
        observed: its value, in ``unit``.
        unit: as printed by the knowledge.
        low: lower end of what was printed, or ``None``.
        high: upper end.
        log_se: standard error of the logarithm.
        use: ``fit`` or ``check``.
        row: qualified id of the row it stands in.
        id: of the target itself.
    """

    study: str
    figure: str
    observed: float
    unit: str
    low: float | None
    high: float | None
    log_se: float
    use: str
    row: str
    id: str


@cache
def studies() -> Mapping[str, Study]:
    """All studies by name.

    Raises:
        KnowledgeError: a dose names a row or column that is not there.
    """
    text = (resources.files("speciosa.calibration") / "studies.yaml").read_text(encoding="utf-8")
    return MappingProxyType({name: _study(name, entry) for name, entry in yaml.safe_load(text).items()})


@cache
def targets() -> tuple[Target, ...]:
    """Everything that was observed, in the order of the table.

    Raises:
        KnowledgeError: a target belongs to no study.
    """
    known = knowledge.load()
    found = []
    for row in known.table("targets"):
        if row.study not in studies():
            raise KnowledgeError(f"target {row.id} belongs to the study {row.study!r}, which is not described.")
        bounds = (row.low, row.high)
        found.append(
            Target(row.study, row.figure, row.observed, row.unit, *bounds, row.log_se, row.use, row.row, row.id)
        )
    return tuple(found)


def _study(name: str, entry: Mapping[str, Any]) -> Study:
    known = knowledge.load()
    contents, rows = {}, []
    for compound, where in entry["contents"].items():
        if isinstance(where, str):
            key, _, column = where.rpartition(".")
            contents[compound] = float(known.row(key).number(column))
            rows.append(key)
        else:
            contents[compound] = float(where)
    windows = {**_WINDOWS, **{c: (float(a), float(b)) for c, (a, b) in entry.get("windows", {}).items()}}
    times = np.arange(entry.get("doses", 1)) * float(entry.get("every_h", 24))
    return Study(
        name=name,
        form=Form(entry["form"]),
        contents=MappingProxyType(contents),
        times=tuple(times.tolist()),
        probe=entry.get("probe"),
        windows=MappingProxyType(windows),
        rows=tuple(rows),
    )
