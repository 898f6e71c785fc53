"""Speed of the engine as ratios to other simulators, all in one run: ``python benchmarks/engine.py``.

Rounds are interleaved and medians taken, so that a machine with other work disturbs all alike; times are those of the
processor, for one core. It ends with exit code 1 if a ratio is below its budget in ``budgets.yaml``.
``--write-docs`` writes the tables into docs/engine-benchmarks.md.
"""

import argparse
import importlib.metadata
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import engine_cases
import engine_peers
import numpy as np
import yaml
from engine_cases import ROOT, Case
from engine_peak import operations, peak

from engine_classics import CLASSICS, states
from speciosa import engine
from speciosa.engine import _native

BUDGETS = ROOT / "benchmarks" / "budgets.yaml"
PAGE = ROOT / "docs" / "engine-benchmarks.md"
_QUIET = 1.5
_LONG = 3.0  # seconds
START, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> int:
    """Measure, print, compare with the budgets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", choices=engine_cases.MAKERS, action="append", help="only this; may be repeated")
    parser.add_argument("--people", type=int, default=1000, help="people whom the engine computes")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--write-docs", action="store_true", help="write the tables into docs/engine-benchmarks.md")
    options = parser.parse_args()
    budgets = yaml.safe_load(BUDGETS.read_text(encoding="utf-8"))
    report = [_machine()]
    missed = []
    for name in options.case or engine_cases.MAKERS:
        case = engine_cases.make(name, options.people)
        if isinstance(case, str):
            report.append(f"### {name}\n\nNot measured: {case.rstrip('.')}.")
            continue
        text, ratios = measure(case, options.rounds)
        report.append(text)
        missed += judge(ratios, budgets)
        if name == "pbpk45":
            report += [equal_accuracy(case), arithmetic(case)]
    report += [classics(), cold_start()]
    text = "\n\n".join(report)
    print(text)
    for sentence in missed:
        print(f"BELOW BUDGET: {sentence}")
    if options.write_docs:
        before, rest = PAGE.read_text(encoding="utf-8").split(START)
        PAGE.write_text(f"{before}{START}\n\n{text}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")
    return int(bool(missed))


def measure(case: Case, rounds: int) -> tuple[str, dict[str, float]]:
    """The table of a case, and its ratios by the name of their budget."""
    kernel = engine.compile(case.model, case.outputs, case.vary, cache=False)
    peers, absent = engine_peers.available(case)
    spent: dict[str, list[float]] = {}
    apart: dict[str, float] = {}
    simulate(kernel, case, 1)
    for _ in range(rounds):
        cpu, _, result = simulate(kernel, case, 1)
        spent.setdefault("engine", []).append(cpu)
        for peer in peers:
            # what needs long is asked for less
            few = case.judged if not peer.name.endswith("Python") else 1
            seconds, curves = zip(*(peer.run(row, case.rtol, case.atol) for row in case.table[:few]), strict=True)
            spent.setdefault(peer.name, []).append(sum(seconds) / few)
            apart[peer.name] = difference(result.values[:few], np.array(curves))
    middle = {name: statistics.median(values) for name, values in spent.items()}
    lines = [
        f"### {case.name}: {case.title}",
        (
            f"{len(case.model.states)} states, {len(case.table)} people, {len(case.times)} output times, "
            f"{len(case.outputs)} outputs, rtol {case.rtol:g}, atol {case.atol:g}; {kernel.lanes} lanes, "
            f"{result.steps.mean():.0f} steps a person; {_counts(result)}."
        ),
        (
            "| simulator | ms a person | engine is faster by | largest difference |\n|---|---|---|---|\n"
            f"| engine, one core | {1e3 * middle['engine']:.3f} | | |"
        ),
    ]
    ratios = {}
    for name, seconds in middle.items():
        if name != "engine":
            ratios[f"{case.name}: engine over {name.split(' ')[0]}"] = ratio = seconds / middle["engine"]
            lines[-1] += f"\n| {name} | {1e3 * seconds:.2f} | {ratio:.0f} | {apart[name]:.0e} |"
    if (os.cpu_count() or 1) >= 2:
        sentence, both = two_cores(kernel, case, rounds, middle["engine"])
        lines.append(sentence)
        if load() < _QUIET:  # with other programs beside it the clock says nothing
            ratios[f"{case.name}: two cores over one"] = both
    return "\n\n".join([*lines, *absent]), ratios


def two_cores(kernel: engine.Kernel, case: Case, rounds: int, seconds: float) -> tuple[str, float]:
    """How much sooner two threads are done, with so many people that one thread has work for some seconds."""
    often = max(1, math.ceil(_LONG / (seconds * len(case.table))))
    many = replace(case, table=np.tile(case.table, (often, 1)), times=case.times[[0, -1]])
    walls: dict[int, list[float]] = {1: [], 2: []}
    busy: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for threads in (2, 1):
            began = time.process_time()
            walls[threads].append(simulate(kernel, many, threads)[1])
            busy[threads].append(time.process_time() - began)
    both = statistics.median(walls[1]) / statistics.median(walls[2])
    more = statistics.median(busy[2]) / statistics.median(busy[1])
    sentence = (
        f"With {len(many.table)} people and the last time alone, two threads are {both:.2f} times as fast as one by "
        f"the clock on the wall, at a load of {load():.1f}; they take {more:.2f} times the processor's time, so that "
        f"two idle cores would be {2 / more:.2f} times as fast."
    )
    return sentence, both


def simulate(kernel: engine.Kernel, case: Case, threads: int) -> tuple[float, float, engine.Result]:
    """Seconds per person of the processor and of the clock, and the result."""
    cpu, wall = time.thread_time(), time.perf_counter()
    result = kernel.simulate(case.table, case.times, case.dosing, rtol=case.rtol, atol=case.atol, threads=threads)
    people = len(case.table)
    return (time.thread_time() - cpu) / people, (time.perf_counter() - wall) / people, result


def load() -> float:
    """How many programs want a processor, this one included; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference relative to the value, or to a thousandth of the curve's peak where it is smaller."""
    scale = np.abs(theirs) + 1e-3 * np.abs(theirs).max(axis=1, keepdims=True) + 1e-300
    return float(np.max(np.abs(ours - theirs) / scale))


