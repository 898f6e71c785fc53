"""exp, log, pow, sin, cos and atan as LLVM IR on vectors, the same bits for every number of lanes.

Reductions and polynomials are the classical ones of fdlibm (Sun Microsystems 1993, freely distributable): log by
s = f / (2 + f), sine and cosine by three-part reduction with π/2. The exponential is reduced by a two-part ln 2
and summed as a Taylor polynomial of degree 13 on |r| ≤ ln(2)/2, whose remainder is below 5e-18.
Denormal numbers count as zero.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from speciosa.engine._emitter import Emitter, Module

__all__ = ["FUNCTIONS", "define"]

FUNCTIONS: Final = ("exp", "log", "pow", "sin", "cos", "atan")

_ROUND: Final = 6755399441055744.0  # 1.5 × 2^52: adding it rounds to a whole number in the lowest bits
_ROUND_BITS: Final = 0x4338000000000000
_LN2_HIGH: Final = 6.93147180369123816490e-01
_LN2_LOW: Final = 1.90821492927058770002e-10
_HALF_PI: Final = (1.57079632673412561417e00, 6.07710050630396597660e-11, 2.02226624871116645580e-21)
_LOG: Final = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_SINE: Final = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
_COSINE: Final = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)
_ATAN: Final = (
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
)
# from where on the argument is turned by this angle (its value and the rest of it), and the tangent of the angle
_ATAN_TURNS: Final = (
    (7.0 / 16.0, 4.63647609000806093515e-01, 2.26987774529616870924e-17, 0.5),
    (11.0 / 16.0, 7.85398163397448278999e-01, 3.06161699786838301793e-17, 1.0),
    (19.0 / 16.0, 9.82793723247329054082e-01, 1.39033110312309984516e-17, 1.5),
    (39.0 / 16.0, 1.57079632679489655800e00, 6.12323399573676603587e-17, math.inf),
)
_SMALLEST: Final = 2.2250738585072014e-308
_SQRT_HALF_BITS: Final = 0x3FE6A09E667F3BCD


def define(module: Module) -> None:
    """Put ``@math_exp``, and likewise log, pow, sin, cos and atan, into a module."""
    kind = module.shape.vector
    for name, body in (("exp", _exp), ("log", _log), ("sin", _sine), ("cos", _cosine), ("atan", _atan)):
        with Emitter(module, f"internal {kind} @math_{name}({kind} %x) #0") as emit:
            emit.do(f"ret {kind} {body(emit, '%x')}")
    with Emitter(module, f"internal {kind} @math_pow({kind} %x, {kind} %y) #0") as emit:
        emit.do(f"ret {kind} {_pow(emit, '%x', '%y')}")


def _polynomial(emit: Emitter, x: str, coefficients: Sequence[float]) -> str:
    """Estrin's scheme, lowest coefficient first: neighbours are joined, then pairs of neighbours, and so on.

    Horner's rule would take as many operations one after the other as there are coefficients; here they run abreast.
    """
    terms = [emit.constant(coefficient) for coefficient in coefficients]
    power = x
    while len(terms) > 1:
        pairs = zip(terms[0::2], terms[1::2], strict=False)
        joined = [emit.fma(odd, power, even) for even, odd in pairs]
        terms = joined + terms[2 * len(joined) :]
        if len(terms) > 1:
            power = emit.mul(power, power)
    return terms[0]


def _bits(emit: Emitter, x: str) -> str:
    return emit.value(f"bitcast {emit.shape.vector} {x} to {emit.shape.of('i64')}")


def _from_bits(emit: Emitter, x: str) -> str:
    return emit.value(f"bitcast {emit.shape.of('i64')} {x} to {emit.shape.vector}")


def _integer(emit: Emitter, operation: str, a: str, b: int | str) -> str:
    other = emit.shape.integer(b) if isinstance(b, int) else b
    return emit.value(f"{operation} {emit.shape.of('i64')} {a}, {other}")


def _exp(emit: Emitter, x: str) -> str:
    shifted = emit.fma(x, emit.constant(1.0 / math.log(2.0)), emit.constant(_ROUND))
    whole = emit.sub(shifted, emit.constant(_ROUND))
    rest = emit.fma(whole, emit.constant(-_LN2_HIGH), x)
    rest = emit.fma(whole, emit.constant(-_LN2_LOW), rest)
    value = _polynomial(emit, rest, [1.0 / math.factorial(k) for k in range(14)])
    scaled = _from_bits(
        emit, _integer(emit, "add", _bits(emit, value), _integer(emit, "shl", _bits(emit, shifted), 52))
    )
    scaled = emit.select(emit.compare("olt", x, emit.constant(-708.0)), emit.constant(0.0), scaled)
    scaled = emit.select(emit.compare("ogt", x, emit.constant(709.782712893384)), emit.constant(math.inf), scaled)
    return emit.select(emit.compare("uno", x, x), x, scaled)


def _log(emit: Emitter, x: str) -> str:
    bits = _bits(emit, x)
    exponent = _integer(emit, "ashr", _integer(emit, "sub", bits, _SQRT_HALF_BITS), 52)
    mantissa = _from_bits(emit, _integer(emit, "sub", bits, _integer(emit, "shl", exponent, 52)))
    whole = emit.sub(_from_bits(emit, _integer(emit, "add", exponent, _ROUND_BITS)), emit.constant(_ROUND))
    f = emit.sub(mantissa, emit.constant(1.0))
    s = emit.div(f, emit.add(f, emit.constant(2.0)))
    z = emit.mul(s, s)
    tail = emit.mul(z, _polynomial(emit, z, _LOG))
    half_square = emit.mul(emit.mul(emit.constant(0.5), f), f)
    low = emit.fma(s, emit.add(half_square, tail), emit.mul(whole, emit.constant(_LN2_LOW)))
    value = emit.sub(emit.mul(whole, emit.constant(_LN2_HIGH)), emit.sub(emit.sub(half_square, low), f))
    value = emit.select(emit.compare("oeq", x, emit.constant(math.inf)), x, value)
    value = emit.select(emit.compare("olt", x, emit.constant(_SMALLEST)), emit.constant(-math.inf), value)
    return emit.select(emit.compare("oge", x, emit.constant(0.0)), value, emit.constant(math.nan))


def _pow(emit: Emitter, x: str, y: str) -> str:
    """x to the power y; a negative x with a y that is not whole counts as 0, for concentrations just below 0."""
    kind = emit.shape.vector
    size = emit.unary("fabs", x)
    tiny = emit.constant(1e-300)
    safe = emit.select(emit.compare("ole", size, tiny), tiny, size)
    logarithm = emit.value(f"call {kind} @math_log({kind} {safe})")
    power = emit.mul(y, logarithm)
    value = emit.value(f"call {kind} @math_exp({kind} {power})")
    whole = emit.compare("oeq", emit.unary("floor", y), y)
    half = emit.mul(y, emit.constant(0.5))
    odd = emit.logic("and", whole, emit.compare("one", emit.unary("floor", half), half))
    signed = emit.select(odd, emit.neg(value), value)
    limit = emit.select(emit.compare("ogt", y, emit.constant(0.0)), emit.constant(0.0), emit.constant(math.inf))
    limit = emit.select(emit.compare("oeq", y, emit.constant(0.0)), emit.constant(1.0), limit)
    below = emit.select(whole, signed, limit)
    value = emit.select(emit.compare("olt", x, emit.constant(0.0)), below, value)
    value = emit.select(emit.compare("ole", size, tiny), limit, value)
    return emit.select(emit.compare("uno", y, y), y, value)


def _reduced(emit: Emitter, x: str) -> tuple[str, str, str]:
    """Sine and cosine of x less the nearest multiple of π/2, and the bits that count the multiples."""
    shifted = emit.fma(x, emit.constant(2.0 / math.pi), emit.constant(_ROUND))
    whole = emit.sub(shifted, emit.constant(_ROUND))
    r = x
    for part in _HALF_PI:
        r = emit.fma(whole, emit.constant(-part), r)
    z = emit.mul(r, r)
    sine = emit.fma(emit.mul(z, r), _polynomial(emit, z, _SINE), r)
    cosine = emit.fma(
        emit.mul(z, z), _polynomial(emit, z, _COSINE), emit.fma(z, emit.constant(-0.5), emit.constant(1.0))
    )
    return sine, cosine, _bits(emit, shifted)


def _turned(emit: Emitter, sine: str, cosine: str, quarter: str) -> str:
    zero = emit.shape.integer(0)
    kind = emit.shape.of("i64")
    odd = emit.value(f"icmp ne {kind} {_integer(emit, 'and', quarter, 1)}, {zero}")
    value = emit.select(odd, cosine, sine)
    back = emit.value(f"icmp ne {kind} {_integer(emit, 'and', quarter, 2)}, {zero}")
    return emit.select(back, emit.neg(value), value)


def _sine(emit: Emitter, x: str) -> str:
    sine, cosine, quarter = _reduced(emit, x)
    return _turned(emit, sine, cosine, quarter)


def _cosine(emit: Emitter, x: str) -> str:
    sine, cosine, quarter = _reduced(emit, x)
    return _turned(emit, sine, cosine, _integer(emit, "add", quarter, 1))


def _atan(emit: Emitter, x: str) -> str:
    """arctan by fdlibm: the argument is turned by one of four angles to |r| < 7/16, then a polynomial of r²."""
    size = emit.unary("fabs", x)
    one = emit.constant(1.0)
    r, angle, rest = size, emit.constant(0.0), emit.constant(0.0)
    for start, value, low, tangent in _ATAN_TURNS:
        if tangent == math.inf:
            turned = emit.div(emit.constant(-1.0), size)
        else:
            slope = emit.constant(tangent)
            turned = emit.div(emit.sub(size, slope), emit.fma(slope, size, one))
        beyond = emit.compare("oge", size, emit.constant(start))
        r = emit.select(beyond, turned, r)
        angle = emit.select(beyond, emit.constant(value), angle)
        rest = emit.select(beyond, emit.constant(low), rest)
    z = emit.mul(r, r)
    series = emit.mul(r, emit.mul(z, _polynomial(emit, z, _ATAN)))
    result = emit.sub(angle, emit.sub(emit.sub(series, rest), r))
    result = emit.select(emit.compare("olt", x, emit.constant(0.0)), emit.neg(result), result)
    return emit.select(emit.compare("uno", x, x), x, result)
