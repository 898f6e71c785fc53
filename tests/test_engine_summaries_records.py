"""Summaries beside what else a run can have: given states, a start, a steady state, resets, records of one's own."""

import numpy as np
import pytest

from engine_models import BOUND, ORAL
from speciosa import engine
from speciosa.errors import EngineError

TIMES = np.linspace(0, 24, 25)
PEOPLE = np.array([[1.2, 5.0], [0.8, 3.0], [2.0, 7.0]])
WANTED = {"C": ("cmax", "trough", "auc"), "gut": "auc"}


@pytest.fixture(scope="module")
def kernel():
    return engine.compile(engine.load(ORAL), ("C", "gut"), ("ka", "CL"), cache=False)


def area(kernel, dosing, **options):
    """The area under C by a fine grid of the curves; the dose moments are on it."""
    fine = np.linspace(options.get("start") or 0.0, 24, 48001)
    curves = kernel.simulate(PEOPLE, fine, dosing, rtol=1e-9, atol=1e-12, **options)
    return np.trapezoid(curves.output("C"), fine, axis=1)


@pytest.mark.parametrize("initial", [{"central": 100.0}, [0.0, 100.0], np.tile([0.0, 100.0], (3, 1))])
def test_given_states(kernel, initial):
    dosing = engine.Dosing(0, "gut", 50.0)
    result = kernel.simulate(PEOPLE, TIMES, dosing, summaries=WANTED, initial=initial)

    np.testing.assert_allclose(result.summary("C", "auc")[:, 0], area(kernel, dosing, initial=initial), rtol=1e-6)


def test_a_later_start(kernel):
    dosing = engine.Dosing([0, 8], "gut", [90.0, 40.0])
    options = {"start": 4.0, "initial": {"central": 60.0}}
    result = kernel.simulate(PEOPLE, TIMES[4:], dosing, summaries=WANTED, **options)

    assert result.summaries.windows.tolist() == [[4, 24]]
    np.testing.assert_allclose(result.summary("C", "auc")[:, 0], area(kernel, dosing, **options), rtol=1e-5)
    with pytest.raises(EngineError, match="window 3 to 5 is not in order between the start 4"):
        kernel.simulate(PEOPLE, TIMES[4:], dosing, summaries=WANTED, window=(3, 5), **options)


def test_final_states_are_those_of_the_model(kernel):
    dosing = engine.Dosing([0, 8], "gut", [90.0, 40.0])
    both = kernel.simulate(PEOPLE, TIMES, dosing, summaries=WANTED, final=True)
    alone = kernel.simulate(PEOPLE, TIMES, dosing, final=True)

    assert both.final.shape == (3, 2)
    np.testing.assert_allclose(both.final, alone.final, rtol=1e-5, atol=1e-7)


def test_from_rest_with_formulas():
    outputs = {"mg": "1000 * C", "E": "E"}
    kernel = engine.compile(engine.load(BOUND), outputs, ("kdeg",), cache=False)
    dosing = engine.Dosing(0, "gut", 90.0)
    result = kernel.simulate(
        {"kdeg": [0.03, 0.05]}, TIMES, dosing, initial="steady", summaries={"mg": "auc", "E": ("auc", "cmin")}
    )
    fine = np.linspace(0, 24, 48001)
    curves = kernel.simulate({"kdeg": [0.03, 0.05]}, fine, dosing, initial="steady", rtol=1e-9, atol=1e-12)

    assert result.counts() == {"ok": 2}
    for name in outputs:
        expected = np.trapezoid(curves.output(name), fine, axis=1)
        np.testing.assert_allclose(result.summary(name, "auc")[:, 0], expected, rtol=1e-6)


def records(*, ss=0, reset=False, **more):
    found = [{"TIME": 0, "AMT": 100, "CMT": "gut", "EVID": 1, **more}]
    if ss:
        found.append({"TIME": 8, "AMT": 100, "CMT": "gut", "EVID": 1, "SS": ss, "II": 8, **more})
    if reset:
        found.append({"TIME": 5, "EVID": 3, "AMT": 0, "CMT": "gut", **more})
    return sorted(found, key=lambda record: record["TIME"])


@pytest.mark.parametrize("given", [{"ss": 1}, {"ss": 2}, {"reset": True}])
def test_an_area_goes_on_when_states_are_replaced(kernel, given):
    dosing = engine.Dosing.from_records(records(**given))
    result = kernel.simulate(PEOPLE, TIMES, dosing, summaries=WANTED)

    np.testing.assert_allclose(
        result.summary("C", "auc")[:, 0], area(kernel, dosing), rtol=1e-3
    )  # jumps lie on the grid
    parts = kernel.simulate(PEOPLE, TIMES, dosing, summaries=WANTED, window=[(0, 5), (5, 8), (8, 24)])
    np.testing.assert_allclose(parts.summary("C", "auc").sum(axis=1), result.summary("C", "auc")[:, 0], rtol=1e-6)


def test_records_of_ones_own_do_not_change_the_summaries_of_others(kernel):
    both = [
        record | {"ID": person, "TIME": record["TIME"] + 0.37 * person} for person in range(3) for record in records()
    ]
    other = [record if record["ID"] < 2 else record | {"TIME": 3.21} for record in both]
    one, two = (
        kernel.simulate(PEOPLE, TIMES, engine.Dosing.from_records(found), summaries=WANTED) for found in (both, other)
    )

    np.testing.assert_array_equal(one.summaries.times, TIMES)
    np.testing.assert_array_equal(one.summaries.values[:2], two.summaries.values[:2])
    assert (one.summaries.values[2] != two.summaries.values[2]).any()
    with pytest.raises(EngineError, match="no dose, the same for all"):
        kernel.simulate(PEOPLE, TIMES, engine.Dosing.from_records(both), summaries=WANTED, window="dosing interval")
