"""When, into what, how much, how fast."""

import numpy as np
import pytest

from engine_models import MIXED, ORAL, kernel
from speciosa import engine
from speciosa.engine import Dosing
from speciosa.errors import EngineError

KE = 5.0 / 30.0
TIGHT = {"rtol": 1e-10, "atol": 1e-13}
PILE = "model pile()\n x = 0; y = 0; x' = 0; y' = 0;\nend"  # keeps what it is given


def central(times, dosing, people=1, **options):
    kern = kernel(ORAL, ("central",), ("CL",))
    result = kern.simulate({"CL": np.full(people, 5.0)}, times, dosing, **TIGHT | options)
    assert result.ok.all()
    return result.values[:, :, 0]


def test_an_output_at_the_time_of_a_dose_is_taken_after_it():
    dosing = Dosing([0, 2, 5], "central", [100, 50, 25])
    found = central([0, 2, 2, 3.5, 5], dosing)[0]

    decay = np.exp(-KE * np.array([2, 1.5, 1.5]))
    after_two = 100 * decay[0] + 50
    assert found == pytest.approx(
        [100, after_two, after_two, after_two * decay[1], after_two * decay[1] * decay[2] + 25], rel=1e-9
    )


def test_a_dose_after_the_last_output_does_nothing():
    times = [0, 1, 2]

    with_late = central(times, Dosing([0, 2.0001, 9], "central", [100, 7, 7]))
    np.testing.assert_array_equal(with_late, central(times, Dosing(0, "central", 100)))


def test_many_doses_at_one_time_add_up_in_any_order():
    kern = kernel(PILE, ("x", "y"))
    dosing = Dosing([3, 1, 3, 1, 3], ("x", "y", "x", "x", "y"), [1, 2, 4, 8, 16])

    assert kern.simulate({}, [0, 1, 2.9, 3], dosing).values[0].tolist() == [[0, 0], [8, 2], [8, 2], [13, 18]]


def test_hundreds_of_doses_are_each_given_once():
    kern = kernel(PILE, ("x",))
    times = np.sort(np.random.default_rng(3).uniform(0, 50, 700))

    found = kern.simulate({}, [0, *times[::70], 60], Dosing(times, "x", 1.0)).values[0, :, 0]
    assert found.tolist() == [0, *range(1, 701, 70), 700]


def test_an_amount_given_to_a_concentration_is_divided_by_the_volume_of_each_person():
    kern = kernel(MIXED, ("B", "T"), ("blood", "k1", "k2"))
    result = kern.simulate({"blood": [2.0, 8.0], "k1": 0.0, "k2": 0.0}, [1.0], Dosing([0, 0], ("B", "T"), [6.0, 5.0]))

    assert result.values[:, 0].tolist() == [[6.0, 6.0], [3.75, 6.0]]


def test_amounts_per_person():
    amounts = np.array([[100.0, 0.0], [0.0, 40.0], [10.0, -5.0]])
    found = central([0, 1, 4], Dosing([0, 1], "central", amounts), people=3)

    decay = np.exp(-KE)
    expected = [amounts[:, 0], amounts[:, 0] * decay + amounts[:, 1]]
    np.testing.assert_allclose(found[:, :2].T, expected, rtol=1e-9)
    np.testing.assert_allclose(found[:, 2], found[:, 1] * decay**3, rtol=1e-9)


def test_a_person_is_the_same_with_shared_and_with_own_amounts():
    times = np.linspace(0, 9, 10)
    shared = central(times, Dosing([0, 3], "gut", [100.0, 50.0]), people=2)

    np.testing.assert_array_equal(
        central(times, Dosing([0, 3], "gut", [[100.0, 50.0], [9.0, 9.0]]), people=2)[0], shared[0]
    )


def test_infusions_that_overlap_and_end_differently_for_each_person():
    kern = kernel(PILE, ("x", "y"), ("x",))
    amounts = np.array([[10.0, 4.0, 3.0], [20.0, 0.0, 3.0]])
    dosing = Dosing([1, 2, 2], ("x", "x", "y"), amounts, [5.0, 2.0, 0.0])
    result = kern.simulate({"x": [0.0, 100.0]}, [1, 2, 2.5, 3, 4, 5, 9], dosing, **TIGHT)

    np.testing.assert_allclose(result.output("x")[0], [0, 5, 8.5, 12, 14, 14, 14], rtol=1e-12)
    np.testing.assert_allclose(result.output("x")[1], [100, 105, 107.5, 110, 115, 120, 120], rtol=1e-12)
    np.testing.assert_allclose(result.output("y"), [[0, 3, 3, 3, 3, 3, 3]] * 2)


