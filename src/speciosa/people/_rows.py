"""Numbers of the knowledge room by the quantity they stand for: reads ``rows.yaml``."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from speciosa import knowledge
from speciosa.errors import KnowledgeError

Array = NDArray[np.float64]

SEXES = ("F", "M")  # the order of every array by sex
_IN_90_PERCENT = 1.6448536269514722  # standard normal quantile of 0.95
_PRIOR = "prior:"


@cache
def declared() -> Mapping[str, Any]:
    """Which row gives which quantity."""
    text = (resources.files("speciosa.people") / "rows.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def row(key: str) -> Any:  # noqa: ANN401 - typed as the record of its table
    """A row by its qualified id, or a prior by ``prior:name``.

    Raises:
        KnowledgeError: there is no such row.
    """
    known = knowledge.load()
    if not key.startswith(_PRIOR):
        return known.row(key)
    name = key.removeprefix(_PRIOR)
    found = known.find("priors", name=name)
    if not found:
        raise KnowledgeError(f"there is no prior {name!r}; the table priors must hold it.")
    return found[0]


def named(entry: object) -> Iterator[str]:
    """Qualified ids of all rows that an entry of ``rows.yaml`` names."""
    if isinstance(entry, Mapping):
        for part in entry.values():
            yield from named(part)
    elif isinstance(entry, list):
        for part in entry:
            yield from named(part)
    elif isinstance(entry, str) and ":" in entry:
        yield f"priors:{row(entry).id}" if entry.startswith(_PRIOR) else entry


def number(key: str) -> float:
    """The value of a row; the median of a prior."""
    return float(row(key).number("median" if key.startswith(_PRIOR) else "value"))


def by_sex(entry: Mapping[str, str | Sequence[str]]) -> Array:
    """Values of women and men, (2,); several rows are added up."""
    return np.array([_sum(entry[sex]) for sex in SEXES])


def log_sd(key: str) -> float:
    """The spread of a row as the standard deviation of the logarithm, whichever way the row states it.

    Raises:
        KnowledgeError: the row states no spread.
    """
    one = row(key)
    if key.startswith(_PRIOR):
        return math.log(one.high / one.low) / (2.0 * _IN_90_PERCENT)
    if one.unit == "geometric SD":
        return math.log(one.number("value"))
    if one.unit == "% CV":
        return _from_cv(one.number("value") / 100.0)
    if getattr(one, "sdlog", None) is not None:
        return float(one.number("sdlog"))
    if getattr(one, "cv_percent", None) is not None:
        return _from_cv(one.number("cv_percent") / 100.0)
    if getattr(one, "sd", None) is not None:
        return _from_cv(one.number("sd") / one.number("value"))
    raise KnowledgeError(f"row {key} states no spread.")


def log_median(key: str) -> float:
    """Logarithm of the median of a log-normal row; a row with an arithmetic mean is converted."""
    one = row(key)
    value = math.log(one.number("value"))
    return value if one.distribution == "lognormal" else value - 0.5 * log_sd(key) ** 2


def age_range(key: str) -> tuple[float, float]:
    """First and last year of the age range of a row, such as ``18-29``."""
    first, _, last = str(row(key).age_range_y).partition("-")
    return float(first), float(last)


def _sum(keys: str | Sequence[str]) -> float:
    return sum(number(key) for key in ([keys] if isinstance(keys, str) else keys))


def _from_cv(cv: float) -> float:
    return math.sqrt(math.log1p(cv**2))
