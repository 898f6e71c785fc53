"""The host's side of a run on a GPU, on a stand-in for NVIDIA's driver; and on a GPU, where there is one."""

import gc
import pickle
import re
import runpy
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine_gpu_fake import Fake, processors_version
from engine_models import BLOW_UP, BOUND, ORAL, SWITCHING, kernel
from speciosa import engine, models
from speciosa.engine import Dosing, _cuda_driver, _gpu_run
from speciosa.engine._workspace import ARGUMENTS
from speciosa.errors import Cancelled, EngineError

TIMES = np.linspace(0, 24, 25)
DOSES = Dosing([0, 6, 6, 13], ("gut", "gut", "blood", "gut"), [90.0, 40.0, 5.0, 60.0], [0, 0, 0, 15.0])
OUTPUTS = ("C", "E", "effect")
VARIED = ("ka", "CL", "V", "kdeg", "n")

ROOT = Path(__file__).parents[1]
PAGE, BENCHMARK = ROOT / "docs" / "engine-gpu.md", ROOT / "benchmarks" / "gpu.py"

on_a_gpu = pytest.mark.skipif("cuda:0" not in engine.devices(), reason="there is no NVIDIA GPU")


def people(count, seed=2):
    generator = np.random.default_rng(seed)
    return np.array([0.9, 12, 20, 0.03, 1.7]) * np.exp(0.5 * generator.standard_normal((count, len(VARIED))))


def damaged(count):
    """People of whom three cannot be simulated."""
    table = people(count)
    table[3, 0] = np.nan
    table[4, 2] = 0.0
    table[count - 7, 1] = np.inf
    return table


def bound(table, **options):
    return kernel(BOUND, OUTPUTS, VARIED).simulate(table, TIMES, options.pop("dosing", DOSES), **options)


def switching(count, **options):
    generator = np.random.default_rng(8)
    table = np.column_stack([generator.uniform(0.5, 3, count), generator.uniform(0.8, 2, count)])
    return kernel(*SWITCHING).simulate(table, [0.0, 0.4, 3.0], **options)


def assert_same_bits(one, other):
    np.testing.assert_array_equal(one.values.view(np.int64), other.values.view(np.int64))
    np.testing.assert_array_equal(one.status, other.status)
    np.testing.assert_array_equal(one.steps, other.steps)


@pytest.fixture
def plug_in(monkeypatch):
    """Put a stand-in in the place of the driver; at the end nothing may be left on it."""
    fakes = []
    monkeypatch.setattr(_gpu_run, "_LOADED", type(_gpu_run._LOADED)())

    def plug(text=BOUND, outputs=OUTPUTS, vary=VARIED, **options):
        fake = Fake(processors_version(text, outputs, vary), **options)
        driver = _cuda_driver.Driver(fake)
        monkeypatch.setattr(_cuda_driver, "driver", lambda: driver)
        fakes.append(fake)
        return fake

    yield plug
    for fake in fakes:
        if not fake.broken:
            assert not fake.memories
            assert not fake.streams


# -- the same bits


@pytest.fixture(scope="module")
def expected():
    return bound(people(300))


