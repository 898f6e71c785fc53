"""Fits the few parameters that nobody measured to people, and sets predictions beside observations."""

from speciosa.calibration._calibrate import Calibration, Effort, calibrate
from speciosa.calibration._pairs import PairComparison, compare_medicines
from speciosa.calibration._petab import petab_export
from speciosa.calibration._plausible import Plausible
from speciosa.calibration._problem import Problem
from speciosa.calibration._sample import Chains, sample
from speciosa.calibration._studies import Study, Target, studies, targets
from speciosa.calibration._validate import Comparison, Score, Validation, validate

__all__ = [
    "Calibration",
    "Chains",
    "Comparison",
    "Effort",
    "PairComparison",
    "Plausible",
    "Problem",
    "Score",
    "Study",
    "Target",
    "Validation",
    "calibrate",
    "compare_medicines",
    "petab_export",
    "sample",
    "studies",
    "targets",
    "validate",
]
