"""Chunks on other processes and machines: the same bits, and a worker that is killed loses nothing."""

import dataclasses
import multiprocessing
import os
import pickle
import signal
import sys
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine_models import BOUND
from speciosa import engine
from speciosa.engine import _compile, _job, _native
from speciosa.engine._workspace import ARGUMENTS
from speciosa.errors import Cancelled, EngineError

TIMES = np.linspace(0, 24, 25)
VARIED = ("ka", "CL", "V", "kdeg", "n")
COUNT = 600
DOSE_TIMES, INTO, RATES = (0, 6, 6, 13), ("gut", "gut", "blood", "gut"), (0, 0, 0, 15.0)


def people(count=COUNT):
    generator = np.random.default_rng(2)
    table = np.array([0.9, 12, 20, 0.03, 1.7]) * np.exp(0.5 * generator.standard_normal((count, len(VARIED))))
    table[7, 0] = np.nan
    table[8, 2] = 0.0
    return table


def doses(count=COUNT):
    """Amounts and ends of infusions that differ between persons."""
    amounts = np.array([90.0, 40.0, 5.0, 60.0]) * np.random.default_rng(3).uniform(0.5, 2, (count, 4))
    return engine.Dosing(DOSE_TIMES, INTO, amounts, RATES)


@pytest.fixture(scope="module")
def kernel():
    outputs = {"C": "C", "mg": "1000 * C", "E": "E"}
    return engine.compile(engine.load(BOUND), outputs, VARIED, cache=False)


WANTED = {"summaries": {"C": ("cmax", "auc"), "E": ("cmin",)}, "window": "dosing interval", "curves": True}


@pytest.fixture(scope="module")
def here(kernel):
    return kernel.simulate(people(), TIMES, doses(), threads=1, **WANTED)


@pytest.fixture(scope="module")
def pool():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def same(one, other):
    np.testing.assert_array_equal(one.values.view(np.int64), other.values.view(np.int64))
    np.testing.assert_array_equal(one.summaries.values, other.summaries.values)
    for name in ("status", "steps", "reached"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("options", [{}, {"chunk": 50}, {"chunk": 101}])
def test_processes_compute_the_same_bits(kernel, here, pool, options):
    same(kernel.simulate(people(), TIMES, doses(), executor=pool, **WANTED, **options), here)


def test_threads_of_the_callers_compute_the_same_bits(kernel, here):
    with ThreadPoolExecutor(3) as executor:
        same(kernel.simulate(people(), TIMES, doses(), executor=executor, chunk=40, **WANTED), here)


def test_plain_curves_and_single_precision(kernel, pool):
    table, dosing = people(), doses()
    full = kernel.simulate(table, TIMES, dosing)
    single = kernel.simulate(table, TIMES, dosing, executor=pool, dtype="float32", chunk=100)

    np.testing.assert_array_equal(single.values, full.values.astype(np.float32))
    np.testing.assert_array_equal(kernel.simulate(table, TIMES, dosing, executor=pool).values, full.values)


def test_curves_land_as_parquet(kernel, pool, tmp_path):
    from pyarrow import dataset  # noqa: PLC0415

    result = kernel.simulate(people(), TIMES, doses(), executor=pool, store=tmp_path / "run", chunk=100)
    table = dataset.dataset(tmp_path / "run" / "curves").to_table().sort_by([("person", "ascending")])
    full = kernel.simulate(people(), TIMES, doses())

    assert result.counts() == full.counts()
    np.testing.assert_array_equal(table["mg"].to_numpy(), full.output("mg").ravel())


def test_curves_land_as_zarr(kernel, pool, tmp_path):
    zarr = pytest.importorskip("zarr", reason="zarr is an optional package")
    kernel.simulate(people(), TIMES, doses(), executor=pool, store=tmp_path / "run.zarr", chunk=100)

    found = zarr.open_group(str(tmp_path / "run.zarr"), mode="r")["curves"][:]
    np.testing.assert_array_equal(found, kernel.simulate(people(), TIMES, doses()).values)


def test_progress_and_cancellation(kernel, here, pool):
    told = []
    kernel.simulate(people(), TIMES, doses(), executor=pool, chunk=100, progress=lambda *state: told.append(state))
    assert told == [(done, COUNT) for done in range(0, COUNT + 1, 100)]

    with pytest.raises(Cancelled, match="stopped after 100 of 600 persons") as stopped:
        kernel.simulate(
            people(), TIMES, doses(), executor=pool, chunk=100, cancel=lambda: len(told) > 7 or told.append(0), **WANTED
        )
    partial = stopped.value.result
    done = partial.status != partial.words.index("not run")
    assert done.sum() == 100
    assert partial.counts()["not run"] == 500
    np.testing.assert_array_equal(partial.values[done], here.values[done])
    assert partial.failures()[-1] == (599, "not run", 0.0) or done[599]


def test_a_plan_on_an_executor(kernel, pool):
    plan = kernel.plan_run(people(), TIMES, doses(), executor=pool)

    assert (plan.workers, plan.persons_per_chunk) == (2, 300)


# -- trouble


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_pool_that_breaks_is_a_sentence_and_a_store_goes_on(kernel, tmp_path):
    options = {"store": tmp_path / "run", "chunk": 20}
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    def kill(done, _total):
        if done >= 100:
            os.kill(next(iter(pool._processes)), signal.SIGKILL)

    with pool, pytest.raises(EngineError, match=r"lost a part of the run after \d+ of 600 persons \(BrokenProcessPool"):
        kernel.simulate(people(), TIMES, doses(), executor=pool, progress=kill, **options)
    told = []
    result = kernel.simulate(people(), TIMES, doses(), progress=lambda *state: told.append(state), **options)
    assert told[0][0] >= 100
    assert result.counts() == {"ok": COUNT - 2, "not a number": 1, "bad parameter": 1}


def test_our_own_error_comes_back_as_it_is(kernel, monkeypatch):
    def refuse(_part):
        raise EngineError("No.")

    monkeypatch.setattr("speciosa.engine._chunks.run_part", refuse)
    with ThreadPoolExecutor(1) as executor, pytest.raises(EngineError, match=r"^No\.$"):
        kernel.simulate(people(), TIMES, executor=executor)


def test_an_error_in_progress_reaches_the_caller_and_nothing_goes_on(kernel):
    futures = []

    class Recording(ThreadPoolExecutor):
        def submit(self, *arguments):
            futures.append(super().submit(*arguments))
            return futures[-1]

    def progress(done, _total):
        if done:
            raise ZeroDivisionError

    with Recording(1) as executor, pytest.raises(ZeroDivisionError):
        kernel.simulate(people(), TIMES, executor=executor, chunk=10, progress=progress)
    assert len(futures) <= 5  # a few at a time, and none after the error


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"executor": 7}, "executor is 7; expected a Dask client"), ({"threads": 2}, "threads is 2 beside an executor")],
)
def test_what_is_no_executor(kernel, options, sentence):
    with ThreadPoolExecutor(1) as executor, pytest.raises(EngineError, match=sentence):
        kernel.simulate(people(), TIMES, **{"executor": executor} | options)


