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
from speciosa.engine._read_events import read_events
from speciosa.engine._read_math import MathReader
from speciosa.errors import EngineError

__all__ = ["load", "read_formula"]

_MATH_PACKAGES = {"l3v2extendedmath"}  # only adds functions, and each function is checked by itself


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
    _refuse_document(document)
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


def _refuse_document(document: Any) -> None:  # noqa: ANN401 - libsbml ships no types
    # packages are of Level 3; what libsbml shows as one before is an annotation
    for index in range(document.getNumPlugins() if document.getLevel() >= 3 else 0):
        package = document.getPlugin(index).getPackageName()
        if document.getPackageRequired(package) and package not in _MATH_PACKAGES:
            raise EngineError(f"The SBML package {package!r} is not supported; flatten the model to SBML core first.")


def _id(element: Any) -> str:  # noqa: ANN401 - libsbml ships no types
    return str(element.getId() or element.getMetaId() or "without id")


class _Reader:
    """Walks one libsbml model."""

    def __init__(self, source: Any, sbml: str) -> None:  # noqa: ANN401 - libsbml ships no types
        self.source = source
        self.sbml = sbml
        self.math = MathReader({item.getId(): item for item in source.getListOfFunctionDefinitions()})
        # what has no formula sets nothing (Level 3 Version 2)
        self.assigned = {
            item.getSymbol(): self.math.formula(item.getMath(), {}, f"initial assignment of {item.getSymbol()!r}")
            for item in source.getListOfInitialAssignments()
            if item.getMath() is not None
        }
        self.rate_rules: dict[str, Formula] = {}
        self.assignment_rules: dict[str, Formula] = {}
        self.stoichiometries: list[Quantity] = []

    def model(self) -> Model:
        self._rules()
        reactions = tuple(self._reaction(item) for item in self.source.getListOfReactions())
        quantities = (*self._compartments(), *self._species(), *self._parameters(), *self.stoichiometries)
        events = read_events(self.source, self.math)
        known = {quantity.name for quantity in quantities}
        targets = [symbol for event in events for symbol, _ in event.assignments]
        for symbol in (*self.assigned, *self.rate_rules, *self.assignment_rules, *targets):
            if symbol not in known:
                raise EngineError(f"A rule, initial assignment or event sets {symbol!r}, which is nowhere defined.")
        for symbol in targets:
            if symbol in self.assignment_rules:
                raise EngineError(f"An event sets {symbol!r}, which follows from an assignment rule.")
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
            events=events,
        )
        model.parameters.update(defaults(model))
        return model

    def _rules(self) -> None:
        for rule in self.source.getListOfRules():
            name = rule.getVariable()
            if rule.isAlgebraic():
                raise EngineError("An algebraic rule is not supported; solve it for one variable.")
            if rule.getMath() is None:
                continue
            target = self.rate_rules if rule.isRate() else self.assignment_rules
            target[name] = self.math.formula(rule.getMath(), {}, f"rule of {name!r}")

    def _compartments(self) -> list[Quantity]:
        found = []
        for item in self.source.getListOfCompartments():
            name = item.getId()
            size = float(item.getSize()) if item.isSetSize() else None
            found.append(Quantity(name, "compartment", self.assigned.get(name, size), unit=item.getUnits()))
        return found

    def _species(self) -> list[Quantity]:
        found = []
        for item in self.source.getListOfSpecies():
            name = item.getId()
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
        net: dict[str, Formula] = {}
        for sign, references in ((-1.0, item.getListOfReactants()), (1.0, item.getListOfProducts())):
            for reference in references:
                species = reference.getSpecies()
                net[species] = _sum(net.get(species, 0.0), sign, self._coefficient(reference, name))
        for species, coefficient in net.items():
            factor = self._conversion_factor(species)
            if factor:
                net[species] = Call("*", (coefficient, factor))
        return Reaction(name, self.math.formula(law.getMath(), local, f"reaction {name!r}"), tuple(net.items()))

    def _conversion_factor(self, species: str) -> str:
        item = self.source.getSpecies(species)
        if item is not None and item.isSetConversionFactor():
            return str(item.getConversionFactor())
        return str(self.source.getConversionFactor()) if self.source.isSetConversionFactor() else ""

    def _coefficient(self, reference: Any, reaction: str) -> Formula:  # noqa: ANN401 - libsbml ships no types
        """Stoichiometry of a species reference: a number, a formula, or the id of a reference that is a symbol."""
        if reference.isSetStoichiometryMath():
            where = f"stoichiometry of {reference.getSpecies()!r} in reaction {reaction!r}"
            return self.math.formula(reference.getStoichiometryMath().getMath(), {}, where)
        symbol = str(reference.getId())
        given = reference.isSetStoichiometry() or reference.getLevel() < 3
        # a denominator is of Level 1; 1 elsewhere
        value = float(reference.getStoichiometry()) / float(reference.getDenominator()) if given else None
        if not symbol or reference.getLevel() < 3:  # before Level 3 its id is not of use in formulas
            if value is None:
                raise EngineError(f"Reaction {reaction!r} gives no stoichiometry of {reference.getSpecies()!r}.")
            return value
        self.stoichiometries.append(Quantity(symbol, "stoichiometry", self.assigned.get(symbol, value)))
        return symbol


def _sum(total: Formula, sign: float, coefficient: Formula) -> Formula:
    """total + sign × coefficient."""
    if isinstance(total, float) and isinstance(coefficient, float):
        return total + sign * coefficient
    part = coefficient if sign > 0 else Call("neg", (coefficient,))
    return part if total == 0.0 else Call("+", (total, part))


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
        return _Reader(source, sbml).math.formula(node, {}, where)
    except RecursionError:
        raise EngineError(f"The {where} is nested too deeply.") from None
