"""States at rest, states that doses bring back, and runs that go on where another ended."""

import numpy as np
import pytest
import roadrunner
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_models import BOUND, ORAL, ROBERTSON, kernel
from speciosa import engine
from speciosa.engine import Dosing
from speciosa.errors import EngineError

TIGHT = {"rtol": 1e-9, "atol": 1e-12}
few = settings(max_examples=25, deadline=None)

# a kinase cascade with feedback: two moieties, saturation, and a protein that is made and broken down
CASCADE = """
model cascade()
  compartment cell = 1;
  substanceOnly species A in cell, Ap in cell, B in cell, Bp in cell, P in cell, out in cell;
  A = 10; Ap = 0; B = 300; Bp = 0; P = 0; out = 0;
  v1 = 2.5; K1 = 5; Ki = 9; v2 = 0.25; K2 = 8; k3 = 0.025; K3 = 15; v4 = 0.5; K4 = 15; kin = 0.3; kout = 1e-4;
  activate: A -> Ap; v1 * A / ((1 + (Bp / Ki)) * (K1 + A));
  rest: Ap -> A; v2 * Ap / (K2 + Ap);
  pass_on: B -> Bp; k3 * Ap * B / (K3 + B);
  stop: Bp -> B; v4 * Bp / (K4 + Bp);
  make: -> P; kin * Bp;
  lose: P -> out; kout * P;
end
"""
# production without loss of something that matters
GROWING = "model growing()\n x = 1; y = 0; x' = 0.1 * x; y' = x - y;\nend"
# three forms of one molecule, turning 1e7 times faster in one place than in another
RING = """
model ring()
  A = 1; B = 0; C = 0; AUC = 0; k1 = 1000; k2 = 3; k3 = 1e-4;
  A' = -k1 * A + k3 * C; B' = k1 * A - k2 * B; C' = k2 * B - k3 * C; AUC' = C;
end
"""
TWO = """
model two()
  compartment body = 1;
  substanceOnly species central in body, side in body, urine in body;
  central = 0; side = 0; urine = 0; CL = 3; V1 = 10; Q = 8; V2 = 40;
  out: central -> side; Q / V1 * central;
  back: side -> central; Q / V2 * side;
  lose: central -> urine; CL / V1 * central;
end
"""


def rest(text, parameters=None, vary=(), **options):
    kern = kernel(text, engine.load(text).states[:1], vary)
    return kern.steady_state(parameters or {}, **options)


# -- rest


def test_a_nonlinear_model_rests_where_roadrunner_says():
    states, status = rest(CASCADE, {"v1": [2.5, 1.0, 0.2]}, ("v1",))
    judge = roadrunner.RoadRunner(engine.load(CASCADE).sbml.replace('id="out"', 'id="out"'))
    judge.conservedMoietyAnalysis = True

    assert status.tolist() == [0, 0, 0]
    for person, v1 in enumerate((2.5, 1.0, 0.2)):
        judge.resetAll()
        judge["v1"] = v1
        # the amount that is lost does not rest, so the judge runs for long instead of solving for it
        judge.integrator.setValue("relative_tolerance", 1e-11)
        judge.integrator.setValue("absolute_tolerance", 1e-13)
        final = judge.simulate(0, 1e6, 2, ["[A]", "[Ap]", "[B]", "[Bp]", "[P]"])[-1]
        np.testing.assert_allclose(states[person, :5], final, rtol=1e-6)


def test_a_model_that_rests_as_a_whole_rests_where_roadrunner_solves_for_it():
    text = CASCADE.replace("lose: P -> out; kout * P;", "lose: P -> ; kout * P;")
    states, status = rest(text)
    judge = roadrunner.RoadRunner(engine.load(text).sbml)
    judge.conservedMoietyAnalysis = True
    judge.steadyState()

    assert status.tolist() == [0]
    expected = [judge[f"[{name}]"] for name in ("A", "Ap", "B", "Bp", "P")]
    np.testing.assert_allclose(states[0, :5], expected, rtol=1e-6)


