"""The neutral model: what a reader hands to the equations, free of libsbml."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["AREA", "Call", "Event", "Formula", "Model", "Quantity", "Reaction"]


AREA: Final = " area "
"""How the states begin that hold the areas under outputs; no symbol of a model begins with a blank."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function applied to formulas.

    ``operator`` is one of ``+ - * / ^``, ``neg``, a function name (``exp``, ``log``, ``sqrt``, …),
    a comparison (``< <= > >= == !=``), a connective (``and or not xor``), ``piecewise`` (value, condition, value,
    condition, …, otherwise) or ``rateOf`` (the id of a symbol).
    """

    operator: str
    arguments: tuple[Formula, ...]


Formula: TypeAlias = "float | bool | str | Call"
"""A number, a truth value, the id of a symbol (``time`` is written ``" time"``), or a call."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A compartment, species, parameter, or a stoichiometry (a species reference with an id).

    Args:
        name: its id.
        kind: ``compartment``, ``species``, ``parameter`` or ``stoichiometry``.
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
    """A reaction: its rate in extent per time, and what it does to each species (net stoichiometry).

    A net stoichiometry is a number, or a formula where it is computed or holds a conversion factor.
    """

    name: str
    rate: Formula
    net: tuple[tuple[str, Formula], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Assignments that happen when a condition turns from false to true.

    Args:
        name: its id, or its number.
        trigger: the condition.
        delay: time from trigger to execution; None for none.
        priority: the order of events that are due at once, larger first; None for none.
        assignments: symbol and its new value.
        persistent: whether it executes even if the trigger turns false before.
        true_at_first: whether the trigger counts as true before time 0, so that it cannot fire there.
        values_of_trigger: whether the values are those at the time of the trigger, not of the execution.
    """

    name: str
    trigger: Formula
    delay: Formula | None
    priority: Formula | None
    assignments: tuple[tuple[str, Formula], ...]
    persistent: bool = True
    true_at_first: bool = True
    values_of_trigger: bool = True


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
        events: what happens on conditions.
    """

    name: str
    sbml: str = field(repr=False)
    quantities: tuple[Quantity, ...] = field(repr=False)
    reactions: tuple[Reaction, ...] = field(repr=False)
    rate_rules: tuple[tuple[str, Formula], ...] = field(repr=False)
    assignment_rules: tuple[tuple[str, Formula], ...] = field(repr=False)
    states: tuple[str, ...] = ()
    parameters: dict[str, float] = field(default_factory=dict, repr=False)
    events: tuple[Event, ...] = field(default=(), repr=False)

    @property
    def observables(self) -> tuple[str, ...]:
        """Symbols that follow from the states: variables of assignment rules, then reactions (their rates)."""
        return tuple(name for name, _ in self.assignment_rules) + tuple(reaction.name for reaction in self.reactions)

    @property
    def units(self) -> dict[str, str]:
        """Unit id of each symbol that declares one."""
        return {quantity.name: quantity.unit for quantity in self.quantities if quantity.unit}