@pytest.mark.parametrize("chunk", [None, 1000, 300, 128, 41])
def test_chunks_change_no_bit(plug_in, expected, chunk):
    fake = plug_in()

    assert_same_bits(bound(people(300), device="cuda", chunk=chunk), expected)
    size = min(chunk or 512, 300)
    assert [persons for _, persons in fake.launches] == [size] * (300 // size) + [300 % size] * (300 % size > 0)


def test_events_and_conditions_come_out_with_the_same_bits(plug_in):
    plug_in(*SWITCHING)
    result = switching(200, device="cuda", chunk=64)

    assert_same_bits(result, switching(200))
    assert set(result.values[:, -1, 2]) == {0.0, 1.0}


def test_more_threads_than_persons_change_no_bit(plug_in, expected):
    fake = plug_in(multiprocessors=4)

    assert_same_bits(bound(people(300), device="cuda"), expected)
    assert fake.launches == [(3, 300)]


def test_little_memory_makes_small_chunks_and_changes_no_bit(plug_in, expected):
    rows = processors_version(BOUND, OUTPUTS, VARIED).facts["rows"]
    fake = plug_in(memory=4 * 128 * rows * 8)

    assert_same_bits(bound(people(300), device="cuda"), expected)
    assert len(fake.launches) > 1


def test_who_fails_leaves_the_others_untouched(plug_in, expected):
    plug_in()
    result = bound(damaged(300), device="cuda", chunk=100)

    assert result.counts() == {"ok": 297, "not a number": 2, "bad parameter": 1}
    assert_same_bits(result, bound(damaged(300)))
    np.testing.assert_array_equal(result.values[result.ok], expected.values[result.ok])


def test_the_limit_of_steps_is_the_same(plug_in, expected):
    plug_in()
    limit = int(np.median(expected.steps))
    result = bound(people(300), device="cuda", chunk=100, max_steps=limit)

    assert set(result.counts()) == {"ok", "too many steps"}
    assert_same_bits(result, bound(people(300), max_steps=limit))


def test_doses_of_ones_own_are_sent_with_their_chunk(plug_in):
    plug_in()
    amounts = np.random.default_rng(4).uniform(10, 90, (60, 3))
    bolus = Dosing([0, 5, 9], ("gut", "blood", "gut"), amounts)
    infusion = Dosing([0, 5, 9], ("gut", "blood", "gut"), amounts, [0, 20.0, 0])  # ends differ between persons

    for dosing in (bolus, infusion, Dosing.none()):
        result = bound(people(60), device="cuda", chunk=13, dosing=dosing)
        assert_same_bits(result, bound(people(60), dosing=dosing))


def test_tolerances_and_times_reach_the_gpu(plug_in):
    plug_in(ORAL, ("C",), ("CL",))
    kern = kernel(ORAL, ("C",), ("CL",))
    arguments = ({"CL": [3.0, 4.0]}, [0.0, 0.5, 7.0], Dosing(0, "gut", 100.0))
    options = {"rtol": 1e-4, "atol": [1e-3, 1e-7]}

    assert_same_bits(kern.simulate(*arguments, **options, device="cuda"), kern.simulate(*arguments, **options))


def test_a_solution_that_ends_is_a_status(plug_in):
    plug_in(BLOW_UP, ("x",), ("k",))
    kern = kernel(BLOW_UP, ("x",), ("k",))
    arguments = ({"k": [0.1, 1.0, 0.2]}, [0.0, 2.0])

    assert_same_bits(kern.simulate(*arguments, device="cuda"), kern.simulate(*arguments))


def test_a_model_without_varied_numbers(plug_in):
    plug_in(ORAL, ("C",), ())
    kern = kernel(ORAL, ("C",))

    assert_same_bits(kern.simulate({}, TIMES, device="cuda"), kern.simulate({}, TIMES))


def test_nobody_is_simulated_without_complaint(plug_in):
    fake = plug_in()

    assert bound(np.empty((0, len(VARIED))), device="cuda").counts() == {}
    assert not fake.launches


def test_every_argument_of_the_code_has_its_way_to_the_gpu():
    arrays = {*_gpu_run._SENT, *_gpu_run._FILLED, *_gpu_run._STRIDED, *_gpu_run._SHARED}
    numbers = {"time_count", "event_count", "infused_count"} | {name for name in ARGUMENTS if name.endswith("_stride")}

    assert arrays | numbers == set(ARGUMENTS)  # a new argument must be put into one of the groups of _gpu_run


# -- the course of a run


def test_progress_is_told_and_a_run_can_be_stopped(plug_in):
    fake = plug_in()
    told = []
    with pytest.raises(Cancelled, match="stopped after 100 of 300 persons"):
        bound(
            people(300),
            device="cuda",
            chunk=50,
            progress=lambda *done: told.append(done),
            cancel=lambda: told[-1][0] > 50,
        )

    assert told == [(0, 300), (50, 300), (100, 300)]
    assert len(fake.launches) < 6


def test_the_code_is_loaded_once_per_device_and_goes_with_its_kernel(plug_in):
    fake = plug_in(ORAL, ("C",), ("CL",), gpus=2)
    kern = engine.compile(engine.load(ORAL), ("C",), ("CL",), cache=False)
    for device in ("cuda", "cuda:0", "cuda:1", "cuda"):
        kern.simulate({"CL": [3.0]}, TIMES, device=device)
    again = pickle.loads(pickle.dumps(kern))  # noqa: S301 - our own, just made

    assert fake.calls.count("cuModuleLoadDataEx") == len(fake.modules) == 2
    again.simulate({"CL": [3.0]}, TIMES, device="cuda")
    assert len(fake.modules) == 3
    del kern, again
    gc.collect()
    assert not fake.modules


def test_one_kernel_serves_many_threads(plug_in, expected):
    fake = plug_in()
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(bound(people(300), device="cuda", chunk=100))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert fake.calls.count("cuModuleLoadDataEx") == 1
    for result in found:
        assert_same_bits(result, expected)
    assert len(found) == 3


def test_the_code_is_kept_on_disk(plug_in, tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    fake = plug_in(ORAL, ("C",), ("CL",))
    for _ in range(2):
        kern = engine.compile(engine.load(ORAL), ("C",), ("CL",))
        kern.simulate({"CL": [3.0]}, TIMES, device="cuda")

    assert len(list(tmp_path.glob("*.kernel"))) == 2  # one for the processor, one for the GPU
    first, second = fake.modules.values() if len(fake.modules) == 2 else 2 * tuple(fake.modules.values())
    assert first == second
    assert b".target sm_80" in first


# -- what is refused


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "CUDA", ""])
def test_a_device_must_be_named_rightly(plug_in, name):
    plug_in()

    with pytest.raises(EngineError, match=r"expected 'cpu', 'cuda' or, for the second GPU, 'cuda:1'"):
        bound(people(2), device=name)