def judge(ratios: dict[str, float], budgets: dict[str, dict[str, float]]) -> list[str]:
    """A sentence for each ratio below its budget."""
    return [
        f"{name} is {ratio:.2f}; at least {budgets[name]['least']} is asked for"
        for name, ratio in ratios.items()
        if name in budgets and ratio < budgets[name]["least"]
    ]


def equal_accuracy(case: Case) -> str:
    """Time of both at tolerances that give like errors; the judge is the engine at 1e-11."""
    kernel = engine.compile(case.model, case.outputs, case.vary, cache=False)
    few = case.table[:8]

    def ours(rtol: float, table: np.ndarray) -> tuple[float, np.ndarray]:
        started = time.thread_time()
        found = kernel.simulate(table, case.times, case.dosing, rtol=rtol, atol=1e-3 * rtol, threads=1)
        return (time.thread_time() - started) / len(table), found.values[:8]

    exact = ours(1e-11, few)[1]
    lines = [
        "#### At equal accuracy",
        "The error is the largest over 8 people, all times and outputs, against the engine at a tolerance of 1e-11.",
        "| simulator | rtol | error | ms a person |\n|---|---|---|---|",
    ]
    for rtol in (1e-3, 1e-4, 1e-5, 1e-6, 1e-8):
        seconds, values = min((ours(rtol, case.table[:400]) for _ in range(3)), key=lambda item: item[0])
        lines[-1] += f"\n| engine | {rtol:.0e} | {difference(values, exact):.1e} | {1e3 * seconds:.3f} |"
    for peer in engine_peers.available(case)[0][:1]:
        for rtol in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9):
            seconds, curves = zip(*(peer.run(row, rtol, 1e-3 * rtol) for row in few), strict=True)
            error = difference(np.array(curves), exact)
            lines[-1] += f"\n| {peer.name} | {rtol:.0e} | {error:.1e} | {1e3 * statistics.mean(seconds):.2f} |"
    return "\n\n".join(lines)


