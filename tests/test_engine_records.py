"""Records: who gets what, when, in which order, and with whose numbers."""

import re
from pathlib import Path

import numpy as np
import pytest

from engine_models import BOUND, MIXED, ORAL, kernel
from speciosa.engine import Dosing
from speciosa.engine._records import FIELDS
from speciosa.errors import EngineError

TIGHT = {"rtol": 1e-9, "atol": 1e-12}
PILE = "model pile()\n x = 0; y = 0; x' = 0; y' = 0; R1 = 4; D2 = 0.5; late = 3;\nend"  # keeps what it is given
KE = 5.0 / 30.0


def pile(records, times=None, parameters=None, vary=(), **options):
    dosing = Dosing.from_records(records, **options)
    result = kernel(PILE, ("x", "y"), vary).simulate(parameters or {}, times, dosing, **TIGHT)
    assert result.ok.all(), result.counts()
    return result


def central(records, times=None, parameters=None, **options):
    dosing = Dosing.from_records(records, **options)
    result = kernel(ORAL, ("central",), ("CL",)).simulate(parameters or {"CL": 5.0}, times, dosing, **TIGHT)
    assert result.ok.all(), result.counts()
    return result.values[..., 0]


def dose(time=0.0, amount=1.0, into="x", **more):
    return {"TIME": time, "AMT": amount, "CMT": into, **more}


# -- observations


def test_observations_are_the_output_times():
    result = pile([{"TIME": 0}, dose(1), {"TIME": 1}, {"TIME": 5}])

    assert result.times.tolist() == [0, 1, 5]
    assert result.output("x")[0].tolist() == [0, 1, 1]


def test_an_observation_before_a_dose_of_its_time_does_not_see_it():
    records = [dose(0), {"TIME": 2}, dose(2, 10), {"TIME": 2}, {"TIME": 2}, dose(2, 100), {"TIME": 3}]

    assert pile(records).output("x")[0].tolist() == [1, 11, 11, 111]


def test_an_additional_dose_comes_before_an_observation_of_its_time():
    assert pile([dose(0, II=2, ADDL=2), {"TIME": 2}, {"TIME": 4}]).output("x")[0].tolist() == [2, 3]


@pytest.mark.parametrize("times", [None, [0.1, 0.2, 0.3, 0.6, 0.7]])
def test_times_that_differ_by_rounding_are_one(times):
    records = [dose(0, II=0.1, ADDL=7), *({"TIME": time} for time in (0.1, 0.2, 0.3, 0.6, 0.7))]
    late = [dose(0, II=0.1, ADDL=6, lag=0.1), *records[1:]]  # 0.1 × 3 and 0.1 × 2 + 0.1 are not 0.3

    assert pile(records, times).output("x")[0].tolist() == [2, 3, 4, 7, 8]
    assert pile(late, times, lag="lag").output("x")[0].tolist() == [1, 2, 3, 6, 7]


def test_a_common_grid_overrules_the_observations():
    result = pile([dose(0), {"TIME": 2}, dose(2, 10), {"TIME": 3}], times=[2.0, 9.0])

    assert result.output("x")[0].tolist() == [11, 11]


def test_persons_have_their_own_times_and_doses():
    records = {
        "ID": ["b", "b", "b", "a", "a", "a", "a"],
        "TIME": [0, 1, 3, 10, 10, 12, 20],
        "AMT": [5, None, None, None, 7, None, None],
        "CMT": "x",
    }
    result = pile(records)

    assert result.people == ("b", "a")
    np.testing.assert_array_equal(result.times, [[1, 3, np.nan], [10, 12, 20]])
    np.testing.assert_array_equal(result.output("x"), [[5, 5, np.nan], [0, 7, 7]])


def test_a_person_starts_with_the_first_record():
    clock = "model clock()\n x = 0; x' = 1;\nend"
    records = [{"ID": 1, "TIME": 10}, {"ID": 1, "TIME": 12}, {"ID": 2, "TIME": -3}, {"ID": 2, "TIME": 4}]
    result = kernel(clock, ("x",)).simulate({}, dosing=Dosing.from_records(records))

    np.testing.assert_allclose(result.output("x"), [[0, 2], [0, 7]], rtol=1e-12)


