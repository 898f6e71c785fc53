"""Numbers that sum up curves: against closed forms, against the curves themselves, and bit for bit everywhere."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_models import BOUND, ORAL, kernel
from speciosa import engine
from speciosa.errors import EngineError

TIMES = np.linspace(0, 24, 25)
ALL = ("cmax", "tmax", "cmin", "trough", "auc", "average", "time_above(1.2)", "time_below(1.2)")
VARIED = ("ka", "CL", "V")
DOSES = engine.Dosing([0, 6, 6, 13], ("gut", "gut", "central", "gut"), [90.0, 40.0, 50.0, 60.0], [0, 0, 0, 15.0])


def people(count, seed=5):
    return np.array([1.2, 5.0, 30.0]) * np.exp(0.4 * np.random.default_rng(seed).standard_normal((count, 3)))


def summed(table, wanted=ALL, dosing=DOSES, lanes=None, times=TIMES, **options):
    return kernel(ORAL, ("C", "gut"), VARIED, lanes).simulate(
        table, times, dosing, summaries={"C": wanted, "gut": ("cmax",)}, **options
    )


@pytest.fixture(scope="module")
def crowd():
    return summed(people(500), window="dosing interval")


def test_the_curves_are_dropped(crowd):
    assert crowd.values.shape == (500, 0, 2)
    assert crowd.summaries.values.shape == (500, 3, 9)
    assert crowd.counts() == {"ok": 500}
    with pytest.raises(EngineError, match="curves of 'C' were not kept; ask for them with curves=True"):
        crowd.output("C")


def test_windows_are_the_dosing_intervals(crowd):
    assert crowd.summaries.windows.tolist() == [[0, 6], [6, 13], [13, 24]]


# -- closed forms


def decay(amount=100.0, V=30.0, CL=5.0):
    return lambda t: amount / V * np.exp(-CL / V * t)


@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("window", [None, (3.0, 9.0), [(0.5, 1.0), (7.3, 21.7)]])
def test_the_area_is_an_integral_and_not_a_sum_of_trapezia(rtol, window):
    k = 5.0 / 30.0
    result = kernel(ORAL, ("C",)).simulate(
        {}, [24.0], engine.Dosing(0, "central", 100.0), rtol=rtol, summaries={"C": ("auc", "average")}, window=window
    )
    start, end = result.summaries.windows.T
    expected = 100.0 / 5.0 * (np.exp(-k * start) - np.exp(-k * end))

    np.testing.assert_allclose(result.summary("C", "auc")[0], expected, rtol=3 * rtol * 20)
    np.testing.assert_array_equal(result.summary("C", "average"), result.summary("C", "auc") / (end - start))


def test_clearance_times_area_is_what_is_gone():
    table = people(100)
    outputs = ("C", "gut", "central")
    kern = kernel(ORAL, outputs, VARIED)
    result = kern.simulate(table, TIMES, engine.Dosing(0, "gut", 90.0), summaries={"C": "auc"}, curves=True, rtol=1e-9)
    gone = 90.0 - result.output("gut")[:, -1] - result.output("central")[:, -1]

    np.testing.assert_allclose(table[:, 1] * result.summary("C", "auc")[:, 0], gone, rtol=1e-8)


@pytest.mark.parametrize("refine", [1, 4, 16])
def test_the_peak_and_its_time_within_the_grid(refine):
    ka, ke = 1.2, 5.0 / 30.0
    at = math.log(ka / ke) / (ka - ke)
    peak = 100.0 / 30.0 * ka / (ka - ke) * (math.exp(-ke * at) - math.exp(-ka * at))
    step = 1.0 / refine
    result = kernel(ORAL, ("C",)).simulate(
        {}, TIMES, engine.Dosing(0, "gut", 100.0), summaries={"C": ("cmax", "tmax")}, refine=refine
    )
    bend = peak * ka * ke  # the curvature at the peak, C'' = -ka ke C there

    assert abs(result.summary("C", "tmax")[0, 0] - at) <= step
    assert -1e-6 * peak <= peak - result.summary("C", "cmax")[0, 0] <= bend * step**2 / 2


@pytest.mark.parametrize("refine", [1, 4, 16])
def test_the_time_above_a_level_within_the_square_of_the_grid(refine):
    result = kernel(ORAL, ("C",)).simulate(
        {},
        TIMES,
        engine.Dosing(0, "central", 100.0),
        summaries={"C": ("time_above(1.2)", "time_below( 1.2 )")},
        refine=refine,
    )
    k = 5.0 / 30.0
    expected = math.log(100.0 / 30.0 / 1.2) / k
    above, below = result.summary("C", "time_above(1.2)"), result.summary("C", "time_below( 1.2 )")

    assert abs(above[0, 0] - expected) < k * (1 / refine) ** 2 / 8 + 1e-5
    assert above + below == pytest.approx(24.0)


def test_a_peak_is_after_the_dose_and_a_trough_before_it():
    dosing = engine.Dosing([0, 6, 12], "central", [100.0, 40.0, 40.0])
    result = kernel(ORAL, ("C",)).simulate(
        {}, [24.0], dosing, summaries={"C": ("cmax", "tmax", "trough", "cmin")}, window=[(0, 6), (6, 12), (3, 6.5)]
    )
    one = decay()
    before = one(6.0)
    after = before + 40.0 / 30.0
    expected = [
        [one(0), 0.0, before, before],
        [after, 6.0, after * math.exp(-1.0), after * math.exp(-1.0)],
        [after, 6.0, after * math.exp(-0.5 / 6), before],
    ]

    np.testing.assert_allclose(result.summaries.values[0], expected, rtol=1e-5)


def test_the_peak_of_an_infusion_is_where_it_ends():
    dosing = engine.Dosing([0.1], "central", [100.0], [400.0])  # ends at 0.35, between the output times
    result = kernel(ORAL, ("C",)).simulate({}, TIMES, dosing, summaries={"C": ("cmax", "tmax")})
    k = 5.0 / 30.0
    expected = 400.0 / 30.0 / k * (1 - math.exp(-k * 0.25))

    assert result.summary("C", "tmax")[0, 0] == pytest.approx(0.35)
    assert result.summary("C", "cmax")[0, 0] == pytest.approx(expected, rel=1e-6)


def test_amounts_of_ones_own_change_no_bit_of_the_others():
    amounts = np.array([90.0, 40.0, 50.0, 60.0]) * np.linspace(1, 2, 500)[:, None]
    dosing = engine.Dosing([0, 6, 6, 13], ("gut", "gut", "central", "gut"), amounts, [0, 0, 0, 15.0])
    alone = engine.Dosing([0, 6, 6, 13], ("gut", "gut", "central", "gut"), amounts[77:78], [0, 0, 0, 15.0])
    together = summed(people(500), dosing=dosing).summaries.values[77]

    np.testing.assert_array_equal(summed(people(500)[77:78], dosing=alone).summaries.values[0], together)


# -- against the curves


def on_grid(result, table, dosing, **options):
    kern = kernel(ORAL, ("C", "gut"), VARIED)
    return kern.simulate(table, result.summaries.times, dosing, **options).output("C")


NOT_AREA = tuple(name for name in ALL if name not in {"auc", "average"})


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 20), st.sampled_from(["gut", "central"]), st.floats(1, 100)), max_size=4),
    st.tuples(st.floats(0, 11), st.floats(11.5, 24)),
    st.integers(1, 3),
)
def test_summaries_are_those_of_the_curve_bit_for_bit(doses, window, refine):
    dosing = engine.Dosing(*zip(*doses, strict=True)) if doses else engine.Dosing.none()
    table = people(5)
    result = summed(table, NOT_AREA, dosing, window=window, refine=refine)
    curve, times = on_grid(result, table, dosing), result.summaries.times
    inside = (times >= window[0]) & (times <= window[1])
    if any(time == window[1] for time, _, _ in doses):
        inside &= times < window[1]
    seen = curve[:, inside]

    np.testing.assert_array_equal(result.summary("C", "cmax")[:, 0], seen.max(axis=1))
    np.testing.assert_array_equal(result.summary("C", "cmin")[:, 0], seen.min(axis=1))
    np.testing.assert_array_equal(result.summary("C", "tmax")[:, 0], times[inside][seen.argmax(axis=1)])
    np.testing.assert_array_equal(result.summary("C", "trough")[:, 0], seen[:, -1])
    both = result.summary("C", "time_above(1.2)") + result.summary("C", "time_below(1.2)")
    touching = np.isclose(seen, 1.2, rtol=1e-12).any(axis=1)
    np.testing.assert_allclose(both[~touching, 0], window[1] - window[0], rtol=1e-12)


def test_curves_beside_summaries_are_those_of_a_run_without_them():
    table = people(50)
    both = summed(table, NOT_AREA, curves=True)
    alone = kernel(ORAL, ("C", "gut"), VARIED).simulate(table, TIMES, DOSES)

    np.testing.assert_array_equal(both.values, alone.values)
    np.testing.assert_array_equal(both.steps, alone.steps)


def test_an_area_changes_the_curves_only_within_the_tolerance():
    table = people(50)
    both = summed(table, curves=True, rtol=1e-8, atol=1e-11)
    alone = kernel(ORAL, ("C", "gut"), VARIED).simulate(table, TIMES, DOSES, rtol=1e-8, atol=1e-11)

    np.testing.assert_allclose(both.values, alone.values, rtol=1e-6, atol=1e-8)


def test_the_area_of_a_nonlinear_model_is_that_of_a_fine_grid():
    kern = kernel(BOUND, ("C", "effect"))
    dosing = engine.Dosing([0, 8], "gut", 90.0)
    result = kern.simulate({}, [24.0], dosing, summaries={"C": "auc", "effect": "auc"}, rtol=1e-8)
    fine = np.union1d(np.linspace(0, 24, 40001), [8.0])
    curves = kern.simulate({}, fine, dosing, rtol=1e-10, atol=1e-13)

    for name in ("C", "effect"):
        expected = np.trapezoid(curves.output(name)[0], fine)
        assert result.summary(name, "auc")[0, 0] == pytest.approx(expected, rel=1e-6)


def test_areas_of_windows_add_up():
    table = people(20)
    parts = summed(table, window="dosing interval").summary("C", "auc").sum(axis=1)

    np.testing.assert_allclose(summed(table).summary("C", "auc")[:, 0], parts, rtol=1e-12)


# -- the same bits


def same(one, other):
    np.testing.assert_array_equal(one.summaries.values, other.summaries.values)
    np.testing.assert_array_equal(one.status, other.status)
    np.testing.assert_array_equal(one.steps, other.steps)
    np.testing.assert_array_equal(one.reached, other.reached)


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
def test_lanes_change_no_bit(crowd, lanes):
    same(summed(people(500), lanes=lanes, window="dosing interval"), crowd)


@pytest.mark.parametrize("options", [{"threads": 1}, {"threads": 3, "chunk": 1}, {"threads": 2, "chunk": 33}])
def test_threads_and_chunks_change_no_bit(crowd, options):
    same(summed(people(500), window="dosing interval", **options), crowd)


@pytest.mark.parametrize("person", [0, 255, 499])
def test_a_person_alone_is_the_person_in_the_crowd(crowd, person):
    alone = summed(people(500)[person : person + 1], window="dosing interval")

    np.testing.assert_array_equal(alone.summaries.values[0], crowd.summaries.values[person])


def test_who_fails_is_blank_and_leaves_the_others_untouched(crowd):
    table = people(500)
    table[3, 0] = np.nan
    table[4, 2] = 0.0
    result = summed(table, window="dosing interval")

    assert result.counts() == {"ok": 498, "not a number": 1, "bad parameter": 1}
    assert np.isnan(result.summaries.values[[3, 4]]).all()
    np.testing.assert_array_equal(result.summaries.values[result.ok], crowd.summaries.values[result.ok])


def test_an_output_that_is_no_number_gives_no_numbers():
    kern = engine.compile(engine.load(ORAL), {"odd": "ln(C)", "C": "C"}, cache=False)
    result = kern.simulate({}, TIMES, engine.Dosing(2, "gut", 10.0), summaries={"odd": ("cmax", "tmax", "cmin")})

    assert result.summary("odd", "cmin")[0, 0] == -np.inf
    kern = engine.compile(engine.load(ORAL), {"odd": "sqrt(C - 1)"}, cache=False)
    wanted = ("cmax", "tmax", "time_above(0)", "time_below(0)")
    result = kern.simulate({}, TIMES, engine.Dosing(2, "gut", 10.0), summaries={"odd": wanted})
    assert np.isnan(result.summaries.values).all()


# -- single precision


@pytest.mark.parametrize("options", [{}, {"chunk": 7, "threads": 2}])
def test_single_precision_is_the_double_rounded(options):
    table = people(100)
    table[5, 0] = np.nan
    kern = kernel(ORAL, ("C", "gut"), VARIED)
    full = kern.simulate(table, TIMES, DOSES)
    single = kern.simulate(table, TIMES, DOSES, dtype="float32", **options)

    assert single.values.dtype == np.float32
    np.testing.assert_array_equal(single.values, full.values.astype(np.float32))


def test_summaries_are_always_double():
    table = people(20)
    one, other = (summed(table, curves=True, dtype=dtype) for dtype in ("float32", "float64"))

    same(one, other)
    np.testing.assert_array_equal(one.values, other.values.astype(np.float32))


# -- what is refused


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"summaries": {"brain": "cmax"}}, "summary of 'brain' is no output"),
        ({"summaries": {"C": "peak"}}, "'peak' of 'C' is unknown; expected cmax"),
        ({"summaries": {"C": "time_above(x)"}}, "'time_above\\(x\\)' of 'C' is unknown"),
        ({"summaries": {"C": "time_above(inf)"}}, "is unknown"),
        ({"summaries": {"C": ("cmax", "cmax")}}, "'cmax' of 'C' is asked for twice"),
        ({"summaries": {}}, "summaries is empty"),
        ({"summaries": {"C": ()}}, "summaries is empty"),
        ({"window": (0, 1)}, "belong to summaries"),
        ({"refine": 2}, "belong to summaries"),
        ({"summaries": {"C": "cmax"}, "refine": 0}, "refine is 0"),
        ({"summaries": {"C": "cmax"}, "window": (5, 5)}, "window 5 to 5"),
        ({"summaries": {"C": "cmax"}, "window": (0, 25)}, "window 0 to 25 .* start 0 and the end 24"),
        ({"summaries": {"C": "cmax"}, "window": (0, 1, 2)}, r"window has the shape \(1, 3\)"),
        ({"summaries": {"C": "cmax"}, "window": ("a", "b")}, "expected a start and an end"),
        ({"summaries": {"C": "cmax"}, "window": "day"}, "window is 'day'"),
        ({"summaries": {"C": "cmax"}, "window": "dosing interval", "dosing": None}, "there is no dose"),
        ({"dtype": "float16"}, "dtype is 'float16'"),
        ({"curves": False}, "nothing would be left"),
    ],
)
def test_arguments_that_are_refused(options, sentence):
    arguments = {"parameters": {}, "times": TIMES, "dosing": DOSES} | options

    with pytest.raises(EngineError, match=sentence):
        kernel(ORAL, ("C", "gut"), VARIED).simulate(**arguments)


def test_a_summary_that_was_not_asked_for(crowd):
    with pytest.raises(EngineError, match="'cmin' of 'gut' was not asked for; there are"):
        crowd.summary("gut", "cmin")
    with pytest.raises(EngineError, match="not asked for; name it in summaries"):
        kernel(ORAL, ("C", "gut"), VARIED).simulate({}, TIMES).summary("C", "cmax")


# -- failures in words


def test_failures_say_who_why_and_how_far():
    text = "model ends()\n x = 1; k = 1; x' = k * x^2;\nend"
    kern = kernel(text, ("x",), ("k",))
    result = kern.simulate({"k": [0.1, 1.0, np.nan, 0.2]}, [0.0, 2.0], rtol=1e-8)
    first, second = result.failures()

    assert (first.person, second.person) == (1, 2)
    assert first.status in {"not a number", "step too small"}
    assert first.reached == pytest.approx(1.0, abs=1e-3)  # 1 / (1 - t) ends at 1
    assert second == (2, "bad parameter", 0.0)
    assert result.reached[[0, 3]].tolist() == [2.0, 2.0]


def test_who_steps_too_often_says_how_far_it_came():
    kern = kernel(ORAL, ("C",))
    (failure,) = kern.simulate({}, [1000.0], engine.Dosing(0, "gut", 1.0), max_steps=20).failures()

    assert failure.status == "too many steps"
    assert 0 < failure.reached < 1000


def test_nobody_failed(crowd):
    assert crowd.failures() == ()
