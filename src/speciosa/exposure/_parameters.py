"""Draws of the uncertain parameters: what we do not know, kept apart from how people differ.

Draw 0 is the central one: every parameter at its median, every panel of data sets at its standard set. Draw *d* depends
on the seed and *d* alone, so the same draw comes back whatever the number of draws. Parameters that were fitted to
people come together from one draw of the posterior; all others are drawn one by one from what their rows say. Where
the sampler of the posterior did not work well there is only the central draw, and with it no interval of what we do
not know.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from speciosa import knowledge, models
from speciosa.exposure._affinities import Affinities, Alternative, draw_affinities
from speciosa.exposure._results import Parameter
from speciosa.exposure._streams import PARAMETER_STREAM, POSTERIOR_STREAM, SEEN_IN_90_PERCENT, generator
from speciosa.knowledge import Choice, Posterior

Array = NDArray[np.float64]

NO_INTERVAL = "No interval of what we do not know is given."


@dataclass(frozen=True)
class Draws:
    """Values of all parameters in every draw.

    Attributes:
        values: parameter name → array (draws + alternatives,), in the parameter's unit; index 0 is central, and
            alternative *k* has index -1 - *k*, which is also the number of its runs.
        choices: parameter name → what the policy chose and why.
        affinities: affinities and efficacies with their data sets; ``None`` for a model of kinetics alone.
        notes: why there are fewer draws than were asked for, in sentences.
    """

    values: Mapping[str, Array]
    choices: Mapping[str, Choice]
    affinities: Affinities | None = None
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Array:
        return self.values[name]

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The central parameters with one other data set each."""
        return () if self.affinities is None else self.affinities.alternatives

    @property
    def size(self) -> int:
        """Number of draws, the central one and the alternatives included."""
        return int(next(iter(self.values.values())).size)

    @property
    def count(self) -> int:
        """Number of draws, the central one included."""
        return self.size - len(self.alternatives)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """Numbers of all but the central draw: of the draws from 1 up, of the alternatives from -1 down."""
        return np.concatenate([np.arange(1, self.count), -1 - np.arange(len(self.alternatives))])

    @cached_property
    def records(self) -> tuple[Parameter, ...]:
        """Each parameter with its rows, for the report."""
        affinities = () if self.affinities is None else self.affinities.records
        return (*(_record(choice) for choice in self.choices.values()), *affinities)


def draw(draws: int, seed: int, compounds: Collection[str] | None = None, *, effects: bool = False) -> Draws:
    """Draw the declared parameters.

    Args:
        draws: number of draws besides the central one.
        seed: the case's seed.
        compounds: ids of the compounds whose parameters are wanted, besides those of the body; all by default. A
            parameter has the same values whatever else is drawn.
        effects: also the affinities and efficacies, and the alternatives to their data sets.

    Raises:
        KnowledgeError: the data package is damaged or a parameter has neither row nor prior.
    """
    known = knowledge.load()
    posterior = knowledge.posterior()
    if posterior.doubts:
        draws = 0
    names = [row.name for row in known.table("parameters")]
    wanted = [name for name in names if compounds is None or _belongs(name, compounds)]
    choices = {name: known.parameter(name) for name in wanted}
    affinities = draw_affinities(draws, seed) if effects else None
    normal = _normals(names, draws, seed)
    others = np.zeros(len(affinities.alternatives)) if affinities else np.zeros(0)
    values = {name: sample(choice, np.concatenate([normal[name], others])) for name, choice in choices.items()}
    for name, together in _together(posterior, draws, seed):
        if name in values:
            values[name][1 : draws + 1] = together
    if affinities is not None:
        values |= affinities.values
    notes = tuple(f"{doubt} {NO_INTERVAL}" for doubt in posterior.doubts)
    return Draws(MappingProxyType(values), MappingProxyType(choices), affinities, notes)


def sample(choice: Choice, z: Array) -> Array:
    """Values of one parameter at standard normal quantiles ``z``; its median where ``z`` is 0."""
    if choice.kind == "lognormal":
        return np.asarray(choice.median * choice.gsd**z)
    if choice.kind == "normal":
        return np.asarray(choice.median + choice.gsd * z)
    if choice.kind == "logit":
        centre = np.log(choice.median / (1.0 - choice.median))
        return np.asarray(1.0 / (1.0 + np.exp(-(centre + np.log(choice.gsd) * z))))
    return np.full_like(z, choice.median)


def _belongs(name: str, compounds: Collection[str]) -> bool:
    """Whether a parameter is one of the body, of one of the compounds, or of every compound of their kinds."""
    known = models.network().compounds
    kinds = {compound.kind for compound in known.values()}
    owner = max((key for key in (*known, *kinds) if name.startswith(f"{key}_")), key=len, default=None)
    return owner is None or owner in {*compounds, *(known[key].kind for key in compounds)}


def _normals(names: list[str], draws: int, seed: int) -> dict[str, Array]:
    """Standard normals (draws + 1,) per declared parameter, 0 in the central draw."""
    z = np.zeros((draws + 1, len(names)))
    for d in range(1, draws + 1):
        stream = generator(seed, PARAMETER_STREAM + d)
        z[d] = stream.standard_normal(len(names))
    return {name: z[:, i] for i, name in enumerate(names)}


def _together(posterior: Posterior, draws: int, seed: int) -> Iterator[tuple[str, Array]]:
    """Values (draws,) of each fitted parameter; one draw takes all of them from one draw of the posterior.

    The seed shuffles the posterior; no draw of it comes twice before all have come.
    """
    order = generator(seed, POSTERIOR_STREAM).permutation(len(posterior.values))
    picked = order[np.arange(draws) % order.size]
    for column, name in enumerate(posterior.parameters):
        yield name, posterior.values[picked, column]


def _record(choice: Choice) -> Parameter:
    ends = sample(choice, np.array([-SEEN_IN_90_PERCENT, SEEN_IN_90_PERCENT]))
    return Parameter(
        name=choice.name,
        meaning=choice.meaning,
        median=choice.median,
        unit=choice.unit,
        low=float(ends[0]),
        high=float(ends[1]),
        rows=choice.rows,
        basis=choice.basis,
        reason=choice.reason,
    )
