"""What is in the bag: a label taken at its word, what that makes per serving, as leaf, and after storage.

Composition only. Nothing here says how to make or take a product.
"""

from speciosa.products._amount import Amount
from speciosa.products._composition import AS_LEAF, MEASURED, Composition, Held, compose
from speciosa.products._label import Kind, Statement, read_label
from speciosa.products._leaf import leaf_equivalents
from speciosa.products._readings import (
    RICHEST,
    ROUNDING,
    Contradiction,
    Reading,
    Serving,
    assumptions,
    contradictions,
    readings,
    serving,
)
from speciosa.products._storage import PLACES, SEEN, Storage, stored

__all__ = [
    "AS_LEAF",
    "MEASURED",
    "PLACES",
    "RICHEST",
    "ROUNDING",
    "SEEN",
    "Amount",
    "Composition",
    "Contradiction",
    "Held",
    "Kind",
    "Reading",
    "Serving",
    "Statement",
    "Storage",
    "assumptions",
    "compose",
    "contradictions",
    "leaf_equivalents",
    "read_label",
    "readings",
    "serving",
    "stored",
]
