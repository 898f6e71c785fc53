"""Speed of the engine as a ratio to libRoadRunner, on the body with two compounds, one core each.

Run it with ``python benchmarks/engine.py``; it ends with exit code 1 if the ratio is below its budget.
libRoadRunner is timed in its integration alone: reading the model and setting a person's numbers are left out.
"""

import sys
import time
from pathlib import Path

import numpy as np
import roadrunner
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from engine_models import body_values  # noqa: E402 - lies with the tests
from speciosa import engine, models  # noqa: E402 - after it, so that both are together

COMPOUNDS = ("mitragynine", "hydroxymitragynine")
OUTPUTS = ("mitragynine_blood_C_plasma", "hydroxymitragynine_blood_C_plasma", "MOR_occupancy", "CYP3A_liver_E")
DOSE_TIMES = (0.0, 8.0, 16.0, 24.0, 32.0, 40.0)
INTO = "mitragynine_lumen_U_stomach"
AMOUNT = 100_000.0  # nmol
OUTPUT_TIMES = np.arange(0.0, 48.5, 0.5)
RELATIVE, ABSOLUTE = 1e-5, 1e-6
PEOPLE, JUDGED, ROUNDS = 400, 12, 3


def main() -> int:
    """Measure both, print both, compare with the budget."""
    assembly = models.assemble(COMPOUNDS)
    names = tuple(symbol.name for symbol in assembly.symbols)
    table = people(assembly.symbols)
    started = time.perf_counter()
    kernel = engine.compile(engine.load(assembly.sbml), OUTPUTS, names, cache=False)
    compiled = time.perf_counter() - started
    runner = prepared(assembly.sbml)
    ours, theirs, curves = [], [], np.empty(0)
    for _ in range(ROUNDS):
        seconds, result = run_engine(kernel, table)
        ours.append(seconds / PEOPLE)
        seconds, curves = run_judge(runner, names, table[:JUDGED])
        theirs.append(seconds / JUDGED)
    apart = np.max(
        np.abs(result.values[:JUDGED] - curves) / (np.abs(curves) + 1e-3 * np.abs(curves).max(axis=1)[:, None])
    )
    ratio = min(theirs) / min(ours)
    budget = yaml.safe_load((ROOT / "benchmarks" / "budgets.yaml").read_text())["engine_over_libroadrunner"]
    print(f"model         {len(kernel.model.states)} states, compiled in {compiled:.2f} s, {kernel.lanes} lanes")
    print(f"engine        {1e3 * min(ours):.3f} ms a person ({result.steps.mean():.0f} steps), {result.counts()}")
    print(f"libRoadRunner {1e3 * min(theirs):.3f} ms a person; largest difference {apart:.1e}")
    print(f"ratio         {ratio:.1f} (expected {budget['expected']}, at least {budget['least']})")
    return int(ratio < budget["least"])


def people(symbols: tuple[models.Symbol, ...]) -> np.ndarray:
    """Numbers for every symbol, one row per person: one body, each number 30 % apart."""
    middle = np.array(list(body_values(symbols, 1).values()))
    return middle * np.exp(0.3 * np.random.default_rng(7).standard_normal((PEOPLE, len(middle))))


def run_engine(kernel: engine.Kernel, table: np.ndarray) -> tuple[float, engine.Result]:
    """Seconds for everyone, and the result."""
    dosing = engine.Dosing(DOSE_TIMES, INTO, AMOUNT)
    started = time.perf_counter()
    result = kernel.simulate(table, OUTPUT_TIMES, dosing, rtol=RELATIVE, atol=ABSOLUTE, threads=1)
    return time.perf_counter() - started, result


def prepared(sbml: str) -> roadrunner.RoadRunner:
    """The same model in libRoadRunner with the same tolerances."""
    runner = roadrunner.RoadRunner(sbml)
    runner.integrator.relative_tolerance = RELATIVE
    runner.integrator.absolute_tolerance = ABSOLUTE
    runner.timeCourseSelections = list(OUTPUTS)
    return runner


def run_judge(runner: roadrunner.RoadRunner, names: tuple[str, ...], table: np.ndarray) -> tuple[float, np.ndarray]:
    """Seconds for some people, and their curves."""
    seconds, curves = 0.0, np.empty((len(table), len(OUTPUT_TIMES), len(OUTPUTS)))
    ends = (*DOSE_TIMES[1:], OUTPUT_TIMES[-1])
    for row, curve in zip(table, curves, strict=True):
        runner.resetToOrigin()
        for name, value in zip(names, row, strict=True):
            runner[name] = value
        started = time.perf_counter()
        for start, end in zip(DOSE_TIMES, ends, strict=True):
            runner[INTO] = runner[INTO] + AMOUNT
            inside = np.flatnonzero((start <= OUTPUT_TIMES) & (end >= OUTPUT_TIMES))
            curve[inside] = runner.simulate(start, end, len(inside))
        seconds += time.perf_counter() - started
    return seconds, curves


if __name__ == "__main__":
    sys.exit(main())
