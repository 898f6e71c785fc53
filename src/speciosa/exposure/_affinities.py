"""Draws of affinities and efficacies: every draw takes one whole data set of each panel, none is averaged.

The central draw takes the standard sets. Draw *d* depends on the seed and *d* alone. Beside the draws stand the
*alternatives*: the central parameters once more with one other set of one panel, so that a reader sees what the choice
of a set does to an answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from speciosa import knowledge, models
from speciosa.exposure._results import Parameter
from speciosa.exposure._streams import SET_STREAM, generator
from speciosa.knowledge import Affinity, DataSet, Key, Panel

Array = NDArray[np.float64]

_NORMAL = ndtri(np.linspace(0.0005, 0.9995, 1000))  # from which the quantiles of a mixture of sets are read
_ENDS = (0.05, 0.95)
_EFFICACY = frozenset({"Emax", "tau"})


@dataclass(frozen=True)
class Alternative:
    """The central parameters with one other data set."""

    panel: str
    data_set: DataSet


@dataclass(frozen=True)
class Affinities:
    """Affinities and efficacies of every ligand of the network.

    Attributes:
        values: such as ``mitragynine_Ki_MOR`` → (1 + draws + alternatives,), as in :class:`Draws`.
        chosen: panel → index of the set that each of them takes.
        alternatives: the other sets, in order.
        panels: the panels, with the standard set first in each.
        records: each value with its rows, for the report.
    """

    values: Mapping[str, Array]
    chosen: Mapping[str, NDArray[np.int64]]
    alternatives: tuple[Alternative, ...]
    panels: tuple[Panel, ...]
    records: tuple[Parameter, ...]


def draw_affinities(draws: int, seed: int) -> Affinities:
    """Draw all affinities that the network can use.

    Args:
        draws: number of draws besides the central one; without any there are no alternatives either.
        seed: the case's seed.

    Raises:
        KnowledgeError: the tables of data sets are damaged.
    """
    panels = knowledge.load().panels
    others = tuple(Alternative(p.name, s) for p in panels for s in p.sets[1:]) if draws else ()
    chance, normal = _random(panels, draws, seed)
    values: dict[str, Array] = {}
    chosen = {}
    for i, panel in enumerate(panels):
        chosen[panel.name] = _choose(panel, chance[:, i], others)
        sampled = _sampled(panel, chosen[panel.name], {key: _padded(z, others) for key, z in normal.items()})
        values |= {name: sampled[key] for key, name in _used(panel)}
    records = tuple(_record(name, key, panel) for panel in panels for key, name in _used(panel))
    return Affinities(values, chosen, others, panels, records)


def panels_of(target: str, *, efficacy: bool = False) -> tuple[str, ...]:
    """Names of the panels that say how tightly a target is bound, and with ``efficacy`` also how well it answers."""

    def says(panel: Panel) -> bool:
        keys = [key for key in panel.sets[0].affinities if key.target == target]
        return any(efficacy or key.quantity not in _EFFICACY for key in keys)

    return tuple(panel.name for panel in knowledge.load().panels if says(panel))


def _random(panels: tuple[Panel, ...], draws: int, seed: int) -> tuple[Array, dict[Key, Array]]:
    """A uniform number per draw and panel, a standard normal per draw and key; the central draw has neither."""
    keys = [key for panel in panels for key in panel.sets[0].affinities]
    chance, z = np.zeros((draws + 1, len(panels))), np.zeros((draws + 1, len(keys)))
    for d in range(1, draws + 1):
        stream = generator(seed, SET_STREAM + d)
        chance[d], z[d] = stream.random(len(panels)), stream.standard_normal(len(keys))
    return chance, {key: z[:, i] for i, key in enumerate(keys)}


def _choose(panel: Panel, chance: Array, others: tuple[Alternative, ...]) -> NDArray[np.int64]:
    """Index of the set per draw; the central draw has chance 0 and so the first, the standard one."""
    edges = np.cumsum([one.weight for one in panel.sets])[:-1]
    taken = np.searchsorted(edges, chance, side="right")
    standing = [panel.sets.index(o.data_set) if o.panel == panel.name else 0 for o in reversed(others)]
    return np.concatenate([taken, np.array(standing, dtype=np.int64)])


def _padded(z: Array, others: tuple[Alternative, ...]) -> Array:
    return np.concatenate([z, np.zeros(len(others))])


def _sampled(panel: Panel, chosen: NDArray[np.int64], normal: Mapping[Key, Array]) -> dict[Key, Array]:
    values = {key: np.empty(chosen.size) for key in panel.sets[0].affinities}
    for i, data_set in enumerate(panel.sets):
        here = chosen == i
        scaled: dict[Key, Array] = {}
        for key, affinity in data_set.affinities.items():
            scaled[key] = _scaled(affinity, normal[key][here], scaled)
            values[key][here] = _unscale(key, scaled[key])
    return values


def _scaled(affinity: Affinity, z: Array, before: Mapping[Key, Array]) -> Array:
    """On the scale on which it is normally distributed: the logarithm; of a share, the log odds."""
    choice = affinity.choice
    own = _scale(affinity.key, choice.median, relative=affinity.relative_to is not None) + np.log(choice.gsd) * z
    if affinity.relative_to is None:
        return np.asarray(own)
    # n times tighter is a Ki n times lower; a share n times larger has odds n times higher
    return np.asarray(before[affinity.relative_to] + (own if affinity.key.quantity == "Emax" else -own))


def _scale(key: Key, value: float, *, relative: bool) -> float:
    return float(np.log(value / (1.0 - value)) if key.quantity == "Emax" and not relative else np.log(value))


def _unscale(key: Key, scaled: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-scaled)) if key.quantity == "Emax" else np.exp(scaled))


def _used(panel: Panel) -> Iterator[tuple[Key, str]]:
    """Keys whose ligand the network holds, with the name of the value."""
    ids = {compound.name: compound.id for compound in models.network().compounds.values()}
    for key in panel.sets[0].affinities:
        if key.quantity == "tau":
            yield key, f"{key.target}_tau_full"
        elif key.ligand in ids:
            yield key, f"{ids[key.ligand]}_{'Emax' if key.quantity == 'Emax' else 'Ki'}_{key.target}"


def _record(name: str, key: Key, panel: Panel) -> Parameter:
    """The value in the standard set, with 90 % of the mixture of all sets."""
    middles, spreads = np.transpose([_middle(one, key) for one in panel.sets])
    points = (middles[:, None] + spreads[:, None] * _NORMAL).ravel()
    weights = np.repeat([one.weight for one in panel.sets], _NORMAL.size)
    order = np.argsort(points)
    reached = np.cumsum(weights[order]) / weights.sum()
    low, high = _unscale(key, np.interp(_ENDS, reached, points[order]))
    own = panel.sets[0].affinities[key]
    return Parameter(
        name=name,
        meaning=f"{key.quantity} of {key.ligand} at {key.target}",
        median=float(_unscale(key, middles[:1])[0]),
        unit="dimensionless" if key.quantity in {"Emax", "tau"} else "nM",
        low=float(low),
        high=float(high),
        rows=_rows(panel, key),
        basis=own.choice.basis,
        reason=_reason(panel, own),
    )


def _middle(data_set: DataSet, key: Key) -> tuple[float, float]:
    """Middle and spread of one set on the scale of the key, what it is relative to included."""
    affinity = data_set.affinities[key]
    own = _scaled(affinity, np.zeros(1), {k: np.array([_middle(data_set, k)[0]]) for k in _base(affinity)})
    spread = float(np.log(affinity.choice.gsd))
    below = [_middle(data_set, k)[1] for k in _base(affinity)]
    return float(own[0]), float(np.hypot(spread, below[0]) if below else spread)


def _base(affinity: Affinity) -> tuple[Key, ...]:
    return () if affinity.relative_to is None else (affinity.relative_to,)


def _rows(panel: Panel, key: Key) -> tuple[str, ...]:
    """Rows of the standard set first, then those of the other sets."""
    held = (one.affinities[key] for one in panel.sets)
    named = (row for a in held for row in (a.row, *a.choice.rows))
    return tuple(dict.fromkeys((*named, *(one.row for one in panel.sets))))


def _reason(panel: Panel, own: Affinity) -> str:
    source = f"central value from “{panel.sets[0].name}”: {own.choice.reason}"
    if own.relative_to is not None:
        source += f" (relative to {own.relative_to.ligand} at {own.relative_to.target} in the same set)"
    others = len(panel.sets) - 1
    if not others:
        return f"{source}; no other set"
    return f"{source}; {others} other data set{'s' * (others > 1)} in the spread, each taken whole"
