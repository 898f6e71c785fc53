"""Writes LLVM IR as text, for any number of lanes; the only module that knows its syntax.

A value is a piece of text: a register (``%v7``) or a literal. *Vector* means one number per lane: ``<8 x double>`` for
eight lanes, plain ``double`` for one, so that the same generator serves CPUs and, with one lane, a GPU thread.

Nothing carries a fast-math flag. A multiply-add is fused only where :meth:`Emitter.fma` says so, and then for every
number of lanes alike: this is why a person's result does not depend on the lanes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from speciosa.errors import EngineError

__all__ = ["Emitter", "Module", "Shape", "literal"]


def literal(value: float) -> str:
    """A double as LLVM reads it without rounding."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


@dataclass(frozen=True)
class Shape:
    """How wide the code is.

    Attributes:
        lanes: persons computed side by side.
        fma: whether the machine fuses multiply and add in one instruction.
        threads: how many threads' rows are interwoven: 1 on a processor, where the rows of a workspace touch; 32 on a
            GPU, where the threads of a warp then read neighbouring numbers at once.
    """

    lanes: int
    fma: bool = True
    threads: int = 1

    @property
    def spacing(self) -> int:
        """8-byte elements from one row to the next."""
        return self.lanes * self.threads

    def of(self, scalar: str) -> str:
        """The vector type of a scalar type."""
        return scalar if self.lanes == 1 else f"<{self.lanes} x {scalar}>"

    @property
    def vector(self) -> str:
        """Type of one double per lane."""
        return self.of("double")

    @property
    def suffix(self) -> str:
        """What an intrinsic on such vectors is called."""
        return "f64" if self.lanes == 1 else f"v{self.lanes}f64"

    def constant(self, value: float) -> str:
        """The same number in every lane."""
        one = literal(value)
        return one if self.lanes == 1 else "<" + ", ".join([f"double {one}"] * self.lanes) + ">"

    def integer(self, value: int) -> str:
        """The same whole number (i64) in every lane."""
        return str(value) if self.lanes == 1 else "<" + ", ".join([f"i64 {value}"] * self.lanes) + ">"


@dataclass
class Module:
    """The functions of one piece of machine code."""

    shape: Shape
    functions: list[str] = field(default_factory=list)
    declarations: set[str] = field(default_factory=set)

    def text(self) -> str:
        """The IR of the module."""
        # 64: what the widest vectors need, so that none that waits in the frame lies across two cache lines
        aligned = " alignstack=64" if self.shape.threads == 1 else ""
        # a table of jumps saves nothing here, and costs a GPU dear
        common = 'nounwind "no-jump-tables"="true"'
        attributes = [f"attributes #0 = {{ {common} }}", f"attributes #1 = {{ noinline {common}{aligned} }}"]
        attributes.append(f"attributes #2 = {{ cold minsize noinline {common} optsize }}")  # rare: quick to compile
        return "\n".join([*sorted(self.declarations), "", *self.functions, *attributes, ""])


