"""Derivatives of outputs by parameters: closed forms, differences, CVODES, and the same bits everywhere."""

import pickle
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import roadrunner

from engine_models import BOUND, MIXED, ORAL, judge
from speciosa import engine
from speciosa.errors import EngineError

TIMES = np.linspace(0, 24, 25)
TIGHT = {"rtol": 1e-9, "atol": 1e-12}
REFERENCE = Path(__file__).parents[2] / "shared" / "benchmark-models" / "pbpk45.xml"
ROBERTSON = """
model robertson()
  compartment box = 1; species a in box, b in box, c in box;
  a = 1; b = 0; c = 0; p1 = 0.04; p2 = 1e4; p3 = 3e7;
  J1: a -> b; p1 * a;
  J2: b -> a; p2 * b * c;
  J3: b -> c; p3 * b^2;
end
"""
BOUND_BY = ("ka", "CL", "V", "Q", "Kp", "Km", "kinact", "kdeg", "kon", "n", "EC50", "E")
BOUND_OUT = ("C", "E", "effect", "R", "lose")
BOUND_DOSES = engine.Dosing([0, 6, 6, 13], ("gut", "gut", "blood", "gut"), [90.0, 40.0, 5.0, 60.0], [0, 0, 0, 15.0])


@cache
def kernel(text, outputs, by, lanes=None, *, controlled=True, vary=None):
    names = tuple(name for name in by if not name.startswith("dose:"))
    return engine.compile(
        engine.load(text),
        outputs,
        vary or names,
        lanes,
        cache=False,
        sensitivities=by,
        control_sensitivities=controlled,
    )


def slopes(text, outputs, by, times, dosing=None, **options):
    result = kernel(text, outputs, by).simulate({}, times, dosing, **(TIGHT | options))
    assert result.counts() == {"ok": 1}
    return result


def bound_people(count=60, seed=1):
    start = engine.load(BOUND).parameters
    generator = np.random.default_rng(seed)
    return np.array([start[name] for name in BOUND_BY]) * np.exp(
        0.3 * generator.standard_normal((count, len(BOUND_BY)))
    )


