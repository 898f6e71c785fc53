"""The meaning of a sentence as a vector: the mean of shipped word vectors, weighted by rarity, offline.

Only the two data files of the package ``wordllama`` are read (its code would look for newer ones on the network).
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from speciosa.claims._phrases import vocabularies
from speciosa.errors import KnowledgeError

Vectors = NDArray[np.float32]
_PACKAGE = "wordllama"
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"


def embed(texts: Sequence[str]) -> Vectors:
    """One vector of length 1 per text, shape ``(texts, 256)``; the meaning all claims share is taken out."""
    return _unit(_means(texts) - _shared())


@cache
def _files() -> tuple[Tokenizer, Vectors]:
    found = find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise KnowledgeError(f"the word vectors are missing; install the package {_PACKAGE}.")
    folder = Path(found.submodule_search_locations[0])
    weights = load_file(folder / _WEIGHTS)["embedding.weight"].astype(np.float32)
    return Tokenizer.from_file(str(folder / _TOKENS)), weights


def _means(texts: Sequence[str]) -> Vectors:
    tokenizer, weights = _files()
    rare = _rarity()
    encoded = tokenizer.encode_batch([text.lower() for text in texts], add_special_tokens=False)
    return np.array(
        [
            np.average(weights[one.ids], axis=0, weights=rare[one.ids]) if one.ids else np.zeros(weights.shape[1])
            for one in encoded
        ],
        dtype=np.float32,
    )


@cache
def _rarity() -> Vectors:
    """How much a piece of a word counts, shape (pieces,): the rarer it is among the phrasings, the more."""
    tokenizer, weights = _files()
    texts = [text.lower() for one in vocabularies() for text in one.examples]
    seen = np.zeros(len(weights))
    for one in tokenizer.encode_batch(texts, add_special_tokens=False):
        seen[list(set(one.ids))] += 1.0
    rare: Vectors = np.log((len(texts) + 1.0) / (seen + 0.5)).astype(np.float32)
    return rare


@cache
def _shared() -> Vectors:
    """What every sentence on kratom has in common: the mean of all example phrasings."""
    mean: Vectors = _means([text for one in vocabularies() for text in one.examples]).mean(axis=0)
    return mean


@cache
def examples() -> tuple[tuple[str, ...], Vectors]:
    """The claim of each example phrasing, and their vectors."""
    pairs = [(one.claim, text) for one in vocabularies() for text in one.examples]
    return tuple(claim for claim, _ in pairs), embed([text for _, text in pairs])


def similarities(texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """For each claim, how near each text is to the nearest of its phrasings (cosine, -1 to 1)."""
    claims, known = examples()
    near = embed(texts) @ known.T
    order = list(dict.fromkeys(claims))
    columns = {claim: [i for i, name in enumerate(claims) if name == claim] for claim in order}
    return {claim: near[:, rows].max(axis=1) for claim, rows in columns.items()}


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = np.asarray(vectors / np.where(length == 0.0, 1.0, length), dtype=np.float32)
    return unit
