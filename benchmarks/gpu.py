"""A GPU against two cores of this machine, on the body with two compounds, and whether both give the same bits.

Run it with ``python benchmarks/gpu.py`` (``python benchmarks/gpu.py cuda:1`` for the second GPU); where there is no
GPU it says so and ends. The GPU's time includes sending parameters and fetching curves; making its code is shown apart.
"""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from engine_models import body_values  # noqa: E402 - lies with the tests
from speciosa import engine, models  # noqa: E402 - after it, so that both are together

COMPOUNDS = ("mitragynine", "hydroxymitragynine")
OUTPUTS = ("mitragynine_blood_C_plasma", "hydroxymitragynine_blood_C_plasma", "MOR_occupancy", "CYP3A_liver_E")
DOSING = engine.Dosing((0.0, 8.0, 16.0, 24.0, 32.0, 40.0), "mitragynine_lumen_U_stomach", 100_000.0)
OUTPUT_TIMES = np.arange(0.0, 48.5, 0.5)
TOLERANCES = {"rtol": 1e-5, "atol": 1e-6}
GPU_PEOPLE, CORE_PEOPLE, ROUNDS = 100_000, 2_000, 3


def main(device: str = "cuda:0") -> int:
    """Measure both, print both."""
    if device not in engine.devices():
        print(f"There is no {device} on this machine; there is {', '.join(engine.devices())}. Nothing was measured.")
        return 0
    assembly = models.assemble(COMPOUNDS, effects=True)
    kernel = engine.compile(engine.load(assembly.sbml), OUTPUTS, tuple(s.name for s in assembly.symbols), cache=False)
    table = people(assembly.symbols)
    first, _ = timed(kernel, table[:1], device)
    gpu, cores = [], []
    for _ in range(ROUNDS):
        seconds, ours = timed(kernel, table, device)
        gpu.append(seconds / len(table))
        seconds, theirs = timed(kernel, table[:CORE_PEOPLE], "cpu")
        cores.append(seconds / CORE_PEOPLE)
    print(f"model      {len(kernel.model.states)} states, {len(table)} people on {engine.devices()[device]}")
    print(f"first run  {first:.2f} s with making the code")
    print(f"GPU        {1e6 * min(gpu):.2f} µs a person, {ours.counts()}")
    print(f"two cores  {1e6 * min(cores):.2f} µs a person ({kernel.lanes} lanes)")
    print(f"ratio      {min(cores) / min(gpu):.1f} (median {np.median(cores) / np.median(gpu):.1f})")
    print(f"bits       {agreement(ours, theirs)}")
    return 0


def people(symbols: tuple[models.Symbol, ...]) -> np.ndarray:
    """Numbers for every symbol, one row per person: one body, each number 30 % apart."""
    middle = np.array(list(body_values(symbols, 1).values()))
    return middle * np.exp(0.3 * np.random.default_rng(7).standard_normal((GPU_PEOPLE, len(middle))))


def timed(kernel: engine.Kernel, table: np.ndarray, device: str) -> tuple[float, engine.Result]:
    """Seconds for everyone, and the result."""
    started = time.perf_counter()
    result = kernel.simulate(table, OUTPUT_TIMES, DOSING, threads=2, device=device, **TOLERANCES)
    return time.perf_counter() - started, result


def agreement(ours: engine.Result, theirs: engine.Result) -> str:
    """How alike the first people are."""
    values, others = ours.values[:CORE_PEOPLE], theirs.values
    same = np.mean((values == others) | (np.isnan(values) & np.isnan(others)))
    scale = np.abs(others) + 1e-3 * np.nanmax(np.abs(others), axis=1, keepdims=True) + 1e-300
    worst = np.nanmax(np.abs(values - others) / scale)
    return f"{100 * same:.3f} % of the numbers are the same bit for bit; largest difference {worst:.1e}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
