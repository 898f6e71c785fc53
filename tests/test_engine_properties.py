"""What must hold for every dose, time and formula."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from engine_models import BOUND, ORAL, curves, kernel
from speciosa import engine
from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._expressions import Graph
from speciosa.engine._ordering import eliminate

TIGHT = {"rtol": 1e-9, "atol": 1e-12}
PERIOD = np.linspace(0, 12, 13)
few = settings(max_examples=40, deadline=None)
moments = st.floats(0, 12, allow_subnormal=False)  # the machine code takes denormal numbers for 0
amounts = st.floats(1e-3, 1e4)
CLOSED = """
model closed()
  compartment a = 1, b = 2.5;
  substanceOnly species gut in a, blood in a; species tissue in b;
  gut = 0; blood = 0; tissue = 0; ka = 0.8; k1 = 2; k2 = 0.7; Vmax = 3; Km = 0.4;
  absorb: gut -> blood; ka * gut;
  enter: blood -> tissue; Vmax * blood / (Km + blood);
  leave: tissue -> blood; b * k2 * tissue;
end
"""


@few
@given(st.lists(st.tuples(moments, amounts), min_size=1, max_size=5), st.floats(0.01, 100))
def test_a_linear_model_is_linear_in_the_dose(doses, factor):
    when, much = np.array(doses).T
    kern = kernel(ORAL, ("C", "gut"))
    once = kern.simulate({}, PERIOD, engine.Dosing(when, "gut", much), **TIGHT).values
    scaled = kern.simulate({}, PERIOD, engine.Dosing(when, "gut", factor * much), **TIGHT).values

    np.testing.assert_allclose(scaled, factor * once, rtol=1e-6, atol=1e-8 * factor * much.sum())


@few
@given(moments, moments, amounts, amounts)
def test_doses_into_a_linear_model_superpose(first, second, one, other):
    kern = kernel(ORAL, ("C",))

    def alone(when, much):
        return kern.simulate({}, PERIOD, engine.Dosing(when, "gut", much), **TIGHT).values

    both = kern.simulate({}, PERIOD, engine.Dosing([first, second], "gut", [one, other]), **TIGHT).values
    np.testing.assert_allclose(both, alone(first, one) + alone(second, other), rtol=1e-6, atol=1e-8 * (one + other))


@few
@given(moments, amounts)
def test_a_later_dose_gives_the_same_curve_later(shift, amount):
    kern = kernel(BOUND, ("C", "E", "R"))
    early = kern.simulate({}, PERIOD, engine.Dosing(0, "gut", amount), **TIGHT).values
    late = kern.simulate({}, PERIOD + shift, engine.Dosing(shift, "gut", amount), **TIGHT).values

    np.testing.assert_allclose(late, early, rtol=1e-6, atol=1e-7 * (1 + amount))


@few
@given(st.lists(st.tuples(moments, st.sampled_from(["gut", "blood", "tissue"]), amounts), min_size=1, max_size=6))
def test_amounts_are_neither_made_nor_lost(doses):
    when, where, much = zip(*doses, strict=True)
    kern = kernel(CLOSED, ("gut", "blood", "tissue"))
    result = kern.simulate({}, PERIOD, engine.Dosing(when, where, much), **TIGHT)
    total = result.values[0] @ [1.0, 1.0, 2.5]  # the tissue is a concentration in 2.5 L
    given_by_then = [sum(amount for time, _, amount in doses if time <= now) for now in PERIOD]

    np.testing.assert_allclose(total, given_by_then, rtol=1e-8, atol=1e-9)


@few
@given(st.lists(moments, min_size=1, max_size=40))
def test_the_output_times_change_nothing_but_what_is_seen(times):
    grid = np.sort([*times, 12.0])
    kern = kernel(BOUND, ("C", "E", "effect"))
    dosing = engine.Dosing([0, 5], "gut", [80.0, 40.0])
    fine = kern.simulate({}, np.unique([*grid, *np.linspace(0, 12, 200)]), dosing, **TIGHT)

    found = kern.simulate({}, grid, dosing, **TIGHT)
    # the steps do not depend on where outputs are wanted, only on where they end
    np.testing.assert_array_equal(found.values[0], fine.values[0, np.searchsorted(fine.times, grid)])


@few
@given(st.floats(0.5, 11.5))
def test_a_stop_on_the_way_changes_nothing_beyond_the_tolerance(stop):
    kern = kernel(BOUND, ("blood", "E", "R"))
    whole = kern.simulate({}, PERIOD, engine.Dosing(0, "gut", 80.0), **TIGHT).values
    halted = kern.simulate({}, PERIOD, engine.Dosing([0, stop], "gut", [80.0, 0.0]), **TIGHT).values

    np.testing.assert_allclose(halted, whole, rtol=1e-6, atol=1e-8)


# -- formulas

_ONE = {"neg": "(-{})", "exp": "exp(0.2 * {})", "sin": "sin({})", "abs": "abs({})", "sqrt": "sqrt(1 + {}^2)"}
_TWO = {
    "+": "({} + {})",
    "-": "({} - {})",
    "*": "({} * {})",
    "/": "({} / (2 + {}^2))",
    "^": "((0.1 + {}^2)^(0.3 * {}))",
}
_LEAVES = st.sampled_from(["x", "y", "time", "p", "2", "0.5", "(-1)", "0", "1"])
_FORMULAS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda name, a: _ONE[name].format(a), st.sampled_from(sorted(_ONE)), inner),
        st.builds(lambda name, a, b: _TWO[name].format(a, b), st.sampled_from(sorted(_TWO)), inner, inner),
    ),
    max_leaves=8,
)


def _by_python(formula):
    names = {"exp": math.exp, "sin": math.sin, "abs": abs, "sqrt": math.sqrt}
    try:
        # the formulas are made above
        value = eval(formula.replace("^", "**"), names, {"x": 0.8, "y": -1.7, "p": 1.3, "time": 0.6})  # noqa: S307
    except OverflowError:
        return math.inf
    return float(value)


@settings(max_examples=20, deadline=None)
@given(st.lists(_FORMULAS, min_size=8, max_size=8))
@example(
    ["((x - x) * time + (-(-p)))", "((-(x * y)) + ((x * y) * 2))", "((-(p * p)) - (x * p))", "(time - (-(p * x)))"]
)
def test_any_formula_has_the_value_that_python_gives_it(formulas):
    expected = {formula: value for formula in formulas if abs(value := _by_python(formula)) < 1e9}
    assume(expected)
    rules = " ".join(f"z{i} := {formula};" for i, formula in enumerate(expected))
    text = f"model f()\n x = 0.8; y = -1.7; p = 1.3; x' = 0; y' = 0; {rules}\nend"
    outputs = tuple(f"z{i}" for i in range(len(expected)))
    kern = engine.compile(engine.load(text), outputs, ("p",), lanes=1, cache=False)
    found = kern.simulate({"p": 1.3}, [0.6]).values[0, 0]

    # differences of near numbers lose digits in both
    assert dict(zip(expected, found, strict=True)) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def _value(graph, node, numbers):
    """A node's value in plain Python."""
    operator, arguments = graph.operator[node], graph.arguments[node]
    if operator in {"number", "state", "time", "person", "truth"}:
        return numbers.get((operator, graph.value[node]), graph.value[node])
    a = [_value(graph, argument, numbers) for argument in arguments]
    functions = {
        "add": lambda: a[0] + a[1],
        "mul": lambda: a[0] * a[1],
        "div": lambda: a[0] / a[1],
        "neg": lambda: -a[0],
        "pow": lambda: a[0] ** a[1],
        "choose": lambda: a[1] if a[0] else a[2],
        "<": lambda: a[0] < a[1],
        "abs": lambda: abs(a[0]),
    }
    return functions[operator]() if operator in functions else getattr(math, operator)(a[0])


