"""The studies as they are simulated (``studies.yaml``), and what was observed in them (table ``targets``).

What may calibrate and what may only validate is said twice, and the two must agree: each study says in
``studies.yaml`` whether the model may be fitted to it, and each observation says in the table how it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml

from speciosa import knowledge
from speciosa.cases import Form
from speciosa.errors import KnowledgeError

USES = ("fit", "check", "unused")
_WINDOW = (48.0, 120.0)
_WINDOWS = MappingProxyType({"7-hydroxymitragynine": (6.0, 24.0)})


@dataclass(frozen=True)
class Study:
    """One published study.

    Attributes:
        name: as the targets call it.
        calibrates: whether the model may be fitted to it.
        form: form of the product.
        contents: compound → mg in one dose.
        times: of the doses, h.
        probes: medicines swallowed with the last dose.
        windows: compound → hours after the last dose over which the half-life was read, where it is not the usual one.
        rows: qualified knowledge ids of the contents.
    """

    name: str
    calibrates: bool
    form: Form
    contents: Mapping[str, float]
    times: tuple[float, ...]
    probes: tuple[str, ...]
    windows: Mapping[str, tuple[float, float]]
    rows: tuple[str, ...]

    def window(self, compound: str) -> tuple[float, float]:
        """Hours after the last dose over which the half-life of a compound was read."""
        return self.windows.get(compound, _WINDOWS.get(compound, _WINDOW))


@dataclass(frozen=True)
class Target:
    """One observed figure of a study.

    Attributes:
        study: name of the study.
        figure: what was observed, such as ``mitragynine.cmax``.
        observed: its value, in ``unit``.
        unit: as printed by the knowledge.
        low: lower end of what was printed, or ``None``.
        high: upper end; alone, it says that less is no miss.
        log_se: standard error of the logarithm.
        use: ``fit``, ``check`` or ``unused``.
        reason: why it is used so.
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
    reason: str
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
        KnowledgeError: a target belongs to no study, or is to be fitted in a study that only validates.
    """
    found = tuple(
        Target(
            study=row.study,
            figure=row.figure,
            observed=row.observed,
            unit=row.unit,
            low=row.low,
            high=row.high,
            log_se=row.log_se,
            use=row.use,
            reason=row.reason,
            row=row.row,
            id=row.id,
        )
        for row in knowledge.load().table("targets")
    )
    for target in found:
        admit(target)
    return found


def admit(target: Target) -> None:
    """Refuse an observation whose use is not allowed.

    Raises:
        KnowledgeError: its study is not described, its use is unknown, or it is to be fitted in a study that only
            validates.
    """
    if target.study not in studies():
        raise KnowledgeError(f"target {target.id} belongs to the study {target.study!r}, which is not described.")
    if target.use not in USES:
        raise KnowledgeError(f"target {target.id} has use {target.use!r}; expected {', '.join(USES)}.")
    if target.use == "fit" and not studies()[target.study].calibrates:
        raise KnowledgeError(
            f"target {target.id} is to be fitted, but its study {target.study} only validates; "
            "set its use to check, or say in studies.yaml that the study calibrates."
        )


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
    times = np.arange(entry.get("doses", 1)) * float(entry.get("every_h", 24))
    return Study(
        name=name,
        calibrates=bool(entry.get("calibrates", False)),
        form=Form(entry["form"]),
        contents=MappingProxyType(contents),
        times=tuple(times.tolist()),
        probes=tuple(entry.get("probes", ())),
        windows=MappingProxyType({c: (float(a), float(b)) for c, (a, b) in entry.get("windows", {}).items()}),
        rows=tuple(rows),
    )
