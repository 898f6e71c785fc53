"""The code for a GPU: what stands in it, whether NVIDIA's assembler takes it, whether threads keep to their rows."""

import dataclasses
import re
import shutil
import subprocess

import numpy as np
import pytest

from engine_gpu_fake import processors_version
from engine_models import BOUND, ORAL, SWITCHING, body_values, kernel
from engine_ptx_machine import Machine
from speciosa import engine, models
from speciosa.engine import _compile, _gpu_code, _native
from speciosa.engine._emitter import Emitter, Module
from speciosa.errors import EngineError

EVERYTHING = """
model everything()
  x = 1; y = 0.5; k = 0.3; a = 1;
  x' = -k * x + sin(time) * exp(-y) + floor(y) - ceil(x);
  y' = cos(x) * ln(2 + x^2) / (1 + abs(x)) - sqrt(y^2 + 1) * x^1.5 + tanh(y) + min(x, y);
  z := piecewise(log10(x + 2), x > y && time < 3, tan(y)) + root(3, y + 5);
end
"""
MODELS = {
    "oral": (ORAL, ("C",), ("CL",)),
    "bound": (BOUND, ("C", "E", "effect"), ("ka", "CL")),
    "everything": (EVERYTHING, ("x", "z"), ("k", "a")),
    "switching": SWITCHING,
}

ptxas = pytest.mark.skipif(shutil.which("ptxas") is None, reason="NVIDIA's assembler is not installed")


def ptx(name, capability=80):
    text, outputs, vary = MODELS[name]
    target = _gpu_code.target(capability)
    model = engine.load(text)
    wanted = _compile.Wanted.of(model, outputs, vary)
    code, _ = _compile.code_for(model, wanted, _gpu_code.SHAPE, target, cache=False)
    return code.decode()


def body():
    assembly = models.assemble(("mitragynine", "hydroxymitragynine"), effects=True)
    return (
        assembly.sbml,
        ("mitragynine_blood_C_plasma", "MOR_occupancy"),
        tuple(symbol.name for symbol in assembly.symbols),
    )


MODELS["body"] = body()
INTO = {"oral": "gut", "bound": "gut", "body": "mitragynine_lumen_U_stomach"}
SOMEBODY = list(body_values(models.assemble(("mitragynine", "hydroxymitragynine"), effects=True).symbols, 1).values())


@pytest.mark.parametrize("capability", _gpu_code.ARCHITECTURES)
@pytest.mark.parametrize("name", MODELS)
def test_the_code_needs_nothing_from_outside(name, capability):
    text = ptx(name, capability)

    assert f".target sm_{capability}\n" in text
    assert ".visible .entry population(" in text
    assert ".extern" not in text
    defined = set(re.findall(r"\.func\s+(?:\([^)]*\)\s*)?(\w+)\(", text))
    called = set(re.findall(r"call(?:\.uni)?\s+(?:\([^)]*\),\s*)?(\w+)", text))
    assert called <= defined, called - defined


@pytest.mark.parametrize("name", MODELS)
def test_every_number_is_rounded_as_on_a_processor(name):
    text = ptx(name)
    operations = set(
        re.findall(r"\b(?:add|sub|mul|fma|div|rcp|sqrt|ex2|lg2|sin|cos|mad|rsqrt)\.[a-z0-9.]*f(?:64|32)\b", text)
    )

    # an operation without .rn could be fused by NVIDIA's assembler; .approx and f32 would lose digits
    assert operations <= {
        "add.rn.f64",
        "sub.rn.f64",
        "mul.rn.f64",
        "fma.rn.f64",
        "div.rn.f64",
        "rcp.rn.f64",
        "sqrt.rn.f64",
    }
    assert "fma.rn.f64" in operations


def test_rows_are_read_from_global_memory():
    text = ptx("body")

    assert len(re.findall(r"\bld\.global\.b?f?64", text)) > 900
    assert not re.search(
        r"\b(ld|st)\.(local\.|b?f?(32|64))", text
    )  # neither in the frame nor of unknown place or halved


@pytest.mark.parametrize(
    ("capability", "processor"),
    [(70, "sm_70"), (75, "sm_70"), (86, "sm_80"), (89, "sm_80"), (90, "sm_90"), (120, "sm_90")],
)
def test_a_gpu_gets_the_newest_code_that_it_runs(capability, processor):
    target = _gpu_code.target(capability)

    assert (target.cpu, target.gpu, target.lanes, target.x86) == (processor, True, 1, False)


def test_code_for_gpus_has_keys_of_its_own():
    targets = [_native.machine(), *(_gpu_code.target(capability) for capability in _gpu_code.ARCHITECTURES)]

    assert len({_native.cache_key(target, sbml="", lanes=1) for target in targets}) == len(targets)


