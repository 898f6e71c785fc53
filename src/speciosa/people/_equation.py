"""Equations as the knowledge rows print them: ``CO = 1.05*CO_ref*(1 - max(0, 0.005*(age - 25)))*(H/H_ref)^(3/4)``.

The coefficients stay in the row; this module reads the text and evaluates it over arrays of people. Three habits of the
rows are understood: a constant that differs by sex (``k = 0.9 (M), 0.7 (F)`` after a semicolon), a factor for women
(``*1.012[if female]``), and a unit in brackets behind a name (``V_placenta(L)``).
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import KnowledgeError
from speciosa.people import _rows

Array = NDArray[np.float64]

_FOR_WOMEN = re.compile(r"\*\s*([\d.]+)\s*\[(?:if female|F)\]")
_BY_SEX = re.compile(r"^(\w+)\s*=\s*(-?[\d.]+) \(M\), (-?[\d.]+) \(F\)$")
_UNIT = re.compile(r"(?<=\w)\((?:L|kg)\)")
_OPERATORS: Mapping[type[ast.operator], Callable[..., Array]] = MappingProxyType(
    {
        ast.Add: np.add,
        ast.Sub: np.subtract,
        ast.Mult: np.multiply,
        ast.Div: np.divide,
        ast.Pow: np.power,
    }
)
_FUNCTIONS: Mapping[str, Callable[..., Array]] = MappingProxyType(
    {
        "exp": np.exp,
        "max": np.maximum,
        "min": np.minimum,
        "sqrt": np.sqrt,
    }
)


@dataclass(frozen=True)
class Equation:
    """One row's equation, ready to be evaluated.

    Attributes:
        row: id of the row, for error sentences.
        body: the right-hand side.
        by_sex: constant → its value for women, for men.
    """

    row: str
    body: ast.expr
    by_sex: Mapping[str, tuple[float, float]]

    def __call__(self, male: NDArray[np.bool_], **names: Array | float) -> Array:
        """The value for each person.

        Args:
            male: sex, (n,).
            names: what the equation's names stand for, in the units that its row states.

        Raises:
            KnowledgeError: the equation uses a name that was not given, or something other than arithmetic.
        """
        known = {name: np.where(male, m, f) for name, (f, m) in self.by_sex.items()}
        known |= {name: np.asarray(value, dtype=float) for name, value in names.items()}
        known["female"] = np.where(male, 0.0, 1.0)
        return self._value(self.body, known)

    def _value(self, node: ast.expr, names: Mapping[str, Array]) -> Array:
        match node:
            case ast.Constant(value=int() | float() as number):
                return np.asarray(float(number))
            case ast.Name(id=name) if name in names:
                return names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._value(operand, names)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](self._value(left, names), self._value(right, names))
            case ast.Call(func=ast.Name(id=function), args=args) if function in _FUNCTIONS:
                return _FUNCTIONS[function](*(self._value(arg, names) for arg in args))
        raise KnowledgeError(f"row {self.row}: the equation holds {ast.unparse(node)!r}, which cannot be computed.")


@cache
def _read(key: str) -> Equation:
    text = _rows.row(key).equation or ""
    first, *constants = (part.strip() for part in text.split(";"))
    right = _UNIT.sub("", _FOR_WOMEN.sub(r"*\1**female", first.rpartition(" = ")[2].replace("^", "**")))
    try:
        body = ast.parse(right, mode="eval").body
    except SyntaxError:
        raise KnowledgeError(f"row {key}: the equation {text!r} cannot be read.") from None
    found = [_BY_SEX.match(constant) for constant in constants]
    by_sex = {m[1]: (float(m[3]), float(m[2])) for m in found if m}
    return Equation(key, body, MappingProxyType(by_sex))


def equation(name: str, male: NDArray[np.bool_], **names: Array | float) -> Array:
    """An equation of ``rows.yaml`` for each person; women and men may have a row each.

    Args:
        name: its name under ``equations``.
        male: sex, (n,).
        names: what the equation's names stand for.

    Returns:
        Values in the unit of the row, (n,).
    """
    keys = _rows.declared()["equations"][name]
    women, men = (_read(keys[sex]) for sex in _rows.SEXES)
    if women is men:
        return women(male, **names)
    return np.where(male, men(male, **names), women(male, **names))
