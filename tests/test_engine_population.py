"""Many persons: a status for each, the same bits for each whatever runs beside, progress and stop."""

import threading

import numpy as np
import pytest

from engine_models import BLOW_UP, BOUND, ORAL, kernel
from speciosa.engine import Dosing
from speciosa.errors import Cancelled, EngineError

TIMES = np.linspace(0, 24, 25)
DOSES = Dosing([0, 6, 6, 13], ("gut", "gut", "blood", "gut"), [90.0, 40.0, 5.0, 60.0], [0, 0, 0, 15.0])
OUTPUTS = ("C", "E", "effect")
VARIED = ("ka", "CL", "V", "kdeg", "n")


def people(count, seed=2):
    generator = np.random.default_rng(seed)
    return np.array([0.9, 12, 20, 0.03, 1.7]) * np.exp(0.5 * generator.standard_normal((count, len(VARIED))))


def bound(table, lanes=None, **options):
    return kernel(BOUND, OUTPUTS, VARIED, lanes).simulate(table, TIMES, options.pop("dosing", DOSES), **options)


def assert_same_bits(one, other):
    np.testing.assert_array_equal(one.values.view(np.int64), other.values.view(np.int64))
    np.testing.assert_array_equal(one.status, other.status)
    np.testing.assert_array_equal(one.steps, other.steps)


@pytest.fixture(scope="module")
def thousand():
    return bound(people(1000))


def test_all_end_well_and_differ(thousand):
    assert thousand.counts() == {"ok": 1000}
    assert thousand.values.shape == (1000, len(TIMES), 3)
    assert len(np.unique(thousand.output("C")[:, 5])) == 1000


@pytest.mark.parametrize("lanes", [1, 2, 4, 8])
def test_lanes_change_no_bit(thousand, lanes):
    assert_same_bits(bound(people(1000), lanes), thousand)


@pytest.mark.parametrize(
    "options", [{"threads": 1}, {"threads": 2, "chunk": 7}, {"threads": 3, "chunk": 1}, {"chunk": 9999}]
)
def test_threads_and_chunks_change_no_bit(thousand, options):
    assert_same_bits(bound(people(1000), **options), thousand)


@pytest.mark.parametrize("person", [0, 1, 500, 999])
def test_a_person_alone_is_the_person_in_the_crowd(thousand, person):
    alone = bound(people(1000)[person : person + 1])

    np.testing.assert_array_equal(alone.values[0], thousand.values[person])
    assert alone.steps[0] == thousand.steps[person]


def test_neighbours_and_order_change_no_bit(thousand):
    order = np.random.default_rng(1).permutation(1000)

    np.testing.assert_array_equal(bound(people(1000)[order]).values, thousand.values[order])


@pytest.mark.parametrize("lanes", [1, 8])
def test_who_fails_leaves_the_others_untouched(thousand, lanes):
    table = people(1000)
    table[3, 0] = np.nan
    table[4, 2] = 0.0  # a volume of 0
    table[777, 1] = np.inf
    result = bound(table, lanes)

    assert result.counts() == {"ok": 997, "not a number": 2, "bad parameter": 1}
    assert np.flatnonzero(~result.ok).tolist() == [3, 4, 777]
    assert np.isnan(result.values[[3, 4, 777]]).all()
    np.testing.assert_array_equal(result.values[result.ok], thousand.values[result.ok])


def test_a_solution_that_ends_is_a_status_and_not_an_error():
    kern = kernel(BLOW_UP, ("x",), ("k",))
    result = kern.simulate({"k": [0.1, 1.0, 0.2]}, [0.0, 2.0], rtol=1e-8)

    assert result.status[1] != 0
    assert result.words[result.status[1]] in {"not a number", "step too small"}
    assert result.output("x")[[0, 2], 1] == pytest.approx([1 / 0.8, 1 / 0.6], rel=1e-6)


def test_too_many_steps_is_a_status():
    table = people(50)
    needed = bound(table).steps
    limit = int(np.median(needed))
    result = bound(table, max_steps=limit)

    assert set(result.counts()) == {"ok", "too many steps"}
    np.testing.assert_array_equal(result.ok, needed <= limit)
    assert (result.steps <= limit + 1).all()