class Emitter:
    """Writes one function of a module; use as a context manager.

    Args:
        module: where the function goes when the block ends.
        signature: everything between ``define`` and the body.
    """

    def __init__(self, module: Module, signature: str) -> None:
        self.module = module
        self.shape = module.shape
        self.signature = signature
        self._entry: list[str] = []
        self._lines: list[str] = []
        self._framed: set[str] = set()
        self._shifted: dict[str, tuple[str, str]] = {}
        self._global: dict[str, str] = {}
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            if self.shape.threads > 1:
                self._check_calls()
            body = "\n".join(["entry:", *self._entry, "  br label %body", "body:", *self._lines])
            self.module.functions.append(f"define {self.signature} {{\n{body}\n}}\n")

    def _check_calls(self) -> None:
        """On a GPU nobody is handed an address in the frame: a callee takes every address to be in global memory."""
        framed = self._framed | {name for name in self._shifted if self._is_framed(name)}
        for line in self._lines:
            ours = "call " in line and "@llvm." not in line
            if ours and any(f"ptr {name}{end}" in line for name in framed for end in ",)"):
                raise EngineError(f"The generated code for a GPU hands an address in the frame to a function:{line}.")

    # -- instructions

    def do(self, text: str) -> None:
        """An instruction without a result."""
        self._lines.append(f"  {text}")

    def value(self, text: str) -> str:
        """An instruction with a result."""
        self._count += 1
        name = f"%v{self._count}"
        self._lines.append(f"  {name} = {text}")
        return name

    def variable(self, kind: str) -> str:
        """Room for one value in the frame; returns its address."""
        self._count += 1
        name = f"%s{self._count}"
        self._framed.add(name)
        self._entry.append(f"  {name} = alloca {kind}")
        return name

    def intrinsic(self, name: str, kind: str, *arguments: str) -> str:
        """A call of an LLVM intrinsic on vectors whose arguments and result have one type."""
        kinds = ", ".join([kind] * len(arguments))
        self.module.declarations.add(f"declare {kind} @{name}({kinds})")
        return self.value(f"call {kind} @{name}({', '.join(f'{kind} {item}' for item in arguments)})")

    # -- vectors

    def constant(self, value: float) -> str:
        """A number in every lane."""
        return self.shape.constant(value)

    def arithmetic(self, operation: str, a: str, b: str) -> str:
        """``fadd``, ``fsub``, ``fmul`` or ``fdiv`` on vectors."""
        return self.value(f"{operation} {self.shape.vector} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """a + b."""
        return self.arithmetic("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        """a - b."""
        return self.arithmetic("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        """a × b."""
        return self.arithmetic("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        """a / b, correctly rounded."""
        return self.arithmetic("fdiv", a, b)

    def neg(self, a: str) -> str:
        """-a."""
        return self.value(f"fneg {self.shape.vector} {a}")

    def fma(self, a: str, b: str, c: str) -> str:
        """a × b + c, with one rounding where the machine can."""
        if not self.shape.fma:
            return self.add(self.mul(a, b), c)
        return self.intrinsic(f"llvm.fma.{self.shape.suffix}", self.shape.vector, a, b, c)

    def unary(self, name: str, a: str) -> str:
        """An intrinsic of one vector: sqrt, fabs, floor, ceil."""
        return self.intrinsic(f"llvm.{name}.{self.shape.suffix}", self.shape.vector, a)

    def compare(self, predicate: str, a: str, b: str) -> str:
        """A mask; ``predicate`` as in ``fcmp``."""
        return self.value(f"fcmp {predicate} {self.shape.vector} {a}, {b}")

    def logic(self, operation: str, a: str, b: str) -> str:
        """``and``, ``or``, ``xor`` of masks."""
        return self.value(f"{operation} {self.shape.of('i1')} {a}, {b}")

    def invert(self, a: str) -> str:
        """The other lanes."""
        ones = "true" if self.shape.lanes == 1 else "<" + ", ".join(["i1 true"] * self.shape.lanes) + ">"
        return self.logic("xor", a, ones)

    def select(self, mask: str, a: str, b: str) -> str:
        """a in the lanes of the mask, b in the others."""
        kind = self.shape.vector
        return self.value(f"select {self.shape.of('i1')} {mask}, {kind} {a}, {kind} {b}")

    def any(self, mask: str) -> str:
        """Whether any lane is in the mask (i1)."""
        lanes = self.shape.lanes
        if lanes == 1:
            return mask
        bits = self.value(f"bitcast <{lanes} x i1> {mask} to i{lanes}")
        return self.value(f"icmp ne i{lanes} {bits}, 0")

    def spread(self, scalar: str) -> str:
        """A scalar double in every lane."""
        lanes = self.shape.lanes
        if lanes == 1:
            return scalar
        one = self.value(f"insertelement <{lanes} x double> poison, double {scalar}, i32 0")
        zeros = f"<{lanes} x i32> zeroinitializer"
        return self.value(f"shufflevector <{lanes} x double> {one}, <{lanes} x double> poison, {zeros}")

    # -- memory

    def shift(self, pointer: str, index: str) -> str:
        """Address of the index-th 8-byte element from a pointer."""
        address = self.value(f"getelementptr inbounds i64, ptr {pointer}, i64 {index}")
        self._shifted[address] = pointer, index
        return address

    def row(self, pointer: str, number: int | str) -> str:
        """Address of the number-th vector from a pointer."""
        if isinstance(number, int):
            return pointer if number == 0 else self.shift(pointer, str(number * self.shape.spacing))
        return self.shift(pointer, self.whole("mul", number, str(self.shape.spacing)))

    def load(self, pointer: str) -> str:
        """The vector at an address, which must be aligned to its size."""
        return self.value(f"load {self.shape.vector}, {self._place(pointer)}, align {8 * self.shape.lanes}")

    def store(self, value: str, pointer: str) -> None:
        """Put a vector at an address aligned to its size."""
        self.do(f"store {self.shape.vector} {value}, {self._place(pointer)}, align {8 * self.shape.lanes}")

    def _place(self, pointer: str) -> str:
        """A typed address; a GPU is told that what is not in the frame lies in its global memory."""
        if self.shape.threads == 1 or self._is_framed(pointer):
            return f"ptr {pointer}"
        return f"ptr addrspace(1) {self._in_global(pointer)}"

    def _is_framed(self, pointer: str) -> bool:
        while pointer in self._shifted:
            pointer = self._shifted[pointer][0]
        return pointer in self._framed

    def _in_global(self, pointer: str) -> str:
        """An address as one of global memory; made from an argument or a table, so that the distance is a constant."""
        if pointer in self._shifted:
            base, index = self._shifted[pointer]
            return self.value(f"getelementptr inbounds i64, ptr addrspace(1) {self._in_global(base)}, i64 {index}")
        cast = f"addrspacecast ptr {pointer} to ptr addrspace(1)"
        if pointer.startswith("%v"):
            return self.value(cast)
        if pointer not in self._global:
            self._global[pointer] = name = f"%{pointer[1:]}.global"
            self._entry.append(f"  {name} = {cast}")
        return self._global[pointer]

    def get(self, kind: str, pointer: str) -> str:
        """A scalar at an address."""
        return self.value(f"load {kind}, {self._place(pointer)}{self._alignment(pointer)}")

    def put(self, kind: str, value: str, pointer: str) -> None:
        """Store a scalar."""
        self.do(f"store {kind} {value}, {self._place(pointer)}{self._alignment(pointer)}")

    def _alignment(self, pointer: str) -> str:
        """What a GPU must be told of scalars, or it reads them in halves; all of them are 8-byte numbers."""
        return "" if self.shape.threads == 1 or self._is_framed(pointer) else ", align 8"

    def take(self, counter: str) -> str:
        """The number (i64) at an address, which then counts on; GPU threads share it."""
        if self.shape.threads > 1:
            return self.value(f'atomicrmw add {self._place(counter)}, i64 1 syncscope("device") monotonic')
        number = self.get("i64", counter)
        self.put("i64", self.whole("add", number, "1"), counter)
        return number

    # -- scalars and flow

    def whole(self, operation: str, a: str, b: str) -> str:
        """``add``, ``mul`` … of i64."""
        return self.value(f"{operation} i64 {a}, {b}")

    def test(self, predicate: str, a: str, b: str) -> str:
        """Comparison of i64."""
        return self.value(f"icmp {predicate} i64 {a}, {b}")

    def test_real(self, predicate: str, a: str, b: str) -> str:
        """Comparison of scalar doubles."""
        return self.value(f"fcmp {predicate} double {a}, {b}")

    def label(self) -> str:
        """A fresh name for a block."""
        self._count += 1
        return f"b{self._count}"

    def begin(self, label: str) -> None:
        """Start a block."""
        self._lines.append(f"{label}:")

    def jump(self, label: str) -> None:
        """Go to a block."""
        self.do(f"br label %{label}")

    def branch(self, condition: str, yes: str, no: str) -> None:
        """Go to one of two blocks."""
        self.do(f"br i1 {condition}, label %{yes}, label %{no}")

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """What follows happens only where a scalar condition holds."""
        inside, after = self.label(), self.label()
        self.branch(condition, inside, after)
        self.begin(inside)
        yield
        self.jump(after)
        self.begin(after)

    @contextmanager
    def repeat(self) -> Iterator[tuple[str, str]]:
        """An endless loop; yields the labels of its head (go on) and of what follows (leave)."""
        head, after = self.label(), self.label()
        self.jump(head)
        self.begin(head)
        yield head, after
        self.jump(head)
        self.begin(after)

    def leave_if(self, condition: str, target: str) -> None:
        """Go to a block if a condition holds, else on."""
        on = self.label()
        self.branch(condition, target, on)
        self.begin(on)

    @contextmanager
    def count(self, limit: str | int) -> Iterator[str]:
        """A loop over 0, 1, … limit - 1; yields the number."""
        place = self.variable("i64")
        self.put("i64", "0", place)
        with self.repeat() as (_, after):
            index = self.get("i64", place)
            self.leave_if(self.test("sge", index, str(limit)), after)
            yield index
            self.put("i64", self.whole("add", index, "1"), place)
