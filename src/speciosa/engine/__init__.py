"""From a model to the curves of a population.

::

    model = engine.load("model.ant")
    kernel = engine.compile(model, outputs=("plasma",), vary=("ka", "CL"))
    result = kernel.simulate({"ka": ka, "CL": cl}, times, engine.Dosing(0.0, "gut", 100.0))

The engine knows nothing of kratom.
"""

from speciosa.engine._antimony import to_sbml
from speciosa.engine._dosing import Dosing
from speciosa.engine._explain import explain
from speciosa.engine._gpu_run import devices
from speciosa.engine._kernel import Kernel
from speciosa.engine._kernel import compile_model as compile  # noqa: A004 - the door's name: engine.compile
from speciosa.engine._model import Model
from speciosa.engine._read_sbml import load
from speciosa.engine._result import Failure, Result, Summaries
from speciosa.engine._run_plan import RunPlan
from speciosa.engine._steady import SteadyState

__all__ = [
    "Dosing",
    "Failure",
    "Kernel",
    "Model",
    "Result",
    "RunPlan",
    "SteadyState",
    "Summaries",
    "compile",
    "devices",
    "explain",
    "load",
    "to_sbml",
]