@pytest.mark.parametrize("kind", ["rows", "columns", "pandas", "columns renamed"])
def test_tables_of_every_kind(kind):
    columns = {"ID": [1, 1, 2, 2], "time": [0.0, 2.0, 0.0, 2.0], "Amt": [3.0, np.nan, 4.0, np.nan], "CMT": ["y"] * 4}
    rename = {}
    if kind == "columns renamed":
        columns = {"subject": columns["ID"], "hours": columns["time"], "amt": columns["Amt"], "CMT": "y"}
        rename = {"ID": "subject", "TIME": "hours"}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] if not rename else []
    table = rows if kind == "rows" else columns
    if kind == "pandas":
        table = pytest.importorskip("pandas").DataFrame(columns).convert_dtypes()

    assert pile(table, columns=rename).output("y").tolist() == [[3], [4]]


# -- lag, bioavailability, modelled infusions


def test_lag_and_bioavailability_from_everywhere():
    records = [dose(1, 10, II=4, ADDL=1, L=2, F=0.5), dose(1, 10, "y", L=2, F=0.5)]
    times = [0, 2.9, 3, 3.9, 4, 6.9, 7, 8]
    by_column = pile(records, times, lag={"x": "L"}, bioavailability="F").values[0]
    by_number = pile(records, times, lag={1: 2.0}, bioavailability={"x": 0.5, "y": 0.5}, ignore=("L", "F")).values[0]
    by_constant = pile(records, times, lag={"x": "late"}, ignore=("L", "F")).output("x")[0]

    assert by_column[:, 0].tolist() == [0, 0, 5, 5, 5, 5, 10, 10]
    assert by_column[:, 1].tolist() == [0, 5, 5, 5, 5, 5, 5, 5]
    np.testing.assert_array_equal(by_number, by_column)
    assert by_constant.tolist() == [0, 0, 0, 0, 10, 10, 10, 20]


def test_lag_and_bioavailability_of_each_person():
    record = [dose(0, 10, II=5, ADDL=1)]
    times = [0, 1, 2, 3, 6, 7, 8]
    by_array = pile(record, times, {"late": [1, 2, 3]}, ("late",), lag={"x": [1, 2, 3]}, bioavailability=[1, 0, 0.1])
    by_name = pile(record, times, {"late": [1.0, 2, 3]}, ("late",), lag="late", bioavailability=[1, 0, 0.1])

    assert by_array.output("x").tolist() == [[0, 10, 10, 10, 20, 20, 20], [0] * 7, [0, 0, 0, 1, 1, 1, 2]]
    np.testing.assert_array_equal(by_name.values, by_array.values)


def test_bioavailability_shortens_an_infusion_of_given_rate_and_thins_one_of_given_duration():
    given = pile([dose(0, 10, RATE=5)], [0, 0.5, 1, 2], bioavailability=0.5).output("x")[0]
    modelled = pile([dose(0, 10, RATE=-2)], [0, 0.5, 1, 2], bioavailability=0.5, durations=2).output("x")[0]

    np.testing.assert_allclose(given, [0, 2.5, 5, 5], rtol=1e-12)
    np.testing.assert_allclose(modelled, [0, 1.25, 2.5, 5], rtol=1e-12)


def test_modelled_rates_and_durations_have_the_names_that_nonmem_knows():
    records = [dose(0, 10, "x", RATE=-1), dose(0, 10, "y", RATE=-2)]
    constants = pile(records, [0, 0.25, 1, 9]).values[0]
    columns = pile([{**record, "R1": 20, "D2": 1} for record in records], [0, 0.25, 1, 9]).values[0]
    varied = pile(records, [0.25], {"R1": [1, 2]}, ("R1",)).output("x")
    named = pile(records, [0.25], {"R1": [1, 2]}, ("R1",), rates={1: "late"}, durations=[1, 2]).values

    np.testing.assert_allclose(constants, [[0, 0], [1, 5], [4, 10], [10, 10]], rtol=1e-12)
    np.testing.assert_allclose(columns, [[0, 0], [5, 2.5], [10, 10], [10, 10]], rtol=1e-12)
    np.testing.assert_allclose(varied[:, 0], [0.25, 0.5], rtol=1e-12)
    np.testing.assert_allclose(named[:, 0], [[0.75, 2.5], [0.75, 1.25]], rtol=1e-12)


# -- resets


def test_a_reset_takes_everything_back_and_cancels_what_was_to_come():
    records = [
        dose(0, 5),
        dose(0, 100, "y", RATE=10),  # runs until 10
        dose(0, 7, II=3, ADDL=5),
        dose(2, 50, "y"),  # lagged beyond the reset
        {"TIME": 4, "EVID": 3},
        dose(6, 1, EVID=1),
    ]
    found = pile(records, [3, 3.9, 4, 5, 9, 20], lag={"y": 2.5}).values[0]

    np.testing.assert_allclose(found[:, 0], [19, 19, 0, 0, 1, 1], rtol=1e-12)
    np.testing.assert_allclose(found[:, 1], [5, 14, 0, 0, 0, 0], rtol=1e-12)


