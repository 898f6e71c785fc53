"""What kind of product a profile of alkaloids is: found from what was measured, not from a name on the bag."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from speciosa import knowledge
from speciosa.certificates import Certificate
from speciosa.products._readings import MITRAGYNINE

LEAST_TESTED = 2  # ratios that must have been measured before a kind can fit


@dataclass(frozen=True)
class Chemotype:
    """How a profile compares with one kind.

    Attributes:
        name: of the kind.
        fits: whether every ratio that was tested lies in its range; ``None`` where too little was tested.
        against: the ratios that do not fit, each in words.
        tested: how many of its ratios were tested.
        of: how many ratios it has.
        rows: qualified ids of the rows behind it.
    """

    name: str
    fits: bool | None
    against: tuple[str, ...]
    tested: int
    of: int
    rows: tuple[str, ...]


def profile(paper: Certificate) -> dict[str, tuple[float, float]]:
    """Alkaloid → lowest and highest mg/g that a certificate leaves open, where it can be told in mg/g."""
    found: dict[str, tuple[float, float]] = {}
    for value in paper.kind("alkaloid"):
        if value.qualifier == "measured" and value.mg_per_g is not None:
            found.setdefault(value.analyte, (value.mg_per_g, value.mg_per_g))
        elif value.qualifier in {"not detected", "below LOQ", "below value", "trace"}:
            most = value.loq_ug_per_g if value.qualifier != "below value" else value.ug_per_g
            if most is not None:
                found.setdefault(value.analyte, (0.0, most / 1000.0))
    return found


def chemotypes(content: Mapping[str, tuple[float, float]]) -> tuple[Chemotype, ...]:
    """Every kind with its answer; none where no mitragynine was measured.

    Args:
        content: alkaloid → lowest and highest content that is possible, in one unit.
    """
    base = content.get(MITRAGYNINE)
    if base is None or base[0] <= 0:
        return ()
    return tuple(_compare(entry, content, base) for entry in _declared())


def _compare(
    entry: Mapping[str, Any], content: Mapping[str, tuple[float, float]], base: tuple[float, float]
) -> Chemotype:
    spans, rows = _spans(entry)
    tested = [name for name in spans if name in content]
    against = [words for name in tested if (words := _off(name, spans[name], content[name], base))]
    enough = len(tested) >= min(LEAST_TESTED, len(spans))
    fits = False if against else True if enough else None
    return Chemotype(entry["name"], fits, tuple(against), len(tested), len(spans), rows)


def _off(name: str, span: tuple[float, float], content: tuple[float, float], base: tuple[float, float]) -> str:
    """Why a ratio does not fit; empty where it does, or where a limit of quantification leaves it open."""
    low, high = content[0] / base[1], content[1] / base[0]
    if low > span[1]:
        return f"{name} over mitragynine is {low:.3g}, above {span[1]:.2g}"
    return f"{name} over mitragynine is {high:.3g}, below {span[0]:.2g}" if high < span[0] else ""


def _spans(entry: Mapping[str, Any]) -> tuple[dict[str, tuple[float, float]], tuple[str, ...]]:
    """The range of each ratio to mitragynine that a kind allows, and the rows behind it."""
    known = knowledge.load()
    (off,), (part,) = (known.find("priors", name=name) for name in ("chemotype_span", "chemotype_alone"))
    factor, alone = float(off.number("median")), float(part.number("median"))
    base = known.row(f"alkaloid_content:{entry['over']}")
    spans: dict[str, tuple[float, float]] = {}
    rows = [entry["over"]]
    for side in ("near", "below", "above", "alone"):
        for name, row in entry.get(side, {}).items():
            least, most = _ends(known.row(f"alkaloid_content:{row}"))
            low, high = least / _ends(base)[1], most / _ends(base)[0]
            spans[name] = {
                "near": (low / factor, high * factor),
                "below": (0.0, high * factor),
                "above": (low / factor, math.inf),
                "alone": (0.0, high * alone),
            }[side]
            rows.append(row)
    return spans, (*(f"alkaloid_content:{row}" for row in rows), f"priors:{off.id}", f"priors:{part.id}")


def _ends(row: Any) -> tuple[float, float]:  # noqa: ANN401 - a row of alkaloid_content
    """Lowest and highest content of a row; its mean, or its limit, where it has no range."""
    ends = [float(v) for v in (row.value_min, row.value_mean, row.value_max) if v is not None]
    return min(ends), max(ends)


@cache
def _declared() -> tuple[Mapping[str, Any], ...]:
    text = (resources.files("speciosa.products") / "chemotypes.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text))
