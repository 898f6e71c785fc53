"""The wiring of the body: which compound is built how (``network.yaml``)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import yaml

from speciosa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Enzyme:
    """One enzyme, and whether the gut holds it."""

    name: str
    gut: bool


@dataclass(frozen=True)
class Route:
    """What one compound and one enzyme do to each other.

    Attributes:
        product: id of the compound that part of the turnover becomes, or ``None``.
        inactivates: whether the compound destroys the enzyme.
        induces: whether the compound makes the cell build more of it.
        gut_only: whether the two meet in the gut alone, because the compound never reaches the liver in force.
    """

    product: str | None = None
    inactivates: bool = False
    induces: bool = False
    gut_only: bool = False


@dataclass(frozen=True)
class Target:
    """One receptor, transporter, channel or enzyme that compounds compete for.

    Attributes:
        id: prefix of its symbols in the model.
        name: in words, such as ``mu-opioid receptor``.
        held: its occupancy in words, such as ``mu-opioid receptors held``.
        site: whose unbound concentration it sees: ``brain``, ``plasma`` or ``heart``.
        signal: whether its agonists' stimulus and response are computed (operational model).
        ligands: names of the compounds that bind it, as in the knowledge tables; those that the network does not hold
            wait there until it does. Empty where nobody measured an alkaloid.
    """

    id: str
    name: str
    held: str
    site: Literal["brain", "plasma", "heart"]
    signal: bool
    ligands: tuple[str, ...]


@dataclass(frozen=True)
class Compound:
    """One compound of the network.

    Attributes:
        id: prefix of its symbols in the model.
        name: its name in the knowledge tables.
        kind: ``alkaloid`` (comes with the product) or ``medicine`` (taken beside it).
        disposition: ``full``, ``minimal``, ``formed`` or ``metabolite``.
        enzymes: enzyme → what the two do to each other.
        targets: ids of the targets it binds.
        acid_product: id of the compound that gastric acid turns it into, or ``None``.
        blood_product: id of the compound that its loss in blood becomes, or ``None``.
        probe: whether every case computes the interaction with it.
    """

    id: str
    name: str
    kind: Literal["alkaloid", "medicine"]
    disposition: Literal["full", "minimal", "formed", "metabolite"]
    enzymes: "Mapping[str, Route]"
    targets: tuple[str, ...]
    acid_product: str | None
    blood_product: str | None
    probe: bool

    @property
    def plasma(self) -> str:
        """Symbol of its concentration in plasma."""
        return f"{self.id}_{'blood' if self.disposition == 'full' else 'body'}_C_plasma"

    @property
    def swallowed(self) -> bool:
        """Whether it can be swallowed: what only the body makes has no gut in the model."""
        return self.disposition != "metabolite"

    @property
    def seen(self) -> bool:
        """Whether its own concentration means something: not where it only ever meets the gut."""
        return not any(route.gut_only for route in self.enzymes.values())

    @property
    def products(self) -> tuple[str, ...]:
        """Ids of the compounds that it becomes."""
        return tuple(route.product for route in self.enzymes.values() if route.product)


@dataclass(frozen=True)
class Network:
    """All compounds, enzymes and targets that can be wired."""

    compounds: "Mapping[str, Compound]"
    enzymes: "Mapping[str, Enzyme]"
    targets: "Mapping[str, Target]"

    def of_kind(self, kind: Literal["alkaloid", "medicine"]) -> tuple[str, ...]:
        """Ids of all compounds of a kind that can be swallowed or given, in the order of the file."""
        return tuple(c.id for c in self.compounds.values() if c.kind == kind and c.swallowed)

    @property
    def probes(self) -> tuple[str, ...]:
        """Ids of the medicines whose interaction every case computes."""
        return tuple(c.id for c in self.compounds.values() if c.probe)

    def places(self, compound: Compound, enzyme: str) -> tuple[str, ...]:
        """Where a compound meets an enzyme: ``gut``, ``liver`` or both."""
        in_gut = self.enzymes[enzyme].gut and compound.swallowed
        in_liver = not compound.enzymes[enzyme].gut_only
        return (("gut",) if in_gut else ()) + (("liver",) if in_liver else ())

    def turns_over(self, enzyme: str, compounds: "Iterable[Compound]") -> bool:
        """Whether a pool can move away from its baseline at all, with these compounds."""
        routes = [c.enzymes[enzyme] for c in compounds if enzyme in c.enzymes]
        return any(route.inactivates or route.induces for route in routes)

    def compound(self, key: str) -> Compound:
        """A compound by id or by name.

        Raises:
            ModelError: the network does not hold it.
        """
        for compound in self.compounds.values():
            if key in {compound.id, compound.name}:
                return compound
        raise ModelError(
            f"compound {key!r} is not in the model; it holds {', '.join(c.name for c in self.compounds.values())}."
        )


@cache
def network() -> Network:
    """The shipped network."""
    text = (resources.files("speciosa.models") / "network.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    targets = {key: _target(key, entry) for key, entry in raw["targets"].items()}
    compounds = {
        key: Compound(
            id=key,
            name=entry["name"],
            kind=entry["kind"],
            disposition=entry["disposition"],
            enzymes=MappingProxyType({enzyme: Route(**route) for enzyme, route in entry["enzymes"].items()}),
            targets=tuple(target.id for target in targets.values() if entry["name"] in target.ligands),
            acid_product=entry.get("acid_product"),
            blood_product=entry.get("blood_product"),
            probe=bool(entry.get("probe", False)),
        )
        for key, entry in raw["compounds"].items()
    }
    enzymes = {key: Enzyme(key, bool(entry["gut"])) for key, entry in raw["enzymes"].items()}
    return Network(MappingProxyType(compounds), MappingProxyType(enzymes), MappingProxyType(targets))


def _target(key: str, entry: "Mapping[str, Any]") -> Target:
    return Target(
        id=key,
        name=entry["name"],
        held=entry["held"],
        site=entry["site"],
        signal=bool(entry.get("signal", False)),
        ligands=tuple(entry["ligands"]),
    )
