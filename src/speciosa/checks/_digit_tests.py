"""Tests on the digits of printed numbers: how often honest measurements would look as odd as these.

Every test keeps its size whatever the number of values: the null distribution is simulated (or exact) for just these
values, with their decimals. What the null is, is said at each test. First digits (Benford) are not tested: contents of
one kind of product span few powers of ten and are bounded by chemistry, so their first digits follow the plant.
"""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

DRAWS = 10_000
ROUND_SHARE = 0.22  # honest last digits that are 0 or 5: 0.2, and a little more where only two digits are printed
_SEED = 20_261_125
_CHUNK, _ENOUGH = 500, 50
Floats = NDArray[np.float64]


def last_digits(digits: Sequence[int]) -> float:
    """P of last digits at least as uneven, were 1 to 9 equally likely (Pearson's X², simulated for this many values).

    Zeros are left out: programs drop them from the end of a number, so their share says nothing.
    """
    kept = [digit for digit in digits if digit]
    if not kept:
        return 1.0
    observed = _chi2(np.bincount(kept, minlength=10)[None, 1:])[0]
    null = _null_chi2(len(kept))
    return float((1 + np.sum(null >= observed - 1e-9)) / (1 + null.size))


def round_values(digits: Sequence[int]) -> float:
    """P of at least so many last digits 0 or 5, were each 0 or 5 in 22 of 100 values (exact binomial)."""
    round_ones = sum(digit in {0, 5} for digit in digits)
    return float(stats.binom.sf(round_ones - 1, len(digits), ROUND_SHARE))


def repeats(values: Sequence[float], decimals: Sequence[int], groups: Sequence[object], rsd: float) -> float:
    """P of at least so many equal pairs, were every value measured again with a relative spread and rounded alike.

    The null takes the values as they are: values that lie close together are expected to meet, so it is careful.
    """
    same_group = _same(groups)
    observed = _pairs(np.array([values]), same_group)[0]
    if not observed:
        return 1.0
    return _share(lambda rng: _pairs(_again(values, decimals, rsd, rng), same_group) >= observed)


def endings(values: Sequence[float], decimals: Sequence[int], rsd: float) -> float:
    """P of at least so many pairs of different values that end in the same two decimals; null as in :func:`repeats`."""
    everywhere = np.ones((len(values), len(values)), dtype=bool)
    observed = _ending_pairs(np.array([values]), decimals, everywhere)[0]
    if not observed:
        return 1.0
    return _share(lambda rng: _ending_pairs(_again(values, decimals, rsd, rng), decimals, everywhere) >= observed)


def copied(values: Sequence[float], decimals: Sequence[int], equal: int, rsd: float) -> float:
    """P of at least so many equal figures on the papers of two lots, were one sample measured twice.

    Two lots differ more than two measurements of one, so this is careful too.
    """

    def again(rng: np.random.Generator) -> NDArray[np.bool_]:
        one, other = _again(values, decimals, rsd, rng), _again(values, decimals, rsd, rng)
        return np.asarray(np.sum(one == other, axis=1) >= equal)

    return _share(again)


def odd_precision(digits: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Values printed in another precision than their column: places in ``digits``, each (decimals, significant digits).

    A column may have fixed decimals or fixed significant digits, and may drop zeros at the end. Only what none of
    these explains counts: more decimals and more significant digits than all others, one value or two of six or more.
    """
    if len(digits) < _COLUMN:
        return ()
    decimals = [d for d, _ in digits]
    common = max(set(decimals), key=decimals.count)
    most = max(s for d, s in digits if d == common)
    odd = tuple(i for i, (d, s) in enumerate(digits) if d > common and s > most)
    rest = [d for i, d in enumerate(decimals) if i not in odd]
    uniform = sum(d == common for d in rest) >= _UNIFORM * len(rest)
    return odd if 0 < len(odd) <= _FEW and uniform else ()


_COLUMN, _FEW, _UNIFORM = 6, 2, 0.8


def _share(draw: Callable[[np.random.Generator], NDArray[np.bool_]]) -> float:
    """P by simulation in chunks, stopped once it is clearly large (sequential test of Besag and Clifford, 1991)."""
    rng = np.random.default_rng(_SEED)
    beyond = 0
    for done in range(_CHUNK, DRAWS + 1, _CHUNK):
        beyond += int(np.sum(draw(rng)))
        if beyond >= _ENOUGH:
            return (1 + beyond) / (1 + done)
    return (1 + beyond) / (1 + DRAWS)


@cache
def _null_chi2(n: int) -> Floats:
    rng = np.random.default_rng(_SEED)
    return _chi2(rng.multinomial(n, np.full(9, 1.0 / 9.0), size=DRAWS))


def _chi2(counts: NDArray[np.int64]) -> Floats:
    expected = counts.sum(axis=1, keepdims=True) / 9.0
    return np.asarray(((counts - expected) ** 2 / expected).sum(axis=1), dtype=np.float64)


def _again(values: Sequence[float], decimals: Sequence[int], rsd: float, rng: np.random.Generator) -> Floats:
    """The values measured again, rounded as they were printed: draws by values."""
    drawn = np.array(values) * np.exp(rsd * rng.standard_normal((_CHUNK, len(values))))
    scale = 10.0 ** np.array(decimals)
    return np.asarray(np.rint(drawn * scale) / scale, dtype=np.float64)


def _same(groups: Sequence[object]) -> NDArray[np.bool_]:
    return np.array([[one == other for other in groups] for one in groups])


def _pairs(values: Floats, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    equal = (values[:, :, None] == values[:, None, :]) & allowed & (values[:, :, None] > 0)
    return np.asarray((equal.sum(axis=(1, 2)) - (values > 0).sum(axis=1)) // 2, dtype=np.int64)


def _ending_pairs(values: Floats, decimals: Sequence[int], allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    ends = np.rint(values * 10.0 ** np.array(decimals)) % 100
    equal = (ends[:, :, None] == ends[:, None, :]) & (values[:, :, None] != values[:, None, :]) & allowed
    return np.asarray(equal.sum(axis=(1, 2)) // 2, dtype=np.int64)