def test_totals_stay_those_of_the_initial_states():
    initial = {"A": [10.0, 4.0], "Ap": 1.0, "Bp": [0.0, 77.0]}
    states, _ = rest(CASCADE, {"v1": [2.5, 2.5]}, ("v1",), initial=initial)

    np.testing.assert_allclose(states[:, 0] + states[:, 1], [11, 5], rtol=1e-10)
    np.testing.assert_allclose(states[:, 2] + states[:, 3], [300, 377], rtol=1e-10)


@pytest.mark.parametrize("k3", [1e-4, 1e-2, 1.0, 1e-6])
def test_a_singular_and_stiff_ring_rests_in_proportion(k3):
    states, status = rest(RING, {"k3": [k3]}, ("k3",))
    shares = np.array([1 / 1000, 1 / 3, 1 / k3])

    assert status.tolist() == [0]
    np.testing.assert_allclose(states[0, :3], shares / shares.sum(), rtol=1e-8)
    assert states[0, 3] == 0  # an area need not rest


def test_of_two_states_at_rest_the_one_is_found_to_which_the_curve_goes():
    text = "model switch()\n x = 0; s = 1; x' = s * x * (1 - x) * (x - 0.3);\nend"
    states, status = rest(text, {"x": [0.01, 0.2999, 0.3001, 0.9, 7.0]}, ("x",))

    assert (status == 0).all()
    np.testing.assert_allclose(states[:, 0], [0, 0, 1, 1, 1], atol=1e-8)


def test_robertson_rests_where_all_has_turned():
    states, status = rest(ROBERTSON)

    assert status.tolist() == [0]
    np.testing.assert_allclose(states[0], [0, 0, 1], atol=1e-6)


def test_a_model_at_rest_stays_there():
    states, status = rest(RING, initial=[0.5, 0.5, 0.0, 7.0])
    again, fine = rest(RING, initial=states)

    assert (status == 0).all()
    assert (fine == 0).all()
    np.testing.assert_allclose(again, states, rtol=1e-9)


def test_what_does_not_rest_is_said_per_person():
    kern = kernel(GROWING.replace("0.1", "g").replace("x = 1;", "x = 1; g = 0.1;"), ("y",), ("g",))
    states, status = kern.steady_state({"g": [0.1, 0.0, -0.1, np.nan]})
    words = kern.simulate({}, [1.0]).words

    assert [words[code] for code in status] == ["no steady state", "ok", "ok", "bad parameter"]
    assert np.isnan(states[[0, 3]]).all()
    np.testing.assert_allclose(states[1:3], [[1, 1], [0, 0]], atol=1e-8)


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
@pytest.mark.parametrize("threads", [1, 2])
def test_lanes_threads_and_neighbours_change_no_bit_of_a_rest(lanes, threads):
    outputs = ("A",)
    v1 = np.geomspace(0.05, 5, 300)
    many = kernel(CASCADE, outputs, ("v1",)).steady_state({"v1": v1}).states
    found = kernel(CASCADE, outputs, ("v1",), lanes).steady_state({"v1": v1}, threads=threads).states

    np.testing.assert_array_equal(found, many)
    np.testing.assert_array_equal(
        kernel(CASCADE, outputs, ("v1",), lanes).steady_state({"v1": v1[7:8]}).states[0], many[7]
    )


# -- repeated doses


def oral_trough(amount, every, ka, ke):
    left = [np.exp(-k * every) / (1 - np.exp(-k * every)) for k in (ka, ke)]
    return amount * left[0], amount * ka / (ka - ke) * (left[1] - left[0])


def test_repeated_oral_doses_have_the_closed_form():
    ka, CL = np.array([1.2, 0.4, 3.0, 1.2]), np.array([5.0, 0.3, 60.0, 1e-3])
    kern = kernel(ORAL, ("C",), ("ka", "CL"))
    states, status = kern.steady_state({"ka": ka, "CL": CL}, Dosing(0, "gut", 100.0), every=12.0)

    assert (status == 0).all()  # the last one needs 20,000 doses to come near
    np.testing.assert_allclose(states.T, oral_trough(100.0, 12.0, ka, CL / 30), rtol=1e-8, atol=1e-12)


