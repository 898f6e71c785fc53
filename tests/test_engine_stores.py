"""Curves on disk: whole or not at all, and a broken-off run goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from engine_models import ORAL, kernel
from speciosa import engine
from speciosa.engine import _stores
from speciosa.errors import Cancelled, EngineError

TIMES = np.linspace(0, 24, 13)
OUTPUTS, VARIED = ("C", "gut"), ("ka", "CL", "V")
DOSES = engine.Dosing([0, 6], "gut", [90.0, 40.0])
SUMMARIES = {"C": ("cmax", "tmax", "trough"), "gut": ("cmax",)}
FORMATS = ("run", "run.zarr")


@pytest.fixture(params=FORMATS)
def store(request, tmp_path):
    if request.param.endswith(".zarr"):
        pytest.importorskip("zarr", reason="zarr is an optional package")
    return tmp_path / request.param


def people(count, seed=5):
    table = np.array([1.2, 5.0, 30.0]) * np.exp(0.4 * np.random.default_rng(seed).standard_normal((count, 3)))
    table[count // 2, 0] = np.nan
    return table


def run(count=100, **options):
    return kernel(ORAL, OUTPUTS, VARIED).simulate(people(count), options.pop("times", TIMES), DOSES, **options)


def stored_curves(path, outputs=OUTPUTS):
    """(persons, times, outputs) as they lie on disk."""
    if path.suffix == ".zarr":
        import zarr  # noqa: PLC0415

        return np.asarray(zarr.open_group(str(path), mode="r")["curves"][:])
    table = pads.dataset(path / "curves").to_table().sort_by([("person", "ascending"), ("time", "ascending")])
    columns = [table[name].to_numpy().reshape(-1, len(TIMES)) for name in outputs]
    np.testing.assert_array_equal(table["time"].to_numpy().reshape(-1, len(TIMES))[0], TIMES)
    np.testing.assert_array_equal(table["person"].to_numpy()[:: len(TIMES)], np.arange(len(columns[0])))
    return np.stack(columns, axis=2)


def same(one, other):
    for name in ("status", "steps", "reached"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name).dtype == getattr(other, name).dtype
    if other.summaries is not None:
        np.testing.assert_array_equal(one.summaries.values, other.summaries.values)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("options", [{}, {"chunk": 7}, {"chunk": 7, "summaries": SUMMARIES}])
def test_what_is_stored_are_the_curves(store, dtype, options):
    whole = run(curves=True, summaries=options.get("summaries"))
    result = run(store=store, dtype=dtype, **options)

    assert result.store == store
    assert result.values.shape == (100, 0, 2)
    assert result.counts() == {"ok": 99, "bad parameter": 1}
    same(result, whole)
    found = stored_curves(store)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, whole.values.astype(dtype))


def test_curves_can_be_kept_as_well(store):
    result = run(store=store, curves=True, chunk=30)

    np.testing.assert_array_equal(result.values, run().values)
    np.testing.assert_array_equal(result.values, stored_curves(store))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_that_was_stopped_goes_on_where_it_was(store, threads):
    whole = run(summaries=SUMMARIES)
    options = {"store": store, "chunk": 10, "threads": threads, "summaries": SUMMARIES}
    asked = []

    def cancel():
        asked.append(1)
        return len(asked) > 4

    with pytest.raises(Cancelled) as stopped:
        run(cancel=cancel, **options)
    partial = stopped.value.result
    done = partial.status != partial.words.index("not run")
    assert 30 <= done.sum() < 100
    np.testing.assert_array_equal(partial.summaries.values[done], whole.summaries.values[done])
    assert np.isnan(partial.summaries.values[~done]).all()

    told = []
    result = run(progress=lambda *state: told.append(state), **options)
    assert told[0] == (done.sum(), 100)
    assert told[-1] == (100, 100)
    same(result, whole)
    np.testing.assert_array_equal(stored_curves(store), run().values)


def test_a_finished_run_is_only_read(store):
    first = run(store=store, chunk=40, summaries=SUMMARIES)
    told = []
    # the size of the parts on disk holds
    second = run(store=store, chunk=9, summaries=SUMMARIES, progress=lambda *state: told.append(state))

    assert told == [(100, 100)]
    same(second, first)


@pytest.mark.parametrize(
    "changes",
    [
        {"rtol": 1e-5},
        {"times": np.linspace(0, 24, 12)},
        {"dtype": "float32"},
        {"summaries": {"C": "cmax"}},
        {"count": 101},
        {"max_steps": 99},
    ],
)
def test_the_folder_of_another_run_is_refused(store, changes):
    run(store=store)

    with pytest.raises(EngineError, match="holds another run; choose another, or remove it"):
        run(store=store, **changes)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_process_that_is_killed_loses_at_most_what_it_was_at(store):
    code = (
        "import sys; sys.path.insert(0, sys.argv[2]);"
        "import time, test_engine_stores as t;"
        "t.run(3000, store=sys.argv[1], chunk=20, progress=lambda done, _: (print(done, flush=True), time.sleep(0.02)))"
    )
    arguments = [sys.executable, "-c", code, str(store), os.path.dirname(__file__)]  # noqa: PTH120
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)  # noqa: S603
    for line in process.stdout:
        if int(line) >= 300:
            break
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    process.wait()

    told = []
    result = run(3000, store=store, progress=lambda *state: told.append(state))
    assert 300 <= told[0][0] < 3000
    whole = run(3000)
    same(result, whole)
    np.testing.assert_array_equal(stored_curves(store), whole.values)
    assert not list(store.glob("**/.*.partial"))


def test_a_store_of_nobody(store):
    result = kernel(ORAL, OUTPUTS, VARIED).simulate(np.empty((0, 3)), TIMES, DOSES, store=store)

    assert result.counts() == {}


# -- Parquet


def test_a_part_is_a_row_group_of_a_file_of_its_own(tmp_path):
    run(store=tmp_path / "run", chunk=30, summaries=SUMMARIES, window=[(0, 6), (6, 24)])
    files = sorted((tmp_path / "run" / "curves").iterdir())

    assert [file.name for file in files] == [f"part-{start:010d}.parquet" for start in (0, 30, 60, 90)]
    assert {pq.ParquetFile(file).num_row_groups for file in files} == {1}
    described = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert described["outputs"] == ["C", "gut"]
    persons = pads.dataset(tmp_path / "run" / "persons").to_table()
    assert persons.column_names[:4] == ["person", "status", "steps", "reached"]
    assert persons.column_names[4:8] == ["C cmax 0-6", "C tmax 0-6", "C trough 0-6", "gut cmax 0-6"]
    assert persons["status"].to_pylist().count("bad parameter") == 1


def test_a_part_that_is_missing_is_written_again(tmp_path):
    run(store=tmp_path / "run", chunk=30)
    lost = tmp_path / "run" / "persons" / "part-0000000030.parquet"
    lost.unlink()
    told = []
    run(store=tmp_path / "run", progress=lambda *state: told.append(state))

    assert told == [(70, 100), (100, 100)]
    assert lost.exists()


def test_what_a_broken_off_attempt_left_is_removed(tmp_path):
    run(store=tmp_path / "run", chunk=30)
    rest = tmp_path / "run" / "curves" / ".part-0000000030-abc.partial"
    rest.write_bytes(b"half")
    run(store=tmp_path / "run")

    assert not rest.exists()


def test_a_full_disk_leaves_no_half_part(tmp_path, monkeypatch):
    def full(_table, partial, _floats):
        partial.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_stores, "_write", full)
    with pytest.raises(EngineError, match=r"part .* cannot be written: .*No space left"):
        run(store=tmp_path / "run", threads=1)

    assert not list((tmp_path / "run").glob("*/*part*"))


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(EngineError, match="is not empty and no store of a run"):
        run(store=tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("content", ["{}", "not json"])
def test_a_description_that_is_none(tmp_path, content):
    (tmp_path / "run.json").write_text(content)

    with pytest.raises(EngineError, match=r"is no store of a run|cannot be used"):
        run(store=tmp_path)


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(EngineError, match="cannot be used"):
        run(store=tmp_path / "file")


def test_an_output_called_time_is_refused(tmp_path):
    kern = engine.compile(engine.load(ORAL), {"time": "C"}, cache=False)

    with pytest.raises(EngineError, match="'time' has the name of a column"):
        kern.simulate({}, TIMES, store=tmp_path / "run")


# -- Zarr


def test_without_zarr_there_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)

    for call in (kernel(ORAL, OUTPUTS, VARIED).simulate, kernel(ORAL, OUTPUTS, VARIED).plan_run):
        with pytest.raises(EngineError, match=r"needs the package zarr \(pip install 'speciosa\[zarr\]'\)"):
            call({}, TIMES, store=tmp_path / "run.zarr")


def test_a_zarr_group_of_something_else(tmp_path):
    zarr = pytest.importorskip("zarr", reason="zarr is an optional package")
    zarr.open_group(str(tmp_path / "other.zarr"), mode="w").create_array("a", data=np.zeros(3))

    with pytest.raises(EngineError, match="is no store of a run"):
        run(store=tmp_path / "other.zarr")


# -- what a run will take


def test_a_plan_counts_what_will_be_kept():
    kern = kernel(ORAL, OUTPUTS, VARIED)
    table = people(1000)
    plain = kern.plan_run(table, TIMES, DOSES, threads=2)
    single = kern.plan_run(table, TIMES, DOSES, dtype="float32")
    summed = kern.plan_run(table, TIMES, DOSES, summaries=SUMMARIES)
    book = 41 * 1000

    assert plain.persons == 1000
    assert plain.result_bytes == 1000 * 13 * 2 * 8 + book
    assert single.result_bytes == 1000 * 13 * 2 * 4 + book
    assert summed.result_bytes == 1000 * 4 * 8 + book
    assert plain.buffer_bytes == 0 < summed.buffer_bytes < 1 << 20
    assert plain.input_bytes == pytest.approx(table.nbytes, abs=1000)
    assert plain.memory_bytes == plain.input_bytes + plain.result_bytes
    assert plain.workers == 2
    assert plain.sample > 0
    assert 0 < plain.seconds < 60


def test_a_plan_writes_nothing_and_says_how_large_the_files_will_be(store):
    kern = kernel(ORAL, OUTPUTS, VARIED)
    plan = kern.plan_run(people(2000), TIMES, DOSES, store=store, chunk=500)
    assert not store.exists()

    run(2000, store=store, chunk=500)
    size = sum(file.stat().st_size for file in store.glob("**/*") if file.is_file())
    assert size * 0.8 < plan.stored_bytes < size * (3 if store.suffix == ".zarr" else 1.2)
    assert f"{plan.stored_bytes / 1000:.3g} kB on disk" in str(plan)


def test_a_plan_for_a_number_of_persons():
    plan = kernel(ORAL, OUTPUTS, VARIED).plan_run(1_000_000, TIMES, DOSES, summaries=SUMMARIES, threads=1)

    assert plan.persons == 1_000_000
    assert plan.memory_bytes < 200e6
    assert "1000000 persons on 1 workers, 256 at a time" in str(plan)
    with pytest.raises(EngineError, match="number of persons is -1"):
        kernel(ORAL, OUTPUTS, VARIED).plan_run(-1, TIMES)


def test_a_plan_is_of_the_right_size():
    kern = kernel(ORAL, OUTPUTS, VARIED)
    table = people(20_000)
    kern.simulate(table, TIMES, DOSES, threads=1)
    started = time.perf_counter()
    kern.simulate(table, TIMES, DOSES, threads=1)
    took = time.perf_counter() - started

    # wide: other programs may be running
    assert took / 10 < kern.plan_run(table, TIMES, DOSES, threads=1).seconds < took * 10


@pytest.mark.parametrize(("seconds", "words"), [(0.5, "0.5 s"), (89.0, "89 s"), (600.0, "10 min"), (7200.0, "2.0 h")])
def test_durations_and_sizes_in_words(seconds, words):
    plan = engine.RunPlan(7, 7, 1, 10, 1500, 0, 3 * 10**12, seconds, 7)

    assert (
        str(plan)
        == f"7 persons on 1 workers, 7 at a time: 1.51 kB of memory, 3 TB on disk, about {words} (from 7 persons)"
    )


def test_a_plan_of_nobody():
    plan = kernel(ORAL, OUTPUTS, VARIED).plan_run(0, TIMES)

    assert (plan.persons, plan.sample, plan.seconds) == (0, 0, 0.0)