@ptxas
@pytest.mark.parametrize(
    ("name", "capability"),
    [("oral", 70), ("everything", 80), ("switching", 80), ("bound", 90), ("body", 80), ("body", 90)],
)
def test_nvidias_assembler_takes_the_code(tmp_path, name, capability):
    (tmp_path / "code.ptx").write_text(ptx(name, capability))
    # CUDA 13 assembles for compute capability 7.5 and later; code for 7.0 runs there too
    options = ["-v", "-arch", f"sm_{max(capability, 75)}", "-o", str(tmp_path / "code.cubin")]
    found = subprocess.run(  # noqa: S603 - our own code
        [str(shutil.which("ptxas")), *options, str(tmp_path / "code.ptx")], check=False, capture_output=True, text=True
    )
    told = found.stdout + found.stderr

    assert found.returncode == 0, told
    assert "warning" not in told.lower()
    (stack,) = re.findall(r"Function properties for population\n\s+(\d+) bytes stack frame", told)
    assert int(stack) <= 512  # registers that did not suffice; the workspace is not there
    assert not re.search(r"for (step|slope|solve|factorise)\n\s+\d+ bytes stack frame, [1-9]\d\d", told)


@pytest.mark.parametrize("thread", [0, 1, 31, 37])
def test_a_thread_keeps_to_its_own_rows(thread):
    program = processors_version(BOUND, ("C", "E", "effect"), ("ka", "CL", "V", "kdeg", "n"))
    kern = kernel(BOUND, ("C", "E", "effect"), ("ka", "CL", "V", "kdeg", "n"))
    table = np.array([[0.9, 12, 20, 0.03, 1.7]] * 3)
    job = kern._set_up(table, np.linspace(0, 5, 4), engine.Dosing(0, "gut", 9.0), {}).job
    curves = np.full((3, 4, 3), np.nan)
    arguments = job.arguments(0, curves)
    rows = program.facts["rows"]
    memory = np.full(64 * rows, np.nan)
    following = np.array([1])
    place = memory.ctypes.data + 8 * ((thread // 32) * rows * 32 + thread % 32)
    program.run(arguments.ctypes.data, following.ctypes.data, 3, place)

    touched = ~np.isnan(memory.reshape(2, rows, 32))
    assert touched[thread // 32, :, thread % 32].any()
    touched[thread // 32, :, thread % 32] = False
    assert not touched.any()
    assert following[0] == 4  # took 1 and 2, and saw that there is no third
    assert np.isnan(curves[0]).all()
    np.testing.assert_array_equal(
        curves[1:], kern.simulate(table[1:], np.linspace(0, 5, 4), engine.Dosing(0, "gut", 9.0)).values
    )


def test_no_address_in_the_frame_is_handed_on():
    module = Module(_gpu_code.SHAPE)
    with pytest.raises(EngineError, match="hands an address in the frame to a function"):
        write_a_bad_call(module)
    write_a_bad_call(Module(dataclasses.replace(_gpu_code.SHAPE, threads=1)))


def write_a_bad_call(module):
    with Emitter(module, "internal void @bad(ptr %x)") as emit:
        emit.do(f"call void @other(ptr %x, ptr {emit.shift(emit.variable('[4 x double]'), '2')})")
        emit.do("ret void")


@pytest.mark.parametrize(
    ("name", "times", "table"),
    [
        ("oral", [0.0, 1.0, 7.5], [[5.0], [np.nan], [9.0]]),
        ("bound", [0.0, 0.5, 4.0], [[0.9, 12.0], [0.4, 30.0]]),
        ("everything", [0.0, 0.1, 0.3], [[0.3, 1.0], [2.0, 1.0]]),
        ("switching", [0.0, 0.35, 1.5], [[0.9, 1.2], [2.0, 1.5]]),
        ("body", [0.0, 0.25], [SOMEBODY]),
    ],
)
def test_the_text_means_what_the_processor_computes(name, times, table):
    text, outputs, vary = MODELS[name]
    table, kern = np.array(table), kernel(text, outputs, vary)
    dosing = engine.Dosing.none()
    if name in INTO:
        dosing = engine.Dosing([0, 0.125, 1], INTO[name], [90.0, 30.0, 20.0], [0, 40.0, 0])
    options = {"rtol": 1e-4, "atol": 1e-6}
    job, expected = kern._set_up(table, times, dosing, options).job, kern.simulate(table, times, dosing, **options)
    curves = np.full(expected.values.shape, np.nan)
    arguments = job.arguments(0, curves)
    threads = 64  # in two blocks, so that the second warp lies behind the first
    memory, following = np.full(threads * processors_version(*MODELS[name]).facts["rows"], np.nan), np.array([0])
    places = (arguments.ctypes.data, following.ctypes.data, len(table), memory.ctypes.data)
    Machine(ptx(name)).launch("population", 2, threads // 2, *places)
    curves[job.status != 0] = np.nan

    assert following[0] == len(table) + threads  # each person once, and each thread saw the end
    np.testing.assert_array_equal(job.status, expected.status)
    np.testing.assert_array_equal(job.steps, expected.steps)
    np.testing.assert_array_equal(curves, expected.values)
