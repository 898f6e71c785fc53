"""Run a plan: compile or fetch the machine code, simulate, label the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from speciosa import engine
from speciosa.exposure._plan import Plan

Progress = Callable[[int, int, str], None]

RELATIVE = 1e-5  # of the integrator; far below both spreads
ABSOLUTE = 1e-6  # nmol


@dataclass(frozen=True)
class Measured:
    """One figure before it is summed up: a number for every run.

    Attributes:
        label: what it is, in words.
        unit: of the values.
        values: (runs,); NaN where a run failed or has no such number.
        rows: knowledge rows behind it.
    """

    label: str
    unit: str
    values: NDArray[np.float64]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """Curves of every run.

    Attributes:
        values: (runs, times, outputs); NaN where a run failed.
        status: one of the engine's words per run.
        plan: what was run.
        measured: key → what :func:`speciosa.exposure.figure` summed up of this run, written down as figures are made.
    """

    values: NDArray[np.float64]
    status: tuple[str, ...]
    plan: Plan
    measured: dict[str, Measured] = field(default_factory=dict, compare=False, repr=False)

    def output(self, name: str) -> NDArray[np.float64]:
        """One output, (runs, times)."""
        return np.asarray(self.values[:, :, self.plan.outputs.index(name)])

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which runs ended well, (runs,)."""
        return np.array([word == "ok" for word in self.status])

    def counts(self) -> dict[str, int]:
        """How many runs ended how."""
        return {word: self.status.count(word) for word in sorted(set(self.status), key=lambda w: (w != "ok", w))}


def execute(plan: Plan, *, words: str = "", progress: Progress | None = None) -> Run:
    """Simulate a plan.

    Args:
        plan: what to run.
        words: what is being done, shown with the progress.
        progress: called with (done, total, words); an exception it raises cancels the run.

    Raises:
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total, words)

    kernel = _kernel(plan.sbml, plan.outputs, plan.vary)
    dosing = engine.Dosing(time=plan.dose_time, compartment=plan.dose_into, amount=plan.dose_amount)
    result = kernel.simulate(plan.parameters, plan.times, dosing, rtol=RELATIVE, atol=ABSOLUTE, progress=report)
    return Run(result.values, tuple(result.words[code] for code in result.status), plan)


@lru_cache(maxsize=16)
def _kernel(sbml: str, outputs: tuple[str, ...], vary: tuple[str, ...]) -> engine.Kernel:
    """The machine code of a model, kept: a calibration runs the same one thousands of times."""
    return engine.compile(engine.load(sbml), outputs=outputs, vary=vary)


def dataset(run: Run, units: dict[str, str], labels: dict[str, str]) -> xr.Dataset:
    """The run with names and units: dimensions ``run`` and ``time``, coordinates ``person`` and ``draw``.

    Args:
        run: a finished run.
        units: unit of each output.
        labels: what each output is, in words.
    """
    data = {
        name: (("run", "time"), run.output(name), {"units": units[name], "long_name": labels[name]})
        for name in run.plan.outputs
    }
    coords = {
        "time": ("time", run.plan.times, {"units": "h", "long_name": "time since the first dose"}),
        "person": ("run", run.plan.person, {"long_name": "number of the virtual person"}),
        "draw": (
            "run",
            run.plan.draw,
            {"long_name": "number of the draw; 0 is central, below 0 another data set"},
        ),
        "status": ("run", np.array(run.status, dtype=np.str_), {"long_name": "how the run ended"}),
    }
    return xr.Dataset(data, coords=coords, attrs={"plan": run.plan.digest})
