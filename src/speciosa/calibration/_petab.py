"""The fitting problem for other tools: PEtab, version 1, with the tea study in its median person.

What PEtab can say, it says: priors, Cmax at the median tmax, area and half-life over the window of the study. What it
cannot say is left out by name in the file ``README.txt``: the time of a peak, and parameters that do more than scale
numbers of the model.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from speciosa import engine, exposure, knowledge, models
from speciosa.calibration._predict import doses, needed
from speciosa.calibration._problem import STRUCTURE, Problem, quantile
from speciosa.calibration._studies import Study, Target, studies
from speciosa.cases import Simulation
from speciosa.knowledge import Choice
from speciosa.people import Who

Array = NDArray[np.float64]

STUDY = "k51-tea"
PEOPLE = 501  # whose medians make the median person
CONDITION = "tea"
OF = "p_"  # before the name of a parameter, since a symbol of the model can have the same name
EXACT = 1e-6  # how well a power of a parameter must give the number of the model
STEP = 0.2  # in standard deviations of the prior: small enough that no share passes one
_BOUND = 4.0  # bounds of a parameter, in standard deviations of its prior
_SEEN_IN_90_PERCENT = 1.6448536269514722
_FILES = {
    "sbml_files": "model.xml",
    "condition_files": "conditions.tsv",
    "observable_files": "observables.tsv",
    "measurement_files": "measurements.tsv",
}


@dataclass(frozen=True)
class _Scaled:
    """How the free parameters scale the numbers of the median person.

    Attributes:
        free: the parameters that only scale.
        base: symbol or dosed state → its value at the shipped middle.
        powers: symbol or dosed state → parameter → power.
    """

    free: tuple[Choice, ...]
    base: Mapping[str, float]
    powers: Mapping[str, Mapping[str, float]]


def petab_export(folder: Path) -> Path:
    """Write the problem as PEtab.

    Args:
        folder: where the files go; made if it is not there.

    Returns:
        The file ``problem.yaml``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    study = studies()[STUDY]
    whole = Problem.of(1)
    problem = whole.only(knowledge.posterior().parameters)
    scaled, assembly = _scaled(problem, study)
    observed = [t for t in problem.observed if t.study == STUDY]
    said = [t for t in observed if not t.figure.endswith(".tmax")]
    peaks = {t.figure.partition(".")[0]: t.observed for t in observed if t.figure.endswith(".tmax")}
    compounds = {c.name: c for c in assembly.compounds}
    plasma = {name: c.plasma for name, c in compounds.items()}
    windows = {name: study.window(name) for name in compounds}
    (folder / "model.xml").write_text(_model(assembly, scaled, plasma, windows), encoding="utf-8")
    _table(folder / "conditions.tsv", [{"conditionId": CONDITION}])
    _table(folder / "observables.tsv", [_observable(t, plasma, windows) for t in said])
    _table(folder / "measurements.tsv", [_measurement(t, peaks, windows) for t in said])
    _table(folder / "parameters.tsv", [_parameter(choice) for choice in scaled.free])
    left = [name for name in problem.names if name not in {choice.name for choice in scaled.free}]
    (folder / "README.txt").write_text(_readme(left), encoding="utf-8")
    return _problem_file(folder)


def _scaled(problem: Problem, study: Study) -> tuple[_Scaled, models.Assembly]:
    """Find out which parameters only scale: one step up and one down must say the same power."""
    known = knowledge.load()
    middle = np.array([quantile(c, known.parameter(c.name).median) for c in problem.free])
    step = STEP * np.eye(middle.size)
    points = np.concatenate([middle[None, :], middle + step, middle - step])
    numbers, assembly = _numbers(problem, study, points)
    own = problem.draws(points).values
    free: list[Choice] = []
    powers: dict[str, dict[str, float]] = {name: {} for name in numbers}
    for i, choice in enumerate(problem.free):
        up, down = 1 + i, 1 + middle.size + i
        parameter = own[choice.name]
        found = {name: _power(value, parameter, up, down) for name, value in numbers.items()}
        if all(power is not None for power in found.values()) and any(found.values()):
            free.append(choice)
            for name, power in found.items():
                if power:
                    powers[name][choice.name] = power
    base = {name: float(value[0]) for name, value in numbers.items()}
    return _Scaled(tuple(free), base, {name: of for name, of in powers.items() if of}), assembly


def _power(value: Array, parameter: Array, up: int, down: int) -> float | None:
    """Power of the parameter in a number; ``None`` where it is no power."""
    if value[up] == value[0] == value[down]:
        return 0.0
    if min(value[0], value[up], value[down], parameter[0], parameter[down]) <= 0.0:
        return None
    both = [np.log(value[i] / value[0]) / np.log(parameter[i] / parameter[0]) for i in (up, down)]
    return round(float(both[0]), 6) if abs(both[0] - both[1]) < EXACT else None


