"""The decision on a candidate: a logistic regression on what speaks for it, with weights that anyone can read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from speciosa.claims._match import FEATURES, Candidate
from speciosa.claims._phrases import vocabularies
from speciosa.errors import KnowledgeError

FILE = "matcher.json"


@dataclass(frozen=True)
class Weights:
    """What was learnt from the tuning texts.

    Attributes:
        weights: one per feature, in the order of ``FEATURES``.
        intercept: log odds where all features are 0.
        threshold: probability from which a claim counts as made.
    """

    weights: tuple[float, ...]
    intercept: float
    threshold: float

    def probability(self, candidate: Candidate) -> float:
        """How likely it is that the sentence makes the claim, as the tuning texts have it."""
        return float(1.0 / (1.0 + np.exp(-self.intercept - np.dot(self.weights, candidate.features))))


@cache
def shipped() -> Weights:
    """The weights of this release.

    Raises:
        KnowledgeError: the file holds other features than the program.
    """
    raw = json.loads((resources.files("speciosa.claims") / FILE).read_text(encoding="utf-8"))
    if tuple(raw["weights"]) != FEATURES:
        raise KnowledgeError(f"{FILE} was made for other features; make it anew: python -m speciosa.claims tune.")
    return Weights(tuple(raw["weights"].values()), raw["intercept"], raw["threshold"])


def decided(found: Sequence[Candidate], weights: Weights | None = None) -> list[tuple[Candidate, float]]:
    """The claims that are made, with their probability; what a narrower claim of the same clause says is left out."""
    rule = weights or shipped()
    likely = [(one, rule.probability(one)) for one in found]
    made = [(one, sure) for one, sure in likely if sure >= rule.threshold]
    covers = {one.claim: one.covers for one in vocabularies()}
    hidden = {(one.place, one.clause, wide) for one, _ in made for wide in covers.get(one.claim, ())}
    return [(one, sure) for one, sure in made if (one.place, one.clause, one.claim) not in hidden]
