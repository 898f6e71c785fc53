"""From a case to what the body sees: plan, run, exposure.

:func:`simulate` is the way of a case. What it is made of (:func:`setting`, :func:`enter`, :func:`plan`,
:func:`execute`) is open too, for who wants to run the model on other doses or other parameters.
"""

from speciosa.exposure._interaction import no_doses, ratios, victims, watch
from speciosa.exposure._parameters import Draws, draw, sample
from speciosa.exposure._plan import Plan, Setting, alkaloids, doses, enter, plan, setting, typical_values, with_food
from speciosa.exposure._results import Curve, Figure, InteractionRun, Interval, Parameter, Record, Scenario
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._save import save
from speciosa.exposure._simulate import Exposure, model, simulate
from speciosa.exposure._summary import auc, figure, terminal_rate

__all__ = [
    "Curve",
    "Draws",
    "Exposure",
    "Figure",
    "InteractionRun",
    "Interval",
    "Parameter",
    "Plan",
    "Progress",
    "Record",
    "Run",
    "Scenario",
    "Setting",
    "alkaloids",
    "auc",
    "doses",
    "draw",
    "enter",
    "execute",
    "figure",
    "model",
    "no_doses",
    "plan",
    "ratios",
    "sample",
    "save",
    "setting",
    "simulate",
    "terminal_rate",
    "typical_values",
    "victims",
    "watch",
    "with_food",
]
