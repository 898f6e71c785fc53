"""Every parameter and compartment of the kinetics: name, unit, meaning. Values come from people and knowledge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speciosa.models._network import Compound, Network

ORGANS = (
    "adipose",
    "bone",
    "brain",
    "gut",
    "heart",
    "kidney",
    "liver",
    "lung",
    "muscle",
    "pancreas",
    "skin",
    "spleen",
    "rest",
)
FLOWS = (
    "adipose",
    "bone",
    "brain",
    "gut",
    "heart",
    "kidney",
    "muscle",
    "pancreas",
    "skin",
    "spleen",
    "rest",
    "hepatic_artery",
)
SEGMENTS = ("duodenum", "jejunum", "ileum")


@dataclass(frozen=True)
class Symbol:
    """One parameter or compartment of a model, with its Antimony unit and its meaning."""

    name: str
    unit: str
    meaning: str
    compartment: bool = False


def system_symbols(net: "Network", compounds: "Sequence[Compound]") -> Iterator[Symbol]:
    """What the compounds share: organs, flows, gut, enzymes."""
    for organ in ORGANS:
        yield Symbol(f"V_{organ}", "L", f"volume of {organ}", compartment=True)
    yield Symbol("V_arterial", "L", "arterial blood", compartment=True)
    yield Symbol("V_venous", "L", "venous blood", compartment=True)
    yield Symbol("fluid", "L", "fluid of the gut lumen", compartment=True)
    yield Symbol("mucosa", "L", "enterocytes of the small intestine", compartment=True)
    for organ in FLOWS:
        yield Symbol(f"Q_{organ}", "L_per_h", f"blood flow of {organ.replace('_', ' ')}")
    yield Symbol("Q_liver", "L_per_h", "blood that leaves the liver: hepatic artery, portal vein")
    yield Symbol("portal_shunt", "dimensionless", "share of the portal blood that flows past the liver")
    yield Symbol("Q_cardiac", "L_per_h", "cardiac output")
    yield Symbol("Q_villi", "L_per_h", "blood flow of the villi")
    yield Symbol("GFR", "L_per_h", "glomerular filtration rate")
    yield Symbol("f_blood_brain", "dimensionless", "blood in brain volume")
    yield Symbol("f_extra_muscle", "dimensionless", "plasma and interstitium in muscle volume")
    yield Symbol("f_extra_adipose", "dimensionless", "plasma and interstitium in adipose volume")
    yield Symbol("gastric_emptying_rel", "dimensionless", "gastric emptying of this person over the typical one")
    yield Symbol("intestinal_transit_rel", "dimensionless", "intestinal transit of this person over the typical one")
    yield Symbol("k_empty", "per_h", "gastric emptying")
    for segment in (*SEGMENTS, "colon"):
        yield Symbol(f"k_{segment}", "per_h", f"transit out of the {segment}")
    for segment in SEGMENTS:
        yield Symbol(f"share_{segment}", "dimensionless", f"share of the {segment} in mucosa and villous flow")
    for enzyme in net.enzymes.values():
        if any(enzyme.name in c.enzymes for c in compounds):
            alive = net.turns_over(enzyme.name, compounds)
            yield from _enzyme_symbols(enzyme.name, gut=enzyme.gut, turnover=alive)


def _enzyme_symbols(name: str, *, gut: bool, turnover: bool) -> Iterator[Symbol]:
    yield Symbol(f"{name}_liver", "dimensionless", f"hepatic {name} of this person over the typical one")
    if gut:
        yield Symbol(f"{name}_gut", "dimensionless", f"intestinal {name} of this person over the typical one")
        yield Symbol(
            f"{name}_gut_to_liver", "dimensionless", f"amount of {name} in the small intestine over that in the liver"
        )
        for segment in SEGMENTS:
            yield Symbol(f"{name}_share_{segment}", "dimensionless", f"share of the {segment} in intestinal {name}")
    if turnover:
        yield Symbol(f"kdeg_{name}_liver", "per_h", f"turnover of hepatic {name}")
        if gut:
            yield Symbol(f"kdeg_{name}_gut", "per_h", f"turnover of intestinal {name}")


def compound_symbols(net: "Network", compound: "Compound") -> Iterator[Symbol]:
    """What belongs to one compound."""
    p, name = compound.id, compound.name
    yield Symbol(f"{p}_fu", "dimensionless", f"fraction of {name} unbound in plasma")
    yield Symbol(f"{p}_BP", "dimensionless", f"blood-to-plasma ratio of {name}")
    if compound.swallowed:
        yield from _gut_symbols(compound)
    yield Symbol(f"{p}_Kp_liver", "dimensionless", f"liver-to-plasma partition of {name}")
    yield Symbol(f"{p}_CLint_other", "L_per_h", f"unbound hepatic clearance of {name} by other routes")
    for enzyme in compound.enzymes:
        yield from _route_symbols(net, compound, enzyme)
    if compound.acid_product:
        yield Symbol(f"{p}_k_acid_convert", "per_h", f"conversion of {name} to {compound.acid_product} in gastric acid")
    if compound.blood_product:
        made = f"fraction of the loss of {name} in blood that becomes {compound.blood_product}"
        yield Symbol(f"{p}_f_{compound.blood_product}", "dimensionless", made)
    yield from _whole_body_symbols(p, name) if compound.disposition == "full" else _minimal_symbols(p, name)


def _gut_symbols(compound: "Compound") -> Iterator[Symbol]:
    p, name = compound.id, compound.name
    yield Symbol(f"{p}_k_diss", "per_h", f"dissolution of {name} from the product")
    yield Symbol(f"{p}_ka", "per_h", f"absorption of {name} from the small intestine")
    if compound.disposition != "formed":
        yield Symbol(f"{p}_ka_colon", "per_h", f"absorption of {name} from the colon")
        yield Symbol(f"{p}_k_acid", "per_h", f"loss of {name} in gastric acid")
        yield Symbol(f"{p}_PS_gut", "L_per_h", f"permeability of enterocytes to {name}, towards blood")
        yield Symbol(f"{p}_fu_gut", "dimensionless", f"fraction of {name} unbound in enterocytes")


def _route_symbols(net: "Network", compound: "Compound", enzyme: str) -> Iterator[Symbol]:
    """One compound at one enzyme."""
    p, name, route = compound.id, compound.name, compound.enzymes[enzyme]
    yield Symbol(f"{p}_CLint_{enzyme}", "L_per_h", f"unbound hepatic clearance of {name} by {enzyme}")
    yield Symbol(f"{p}_Ki_{enzyme}", "nM", f"{name} as competitor at {enzyme}, unbound")
    for organ in net.places(compound, enzyme) if route.inactivates else ():
        yield Symbol(f"{p}_kinact_{enzyme}_{organ}", "per_h", f"maximal inactivation of {enzyme} in {organ} by {name}")
        yield Symbol(
            f"{p}_KI_{enzyme}_{organ}", "nM", f"half-maximal inactivation of {enzyme} in {organ} by {name}, unbound"
        )
    if route.induces:
        yield Symbol(f"{p}_Emax_{enzyme}", "dimensionless", f"maximal induction of {enzyme} by {name}, above baseline")
        yield Symbol(f"{p}_EC50_{enzyme}", "nM", f"half-maximal induction of {enzyme} by {name}, unbound")
    if route.product:
        words = f"fraction of {name} turned over by {enzyme} that becomes {route.product}"
        yield Symbol(f"{p}_f_{route.product}", "dimensionless", words)


def _whole_body_symbols(p: str, name: str) -> Iterator[Symbol]:
    for organ in ORGANS:
        if organ != "liver":
            yield Symbol(f"{p}_Kp_{organ}", "dimensionless", f"{organ}-to-plasma partition of {name}")
    yield Symbol(
        f"{p}_PS_tissue", "per_h", f"permeability of muscle and adipose cells to unbound {name}, per volume of tissue"
    )
    yield Symbol(f"{p}_PS_brain", "L_per_h", f"permeability of the blood-brain barrier to {name}")
    yield Symbol(f"{p}_Kpuu", "dimensionless", f"unbound brain over unbound plasma of {name}")
    yield Symbol(f"{p}_k_plasma", "per_h", f"chemical loss of {name} in blood")


def _minimal_symbols(p: str, name: str) -> Iterator[Symbol]:
    yield Symbol(f"{p}_V_central", "L", f"central volume of {name}, plasma", compartment=True)
    yield Symbol(f"{p}_V_peripheral", "L", f"peripheral volume of {name}, plasma", compartment=True)
    yield Symbol(f"{p}_Q_inter", "L_per_h", f"intercompartmental clearance of {name}, plasma")
