"""Machine code on disk, and kernels that travel."""

import pickle
import subprocess
import sys

import numpy as np
import pytest

from engine_models import ORAL
from speciosa import engine
from speciosa.engine import _compile, _native

TIMES = np.linspace(0, 24, 13)
DOSE = engine.Dosing(0, "gut", 100.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def generated(monkeypatch):
    """Counts how often code is generated."""
    counted = []
    generate = _compile._generate

    def counting(*arguments):
        counted.append(arguments[1].outputs)
        return generate(*arguments)

    monkeypatch.setattr(_compile, "_generate", counting)
    return counted


def build(outputs=("C",), **options):
    return engine.compile(engine.load(ORAL), outputs, ("CL",), **options)


def curve(kernel):
    return kernel.simulate({"CL": [3.0, 6.0]}, TIMES, DOSE).values


def test_the_second_time_the_code_is_read(folder, generated):
    first, second = build(), build()

    assert len(generated) == 1
    assert len(list(folder.glob("*.kernel"))) == 1
    assert not list(folder.glob("*.part"))
    np.testing.assert_array_equal(curve(first), curve(second))


def test_what_the_code_depends_on_makes_other_code(folder, generated):
    build()
    build(outputs=("gut",))
    build(lanes=1)
    engine.compile(engine.load(ORAL.replace("ka = 1.2", "ka = 1.3")), ("C",), ("CL",))
    engine.compile(engine.load(ORAL), ("C",), ("V",))

    assert len(generated) == len(list(folder.glob("*.kernel"))) == 5


@pytest.mark.parametrize("damage", ["emptied", "cut", "changed", "another file"])
def test_a_damaged_file_is_ignored_and_written_anew(folder, generated, damage):
    expected = curve(build())
    (file,) = folder.glob("*.kernel")
    sound = file.read_bytes()
    changed = bytearray(sound)
    changed[len(sound) // 2] ^= 1
    broken = {"emptied": b"", "cut": sound[:-9], "changed": bytes(changed), "another file": b"%PDF-1.7"}
    file.write_bytes(broken[damage])

    np.testing.assert_array_equal(curve(build()), expected)

    assert len(generated) == 2
    assert file.read_bytes() == sound


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch, generated):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path / "file" / "cache"))

    np.testing.assert_array_equal(curve(build()), curve(build()))
    assert len(generated) == 2


def test_a_full_disk_leaves_no_file_behind(folder, monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def write(self, _):
            raise OSError(28, "No space left on device")

    real = _native.os.fdopen

    def fdopen(handle, mode):
        real(handle, mode).close()
        return Full()

    monkeypatch.setattr(_native.os, "fdopen", fdopen)
    build()

    assert not list(folder.iterdir())


def test_without_the_cache_nothing_is_written(folder):
    build(cache=False)

    assert not folder.exists()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/speciosa"),
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/speciosa"),
        ("darwin", {"HOME": "/Users/a"}, "/Users/a/Library/Caches/speciosa"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/speciosa/cache"),
        ("linux", {"SPECIOSA_CACHE": "/chosen"}, "/chosen"),
    ],
)
def test_where_the_cache_lies(monkeypatch, platform, variables, expected):
    for name in ("SPECIOSA_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_native.sys, "platform", platform)

    assert _native._folder().as_posix() == expected


def test_a_kernel_can_be_pickled(folder, generated):
    kernel = build(lanes=2)
    again = pickle.loads(pickle.dumps(kernel))  # noqa: S301 - our own, just made

    assert (again.outputs, again.vary, again.lanes) == (kernel.outputs, kernel.vary, kernel.lanes)
    assert len(generated) == 1
    assert len(list(folder.iterdir())) == 1
    np.testing.assert_array_equal(curve(again), curve(kernel))


def test_another_process_computes_the_same_bits(folder, tmp_path):
    kernel = build()
    (tmp_path / "kernel.pickle").write_bytes(pickle.dumps(kernel))
    code = (
        "import pickle, sys; import numpy as np; from speciosa import engine;"
        "k = pickle.load(open(sys.argv[1], 'rb'));"
        "r = k.simulate({'CL': [3.0, 6.0]}, np.linspace(0, 24, 13), engine.Dosing(0, 'gut', 100.0));"
        "sys.stdout.write(r.values.tobytes().hex())"
    )
    found = subprocess.run(  # noqa: S603 - our own code in our own interpreter
        [sys.executable, "-c", code, str(tmp_path / "kernel.pickle")], check=True, capture_output=True, text=True
    )

    assert found.stdout == curve(kernel).tobytes().hex()
    assert len(list(folder.iterdir())) == 1
