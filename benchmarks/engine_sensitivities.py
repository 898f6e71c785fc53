"""What sensitivities cost, as a ratio to the same run without them, and how long large models compile.

Run it with ``python benchmarks/engine_sensitivities.py``; it ends with exit code 1 if a column costs more than its
budget. Processor time of one thread is measured, in pairs, so that a busy machine matters little.
"""

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from speciosa import engine  # noqa: E402 - so that what is imported lies together
from test_engine_large import reactions_on_a_grid  # noqa: E402 - lies with the tests

MODEL = ROOT.parent / "shared" / "benchmark-models" / "pbpk45.xml"
PARAMETERS = ("Vmax3", "Km3", "kinact", "CLrP", "ka", "fup", "konP", "Emax", "hill", "kdegL")
OUTPUTS = ("VenP", "VenM", "Ce", "Tol", "Eff")
TIMES = np.arange(169.0)
DOSES = engine.Dosing(np.arange(21) * 8.0, "L1", 50.0)
PEOPLE, ROUNDS = 80, 12
GRIDS = ((9, 8), (25, 20))


def main() -> int:
    """Measure, print, compare with the budget."""
    dearest = bodies() if MODEL.exists() else 0.0
    for width, height in GRIDS:
        model = engine.load(reactions_on_a_grid(width, height))
        seconds, _ = timed(lambda model=model: engine.compile(model, ("u0", "v1"), cache=False))
        print(f"{len(model.states)} states compiled in {seconds:.1f} s")
    budget = yaml.safe_load((ROOT / "benchmarks" / "budgets.yaml").read_text())["sensitivity_column"]
    print(f"dearest column {dearest:.2f} runs (expected {budget['expected']}, at most {budget['most']})")
    return int(dearest > budget["most"])


def bodies() -> float:
    """Cost of a column on the body of 44 states, for some numbers of columns; returns the largest."""
    text = re.sub(r"<listOfEvents.*?</listOfEvents>", "", MODEL.read_text(encoding="utf-8"), flags=re.DOTALL)
    model = engine.load(text)
    middle = np.array([model.parameters[name] for name in PARAMETERS])
    table = middle * np.exp(0.25 * np.random.default_rng(1).standard_normal((PEOPLE, len(PARAMETERS))))
    plain = engine.compile(model, OUTPUTS, PARAMETERS, cache=False)
    dearest = 0.0
    for count in (1, 3, 10):
        for controlled in (False, True):
            kernel = engine.compile(
                model,
                OUTPUTS,
                PARAMETERS,
                cache=False,
                sensitivities=PARAMETERS[:count],
                control_sensitivities=controlled,
            )
            ratios = []
            for _ in range(ROUNDS):
                before, _ = timed(lambda: plain.simulate(table, TIMES, DOSES, threads=1))
                after, result = timed(lambda kernel=kernel: kernel.simulate(table, TIMES, DOSES, threads=1))
                ratios.append(after / before)
            ratio = float(np.median(ratios))
            who = "all steer" if controlled else "states steer"
            print(f"{count:2} columns, {who:12}: {ratio:5.2f} runs, {result.steps.mean():.0f} steps")
            if not controlled:  # else there are more steps, which is no matter of speed
                dearest = max(dearest, (ratio - 1) / count)
    return dearest


def timed(job: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of this thread, and what the job returned."""
    started = time.thread_time()
    result = job()
    return time.thread_time() - started, result


if __name__ == "__main__":
    sys.exit(main())