def assert_same_bits(one, other):
    for name in ("values", "derivatives", "status", "steps"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_one_compartment_after_two_boluses():
    result = slopes(ORAL, ("C",), ("CL", "V", "central"), TIMES, engine.Dosing([0.0, 9.0], "central", [100.0, 40.0]))

    CL, V, parts = 5.0, 30.0, ((0, 100.0), (9, 40.0))
    after = [np.where(start <= TIMES, amount * np.exp(-CL / V * (TIMES - start)), 0) / V for start, amount in parts]
    by_cl = sum(-np.maximum(TIMES - start, 0) / V * part for start, part in zip((0, 9), after, strict=True))
    by_v = sum((CL * np.maximum(TIMES - s, 0) / V - 1) / V * part for s, part in zip((0, 9), after, strict=True))
    np.testing.assert_allclose(result.output("C")[0], sum(after), rtol=1e-8)
    np.testing.assert_allclose(result.sensitivity("C", "CL")[0], by_cl, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(result.sensitivity("C", "V")[0], by_v, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(result.sensitivity("C", "central")[0], np.exp(-CL / V * TIMES) / V, rtol=1e-7)


def test_an_initial_value_that_follows_from_a_parameter():
    text = "model m()\n k = 0.3; x = 5 * k^2; x' = -k * x;\nend"
    found = slopes(text, ("x",), ("k",), TIMES).sensitivity("x", "k")[0]

    np.testing.assert_allclose(found, (10 * 0.3 - 5 * 0.3**2 * TIMES) * np.exp(-0.3 * TIMES), rtol=1e-7, atol=1e-10)


def test_a_dose_into_a_concentration_depends_on_the_volume():
    text = "model m()\n compartment blood = 4; species B in blood; B = 0; k = 0.2;\n go: B -> ; blood * k * B;\nend"
    doses = engine.Dosing([0.0, 2.5], "B", [10.0, 6.0], rate=[0.0, 1.5])
    result = slopes(text, ("B",), ("blood", "dose:B"), TIMES, doses)

    during = 1.5 / 0.2 * (1 - np.exp(-0.2 * np.clip(TIMES - 2.5, 0, 4))) * np.exp(-0.2 * np.maximum(TIMES - 6.5, 0))
    exact = (10 * np.exp(-0.2 * TIMES) + during) / 4
    np.testing.assert_allclose(result.output("B")[0], exact, rtol=1e-8)
    np.testing.assert_allclose(result.sensitivity("B", "blood")[0], -exact / 4, rtol=1e-7)
    np.testing.assert_allclose(result.sensitivity("B", "dose:B")[0], exact, rtol=1e-7)


def test_a_factor_on_the_doses_of_one_state_leaves_the_others_out():
    doses = engine.Dosing([0, 3], ("gut", "central"), [100.0, 50.0])
    result = slopes(ORAL, ("central",), ("dose:gut", "dose:central"), TIMES, doses)

    parts = [result.sensitivity("central", f"dose:{name}")[0] for name in ("gut", "central")]
    np.testing.assert_allclose(sum(parts), result.output("central")[0], rtol=1e-7, atol=1e-9)  # linear in the doses
    np.testing.assert_allclose(parts[1], np.where(TIMES >= 3, 50 * np.exp(-(TIMES - 3) / 6), 0), rtol=1e-7, atol=1e-9)


def test_outputs_that_are_parameters_rules_and_rates():
    result = slopes(ORAL, ("V", "ka", "lose", "C"), ("V", "CL"), [0.0, 2.0], engine.Dosing(0, "central", 60.0))

    assert result.sensitivity("V", "V")[0].tolist() == [1.0, 1.0]
    assert result.sensitivity("ka", "V")[0].tolist() == [0.0, 0.0]
    lose, C = result.output("lose")[0], result.output("C")[0]
    np.testing.assert_allclose(lose, 5.0 * C, rtol=1e-12)
    np.testing.assert_allclose(
        result.sensitivity("lose", "CL")[0], C + 5.0 * result.sensitivity("C", "CL")[0], rtol=1e-10, atol=1e-12
    )


def test_time_in_the_right_side():
    text = "model m()\n w = 2; k = 1; x = 0; x' = sin(w * time) - k * x; y := w * x + time * w^2;\nend"
    times = np.linspace(0, 10, 41)
    result = slopes(text, ("x", "y"), ("w", "k"), times)

    def exact(w, k):
        return (k * np.sin(w * times) - w * np.cos(w * times) + w * np.exp(-k * times)) / (k * k + w * w)

    by_w, by_k = exact(2 + 1e-30j, 1).imag / 1e-30, exact(2, 1 + 1e-30j).imag / 1e-30  # exact: the complex step
    np.testing.assert_allclose(result.sensitivity("x", "w")[0], by_w, atol=3e-8)
    np.testing.assert_allclose(result.sensitivity("x", "k")[0], by_k, atol=3e-8)
    np.testing.assert_allclose(
        result.sensitivity("y", "w")[0], exact(2, 1) + 2 * by_w + 4 * times, rtol=1e-7, atol=1e-7
    )


def test_the_order_of_the_method_is_kept():
    # fixed steps: halving them divides an error of order 5 by 32; without the block N it is 2
    text = "model m()\n k = 1.3; x = 0.4; x' = k * x * (1 - x) - 0.1 * x^3; z = 0; z' = x * time - z;\nend"
    exact = slopes(text, ("x", "z"), ("k", "x"), [2.0], rtol=1e-13, atol=1e-15).derivatives[0, 0]
    errors = []
    for count in (8, 16, 32):
        stops = engine.Dosing(np.linspace(0, 2, count + 1), "x", 0.0)  # a dose of nothing is a stop
        run = kernel(text, ("x", "z"), ("k", "x"))
        found = run.simulate({}, [2.0], stops, rtol=0.9, atol=1e3)
        assert found.counts() == {"ok": 1}
        errors.append(np.abs(found.derivatives[0, 0] - exact).max())

    steps = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    assert (steps > 4.5).all(), errors


@pytest.fixture(scope="module")
def bound():
    run = kernel(BOUND, BOUND_OUT, BOUND_BY)
    return run.simulate(bound_people(), TIMES, BOUND_DOSES, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("name", BOUND_BY)
def test_against_central_differences(bound, name):
    table, column = bound_people(), BOUND_BY.index(name)
    plain = kernel(BOUND, BOUND_OUT, (), vary=BOUND_BY)

    def difference(size):
        moved = [table.copy(), table.copy()]
        moved[0][:, column] *= 1 + size
        moved[1][:, column] *= 1 - size
        up, down = (plain.simulate(one, TIMES, BOUND_DOSES, rtol=1e-12, atol=1e-15).values for one in moved)
        return (up - down) / (2 * size * table[:, column, None, None])

    found = np.stack([bound.sensitivity(output, name) for output in BOUND_OUT], axis=-1)
    errors = []
    for size in (1e-2, 3e-3, 1e-3, 3e-4):
        expected = (4 * difference(size / 2) - difference(size)) / 3  # Richardson: the error falls with size^4
        # per unit of relative change of the parameter, on the scale of the curve
        weight = table[:, column, None, None] / (np.abs(bound.values).max(axis=1, keepdims=True))
        errors.append(np.abs((found - expected) * weight).max())
    assert min(errors) < 2e-7, errors


def test_without_a_say_in_the_step_the_curves_are_those_of_the_plain_kernel():
    table = bound_people()
    plain = kernel(BOUND, BOUND_OUT, (), vary=BOUND_BY).simulate(table, TIMES, BOUND_DOSES)
    free = kernel(BOUND, BOUND_OUT, BOUND_BY, controlled=False).simulate(table, TIMES, BOUND_DOSES)
    steered = kernel(BOUND, BOUND_OUT, BOUND_BY).simulate(table, TIMES, BOUND_DOSES)

    np.testing.assert_array_equal(free.values, plain.values)
    np.testing.assert_array_equal(free.steps, plain.steps)
    assert (steered.steps >= plain.steps).all()


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
def test_lanes_and_chunks_change_no_bit(bound, lanes):
    run = kernel(BOUND, BOUND_OUT, BOUND_BY, lanes)

    again = run.simulate(bound_people(), TIMES, BOUND_DOSES, rtol=1e-8, atol=1e-11, threads=2, chunk=7)
    assert_same_bits(again, bound)


def test_a_person_alone_and_beside_one_who_fails(bound):
    table = bound_people()
    table[3, 0] = np.nan
    table[4, 2] = 0.0
    run = kernel(BOUND, BOUND_OUT, BOUND_BY)
    crowd = run.simulate(table, TIMES, BOUND_DOSES, rtol=1e-8, atol=1e-11)
    alone = run.simulate(table[7:8], TIMES, BOUND_DOSES, rtol=1e-8, atol=1e-11)

    assert crowd.counts() == {"ok": 58, "not a number": 1, "bad parameter": 1}
    assert np.isnan(crowd.derivatives[[3, 4]]).all()
    np.testing.assert_array_equal(crowd.derivatives[crowd.ok], bound.derivatives[crowd.ok])
    np.testing.assert_array_equal(alone.derivatives[0], bound.derivatives[7])


def cvodes(text, by, outputs, end, points, **tolerances):
    """Forward sensitivities by CVODES as libRoadRunner runs it: times, and (times, parameters, outputs)."""
    runner = roadrunner.RoadRunner(engine.load(text).sbml)
    runner.integrator.relative_tolerance = tolerances["rtol"]
    runner.integrator.absolute_tolerance = tolerances["atol"]
    times, found, _, names = runner.timeSeriesSensitivities(0, end, points, params=list(by), species=list(outputs))
    return times, found[:, :, [list(names).index(name) for name in outputs]]


def test_robertson_against_cvodes_and_its_published_values():
    by, outputs = ("p1", "p2", "p3"), ("a", "b", "c")
    times, theirs = cvodes(ROBERTSON, by, outputs, 40.0, 9, rtol=1e-11, atol=1e-16)
    result = slopes(ROBERTSON, outputs, by, np.insert(times, 1, 0.4), rtol=1e-9, atol=1e-14)
    ours = np.stack([[result.sensitivity(o, p)[0] for o in outputs] for p in by]).transpose(2, 0, 1)

    scale = np.abs(theirs) + 1e-3 * np.abs(theirs).max(axis=0)
    shared = np.delete(ours, 1, axis=0)
    assert np.max(np.abs(shared - theirs)[1:] / scale[1:]) < 1e-5
    # A. C. Hindmarsh and others, Example Programs for CVODES (SUNDIALS): cvsRoberts_FSA_dns at t = 0.4
    np.testing.assert_allclose(
        ours[1],
        [[-3.5595e-01, 3.9025e-04, 3.5556e-01], [9.5431e-08, -2.1309e-10, -9.5218e-08],
         [-1.5833e-11, -5.2900e-13, 1.6362e-11]],
        rtol=3e-4,
    )  # fmt: skip


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.exists(), reason="the benchmark models are not at hand")
def test_a_body_against_differences_of_libroadrunner():
    # its own forward sensitivities are 0 where states have rate rules, as here
    text = re.sub(r"<listOfEvents.*?</listOfEvents>", "", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    by = ("Vmax3", "Km3", "kinact", "ka", "Emax", "hill")
    outputs = ("VenP", "VenM", "E3L", "Tol", "Eff", "RP")
    times, doses = np.linspace(0, 24, 13), [(8.0, "L1", 50.0), (16.0, "L1", 50.0)]
    start = engine.load(text).parameters
    result = slopes(text, outputs, by, times, engine.Dosing(*zip(*doses, strict=True)))

    def curve(name, value):
        moved = re.sub(rf'(<parameter id="{name}" value=)"[^"]*"', rf'\1"{value!r}"', text)
        return judge(moved, outputs, times, doses)

    for name in by:
        value = start[name]
        half, whole = (
            (curve(name, value * (1 + size)) - curve(name, value * (1 - size))) / (2 * value * size)
            for size in (2e-3, 4e-3)
        )
        expected = (4 * half - whole) / 3
        found = np.stack([result.sensitivity(output, name)[0] for output in outputs], axis=-1)
        # the floor: a thousandth of the curve's peak per relative change of the parameter
        scale = np.abs(expected) + 1e-3 * (np.abs(expected).max(axis=0) + np.abs(result.values[0]).max(axis=0) / value)
        assert np.max(np.abs(found - expected) / scale) < 1e-7, name


def test_a_kernel_travels_with_its_sensitivities_and_the_cache_tells_them_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    run = engine.compile(engine.load(MIXED), ("B",), ("k1",), sensitivities=("k1",), control_sensitivities=False)
    again = pickle.loads(pickle.dumps(run))  # noqa: S301 - our own bytes

    assert again.sensitivities == ("k1",)
    assert_same_bits(again.simulate({}, TIMES), run.simulate({}, TIMES))
    assert len(list(tmp_path.glob("*.kernel"))) == 1
    steered = engine.compile(engine.load(MIXED), ("B",), ("k1",), sensitivities=("k1",))
    assert (steered.simulate({}, TIMES).steps > run.simulate({}, TIMES).steps).any()


@pytest.mark.parametrize(
    ("by", "word"), [(("k2",), "name it in vary"), (("k1", "k1"), "twice"), (("dose:k1",), "names no state")]
)
def test_what_cannot_be_differentiated_is_said(by, word):
    with pytest.raises(EngineError, match=word):
        engine.compile(engine.load(MIXED), ("B",), ("k1",), sensitivities=by)
