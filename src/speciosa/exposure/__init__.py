"""From a case to what the body sees: plan, run, exposure.

:func:`simulate` is the way of a case. What it is made of (:func:`setting`, :func:`enter`, :func:`plan`,
:func:`execute`) is open too, for who wants to run the model on other doses or other parameters.
"""

from speciosa.exposure._held import held, left_out, missing
from speciosa.exposure._intake import Intake, area_and_peak, no_doses, swallowed
from speciosa.exposure._interaction import ratios, victims, watch
from speciosa.exposure._pair import Use, pair, usual
from speciosa.exposure._pair_results import Change, Fading, Pair, Phenotype, Spacing
from speciosa.exposure._parameters import Draws, draw, sample
from speciosa.exposure._plan import Plan, Setting, alkaloids, doses, enter, plan, setting, typical_values, with_food
from speciosa.exposure._results import Curve, Figure, InteractionRun, Interval, Parameter, Record, Scenario
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._save import save
from speciosa.exposure._simulate import Exposure, model, simulate
from speciosa.exposure._summary import auc, figure, terminal_rate

__all__ = [
    "Change",
    "Curve",
    "Draws",
    "Exposure",
    "Fading",
    "Figure",
    "Intake",
    "InteractionRun",
    "Interval",
    "Pair",
    "Parameter",
    "Phenotype",
    "Plan",
    "Progress",
    "Record",
    "Run",
    "Scenario",
    "Setting",
    "Spacing",
    "Use",
    "alkaloids",
    "area_and_peak",
    "auc",
    "doses",
    "draw",
    "enter",
    "execute",
    "figure",
    "held",
    "left_out",
    "missing",
    "model",
    "no_doses",
    "pair",
    "plan",
    "ratios",
    "sample",
    "save",
    "setting",
    "simulate",
    "swallowed",
    "terminal_rate",
    "typical_values",
    "usual",
    "victims",
    "watch",
    "with_food",
]
