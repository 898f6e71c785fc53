"""SBML or Antimony text → :class:`Model`; the only module that knows libsbml.

What the engine cannot compute is refused here, by the name of the construct and of its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import libsbml

from speciosa.engine._antimony import to_sbml
from speciosa.engine._equations import defaults
from speciosa.engine._model import Call, Formula, Model, Quantity, Reaction
from speciosa.errors import EngineError

__all__ = ["load", "read_formula"]

_OPERATORS = {
    libsbml.AST_PLUS: "+",
    libsbml.AST_TIMES: "*",
    libsbml.AST_DIVIDE: "/",
    libsbml.AST_POWER: "^",
    libsbml.AST_FUNCTION_POWER: "^",
    libsbml.AST_FUNCTION_ABS: "abs",
    libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_COSH: "cosh",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_FLOOR: "floor",
    libsbml.AST_FUNCTION_LN: "log",
    libsbml.AST_FUNCTION_MAX: "max",
    libsbml.AST_FUNCTION_MIN: "min",
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
_MATH_PACKAGES = {"l3v2extendedmath"}  # only adds functions, and each function is checked by itself
_CONSTANTS: dict[int, Formula] = {
    libsbml.AST_CONSTANT_PI: 3.141592653589793,
    libsbml.AST_CONSTANT_E: 2.718281828459045,
    libsbml.AST_CONSTANT_TRUE: True,
    libsbml.AST_CONSTANT_FALSE: False,
    libsbml.AST_NAME_TIME: " time",
    # the value that SBML Level 3 Version 2 Core prescribes for the csymbol (section 3.4.6)
    libsbml.AST_NAME_AVOGADRO: 6.02214179e23,
}


def load(text_or_path: str | Path) -> Model:
    """Read a model from SBML or Antimony, as text or as a file.

    Args:
        text_or_path: the text, or the path of a file (a ``Path``, or one line ending in .xml, .sbml or .ant).

    Returns:
        The model.

    Raises:
        EngineError: it cannot be read, or uses a construct that the engine does not compute.
    """
    text = _text(text_or_path).lstrip("\ufeff \t\r\n")  # libsbml takes nothing before the XML declaration
    sbml = text if text.startswith("<") else to_sbml(text)
    document = libsbml.readSBMLFromString(sbml)
    for index in range(document.getNumErrors()):
        problem = document.getError(index)
        if problem.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            sentence = " ".join(problem.getMessage().split())
            raise EngineError(f"The SBML cannot be read (line {problem.getLine()}): {sentence}")
    source = document.getModel()
    if source is None:
        raise EngineError("The SBML holds no model.")
    _refuse_document(document, source)
    try:
        return _Reader(source, sbml).model()
    except RecursionError:
        raise EngineError(f"A formula of the model {_id(source)!r} is nested too deeply, or contains itself.") from None


def _text(text_or_path: str | Path) -> str:
    looks_like_path = isinstance(text_or_path, Path) or (
        "\n" not in text_or_path and text_or_path.lower().endswith((".xml", ".sbml", ".ant", ".txt"))
    )
    if not looks_like_path:
        return str(text_or_path)
    try:
        return Path(text_or_path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"The model file {str(text_or_path)!r} cannot be read: {error}.") from error


def _refuse_document(document: Any, source: Any) -> None:  # noqa: ANN401 - libsbml ships no types
    for index in range(document.getNumPlugins()):
        package = document.getPlugin(index).getPackageName()
        if document.getPackageRequired(package) and package not in _MATH_PACKAGES:
            raise EngineError(f"The SBML package {package!r} is not supported; flatten the model to SBML core first.")
    if source.getNumEvents():
        raise EngineError(f"Event {_id(source.getEvent(0))!r} is not supported; give doses as a Dosing.")
    if source.isSetConversionFactor():
        raise EngineError("The conversion factor of the model is not supported; write it into the kinetic laws.")


def _id(element: Any) -> str:  # noqa: ANN401 - libsbml ships no types
    return str(element.getId() or element.getMetaId() or "without id")


class _Reader:
    """Walks one libsbml model."""

    def __init__(self, source: Any, sbml: str) -> None:  # noqa: ANN401 - libsbml ships no types
        self.source = source
        self.sbml = sbml
        self.functions = {item.getId(): item for item in source.getListOfFunctionDefinitions()}
        self.assigned = {
            item.getSymbol(): self.formula(item.getMath(), {}, f"initial assignment of {item.getSymbol()!r}")
            for item in source.getListOfInitialAssignments()
        }
        self.rate_rules: dict[str, Formula] = {}
        self.assignment_rules: dict[str, Formula] = {}

    def model(self) -> Model:
        self._rules()
        quantities = (*self._compartments(), *self._species(), *self._parameters())
        known = {quantity.name for quantity in quantities}
        for symbol in (*self.assigned, *self.rate_rules, *self.assignment_rules):
            if symbol not in known:
                raise EngineError(f"A rule or initial assignment sets {symbol!r}, a variable stoichiometry or unknown.")
        reactions = tuple(self._reaction(item) for item in self.source.getListOfReactions())
        touched = {species for reaction in reactions for species, _ in reaction.net}
        states = [q.name for q in quantities if q.name in self.rate_rules or (q.reacts and q.name in touched)]
        model = Model(
            name=self.source.getId() or "model",
            sbml=self.sbml,
            quantities=quantities,
            reactions=reactions,
            rate_rules=tuple(self.rate_rules.items()),
            assignment_rules=tuple(self.assignment_rules.items()),
            states=tuple(states),
        )
        model.parameters.update(defaults(model))
        return model

    def _rules(self) -> None:
        for rule in self.source.getListOfRules():
            name = rule.getVariable()
            if rule.isAlgebraic():
                raise EngineError("An algebraic rule is not supported; solve it for one variable.")
            target = self.rate_rules if rule.isRate() else self.assignment_rules
            target[name] = self.formula(rule.getMath(), {}, f"rule of {name!r}")

    def _compartments(self) -> list[Quantity]:
        found = []
        for item in self.source.getListOfCompartments():
            name = item.getId()
            if name in self.rate_rules or name in self.assignment_rules:
                raise EngineError(f"Compartment {name!r} changes its size; only constant compartments are supported.")
            size = float(item.getSize()) if item.isSetSize() else None
            found.append(Quantity(name, "compartment", self.assigned.get(name, size), unit=item.getUnits()))
        return found

    def _species(self) -> list[Quantity]:
        found = []
        for item in self.source.getListOfSpecies():
            name = item.getId()
            if item.isSetConversionFactor():
                raise EngineError(f"The conversion factor of species {name!r} is not supported.")
            concentration = not item.getHasOnlySubstanceUnits()
            home = self.source.getCompartment(item.getCompartment())
            if home is not None and home.isSetSpatialDimensions() and home.getSpatialDimensionsAsDouble() == 0:
                concentration = False
            initial: Formula | None = None
            kind = "concentration" if concentration else "amount"
            if name in self.assigned:
                initial = self.assigned[name]
            elif item.isSetInitialAmount():
                initial, kind = float(item.getInitialAmount()), "amount"
            elif item.isSetInitialConcentration():
                initial, kind = float(item.getInitialConcentration()), "concentration"
            reacts = not (item.getBoundaryCondition() or item.getConstant() or name in self.assignment_rules)
            found.append(
                Quantity(
                    name,
                    "species",
                    initial,
                    kind,
                    item.getCompartment(),
                    concentration=concentration,
                    reacts=reacts,
                    unit=item.getSubstanceUnits(),
                )
            )
        return found

    def _parameters(self) -> list[Quantity]:
        found = []
        for item in self.source.getListOfParameters():
            name = item.getId()
            value = float(item.getValue()) if item.isSetValue() else None
            found.append(Quantity(name, "parameter", self.assigned.get(name, value), unit=item.getUnits()))
        return found

    def _reaction(self, item: Any) -> Reaction:  # noqa: ANN401 - libsbml ships no types
        name = item.getId()
        if item.isSetFast() and item.getFast():
            raise EngineError(f"Reaction {name!r} is fast; fast reactions are not supported.")
        law = item.getKineticLaw()
        if law is None or law.getMath() is None:
            raise EngineError(f"Reaction {name!r} has no kinetic law.")
        local: dict[str, Formula] = {}
        for parameters in (law.getListOfParameters(), law.getListOfLocalParameters()):
            for parameter in parameters:
                if not parameter.isSetValue():
                    raise EngineError(f"Local parameter {parameter.getId()!r} of reaction {name!r} has no value.")
                local[parameter.getId()] = float(parameter.getValue())
        net: dict[str, float] = {}
        for sign, references in ((-1.0, item.getListOfReactants()), (1.0, item.getListOfProducts())):
            for reference in references:
                net[reference.getSpecies()] = net.get(reference.getSpecies(), 0.0) + sign * _coefficient(
                    reference, name
                )
        return Reaction(name, self.formula(law.getMath(), local, f"reaction {name!r}"), tuple(net.items()))

    def formula(self, node: Any, local: dict[str, Formula], where: str) -> Formula:  # noqa: ANN401 - no types
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

    def _inlined(self, node: Any, local: dict[str, Formula], where: str) -> Formula:  # noqa: ANN401 - no types
        definition = self.functions.get(node.getName())
        if definition is None:
            raise EngineError(f"The function {node.getName()!r} in the {where} is not defined.")
        values = [self.formula(node.getChild(i), local, where) for i in range(node.getNumChildren())]
        names = [definition.getArgument(i).getName() for i in range(definition.getNumArguments())]
        if len(values) != len(names):
            raise EngineError(f"The function {node.getName()!r} in the {where} takes {len(names)} arguments.")
        return self.formula(definition.getBody(), dict(zip(names, values, strict=True)), where)


def _coefficient(reference: Any, reaction: str) -> float:  # noqa: ANN401 - libsbml ships no types
    if reference.isSetStoichiometryMath():
        raise EngineError(f"Reaction {reaction!r} computes a stoichiometry; only constant numbers are supported.")
    if reference.getLevel() >= 3 and not reference.isSetStoichiometry():
        raise EngineError(f"Reaction {reaction!r} gives no stoichiometry of {reference.getSpecies()!r}.")
    return float(reference.getStoichiometry()) / float(reference.getDenominator())  # of Level 1; 1 elsewhere


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
    operator = _OPERATORS.get(kind)
    if operator is None:
        name = node.getName() or libsbml.formulaToL3String(node)
        raise EngineError(f"The function {name!r} in the {where} is not supported.")
    return Call(operator, arguments)


def read_formula(text: str, sbml: str, where: str) -> Formula:
    """Read a formula in SBML's infix notation with the symbols and functions of a model.

    Args:
        text: such as ``"plasma / fu"`` or ``"ln(C)"``; ``log`` has the base 10, ``time`` is the time.
        sbml: the model.
        where: what the formula is, for errors.

    Raises:
        EngineError: the text is no formula, or uses a function that is not supported.
    """
    source = libsbml.readSBMLFromString(sbml).getModel()
    node = libsbml.parseL3FormulaWithModel(text, source)
    if node is None:
        raise EngineError(f"The {where} cannot be read: {' '.join(libsbml.getLastParseL3Error().split())}")
    try:
        return _Reader(source, sbml).formula(node, {}, where)
    except RecursionError:
        raise EngineError(f"The {where} is nested too deeply.") from None