def test_an_infusion_equals_its_dense_series_of_small_doses():
    times = np.linspace(0, 10, 6)
    small = Dosing(np.arange(0, 2, 0.005) + 0.0025, "central", 0.25)

    np.testing.assert_allclose(
        central(times, small), central(times, Dosing(0, "central", 100.0, rate=50.0)), rtol=1e-6, atol=1e-12
    )


def test_no_dose_and_a_dose_of_nothing_are_alike():
    times = [0, 1, 2]

    nothing = central(times, Dosing(1, "gut", 0.0))
    np.testing.assert_array_equal(central(times, None), nothing)
    np.testing.assert_array_equal(central(times, Dosing.none()), nothing)
    assert not nothing.any()


def test_records_of_nonmem():
    records = [
        {"TIME": 0, "AMT": 100, "CMT": "gut", "II": 8, "ADDL": 2},
        {"TIME": 1, "AMT": 0, "CMT": 2, "EVID": 0},
        {"TIME": "2.5", "AMT": "30", "CMT": "2.0", "RATE": "10", "SS": 0},
        {"time": 3, "amt": 7, "cmt": 1, "rate": ".", "addl": None},
    ]
    dosing = Dosing.from_records(records)

    assert dosing.time.tolist() == [0, 8, 16, 2.5, 3]
    assert dosing.compartment == ("gut", "gut", "gut", "2", "1")
    assert dosing.amount.tolist() == [100, 100, 100, 30, 7]
    assert dosing.rate.tolist() == [0, 0, 0, 10, 0]
    by_id = Dosing(dosing.time, ("gut", "gut", "gut", "central", "gut"), dosing.amount, dosing.rate)
    times = np.linspace(0, 24, 13)
    np.testing.assert_array_equal(central(times, dosing), central(times, by_id))


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ({"AMT": 1}, "CMT of dosing record 1 is missing"),
        ({"AMT": "lots", "CMT": "gut"}, "AMT of dosing record 1 is 'lots'; expected a number"),
        ({"AMT": 1, "CMT": "gut", "SS": 1}, "II of dosing record 1 is 0; expected more than 0 with SS"),
        ({"AMT": 1, "CMT": "gut", "EVID": 5}, "EVID of dosing record 1 is 5; expected 0, 1, 2, 3 or 4"),
        ({"AMT": 1, "CMT": "gut", "RATE": -3}, "RATE of dosing record 1 is -3"),
        ({"AMT": 1, "CMT": "gut", "ADDL": 3}, "II of dosing record 1 is 0; expected more than 0 with ADDL"),
        ({"AMT": 1, "CMT": "gut", "ADDL": 1.5, "II": 1}, "ADDL of dosing record 1 is 1.5"),
        ({"AMT": 1, "CMT": "gut", "ADDL": "inf", "II": 1}, "ADDL of dosing record 1 is inf"),
    ],
)
def test_records_that_are_refused(record, sentence):
    with pytest.raises(EngineError, match=sentence):
        Dosing.from_records([record])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([0, 1], "a", [1, 2, 3]), "2 times, but amounts of shape"),
        (([0, 1], "a", [[1, 2, 3]]), "2 times, but amounts of shape"),
        (([0, 1], "a", 1.0, [1, 2, 3]), "2 times, but rates of shape"),
        (([0, 1], ("a",), 1.0), "2 times, but 1 compartments"),
        (([[0, 1]], "a", 1.0), r"dose times have the shape \(1, 2\)"),
        ((["noon"], "a", 1.0), "The times of the doses are"),
        ((np.nan, "a", 1.0), "A dose time is negative or not a number"),
        ((0, "a", np.inf), "A dose amount is not a number"),
        ((0, "a", -1.0, 2.0), "an infusion's is negative"),
        ((0, "a", 1.0, -1.0), "An infusion rate is negative"),
    ],
)
def test_doses_that_are_refused(arguments, sentence):
    with pytest.raises(EngineError, match=sentence):
        Dosing(*arguments)


def test_a_compartment_that_is_no_state_is_named_with_those_there_are():
    with pytest.raises(EngineError, match=r"'muscle' is no state of the model; there are .*gut"):
        central([0, 1], Dosing(0, "muscle", 1.0))
    with pytest.raises(EngineError, match="'3' is no state"):
        central([0, 1], Dosing.from_records([{"AMT": 1, "CMT": 3}]))


def test_amounts_for_another_number_of_persons_are_refused():
    with pytest.raises(EngineError, match="amounts for 2 persons; expected 3"):
        central([0, 1], Dosing(0, "gut", [[1.0], [2.0]]), people=3)


def test_a_dosing_keeps_its_own_numbers():
    times = np.array([0.0, 1.0])
    dosing = engine.Dosing(times, "gut", 1.0)
    times[:] = 9

    assert dosing.time.tolist() == [0, 1]
    with pytest.raises(ValueError, match="read-only"):
        dosing.amount[0] = 2
