"""Runs PTX on paper: each function becomes a Python function, each instruction what NVIDIA's PTX manual says of it.

It knows only the instructions that the engine's code holds and fails on any other. Registers are 64-bit patterns;
memory is the memory of this process. It shows that the text means what it should, not what a GPU makes of it.
"""

import ctypes
import math
import re
import struct
from fractions import Fraction

MASK = (1 << 64) - 1
_DOUBLE, _BITS = struct.Struct("<d"), struct.Struct("<Q")


def real(bits):
    return _DOUBLE.unpack(_BITS.pack(bits))[0]


def bits(value):
    return _BITS.unpack(_DOUBLE.pack(value))[0]


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def load(address):
    assert address % 8 == 0
    return ctypes.c_uint64.from_address(address).value


def store(address, value):
    assert address % 8 == 0
    ctypes.c_uint64.from_address(address).value = value


def take(address, more):
    """Atomic addition; one thread runs at a time here."""
    old = load(address)
    store(address, (old + more) & MASK)
    return old


def fma(a, b, c):
    """a × b + c, rounded once."""
    if not all(map(math.isfinite, (a, b, c))):
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact == 0:
        return a * b + c if c == 0 else 0.0
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def divide(a, b):
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def square_root(a):
    return math.nan if a < 0 else math.sqrt(a)


def whole(towards):
    def rounded(a):
        return math.copysign(float(towards(a)), a) if math.isfinite(a) else a

    return rounded


def of_two(choose):
    """``max`` or ``min`` of PTX: a NaN loses."""

    def chosen(a, b):
        return b if math.isnan(a) else a if math.isnan(b) else choose(a, b)

    return chosen


def as_integer(a):
    return 0 if math.isnan(a) else int(max(-(2.0**63), min(a, 2.0**63 - 1024))) & MASK


_REALS = {
    "add.rn": "{0} + {1}", "sub.rn": "{0} - {1}", "mul.rn": "{0} * {1}", "div.rn": "divide({0}, {1})",
    "rcp.rn": "divide(1.0, {0})", "fma.rn": "fma({0}, {1}, {2})", "sqrt.rn": "square_root({0})", "abs": "abs({0})",
    "neg": "-{0}", "max": "of_two(max)({0}, {1})", "min": "of_two(min)({0}, {1})",
    "cvt.rmi.f64": "whole(math.floor)({0})", "cvt.rpi.f64": "whole(math.ceil)({0})",
}  # fmt: skip
_WHOLES = {
    "add.s64": "({0} + {1}) & MASK", "sub.s64": "({0} - {1}) & MASK", "mul.lo.s64": "({0} * {1}) & MASK",
    "mad.lo.s64": "({0} * {1} + {2}) & MASK", "mul.wide.u32": "{0} * {1}", "shl.b64": "({0} << {1}) & MASK",
    "shr.u64": "{0} >> {1}", "shr.s64": "(signed({0}) >> {1}) & MASK", "and.b64": "{0} & {1}", "or.b64": "{0} | {1}",
    "and.b16": "{0} & {1}", "rem.u32": "{0} % {1}",
    "mov.b64": "{0}", "mov.u32": "{0}", "cvt.u64.u32": "{0}", "cvt.u32.u64": "{0} & 0xFFFFFFFF",
    "cvta.global.u64": "{0}", "cvta.to.global.u64": "{0}",
    "selp.b64": "{0} if {2} else {1}", "selp.b32": "{0} if {2} else {1}", "selp.f64": "{0} if {2} else {1}",
    "and.pred": "{0} and {1}",
    "or.pred": "{0} or {1}", "xor.pred": "{0} is not {1}", "not.pred": "not {0}",
    "cvt.rzi.s64.f64": "as_integer(real({0}))", "atom.global.add.u64": "take({0}, {1})",
}  # fmt: skip
_ORDERS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OPPOSITES = {"ltu": ">=", "leu": ">", "gtu": "<=", "geu": "<"}


def _operand(text):
    text = text.strip()
    if text.startswith("%"):
        return text[1:].replace(".", "_")
    if text.startswith("0d"):
        return str(int(text.replace("0d", "0x", 1), 0))
    if re.match(r"[a-z]", text):
        return f"tables[{text!r}]"
    return str(int(text) & MASK)


def _address(text):
    base, _, offset = text.strip("[] ").partition("+")
    return f"{_operand(base)} + {int(offset or 0)}"


