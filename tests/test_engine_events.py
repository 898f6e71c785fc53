"""Events, and conditions that switch: when they happen, in which order, and what becomes of what they set."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_models import curves, disagreement, judge
from speciosa import engine
from speciosa.engine import _native
from speciosa.engine._workspace import WORDS

TIMES = np.linspace(0, 10, 41)
BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmark-models"

# absorption, a rescue dose when the concentration falls, a slower rate when little is left, and a late change
RESCUE = """model m()
  compartment body = 1; substanceOnly species gut in body, blood in body;
  gut = 100; blood = 0; ka = 0.9; CL = 4; V = 20; low = 1.2; given = 0; CL2 = 9;
  absorb: gut -> blood; piecewise(ka, gut > 30, 0.2 * ka) * gut;
  lose: blood -> ; CL / V * blood;
  C := blood / V;
  rescue: at C < low && time > 1, t0=true: gut = gut + 60, given = given + 1;
  later: at 1.5 after given >= 1, fromTrigger=false: CL = CL2;
  pulse: at time >= 7.3: blood = blood + 10;
end"""
VARY = ("ka", "low", "CL", "CL2")


def rescue_people(count):
    generator = np.random.default_rng(5)
    return {name: generator.uniform(low, high, count) for name, low, high in zip(
        VARY, (0.3, 0.4, 2.0, 3.0), (2.0, 1.6, 8.0, 12.0), strict=True
    )}  # fmt: skip


# name: (model, outputs, how near to libRoadRunner)
MODELS = {
    "a state that meets a bound": (
        "x = 5; n = 0; x' = -0.7 * x; E: at x <= 1.3: x = x + 4, n = n + 1",
        ("x", "n"),
        1e-7,
    ),
    "a delay, with the values of the trigger and of the execution": (
        """x = 0; x' = 1; a = 0; b = 0; E: at 2 after x > 3: a = x; F: at 2 after x > 3, fromTrigger=false: b = x""",
        ("a", "b"),
        1e-7,
    ),
    "a trigger that is false again before its execution": (
        """x = 0; x' = piecewise(1, time < 4, -1); a = 0; b = 0;
           E: at 3 after x > 3, persistent=true: a = 1; F: at 3 after x > 3, persistent=false: b = 1""",
        ("a", "b", "x"),
        1e-7,
    ),
    "an event at the beginning": (
        "x = 2; x' = -x; k = 1; E: at x > 1, t0=false: k = 5; F: at x > 1, t0=true: k = 7; y := k * x",
        ("x", "k", "y"),
        1e-7,
    ),
    "priorities, and a chain": (
        """x = 1; y = 1; z = 0; E: at time >= 3, priority = 1: x = 10 * y; F: at time >= 3, priority = 2: y = 5;
           G: at x > 40, priority = 9: z = z + 1, x = 3""",
        ("x", "y", "z"),
        1e-7,
    ),
    "an amount in a compartment that grows": (
        """compartment c = 2; c' = 0.3; species A in c, B in c; A = 3; B = 0; k = 0.4; r: A -> B; c * k * A;
           E: at time >= 4.5: c = 1.1; F: at time >= 6.2: B = 0.5""",
        ("A", "B", "c"),
        1e-6,
    ),
    "a rate of change": ("x = 2; x' = -0.5 * x; y := 3 * x^2; v := rateOf(x); w := v / x", ("v", "w", "y"), 1e-7),
    "a stoichiometry that a rule gives": (
        """compartment c = 1; species A in c, B in c; A = 5; B = 0; n := 1 + 0.2 * time; k = 0.3;
           r: A -> n B; c * k * A""",
        ("A", "B"),
        1e-7,
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_events_as_libroadrunner_does_them(name):
    body, outputs, near = MODELS[name]
    text = f"model m()\n {body};\nend"
    times = TIMES + 0.013  # no event is at an output time

    assert disagreement(curves(text, outputs, times), judge(text, outputs, times)) < near


def random_model(seed):
    """Three species in a compartment that may change, and up to four events of any kind."""
    generator = np.random.default_rng(seed)

    def number(low, high):
        return f"{generator.uniform(low, high):.4f}"

    def either(a, b):
        return a if generator.random() < 0.5 else b

    lines = [
        f"compartment c = {number(0.5, 3)}; species A in c, B in c; substanceOnly species D in c; n = 0",
        f"A = {number(1, 9)}; B = {number(0, 3)}; D = {number(0, 2)}; p = {number(0.5, 2)}; k1 = {number(0.1, 1.5)}",
        f"r1: A -> B; c * k1 * A; r2: B -> D; c * {either('p', f'piecewise(1, time < {number(2, 8)}, 0.3)')} * B",
        f"r3: D -> A; {number(0.05, 0.6)} * D",
        either(f"c' = {number(-0.05, 0.2)} * c", f"EC: at time >= {number(2, 8)}: c = {number(0.5, 3)}"),
    ]
    for index in range(int(generator.integers(1, 5))):
        trigger = f"{generator.choice(['A', 'B', 'D'])} {generator.choice(['>', '<', '>=', '<='])} {number(0.3, 4)}"
        trigger = either(trigger, f"({trigger}) && (time > {number(0, 5)})")
        options = f"t0={either('true', 'false')}, fromTrigger={either('true', 'false')}, priority={index + 1}"
        sets = [f"A = A + {number(0.5, 4)}", f"B = {number(0, 3)}", "D = D + A", f"p = {number(0.2, 3)}, n = n + 1"]
        delay = either("", f"{number(0.2, 3)} after ")
        kept = either("true", "false")
        lines.append(f"E{index}: at {delay}{trigger}, persistent={kept}, {options}: {generator.choice(sets)}")
    return "model m()\n " + ";\n ".join(lines) + ";\nend"


@pytest.mark.parametrize("seed", range(8))
def test_events_of_every_kind_together_as_libroadrunner_does_them(seed):
    text, outputs, times = random_model(seed), ("A", "B", "D", "p", "n", "c"), np.linspace(0, 10, 41) + 0.0137

    assert disagreement(curves(text, outputs, times, rtol=1e-10), judge(text, outputs, times)) < 1e-5


def one(body, outputs, times, **options):
    return curves(f"model m()\n {body};\nend", outputs, times, **options)


def test_what_happens_at_an_output_time_is_seen_there():
    found = one("x = 0; E: at time >= 2: x = 1; y = 0; F: at time > 2: y = 1", ("x", "y"), [0.0, 2.0, 2.5])

    assert found.tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]