def two_compartment(dose, every, times, length=0.0):
    k10, k12, k21 = 3 / 10, 8 / 10, 8 / 40
    total = k10 + k12 + k21
    root = np.sqrt(total**2 - 4 * k21 * k10)
    found = 0.0
    for one, other in (((total + root) / 2, (total - root) / 2), ((total - root) / 2, (total + root) / 2)):
        share = (k21 - one) / (other - one)
        left = 1 - np.exp(-one * every)
        if not length:
            found = found + dose * share * np.exp(-one * times) / left
        else:
            during = 1 - np.exp(-one * np.minimum(times, length))
            during = during * np.exp(-one * np.maximum(times - length, 0))
            before = (1 - np.exp(-one * length)) * np.exp(-one * (every - length + times)) / left
            found = found + dose / length * share / one * (during + before)
    return found


@pytest.mark.parametrize("length", [0.0, 2.5])
def test_two_compartments_at_steady_state_have_the_closed_form(length):
    times = np.linspace(0, 8, 33)
    record = {"TIME": 0, "AMT": 50, "CMT": "central", "SS": 1, "II": 8, "RATE": 50 / length if length else 0}
    result = kernel(TWO, ("central", "urine")).simulate({}, times, Dosing.from_records([record]), **TIGHT)

    np.testing.assert_allclose(result.output("central")[0], two_compartment(50, 8, times, length), rtol=1e-7)
    assert result.output("urine")[0, 0] == 0  # what is excreted does not come back; it starts anew


@pytest.mark.parametrize("every", [6.0, 12.0])
def test_repeated_doses_of_a_nonlinear_model_come_to_what_a_long_run_in_reaches(every):
    kern = kernel(BOUND, ("C", "E"), ("kdeg", "CL"))
    table = {"kdeg": [0.05, 0.3], "CL": [12.0, 20.0]}
    cycle = Dosing([0, 1, 2], ("gut", "blood", "gut"), [4.0, 9.0, 2.0], [0.0, 0.6, 0.0])  # the infusion lasts 15 hours
    states, status = kern.steady_state(table, cycle, every=every)
    count = int(4000 / every)
    long = Dosing(
        np.add.outer(np.arange(count) * every, cycle.time).ravel(),
        cycle.compartment * count,
        np.tile(cycle.amount, count),
        np.tile(cycle.rate, count),
    )
    expected = kern.simulate(table, [count * every], long, final=True, rtol=1e-10, atol=1e-13, max_steps=10**6).final

    assert (status == 0).all()
    np.testing.assert_allclose(states, expected, rtol=1e-7, atol=1e-9)


def test_doses_beyond_what_can_be_lost_reach_no_steady_state():
    kern = kernel(BOUND, ("C",), ("CL",))
    states, status = kern.steady_state({"CL": [12.0, 1.0]}, Dosing(0, "gut", 20.0), every=24.0)

    assert [kern.simulate({}, [1.0]).words[code] for code in status] == ["ok", "no steady state"]
    assert np.isfinite(states[0]).all()
    assert np.isnan(states[1]).all()


def test_who_can_lose_what_is_given_reaches_a_steady_state_and_nobody_else():
    names = ("ka", "CL", "V", "Q", "Kp", "Km", "kinact", "kdeg")
    middle = np.array([0.9, 12, 20, 40, 8, 5, 0.6, 0.05])
    table = middle * np.exp(0.6 * np.random.default_rng(5).standard_normal((1000, len(names))))[-500:]
    _, CL, _, _, _, Km, kinact, kdeg = table.T
    most = CL * Km * kdeg / (kdeg + kinact) * 12  # what the enzyme, once it is inactivated, can turn in 12 hours
    kern = kernel(BOUND, ("C", "E"), names)
    states, status = kern.steady_state(table, Dosing(0, "gut", 20.0), every=12.0, rtol=1e-6, atol=1e-9)

    np.testing.assert_array_equal(status == 0, most > 20)
    again = kern.simulate(
        table[status == 0], [12.0], Dosing(0, "gut", 20.0), initial=states[status == 0], final=True, **TIGHT
    )
    np.testing.assert_allclose(again.final, states[status == 0], rtol=3e-6, atol=3e-9)


