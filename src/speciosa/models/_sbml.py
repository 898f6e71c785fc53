"""Antimony text to checked SBML."""

import libsbml

from speciosa import engine
from speciosa.errors import EngineError, ModelError


def to_sbml(text: str) -> str:
    """Convert an Antimony model to SBML Level 3 and check it, units included.

    Raises:
        ModelError: the text is no Antimony model, or libsbml has anything to say about the result.
    """
    try:
        sbml = engine.to_sbml(text)
    except EngineError as error:
        raise ModelError(str(error)) from error
    complaints = check(sbml)
    if complaints:
        raise ModelError(f"libsbml has {len(complaints)} complaints about the model; the first: {complaints[0]}")
    return sbml


def check(sbml: str) -> tuple[str, ...]:
    """Everything libsbml has to say: consistency, units, modelling practice. Empty when all is well."""
    document = libsbml.readSBMLFromString(sbml)
    document.checkConsistency()
    return tuple(" ".join(document.getError(i).getMessage().split()) for i in range(document.getNumErrors()))
