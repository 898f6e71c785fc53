"""From a case to what the body sees: plan, run, exposure.

:func:`simulate` is the way of a case. What it is made of (:func:`setting`, :func:`enter`, :func:`plan`,
:func:`execute`) is open too, for who wants to run the model on other doses or other parameters.
"""

from speciosa.exposure._interaction import no_doses, ratios, victims, watch
from speciosa.exposure._measure import Measurements, measure, measure_interaction
from speciosa.exposure._parameters import Draws, draw, sample
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
from speciosa.exposure._results import Curve, Figure, InteractionRun, Interval, Parameter, Record, Scenario
from speciosa.exposure._run import Measured, Progress, Run, execute
from speciosa.exposure._save import save
from speciosa.exposure._simulate import Exposure, case_setting, model, simulate
from speciosa.exposure._summary import auc, figure, terminal_rate

__all__ = [
    "Curve",
    "Doses",
    "Draws",
    "Exposure",
    "Figure",
    "InteractionRun",
    "Interval",
    "Measured",
    "Measurements",
    "Parameter",
    "Plan",
    "Progress",
    "Record",
    "Run",
    "Scenario",
    "Setting",
    "alkaloids",
    "auc",
    "case_setting",
    "doses",
    "draw",
    "enter",
    "execute",
    "figure",
    "measure",
    "measure_interaction",
    "median_person",
    "model",
    "no_doses",
    "plan",
    "ratios",
    "sample",
    "save",
    "setting",
    "simulate",
    "terminal_rate",
    "victims",
    "watch",
    "who",
    "with_food",
]
