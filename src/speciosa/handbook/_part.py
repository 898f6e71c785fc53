"""One part of the body, taken apart: ports, states, rules, processes, each with the comment that stands beside it."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import libsbml

from speciosa import engine
from speciosa.handbook._latex import latex, term
from speciosa.models import Part, units

_NAMED = re.compile(r"(?:^|[;,\s])(\w+)\s*(?::=|'\s*=|=|:|(?=\s+in\s+\w+))")
_PREFIX = "own"
_ONLY_COMMENT = re.compile(r"^\s*//\s*(.*)$")


@dataclass(frozen=True)
class State:
    """Something that changes by itself: an amount, or what a rate rule moves.

    Attributes:
        name: in the file.
        unit: as the file has it.
        initial: its value at the start.
        comment: what stands beside it.
        balance: its right side as LaTeX; empty where nothing within this part moves it.
    """

    name: str
    unit: str
    initial: float
    comment: str
    balance: str


@dataclass(frozen=True)
class Rule:
    """A quantity that follows from others at every time."""

    name: str
    unit: str
    formula: str
    comment: str


@dataclass(frozen=True)
class Process:
    """A reaction: what goes where, at which rate; ``section`` is the comment line above it."""

    name: str
    taken: tuple[str, ...]
    given: tuple[str, ...]
    rate: str
    section: str


@dataclass(frozen=True)
class Anatomy:
    """A part taken apart."""

    part: Part
    states: tuple[State, ...]
    rules: tuple[Rule, ...]
    processes: tuple[Process, ...]


def anatomy(part: Part) -> Anatomy:
    """Take a part apart.

    Raises:
        ModelError: the part is no Antimony module.
    """
    # as an instance, since a name that Antimony reserves is free behind a prefix; SBML has no such names
    instance = part.instance(_PREFIX, {port: port for port in part.ports})
    sbml = engine.to_sbml(f"model part()\n{units()}\n{instance}\nend\n")
    document = libsbml.readSBMLFromString(re.sub(rf"\b{_PREFIX}_", "", sbml))
    model = document.getModel()
    told, sections = _comments(part.body)
    own = _Own(part, model, told)
    return Anatomy(
        part,
        tuple(own.states()),
        tuple(own.rules()),
        tuple(own.processes(sections)),
    )


@dataclass(frozen=True)
class _Own:
    """What the SBML of a part says of its own names."""

    part: Part
    model: "libsbml.Model"
    told: Mapping[str, str]

    def states(self) -> Iterator[State]:
        balances = self._balances()
        for species in self.model.getListOfSpecies():
            name = species.getId()
            if name not in self.part.ports:
                start = species.getInitialAmount() if species.isSetInitialAmount() else 0.0
                yield State(name, "nmol", start, self.told.get(name, ""), balances.get(name, ""))
        for rule in self.model.getListOfRules():
            if rule.isRate():
                name = rule.getVariable()
                value = self.model.getParameter(name)
                start = value.getValue() if value is not None else float("nan")
                yield State(name, self._unit(name), start, self.told.get(name, ""), latex(rule.getMath()))

    def rules(self) -> Iterator[Rule]:
        for rule in self.model.getListOfRules():
            if rule.isAssignment():
                name = rule.getVariable()
                yield Rule(name, self._unit(name), latex(rule.getMath()), self.told.get(name, ""))

    def processes(self, sections: Mapping[str, str]) -> Iterator[Process]:
        for reaction in self.model.getListOfReactions():
            name = reaction.getId()
            yield Process(
                name,
                tuple(_sides(reaction.getListOfReactants())),
                tuple(_sides(reaction.getListOfProducts())),
                latex(reaction.getKineticLaw().getMath()),
                sections.get(name, ""),
            )

    def _balances(self) -> dict[str, str]:
        """State → what the processes of this part do to it, as a sum."""
        terms: dict[str, list[str]] = {}
        for reaction in self.model.getListOfReactions():
            rate = term(reaction.getKineticLaw().getMath())
            for sides, sign in ((reaction.getListOfReactants(), "-"), (reaction.getListOfProducts(), "+")):
                for side in sides:
                    terms.setdefault(side.getSpecies(), []).append(f"{sign} {_many(side)}{rate}")
        return {name: " ".join(parts).removeprefix("+ ") for name, parts in terms.items()}

    def _unit(self, name: str) -> str:
        parameter = self.model.getParameter(name)
        return parameter.getUnits() if parameter is not None else ""


def _sides(references: "libsbml.ListOfSpeciesReferences") -> Iterator[str]:
    for reference in references:
        yield f"{_many(reference)}{reference.getSpecies()}"


def _many(reference: "libsbml.SpeciesReference") -> str:
    """How many take part, as a factor; nothing for one."""
    many = reference.getStoichiometry()
    return "" if math.isnan(many) or math.isclose(many, 1.0) else f"{many:g} "


def _comments(body: str) -> tuple[dict[str, str], dict[str, str]]:
    """Name → the comment on its line; name → the comment line above its group."""
    told: dict[str, str] = {}
    sections: dict[str, str] = {}
    section = ""
    for line in body.splitlines():
        alone = _ONLY_COMMENT.match(line)
        if alone:
            section = alone[1].strip()
            continue
        code, _, comment = line.partition("//")
        names = _NAMED.findall(code)
        for name, meaning in zip(names, _shared(comment.strip(), len(names)), strict=True):
            sections.setdefault(name, section)
            if meaning:
                told.setdefault(name, meaning)
    return told, sections


def _shared(comment: str, count: int) -> list[str]:
    """The comment of a line for each name on it: one piece each where it has as many, else the whole for all."""
    pieces = [piece.strip() for piece in comment.split(";")]
    shared = pieces if len(pieces) == count else [comment] * count
    return [piece.removeprefix("nmol").strip(" ,") for piece in shared]