# -- starts


def test_a_run_may_start_at_rest():
    text = "model turnover()\n x = 0; y = 1; kin = 3; kout = 0.1; x' = kin - kout * x; y' = x - y;\nend"
    kern = kernel(text, ("x", "y"), ("kin",))
    records = [{"TIME": 1, "AMT": 5, "CMT": "x"}, {"TIME": 2, "EVID": 3}]
    result = kern.simulate({"kin": [3.0, 6.0]}, [0, 1, 2], Dosing.from_records(records), initial="steady")

    np.testing.assert_allclose(
        result.values, [[[30, 30], [35, 30], [30, 30]], [[60, 60], [65, 60], [60, 60]]], rtol=1e-8
    )
    growing = kernel(GROWING, ("x",)).simulate({}, [0.0, 1.0], initial="steady")
    assert growing.counts() == {"no steady state": 1}


def test_the_rest_of_a_model_with_a_clock_is_that_of_each_persons_start():
    text = "model clock()\n x = 0; k = 2; x' = time - k * x;\nend"
    records = [{"ID": 1, "TIME": 3}, {"ID": 2, "TIME": 8}, {"ID": 3, "TIME": 3}]
    result = kernel(text, ("x",)).simulate({}, dosing=Dosing.from_records(records), initial="steady")

    np.testing.assert_allclose(result.output("x")[:, 0], [1.5, 4, 1.5], rtol=1e-8)
    assert kernel(text, ("x",)).steady_state({}, time=5.0).states[0, 0] == pytest.approx(2.5, rel=1e-8)


def test_initial_states_by_name_and_in_order():
    kern = kernel(ORAL, ("gut", "central"), ("ka",))
    by_name = kern.simulate({"ka": [1.0, 2.0]}, [0.0, 1.0], initial={"central": [3.0, 4.0]})
    in_order = kern.simulate({"ka": [1.0, 2.0]}, [0.0, 1.0], initial=[[0.0, 3.0], [0.0, 4.0]])
    same = kern.simulate({"ka": [1.0, 2.0]}, [0.0], initial=[1.5, 2.5])

    assert kern.model.states == ("gut", "central")
    assert by_name.values[:, 0].tolist() == [[0, 3], [0, 4]]
    np.testing.assert_array_equal(by_name.values, in_order.values)
    assert same.values[:, 0].tolist() == [[1.5, 2.5]] * 2


def test_what_was_before_the_start_is_over_but_infusions_run_on():
    text = "model pile()\n x = 0; x' = 0;\nend"
    dosing = Dosing([0, 1, 2, 3], "x", [5, 20, 7, 1], [0, 10, 0, 0])
    plain = kernel(text, ("x",)).simulate({}, [2.5, 4.0], dosing, start=2.5)
    records = [{"TIME": t, "AMT": a, "CMT": "x", "RATE": r, "ID": 1}
               for t, a, r in zip(dosing.time, dosing.amount, dosing.rate, strict=True)]  # fmt: skip
    reset = [*records[:3], {"ID": 1, "TIME": 2.2, "EVID": 3}, records[3]]

    np.testing.assert_allclose(plain.output("x"), [[0, 6]], rtol=1e-12)
    for given_records, expected in ((records, [0, 6]), (reset, [0, 1])):
        found = kernel(text, ("x",)).simulate({}, [2.5, 4.0], Dosing.from_records(given_records), start=2.5)
        np.testing.assert_allclose(found.output("x")[0], expected, rtol=1e-12)


