"""Curves against formulas that can be written down."""

import dataclasses
import math

import numpy as np
import pytest

from engine_models import ORAL, ROBERTSON, curves, kernel
from speciosa import engine
from speciosa.engine import _native

TIMES = np.linspace(0, 24, 49)
KA, CL, V = 1.2, 5.0, 30.0
KE = CL / V
TIGHT = {"rtol": 1e-10, "atol": 1e-13}


def oral(times, ka, ke):
    """Central amount after one unit into the gut at time 0."""
    late = np.maximum(times, 0.0)
    return np.where(times < 0, 0.0, ka / (ka - ke) * (np.exp(-ke * late) - np.exp(-ka * late)))


def infused(times, rate, duration, ke):
    during = rate / ke * (1 - np.exp(-ke * np.clip(times, 0, duration)))
    return during * np.exp(-ke * np.maximum(times - duration, 0))


def test_bolus_into_one_compartment():
    found = curves(ORAL, ("central", "C"), TIMES, [(0, "central", 100.0)], **TIGHT)

    np.testing.assert_allclose(found[:, 0], 100 * np.exp(-KE * TIMES), rtol=1e-9)
    np.testing.assert_allclose(found[:, 1], 100 / V * np.exp(-KE * TIMES), rtol=1e-9)


def test_absorption_of_first_order_and_a_second_dose():
    found = curves(ORAL, ("central", "gut"), TIMES, [(0, "gut", 100.0), (7.3, "gut", 40.0)], **TIGHT)

    expected = 100 * oral(TIMES, KA, KE) + 40 * oral(TIMES - 7.3, KA, KE)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-8, atol=1e-9)


def test_an_infusion_that_begins_and_ends_between_the_outputs():
    kern = kernel(ORAL, ("central",))
    found = kern.simulate({}, TIMES, engine.Dosing(1.1, "central", 90.0, rate=20.0), **TIGHT).values[0, :, 0]

    np.testing.assert_allclose(found, infused(TIMES - 1.1, 20.0, 4.5, KE), rtol=1e-8, atol=1e-9)


def test_every_person_has_his_own_formula():
    generator = np.random.default_rng(4)
    ka, ke, volume = (generator.uniform(*bounds, size=(37, 1)) for bounds in ((0.4, 3), (0.05, 0.3), (10, 60)))
    kern = kernel(ORAL, ("C",), ("ka", "CL", "V"))
    people = np.hstack([ka, ke * volume, volume])
    found = kern.simulate(people, TIMES, engine.Dosing(0, "gut", 100.0), **TIGHT)

    np.testing.assert_allclose(found.output("C"), 100 * oral(TIMES, ka, ke) / volume, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("lanes", [1, 4])
def test_a_processor_that_neither_fuses_nor_flushes(monkeypatch, lanes):
    plain = dataclasses.replace(_native.machine(), fma=False, x86=False)
    dosing = engine.Dosing(0, "gut", 100.0)
    fused = kernel(ORAL, ("C",)).simulate({}, TIMES, dosing, **TIGHT).values
    monkeypatch.setattr(_native, "machine", lambda: plain)
    found = engine.compile(engine.load(ORAL), ("C",), lanes=lanes, cache=False).simulate({}, TIMES, dosing, **TIGHT)

    np.testing.assert_allclose(found.values, fused, rtol=1e-9)


def test_error_follows_the_tolerance():
    expected = 100 * oral(TIMES, KA, KE)
    errors = []
    for rtol in (1e-4, 1e-6, 1e-8):
        found = curves(ORAL, ("central",), TIMES, [(0, "gut", 100.0)], rtol=rtol, atol=rtol * 1e-3)[:, 0]
        errors.append(np.max(np.abs(found - expected)) / expected.max())

    assert errors[0] < 1e-3
    assert errors[1] < 1e-5
    assert errors[2] < 1e-7
    assert errors == sorted(errors, reverse=True)


def test_robertson_at_its_published_values():
    # E. Hairer, G. Wanner, Solving Ordinary Differential Equations II, section IV.10: problem ROBER
    found = curves(ROBERTSON, ("a", "b", "c"), [0.0, 1.0, 1e11], rtol=1e-9, atol=1e-20)

    assert found[-1] == pytest.approx([0.2083340149701255e-07, 0.8333360770334713e-13, 0.9999999791665050], rel=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-9)


def test_time_in_the_right_side():
    text = "model forced()\n x = 0; y = 2; x' = sin(2 * time) - x; y' = time^2;\nend"
    times = np.linspace(0, 10, 41)
    found = curves(text, ("x", "y"), times, **TIGHT)

    sine = (np.sin(2 * times) - 2 * np.cos(2 * times) + 2 * np.exp(-times)) / 5
    np.testing.assert_allclose(found[:, 0], sine, atol=1e-8)
    np.testing.assert_allclose(found[:, 1], 2 + times**3 / 3, rtol=1e-9)


def test_a_switch_at_a_known_time():
    text = "model switched()\n x = 0; x' = piecewise(1, time < 2.7, -0.5);\nend"
    times = np.linspace(0, 6, 25)
    found = curves(text, ("x",), times, rtol=1e-8)[:, 0]

    np.testing.assert_allclose(found, np.where(times < 2.7, times, 2.7 - 0.5 * (times - 2.7)), atol=1e-6)


# x runs through the numbers, so that the machine code and not the folding of constants computes the function
FUNCTIONS = {
    "exp(x)": np.exp,
    "ln(x)": np.log,
    "log10(x)": np.log10,
    "log(3, x)": lambda x: np.log(x) / math.log(3),
    "sqrt(x)": np.sqrt,
    "root(3, x)": np.cbrt,
    "abs(-x)": np.abs,
    "floor(x)": np.floor,
    "ceil(x)": np.ceil,
    "sin(x)": np.sin,
    "cos(x)": np.cos,
    "tan(x)": np.tan,
    "sinh(x)": np.sinh,
    "cosh(x)": np.cosh,
    "tanh(x)": np.tanh,
    "x^2.3": lambda x: x**2.3,
    "x^7": lambda x: x**7,
    "x^-2": lambda x: x**-2,
    "x^0.5": np.sqrt,
    "2^x": lambda x: 2**x,
    "x^x": lambda x: x**x,
    "min(x, 3, 2 * x)": lambda x: np.minimum(x, 3),
    "max(x, 3)": lambda x: np.maximum(x, 3),
}


def test_functions_to_the_last_digits():
    rules = "\n".join(f" f{i} := {text};" for i, text in enumerate(FUNCTIONS))
    model = f"model functions()\n x0 = 0; x := x0 + 1e-3 + 7 * time; x0' = 0;\n{rules}\nend"
    times = np.linspace(0, 1, 200)
    x = 1e-3 + 7 * times
    found = curves(model, tuple(f"f{i}" for i in range(len(FUNCTIONS))), times)

    for column, (name, exact) in zip(found.T, FUNCTIONS.items(), strict=True):
        tolerance = 1e-12 if name in {"sinh(x)", "tanh(x)", "tan(x)"} else 2e-14  # differences of near numbers
        np.testing.assert_allclose(column, exact(x), rtol=tolerance, atol=1e-15, err_msg=name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x^1.5", 0.0),  # a concentration just below 0 counts as 0 in a power that is not whole
        ("x^0.5", 0.0),
        ("x^3", -1e-21),
        ("x^n", 0.0),
        ("sqrt(x)", math.nan),
        ("ln(x)", math.nan),
        ("ln(0 * x)", -math.inf),
        ("exp(800 + x)", math.inf),
        ("exp(x - 800)", 0.0),
        ("ln(ln(x))", math.nan),
        ("ln(x)^1.5", math.nan),
        ("exp(ln(x))", math.nan),
        ("sin(ln(x))", math.nan),
    ],
)
def test_functions_beyond_their_domain(text, value):
    model = f"model domain()\n s = -1e-7; n = 2.5; s' = 0; x := s; y := {text};\nend"

    assert curves(model, ("y",), [0.0])[0, 0] == pytest.approx(value, nan_ok=True, abs=1e-25)