def test_reset_and_dose_returns_to_the_initial_states_of_the_person():
    records = [dose(0, 5, "y"), dose(2, 1, EVID=4), {"TIME": 2}, {"TIME": 3}]

    assert pile(records, None, {"x": [10.0, 20.0]}, ("x",)).values.tolist() == [[[11, 0]] * 2, [[21, 0]] * 2]


# -- covariates


@pytest.mark.parametrize("carry", ["locf", "nocb"])
def test_a_covariate_changes_at_its_records(carry):
    clearance = {0: 5.0, 2: 10.0, 3: 10.0, 7: 1.0, 10: 3.0}
    records = [dose(0, 100, "central", CL=5.0)]
    records += [{"TIME": time, "EVID": 0 if time else 2, "CL": value} for time, value in clearance.items()]
    between = {"locf": [5, 10, 10, 1], "nocb": [10, 10, 1, 3]}[carry]
    fallen = np.cumsum(np.array(between) / 30 * np.diff(list(clearance)))

    np.testing.assert_allclose(central(records, carry=carry)[0], 100 * np.exp(-fallen), rtol=1e-8)
    # a common grid meets the same changes
    grid = [0, 2, 3, 7, 7, 10, 12]
    expected = 100 * np.exp(-np.array([0, *fallen[[0, 1, 2, 2, 3]], fallen[3] + 2 * 3 / 30]))
    np.testing.assert_allclose(central(records, grid, carry=carry)[0], expected, rtol=1e-8)


@pytest.mark.parametrize(("carry", "seen"), [("locf", [1, 2, 2, 3]), ("nocb", [1, 2, 2, 3])])
def test_an_observation_sees_the_covariates_of_its_own_record(carry, seen):
    records = [{"TIME": t, "CL": v} for t, v in zip([0, 1, 2, 3], [1, 2, None, 3], strict=True)]
    kern = kernel(ORAL, ("CL",), ("CL",))

    assert kern.simulate({}, dosing=Dosing.from_records(records, carry=carry)).output("CL")[0].tolist() == seen


def test_covariates_may_be_called_otherwise_and_differ_between_persons():
    records = [
        {"ID": person, "TIME": time, "AMT": 100 if time == 0 else 0, "CMT": "central", "clear": value}
        for person, values in ((1, (5, 5)), (2, (5, 15)))
        for time, value in zip((0, 3), values, strict=True)
    ]
    found = central(records, [3.0, 6.0], covariates={"clear": "CL"}, carry="locf")

    np.testing.assert_allclose(found, 100 * np.exp(-KE * np.array([[3, 6], [3, 12]])), rtol=1e-8)


def test_a_volume_that_changes_leaves_the_amount():
    kern = kernel(MIXED, ("B", "T"), ("blood", "k1", "k2"))
    records = [{"TIME": 0, "blood": 4.0}, {"TIME": 1, "blood": 8.0}, {"TIME": 2, "blood": 8.0}]
    records[0] |= {"AMT": 10, "RATE": 5, "CMT": "B", "EVID": 1}  # 5 an hour for two hours
    dosing = Dosing.from_records(records, carry="locf")
    found = kern.simulate({"k1": 0.0, "k2": 0.0}, [0, 1, 2, 3], dosing, **TIGHT).output("B")[0]

    np.testing.assert_allclose(found, [3, 17 / 8, 22 / 8, 22 / 8], rtol=1e-10)


# -- steady state


def brute_force(record, times, count=150, **options):
    """The same dose, given for long."""
    every = record["II"]
    early = {**record, "TIME": 0.0, "SS": 0, "ADDL": count + int(record.get("ADDL", 0))}
    shifted = np.asarray(times) + count * every
    return shifted, Dosing.from_records([early], **options)


