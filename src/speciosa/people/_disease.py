"""What cirrhosis and kidney disease change: factors of the rows on the person who would be healthy without them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from speciosa.people import _rows
from speciosa.people._body import PORTAL, Body, add, close, volumes
from speciosa.people._equation import equation
from speciosa.people._states import States
from speciosa.people._who import CHILD_PUGH

Array = NDArray[np.float64]

ACTIVITIES = ("hematocrit", "binding_rel", "gfr_mL_min", "CYP3A_liver", "CYP2C19_liver", "CYP2D6_liver")


def body(made: Body, states: States) -> Body:
    """The cirrhotic body: a smaller liver, more cardiac output, and most portal blood led past the liver.

    The portal factor of the rows says how much portal blood still reaches the liver. The organs that drain into the
    portal vein are not starved: what does not reach the liver flows past it.
    """
    if states.child_pugh is None:
        return made
    mass, flow = dict(made.mass), dict(made.flow)
    mass["liver"] = mass["liver"] * _factor("liver_volume", states)
    mass["adipose"] = mass["adipose"] + made.mass["liver"] - mass["liver"]  # the weight stays what it is
    output = add(flow) * _factor("cardiac_output", states)
    for organ in ("hepatic_artery", "kidney"):
        flow[organ] = flow[organ] * _factor(f"{organ}_flow", states)
    flow = close(flow, output, ("hepatic_artery", "kidney", "brain"))
    through = _portal(made.flow) * _factor("portal_flow", states)
    shunt = np.clip(1.0 - through / _portal(flow), 0.0, 1.0)
    return replace(made, mass=mass, volume=volumes(mass), flow=flow, portal_shunt=shunt)


def function(values: dict[str, Array], states: States, bsa: Array) -> dict[str, Array]:
    """Blood, binding, filtration, enzymes, and how much of the liver still works."""
    changed = dict(values)
    if states.child_pugh is not None:
        for name in ACTIVITIES:
            changed[name] = values[name] * _factor(name, states)
        left = _factor("functional_mass", states) / _factor("liver_volume", states)
        changed["liver_function"] = values["liver_function"] * left
    if states.egfr is not None:
        changed["gfr_mL_min"] = equation("gfr", np.zeros(bsa.shape, dtype=bool), eGFR=states.egfr, BSA=bsa)
        changed["liver_function"] = changed["liver_function"] * _left_by_kidneys(states.egfr)
    return changed


def _left_by_kidneys(egfr: Array) -> Array:
    """Hepatic clearance of all routes over that of people with healthy kidneys, by stage."""
    declared = _rows.declared()["kidney_disease"]
    left = np.ones_like(egfr)
    for stage, key in reversed(declared["liver_function"].items()):
        upper = _rows.row(declared["stages"][stage]).number("high")
        left = np.where(egfr < upper, _rows.number(key), left)
    return left


def _factor(name: str, states: States) -> Array:
    keys = _rows.declared()["cirrhosis"][name]
    values: Array = np.array([_rows.number(keys[grade]) for grade in CHILD_PUGH])[states.child_pugh]
    return values


def _portal(flow: dict[str, Array]) -> Array:
    return add({organ: flow[organ] for organ in PORTAL})