@pytest.mark.parametrize(
    "text", ["tanh(300 * (x - 1))", "1 / (1 + exp(600 * (1 - x)))", "1 / (1 + exp(600 * (x - 1)))"]
)
def test_a_steep_switch_saturates_without_harm(text):
    found = curves(f"model steep()\n x = 0; x' = 1; z = 0; z' = 2 + {text};\nend", ("z",), [0.0, 4.0], rtol=1e-7)

    low, high = {"t": (1, 3)}.get(text[0], (3, 2) if "x - 1" in text else (2, 3))
    assert found[1, 0] == pytest.approx(low + 3 * high, rel=1e-4)


@pytest.mark.parametrize("power", [0.7, 1.0, 2.0, 3.0])
def test_a_hill_power_given_per_person_bears_a_concentration_just_below_zero(power):
    text = "model hill()\n x = 1e-3; n = 1.5; x' = -0.01; y = 0; y' = x^n / (0.25 + x^n) - y;\nend"
    written = kernel(text.replace("n = 1.5", f"n = {power}"), ("x", "y")).simulate({}, [0.05, 5.0], rtol=1e-8)
    varied = kernel(text, ("x", "y"), ("n",)).simulate({"n": power}, [0.05, 5.0], rtol=1e-8)

    assert varied.counts() == written.counts() == {"ok": 1}
    np.testing.assert_allclose(varied.values, written.values, rtol=1e-6, atol=1e-9)


def test_a_large_whole_power_of_a_negative_number():
    found = curves("model m()\n x = 0.5; x' = -1; y = 0; y' = x^17;\nend", ("y",), [0.0, 1.0, 1.5], rtol=1e-8)

    assert found[1:, 0] == pytest.approx([0.0, (0.5**18 - 1) / 18], rel=1e-6, abs=1e-9)


def test_a_root_runs_dry_at_a_finite_time():
    found = curves("model tank()\n x = 1; x' = -x^0.5;\nend", ("x",), [0.0, 1.0, 1.9, 3.0], rtol=1e-8, atol=1e-10)

    np.testing.assert_allclose(found[:, 0], [1.0, 0.25, 0.0025, 0.0], atol=1e-6)
