"""Fits the few parameters that nobody measured to people, and sets predictions beside observations."""

from speciosa.calibration._fit import Posterior, fit
from speciosa.calibration._pairs import PairComparison, compare_medicines
from speciosa.calibration._studies import Study, Target, studies, targets
from speciosa.calibration._validate import Comparison, validate

__all__ = [
    "Comparison",
    "PairComparison",
    "Posterior",
    "Study",
    "Target",
    "compare_medicines",
    "fit",
    "studies",
    "targets",
    "validate",
]
