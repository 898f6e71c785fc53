"""What the benchmark computes: a model, its people, their doses, what is watched and when."""

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from engine_models import body_values  # noqa: E402 - lies with the tests
from speciosa import engine, models  # noqa: E402 - after it, so that both are together
from speciosa.errors import EngineError  # noqa: E402 - the same

FOLDER = Path(os.environ.get("SPECIOSA_BENCHMARK_MODELS", ROOT.parent / "shared" / "benchmark-models"))


@dataclass(frozen=True, eq=False)
class Case:
    """One thing to compute.

    Attributes:
        name: what it is called in the tables and budgets.
        title: what it is, in a sentence.
        model: the model.
        outputs: what is watched.
        vary: what differs between people.
        table: their numbers, (people, vary).
        times: when outputs are wanted.
        doses: (time, amount) pairs, ascending.
        into: the state that receives them.
        rtol: relative tolerance.
        atol: absolute tolerance.
        judged: how many people the slower peers compute.
    """

    name: str
    title: str
    model: engine.Model = field(repr=False)
    outputs: tuple[str, ...]
    vary: tuple[str, ...]
    table: np.ndarray = field(repr=False)
    times: np.ndarray = field(repr=False)
    doses: tuple[tuple[float, float], ...]
    into: str
    rtol: float
    atol: float
    judged: int

    @property
    def dosing(self) -> engine.Dosing:
        """The doses."""
        when, much = zip(*self.doses, strict=True)
        return engine.Dosing(when, self.into, much)


def pbpk45(people: int) -> Case:
    """44 states, 21 doses of which the first is the initial value, 169 output times."""
    text = _read("pbpk45.xml")
    # the later doses are events of the file; here they are a Dosing
    model = engine.load(re.sub(r"<listOfEvents>.*</listOfEvents>", "", text, flags=re.DOTALL))
    spread = {
        "BW": 0.15, "fCO": 0.15, "Vmax3": 0.5, "Km3": 0.3, "Vmax2": 0.7, "Vmax3g": 0.5, "Vmax3M": 0.4, "fup": 0.2,
        "KpP": 0.25, "KpM": 0.25, "ka": 0.4, "kge": 0.3, "kinact": 0.3, "kdegL": 0.25, "EC50": 0.4,
    }  # fmt: skip
    return Case(
        name="pbpk45",
        title="a body of 44 states (saturable enzymes, inactivation, receptor, effect with a Hill power), 21 doses",
        model=model,
        outputs=("CvP", "CvM", "Ce", "Eff", "Tol"),
        vary=tuple(spread),
        table=_log_normal([model.parameters[name] for name in spread], list(spread.values()), people),
        times=np.arange(0.0, 169.0),
        doses=tuple((8.0 * dose, model.parameters["DOSE"]) for dose in range(1, 21)),
        into="L1",
        rtol=1e-6,
        atol=1e-9,
        judged=12,
    )


def dapagliflozin(people: int) -> Case:
    """A published body (doi:10.5281/zenodo.5525390): one oral dose, two days, 500 output times."""
    model = engine.load(_read("dapagliflozin_body_flat.xml"))
    # no volumes: libRoadRunner keeps amounts when a compartment that follows from a number changes its size
    spread = {"KI__D3GEX_k": 0.3, "GU__F_dap_abs": 0.1, "DAP2D3G_Vmax": 0.3, "GU__DAPABS_k": 0.3, "KI__DAPEX_k": 0.3}
    return Case(
        name="dapagliflozin",
        title="the body of dapagliflozin by M. König and others, one oral dose, 48 h, 500 output times",
        model=model,
        outputs=("Cve_dap", "Cve_d3g", "Aurine_dap", "KI__UGE"),
        vary=tuple(spread),
        table=_log_normal([model.parameters[name] for name in spread], list(spread.values()), people),
        times=np.linspace(0.0, 2880.0, 500),
        doses=((0.0, 10.0),),
        into="PODOSE_dap",
        rtol=1e-6,
        atol=1e-12,
        judged=20,
    )


def body(people: int) -> Case:
    """The shipped body with two compounds and the tolerances of an assessment."""
    assembly = models.assemble(("mitragynine", "hydroxymitragynine"), effects=True)
    middle = np.array(list(body_values(assembly.symbols, 1).values()))
    return Case(
        name="body",
        title="the shipped body with two compounds at the tolerances of an assessment, six doses",
        model=engine.load(assembly.sbml),
        outputs=("mitragynine_blood_C_plasma", "hydroxymitragynine_blood_C_plasma", "MOR_occupancy", "CYP3A_liver_E"),
        vary=tuple(symbol.name for symbol in assembly.symbols),
        table=_log_normal(middle, [0.3] * len(middle), people),
        times=np.arange(0.0, 48.5, 0.5),
        doses=tuple((8.0 * dose, 100_000.0) for dose in range(6)),
        into="mitragynine_lumen_U_stomach",
        rtol=1e-5,
        atol=1e-6,
        judged=12,
    )


MAKERS = {"pbpk45": pbpk45, "dapagliflozin": dapagliflozin, "body": body}


def make(name: str, people: int) -> Case | str:
    """A case, or one sentence that says why there is none."""
    try:
        return MAKERS[name](people)
    except FileNotFoundError as error:
        return f"{error.filename} is missing; set SPECIOSA_BENCHMARK_MODELS to the folder that holds it"
    except EngineError as error:
        return f"the engine does not read it yet: {error}"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _log_normal(middle: list[float] | np.ndarray, spread: list[float], people: int) -> np.ndarray:
    drawn = np.random.default_rng(7).standard_normal((people, len(spread)))
    return np.asarray(middle) * np.exp(np.asarray(spread) * drawn)
