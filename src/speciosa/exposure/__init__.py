"""From a case to what the body sees: plan, run, exposure.

:func:`simulate` is the way of a case. What it is made of (:func:`setting`, :func:`enter`, :func:`plan`,
:func:`execute`) is open too, for who wants to run the model on other doses or other parameters.
"""

from speciosa.exposure._affinities import panels_of
from speciosa.exposure._beside import beside
from speciosa.exposure._company import Companion, company
from speciosa.exposure._dynamics import EFFECT_PARAMETERS
from speciosa.exposure._held import held, left_out, missing
from speciosa.exposure._intake import Intake, area_and_peak, no_doses, swallowed
from speciosa.exposure._interaction import own_medicines, ratios, victims, watch
from speciosa.exposure._measure import Measurements, measure, measure_interaction
from speciosa.exposure._pair import Use, pair, usual
from speciosa.exposure._pair_results import Change, Fading, Pair, Phenotype, Spacing
from speciosa.exposure._parameters import Draws, belongs, draw, sample
from speciosa.exposure._plan import (
    Doses,
    Plan,
    Setting,
    alkaloids,
    doses,
    enter,
    median_person,
    plan,
    setting,
    who,
    with_food,
)
from speciosa.exposure._references import references
from speciosa.exposure._results import (
    Curve,
    Figure,
    InteractionRun,
    Interval,
    Parameter,
    Record,
    Reference,
    Scenario,
    SetValue,
    TargetUse,
)
from speciosa.exposure._run import Measured, Progress, Run, execute
from speciosa.exposure._save import save
from speciosa.exposure._simulate import Exposure, case_setting, model, simulate
from speciosa.exposure._summary import auc, figure, summed_up, terminal_rate

__all__ = [
    "EFFECT_PARAMETERS",
    "Change",
    "Companion",
    "Curve",
    "Doses",
    "Draws",
    "Exposure",
    "Fading",
    "Figure",
    "Intake",
    "InteractionRun",
    "Interval",
    "Measured",
    "Measurements",
    "Pair",
    "Parameter",
    "Phenotype",
    "Plan",
    "Progress",
    "Record",
    "Reference",
    "Run",
    "Scenario",
    "SetValue",
    "Setting",
    "Spacing",
    "TargetUse",
    "Use",
    "alkaloids",
    "area_and_peak",
    "auc",
    "belongs",
    "beside",
    "case_setting",
    "company",
    "doses",
    "draw",
    "enter",
    "execute",
    "figure",
    "held",
    "left_out",
    "measure",
    "measure_interaction",
    "median_person",
    "missing",
    "model",
    "no_doses",
    "own_medicines",
    "pair",
    "panels_of",
    "plan",
    "ratios",
    "references",
    "sample",
    "save",
    "setting",
    "simulate",
    "summed_up",
    "swallowed",
    "terminal_rate",
    "usual",
    "victims",
    "watch",
    "who",
    "with_food",
]