@pytest.mark.parametrize(
    ("options", "device", "sentence"),
    [
        ({"gpus": 0}, "cuda", "finds no GPU; use device='cpu'"),
        ({"gpus": 1}, "cuda:1", "device is 'cuda:1', but there is only cuda:0"),
        ({"gpus": 3}, "cuda:7", "there is only cuda:0 to cuda:2"),
        ({"capability": (6, 1)}, "cuda", "Imaginary 0 has the compute capability 6.1; expected 7.0 or more"),
    ],
)
def test_a_device_that_is_not_there_or_too_old(plug_in, options, device, sentence):
    plug_in(**options)

    with pytest.raises(EngineError, match=sentence):
        bound(people(2), device=device)


def test_without_a_driver_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(_cuda_driver, "_LIBRARIES", ("libcuda-that-is-not-there.so",))
    _cuda_driver.driver.cache_clear()
    try:
        with pytest.raises(EngineError, match=r"no NVIDIA driver on this machine .*; use device='cpu'"):
            bound(people(2), device="cuda")
        assert list(engine.devices()) == ["cpu"]
    finally:
        _cuda_driver.driver.cache_clear()


def test_the_driver_is_found_by_its_library(monkeypatch):
    fake, asked = Fake(), []

    def open_library(name):
        asked.append(name)
        if len(asked) < 2:
            raise OSError
        return fake

    monkeypatch.setattr(_cuda_driver, "ctypes", SimpleNamespace(CDLL=open_library))
    monkeypatch.setattr(_cuda_driver, "_LIBRARIES", ("libcuda.so.1", "libcuda.so"))
    _cuda_driver.driver.cache_clear()
    try:
        assert _cuda_driver.driver() is _cuda_driver.driver()
    finally:
        _cuda_driver.driver.cache_clear()
    assert asked == ["libcuda.so.1", "libcuda.so"]


def test_devices_are_listed_by_name(plug_in):
    plug_in(gpus=2)

    assert engine.devices() == {
        "cpu": "this machine's processor",
        "cuda:0": "Imaginary 0",
        "cuda:1": "Imaginary 1",
    }


# -- what goes wrong


@pytest.mark.parametrize(
    ("failing", "sentence"),
    [
        ({"cuDevicePrimaryCtxRetain": 46}, "taken or not available"),
        ({"cuModuleLoadDataEx": 222}, "driver is older than the generated code"),
        ({"cuModuleLoadDataEx": 209}, "cannot run the code"),
        ({"cuMemAlloc_v2": 2}, r"too little free memory for \d+ MiB; use a smaller chunk"),
        ({"cuMemAlloc_v2": (2, 9)}, "too little free memory"),
        ({"cuStreamCreate": (2, 2)}, "too little free memory"),
        ({"cuLaunchKernel": 701}, "too few registers"),
        ({"cuLaunchKernel": (702, 3)}, "use a smaller chunk in a new process"),
        ({"cuStreamSynchronize": (719, 3)}, "failed during the run"),
        ({"cuMemcpyDtoHAsync_v2": 214}, "memory error"),
        ({"cuLaunchKernel": 12345}, r"cuLaunchKernel .* error 12345 \(a strange thing\); use device='cpu'"),
    ],
)
def test_errors_of_the_driver_become_sentences_and_leave_nothing_behind(plug_in, failing, sentence):
    plug_in(failing=failing)

    with pytest.raises(EngineError, match=sentence):
        bound(people(200), device="cuda", chunk=50)


@pytest.mark.parametrize("code", [700, 702, 719])
def test_a_gpu_that_breaks_down_is_reported_with_its_first_error(plug_in, code):
    plug_in(late=code)

    with pytest.raises(EngineError, match=r"(in|during|stopped) the run"):
        bound(people(200), device="cuda", chunk=50)


