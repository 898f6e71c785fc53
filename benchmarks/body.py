"""A thousand people over four weeks with the full model: ``python benchmarks/body.py``.

The case is the daily tea of examples/k51-tea.yaml with every alkaloid and target. The engine's time is compared with
libRoadRunner's on a few of the same people in the same run, in interleaved rounds, so that other work on the machine
disturbs both; times are those of the processor, for one core. The clock on the wall for two threads is judged only
where nothing else runs. It ends with exit code 1 if a budget in ``budgets.yaml`` is missed.
"""

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml

from speciosa import cases, engine, exposure, models
from speciosa.cases import Simulation

ROOT = Path(__file__).parents[1]
BUDGETS = ROOT / "benchmarks" / "budgets.yaml"
RATIO = "body over four weeks: engine over libRoadRunner"
SECONDS = "seconds_of_a_thousand_people_over_four_weeks"
RTOL, ATOL = 1e-5, 1e-6  # of an assessment
DAILY = np.arange(0.0, 28 * 24.0 + 1.0, 4.0)
JUDGED = 3  # people whom the peer computes
QUIET = 1.5  # programs that want a processor, this one included


@dataclass(frozen=True)
class Weeks:
    """What is computed.

    Attributes:
        plan: the plan of the daily tea, for all people.
        kernel: the compiled model.
    """

    plan: exposure.Plan
    kernel: engine.Kernel

    def run(self, threads: int, people: int | None = None) -> tuple[float, float, engine.Result]:
        """Seconds of the processor and of the clock for the first ``people``, and the result."""
        some, plan = slice(people), self.plan
        dosing = engine.Dosing(time=plan.dose_time, compartment=plan.dose_into, amount=plan.dose_amount[some])
        cpu, wall = time.process_time(), time.perf_counter()
        result = self.kernel.simulate(plan.parameters[some], plan.times, dosing, rtol=RTOL, atol=ATOL, threads=threads)
        return time.process_time() - cpu, time.perf_counter() - wall, result


def weeks(people: int) -> Weeks:
    """The daily tea of the example in so many people, with every alkaloid and target."""
    case = cases.read(ROOT / "examples" / "k51-tea.yaml")
    regimen = case.regimens[1]
    every = models.network().of_kind("alkaloid")
    simulation = Simulation(people=people, draws=0, seed=1)
    at = exposure.setting(exposure.who(case), case.product.form, simulation, every, effects=True)
    watched = [compound.plasma for compound in at.assembly.compounds] + ["MOR_occupancy", "CYP3A_liver_E"]
    plan = exposure.plan(at, exposure.doses(case, regimen, at), DAILY, watched)
    kernel = engine.compile(engine.load(plan.sbml), outputs=plan.outputs, vary=plan.vary)
    return Weeks(plan, kernel)


class RoadRunner:
    """libRoadRunner on the same model: CVODE, restarted at every dose, as its users do."""

    def __init__(self, plan: exposure.Plan) -> None:
        # its solver warns of its first step after every dose
        os.environ.setdefault("SUNLOGGER_WARNING_FILENAME", os.devnull)
        import roadrunner  # noqa: PLC0415 - a peer is loaded when it is used

        self.plan = plan
        self.runner = roadrunner.RoadRunner(plan.sbml)
        self.runner.integrator.maximum_num_steps = 1_000_000
        self.runner.integrator.relative_tolerance = RTOL
        self.runner.integrator.absolute_tolerance = ATOL
        self.runner.timeCourseSelections = list(plan.outputs)

    def run(self, person: int) -> tuple[float, np.ndarray]:
        """Seconds for one person, and the curves (times, outputs); setting the person's numbers is not timed."""
        plan, runner = self.plan, self.runner
        runner.resetToOrigin()
        for name, value in zip(plan.vary, plan.parameters[person], strict=True):
            runner[name] = value
        curve = np.empty((plan.times.size, len(plan.outputs)))
        moments = [*np.unique(plan.dose_time), plan.times[-1]]
        seconds = 0.0
        for start, end in pairwise(moments):
            for column in np.flatnonzero(plan.dose_time == start):
                state = plan.dose_into[column]
                runner[state] += plan.dose_amount[person, column]
            inside = np.flatnonzero((plan.times >= start) & ((plan.times < end) | (end == plan.times[-1])))
            grid = np.unique([start, *plan.times[inside], end])
            began = time.thread_time()
            found = runner.simulate(times=grid)
            seconds += time.thread_time() - began
            curve[inside] = np.asarray(found)[np.searchsorted(grid, plan.times[inside])]
        return seconds, curve


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference relative to the value, or to a thousandth of the curve's peak where it is smaller."""
    size = np.abs(theirs) + 1e-3 * np.abs(theirs).max(axis=0, keepdims=True) + 1e-300
    return float(np.max(np.abs(ours - theirs) / size))


def measure(people: int, rounds: int) -> tuple[str, dict[str, float]]:
    """A paragraph, and what there is to judge by the name of its budget."""
    made = weeks(people)
    peer = RoadRunner(made.plan)
    made.run(1, JUDGED)
    ours, theirs, apart = [], [], 0.0
    for _ in range(rounds):
        cpu, _, result = made.run(1)
        ours.append(cpu / people)
        seconds, curves = zip(*(peer.run(person) for person in range(JUDGED)), strict=True)
        theirs.append(statistics.mean(seconds))
        apart = max(difference(result.values[i], curves[i]) for i in range(JUDGED))
    wall, busy = min(made.run(2)[1] for _ in range(rounds)), load()
    one, other = statistics.median(ours), statistics.median(theirs)
    text = (
        f"{people} people, four weeks of daily tea, {len(made.kernel.model.states)} states, {len(made.plan.vary)} "
        f"numbers a person, {DAILY.size} output times, rtol {RTOL:g}: {result.counts()}. Engine, one core: "
        f"{1e3 * one:.2f} ms a person; libRoadRunner: {1e3 * other:.0f} ms; {other / one:.0f} times as fast; largest "
        f"difference {apart:.0e}. Two threads: {wall:.1f} s by the clock, at a load of {busy:.1f}."
    )
    found = {RATIO: other / one}
    if busy < QUIET and people >= 1000:  # with other programs beside it the clock says nothing
        found[SECONDS] = wall
    return text, found


def load() -> float:
    """How many programs want a processor, this one included; endless where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("inf")


def judge(found: dict[str, float], budgets: dict[str, dict[str, float]]) -> list[str]:
    """A sentence for each budget that is missed."""
    missed = []
    for name, value in found.items():
        least, most = budgets[name].get("least", 0.0), budgets[name].get("most", float("inf"))
        if not least <= value <= most:
            missed.append(f"{name} is {value:.2f}; it must be {least:g} to {most:g}")
    return missed


def main() -> int:
    """Measure, print, compare with the budgets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1000, help="people whom the engine computes")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    options = parser.parse_args()
    text, found = measure(options.people, options.rounds)
    print(text)
    missed = judge(found, yaml.safe_load(BUDGETS.read_text(encoding="utf-8")))
    for sentence in missed:
        print(f"MISSED: {sentence}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