@pytest.mark.parametrize(
    ("more", "options"),
    [
        ({}, {}),
        ({"ADDL": 2}, {"lag": 3.0, "bioavailability": 0.7}),
        ({"RATE": 10}, {}),  # shorter than the interval
        ({"RATE": 1.875}, {"lag": 1.0}),  # as long
        ({"RATE": 0.7, "ADDL": 1}, {"lag": 7.5, "bioavailability": 0.9}),  # several at a time
        ({"RATE": -2}, {"durations": 31.0}),
        ({"ADDL": 1}, {"lag": 19.0}),  # two doses are on the way
        ({"RATE": 5}, {"lag": 14.5}),
    ],
)
def test_a_steady_state_is_what_a_long_run_in_reaches_in_a_nonlinear_model(more, options):
    record = {"TIME": 5.0, "AMT": 15.0, "CMT": "gut", "II": 8.0, **more}
    times = np.linspace(0, 30, 61)
    kern = kernel(BOUND, ("C", "E", "R", "tolerance"), ("kdeg",))
    people = {"kdeg": [0.05, 0.2]}
    late, long = brute_force(record, times, **options)
    expected = kern.simulate(people, late, long, **TIGHT, max_steps=10**6).values
    found = kern.simulate(people, 5.0 + times, Dosing.from_records([{**record, "SS": 1}], **options), **TIGHT).values

    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


def test_the_second_kind_is_added_to_what_is_there():
    kern = kernel(ORAL, ("central", "gut"))
    times = np.linspace(12, 60, 49)

    def alone(records):
        return kern.simulate({}, times, Dosing.from_records(records), **TIGHT).values

    first = [dose(0, 100, "gut", SS=1, II=24, ADDL=3)]
    drip = [dose(0, 60, "central", RATE=4)]  # still runs at 12
    second = [dose(12, 50, "gut", SS=2, II=24, ADDL=3)]
    np.testing.assert_allclose(
        alone([*first, *drip, *second]), alone(first) + alone(drip) + alone(second), rtol=1e-7, atol=1e-9
    )


def test_a_steady_state_cancels_what_was_before():
    records = [dose(0, 100, "gut", II=6, ADDL=9), dose(0, 90, "central", RATE=3), dose(10, 50, "gut", SS=1, II=24)]
    times = [10, 11, 13, 20]

    np.testing.assert_allclose(central(records, times), central(records[-1:], times), rtol=1e-9)


def test_an_infusion_that_has_always_run_ends_with_its_record():
    rate = 10.0
    found = central([dose(4, 0, "central", SS=1, RATE=rate)], [4, 6])
    lagged = central([dose(4, 0, "central", SS=1, RATE=rate)], [4, 6, 7], lag=2.0)

    np.testing.assert_allclose(found[0], rate / KE * np.exp([0, -2 * KE]), rtol=1e-8)
    np.testing.assert_allclose(lagged[0], rate / KE * np.exp([0, 0, -KE]), rtol=1e-8)


def test_an_endogenous_steady_state_needs_no_dose():
    text = "model turnover()\n x = 0; kin = 3; kout = 0.1; x' = kin - kout * x;\nend"
    records = [{"TIME": 2, "EVID": 1, "SS": 1, "CMT": 1}, {"TIME": 2}, {"TIME": 5}]
    result = kernel(text, ("x",), ("kin",)).simulate({"kin": [3.0, 6.0]}, dosing=Dosing.from_records(records))

    np.testing.assert_allclose(result.output("x"), [[30, 30], [60, 60]], rtol=1e-8)


def test_a_steady_state_is_that_of_the_covariates_of_its_record():
    record = {"AMT": 100.0, "CMT": "central", "II": 6.0, "EVID": 1}
    records = [{**record, "TIME": 0, "CL": 5.0, "SS": 1}, {**record, "TIME": 20, "CL": 12.0, "SS": 3}]
    found = central([*records, {"TIME": 20, "EVID": 0, "CL": 12.0}, {"TIME": 23, "EVID": 0, "CL": 12.0}])[0]

    ke = 12 / 30
    np.testing.assert_allclose(found, 100 / (1 - np.exp(-6 * ke)) * np.exp([0, -3 * ke]), rtol=1e-8)


def test_the_periods_of_a_model_with_a_clock_are_those_before_the_record():
    text = "model clock()\n x = 0; kin = 2; x' = kin * (1 + 0.5 * sin(0.2617993877991494 * time)) - 0.02 * x;\nend"
    kern = kernel(text, ("x",))
    times = np.array([5.0, 9.0, 20.0, 29.0])
    record = {"TIME": 5.0, "AMT": 10.0, "CMT": "x", "II": 24.0}
    late, long = brute_force(record | {"TIME": 5.0}, times - 5.0, count=90)
    expected = kern.simulate({}, late, long, **TIGHT).values
    found = kern.simulate({}, times - 5, Dosing.from_records([{**record, "TIME": 0.0, "SS": 1}]), **TIGHT).values
    shifted = kern.simulate({}, times, Dosing.from_records([{**record, "SS": 1}]), **TIGHT).values

    np.testing.assert_allclose(found, expected, rtol=1e-7)
    assert abs(shifted / found - 1).max() > 1e-3  # another hour of the day


