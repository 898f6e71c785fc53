"""Functions of MathML, at a start (folded), per person and in a state, against Python's own."""

import math
import re

import numpy as np
import pytest

from speciosa import engine
from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._expressions import Graph
from speciosa.engine._rewrite import rewrite
from speciosa.errors import EngineError

X = np.array([-7.3, -1.5, -0.9, -0.3, 0.0, 0.25, 0.7, 1.0, 1.6, 4.2, 90.0])


def _try(function, x):
    try:
        return function(x)
    except (ValueError, ZeroDivisionError, OverflowError):
        return math.nan


# name: (Antimony of x, Python of x); where Python has no number the values are not compared
FUNCTIONS = {
    "arctan": ("arctan(x)", math.atan),
    "arcsin": ("arcsin(x)", math.asin),
    "arccos": ("arccos(x)", math.acos),
    "arcsinh": ("arcsinh(x)", math.asinh),
    "arccosh": ("arccosh(x)", math.acosh),
    "arctanh": ("arctanh(x)", math.atanh),
    "sec": ("sec(x)", lambda x: 1 / math.cos(x)),
    "csc": ("csc(x)", lambda x: 1 / math.sin(x)),
    "cot": ("cot(x)", lambda x: 1 / math.tan(x)),
    "sech": ("sech(x)", lambda x: 1 / math.cosh(x)),
    "csch": ("csch(x)", lambda x: 1 / math.sinh(x)),
    "coth": ("coth(x)", lambda x: 1 / math.tanh(x)),
    "arcsec": ("arcsec(x)", lambda x: math.acos(1 / x)),
    "arccsc": ("arccsc(x)", lambda x: math.asin(1 / x)),
    "arccot": ("arccot(x)", lambda x: math.atan(1 / x)),
    "arcsech": ("arcsech(x)", lambda x: math.acosh(1 / x)),
    "arccsch": ("arccsch(x)", lambda x: math.asinh(1 / x)),
    "arccoth": ("arccoth(x)", lambda x: math.atanh(1 / x)),
    "quotient": ("quotient(x, 0.4)", lambda x: float(math.trunc(x / 0.4))),
    "remainder": ("rem(x, 0.4)", lambda x: x - 0.4 * math.trunc(x / 0.4)),
    "implies": ("piecewise(1, implies(x > 0, x > 1), 0)", lambda x: float(not x > 0 or x > 1)),
    "least of many": ("min(x, 2, -x, 3)", lambda x: min(x, 2, -x, 3)),
    "largest of many": ("max(x, 2, -x, 3)", lambda x: max(x, 2, -x, 3)),
    "factorial": ("factorial(abs(floor(x)))", lambda x: float(math.factorial(abs(math.floor(x))))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_what_python_says(name):
    text, python = FUNCTIONS[name]
    expected = np.array([_try(python, x) for x in X.tolist()])
    known = np.isfinite(expected)
    kernel = engine.compile(engine.load(f"model m()\n x = 1; x' = 0; y := {text};\nend"), ("y",), ("x",), cache=False)
    running = kernel.simulate({"x": X}, [0.5]).values[:, 0, 0]
    np.testing.assert_allclose(running[known], expected[known], rtol=1e-12, atol=1e-14)
    for x, value in zip(X[known].tolist(), expected[known], strict=True):
        number = re.sub(r"\bx\b", f"({x!r})", text)
        folded = engine.load(f"model m()\n p = {number};\nend").parameters["p"]
        assert folded == pytest.approx(value, rel=1e-12, abs=1e-14)


def test_a_factorial_has_its_limits():
    numbers = {"a": 170, "b": 171, "c": 2.5, "d": 0, "e": -1}
    body = "; ".join(f"{name} = factorial({number})" for name, number in numbers.items())
    values = engine.load(f"model m()\n {body};\nend").parameters

    assert values["a"] == float(math.factorial(170))
    assert (values["b"], values["d"]) == (math.inf, 1.0)
    assert math.isnan(values["c"])
    assert math.isnan(values["e"])
    kernel = engine.compile(engine.load("model m()\n n = 1; y := factorial(n);\nend"), ("y",), ("n",), cache=False)
    found = kernel.simulate({"n": [170.0, 171.0, 2.5, -1.0]}, [0.0]).values[:, 0, 0]
    np.testing.assert_equal(found, [float(math.factorial(170)), math.inf, math.nan, math.nan])


def test_a_slope_of_arctan_is_exact():
    graph = Graph()
    slope = Derivatives(graph).of(graph.call("atan", graph.multiply(graph.number(3.0), graph.time())))[BY_TIME]

    assert graph.constant(rewrite(graph, [slope], {graph.time(): graph.number(1.0)})[0]) == pytest.approx(0.3)


def in_sbml(rules, events=""):
    head = '<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2"><model id="m">'
    return (
        f'{head}<listOfParameters><parameter id="x" value="1" constant="false"/></listOfParameters>'
        f"<listOfRules>{rules}</listOfRules>{events}</model></sbml>"
    )


def math_of(body):
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{body}</math>'


def rate_of(body):
    symbol = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/rateOf"> r </csymbol>'
    return math_of(f"<apply>{symbol}{body}</apply>")


def event(assignments):
    listed = "".join(
        f'<eventAssignment variable="{name}">{math_of("<cn>1</cn>")}</eventAssignment>' for name in assignments
    )
    trigger = f'<trigger initialValue="true" persistent="true">{math_of("<true/>")}</trigger>'
    return (
        f'<listOfEvents><event id="E" useValuesFromTriggerTime="true">{trigger}'
        f"<listOfEventAssignments>{listed}</listOfEventAssignments></event></listOfEvents>"
    )


RULE = '<assignmentRule variable="x">{}</assignmentRule>'.format(math_of("<cn>3</cn>"))


@pytest.mark.parametrize(
    ("sbml", "sentence"),
    [
        (in_sbml(f'<rateRule variable="x">{rate_of("<apply><sin/><ci>x</ci></apply>")}</rateRule>'), "id of a symbol"),
        (in_sbml(f'<rateRule variable="x">{rate_of("<ci>x</ci>")}</rateRule>'), "The rate of 'x' depends on itself"),
        (in_sbml(RULE, event("x")), "An event sets 'x', which follows from an assignment rule"),
        (in_sbml(RULE.replace('"x"', '"ghost"')), "sets 'ghost', which is nowhere defined"),
        (in_sbml("", event("xx")), "Event 'E' assigns a symbol twice"),
        (in_sbml(RULE.replace("<cn>3</cn>", "<apply><max/></apply>")), "The function 'max' is given no argument"),
        (in_sbml(RULE.replace("<cn>3</cn>", "<apply><sin/></apply>")), "The function 'sin' is given 0 arguments"),
    ],
)
def test_what_makes_no_sense_is_told(sbml, sentence):
    with pytest.raises(EngineError, match=sentence):
        engine.compile(engine.load(sbml), ("x",), cache=False)