def test_what_the_drivers_compiler_says_is_told(plug_in):
    plug_in(failing={"cuModuleLoadDataEx": (218, 2)})
    bound(people(2), device="cuda")
    _gpu_run._LOADED.clear()
    with pytest.raises(EngineError, match=r"refuses the generated code \(a fault of the generator\)\.$"):
        bound(people(2), device="cuda")

    plug_in(log=b"ptxas: line 3;\n  syntax error\n").modules = {}
    _gpu_run._LOADED.clear()
    device = _cuda_driver.driver().device(0)
    with device.active(), pytest.raises(EngineError, match=r"generator\)\. It says: ptxas: line 3; syntax error"):
        device.load(b"no entry")


def test_a_driver_that_does_not_start():
    with pytest.raises(EngineError, match="is a stub without a driver"):
        _cuda_driver.Driver(Fake(failing={"cuInit": 34}))


# -- page and benchmark


def test_the_example_of_the_page_runs_with_and_without_a_gpu(plug_in, monkeypatch, tmp_path):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = re.findall(r'load\("""(.*?)"""\)', code, re.DOTALL)
    plain, gpu = {}, {}
    monkeypatch.setattr(engine, "devices", lambda: {"cpu": ""})
    exec(code, plain)  # noqa: S102 - our own page
    monkeypatch.undo()
    fake = plug_in(text, ("C",), ("ka", "CL"))
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    exec(code, gpu)  # noqa: S102 - our own page

    assert plain["result"].counts() == gpu["result"].counts() == {"ok": 10_000}
    assert_same_bits(gpu["result"], plain["result"])
    assert len(fake.launches) > 10


def test_the_benchmark_says_that_there_is_no_gpu(monkeypatch, capsys):
    monkeypatch.setattr(engine, "devices", lambda: {"cpu": ""})

    assert runpy.run_path(str(BENCHMARK))["main"]() == 0
    assert capsys.readouterr().out == "There is no cuda:0 on this machine; there is cpu. Nothing was measured.\n"


def test_the_benchmark_measures_and_compares(plug_in, capsys):
    script = runpy.run_path(str(BENCHMARK))
    script["main"].__globals__.update(GPU_PEOPLE=20, CORE_PEOPLE=10, ROUNDS=1)
    assembly = models.assemble(script["COMPOUNDS"], effects=True)
    plug_in(assembly.sbml, script["OUTPUTS"], tuple(symbol.name for symbol in assembly.symbols))

    assert script["main"]("cuda:0") == 0
    told = capsys.readouterr().out
    assert "74 states, 20 people on Imaginary 0" in told
    assert "100.000 % of the numbers are the same bit for bit; largest difference 0.0e+00" in told


# -- on a GPU


def assert_same(ours, theirs):
    """The same bits, but for numbers that an x86 processor counts as 0."""
    tiny = 1e-300
    np.testing.assert_array_equal(ours.status, theirs.status)
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    one, other = (np.where(np.abs(values) < tiny, 0.0, values) for values in (ours.values, theirs.values))
    np.testing.assert_array_equal(one, other)


@on_a_gpu
@pytest.mark.parametrize("chunk", [None, 777])
def test_a_gpu_gives_the_bits_of_the_processor(chunk):
    table = damaged(5000)
    result = bound(table, device="cuda", chunk=chunk)

    assert result.counts()["ok"] == 4997
    assert_same(result, bound(table))


@on_a_gpu
def test_a_gpu_gives_doses_and_infusions_of_ones_own():
    amounts = np.random.default_rng(4).uniform(10, 90, (1000, 3))
    for rates in (0.0, [0, 20.0, 0]):
        dosing = Dosing([0, 5, 9], ("gut", "blood", "gut"), amounts, rates)
        assert_same(bound(people(1000), device="cuda", dosing=dosing), bound(people(1000), dosing=dosing))


@on_a_gpu
def test_a_gpu_gives_every_status():
    steps = bound(people(200)).steps
    limited = {"max_steps": int(np.median(steps))}
    assert_same(bound(people(200), device="cuda", **limited), bound(people(200), **limited))
    kern = kernel(BLOW_UP, ("x",), ("k",))
    arguments = ({"k": [0.1, 1.0, 0.2]}, [0.0, 2.0])
    assert_same(kern.simulate(*arguments, device="cuda"), kern.simulate(*arguments))


@on_a_gpu
def test_a_gpu_gives_events_and_conditions():
    assert_same(switching(500, device="cuda"), switching(500))
