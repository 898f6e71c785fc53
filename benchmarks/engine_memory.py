"""Memory of a million persons of whom only summaries are kept.

Run it with ``python benchmarks/engine_memory.py [PERSONS]``; it ends with exit code 1 if the peak is above its budget.
The peak is that of the whole process: Python, its libraries, the compiler, the parameters, the summaries.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from engine_models import BOUND  # noqa: E402 - lies with the tests
from speciosa import engine  # noqa: E402 - after it, so that both are together

VARIED = ("ka", "CL", "V", "kdeg", "n")
MIDDLE = (0.9, 12.0, 20.0, 0.03, 1.7)
SUMMARIES = {"C": ("cmax", "tmax", "trough", "auc", "time_above(0.5)"), "effect": ("cmax", "auc")}


def main(persons: int) -> int:
    """Simulate, print what it took, compare with the budget."""
    kernel = engine.compile(engine.load(BOUND), ("C", "E", "effect"), VARIED)
    table = np.exp(0.5 * np.random.default_rng(2).standard_normal((persons, len(VARIED))))
    table *= MIDDLE
    dosing = engine.Dosing([0, 8, 16], "gut", [90.0, 40.0, 60.0])
    times = np.linspace(0, 24, 97)
    plan = kernel.plan_run(table, times, dosing, summaries=SUMMARIES)
    started = time.perf_counter()
    result = kernel.simulate(table, times, dosing, summaries=SUMMARIES)
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    budget = yaml.safe_load((ROOT / "benchmarks" / "budgets.yaml").read_text())["megabytes_of_a_million_summed_up"]
    print(f"foreseen  {plan}")
    print(f"took      {took:.1f} s, {result.counts()}, {result.summaries.values.shape} numbers")
    print(f"peak      {peak:.0f} MB (expected {budget['expected']}, at most {budget['most']})")
    return int(peak > budget["most"])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
