"""The neutral model: what a reader hands to the equations, free of libsbml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["AREA", "Call", "Formula", "Model", "Quantity", "Reaction"]


AREA: Final = " area "
"""How the states begin that hold the areas under outputs; no symbol of a model begins with a blank."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function applied to formulas.

    ``operator`` is one of ``+ - * / ^``, ``neg``, a function name (``exp``, ``log``, ``sqrt``, …),
    a comparison (``< <= > >= == !=``), a connective (``and or not xor``) or ``piecewise`` (value, condition, value,
    condition, …, otherwise).
    """

    operator: str
    arguments: tuple[Formula, ...]


Formula: TypeAlias = "float | bool | str | Call"
"""A number, a truth value, the id of a symbol (``time`` is written ``" time"``), or a call."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A compartment, species or parameter.

    Args:
        name: its id.
        kind: ``compartment``, ``species`` or ``parameter``.
        initial: its value at time 0: a number, a formula (initial assignment), or None if nowhere given.
        initial_is: for a species, whether ``initial`` is an ``amount`` or a ``concentration``; otherwise ``value``.
        home: the compartment of a species.
        concentration: whether the symbol stands for a concentration (a species without hasOnlySubstanceUnits).
        reacts: whether reactions change it.
        unit: the unit id as the model declares it, empty where it declares none.
    """

    name: str
    kind: str
    initial: Formula | None
    initial_is: str = "value"
    home: str = ""
    concentration: bool = False
    reacts: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction: its rate in substance per time, and what it does to each species (net stoichiometry)."""

    name: str
    rate: Formula
    net: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Model:
    """A model of ordinary differential equations; frozen, picklable.

    Args:
        name: id of the model.
        sbml: the SBML text it was read from.
        quantities: compartments, species and parameters in the order of the text.
        reactions: the reactions.
        rate_rules: symbol and its time derivative.
        assignment_rules: symbol and its value at all times.
        states: the integrated symbols: species that react, then symbols with a rate rule.
        parameters: default value of each symbol that is constant over time and so can be varied.
    """

    name: str
    sbml: str = field(repr=False)
    quantities: tuple[Quantity, ...] = field(repr=False)
    reactions: tuple[Reaction, ...] = field(repr=False)
    rate_rules: tuple[tuple[str, Formula], ...] = field(repr=False)
    assignment_rules: tuple[tuple[str, Formula], ...] = field(repr=False)
    states: tuple[str, ...] = ()
    parameters: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def observables(self) -> tuple[str, ...]:
        """Symbols that follow from the states: variables of assignment rules, then reactions (their rates)."""
        return tuple(name for name, _ in self.assignment_rules) + tuple(reaction.name for reaction in self.reactions)

    @property
    def units(self) -> dict[str, str]:
        """Unit id of each symbol that declares one."""
        return {quantity.name: quantity.unit for quantity in self.quantities if quantity.unit}