def test_the_limit_of_steps_holds_across_doses():
    kern = kernel("model pile()\n x = 0; x' = 0;\nend", ("x",))
    often = Dosing(np.arange(1, 200), "x", 1.0)

    assert kern.simulate({}, [200.0], often).counts() == {"ok": 1}
    assert kern.simulate({}, [200.0], often, max_steps=50).counts() == {"too many steps": 1}


def test_nobody_is_simulated_without_complaint():
    result = bound(np.empty((0, len(VARIED))))

    assert result.values.shape == (0, len(TIMES), 3)
    assert result.counts() == {}


def test_names_left_out_take_the_value_of_the_model():
    kern = kernel(ORAL, ("C",), ("ka", "CL", "V"))
    dosing = Dosing(0, "gut", 10.0)

    by_name = kern.simulate({"CL": [4.0, 5.0]}, TIMES, dosing).values
    by_place = kern.simulate([[1.2, 4.0, 30.0], [1.2, 5.0, 30.0]], TIMES, dosing).values
    np.testing.assert_array_equal(by_name, by_place)


def test_an_output_may_be_anything_constant():
    result = kernel(ORAL, ("V", "body", "ka"), ("V",)).simulate({"V": [3.0, 4.0]}, [0.0, 1.0])

    assert result.values[:, 1].tolist() == [[3.0, 1.0, 1.2], [4.0, 1.0, 1.2]]


def test_tolerances_per_state_follow_the_order_of_the_model():
    kern = kernel(ORAL, ("gut", "C"))
    dosing = Dosing(0, "gut", 1.0)
    loose = kern.simulate({}, TIMES, dosing, atol=[1e3, 1e3]).steps[0]
    one_loose = [kern.simulate({}, TIMES, dosing, atol=pair).steps[0] for pair in ([1e3, 1e-9], [1e-9, 1e3])]

    assert all(loose < steps for steps in one_loose)
    assert one_loose[0] != one_loose[1]


def test_progress_is_told_in_the_calling_thread():
    told = []
    bound(people(100), chunk=30, threads=2, progress=lambda *done: told.append((*done, threading.get_ident())))

    assert told[0][:2] == (0, 100)
    assert told[-1][:2] == (100, 100)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert {thread for _, _, thread in told} == {threading.get_ident()}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_can_be_stopped_between_chunks(threads):
    asked = []

    def cancel():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(Cancelled, match=r"stopped after \d+ of 100 persons"):
        bound(people(100), chunk=10, threads=threads, cancel=cancel)


def test_an_error_in_progress_reaches_the_caller():
    def progress(done, _total):
        if done:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bound(people(40), chunk=10, threads=2, progress=progress)


def test_one_kernel_serves_many_threads(thousand):
    found = {}

    def run(number):
        found[number] = bound(people(1000), threads=2)

    threads = [threading.Thread(target=run, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for result in found.values():
        assert_same_bits(result, thousand)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"parameters": np.ones((3, 2))}, r"shape \(3, 2\); expected \(persons, 3\)"),
        ({"parameters": {"Q": 1.0}}, "'Q' is not varied in this kernel"),
        ({"parameters": {"ka": [1, 2], "CL": [1, 2, 3]}}, "different numbers of persons"),
        ({"parameters": {"ka": [[1, 2]]}}, "expected one value per person"),
        ({"parameters": {"ka": ["fast"]}}, "ka is .*expected numbers"),
        ({"times": []}, "no output times"),
        ({"times": [1.0, 0.5]}, "ascending"),
        ({"times": [-1.0]}, "0 or later"),
        ({"times": ["noon"]}, "times is .*expected numbers"),
        ({"rtol": 0.0}, "rtol is 0.0"),
        ({"atol": 0.0}, "atol must be more than 0"),
        ({"atol": [1e-9, 1e-9, 1e-9]}, r"atol has the shape \(3,\)"),
        ({"max_steps": 0}, "at least 1"),
        ({"chunk": 0}, "at least 1"),
        ({"threads": 0}, "at least 1"),
    ],
)
def test_arguments_that_are_refused(changes, sentence):
    arguments = {"parameters": {}, "times": [0.0, 1.0]} | changes

    with pytest.raises(EngineError, match=sentence):
        kernel(ORAL, ("C",), ("ka", "CL", "V")).simulate(**arguments)
