"""The body as Antimony parts, and the assembly that wires them into one model."""

from speciosa.models._assembly import Assembly, assemble
from speciosa.models._network import Compound, Network, Route, Target, network
from speciosa.models._partition import Base, Composition, blood_to_plasma, partition, red_cell_partition
from speciosa.models._parts import Part, part, part_names
from speciosa.models._sbml import check, to_sbml
from speciosa.models._symbols import ORGANS, Symbol

__all__ = [
    "ORGANS",
    "Assembly",
    "Base",
    "Composition",
    "Compound",
    "Network",
    "Part",
    "Route",
    "Symbol",
    "Target",
    "assemble",
    "blood_to_plasma",
    "check",
    "network",
    "part",
    "part_names",
    "partition",
    "red_cell_partition",
    "to_sbml",
]