def _numbers(problem: Problem, study: Study, points: Array) -> tuple[dict[str, Array], models.Assembly]:
    """Symbols of the model and amounts swallowed by the median person at every point, (points,)."""
    draws = problem.draws(points)
    simulation = Simulation(people=PEOPLE, draws=draws.count - 1, seed=problem.seed)
    at = exposure.setting(Who(), study.form, simulation, needed(study), draws=draws, draw_people=1)
    _, states, amounts = doses(study, at)
    of_draw = np.concatenate([[0], np.arange(PEOPLE, len(amounts))])
    numbers = {**exposure.median_person(at, at.draws).values, **dict(zip(states, amounts[of_draw].T, strict=True))}
    return numbers, at.assembly


def _model(
    assembly: models.Assembly, scaled: _Scaled, plasma: Mapping[str, str], windows: Mapping[str, tuple[float, float]]
) -> str:
    """The body with its parameters, a running area for each compound, and what was seen where its window begins."""
    states = [name for name in scaled.base if "_lumen_" in name]
    symbols = {s.name: scaled.base[s.name] for s in assembly.symbols}
    text = models.assemble([c.id for c in assembly.compounds], symbols).antimony
    lines = [f"  {OF}{choice.name} = {_middle(choice)!r};" for choice in scaled.free]
    for name in (*symbols, *states):
        factors = [
            f"({OF}{p} / {_middle(_choice(scaled, p))!r})^{power!r}" for p, power in scaled.powers.get(name, {}).items()
        ]
        if factors or name in states:
            lines.append(f"  {name} = {' * '.join([repr(scaled.base[name]), *factors])};")
    for name, symbol in plasma.items():
        of = _id(name)
        lines += [f"  auc_{of} = 0; auc_{of}' = {symbol};", f"  var seen_{of} = 1;"]
        lines.append(f"  at (time >= {windows[name][0]!r}): seen_{of} = {symbol};")
    return engine.to_sbml(text.replace("\nend\n", "\n" + "\n".join(lines) + "\nend\n"))


def _choice(scaled: _Scaled, name: str) -> Choice:
    return next(choice for choice in scaled.free if choice.name == name)


def _middle(choice: Choice) -> float:
    return knowledge.load().parameter(choice.name).median


def _id(name: str) -> str:
    return models.network().compound(name).id


def _observable(
    target: Target, plasma: Mapping[str, str], windows: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    name, _, figure = target.figure.partition(".")
    of, symbol = _id(name), plasma[name]
    start, end = windows[name]
    rate = f"((ln(seen_{of}) - ln({symbol})) / {end - start!r})"
    formula = {"cmax": symbol, "auc": f"auc_{of} + {symbol} / {rate}", "half_life": f"ln(2) / {rate}"}[figure]
    return {
        "observableId": f"observed_{figure}_{of}",
        "observableFormula": formula,
        "observableTransformation": "log",
        "noiseFormula": f"{np.hypot(target.log_se, STRUCTURE):.6g}",
        "noiseDistribution": "normal",
    }


def _measurement(
    target: Target, peaks: Mapping[str, float], windows: Mapping[str, tuple[float, float]]
) -> dict[str, str]:
    name, _, figure = target.figure.partition(".")
    return {
        "observableId": f"observed_{figure}_{_id(name)}",
        "simulationConditionId": CONDITION,
        "time": f"{peaks[name] if figure == 'cmax' else windows[name][1]:g}",
        "measurement": f"{target.observed:g}",
    }


def _parameter(choice: Choice) -> dict[str, str]:
    ends = [float(v) for v in exposure.sample(choice, np.array([-_BOUND, _BOUND]))]
    kind, numbers = "logNormal", (np.log(choice.median), np.log(choice.gsd))
    if choice.kind != "lognormal":
        low, high = exposure.sample(choice, np.array([-_SEEN_IN_90_PERCENT, _SEEN_IN_90_PERCENT]))
        kind, numbers = "normal", (choice.median, (high - low) / (2.0 * _SEEN_IN_90_PERCENT))
    return {
        "parameterId": f"{OF}{choice.name}",
        "parameterScale": "log10" if ends[0] > 0.0 else "lin",
        "lowerBound": f"{ends[0]:.6g}",
        "upperBound": f"{ends[1]:.6g}",
        "nominalValue": f"{_middle(choice):.6g}",
        "estimate": "1",
        "objectivePriorType": kind,
        "objectivePriorParameters": ";".join(f"{n:.6g}" for n in numbers),
    }


def _readme(left: Sequence[str]) -> str:
    return "\n".join(_told(left)) + "\n"


def _told(left: Sequence[str]) -> Iterator[str]:
    yield "The calibration of Speciosa as a PEtab problem: the tea study, in its median person."
    yield "Cmax is compared at the median tmax, since PEtab has no word for the highest point; tmax itself is left out."
    yield "Priors of shares, which are normal in the log odds, stand here as normal with the same 90 % interval."
    yield "A share that the gut reaches never passes one in Speciosa; nothing holds it here."
    yield "Parameters that do more than scale numbers of the model stay at their middle: " + (", ".join(left) or "none")


def _problem_file(folder: Path) -> Path:
    content = {
        "format_version": 1,
        "parameter_file": "parameters.tsv",
        "problems": [{key: [name] for key, name in _FILES.items()}],
    }
    path = folder / "problem.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def _table(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