def test_a_ball_that_bounces_is_where_its_parabolas_are():
    g, restitution, height = 9.81, 0.8, 2.0
    body = f"x = {height}; v = 0; x' = v; v' = -{g}; E: at x <= 0: v = -{restitution} * v, x = 0"
    times = np.linspace(0, 4, 33)
    expected = []
    for time in times:
        speed, start = 0.0, 0.0
        landing, velocity = np.sqrt(2 * height / g), np.sqrt(2 * height * g)
        position = height - g * time**2 / 2
        while time >= landing:
            velocity *= restitution
            start, speed = landing, velocity
            position = speed * (time - start) - g * (time - start) ** 2 / 2
            landing += 2 * velocity / g
        expected.append(position)

    np.testing.assert_allclose(one(body, ("x",), times)[:, 0], expected, atol=1e-6)


def test_a_short_pulse_between_two_steps_is_not_missed():
    pulse = "x = 0; x' = piecewise(1e4, (time > 50.3) && (time < 50.3001), 0)"
    daily = "y = 0; y' = piecewise(1, rem(time, 24) < 0.01, 0); z = 0; z' = floor(time / 10)"
    found = one(f"{pulse}; {daily}", ("x", "y", "z"), [0.0, 40.0, 100.0])

    assert found == pytest.approx(np.array([[0, 0, 0], [0, 0.02, 60], [1, 0.05, 450]]), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    ("body", "times", "expected"),
    [
        ("x' = piecewise(1, 10 - time < 3 && 12 - 1.5 * time >= -3, 0)", [6, 8, 20], [0, 1, 3]),
        ("x' = floor(-time / 3)", [3, 9, 10], [-3, -18, -22]),
        ("x' = ceil(5 - time)", [3, 9, 10], [12, 9, 5]),
        ("x' = piecewise(1, sin(2 * time) > 0.5, 0)", [10 * np.pi], [10 * np.pi / 3]),
        ("x' = piecewise(1, exp(-time) > 0.5, 0)", [0.5, 5], [0.5, np.log(2)]),
        ("E: at quotient(time, 2.5) >= 3: x = time", [7, 7.5, 9], [0, 7.5, 7.5]),
        ("E: at factorial(3) * time == 12: x = time", [1.9, 9], [0, 2]),
        ("E: at time^2 >= 30: x = time", [5, 9], [0, np.sqrt(30)]),
    ],
)
def test_functions_of_time_switch_when_they_should(body, times, expected):
    assert one(f"x = 0; {body}", ("x",), times)[:, 0] == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_a_wave_that_no_state_follows_is_not_missed():
    found = one("n = 0; E: at sin(time) > 0.9: n = n + 1", ("n",), np.linspace(0, 100, 26))
    expected = [np.floor((time + 2 * np.pi - np.arcsin(0.9)) / (2 * np.pi)) for time in np.linspace(0, 100, 26)]

    assert found[:, 0].tolist() == expected


