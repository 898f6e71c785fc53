"""The fitting problem: what is uncertain, what was observed, and how well a point in between explains it.

A point is given in standard normal quantiles of the priors: 0 is the median of every prior, and the prior of every
coordinate is a standard normal. Nothing here ever sees an observation that only validates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from speciosa import exposure, knowledge, models
from speciosa.calibration._predict import predict
from speciosa.calibration._studies import Target, admit, studies, targets
from speciosa.errors import KnowledgeError
from speciosa.exposure import Draws
from speciosa.knowledge import Choice

Array = NDArray[np.float64]

SEED = 1
STRUCTURE = 0.1  # the model itself is not better than this, as standard deviation of a logarithm
_LOST = 1e6  # misfit of a point at which the model cannot be solved


@dataclass(frozen=True)
class Problem:
    """Parameters, observations and the people that stand for those of a study.

    Attributes:
        free: the parameters that may move, in the order of a point.
        held: all others, at their median.
        observed: what was observed, all of use ``fit``.
        people: virtual people per study; their median stands for the median person.
        seed: of the people.
        offset: added to the logarithm of each prediction, (observed,): what a larger population would say.
    """

    free: tuple[Choice, ...]
    held: Mapping[str, Choice]
    observed: tuple[Target, ...]
    people: int
    seed: int
    offset: Array

    @classmethod
    def of(cls, people: int, seed: int = SEED, observed: Sequence[Target] | None = None) -> "Problem":
        """All uncertain parameters, and everything that may calibrate.

        Args:
            people: virtual people per study.
            seed: of the people.
            observed: what to fit; everything that the table calls ``fit`` by default.

        Raises:
            KnowledgeError: something to fit may only validate.
        """
        chosen = tuple(t for t in targets() if t.use == "fit") if observed is None else tuple(observed)
        for target in chosen:
            admit(target)
            if target.use != "fit":
                raise KnowledgeError(f"target {target.id} is there to {target.use}, not to be fitted: {target.reason}.")
        known = knowledge.load()
        choices = [known.parameter(row.name, fitted=False) for row in known.table("parameters")]
        free = tuple(choice for choice in choices if choice.kind != "fixed" and _moves(choice.name))
        held = {choice.name: choice for choice in choices if choice not in free}
        return cls(free, MappingProxyType(held), chosen, people, seed, np.zeros(len(chosen)))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the free parameters."""
        return tuple(choice.name for choice in self.free)

    def only(self, names: Sequence[str]) -> "Problem":
        """The same problem with fewer free parameters; the others stay at the median of their prior."""
        free = tuple(choice for choice in self.free if choice.name in names)
        held = {**self.held, **{c.name: c for c in self.free if c.name not in names}}
        return replace(self, free=free, held=MappingProxyType(held))

    def smaller(self, people: int, at: Array) -> "Problem":
        """The same problem with fewer people, corrected to what all of them say at one point."""
        few = replace(self, people=people, offset=np.zeros(len(self.observed)))
        return replace(few, offset=self.logarithms(at[None, :])[0] - few.logarithms(at[None, :])[0])

    def draws(self, points: Array) -> Draws:
        """Points (points, free) as draws of all parameters."""
        values = {name: np.full(len(points), choice.median) for name, choice in self.held.items()}
        values |= {choice.name: exposure.sample(choice, points[:, i]) for i, choice in enumerate(self.free)}
        return Draws(MappingProxyType(values), MappingProxyType({**self.held, **{c.name: c for c in self.free}}))

    def logarithms(self, points: Array) -> Array:
        """Logarithm of every predicted figure of the median person, (points, observed); all points run together."""
        draws = self.draws(points)
        made: dict[str, dict[str, Array]] = {}
        for name in dict.fromkeys(target.study for target in self.observed):
            predicted = predict(studies()[name], draws, self.people, self.seed)
            made[name] = {figure: _median(values, self.people) for figure, values in predicted.values.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            found = [np.log(made[target.study][target.figure]) for target in self.observed]
        return np.column_stack(found) + self.offset

    @property
    def observations(self) -> Array:
        """Logarithm of what was observed, (observed,)."""
        return np.log([target.observed for target in self.observed])

    @property
    def errors(self) -> Array:
        """Standard deviation of the logarithm of each observation, the model's own error included, (observed,)."""
        return np.hypot([target.log_se for target in self.observed], STRUCTURE)

    def misfit(self, points: Array) -> Array:
        """(Predicted - observed) / error of every logarithm, (points, observed)."""
        left = (self.logarithms(points) - self.observations) / self.errors
        return np.where(np.isfinite(left), left, _LOST)

    def log_probability(self, points: Array) -> Array:
        """Logarithm of the posterior density up to a constant, (points,)."""
        return np.asarray(-0.5 * ((self.misfit(points) ** 2).sum(axis=1) + (points**2).sum(axis=1)))

    @property
    def apart(self) -> tuple[str, ...]:
        """Ids of the compounds without enzyme: their figures feel their own parameters and those that all share."""
        known = models.network().compounds.values()
        alone = [c.id for c in known if c.disposition == "minimal" and c.gut == "segments" and not c.enzymes]
        return tuple(c for c in alone if any(self._of(c)))

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Columns of the parameters of each compound of :attr:`apart`."""
        return tuple(tuple(np.flatnonzero(self._of(compound)).tolist()) for compound in self.apart)

    def log_shares(self, points: Array) -> Array:
        """The density, then the share of each compound of :attr:`apart`, (points, 1 + blocks)."""
        misfit = -0.5 * self.misfit(points) ** 2
        prior = -0.5 * points**2
        shares = [misfit.sum(axis=1) + prior.sum(axis=1)]
        for compound, block in zip(self.apart, self.blocks, strict=True):
            name = models.network().compounds[compound].name
            own = [target.figure.startswith(f"{name}.") for target in self.observed]
            shares.append(misfit[:, own].sum(axis=1) + prior[:, list(block)].sum(axis=1))
        return np.column_stack(shares)

    def _of(self, compound: str) -> list[bool]:
        return [name.startswith(f"{compound}_") for name in self.names]

    @property
    def digest(self) -> str:
        """SHA-256 over priors, observations, errors and people: equal problems have equal posteriors."""
        held = sorted(self.held.values(), key=lambda choice: choice.name)
        said = [f"{c.name} {c.kind} {c.median!r} {c.gsd!r}" for c in (*self.free, *held)]
        said += [f"{t.study} {t.figure} {t.observed!r} {t.log_se!r}" for t in self.observed]
        said += [f"{self.people} {self.seed} {STRUCTURE}", np.round(self.offset, 9).tobytes().hex()]
        return sha256("\n".join(said).encode()).hexdigest()


def _moves(name: str) -> bool:
    """Whether a concentration of an alkaloid can depend on a parameter: not on those of medicines and effects."""
    return name not in exposure.EFFECT_PARAMETERS and exposure.belongs(name, models.network().of_kind("alkaloid"))


def quantile(choice: Choice, value: float) -> float:
    """Where a value stands in what is known of a parameter, as a standard normal quantile: 0 is its median."""
    if choice.kind == "normal":
        return (value - choice.median) / choice.gsd
    ends = np.array([value, choice.median])
    scaled, middle = np.log(ends / (1.0 - ends) if choice.kind == "logit" else ends)
    return float((scaled - middle) / np.log(choice.gsd))


def _median(values: Array, people: int) -> Array:
    """Median over the people of each point, failed runs left out, (points,); NaN where all failed."""
    by_point = np.where(np.isfinite(values), values, np.nan).reshape(-1, people)
    whole = np.median(by_point, axis=1)  # NaN where one failed
    for i in np.flatnonzero(np.isnan(whole)):
        good = by_point[i][np.isfinite(by_point[i])]
        whole[i] = np.median(good) if good.size else np.nan
    return np.asarray(whole)
