"""The wiring of the body: which compound is built how (``network.yaml``)."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

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
class Compound:
    """One compound of the network.

    Attributes:
        id: prefix of its symbols in the model.
        name: its name in the knowledge tables.
        kind: ``alkaloid`` (comes with the product) or ``medicine`` (taken beside it).
        disposition: ``full`` or ``minimal``.
        enzymes: enzyme → what the two do to each other.
        receptors: targets it binds.
        acid_product: id of the compound that gastric acid turns it into, or ``None``.
        probe: whether every case computes the interaction with it.
        formed: whether it only ever comes from another compound, so that it needs no gut.
    """

    id: str
    name: str
    kind: Literal["alkaloid", "medicine"]
    disposition: Literal["full", "minimal"]
    enzymes: "Mapping[str, Route]"
    receptors: tuple[str, ...]
    acid_product: str | None
    probe: bool
    formed: bool

    @property
    def plasma(self) -> str:
        """Symbol of its concentration in plasma."""
        return f"{self.id}_{'blood' if self.disposition == 'full' else 'body'}_C_plasma"

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
    """All compounds and enzymes that can be wired."""

    compounds: "Mapping[str, Compound]"
    enzymes: "Mapping[str, Enzyme]"
    receptors: tuple[str, ...]

    def of_kind(self, kind: Literal["alkaloid", "medicine"]) -> tuple[str, ...]:
        """Ids of all compounds of a kind that can be swallowed or given, in the order of the file."""
        return tuple(c.id for c in self.compounds.values() if c.kind == kind and not c.formed)

    @property
    def probes(self) -> tuple[str, ...]:
        """Ids of the medicines whose interaction every case computes."""
        return tuple(c.id for c in self.compounds.values() if c.probe)

    def places(self, compound: Compound, enzyme: str) -> tuple[str, ...]:
        """Where a compound meets an enzyme: ``gut``, ``liver`` or both."""
        in_gut = self.enzymes[enzyme].gut and not compound.formed
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
    compounds = {
        key: Compound(
            id=key,
            name=entry["name"],
            kind=entry["kind"],
            disposition=entry["disposition"],
            enzymes=MappingProxyType({enzyme: Route(**route) for enzyme, route in entry["enzymes"].items()}),
            receptors=tuple(entry.get("receptors", ())),
            acid_product=entry.get("acid_product"),
            probe=bool(entry.get("probe", False)),
            formed=bool(entry.get("formed", False)),
        )
        for key, entry in raw["compounds"].items()
    }
    enzymes = {key: Enzyme(key, bool(entry["gut"])) for key, entry in raw["enzymes"].items()}
    return Network(MappingProxyType(compounds), MappingProxyType(enzymes), tuple(raw["receptors"]))
