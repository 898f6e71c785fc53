"""The calls of the driver against NVIDIA's own header: a library in C with its prototypes takes the driver's place."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from engine_gpu_fake import processors_version
from engine_models import BOUND, kernel
from speciosa.engine import Dosing, _cuda_driver, _gpu_run
from speciosa.errors import EngineError

OUTPUTS, VARIED = ("C", "E", "effect"), ("ka", "CL", "V", "kdeg", "n")
TIMES = np.linspace(0, 24, 25)
PEOPLE = np.array([0.9, 12, 20, 0.03, 1.7]) * np.exp(0.5 * np.random.default_rng(2).standard_normal((300, len(VARIED))))
DOSES = Dosing([0, 6, 13], "gut", [90.0, 40.0, 60.0], [0, 0, 15.0])
HEADERS = [Path(place) for place in ("/usr/local/cuda/include", "/usr/include") if (Path(place) / "cuda.h").exists()]

pytestmark = pytest.mark.skipif(not (HEADERS and shutil.which("gcc")), reason="NVIDIA's cuda.h or gcc is missing")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    place = tmp_path_factory.mktemp("cuda") / "stand_in.so"
    source = Path(__file__).with_name("engine_gpu_stand_in.c")
    subprocess.run(  # noqa: S603 - our own code
        [
            str(shutil.which("gcc")),
            "-shared",
            "-fPIC",
            "-O1",
            "-Wall",
            "-Werror",
            f"-I{HEADERS[0]}",
            str(source),
            "-o",
            str(place),
        ],
        check=True,
    )
    return ctypes.CDLL(str(place))


@pytest.fixture
def plug_in(library, monkeypatch):
    program = processors_version(BOUND, OUTPUTS, VARIED)
    entry = ctypes.cast(program._run, ctypes.c_void_p)
    monkeypatch.setattr(_gpu_run, "_LOADED", type(_gpu_run._LOADED)())
    driver = _cuda_driver.Driver(library)
    monkeypatch.setattr(_cuda_driver, "driver", lambda: driver)

    def plug(error=0):
        library.stand_in(entry, ctypes.c_int64(program.facts["rows"]), ctypes.c_int64(error))

    yield plug
    assert library.left_behind() == 0


@pytest.mark.parametrize("chunk", [None, 77])
def test_every_call_fits_its_prototype(plug_in, chunk):
    plug_in()
    kern = kernel(BOUND, OUTPUTS, VARIED)
    result = kern.simulate(PEOPLE, TIMES, DOSES, device="cuda", chunk=chunk)
    expected = kern.simulate(PEOPLE, TIMES, DOSES)

    assert result.counts() == {"ok": 300}
    np.testing.assert_array_equal(result.values, expected.values)
    np.testing.assert_array_equal(result.steps, expected.steps)


def test_errors_and_the_compilers_words_come_through(plug_in):
    plug_in(error=218)
    with pytest.raises(EngineError, match=r"refuses the generated code .* It says: the stand-in finds nothing to run"):
        kernel(BOUND, OUTPUTS, VARIED).simulate(PEOPLE, TIMES, DOSES, device="cuda")
    plug_in(error=500)
    with pytest.raises(EngineError, match=r"error 500 \(as the stand-in was told\)"):
        kernel(BOUND, OUTPUTS, VARIED).simulate(PEOPLE, TIMES, DOSES, device="cuda")
