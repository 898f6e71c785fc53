"""LLVM IR → machine code in this process, with a cache on disk. The only module that knows llvmlite."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
from llvmlite import binding as llvm

from speciosa.errors import EngineError

__all__ = ["Machine", "Program", "assemble", "cache_key", "machine", "read_cache", "write_cache"]

_MAGIC = b"speciosa\x01"
_LOCK = threading.Lock()  # LLVM's native target and the code memory are set up by one thread at a time


@dataclass(frozen=True)
class Machine:
    """What code is generated for.

    Attributes:
        triple: LLVM's name of the platform.
        cpu: LLVM's name of the processor.
        features: its instruction sets, as LLVM writes them; stated because the name of a virtual machine may mislead.
        lanes: persons side by side that suit its vector registers.
        fma: whether it fuses multiply and add.
        x86: whether denormal numbers are flushed by MXCSR.
        gpu: whether this is a GPU, for which there is text instead of an object file.
    """

    triple: str
    cpu: str
    features: str
    lanes: int
    fma: bool
    x86: bool
    gpu: bool = False


@cache
def machine() -> Machine:
    """This machine."""
    with _LOCK:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    x86 = platform.machine().lower() in {"x86_64", "amd64", "x64"}
    wide = all(features.get(name) for name in ("avx512f", "avx512dq", "avx512vl"))
    lanes = 8 if wide else 4 if features.get("avx2") else 2
    flags = features.flatten()
    if wide:  # else LLVM prefers half-width registers on most of these processors
        flags += ",-prefer-256-bit"
    return Machine(
        triple=llvm.get_process_triple(),
        cpu=llvm.get_host_cpu_name(),
        features=flags,
        lanes=lanes,
        fma=bool(features.get("fma")) or not x86,
        x86=x86,
    )


def _target_machine(target: Machine, level: int = 2) -> Any:  # noqa: ANN401 - llvmlite ships no types
    return llvm.Target.from_triple(target.triple).create_target_machine(
        cpu=target.cpu, features=target.features, opt=level, reloc="pic", codemodel="default", jit=True
    )


def assemble(text: str, target: Machine, level: int = 2) -> bytes:
    """Compile IR text to an object file, or for a GPU to PTX text.

    Args:
        text: the IR.
        target: what to compile for.
        level: LLVM's level of optimisation, 0 to 3; it changes the time, not the results.

    Raises:
        EngineError: LLVM refuses the text (a fault of the generator).
    """
    with _LOCK:
        if target.gpu:
            llvm.initialize_all_targets()
            llvm.initialize_all_asmprinters()
        try:
            module = llvm.parse_assembly(text)
            module.verify()
        except RuntimeError as error:
            raise EngineError(f"LLVM {_llvm_version()} refuses the generated code: {str(error).strip()}") from error
        module.triple = target.triple
        code = _target_machine(target, level)
        module.data_layout = str(code.target_data)
        tuning = llvm.create_pipeline_tuning_options(speed_level=level)
        tuning.loop_vectorization = False  # the lanes are the vectors
        tuning.slp_vectorization = False
        passes = llvm.create_pass_builder(code, tuning)
        passes.getModulePassManager().run(module, passes)
        return code.emit_assembly(module).encode() if target.gpu else bytes(code.emit_object(module))


class Program:
    """Machine code ready to be called from any thread.

    Args:
        code: the object file.
        target: what it was compiled for.
        facts: what the caller must know to use it.
    """

    def __init__(self, code: bytes, target: Machine, facts: dict[str, Any]) -> None:
        self.facts = facts
        self._code, self._target = code, target
        with _LOCK:
            self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target_machine(target))
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
            self._engine.finalize_object()
            address = self._engine.get_function_address("run")
        if not address:
            raise EngineError("The machine code holds no entry point.")
        signature = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
        self._run: Callable[[int, int, int, int], None] = signature(address)

    def run(self, arguments: int, start: int, stop: int, workspace: int) -> None:
        """Call the code; all but the range of persons are addresses. Other Python threads run meanwhile."""
        self._run(arguments, start, stop, workspace)

    def parcel(self) -> tuple[Any, ...]:
        """What :meth:`unpacked` needs to make the program again, in another process or on another machine."""
        return self._code, self._target, self.facts, _generator()

    @staticmethod
    def unpacked(parcel: tuple[Any, ...]) -> Program | None:
        """The program; None where this machine is of another kind, or this engine of another version."""
        code, target, facts, generator = parcel
        if target != machine() or generator != _generator():
            return None
        return Program(code, target, facts)


# -- cache


def _llvm_version() -> str:
    return ".".join(map(str, llvm.llvm_version_info))


@cache
def _generator() -> str:
    """A digest of this package's own source: a changed generator never meets old code."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def cache_key(target: Machine, **what: object) -> str:
    """Name under which compiled code is kept: everything that it depends on."""
    parts = {
        "what": what,
        "target": asdict(target),
        "generator": _generator(),
        "llvm": [llvmlite.__version__, _llvm_version()],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _folder() -> Path:
    """``$SPECIOSA_CACHE``, or the user's cache folder."""
    chosen = os.environ.get("SPECIOSA_CACHE")
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "speciosa" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "speciosa"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "speciosa"


def read_cache(key: str) -> tuple[bytes, dict[str, Any]] | None:
    """Code and facts kept under a key; None if there are none or the file is damaged."""
    try:
        content = (_folder() / f"{key}.kernel").read_bytes()
    except OSError:
        return None
    start = len(_MAGIC) + 32
    payload = content[start:]
    if content[: len(_MAGIC)] != _MAGIC or hashlib.sha256(payload).digest() != content[len(_MAGIC) : start]:
        return None
    size = int.from_bytes(payload[:8], "little")
    facts: dict[str, Any] = json.loads(payload[8 : 8 + size])
    return payload[8 + size :], facts


def write_cache(key: str, code: bytes, facts: dict[str, Any]) -> None:
    """Keep code; a folder that cannot be written to is no error, only slower next time."""
    header = json.dumps(facts).encode()
    payload = len(header).to_bytes(8, "little") + header + code
    folder = _folder()
    temporary = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f"{key[:8]}-", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + hashlib.sha256(payload).digest() + payload)
        Path(temporary).replace(folder / f"{key}.kernel")  # atomic: a reader sees the old file or the new one
    except OSError:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
