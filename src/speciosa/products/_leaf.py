"""How much leaf holds as much of an alkaloid as one serving: a different mass for each, and so no single number."""

from speciosa.products._amount import Amount, prior
from speciosa.products._composition import MINOR, Composition
from speciosa.products._readings import HYDROXY, MITRAGYNINE


def leaf_equivalents(composition: Composition) -> dict[str, Amount]:
    """Grams of leaf powder that hold as much, by alkaloid.

    Only alkaloids that were measured or stated: one that is assumed to be as in leaf would only return the assumption.
    """
    return {
        held.analyte: held.mg / in_leaf(held.analyte)
        for held in composition.held
        if held.basis != "as in leaf" and held.mg.median > 0 and held.analyte in (MITRAGYNINE, HYDROXY, *MINOR)
    }


def in_leaf(analyte: str) -> Amount:
    """Content of leaf powder as sold, mg/g."""
    leaf = prior("leaf_mitragynine")
    return leaf if analyte == MITRAGYNINE else leaf * prior(f"leaf_{analyte}_ratio")
