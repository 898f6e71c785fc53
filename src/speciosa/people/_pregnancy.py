"""What pregnancy changes: weight and where it goes, blood, flows, filtration, binding, enzymes.

The functions of the rows describe a typical woman by gestational week. Each is taken relative to its own start, so
that a person keeps what made her differ from the typical one.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from speciosa.people import _rows
from speciosa.people._body import Body, add, close, volumes
from speciosa.people._equation import equation
from speciosa.people._traits import Traits

Array = NDArray[np.float64]

START = 0.0


def weights(person: Traits, week: Array, *, told: bool) -> tuple[Traits, Traits]:
    """The person before the pregnancy and today; a weight that was told is that of today."""
    if told:
        return replace(person, weight=person.weight - gain(week)), person
    return person, replace(person, weight=person.weight + gain(week))


def gain(week: Array) -> Array:
    """What has been gained in weight, kg."""
    return np.maximum(_at("pregnant_weight", week, W_prepregnant=0.0), 0.0)


def body(made: Body, week: Array | None) -> Body:
    """Blood and fat grow by their rows; child, placenta, womb, breasts and water are the rest of the body."""
    if week is None:
        return made
    mass, flow = dict(made.mass), dict(made.flow)
    weight = add(mass) + gain(week)
    mass["blood"] = mass["blood"] * _blood(week) / _blood(np.full_like(week, START))
    mass["adipose"] = mass["adipose"] + _more("pregnant_adipose", week)
    others = add({organ: kg for organ, kg in mass.items() if organ != "rest"})
    short = np.maximum(made.mass["rest"] - (weight - others), 0.0)  # early on fat and blood may outgrow the gain
    mass["adipose"] = mass["adipose"] - short
    mass["rest"] = weight - others + short
    return replace(made, mass=mass, volume=volumes(mass), flow=_flows(flow, week))


def trimester(week: Array) -> NDArray[np.int64]:
    """0, 1 or 2 for the first to the third."""
    weeks = _rows.declared()["pregnancy"]["weeks"]
    later = [_rows.row(weeks[key]).number("low") for key in ("2", "3")]
    return np.searchsorted(later, week, side="right").astype(np.int64)


def function(values: dict[str, Array], week: Array | None) -> dict[str, Array]:
    """Haematocrit, binding protein, filtration and enzymes of the pregnant person."""
    if week is None:
        return values
    changed = dict(values)
    for name, rule in (
        ("hematocrit", "pregnant_hematocrit"),
        ("binding_rel", "pregnant_binding_protein"),
        ("gfr_mL_min", "pregnant_filtration"),
    ):
        changed[name] = values[name] * _ratio(rule, week)
    for name, keys in _rows.declared()["pregnancy"]["activity"].items():
        factor = np.array([1.0 + _rows.number(key) / 100.0 for key in keys])
        changed[name] = values[name] * factor[trimester(week)]
    return changed


def _flows(flow: dict[str, Array], week: Array) -> dict[str, Array]:
    """Cardiac output, kidney, gut, liver, fat and placenta by rows; brain as before; the others share what is left."""
    output = add(flow) * _ratio("pregnant_cardiac_output", week)
    flow = flow | {
        "kidney": flow["kidney"] * _ratio("pregnant_kidney_flow", week),
        "gut": flow["gut"] * _ratio_of_output("pregnant_gut_flow", week),
        "adipose": flow["adipose"] * _ratio_of_output("pregnant_adipose_flow", week),
    }
    fed = _of_output("pregnant_liver_flow", week) - _of_output("pregnant_gut_flow", week)
    start = np.full_like(week, START)
    fed = fed / (_of_output("pregnant_liver_flow", start) - _of_output("pregnant_gut_flow", start))
    for organ in ("pancreas", "spleen", "hepatic_artery"):
        flow[organ] = flow[organ] * fed
    placenta = _at("placenta_flow", week, V_placenta=np.maximum(_at("placenta_volume", week), 0.0))
    by_rows = ("kidney", "gut", "adipose", "pancreas", "spleen", "hepatic_artery", "brain")
    flow = close(flow, output - placenta, by_rows)
    return flow | {"rest": flow["rest"] + placenta}


def _blood(week: Array) -> Array:
    """Volume of the blood of the typical woman, L."""
    return _at("pregnant_plasma", week) / (1.0 - _at("pregnant_hematocrit", week) / 100.0)


def _of_output(name: str, week: Array) -> Array:
    return _at(name, week, CO=_at("pregnant_cardiac_output", week))


def _ratio_of_output(name: str, week: Array) -> Array:
    return _of_output(name, week) / _of_output(name, np.full_like(week, START))


def _ratio(name: str, week: Array) -> Array:
    return _at(name, week) / _at(name, np.full_like(week, START))


def _more(name: str, week: Array) -> Array:
    return _at(name, week) - _at(name, np.full_like(week, START))


def _at(name: str, week: Array, **names: Array | float) -> Array:
    return equation(name, np.zeros(week.shape, dtype=bool), t=week, **names)