def arithmetic(case: Case) -> str:
    """What a step is spent on, and the share of the processor's peak."""
    kernel = engine.compile(case.model, case.outputs, case.vary, cache=False)
    cpu, _, result = min((simulate(kernel, case, 1) for _ in range(3)), key=lambda item: item[0])
    counted = operations(case)
    total, steps = sum(counted.values()), float(result.steps.mean())
    most = peak(kernel.lanes)
    rate = total * steps / cpu
    lines = [
        "#### What a step is spent on",
        "| part | operations per step and person | share |\n|---|---|---|"
        + "".join(f"\n| {name} | {number:.0f} | {number / total:.0%} |" for name, number in counted.items()),
        (
            f"{total:.0f} operations, {steps:.0f} steps and {1e3 * cpu:.3f} ms a person are {rate / 1e9:.0f} billion "
            f"operations a second: {rate / most:.0%} of the {most / 1e9:.0f} that this core does in independent "
            f"multiply-adds of {kernel.lanes} lanes."
        ),
    ]
    return "\n\n".join(lines)


def classics() -> str:
    """Global error where the answer is known."""
    lines = [
        "### Stiff problems with known answers",
        "Largest relative error of a state at the end; tests/engine_classics.py holds the problems and their sources.",
        "| problem | rtol 1e-6 (the default): steps | error | rtol 1e-9: steps | error |\n|---|---|---|---|---|",
    ]
    for name, classic in CLASSICS.items():
        names = states(classic.text)
        kernel = engine.compile(engine.load(classic.text), names, cache=False)
        expected = np.array([classic.expected[state] for state in names])
        cells = []
        for rtol in (1e-6, 1e-9):
            found = kernel.simulate({}, [classic.end], rtol=rtol, atol=rtol * classic.smallest)
            error = float(np.max(np.abs(found.values[0, 0] / expected - 1)))
            cells.append(f"{found.steps[0]} | {error:.0e}")
        lines[-1] += f"\n| {name} | {' | '.join(cells)} |"
    return "\n\n".join(lines)


_COLD = """
import sys, time
started = time.perf_counter()
from pathlib import Path
from speciosa import engine
imported = time.perf_counter()
text = Path(sys.argv[1]).read_text(encoding="utf-8")
import numpy as np
for _ in range(3):
    begun = time.perf_counter()
    model = engine.load(text)
    kernel = engine.compile(model, model.states[:5])
    kernel.simulate({}, np.linspace(0, 24, 25))
    print(time.perf_counter() - begun, len(model.states), imported - started)
"""


def cold_start() -> str:
    """From SBML text to the first curve in a fresh process, without and with the cache."""
    import tempfile  # noqa: PLC0415 - only here

    lines = ["### From text to the first curve", "| states | nothing kept | fresh process, from the cache | again |"]
    lines[-1] += "\n|---|---|---|---|"
    for size in (45, 150):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "model.xml"
            file.write_text(engine.to_sbml(star(size)), encoding="utf-8")
            variables = {**os.environ, "SPECIOSA_CACHE": folder}
            first, second = (
                subprocess.run(  # noqa: S603 - our own code in our own interpreter
                    [sys.executable, "-c", _COLD, str(file)], env=variables, check=True, capture_output=True, text=True
                ).stdout.splitlines()
                for _ in range(2)
            )
            cold, warm, again = (float(line.split()[0]) for line in (first[0], second[0], second[2]))
            lines[-1] += f"\n| {size} | {cold:.2f} s | {1e3 * warm:.0f} ms | {1e3 * again:.0f} ms |"
    return "\n\n".join([*lines, "Importing the engine (NumPy, libSBML, LLVM) is not counted; it takes half a second."])


def star(states: int) -> str:
    """Tissues around a pool with saturable loss, as Antimony text."""
    tissues = range(states - 1)
    out = "".join(f" - {1 + i % 7} * (B - T{i} / {2 + i % 5})" for i in tissues)
    rates = "".join(f"  T{i}' = {1 + i % 7} * (B - T{i} / {2 + i % 5}) - 0.1 * T{i} / (1 + T{i});\n" for i in tissues)
    starts = "".join(f"  T{i} = 0;" for i in tissues)
    return f"model star()\n  B = 100;\n{starts}\n  B' = -20 * B / (3 + B){out};\n{rates}end"


def _counts(result: engine.Result) -> str:
    return ", ".join(f"{number} {word}" for word, number in result.counts().items())


def _machine() -> str:
    target = _native.machine()
    llvm = importlib.metadata.version("llvmlite")
    return (
        f"{platform.system()} on {target.cpu} ({platform.machine()}), {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, NumPy {np.__version__}, llvmlite {llvm}."
    )


if __name__ == "__main__":
    sys.exit(main())
