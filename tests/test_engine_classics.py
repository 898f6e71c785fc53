"""Stiff problems end where the literature says, and what a method must keep is kept."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_classics import CLASSICS, states
from engine_models import BOUND, ROBERTSON, kernel
from speciosa import engine
from speciosa.engine._lanes import suited_lanes
from speciosa.engine._native import Machine

few = settings(max_examples=25, deadline=None)
positive = st.floats(1e-3, 1e3)


def ends(classic, rtol, lanes=None):
    kern = kernel(classic.text, states(classic.text), (), lanes)
    result = kern.simulate({}, [classic.end], rtol=rtol, atol=rtol * classic.smallest, max_steps=1_000_000)
    assert result.counts() == {"ok": 1}
    return result.values[0, 0]


@pytest.mark.parametrize("name", CLASSICS)
@pytest.mark.parametrize(("rtol", "most"), [(1e-4, 2e-4), (1e-6, 1e-6), (1e-9, 2e-9), (1e-11, 2e-11)])
def test_a_stiff_classic_ends_where_it_should(name, rtol, most):
    classic = CLASSICS[name]
    expected = np.array([classic.expected[state] for state in states(classic.text)])

    assert np.max(np.abs(ends(classic, rtol) / expected - 1)) < max(most, 2e-11)


@pytest.mark.parametrize("name", CLASSICS)
def test_a_stiff_classic_is_the_same_for_any_number_of_lanes(name):
    found = [ends(CLASSICS[name], 1e-6, lanes).tobytes() for lanes in (1, 2, 4, 8)]

    assert len(set(found)) == 1


@few
@given(positive, positive, positive)
def test_what_a_reaction_conserves_is_conserved_to_rounding(slow, back, fast):
    text = ROBERTSON.replace("k = 0.04", "k = 0.04; u = 1e4; w = 3e7").replace("1e4 * b", "u * b")
    kern = kernel(text.replace("3e7 * b", "w * b"), ("a", "b", "c"), ("k", "u", "w"))
    values = kern.simulate([[0.04 * slow, 1e4 * back, 3e7 * fast]], np.logspace(-6, 6, 13), rtol=1e-4).values[0]

    # the invariant is linear, and a Rosenbrock method keeps those whatever its steps
    np.testing.assert_allclose(values.sum(axis=1), 1.0, rtol=0, atol=1e-11)


@few
@given(st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(unit):
    fast = re.sub(r"' = (.*);", r"' = s * (\1);", BOUND.replace("gut = 0;", "s = 1; gut = 0;", 1))
    fast = re.sub(r"(-> \w*; )(.*);", r"\1s * (\2);", fast)
    kern = kernel(fast, ("C", "E", "R", "effect"), ("s",))
    times, dosing = np.linspace(0, 12, 13), engine.Dosing([0, 3], "gut", [80.0, 40.0])
    one = kern.simulate({"s": 1.0}, times, dosing, rtol=1e-9, atol=1e-12).values
    other = kern.simulate(
        {"s": unit}, times / unit, engine.Dosing([0, 3 / unit], "gut", [80.0, 40.0]), rtol=1e-9, atol=1e-12
    ).values

    np.testing.assert_allclose(other, one, rtol=1e-6, atol=1e-8)


@settings(max_examples=6, deadline=None)  # each is compiled anew
@given(st.permutations(range(20)))
def test_the_order_of_the_states_does_not_matter(order):
    lines = CLASSICS["Pollution"].text.splitlines()
    rates = [line for line in lines if "' =" in line]
    others = [line for line in lines if line.strip() and "' =" not in line]
    model = engine.load("\n".join([others[0], *(rates[i] for i in order), *others[1:]]))
    assert model.states == tuple(f"y{i + 1}" for i in order)
    kern = engine.compile(model, ("y1", "y11", "y16"), lanes=1, cache=False)
    found = kern.simulate({}, [60.0], rtol=1e-8, atol=1e-17).values[0, 0]

    expected = [CLASSICS["Pollution"].expected[name] for name in kern.outputs]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("cpu", "lanes", "size", "expected"),
    [
        ("znver4", 8, 44, 8),
        ("znver4", 8, 72, 4),
        ("sapphirerapids", 8, 72, 8),
        ("znver3", 4, 44, 4),
        ("apple", 2, 9, 2),
    ],
)
def test_lanes_follow_the_processor_and_the_size(cpu, lanes, size, expected):
    machine = Machine("any", cpu, "", lanes, fma=True, x86=True)

    assert suited_lanes(machine, size) == expected
