"""The same equations for a GPU: one lane per thread, as PTX text that NVIDIA's driver turns into machine code.

Every thread has a workspace of its own in global memory. The workspaces of the 32 threads of a warp are interwoven:
row r of thread t lies at ``(t // 32) × rows × 32 + r × 32 + t % 32``, so that a warp that reads a row reads 256
bytes in one piece, and the distance of two rows is a constant in the code.

Nothing of NVIDIA's libdevice is needed: exp, ln, sine and cosine are written by :mod:`._vector_math`; roots, fused
multiply-adds and rounding are instructions. All of them round as on a processor (``.rn``), and nothing is fused
that a processor does not fuse, so the numbers are meant to be the same bit for bit, apart from numbers below 2e-308,
which a GPU computes and an x86 processor counts as 0.
"""

from __future__ import annotations

from typing import Final

from speciosa.engine._emitter import Emitter, Module, Shape
from speciosa.engine._native import Machine
from speciosa.engine._workspace import Workspace

__all__ = ["ARCHITECTURES", "BLOCK", "ENTRY", "SHAPE", "WARP", "define_entry", "target"]

WARP: Final = 32
BLOCK: Final = 128
"""Threads of a block: four warps; with all 255 registers in use a multiprocessor still holds two blocks."""

SHAPE: Final = Shape(1, fma=True, threads=WARP)
"""How wide the code is."""

ENTRY: Final = "population"
"""Name of the kernel."""

ARCHITECTURES: Final = (70, 80, 90)
"""Compute capabilities (times 10) that code is written for; a newer GPU takes the code of an older one."""


def target(capability: int) -> Machine:
    """What to write code for.

    Args:
        capability: compute capability of the GPU times 10, such as 86; at least 70.
    """
    chosen = max(known for known in ARCHITECTURES if known <= capability)
    return Machine("nvptx64-nvidia-cuda", f"sm_{chosen}", "", lanes=1, fma=True, x86=False, gpu=True)


def define_entry(module: Module, workspace: Workspace) -> None:
    """Write the kernel ``population(args, following, stop, ws)``, which calls ``@run`` in every thread.

    Its arguments are addresses on the device: of the call's arguments, of the number of the next person, and of the
    workspaces of all threads; and the number of persons.
    """
    place = "ptr addrspace(1)"
    signature = (
        f'ptx_kernel void @{ENTRY}({place} %args, {place} %following, i64 %stop, {place} %ws) "nvvm.maxntid"="{BLOCK}"'
    )
    with Emitter(module, signature) as emit:
        thread, block, size = (_register(emit, name) for name in ("tid", "ctaid", "ntid"))
        number = emit.whole("add", emit.whole("mul", block, size), thread)
        before = emit.whole("mul", emit.whole("lshr", number, "5"), str(workspace.rows * WARP))
        offset = emit.whole("add", before, emit.whole("and", number, str(WARP - 1)))
        plain = {name: emit.value(f"addrspacecast {place} %{name} to ptr") for name in ("args", "following", "ws")}
        own = emit.shift(plain["ws"], offset)
        emit.do(f"call void @run(ptr {plain['args']}, ptr {plain['following']}, i64 %stop, ptr {own})")
        emit.do("ret void")


def _register(emit: Emitter, name: str) -> str:
    """A special register of the thread (its x part), as i64."""
    function = f"@llvm.nvvm.read.ptx.sreg.{name}.x"
    emit.module.declarations.add(f"declare i32 {function}()")
    return emit.value(f"zext i32 {emit.value(f'call i32 {function}()')} to i64")
