"""MathML, as libsbml parses it → :data:`Formula`, with function definitions and local parameters put in.

Functions that are made of others (``sec``, ``arccosh``, …) are spelled out here, so that the equations know few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libsbml

from speciosa.engine._model import Call, Formula
from speciosa.errors import EngineError

__all__ = ["MathReader"]

_OPERATORS = {
    libsbml.AST_PLUS: "+",
    libsbml.AST_TIMES: "*",
    libsbml.AST_DIVIDE: "/",
    libsbml.AST_POWER: "^",
    libsbml.AST_FUNCTION_POWER: "^",
    libsbml.AST_FUNCTION_ABS: "abs",
    libsbml.AST_FUNCTION_ARCTAN: "arctan",
    libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_COSH: "cosh",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_FACTORIAL: "factorial",
    libsbml.AST_FUNCTION_FLOOR: "floor",
    libsbml.AST_FUNCTION_LN: "log",
    libsbml.AST_FUNCTION_MAX: "max",
    libsbml.AST_FUNCTION_MIN: "min",
    libsbml.AST_FUNCTION_QUOTIENT: "quotient",
    libsbml.AST_FUNCTION_RATE_OF: "rateOf",
    libsbml.AST_FUNCTION_REM: "rem",
    libsbml.AST_FUNCTION_SIN: "sin",
    libsbml.AST_FUNCTION_SINH: "sinh",
    libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_TANH: "tanh",
    libsbml.AST_LOGICAL_AND: "and",
    libsbml.AST_LOGICAL_OR: "or",
    libsbml.AST_LOGICAL_NOT: "not",
    libsbml.AST_LOGICAL_XOR: "xor",
    libsbml.AST_RELATIONAL_EQ: "==",
    libsbml.AST_RELATIONAL_NEQ: "!=",
    libsbml.AST_RELATIONAL_LT: "<",
    libsbml.AST_RELATIONAL_LEQ: "<=",
    libsbml.AST_RELATIONAL_GT: ">",
    libsbml.AST_RELATIONAL_GEQ: ">=",
    libsbml.AST_FUNCTION_PIECEWISE: "piecewise",
}
_CONSTANTS: dict[int, Formula] = {
    libsbml.AST_CONSTANT_PI: 3.141592653589793,
    libsbml.AST_CONSTANT_E: 2.718281828459045,
    libsbml.AST_CONSTANT_TRUE: True,
    libsbml.AST_CONSTANT_FALSE: False,
    libsbml.AST_NAME_TIME: " time",
    # the value that SBML Level 3 Version 2 Core prescribes for the csymbol (section 3.4.6)
    libsbml.AST_NAME_AVOGADRO: 6.02214179e23,
}


def _plus(a: Formula, b: Formula) -> Formula:
    return Call("+", (a, b))


def _minus(a: Formula, b: Formula) -> Formula:
    return Call("-", (a, b))


def _over(a: Formula, b: Formula) -> Formula:
    return Call("/", (a, b))


def _f(name: str, x: Formula) -> Formula:
    return Call(name, (x,))


def _root_of_square(x: Formula, sign: float) -> Formula:
    """sqrt(x² ± 1), as a product of roots where x² could overflow or cancel."""
    if sign > 0:
        return _f("sqrt", _plus(Call("*", (x, x)), 1.0))
    return Call("*", (_f("sqrt", _minus(x, 1.0)), _f("sqrt", _plus(x, 1.0))))


def _arcsin(x: Formula) -> Formula:
    root = _f("sqrt", Call("*", (_minus(1.0, x), _plus(1.0, x))))
    return Call("*", (2.0, _f("arctan", _over(x, _plus(1.0, root)))))


def _arccos(x: Formula) -> Formula:
    return Call("*", (2.0, _f("arctan", _f("sqrt", _over(_minus(1.0, x), _plus(1.0, x))))))


def _arccosh(x: Formula) -> Formula:
    return _f("log", _plus(x, _root_of_square(x, -1.0)))


def _arcsinh(x: Formula) -> Formula:
    # of |x|, with the sign put back: x + sqrt(x² + 1) cancels for a large negative x
    size = _f("abs", x)
    value = _f("log", _plus(size, _root_of_square(size, 1.0)))
    return Call("piecewise", (_f("neg", value), Call("<", (x, 0.0)), value))


def _arctanh(x: Formula) -> Formula:
    return Call("*", (0.5, _f("log", _over(_plus(1.0, x), _minus(1.0, x)))))


def _inverse(name: str) -> Callable[[Formula], Formula]:
    return lambda x: _over(1.0, _f(name, x))


def _of_inverse(function: Callable[[Formula], Formula]) -> Callable[[Formula], Formula]:
    return lambda x: function(_over(1.0, x))


_MADE: dict[int, Callable[[Formula], Formula]] = {
    libsbml.AST_FUNCTION_ARCSIN: _arcsin,
    libsbml.AST_FUNCTION_ARCCOS: _arccos,
    libsbml.AST_FUNCTION_ARCSINH: _arcsinh,
    libsbml.AST_FUNCTION_ARCCOSH: _arccosh,
    libsbml.AST_FUNCTION_ARCTANH: _arctanh,
    libsbml.AST_FUNCTION_SEC: _inverse("cos"),
    libsbml.AST_FUNCTION_CSC: _inverse("sin"),
    libsbml.AST_FUNCTION_COT: lambda x: _over(_f("cos", x), _f("sin", x)),
    libsbml.AST_FUNCTION_SECH: _inverse("cosh"),
    libsbml.AST_FUNCTION_CSCH: _inverse("sinh"),
    libsbml.AST_FUNCTION_COTH: _inverse("tanh"),
    libsbml.AST_FUNCTION_ARCSEC: _of_inverse(_arccos),
    libsbml.AST_FUNCTION_ARCCSC: _of_inverse(_arcsin),
    libsbml.AST_FUNCTION_ARCCOT: _of_inverse(lambda x: _f("arctan", x)),
    libsbml.AST_FUNCTION_ARCSECH: _of_inverse(_arccosh),
    libsbml.AST_FUNCTION_ARCCSCH: _of_inverse(_arcsinh),
    libsbml.AST_FUNCTION_ARCCOTH: _of_inverse(_arctanh),
}


class MathReader:
    """Formulas of one model.

    Args:
        functions: the function definitions by id (libsbml objects).
    """

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self.functions = functions

    def formula(self, node: Any, local: Mapping[str, Formula], where: str) -> Formula:  # noqa: ANN401 - no types
        """One formula; ``local`` holds the values of local parameters or function arguments."""
        if node is None:
            raise EngineError(f"The {where} has no formula.")
        kind = node.getType()
        if node.isNumber():
            return float(node.getValue())
        if kind in _CONSTANTS:
            return _CONSTANTS[kind]
        if kind == libsbml.AST_NAME:
            name = node.getName()
            return local.get(name, str(name))
        if kind == libsbml.AST_FUNCTION:
            return self._inlined(node, local, where)
        arguments = tuple(self.formula(item, local, where) for item in _operands(node, kind))
        return _call(node, kind, arguments, where)

    def _inlined(self, node: Any, local: Mapping[str, Formula], where: str) -> Formula:  # noqa: ANN401 - no types
        definition = self.functions.get(node.getName())
        if definition is None:
            raise EngineError(f"The function {node.getName()!r} in the {where} is not defined.")
        values = [self.formula(node.getChild(i), local, where) for i in range(node.getNumChildren())]
        names = [definition.getArgument(i).getName() for i in range(definition.getNumArguments())]
        if len(values) != len(names):
            raise EngineError(f"The function {node.getName()!r} in the {where} takes {len(names)} arguments.")
        return self.formula(definition.getBody(), dict(zip(names, values, strict=True)), where)


def _operands(node: Any, kind: int) -> list[Any]:  # noqa: ANN401 - libsbml ships no types
    """What an operator applies to; ((a + b) + c) + … is taken as one sum, so that a long one nests no deeper."""
    items = [node.getChild(i) for i in range(node.getNumChildren())]
    if kind not in {libsbml.AST_PLUS, libsbml.AST_TIMES}:
        return items
    tails = []
    while items and items[0].getType() == kind and items[0].getNumChildren():
        tails.append(items[1:])
        first = items[0]
        items = [first.getChild(i) for i in range(first.getNumChildren())]
    for tail in reversed(tails):
        items.extend(tail)
    return items


def _call(node: Any, kind: int, arguments: tuple[Formula, ...], where: str) -> Formula:  # noqa: ANN401 - no types
    if kind == libsbml.AST_MINUS:
        return Call("neg", arguments) if len(arguments) == 1 else Call("-", arguments)
    if kind == libsbml.AST_FUNCTION_LOG:  # base, argument
        return Call("/", (Call("log", arguments[1:]), Call("log", arguments[:1])))
    if kind == libsbml.AST_FUNCTION_ROOT:  # degree, argument
        degree, inner = arguments if len(arguments) == 2 else (2.0, arguments[0])
        return Call("sqrt", (inner,)) if degree == 2.0 else Call("^", (inner, Call("/", (1.0, degree))))
    if kind == libsbml.AST_LOGICAL_IMPLIES:
        return Call("or", (Call("not", arguments[:1]), *arguments[1:]))
    if kind in _MADE:
        return _MADE[kind](arguments[0])
    operator = _OPERATORS.get(kind)
    if operator is None:
        # a csymbol may be called anything
        name = "delay" if kind == libsbml.AST_FUNCTION_DELAY else node.getName() or libsbml.formulaToL3String(node)
        raise EngineError(f"The function {name!r} in the {where} is not supported.")
    if operator == "rateOf" and isinstance(arguments[0], float):  # a local parameter, which is constant
        return 0.0
    if operator == "rateOf" and not isinstance(arguments[0], str):
        raise EngineError(f"The function 'rateOf' in the {where} is given a formula; expected the id of a symbol.")
    return Call(operator, arguments)