def test_an_equality_is_met_in_passing_but_not_in_a_jump():
    body = """a = 1; b = 0; a' = b; b' = -a; n = 0; E: at a == 0: n = n + 1;
              j = 0; p = 0; J: at time >= 1: j = 5; M: at j == 2: p = 1; k = 0; K: at time == 4: k = 1"""
    found = one(body, ("n", "p", "k"), [0.0, 3.0, 4.0, 6.0, 30.0])

    assert found.tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 1], [2, 0, 1], [10, 0, 1]]


def test_repeated_doses_by_a_clock_that_events_set_are_on_time():
    body = "n = 0; last = 0; x = 0; x' = -0.1 * x; E: at time - last >= 8: last = time, n = n + 1, x = x + 10"
    times = np.arange(0, 81, 8.0)
    expected = [sum(10 * np.exp(-0.1 * (time - dose)) for dose in np.arange(8, time + 1, 8)) for time in times]
    found = one(body, ("n", "x"), times)

    assert found[:, 0].tolist() == list(range(11))
    np.testing.assert_allclose(found[:, 1], expected, rtol=1e-7, atol=1e-9)


def test_a_switch_keeps_the_order_of_the_integrator():
    # exact: x grows with slope 1 until 2, decays from there
    body = "x = 0.5; x' = piecewise(1, s < 1, -x); s = 0; s' = piecewise(1 / 1.5, s < 1, 0)"
    model = engine.load(f"model m()\n {body};\nend")
    result = engine.compile(model, ("x",), cache=False).simulate({}, [5.0], rtol=1e-9, atol=1e-12, max_steps=100)

    assert result.values[0, 0, 0] == pytest.approx(2 * np.exp(-3.5), rel=1e-8)


def test_doses_and_events_at_one_time_happen_in_this_order():
    text = """model m()
      compartment c = 1; substanceOnly species A in c; A = 0; k = 0; r: A -> ; k * A; seen = 0;
      E: at time >= 3: seen = A;
      F: at A > 50: A = A / 2;
    end"""

    found = curves(text, ("A", "seen"), [0.0, 2.0, 3.0, 4.0], [(1.0, "A", 60.0), (3.0, "A", 8.0)])
    assert found.tolist() == [[0, 0], [30, 0], [38, 38], [38, 38]]