def _compare(operation, a, b):
    _, order, kind = operation.split(".")
    if kind == "f64":
        a, b = f"real({a})", f"real({b})"
        if order == "nan":
            return f"math.isnan({a}) or math.isnan({b})"
        if order == "neu":
            return f"{a} != {b}"
        if order in _OPPOSITES:
            return f"not ({a} {_OPPOSITES[order]} {b})"
        if order == "ne":  # false beside a NaN
            return f"({a} < {b} or {a} > {b})"
    elif kind == "s64":
        a, b = f"signed({a})", f"signed({b})"
    return f"{a} {_ORDERS[order]} {b}"


def _instruction(text):
    """One instruction as a line of Python."""
    operation, _, rest = text.partition(" ")
    arguments = [part.strip() for part in re.split(r",(?![^(]*\))", rest)]
    if operation == "ret":
        return "return"
    if operation in {"bra", "bra.uni"}:
        return f"block = {arguments[0]!r}; continue"
    if operation == "call.uni":
        count = len(arguments[1].strip("()").split(","))
        return f"functions[{arguments[0]!r}](functions, special, *(passed[k] for k in range({count})))"
    if operation in {"st.param.b64", "st.param.b32"}:
        return f"passed[{int(re.search(r'[0-9]+', arguments[0])[0])}] = {_operand(arguments[1])}"
    if operation == "st.global.b64":
        return f"store({_address(arguments[0])}, {_operand(arguments[1])})"
    target, sources = _operand(arguments[0]), arguments[1:]
    if operation in {"ld.param.b64", "ld.param.b8"}:
        return f"{target} = params[{int(re.search(r'_param_([0-9]+)', sources[0])[1])}]"
    if operation in {"ld.global.b64", "ld.global.nc.b64"}:
        return f"{target} = load({_address(sources[0])})"
    values = [_address(part) if part.startswith("[") else _operand(part) for part in sources]
    if operation.startswith("setp."):
        return f"{target} = {_compare(operation, *values)}"
    if operation in _WHOLES:
        return f"{target} = {_WHOLES[operation].format(*values)}"
    reals = [f"real({value})" for value in values]
    return f"{target} = bits({_REALS[operation.removesuffix('.f64')].format(*reals)})"


def _function(name, body):
    """Source of a Python function; a jump goes on with the block of its label."""
    lines = [f"def {name}(functions, special, *params):", " tid_x, ctaid_x, ntid_x = special", " passed = {}"]
    lines += [" block = ''", " while True:", "  if block == '':"]
    for line in body.splitlines():
        text = re.sub(r"//.*", "", line).strip().rstrip(";").replace("\t", " ")
        if not text or text[0] in ".{}":
            continue
        if text.endswith(":"):
            label = text[:-1]
            lines += [f"   block = {label!r}", f"  if block == {label!r}:"]
        elif text.startswith("@"):
            condition, _, rest = text[1:].partition(" ")
            test = f"not {_operand(condition[1:])}" if condition.startswith("!") else _operand(condition)
            lines.append(f"   if {test}: {_instruction(rest.strip())}")
        else:
            lines.append(f"   {_instruction(text)}")
    return "\n".join(lines)


class Machine:
    """The functions of a PTX text, to be run thread by thread."""

    def __init__(self, text):
        self.functions = {}
        found = re.findall(r"^\.global \.align 8 \.b8 (\w+)\[(\d+)\] = {(.*?)};", text, re.MULTILINE)
        self.tables = {
            name: ctypes.create_string_buffer(bytes(map(int, listed.split(","))), int(size))
            for name, size, listed in found
        }
        tables = {name: ctypes.addressof(buffer) for name, buffer in self.tables.items()}
        for name, body in re.findall(
            r"^(?:\.visible )?\.(?:func|entry) (\w+)\(.*?\)\n(.*?)^}", text, re.DOTALL | re.MULTILINE
        ):
            scope = {"tables": tables}
            exec(_function(name, body), globals() | scope, scope)  # noqa: S102 - our own text
            self.functions[name] = scope[name]

    def launch(self, name, blocks, threads, *arguments):
        """Run a kernel, one thread after the other, the last one first."""
        for number in reversed(range(blocks * threads)):
            special = (number % threads, number // threads, threads)
            self.functions[name](self.functions, special, *arguments)
