"""What is in the bag: labels and what they make per serving, leaf, storage, colours, and the kind a profile shows.

Composition only. Nothing here says how to make or take a product.
"""

from speciosa.products._amount import Amount, prior
from speciosa.products._chemotype import Chemotype, chemotypes, profile
from speciosa.products._colour import Colours, Contrast, Levels, Prediction, compare_colours, lots_needed
from speciosa.products._composition import AS_LEAF, MEASURED, Composition, Held, compose
from speciosa.products._label import Kind, Statement, read_label
from speciosa.products._leaf import leaf_equivalents
from speciosa.products._lots import TENTH, Lot, Range, colour_of, declared, ranges, read_lots, shipped
from speciosa.products._readings import (
    ROUNDING,
    Contradiction,
    Reading,
    Serving,
    assumptions,
    contradictions,
    readings,
    richest,
    serving,
)
from speciosa.products._storage import PLACES, SEEN, Storage, stored

__all__ = [
    "AS_LEAF",
    "MEASURED",
    "PLACES",
    "ROUNDING",
    "SEEN",
    "TENTH",
    "Amount",
    "Chemotype",
    "Colours",
    "Composition",
    "Contradiction",
    "Contrast",
    "Held",
    "Kind",
    "Levels",
    "Lot",
    "Prediction",
    "Range",
    "Reading",
    "Serving",
    "Statement",
    "Storage",
    "assumptions",
    "chemotypes",
    "colour_of",
    "compare_colours",
    "compose",
    "contradictions",
    "declared",
    "leaf_equivalents",
    "lots_needed",
    "prior",
    "profile",
    "ranges",
    "read_label",
    "read_lots",
    "readings",
    "richest",
    "serving",
    "shipped",
    "stored",
]
