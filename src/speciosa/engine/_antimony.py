"""Antimony text → SBML."""

from __future__ import annotations

import threading

from speciosa.errors import EngineError

__all__ = ["to_sbml"]

_LOCK = threading.Lock()  # libantimony holds one global state per process


def to_sbml(text: str) -> str:
    """Convert an Antimony model to SBML Level 3.

    Raises:
        EngineError: the text is no Antimony model.
    """
    import antimony  # noqa: PLC0415 - slow to load, and not needed for SBML

    with _LOCK:
        antimony.clearPreviousLoads()
        if antimony.loadAntimonyString(text) < 0:
            raise EngineError(f"The Antimony text cannot be read: {' '.join(antimony.getLastError().split())}")
        return str(antimony.getSBMLString(antimony.getMainModuleName()))
