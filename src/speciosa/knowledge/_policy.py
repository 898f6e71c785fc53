"""How a model parameter is chosen from rows: a pure function, in words in ``docs/parameter-policy.md``.

1. A value fitted to people wins.
2. Human before animal: animal rows count only where there is no human row.
3. Measured before recalled: recalled rows do not move the median where a measured row exists; they can widen.
4. Rows that disagree widen the spread; no row is dropped to make it smaller.
5. A judgement declared beside the rows (a prior row) sets median and spread, and is widened until its 90 % interval
   holds every row of rule 2.
6. Without rows, the prior stands alone and is called a stated prior.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from speciosa.errors import KnowledgeError

Kind = Literal["lognormal", "normal", "logit", "fixed"]
Basis = Literal["measured", "calibrated", "derived", "stated prior"]
_IN_90_PERCENT = 1.6448536269514722  # standard normal quantile of 0.95


@dataclass(frozen=True)
class Reading:
    """One row, read for one parameter.

    Attributes:
        row: its qualified id.
        value: in the parameter's unit.
        sd: printed standard deviation, in the same unit.
        low: printed lower bound.
        high: printed upper bound.
        human: whether it was measured in people or human material.
        confidence: how the row was read.
    """

    row: str
    value: float
    sd: float | None
    low: float | None
    high: float | None
    human: bool
    confidence: str


@dataclass(frozen=True)
class Prior:
    """A judgement: median and 90 % interval, in the parameter's unit; ``derived`` where computed from named rows."""

    row: str
    median: float
    low: float
    high: float
    derived: bool
    reason: str


@dataclass(frozen=True)
class Fit:
    """A value fitted to clinical targets; ``gsd`` on the parameter's own scale, as in :class:`Choice`."""

    row: str
    median: float
    gsd: float
    targets: tuple[str, ...]
    method: str


@dataclass(frozen=True)
class Grade:
    """What one word of confidence means; ``spread`` is the least geometric spread of a single row."""

    rank: int
    measured: bool
    spread: float
    meaning: str


@dataclass(frozen=True)
class Wanted:
    """The parameter that is asked for."""

    name: str
    meaning: str
    unit: str
    kind: Kind


@dataclass(frozen=True)
class Choice:
    """One parameter as a distribution with its rows behind it.

    Attributes:
        name: of the parameter.
        meaning: in words.
        unit: of ``median``.
        kind: ``lognormal``, ``normal``, ``logit`` or ``fixed``.
        median: central value.
        gsd: geometric standard deviation; for ``normal`` the standard deviation; for ``logit`` exp of the standard
            deviation of the log odds; 1 (0 for ``normal``) when nothing is uncertain.
        rows: qualified ids of the rows behind it.
        basis: ``measured``, ``calibrated``, ``derived`` or ``stated prior``.
        reason: which rule chose, in words.
    """

    name: str
    meaning: str
    unit: str
    kind: Kind
    median: float
    gsd: float
    rows: tuple[str, ...]
    basis: Basis
    reason: str


def choose(
    wanted: Wanted, readings: Sequence[Reading], prior: Prior | None, fit: Fit | None, grades: Mapping[str, Grade]
) -> Choice:
    """Choose a parameter.

    Args:
        wanted: name, meaning, unit and kind of the parameter.
        readings: the rows declared for it, in its unit.
        prior: the judgement declared for it.
        fit: the value fitted for it.
        grades: word of confidence → what it means.

    Raises:
        KnowledgeError: neither row nor prior nor fit, or a value outside the kind's range.
    """
    people = [r for r in readings if r.human] or list(readings)
    if fit is not None:
        before = (*([prior.row] if prior else []), *(r.row for r in people))
        rows = (fit.row, *before, *fit.targets)
        return _made(wanted, fit.median, fit.gsd, rows, "calibrated", f"fitted to people: {fit.method}")
    if prior is not None:
        return _from_prior(wanted, people, prior)
    if not people:
        raise KnowledgeError(f"parameter {wanted.name} has neither row nor prior.")
    return _from_rows(wanted, people, len(people) < len(readings), grades)