def test_a_run_can_be_stopped_while_nothing_comes_back(kernel):
    futures = []

    class Silent:
        def submit(self, *_):
            futures.append(Future())
            return futures[-1]

    asked = []
    with pytest.raises(Cancelled, match="after 0 of 600"):
        kernel.simulate(people(), TIMES, executor=Silent(), cancel=lambda: asked.append(1) or len(asked) > 1)
    assert futures
    assert all(future.cancelled() for future in futures)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 80), st.integers(1, 3), st.integers(1, 60), st.sampled_from(["float64", "float32"]))
def test_any_chunk_any_number_of_workers_any_population(kernel, here, chunk, workers, count, dtype):
    table, dosing = people()[:count], engine.Dosing(DOSE_TIMES, INTO, doses().amount[:count], RATES)
    options = {"chunk": chunk, "dtype": dtype} | WANTED
    with ThreadPoolExecutor(workers) as executor:
        elsewhere = kernel.simulate(table, TIMES, dosing, executor=executor, **options)
    threaded = kernel.simulate(table, TIMES, dosing, threads=workers, **options)

    for result in (elsewhere, threaded):
        np.testing.assert_array_equal(result.values, here.values[:count].astype(dtype))
        np.testing.assert_array_equal(result.summaries.values, here.summaries.values[:count])
        np.testing.assert_array_equal(result.reached, here.reached[:count])


def test_parameters_may_lie_on_disk(kernel, here, tmp_path):
    np.save(tmp_path / "people.npy", people())
    table = np.load(tmp_path / "people.npy", mmap_mode="r")

    same(kernel.simulate(table, TIMES, doses(), **WANTED), here)


# -- code that travels


def test_the_code_travels_and_nothing_is_compiled(kernel, monkeypatch):
    monkeypatch.setattr(_compile, "_generate", None)
    again = pickle.loads(pickle.dumps(kernel))  # noqa: S301 - our own, just made

    assert again.wanted.formulas == kernel.wanted.formulas
    one, other = (k.simulate(people(), TIMES, doses()) for k in (again, kernel))
    np.testing.assert_array_equal(one.values, other.values)