# -- failure, bits


ALL = [
    {"TIME": 0, "AMT": 20, "CMT": "gut", "II": 12, "ADDL": 3, "SS": 1, "n": 1.7},
    {"TIME": 3, "AMT": 30, "CMT": "blood", "RATE": -2, "n": 1.7},
    {"TIME": 20, "n": 1.2},
    {"TIME": 20, "AMT": 5, "CMT": "blood", "n": 1.2},
    {"TIME": 30, "AMT": 20, "CMT": "gut", "EVID": 4, "n": 2.0},
    {"TIME": 40, "AMT": 4, "CMT": "gut", "SS": 2, "II": 6, "RATE": 0.5, "n": 2.0},
    {"TIME": 48, "n": 2.0},
]


def everything(people, lanes=None, **options):
    kern = kernel(BOUND, ("C", "effect"), ("kdeg", "CL", "n"), lanes)
    regimen = {"lag": {"gut": people[:, 2]}, "durations": {"blood": 4.0}, "bioavailability": {"blood": 0.8}}
    dosing = Dosing.from_records(ALL, **regimen)
    table = np.column_stack([people[:, 0], people[:, 1], np.full(len(people), 1.7)])
    return kern.simulate(table, np.linspace(0, 48, 25), dosing, final=True, **options)


@pytest.fixture(scope="module")
def people():
    generator = np.random.default_rng(8)
    return np.array([0.1, 12.0, 1.0]) * np.exp(0.3 * generator.standard_normal((21, 3)))


@pytest.fixture(scope="module")
def crowd(people):
    return everything(people)


@pytest.mark.parametrize(
    "options", [{"lanes": 1}, {"lanes": 2}, {"lanes": 4}, {"lanes": 8}, {"threads": 2, "chunk": 5}, {"chunk": 1}]
)
def test_neither_lanes_nor_threads_nor_chunks_change_a_bit(people, crowd, options):
    found = everything(people, **options)

    assert crowd.ok.all()
    np.testing.assert_array_equal(found.values, crowd.values)
    np.testing.assert_array_equal(found.final, crowd.final)
    np.testing.assert_array_equal(found.steps, crowd.steps)


def test_neighbours_change_no_bit(people, crowd):
    order = np.random.default_rng(1).permutation(len(people))

    np.testing.assert_array_equal(everything(people[order]).values, crowd.values[order])
    np.testing.assert_array_equal(everything(people[7:8]).values, crowd.values[7:8])


def test_who_has_impossible_numbers_fails_alone(people, crowd):
    worse = people.copy()
    worse[3, 2] = -1.0  # a negative lag
    worse[5, 2] = np.nan
    worse[9, 1] = 1.0  # too little clearance: the doses pile up without end
    found = everything(worse)

    assert found.counts() == {"ok": 18, "bad parameter": 2, "no steady state": 1}
    assert found.words[found.status[9]] == "no steady state"
    np.testing.assert_array_equal(found.values[found.ok], crowd.values[found.ok])


def test_own_records_of_each_person_equal_shared_ones(people, crowd):
    rows = [{"ID": k, "n": np.nan, **record, "late": lag} for k, lag in enumerate(people[:, 2]) for record in ALL]
    kern = kernel(BOUND, ("C", "effect"), ("kdeg", "CL", "n"))
    regimen = {"lag": {"gut": "late"}, "durations": {"blood": 4.0}, "bioavailability": {"blood": 0.8}}
    table = {"kdeg": people[:, 0], "CL": people[:, 1]}
    found = kern.simulate(table, np.linspace(0, 48, 25), Dosing.from_records(rows, **regimen), final=True)

    assert found.people == tuple(map(str, range(len(people))))
    np.testing.assert_array_equal(found.values, crowd.values)