@pytest.mark.parametrize(
    "make",
    [
        lambda g, x, y, _: g.multiply(g.power(x, g.number(2.6)), g.call("sin", y)),
        lambda g, x, y, t: g.divide(g.multiply(t, x), g.add(g.number(1.0), g.multiply(y, y))),
        lambda g, x, y, t: g.power(g.call("exp", x), g.subtract(y, t)),
        lambda g, x, _, t: g.call("log", g.call("sqrt", g.add(x, g.multiply(t, t)))),
        lambda g, x, y, t: g.call("abs", g.subtract(g.call("cos", g.multiply(x, y)), g.power(t, g.number(-3.0)))),
        lambda g, x, y, _: g.choose(g.compare("<", y, x), g.power(x, g.number(0.5)), g.multiply(y, y)),
        lambda g, x, *_: g.call("exp", g.negative(g.multiply(g.person(0), x))),
    ],
)
def test_derivatives_are_those_of_small_differences(make):
    graph = Graph()
    root = make(graph, graph.state(0), graph.state(1), graph.time())
    found = Derivatives(graph).of(root)
    place = {("state", 0.0): 0.9, ("state", 1.0): 0.4, ("time", 0.0): 1.3, ("person", 0.0): 0.7}

    for leaf, variable in ((("state", 0.0), 0), (("state", 1.0), 1), (("time", 0.0), BY_TIME)):
        up, down = ({**place, leaf: place[leaf] + sign * 1e-6} for sign in (1, -1))
        slope = (_value(graph, root, up) - _value(graph, root, down)) / 2e-6
        exact = _value(graph, found[variable], place) if variable in found else 0.0
        assert exact == pytest.approx(slope, rel=1e-7, abs=1e-8)


@few
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))))
    )
)
def test_the_elimination_holds_every_entry_that_arises(case):
    size, pattern = case
    plan = eliminate(size, pattern)
    generator = np.random.default_rng(size)
    matrix = np.diag(np.full(size, 20.0))
    for row, column in pattern:
        matrix[row, column] += generator.uniform(0.1, 1)
    left = matrix.copy()
    for pivot, below, right in zip(plan.order, plan.below, plan.right, strict=True):
        # whatever is not listed must be 0 among what is left
        others = set(range(size)) - set(plan.order[: plan.order.index(pivot) + 1])
        assert not left[sorted(others - set(below)), pivot].any()
        assert not left[pivot, sorted(others - set(right))].any()
        for row in below:
            left[row] = left[row] - left[row, pivot] / left[pivot, pivot] * left[pivot]

    assert sorted(plan.order) == list(range(size))
    assert plan.entries == size + sum(map(len, plan.below)) + sum(map(len, plan.right))


def test_the_same_formula_is_computed_once():
    graph = Graph()
    x, p = graph.state(0), graph.person(0)

    assert graph.multiply(x, p) == graph.multiply(p, x)
    assert graph.subtract(x, x) == graph.number(0.0)
    assert graph.add(x, graph.number(0.0)) == x
    assert graph.negative(graph.negative(x)) == x
    assert graph.number(-0.0) != graph.number(0.0)
    # two factors that are constant for a person become one
    both = graph.multiply(graph.multiply(p, x), graph.person(1))
    assert graph.per_person(graph.arguments[both][0])


def test_curves_of_the_shared_helper_are_those_of_a_kernel():
    times = [0.0, 1.0, 5.0]
    direct = kernel(ORAL, ("C",)).simulate({}, times, engine.Dosing(0, "gut", 9.0), **TIGHT).values[0]

    np.testing.assert_array_equal(curves(ORAL, ("C",), times, [(0, "gut", 9.0)]), direct)
