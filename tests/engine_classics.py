"""Stiff problems with known answers, as Antimony texts.

Equations and end values: F. Mazzia, C. Magherini, Test Set for Initial Value Problem Solvers, release 2.4 (2008), after
W. Lioen, J. de Swart (1999). The set has the van der Pol oscillator in scaled time with ε = 1 / µ² = 1e-6, which is
µ = 1000 in its own time. At µ = 1e6 the end follows from the theory of relaxation oscillations, see `relaxation`.
"""

import math
import re
from dataclasses import dataclass

__all__ = ["CLASSICS", "Classic", "relaxation", "states"]


@dataclass(frozen=True)
class Classic:
    """A problem: its text, when it ends, and its states there."""

    text: str
    end: float
    expected: dict[str, float]
    smallest: float = 1e-9  # absolute tolerance over relative tolerance


HIRES = Classic(
    """
model hires()
  y1 = 1; y2 = 0; y3 = 0; y4 = 0; y5 = 0; y6 = 0; y7 = 0; y8 = 0.0057;
  y1' = -1.71 * y1 + 0.43 * y2 + 8.32 * y3 + 0.0007;
  y2' = 1.71 * y1 - 8.75 * y2;
  y3' = -10.03 * y3 + 0.43 * y4 + 0.035 * y5;
  y4' = 8.32 * y2 + 1.71 * y3 - 1.12 * y4;
  y5' = -1.745 * y5 + 0.43 * y6 + 0.43 * y7;
  y6' = -280 * y6 * y8 + 0.69 * y4 + 1.71 * y5 - 0.43 * y6 + 0.69 * y7;
  y7' = 280 * y6 * y8 - 1.81 * y7;
  y8' = -280 * y6 * y8 + 1.81 * y7;
end
""",
    321.8122,
    {
        "y1": 0.7371312573325668e-3,
        "y2": 0.1442485726316185e-3,
        "y3": 0.5888729740967575e-4,
        "y4": 0.1175651343283149e-2,
        "y5": 0.2386356198831331e-2,
        "y6": 0.6238968252742796e-2,
        "y7": 0.2849998395185769e-2,
        "y8": 0.2850001604814231e-2,
    },
    1e-4,
)

OREGONATOR = Classic(
    """
model oregonator()
  y1 = 1; y2 = 2; y3 = 3;
  y1' = 77.27 * (y2 + y1 * (1 - 8.375e-6 * y1 - y2));
  y2' = (y3 - (1 + y1) * y2) / 77.27;
  y3' = 0.161 * (y1 - y3);
end
""",
    360.0,
    {"y1": 0.1000814870318523e1, "y2": 0.1228178521549917e4, "y3": 0.1320554942846706e3},
    1e-3,
)

_VAN_DER_POL = """
model vdpol()
  y1 = 2; y2 = 0; e = 1e-6;
  y1' = y2;
  y2' = ((1 - y1^2) * y2 - y1) / e;
end
"""


def relaxation(e: float, end: float) -> float:
    """y1 of the scaled van der Pol equation from (2, 0) after one period and a little, but for terms of order e ln e.

    The period is 3 - 2 ln 2 + 3 a e^(2/3) with the first zero -a of the Airy function, and a jump lands (a / 3) e^(2/3)
    beyond 2 (J. Grasman, Asymptotic Methods for Relaxation Oscillations and Applications, 1987, chapter 2); between
    jumps ln y - y² / 2 grows like time.
    """
    airy = 2.338107410459767
    beyond = airy / 3 * e ** (2 / 3)
    landed = 3 - 2 * math.log(2) + 3 * airy * e ** (2 / 3) - 1.5 * beyond  # the start at 2 is a little ahead
    wanted = math.log(2 + beyond) - (2 + beyond) ** 2 / 2 + end - landed
    y = 1.7
    for _ in range(50):
        y -= (math.log(y) - y * y / 2 - wanted) / (1 / y - y)
    return y


VAN_DER_POL = Classic(
    _VAN_DER_POL,
    2.0,
    {"y1": 0.1706167732170483e1, "y2": -0.8928097010247975},
    1e-3,
)

VAN_DER_POL_1E3 = Classic(
    """
model vdpol1000()
  y1 = 2; y2 = 0; mu = 1000;
  y1' = y2;
  y2' = mu * (1 - y1^2) * y2 - y1;
end
""",
    2000.0,
    {"y1": 0.1706167732170483e1, "y2": -0.8928097010247975e-3},
    1e-6,
)

