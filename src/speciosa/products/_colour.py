"""Does a colour on the label say what is in the bag? A multilevel model, an equivalence test, and prediction.

Three questions, each with its own answer and its own *not determined*:

1. How far do colours differ, vendors aside? Mixed model of the logarithm of a content, colours fixed, vendors random.
2. Are they alike? Two one-sided tests: the 90 % interval of a ratio inside the margin of ``priors:PR1252`` and its
   inverse.
3. Can colour be told from composition? Logistic regression, each vendor predicted from the others; balanced accuracy
   with a bootstrap interval, beside what guessing gives, and how often shuffled colours do as well.
"""

import math
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from speciosa import knowledge
from speciosa.products._lots import Lot

LEAST_LOTS, LEAST_VENDORS, LEAST_COLOURS = 5, 2, 2
_LEVEL = 0.90
_POWER = 0.80
_SHUFFLES, _RESAMPLES, _SEED = 200, 1000, 20262
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """One alkaloid in one colour over another.

    Attributes:
        analyte: the alkaloid.
        colours: the first over the second.
        ratio: of the geometric means, vendors aside.
        low: lower end of its 90 % interval.
        high: upper end.
        verdict: ``alike``, ``different`` or ``not determined``.
    """

    analyte: str
    colours: tuple[str, str]
    ratio: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Levels:
    """One alkaloid: how lots and vendors differ when colours are taken out.

    Attributes:
        analyte: the alkaloid.
        lots: how many lots.
        vendors: how many vendors.
        lot_sd: standard deviation of the logarithm between lots of one vendor and colour.
        vendor_sd: the same between vendors.
    """

    analyte: str
    lots: int
    vendors: int
    lot_sd: float
    vendor_sd: float


@dataclass(frozen=True)
class Prediction:
    """How well composition tells the colour of a vendor that was not learned from.

    Attributes:
        analytes: what was used.
        lots: how many lots.
        accuracy: balanced accuracy, 0 to 1.
        low: lower end of its 90 % interval.
        high: upper end.
        guessing: what guessing gives.
        by_chance: share of shuffled labels that did as well.
    """

    analytes: tuple[str, ...]
    lots: int
    accuracy: float
    low: float
    high: float
    guessing: float
    by_chance: float


