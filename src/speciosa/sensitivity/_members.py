"""The parameters behind a factor, described: value, rows, and how each could be measured."""

import re
from functools import cache
from importlib import resources

import numpy as np
import yaml

from speciosa import models
from speciosa.cases import Case
from speciosa.exposure import Parameter
from speciosa.sensitivity._factors import Factor, Factors
from speciosa.sensitivity._records import Member

_IN_90_PERCENT = 1.6448536269514722  # standard normal quantile of 0.95


def members(factor: Factor, factors: Factors, case: Case, shares: dict[str, float]) -> tuple[Member, ...]:
    """The parameters of a factor, the most telling first.

    Args:
        factor: one of ``factors``.
        factors: all of them.
        case: its product holds the contents.
        shares: parameter → share of the variance.
    """
    if factor.content:
        return (_content(factor, factors, case, shares[factor.key]),)
    made = [_parameter(name, factors, shares[name]) for name in factor.members]
    return tuple(sorted(made, key=lambda member: -member.share))


def measurable(name: str) -> str:
    """How a parameter could be measured, in words; empty where we can name no way."""
    return next((how for pattern, how in _ways() if pattern.fullmatch(name)), "")


def _parameter(name: str, factors: Factors, share: float) -> Member:
    record = factors.records.get(name)
    drawn = factors.pool[name]
    if record is None:
        low, high = np.quantile(drawn, (0.05, 0.95))
        record = Parameter(
            name=name,
            meaning=name.replace("_", " "),
            median=float(drawn[0]),
            low=float(low),
            high=float(high),
            unit="",
            basis="alternative data sets",
            rows=(),
            reason="drawn whole, data set by data set",
        )
    return _member(record, share, _about(name))


def _content(factor: Factor, factors: Factors, case: Case, share: float) -> Member:
    content = case.product.content(factor.content)
    value = (content.central if content is not None else None) or float("nan")
    fold = (1.0 + factors.contents[factor.content]) ** _IN_90_PERCENT
    record = Parameter(
        name=factor.key,
        meaning=f"content of {factor.content} in the product",
        median=value,
        low=value / fold,
        high=value * fold,
        unit=content.unit if content is not None else "",
        rows=case.product.rows(factor.content),
        basis="certificate",
        reason="spread as the laboratory states it",
    )
    return _member(record, share, about="")


def _member(record: Parameter, share: float, about: str) -> Member:
    return Member(**record.model_dump(), about=about, share=share, measurable=measurable(record.name))


def _about(name: str) -> str:
    compounds = models.network().compounds.values()
    return next((compound.name for compound in compounds if name.startswith(f"{compound.id}_")), "")


@cache
def _ways() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = (resources.files("speciosa.sensitivity") / "measurable.yaml").read_text(encoding="utf-8")
    return tuple(
        (re.compile(re.escape(entry["parameter"]).replace(r"\*", ".*")), entry["how"])
        for entry in yaml.safe_load(text)["measurable"]
    )