def test_chance_decides_among_equal_priorities_and_the_text_among_none():
    toss = """last = 0; a = 0; b = 0; x = 0; y = 0;
      A: at time - last >= 1, priority = 3, persistent=false: last = time, a = a + 1;
      B: at time - last >= 1, priority = 3, persistent=false: last = time, b = b + 1;
      C: at time >= 5: x = 1; D: at time >= 5: x = 2"""
    found = one(toss, ("a", "b", "x"), [400.5])[0]

    assert found[0] + found[1] == 400
    assert abs(found[0] - 200) < 50
    assert found[2] == 2


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("x = 0; E: at x < 1: x = 2; F: at x > 1: x = 0; x' = 0; G: at time > 1: x = 0.5", "ok"),
        ("x = 3; E: at time > 1 && x < 5: x = 6; F: at x > 5: x = 4", "events without end"),
        ("n = 0; last = 0; E: at 500 after time - last >= 1: n = n + 1; F: at time - last >= 1.01: last = time",
         "too many pending events"),
        ("x = 0; x' = piecewise(1, x < 1, -1)", "too many steps"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_ends_with_a_word_for_this_person(body, word):
    text = f"model m()\n {body}; q = 0; q' = 0;\nend"
    kernel = engine.compile(engine.load(text), ("q",), cache=False)
    result = kernel.simulate(np.zeros((2, 0)), [200.0], max_steps=20_000)

    assert result.counts() == {word: 2}
    assert word in WORDS


def test_others_are_untouched_by_a_person_who_fails():
    text = """model m()
      x = 1; x' = -k * x; k = 1; loops = 0; g = 1; E: at x < 0.5: x = x + 0.7;
      A: at g > 0.5 && loops * time > 1: g = 0; B: at g < 0.5 && loops * time > 1: g = 1;
    end"""
    kernel = engine.compile(engine.load(text), ("x",), ("k", "loops"), cache=False)
    healthy = kernel.simulate({"k": [1.0, 1.5], "loops": 0.0}, TIMES)
    mixed = kernel.simulate({"k": [1.0, np.nan, 1.5, 1.0], "loops": [0.0, 0.0, 0.0, 1.0]}, TIMES)

    assert healthy.ok.all()
    assert mixed.values[[0, 2]].tobytes() == healthy.values.tobytes()
    assert [WORDS[code] for code in mixed.status] == ["ok", "bad parameter", "ok", "events without end"]


def test_every_width_chunk_and_thread_gives_the_same_bits():
    model = engine.load(RESCUE)
    people = rescue_people(37)
    wide = engine.compile(model, ("C", "given", "CL"), VARY, 8, cache=False)
    expected = wide.simulate(people, TIMES, threads=1)

    assert expected.counts() == {"ok": 37}
    assert len(np.unique(expected.output("given")[:, -1])) > 1
    for lanes in (1, 2, 4):
        kernel = engine.compile(model, ("C", "given", "CL"), VARY, lanes, cache=False, optimise=lanes > 1)
        found = kernel.simulate(people, TIMES, threads=2, chunk=5)
        assert found.values.tobytes() == expected.values.tobytes()
    assert wide.simulate(people, TIMES, threads=1).values.tobytes() == expected.values.tobytes()
    alone = {name: values[20:21] for name, values in people.items()}
    assert wide.simulate(alone, TIMES).values.tobytes() == expected.values[20:21].tobytes()


def test_each_person_has_events_of_their_own():
    people = rescue_people(4)
    found = engine.compile(engine.load(RESCUE), ("C", "given", "CL"), VARY, cache=False)
    result = found.simulate(people, TIMES + 0.013, rtol=1e-10, atol=1e-12)
    for person in range(4):
        text = RESCUE
        for name in VARY:
            before, after = text.split(f" {name} = ", 1)
            text = f"{before} {name} = {float(people[name][person])!r};{after.split(';', 1)[1]}"
        expected = judge(text, ("C", "given", "CL"), TIMES + 0.013)
        assert disagreement(result.values[person], expected) < 1e-6


@settings(max_examples=15, deadline=None)
@given(st.floats(0.2, 5.0), st.floats(0.05, 0.95), st.integers(1, 4))
def test_a_linear_decay_meets_its_bound_when_the_logarithm_says(rate, bound, times):
    body = f"x = 1; x' = -{rate!r} * x; n = 0; when = 0; E: at x < {bound!r}: n = n + 1, when = time, x = 1"
    period = -np.log(bound) / rate
    found = one(body, ("n", "when"), [(times + 0.5) * period])[0]

    assert found[0] == times
    assert found[1] == pytest.approx(times * period, rel=1e-7)


def test_scheduled_stops_differ_between_persons_and_move_with_events():
    text = """model m()
      x = 0; x' = -x; first = 2; every = 3; next = first; hold = 0.5;
      E: at time >= next: x = x + 1, next = next + every;
      y = 0; y' = piecewise(1, time >= first && time < first + hold, 0);
    end"""
    kernel = engine.compile(engine.load(text), ("x", "y"), ("first", "every", "hold"), cache=False)
    people = {"first": [1.0, 2.5, 0.0], "every": [2.0, 4.0, 100.0], "hold": [0.5, 1e-3, 4.0]}
    result = kernel.simulate(people, [9.75], rtol=1e-10, atol=1e-12, max_steps=2_000)

    doses = ([1, 3, 5, 7, 9], [2.5, 6.5], [])  # at 0 the trigger counts as true before
    expected = [sum(np.exp(dose - 9.75) for dose in own) for own in doses]
    np.testing.assert_allclose(result.values[:, 0, 0], expected, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(result.values[:, 0, 1], people["hold"], rtol=1e-8)


def test_what_events_set_can_be_varied_and_is_told_among_the_parameters():
    model = engine.load("model m()\n p = 2; x = 1; x' = p; E: at time >= 1: p = 2 * p;\nend")
    found = engine.compile(model, ("x", "p"), ("p", "x"), cache=False).simulate({"p": [1.0, 3.0], "x": 0.0}, [1.0, 2.0])

    assert model.parameters == {"p": 2.0, "x": 1.0}
    assert model.states == ("x",)
    assert found.values[:, 1] == pytest.approx(np.array([[3.0, 2.0], [9.0, 6.0]]))


def test_no_code_is_made_for_events_that_a_model_has_not(monkeypatch):
    texts = []
    assemble = _native.assemble
    monkeypatch.setattr(_native, "assemble", lambda text, *rest: texts.append(text) or assemble(text, *rest))
    engine.compile(engine.load("model m()\n x = 1; x' = -x * max(x, 2);\nend"), ("x",), cache=False)

    assert "@dose" in texts[0]
    assert not any(name in texts[0] for name in ("@occur", "@search", "@events", "@load_stops"))


@pytest.mark.reference
@pytest.mark.skipif(not (BENCHMARKS / "pbpk45.xml").exists(), reason=f"pbpk45.xml is not at {BENCHMARKS}")
def test_dose_events_cost_and_give_what_doses_do():
    model = engine.load(BENCHMARKS / "pbpk45.xml")
    bare = engine.load(model.sbml[: model.sbml.index("<listOfEvents>")] + "</model></sbml>")
    outputs, times = model.states[:5], np.arange(169.0)
    amount = model.parameters["DOSE"]
    dosing = engine.Dosing([event.trigger.arguments[1] for event in model.events], "L1", amount)
    by_events = engine.compile(model, outputs, cache=False).simulate({}, times, rtol=1e-9, atol=1e-12)
    by_doses = engine.compile(bare, outputs, cache=False).simulate({}, times, dosing, rtol=1e-9, atol=1e-12)

    assert len(model.events) == 20
    assert disagreement(by_events.values[0], by_doses.values[0]) < 1e-6
    assert abs(by_events.steps[0] - by_doses.steps[0]) < 0.1 * by_doses.steps[0]


# a fast part keeps the first steps short, so that near its bound a slow level does not change in its last digit
SLOW = """model slow()
  fast' = -2000 * (fast - level); fast = 4;
  level' = 5e-5 * piecewise(1, level < 5 - shift, 0.2); level = 4.985;
  missing' = piecewise(5 - fast, fast < 5, 0); missing = 0;
  shift = 0;
end"""


def test_a_bound_that_a_slow_state_meets_within_rounding_is_passed():
    """A step that ends within rounding before a bound must not be tried without end, for anyone of many people."""
    shift = np.linspace(0.0, 0.01, 500)
    kernel = engine.compile(engine.load(SLOW), outputs=["level"], vary=["shift"])
    result = kernel.simulate(shift[:, None], [0.0, 2000.0])
    bound = 5.0 - shift
    passed = (bound - 4.985) / 5e-5

    assert (result.status == 0).all()
    assert result.steps.max() < 150
    np.testing.assert_allclose(result.values[:, -1, 0], bound + 1e-5 * (2000.0 - passed), rtol=1e-9)


def test_many_stops_before_do_not_blur_the_moment_of_a_switch():
    """Every step ends at a dose of nothing, so that none is free; a state then meets its bound within such a step."""
    model = engine.load("gut = 0; gut' = -gut; x = 1; x' = -0.1 * x; n = 0; E: at x < 0.55: n = n + 1, x = x + 1")
    doses = engine.Dosing(np.arange(0.0, 9.5, 0.05), "gut", 0.0)
    result = engine.compile(model, outputs=["x", "n"]).simulate(np.empty((1, 0)), [0.0, 9.0], doses, rtol=1e-9)

    met = 10.0 * np.log(1 / 0.55)
    assert result.values[0, -1, 1] == 1
    np.testing.assert_allclose(result.values[0, -1, 0], 1.55 * np.exp(-0.1 * (9.0 - met)), rtol=1e-8)