@dataclass(frozen=True)
class Colours:
    """What the lots say of colours.

    Attributes:
        counts: lots by colour.
        vendors: how many vendors.
        why_not: why nothing can be determined; empty where something can.
        levels: by alkaloid.
        contrasts: by alkaloid and pair of colours.
        prediction: ``None`` where it cannot be determined.
    """

    counts: dict[str, int]
    vendors: int
    why_not: str
    levels: tuple[Levels, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    prediction: Prediction | None = None


def compare_colours(lots: Sequence[Lot]) -> Colours:
    """Answer the three questions, as far as the lots allow."""
    named = [lot for lot in lots if lot.colour and lot.content]
    counts = Counter(lot.colour for lot in named)
    enough = {colour for colour, number in counts.items() if number >= LEAST_LOTS}
    used = [lot for lot in named if lot.colour in enough]
    vendors = {lot.vendor for lot in used}
    if len(enough) < LEAST_COLOURS or len(vendors) < LEAST_VENDORS:
        why = (
            f"it needs at least {LEAST_LOTS} measured lots of each of {LEAST_COLOURS} colours from {LEAST_VENDORS} "
            f"vendors, and there are {_counted(counts)} from {len({lot.vendor for lot in named})}"
        )
        return Colours(dict(counts), len({lot.vendor for lot in named}), why)
    analytes = [a for a in _analytes(used) if _covers(used, a, enough)]
    fitted = [_fit(used, a) for a in analytes]
    return Colours(
        dict(counts),
        len(vendors),
        "",
        tuple(levels for levels, _ in fitted),
        tuple(contrast for _, contrasts in fitted for contrast in contrasts),
        _predict(used, tuple(analytes)),
    )


def lots_needed(log_sd: float) -> int:
    """Lots of each of two colours with which they could be shown to be alike, if they are, with 80 % power.

    Args:
        log_sd: standard deviation of the logarithm between lots.
    """
    z = float(stats.norm.ppf(_LEVEL + (1 - _LEVEL) / 2) + stats.norm.ppf(1 - (1 - _POWER) / 2))
    return max(2, math.ceil(2.0 * (z * log_sd / math.log(margin())) ** 2))


def margin() -> float:
    """The ratio up to which two products count as alike; as low as its inverse."""
    (row,) = knowledge.load().find("priors", name="equivalence_margin")
    return float(row.number("median"))


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{number} {colour}" for colour, number in counts.most_common()) or "none"


def _analytes(lots: Sequence[Lot]) -> list[str]:
    return list(dict.fromkeys(name for lot in lots for name in lot.content))


def _covers(lots: Sequence[Lot], analyte: str, colours: set[str]) -> bool:
    """Whether every colour has enough lots in which this alkaloid was measured."""
    counts = Counter(lot.colour for lot in lots if analyte in lot.content)
    return all(counts[colour] >= LEAST_LOTS for colour in colours)


def _fit(lots: Sequence[Lot], analyte: str) -> tuple[Levels, list[Contrast]]:
    """The mixed model of one alkaloid, and each pair of colours."""
    import statsmodels.api as sm  # noqa: PLC0415 - half a second that no other command needs

    used = [lot for lot in lots if analyte in lot.content]
    colours = sorted({lot.colour for lot in used})
    y = np.log([lot.content[analyte] for lot in used])
    x = np.array([[1.0, *(float(lot.colour == c) for c in colours[1:])] for lot in used])
    vendors = np.array([lot.vendor for lot in used])
    with warnings.catch_warnings():  # a variance at zero is an answer here, not a fault
        warnings.simplefilter("ignore")
        fit = sm.MixedLM(y, x, groups=vendors).fit(reml=True)
    beta, cov = np.asarray(fit.fe_params), np.asarray(fit.cov_params())[: x.shape[1], : x.shape[1]]
    between = float(np.asarray(fit.cov_re)[0, 0])
    levels = Levels(analyte, len(used), len(set(vendors)), math.sqrt(float(fit.scale)), math.sqrt(max(between, 0.0)))
    free = len(used) - x.shape[1] - len(set(vendors)) + 1
    return levels, [_contrast(analyte, pair, colours, beta, cov, max(free, 1)) for pair in combinations(colours, 2)]


def _contrast(
    analyte: str, pair: tuple[str, str], colours: Sequence[str], beta: Array, cov: Array, free: int
) -> Contrast:
    weights = np.zeros(len(colours))
    for colour, sign in zip(pair, (1.0, -1.0), strict=True):
        if colour != colours[0]:
            weights[colours.index(colour)] = sign
    middle = float(weights @ beta)
    half = float(stats.t.ppf(0.5 + _LEVEL / 2, free) * math.sqrt(weights @ cov @ weights))
    low, high = math.exp(middle - half), math.exp(middle + half)
    most = margin()
    inside = low >= 1.0 / most and high <= most
    outside = low > most or high < 1.0 / most
    verdict = "alike" if inside else "different" if outside else "not determined"
    return Contrast(analyte, pair, math.exp(middle), low, high, verdict)


def _predict(lots: Sequence[Lot], analytes: tuple[str, ...]) -> Prediction | None:
    """Balanced accuracy of telling colour from composition, each vendor left out in turn."""
    whole = [lot for lot in lots if all(a in lot.content for a in analytes)]
    counts = Counter(lot.colour for lot in whole)
    if len(counts) < LEAST_COLOURS or min(counts.values()) < LEAST_LOTS or len({lot.vendor for lot in whole}) < 2:
        return None
    x = np.log([[lot.content[a] for a in analytes] for lot in whole])
    y = np.array([lot.colour for lot in whole])
    vendors = np.array([lot.vendor for lot in whole])
    said = _left_out(x, y, vendors)
    rng = np.random.default_rng(_SEED)
    picks = rng.integers(0, len(y), (_RESAMPLES, len(y)))
    low, high = np.quantile([_balanced(y[p], said[p]) for p in picks], [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    accuracy = _balanced(y, said)
    shuffled = [_balanced(mixed, _left_out(x, mixed, vendors)) for mixed in _shuffled(y, vendors, rng)]
    by_chance = (1 + sum(other >= accuracy for other in shuffled)) / (1 + _SHUFFLES)
    return Prediction(analytes, len(y), accuracy, float(low), float(high), 1.0 / len(counts), by_chance)


def _left_out(x: Array, y: NDArray[np.str_], vendors: NDArray[np.str_]) -> NDArray[np.str_]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second that no other command needs
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - the same
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - the same

    said = np.empty_like(y)
    for vendor in np.unique(vendors):
        out = vendors == vendor
        if len(set(y[~out])) < 2:  # nothing to learn from the others: their only colour is the guess
            said[out] = y[~out][0]
            continue
        model = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=500))
        said[out] = model.fit(x[~out], y[~out]).predict(x[out])
    return said


def _balanced(truth: NDArray[np.str_], said: NDArray[np.str_]) -> float:
    return float(np.mean([np.mean(said[truth == colour] == colour) for colour in np.unique(truth)]))


def _shuffled(y: NDArray[np.str_], vendors: NDArray[np.str_], rng: np.random.Generator) -> list[NDArray[np.str_]]:
    """Labels shuffled among the lots of each vendor."""
    mixes = []
    for _ in range(_SHUFFLES):
        mixed = y.copy()
        for vendor in np.unique(vendors):
            at = np.flatnonzero(vendors == vendor)
            mixed[at] = mixed[rng.permutation(at)]
        mixes.append(mixed)
    return mixes