# -- what is refused


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        ([{"ID": 1, "TIME": 2}, {"ID": 1, "TIME": 1}], "TIME of dosing record 2 is 1, before the record above it"),
        ([{"ID": 1}, {"ID": 2}, {"ID": 1}], "ID '1' comes back in dosing record 3; sort"),
        ([{"ID": 1}, {"ID": None}], "ID of dosing record 2 is missing"),
        ([{"EVID": 7}], "EVID of dosing record 1 is 7; expected 0, 1, 2, 3 or 4"),
        ([{"EVID": 2, "CMT": -1}], "turning compartments off is not supported"),
        ([dose(0, 1, SS=1)], "II of dosing record 1 is 0; expected more than 0 with SS"),
        ([dose(0, 0, SS=1, II=3)], "AMT of dosing record 1 is 0 with SS and II"),
        ([dose(0, 1, SS=4, II=3)], "SS of dosing record 1 is 4; expected 0, 1, 2 or 3"),
        ([dose(0, 1, RATE=-3)], "RATE of dosing record 1 is -3; expected 0 or more, -1 or -2"),
        ([dose(0, -1, RATE=3)], "AMT of dosing record 1 is -1; expected 0 or more for an infusion"),
        ([dose(0, 1, II=-3)], "II of dosing record 1 is -3"),
        ([dose(0, np.inf)], "AMT of dosing record 1 is inf"),
        ([dose(np.inf)], "TIME of dosing record 1 is inf"),
        ({"TIME": [0, 1], "AMT": [1, 2, 3]}, "differ in length"),
        ([1, 2], "neither columns nor mappings"),
        (7, "The records are '7'; expected a table"),
    ],
)
def test_records_that_are_refused(records, sentence):
    with pytest.raises(EngineError, match=sentence):
        Dosing.from_records(records)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"carry": "last"}, "carry is 'last'; expected 'nocb' or 'locf'"),
        ({"lag": -1.0}, "The lag is -1; expected 0 or more"),
        ({"lag": [[1.0]]}, "The lag has the shape"),
        ({"bioavailability": object()}, "expected numbers, or a name"),
        ({"columns": {"TIME": "hours"}}, "no column 'hours', which was to be TIME"),
    ],
)
def test_options_that_are_refused(options, sentence):
    with pytest.raises(EngineError, match=sentence):
        Dosing.from_records([dose()], **options)


@pytest.mark.parametrize(
    ("records", "options", "sentence"),
    [
        ([dose(0, 1, SEX=1)], {}, "column 'SEX' of the records is no field of NONMEM.*ignore"),
        ([dose(0, 1, "z")], {"lag": 1.0}, "'z' is no state of the model; there are x, y"),
        ([dose(0, 1)], {"lag": {"z": 1.0}}, "'z' is no state of the model"),
        ([dose(0, 1)], {"lag": "nobody"}, "'nobody' is no column of the records, no varied parameter"),
        ([dose(0, 1)], {"lag": [1.0, 2.0]}, "lag of '\\*' is given for 2 persons; expected one or 1"),
        ([dose(0, 1, "y", RATE=-1)], {}, "RATE of dosing record 1 is -1, but 'y' has no modelled rate"),
        ([dose(0, 1)], {"covariates": ["W"]}, "no column 'W'"),
        ([dose(0, 1, W=3)], {"covariates": ["W"]}, "covariate 'W' is not varied in this kernel"),
        ([dose(0, 1, x=3)], {"covariates": ["x"]}, "'x' is a state"),
    ],
)
def test_records_that_do_not_fit_the_model(records, options, sentence):
    vary = ("x",) if "x" in records[0] else ()
    with pytest.raises(EngineError, match=sentence):
        kernel(PILE, ("x",), vary).simulate({}, [0.0, 1.0], Dosing.from_records(records, **options))


def test_records_need_somewhere_to_be_seen():
    with pytest.raises(EngineError, match="no observation"):
        pile([dose(0, 1, SS=1, II=2)])
    with pytest.raises(EngineError, match="no output times"):
        kernel(PILE, ("x",)).simulate({})


def test_records_of_other_persons_than_the_parameters_are_refused():
    records = [{"ID": k, "TIME": 0} for k in range(3)]
    with pytest.raises(EngineError, match="records are of 3 persons, but the parameters of 2"):
        central(records, parameters={"CL": [1.0, 2.0]})


def test_the_page_says_what_happens(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    page = (Path(__file__).parents[1] / "docs" / "engine-dosing.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    assert scope["result"].people == ("1", "2")
    assert scope["result"].times.tolist() == [[12, 14], [1, 24]]
    np.testing.assert_array_equal(scope["result"].output("C").round(3), [[0.583, 1.694], [0.889, 0.71]])
    np.testing.assert_array_equal(scope["steady"].states.round(2), [[0, 18.18], [0, 86.4]])
    assert scope["second"].ok.all()
    for field in FIELDS:
        assert re.search(rf"\b{field}\b", page), field