_FAR = relaxation(1e-12, 2.0)
VAN_DER_POL_1E6 = Classic(_VAN_DER_POL.replace("1e-6", "1e-12"), 2.0, {"y1": _FAR, "y2": -_FAR / (_FAR**2 - 1)}, 1e-3)

_RATES = """
  r1 := 0.35 * y1; r2 := 26.6 * y2 * y4; r3 := 12300 * y5 * y2; r4 := 0.86e-3 * y7; r5 := 0.82e-3 * y7;
  r6 := 15000 * y7 * y6; r7 := 0.13e-3 * y9; r8 := 24000 * y9 * y6; r9 := 16500 * y11 * y2; r10 := 9000 * y11 * y1;
  r11 := 0.022 * y13; r12 := 12000 * y10 * y2; r13 := 1.88 * y14; r14 := 16300 * y1 * y6; r15 := 4.8e6 * y3;
  r16 := 0.35e-3 * y4; r17 := 0.0175 * y4; r18 := 1e8 * y16; r19 := 4.44e11 * y16; r20 := 1240 * y17 * y6;
  r21 := 2.1 * y19; r22 := 5.78 * y19; r23 := 0.0474 * y1 * y4; r24 := 1780 * y19 * y1; r25 := 3.12 * y20;
"""

POLLUTION = Classic(
    f"""
model pollution()
  {" ".join(f"y{i} = 0;" for i in (1, 3, 5, 6, *range(10, 17), 18, 19, 20))}
  y2 = 0.2; y4 = 0.04; y7 = 0.1; y8 = 0.3; y9 = 0.01; y17 = 0.007;
  {_RATES}
  y1' = -r1 - r10 - r14 - r23 - r24 + r2 + r3 + r9 + r11 + r12 + r22 + r25;
  y2' = -r2 - r3 - r9 - r12 + r1 + r21;
  y3' = -r15 + r1 + r17 + r19 + r22;
  y4' = -r2 - r16 - r17 - r23 + r15;
  y5' = -r3 + 2 * r4 + r6 + r7 + r13 + r20;
  y6' = -r6 - r8 - r14 - r20 + r3 + 2 * r18;
  y7' = -r4 - r5 - r6 + r13;
  y8' = r4 + r5 + r6 + r7;
  y9' = -r7 - r8;
  y10' = -r12 + r7 + r9;
  y11' = -r9 - r10 + r8 + r11;
  y12' = r9;
  y13' = -r11 + r10;
  y14' = -r13 + r12;
  y15' = r14;
  y16' = -r18 - r19 + r16;
  y17' = -r20;
  y18' = r20;
  y19' = -r21 - r22 - r24 + r23 + r25;
  y20' = -r25 + r24;
end
""",
    60.0,
    {
        "y1": 0.5646255480022769e-1,
        "y2": 0.1342484130422339,
        "y3": 0.4139734331099427e-8,
        "y4": 0.5523140207484359e-2,
        "y5": 0.2018977262302196e-6,
        "y6": 0.1464541863493966e-6,
        "y7": 0.7784249118997964e-1,
        "y8": 0.3245075353396018,
        "y9": 0.7494013383880406e-2,
        "y10": 0.1622293157301561e-7,
        "y11": 0.1135863833257075e-7,
        "y12": 0.2230505975721359e-2,
        "y13": 0.2087162882798630e-3,
        "y14": 0.1396921016840158e-4,
        "y15": 0.8964884856898295e-2,
        "y16": 0.4352846369330103e-17,
        "y17": 0.6899219696263405e-2,
        "y18": 0.1007803037365946e-3,
        "y19": 0.1772146513969984e-5,
        "y20": 0.5682943292316392e-4,
    },
    1e-9,
)

CLASSICS = {
    "HIRES": HIRES,
    "Oregonator": OREGONATOR,
    "Pollution": POLLUTION,
    "van der Pol, ε = 1e-6": VAN_DER_POL,
    "van der Pol, µ = 1e3": VAN_DER_POL_1E3,
    "van der Pol, µ = 1e6": VAN_DER_POL_1E6,
}


def states(text: str) -> tuple[str, ...]:
    """The symbols that have a rate rule, in the order of the text."""
    return tuple(re.findall(r"(\w+)' =", text))