SPLIT = [
    {"TIME": 0, "AMT": 30, "CMT": "gut", "kdeg": 0.03},
    {"TIME": 1, "AMT": 20, "CMT": "blood", "RATE": 4, "kdeg": 0.03},
    {"TIME": 4, "AMT": 9, "CMT": "gut", "II": 3, "ADDL": 2, "kdeg": 0.3},
    {"TIME": 8, "AMT": 5, "CMT": "blood", "EVID": 4, "kdeg": 0.1},
    {"TIME": 9, "AMT": 5, "CMT": "gut", "SS": 2, "II": 6, "kdeg": 0.1},
]


@few
@given(
    st.one_of(st.floats(0.1, 11.9), st.sampled_from([1.0, 4.0, 6.0, 7.0, 8.0, 9.0])), st.sampled_from(["nocb", "locf"])
)
def test_a_run_split_anywhere_goes_on_as_if_it_had_not_been(moment, carry):
    kern = kernel(BOUND, ("C", "E", "R"), ("kdeg",))
    dosing = Dosing.from_records(SPLIT, lag={"gut": 0.7}, carry=carry)
    times = np.linspace(0, 12, 25)
    whole = kern.simulate({}, times, dosing, final=True, **TIGHT)
    first = kern.simulate({}, [moment], dosing, final=True, **TIGHT)
    later = times[times >= moment]
    second = kern.simulate({}, later, dosing, start=moment, initial=first.final, final=True, **TIGHT)

    np.testing.assert_allclose(second.values[0], whole.values[0, times >= moment], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(second.final, whole.final, rtol=1e-6, atol=1e-8)


@few
@given(st.lists(st.floats(0, 10), min_size=1, max_size=5), st.integers(0, 4), st.booleans())
def test_a_run_split_at_a_dose_gives_it_once(doses, place, drips):
    kern = kernel(ORAL, ("central",))
    dosing = Dosing(doses, "central", 10.0, 3.0 if drips else 0.0)
    moment = doses[place % len(doses)]
    whole = kern.simulate({}, [moment, 15.0], dosing, **TIGHT)
    first = kern.simulate({}, [moment], dosing, final=True, **TIGHT)
    second = kern.simulate({}, [moment, 15.0], dosing, start=moment, initial=first.final, **TIGHT)

    np.testing.assert_allclose(second.values, whole.values, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"initial": "rest"}, "initial is 'rest'; expected 'steady'"),
        ({"initial": {"z": 1.0}}, "initial names 'z', which is no state; there are gut, central"),
        ({"initial": {"gut": [1.0, 2.0]}}, r"initial 'gut' has the shape \(2,\)"),
        ({"initial": [1.0]}, r"initial has the shape \(1,\); expected \(1, 2\)"),
        ({"initial": [["a", "b"]]}, "expected numbers"),
        ({"start": np.nan}, "start is nan"),
        ({"start": 1.0}, "output times begin at 0, before the start at 1"),
    ],
)
def test_starts_that_are_refused(options, sentence):
    with pytest.raises(EngineError, match=sentence):
        kernel(ORAL, ("C",)).simulate({}, [0.0, 2.0], **options)


@pytest.mark.parametrize(
    ("dosing", "options", "sentence"),
    [
        (Dosing(0, "gut", 1.0), {}, "every is None; expected the time"),
        (Dosing([0, 13], "gut", 1.0), {"every": 12.0}, "A dose at 13 is not within the 12"),
        (Dosing.from_records([{"AMT": 1, "CMT": 1, "EVID": 4}]), {"every": 12.0}, "use SS in the records"),
        (None, {"rtol": 0.0}, "rtol is 0.0; expected a number between 0 and 1"),
    ],
)
def test_steady_states_that_are_refused(dosing, options, sentence):
    with pytest.raises(EngineError, match=sentence):
        kernel(ORAL, ("C",)).steady_state({}, dosing, **options)


def test_a_person_with_states_that_are_no_numbers_fails_alone():
    result = kernel(ORAL, ("C",), ("ka",)).simulate(
        {"ka": [1, 1]}, [0.0, 1.0], initial=[[0, 1], [np.nan, 1]], final=True
    )

    assert result.counts() == {"ok": 1, "bad parameter": 1}
    assert np.isnan(result.final[1]).all()
    assert np.isfinite(result.final[0]).all()