def _from_prior(wanted: Wanted, rows: Sequence[Reading], prior: Prior) -> Choice:
    if wanted.kind == "fixed":
        return _made(wanted, prior.median, 1.0, (prior.row, *(r.row for r in rows)), _basis(prior), prior.reason)
    centre = _scale(wanted, prior.median)
    sigma = (_scale(wanted, prior.high) - _scale(wanted, prior.low)) / (2.0 * _IN_90_PERCENT)
    farthest = max((abs(_scale(wanted, r.value) - centre) for r in rows), default=0.0)
    widened = farthest / _IN_90_PERCENT > sigma
    sigma = max(sigma, farthest / _IN_90_PERCENT)
    reason = prior.reason + ("; widened until it holds every row" if widened else "")
    spread = sigma if wanted.kind == "normal" else math.exp(sigma)
    return _made(wanted, prior.median, spread, (prior.row, *(r.row for r in rows)), _basis(prior), reason)


def _basis(prior: Prior) -> Basis:
    return "derived" if prior.derived else "stated prior"


def _from_rows(wanted: Wanted, rows: Sequence[Reading], animals_dropped: bool, grades: Mapping[str, Grade]) -> Choice:
    measured = [r for r in rows if grades[r.confidence].measured]
    deciding = measured or list(rows)
    centre = math.fsum(_scale(wanted, r.value) for r in deciding) / len(deciding)
    median = _unscale(wanted, centre)
    ids = tuple(r.row for r in rows)
    basis: Basis = "measured" if measured and any(r.human for r in measured) else "stated prior"
    many = len(deciding) > 1
    said = [
        f"{'middle' if many else 'value'} of {len(deciding)} {'measured' if measured else 'recalled'} row{'s' * many}"
    ]
    if animals_dropped:
        said.append("animal rows not used, since there are human ones")
    if not any(r.human for r in rows):
        said.append("animal rows only")
    if wanted.kind == "fixed":
        return _made(wanted, median, 1.0, ids, basis, "; ".join(said))
    within = max(_within(wanted, r, grades[r.confidence]) for r in deciding)
    between = _between(wanted, rows, centre)
    if len(rows) > 1:
        said.append("disagreement of the rows is in the spread")
    if len(rows) > len(deciding):
        said.append("recalled rows widen and do not decide")
    sigma = math.hypot(within, between)
    return _made(wanted, median, sigma if wanted.kind == "normal" else math.exp(sigma), ids, basis, "; ".join(said))


def _within(wanted: Wanted, row: Reading, grade: Grade) -> float:
    """Spread of one row on the parameter's scale: printed, and never less than its confidence allows."""
    least = math.log(grade.spread)
    if wanted.kind == "normal":
        # normal parameters are logarithms to the base 10 (pKa, logP): a factor there is a difference here
        return max(row.sd or 0.0, least / math.log(10.0))
    printed = 0.0
    if row.sd is not None and row.value > 0:
        printed = math.sqrt(math.log1p((row.sd / row.value) ** 2))
    elif row.low is not None and row.high is not None and 0 < row.low < row.high:
        printed = (_scale(wanted, row.high) - _scale(wanted, row.low)) / (2.0 * _IN_90_PERCENT)
    return max(printed, least)


def _between(wanted: Wanted, rows: Sequence[Reading], centre: float) -> float:
    if len(rows) < 2:
        return 0.0
    return math.sqrt(math.fsum((_scale(wanted, r.value) - centre) ** 2 for r in rows) / (len(rows) - 1))


def _scale(wanted: Wanted, value: float) -> float:
    """Onto the scale on which the parameter is normally distributed."""
    if wanted.kind in {"normal", "fixed"}:
        return value
    if value <= 0 or (wanted.kind == "logit" and value >= 1):
        bounds = "between 0 and 1" if wanted.kind == "logit" else "more than 0"
        raise KnowledgeError(f"parameter {wanted.name} would be {value:g}; expected a number {bounds}.")
    return math.log(value / (1.0 - value)) if wanted.kind == "logit" else math.log(value)


def _unscale(wanted: Wanted, x: float) -> float:
    if wanted.kind in {"normal", "fixed"}:
        return x
    return 1.0 / (1.0 + math.exp(-x)) if wanted.kind == "logit" else math.exp(x)


def _made(wanted: Wanted, median: float, gsd: float, rows: tuple[str, ...], basis: Basis, reason: str) -> Choice:
    unique = tuple(dict.fromkeys(rows))
    return Choice(wanted.name, wanted.meaning, wanted.unit, wanted.kind, median, gsd, unique, basis, reason)


def kind(word: str) -> Kind:
    """A word of the table as a kind.

    Raises:
        KnowledgeError: no such kind.
    """
    if word not in {"lognormal", "normal", "logit", "fixed"}:
        raise KnowledgeError(f"kind {word!r} is unknown; expected lognormal, normal, logit or fixed.")
    return cast("Kind", word)
