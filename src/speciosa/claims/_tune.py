"""The weights of the decision, learnt from labelled texts: ``python -m speciosa.claims tune FOLDER``."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from speciosa.claims._decide import FILE
from speciosa.claims._match import FEATURES, candidates
from speciosa.claims._phrases import Vocabulary, vocabularies
from speciosa.claims._reading import article_of
from speciosa.claims._terms import plain
from speciosa.errors import ArticleError

SISTERS = "sisters.yaml"
_NONE = "none"
_FOLDS = 10
_BETA = 0.5  # a claim pinned on a sentence that does not make it is worse than one that is missed
_ROUNDS, _KEPT, _SEED = 4, 0.5, 1  # texts to come will use words that the vocabulary lacks: half of it is hidden
_GRID = np.round(np.arange(0.3, 0.8, 0.05), 2)
_DIGITS = 3


@dataclass(frozen=True)
class Tuned:
    """What was learnt.

    Attributes:
        texts: how many texts there were.
        examples: how many candidates were learnt from.
        right: how many of them are claims that the text makes.
        weights: feature → weight.
        intercept: log odds where all features are 0.
        threshold: probability from which a claim counts as made, best in cross-validation by text.
    """

    texts: int
    examples: int
    right: int
    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def as_json(self) -> str:
        """The text of the file that ships."""
        head = {"learnt from": f"{self.texts} texts, {self.examples} candidates, {self.right} of them right"}
        body = {"weights": dict(self.weights), "intercept": self.intercept, "threshold": self.threshold}
        return json.dumps({**head, **body}, indent=2) + "\n"


def tune(folder: Path) -> Tuned:
    """Learn the weights from the labelled texts of a folder.

    Raises:
        ArticleError: the folder holds no labelled text.
    """
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ArticleError("FOLDER", str(folder), "a folder of labelled texts, such as tests/articles/tuning")
    wider = yaml.safe_load((folder.parent / SISTERS).read_text(encoding="utf-8"))
    known = list(_hidden())
    rows = [(*row, number) for number, path in enumerate(paths) for some in known for row in _rows(path, wider, some)]
    features, right = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    groups = [row[2] for row in rows]
    model = LogisticRegression(max_iter=2000)
    folds = GroupKFold(min(_FOLDS, len(paths)))
    likely = cross_val_predict(model, features, right, groups=groups, cv=folds, method="predict_proba")[:, 1]
    best = max(_GRID, key=lambda limit: fbeta_score(right, likely >= limit, beta=_BETA))
    model.fit(features, right)
    weights = {name: round(float(w), _DIGITS) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    return Tuned(
        len(paths), len(rows), int(right.sum()), weights, round(float(model.intercept_[0]), _DIGITS), float(best)
    )


def write(tuned: Tuned) -> Path:
    """Write the weights where the program reads them."""
    with resources.as_file(resources.files("speciosa.claims") / FILE) as where:
        where.write_text(tuned.as_json(), encoding="utf-8")
        return where


def _hidden() -> Iterator[tuple[Vocabulary, ...]]:
    """The vocabularies whole, and some times with half of their rules hidden at random."""
    yield vocabularies()
    chance = np.random.default_rng(_SEED)
    for _ in range(_ROUNDS):
        yield tuple(
            replace(one, rules=tuple(rule for rule in one.rules if chance.random() < _KEPT)) for one in vocabularies()
        )


def _rows(
    path: Path, wider: Mapping[str, Sequence[str]], known: Sequence[Vocabulary]
) -> Iterator[tuple[tuple[float, ...], bool]]:
    """What speaks for each candidate of a text, and whether the text makes the claim; wider claims teach nothing."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    labels = [(_letters(row["sentence"]), row) for row in written.get("labels") or ()]
    where, found = candidates(article_of(written["text"].encode()), known=known)
    for one in found:
        sentence = _letters(where[one.place].sentence.text)
        here = [row for words, row in labels if words in sentence or sentence in words]
        named = {name for row in here for name in _named(row)} - {_NONE}
        implied = {wide for name in named for wide in wider.get(name, ())}
        implied |= {name for row in here for name in row.get("also", ())}
        if one.claim in named or one.claim not in implied:
            yield one.features, one.claim in named


def _named(row: Mapping[str, object]) -> Iterator[str]:
    claim = row["claim"]
    yield from claim if isinstance(claim, list) else [str(claim)]
    others = row.get("or")
    if isinstance(others, list | dict):
        yield from others


def _letters(text: str) -> str:
    return "".join(c for c in plain(text) if c.isalnum())