@pytest.mark.parametrize("other", ["machine", "version"])
def test_elsewhere_it_is_compiled_anew(kernel, monkeypatch, other):
    content = pickle.dumps(kernel)
    if other == "machine":
        changed = dataclasses.replace(_native.machine(), features=_native.machine().features + ",-sse4a")
        monkeypatch.setattr(_native, "machine", lambda: changed)
    else:
        monkeypatch.setattr(_native, "_generator", lambda: "another")
    compiled = []
    generate = _compile._generate
    monkeypatch.setattr(_compile, "_generate", lambda *arguments: compiled.append(1) or generate(*arguments))
    again = pickle.loads(content)  # noqa: S301 - our own, just made

    assert compiled == [1]
    assert (again.outputs, again.wanted) == (kernel.outputs, kernel.wanted)
    one, two = (k.simulate(people(), TIMES, doses()) for k in (again, kernel))
    np.testing.assert_allclose(one.values, two.values, rtol=1e-9)


def test_a_worker_with_another_engine_says_so(kernel):
    sent = []

    class Recording:
        def submit(self, _function, part):
            sent.append(part)
            future = Future()
            future.set_exception(RuntimeError("enough"))
            return future

    with pytest.raises(EngineError, match=r"lost a part .*RuntimeError: enough"):
        kernel.simulate(people(), TIMES, executor=Recording())
    del sent[0].given["relative"]
    with pytest.raises(EngineError, match=r"another version of the engine, which needs \['relative'\]"):
        _job.run_part(sent[0])


def test_a_part_holds_only_its_persons(kernel):
    sent = []

    class Recording(ThreadPoolExecutor):
        def submit(self, function, part):
            sent.append(part)
            return super().submit(function, part)

    with Recording(1) as executor:
        kernel.simulate(people(), TIMES, doses(), executor=executor, chunk=50)
    part = sent[3]

    assert part.start == 150
    assert {name: np.shape(value)[0] for name, value in part.given.items() if np.ndim(value) == 2} == {
        "parameters": 50,
        "event_time": 50,
        "event_target": 50,
        "event_amount": 50,
    }
    assert set(part.given) <= set(ARGUMENTS)
    assert len(pickle.dumps(part)) < 100_000


# -- Dask


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed", reason="Dask is an optional package")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


# what Dask itself warns of is not ours
dask = pytest.mark.filterwarnings("default")


@dask
def test_a_cluster_computes_the_same_bits(kernel, here, client):
    same(kernel.simulate(people(), TIMES, doses(), executor=client, chunk=40, **WANTED), here)
    assert kernel.plan_run(people(), TIMES, executor=client).workers == 2


@dask
def test_a_cluster_writes_parquet(kernel, client, tmp_path):
    from pyarrow import dataset  # noqa: PLC0415

    kernel.simulate(people(), TIMES, doses(), executor=client, store=tmp_path / "run", chunk=100)
    table = dataset.dataset(tmp_path / "run" / "curves").to_table().sort_by([("person", "ascending")])

    full = kernel.simulate(people(), TIMES, doses())
    np.testing.assert_array_equal(table["E"].to_numpy(), full.output("E").ravel())


@dask
@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("stored", [False, True])
def test_a_worker_that_is_killed_loses_nothing(kernel, here, client, tmp_path, stored):
    client.wait_for_workers(2, timeout=60)
    victims = list(client.run(os.getpid).values())
    killed = []

    def progress(done, _total):
        if done >= 200 and not killed:
            killed.append(victims[0])
            os.kill(victims[0], signal.SIGKILL)

    options = {"store": tmp_path / "run"} if stored else {}
    result = kernel.simulate(
        people(), TIMES, doses(), executor=client, chunk=10, progress=progress, **WANTED, **options
    )

    assert killed
    same(result, here)
    if stored:
        assert len(list((tmp_path / "run" / "persons").glob("part-*"))) == 60


@dask
def test_a_cluster_can_be_stopped(kernel, client):
    client.wait_for_workers(2, timeout=60)
    asked = []
    with pytest.raises(Cancelled):
        kernel.simulate(
            people(), TIMES, doses(), executor=client, chunk=10, cancel=lambda: asked.append(1) or len(asked) > 3
        )
    same_again = kernel.simulate(people(), TIMES, doses(), executor=client)
    assert same_again.counts() == {"ok": COUNT - 2, "not a number": 1, "bad parameter": 1}
