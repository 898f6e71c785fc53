"""The shipped body, every state of it, compared with libRoadRunner; and a published-style benchmark model."""

from pathlib import Path

import libsbml
import numpy as np
import pytest

from engine_models import body_values, curves, disagreement, judge
from speciosa import engine, models

WHOLE = ("mitragynine", "hydroxymitragynine", "midazolam", "alprazolam")
DOSES = [
    (0.0, "mitragynine_lumen_D_stomach", 40_000.0),
    (0.0, "mitragynine_lumen_U_stomach", 80_000.0),
    (4.0, "mitragynine_lumen_D_stomach", 40_000.0),
]
MORE = [
    (0.0, "hydroxymitragynine_lumen_D_stomach", 2_000.0),
    (1.0, "midazolam_lumen_D_stomach", 9_000.0),
    (6.0, "alprazolam_lumen_D_stomach", 3_000.0),
]
TIMES = np.linspace(0, 24, 61)
BENCHMARK = Path(__file__).parents[2] / "shared" / "benchmark-models" / "pbpk45.xml"


@pytest.mark.parametrize(
    ("compounds", "doses", "seed"),
    [(WHOLE, DOSES + MORE, 1), (WHOLE, DOSES + MORE, 2), (WHOLE[:2], DOSES, 3), (WHOLE[:1], DOSES, 4)],
)
def test_every_state_and_many_rules_of_the_body(compounds, doses, seed):
    symbols = models.assemble(compounds, effects=True).symbols
    sbml = models.assemble(compounds, body_values(symbols, seed), effects=True).sbml
    model = engine.load(sbml)
    outputs = (*model.states, *model.observables[::9])

    expected = judge(sbml, outputs, TIMES, doses, absolute=1e-9)

    # ours move by less than 1e-9 with a finer tolerance; the rest is the judge's
    assert disagreement(curves(sbml, outputs, TIMES, doses), expected) < 2e-6
    # the tolerances with which assessments are run
    assert disagreement(curves(sbml, outputs, TIMES, doses, rtol=1e-5, atol=1e-6), expected) < 1e-3


def test_the_body_with_every_symbol_varied_is_the_body_with_the_numbers_written_in():
    assembly = models.assemble(WHOLE[:2], effects=True)
    names = tuple(symbol.name for symbol in assembly.symbols)
    people = [body_values(assembly.symbols, seed) for seed in (5, 6)]
    outputs = ("mitragynine_blood_C_plasma", "hydroxymitragynine_brain_Cu", "MOR_occupancy", "CYP3A_liver_E")
    dosing = engine.Dosing(*zip(*DOSES, strict=True))
    varied = engine.compile(engine.load(assembly.sbml), outputs, names, cache=False)
    table = np.array([[person[name] for name in names] for person in people])

    found = varied.simulate(table, TIMES, dosing, rtol=1e-9, atol=1e-9).values

    for person, values in zip(people, found, strict=True):
        written = curves(models.assemble(WHOLE[:2], person, effects=True).sbml, outputs, TIMES, DOSES, atol=1e-9)
        assert disagreement(values, written) < 1e-7


@pytest.mark.reference
@pytest.mark.skipif(not BENCHMARK.exists(), reason="the benchmark models are not here")
def test_the_benchmark_model_with_its_doses():
    document = libsbml.readSBMLFromFile(str(BENCHMARK))
    model = document.getModel()
    state = next(a.getVariable() for event in model.getListOfEvents() for a in event.getListOfEventAssignments())
    while model.getNumEvents():
        model.removeEvent(0)
    text = libsbml.writeSBMLToString(document)
    outputs = engine.load(text).states
    doses = [(8.0 * k, state, 50.0) for k in range(1, 6)]
    times = np.linspace(0, 48, 97)

    assert len(outputs) == 44
    assert disagreement(curves(text, outputs, times, doses), judge(text, outputs, times, doses, absolute=1e-14)) < 1e-6
