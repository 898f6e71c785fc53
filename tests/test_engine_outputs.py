"""Outputs may be formulas in the model's symbols; areas are states of their own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_models import MIXED, ORAL
from speciosa import engine
from speciosa.engine._output_formulas import watch
from speciosa.errors import EngineError

TIMES = np.linspace(0, 24, 25)
DOSE = engine.Dosing([0, 8], "gut", [100.0, 50.0])


def run(outputs, text=ORAL, dosing=DOSE, **parameters):
    kernel = engine.compile(engine.load(text), outputs, tuple(parameters), cache=False)
    result = kernel.simulate(parameters, TIMES, dosing)
    assert set(result.counts()) == {"ok"}
    return result


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("C", lambda r: r.output("C")),
        ("1000 * C", lambda r: 1000 * r.output("C")),
        ("ln(C + 1)", lambda r: np.log(r.output("C") + 1)),
        ("log(C + 1)", lambda r: np.log10(r.output("C") + 1)),
        ("gut + central", lambda r: r.output("gut") + r.output("central")),
        ("gut / (gut + central)", lambda r: r.output("gut") / (r.output("gut") + r.output("central"))),
        ("lose / CL", lambda r: r.output("C")),
        ("time^2", lambda _: np.broadcast_to(TIMES**2, (1, 25))),
        ("piecewise(1, C > 1.5, 0)", lambda r: (r.output("C") > 1.5).astype(float)),
        ("C > 1.5 && time < 12", lambda r: ((r.output("C") > 1.5) & (TIMES < 12)).astype(float)),
        ("max(C, 1) - min(C, 1)", lambda r: np.abs(r.output("C") - 1)),
        ("7", lambda _: np.full((1, 25), 7.0)),
        ("ka * V", lambda _: np.full((1, 25), 36.0)),
    ],
)
def test_a_formula_is_what_it_says(formula, expected):
    result = run({"asked": formula, "C": "C", "gut": "gut", "central": "central"}, V=[30.0])

    np.testing.assert_allclose(result.output("asked"), expected(result), rtol=1e-14, atol=1e-14)


def test_a_formula_follows_what_is_varied():
    result = run({"scaled": "C * V", "central": "central"}, V=[20.0, 30.0])

    np.testing.assert_allclose(result.output("scaled"), result.output("central"), rtol=1e-14)


def test_a_formula_may_use_the_functions_of_the_model():
    text = ORAL.replace("model oral()", "function double(x)\n 2 * x;\nend\nmodel oral()")
    result = run({"twice": "double(C)", "C": "C"}, text)

    np.testing.assert_allclose(result.output("twice"), 2 * result.output("C"), rtol=1e-15)


def test_an_output_may_have_the_name_of_a_symbol_that_it_is_not():
    result = run({"C": "1000 * C", "gut": "central", "plain": "C"})

    np.testing.assert_allclose(result.output("C"), 1000 * result.output("plain"), rtol=1e-15)


def test_names_and_formulas_of_them_are_the_same_code():
    one = run(("C", "gut"))
    other = run({"C": "C", "gut": "gut"})

    np.testing.assert_array_equal(one.values, other.values)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.1, 10), st.floats(-5, 5))
def test_any_linear_combination(a, b):
    result = run({"sum": f"{a!r} * B + ({b!r}) * T", "B": "B", "T": "T"}, MIXED, None)

    expected = a * result.output("B") + b * result.output("T")
    np.testing.assert_allclose(result.output("sum"), expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize(
    ("outputs", "sentence"),
    [
        ({"ratio": "C / fu"}, "'ratio' = 'C / fu' uses 'fu', which is no symbol of the model 'oral'; it has C, CL, V"),
        ({"ratio": "C / / V"}, "output 'ratio' = 'C / / V' cannot be read"),
        ({"ratio": ""}, "'ratio' is ''; expected a symbol or a formula"),
        ({"ratio": 7}, "'ratio' is 7; expected a symbol or a formula"),
        ({"odd": "delay(C, 1)"}, "delay.* in the output 'odd'"),
        ({"odd": "half(C)"}, "'half' in the output 'odd'"),
        ({"deep": "(" * 60 + "C" + ")" * 60 + "+ fu"}, "'fu'"),
        (["C / V"], "'C / V' is no symbol of the model 'oral'"),
        (["Cl"], "'Cl' is no symbol of the model 'oral'; spelt like it: C, CL"),
        ("C", "outputs is 'C'; expected a list of names"),
        ({}, "nothing to compute"),
    ],
)
def test_what_is_refused(outputs, sentence):
    with pytest.raises(EngineError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        engine.compile(engine.load(ORAL), outputs, cache=False)


def test_an_area_is_a_state_that_grows_with_its_output():
    watched = watch(engine.load(ORAL), {"mg": "1000 * C"}, ("mg",))

    assert watched.model.states[-1] == watched.symbols[-1] == " area mg"
    assert dict(watched.model.rate_rules)[" area mg"] == " output mg"


def test_an_output_named_twice_is_there_twice():
    result = run(("C", "gut", "C"))

    assert result.outputs == ("C", "gut", "C")
    np.testing.assert_array_equal(result.values[:, :, 0], result.values[:, :, 2])


def test_an_output_that_there_is_not_is_an_error():
    with pytest.raises(EngineError, match="'brain' is no output of this run"):
        run(("C",)).output("brain")
