"""How much arithmetic a step takes, and how much the processor could do."""

import ctypes
import time

import numpy as np
from engine_cases import Case

from speciosa.engine import _native
from speciosa.engine._derivatives import BY_TIME, Derivatives
from speciosa.engine._emitter import Emitter, Module, Shape
from speciosa.engine._equations import build
from speciosa.engine._lowering import lower
from speciosa.engine._rodas5p import STAGES
from speciosa.engine._vector_math import define

_CHAINS, _ROUNDS = 16, 4_000_000


def peak(lanes: int) -> float:
    """Floating point operations per second of one core in independent multiply-adds (2 operations each)."""
    target = _native.machine()
    module = Module(Shape(lanes, fma=target.fma))
    with Emitter(module, "void @run(ptr %out, i64 %rounds, i64 %unused, ptr %ws)") as emit:
        totals = [emit.variable(emit.shape.vector) for _ in range(_CHAINS)]
        for place, total in enumerate(totals):
            emit.store(emit.constant(1.0 + place), total)
        factor = emit.spread(emit.get("double", "%out"))
        with emit.count("%rounds"):
            for total in totals:
                emit.store(emit.fma(emit.load(total), factor, factor), total)
        for place, total in enumerate(totals):
            emit.store(emit.load(total), emit.row("%ws", place))
        emit.do("ret void")
    program = _native.Program(_native.assemble(module.text(), target), target, {})
    room = np.zeros(8 * (_CHAINS + 1) * lanes + 64, dtype=np.uint8)
    aligned = -(-room.ctypes.data // 64) * 64
    number = ctypes.c_double(0.999)
    best = np.inf
    for _ in range(5):
        started = time.thread_time()
        program.run(ctypes.addressof(number), _ROUNDS // 10, 0, aligned)
        best = min(best, time.thread_time() - started)
    return 2.0 * lanes * _CHAINS * (_ROUNDS // 10) / best


def operations(case: Case) -> dict[str, float]:
    """Operations per step and lane of each part; a multiply-add counts 2, a division 1, exp as it is made."""
    equations = build(case.model, case.outputs, case.vary)
    module = Module(Shape(1))
    define(module)
    lowered = lower(module, equations, len(case.vary))
    inner = {name: _count(text) for name, text in _functions(module)}
    counted = {name: _count(text, inner) for name, text in _functions(module)}
    n = lowered.states
    combinations = 2 * (15 + 28) + 7 + 2 + 6  # the sums over earlier stages, their scaling, and what completes a step
    return {
        "right sides and solves": STAGES * counted["stage"],
        "Jacobian and factorisation": counted["factorise"],
        "sums over the stages": float(n * combinations),
        "error norm": 6.0 * n,
    }


def structure(case: Case) -> tuple[int, int]:
    """Entries of the Jacobian, and of its factors."""
    equations = build(case.model, case.outputs, case.vary)
    derivatives = Derivatives(equations.graph)
    entries = sum(1 for rate in equations.rates for variable in derivatives.of(rate) if variable != BY_TIME)
    return entries, lower(Module(Shape(1)), equations, len(case.vary)).factors


def _functions(module: Module) -> list[tuple[str, str]]:
    return [(text.split("@", 1)[1].split("(", 1)[0], text) for text in module.functions]


def _count(text: str, inner: dict[str, float] | None = None) -> float:
    total = 2.0 * text.count("@llvm.fma.") + sum(text.count(f" = {name} ") for name in ("fadd", "fsub", "fmul", "fdiv"))
    for name, cost in (inner or {}).items():
        if name.startswith("math_"):
            total += text.count(f"@{name}(") * cost if f" @{name}(double %x" not in text.split("{", 1)[0] else 0.0
    return total
