"""The effect wiring: targets where all compounds compete, and what follows from them.

Nothing here feeds back into the kinetics: without it the concentrations are the same. Occupancies are rules, computed
at output times only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from speciosa.models._lines import Lines
from speciosa.models._network import Compound, Network, Target
from speciosa.models._symbols import Symbol


def effect_symbols(net: Network, compounds: Sequence[Compound]) -> Iterator[Symbol]:
    """Every parameter of the effect wiring: name, unit, meaning."""
    for compound in compounds:
        if compound.disposition != "full" and "brain" in _sites(net, compound):
            yield Symbol(
                f"{compound.id}_Kpuu", "dimensionless", f"unbound brain over unbound plasma of {compound.name}"
            )
    for target, ligands in _bound(net, compounds):
        for ligand in ligands:
            yield Symbol(f"{ligand.id}_Ki_{target.id}", "nM", f"affinity of {ligand.name} for the {target.name}")
        if target.signal:
            yield from _signal_symbols(target, ligands)


def _signal_symbols(target: Target, ligands: Sequence[Compound]) -> Iterator[Symbol]:
    t, name = target.id, target.name
    for ligand in ligands:
        yield Symbol(f"{ligand.id}_tau_{t}", "dimensionless", f"efficacy of {ligand.name} at the {name}")
    yield Symbol(f"{t}_tau_full", "dimensionless", f"efficacy of a full agonist at the {name}")
    yield Symbol(f"{t}_reserve", "dimensionless", f"efficacy at the {name} over that of a person who is not tolerant")
    other = "ligands outside the model"
    yield Symbol(f"{t}_load_other", "dimensionless", f"{other} at the {name}: sum of unbound concentration over Ki")
    yield Symbol(f"{t}_stimulus_other", "dimensionless", f"{other} at the {name}: sum of tau times that ratio")


def wire_effects(net: Network, compounds: Sequence[Compound], lines: Lines) -> None:
    """Add the targets of all compounds to a model that holds their kinetics.

    Args:
        net: what can be wired.
        compounds: the compounds of this model.
        lines: the model text so far; grows.
    """
    for compound in compounds:
        for site in _sites(net, compound):
            _SITES[site](compound, lines)
    for target, ligands in _bound(net, compounds):
        _target(target, ligands, lines)


def _target(target: Target, ligands: Sequence[Compound], lines: Lines) -> None:
    t, prefixes = target.id, [f"{c.id}_{target.id}" for c in ligands]
    for compound, prefix in zip(ligands, prefixes, strict=True):
        Cu, Ki = f"{compound.id}_{target.site}_Cu", f"{compound.id}_Ki_{t}"
        lines.use("ligand", prefix, Cu=Cu, load=f"{t}_load", Ki=Ki)
    others = [f"{t}_load_other"] if target.signal else []
    load = " + ".join(["1 dimensionless", *(f"{x}_binds" for x in prefixes), *others])
    lines.rule(f"{t}_load", load, "dimensionless", "competition of all ligands")
    total = " + ".join(f"{x}_occupancy" for x in prefixes)
    lines.rule(f"{t}_occupancy", total, "dimensionless", f"{target.held} by any compound of the model")
    if target.signal:
        _signal(target, ligands, lines)


def _signal(target: Target, ligands: Sequence[Compound], lines: Lines) -> None:
    t, prefixes = target.id, [f"{c.id}_{target.id}" for c in ligands]
    for compound, prefix in zip(ligands, prefixes, strict=True):
        lines.use("agonist", prefix, occupancy=f"{prefix}_occupancy", tau=f"{compound.id}_tau_{t}")
    stimulus = " + ".join([*(f"{x}_stimulus" for x in prefixes), f"{t}_stimulus_other / {t}_load"])
    lines.rule(f"{t}_stimulus", stimulus, "dimensionless", "stimulus of all ligands")
    lines.use("signal", t, stimulus=f"{t}_stimulus", reserve=f"{t}_reserve", tau_full=f"{t}_tau_full")


def _bound(net: Network, compounds: Sequence[Compound]) -> Iterator[tuple[Target, tuple[Compound, ...]]]:
    """Targets that at least one compound of the model binds, with those compounds."""
    for target in net.targets.values():
        ligands = tuple(c for c in compounds if target.id in c.targets)
        if ligands:
            yield target, ligands


def _sites(net: Network, compound: Compound) -> tuple[str, ...]:
    """Where a compound meets its targets, each place once."""
    return tuple(dict.fromkeys(net.targets[t].site for t in compound.targets))


def _brain(compound: Compound, lines: Lines) -> None:
    p = compound.id
    if compound.disposition != "full":  # the brain of a whole body is an organ of its kinetics
        lines.use("brain_equilibrium", f"{p}_brain", C_plasma=compound.plasma, fu=f"{p}_fu", Kpuu=f"{p}_Kpuu")


def _plasma(compound: Compound, lines: Lines) -> None:
    p = compound.id
    C_blood = f"{p}_blood_C_venous" if compound.disposition == "full" else f"{p}_body_C_blood"
    lines.use("unbound", f"{p}_plasma", C_blood=C_blood, BP=f"{p}_BP", fu=f"{p}_fu")


def _heart(compound: Compound, lines: Lines) -> None:
    p = compound.id
    C_blood = f"{p}_heart_C_out" if compound.disposition == "full" else f"{p}_body_C_blood"
    lines.use("unbound", f"{p}_heart", C_blood=C_blood, BP=f"{p}_BP", fu=f"{p}_fu")


_SITES: Mapping[str, Callable[[Compound, Lines], None]] = {"brain": _brain, "plasma": _plasma, "heart": _heart}
