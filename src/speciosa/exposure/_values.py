"""People and parameter draws → a number for every symbol of the model, for every run.

Everything here is array arithmetic over runs. The scaling rules live here and nowhere else: what grows with
the liver, the brain or the body, what a form and a meal do to the stomach, and what a person's haematocrit and
plasma proteins do to binding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from speciosa import knowledge, models
from speciosa.cases import Form
from speciosa.exposure._effect_values import effect_values
from speciosa.models import Base, Composition, Compound

Array = NDArray[np.float64]

REFERENCE_HEMATOCRIT = 0.45  # at which the blood-to-plasma ratios are stated
METHOD = "Rodgers-Rowland (PK-Sim human set)"
TISSUE = {"gut": "small intestine", "rest": "muscle"}  # organs without a composition of their own
UNSCALED = frozenset({"adipose", "brain"})  # the partition multiplier is for lean tissue
WEAKEST = 7.0  # pKa down to which the partition equation holds; a draw below it stands there
MILLILITRE_PER_MINUTE = 0.06  # L/h


@dataclass(frozen=True)
class Inputs:
    """What the symbols are computed from, every array shaped (runs,).

    Attributes:
        people: values of :class:`speciosa.people.Population`, one entry per run.
        draws: parameter values, one entry per run.
        form: form of the product, which sets dissolution.
    """

    people: Mapping[str, Array]
    draws: Mapping[str, Array]
    form: Form


def symbols(inputs: Inputs, compounds: Sequence[Compound], *, effects: bool = False) -> dict[str, Array]:
    """A value (runs,) for every symbol of the assembly of these compounds, with or without effects."""
    values = {**_system(inputs)}
    for compound in compounds:
        build = _full if compound.disposition == "full" else _minimal
        values |= build(inputs, compound)
    if effects:
        values |= effect_values(inputs.draws, compounds)
    shape = next(iter(inputs.people.values())).shape
    return {name: np.broadcast_to(np.asarray(value, dtype=float), shape) for name, value in values.items()}


def _system(inputs: Inputs) -> dict[str, Array]:
    x, d = inputs.people, inputs.draws
    values = {name: value for name, value in x.items() if name.startswith(("V_", "Q_"))}
    values |= _activities(inputs)
    portal = x["Q_gut"] + x["Q_pancreas"] + x["Q_spleen"]
    values["portal_shunt"] = x["portal_shunt"]
    values["Q_liver"] = portal * (1.0 - x["portal_shunt"]) + x["Q_hepatic_artery"]
    values["Q_cardiac"] = sum(
        (v for k, v in x.items() if k.startswith("Q_") and k != "Q_cardiac"), start=np.zeros_like(portal)
    )
    values["Q_villi"] = d["villi_share"] * x["Q_gut"]
    values["GFR"] = x["gfr_mL_min"] * MILLILITRE_PER_MINUTE
    values["fluid"] = d["luminal_fluid"]
    values["mucosa"] = d["enterocyte_volume"] * x["weight_kg"]
    values["f_blood_brain"] = d["brain_blood"]
    for organ in ("muscle", "adipose"):
        values[f"f_extra_{organ}"] = d[f"{organ}_vascular"] + d[f"{organ}_interstitial"]
    values["gastric_emptying_rel"] = x["gastric_emptying_rel"]
    values["intestinal_transit_rel"] = x["intestinal_transit_rel"]
    values["k_empty"] = np.log(2.0) / d["gastric_emptying_half_time"]
    values["k_colon"] = 1.0 / d["colon_transit"]
    values |= _segments(d)
    for name in ("CYP3A_gut_to_liver", "kdeg_CYP3A_liver", "kdeg_CYP3A_gut", "kdeg_CYP2D6_liver"):
        values[name] = d[name]
    return values


def _activities(inputs: Inputs) -> dict[str, Array]:
    """Activity of each enzyme; what a disease takes of it is uncertain, and nothing in health."""
    x, further = inputs.people, inputs.draws["disease_enzyme_exponent"] - 1.0
    factor = {name.removesuffix("_disease"): value for name, value in x.items() if name.endswith("_disease")}
    known = {name: value for name, value in x.items() if name.startswith("CYP") and not name.endswith("_disease")}
    return {name: value * factor[name] ** further if name in factor else value for name, value in known.items()}


def at_table(values: Mapping[str, Array], d: Mapping[str, Array]) -> dict[str, Array]:
    """The symbols of the same people with a meal in the stomach: it empties more slowly and is less acid."""
    acid = {name: k * d["fed_acid_rel"] for name, k in values.items() if name.endswith(("_k_acid", "_k_acid_convert"))}
    return {**values, **acid, "k_empty": np.log(2.0) / d["fed_emptying_half_time"]}


def _segments(d: Mapping[str, Array]) -> dict[str, Array]:
    """Shares and transit of three segments from the five that the rows tell apart."""
    parts = {
        "duodenum": ("duodenum",),
        "jejunum": ("upper_jejunum", "lower_jejunum"),
        "ileum": ("upper_ileum", "lower_ileum"),
    }

    def total(prefix: str, names: Sequence[str]) -> Array:
        return np.asarray(np.sum([d[f"{prefix}_{name}"] for name in names], axis=0))

    every = [name for names in parts.values() for name in names]
    transit, flow = total("transit", every), total("flow_share", every)
    amount = total("CYP3A_amount", tuple(parts))
    values = {}
    for segment, names in parts.items():
        values[f"k_{segment}"] = 1.0 / (d["small_intestine_transit"] * total("transit", names) / transit)
        values[f"share_{segment}"] = total("flow_share", names) / flow
        values[f"CYP3A_share_{segment}"] = d[f"CYP3A_amount_{segment}"] / amount
    return values


def _full(inputs: Inputs, compound: Compound) -> dict[str, Array]:
    x, d, p = inputs.people, inputs.draws, compound.id
    fu = 1.0 / (1.0 + x["binding_rel"] * (1.0 / d[f"{p}_fu"] - 1.0))
    red_cell = models.red_cell_partition(d[f"{p}_fu"], d[f"{p}_BP"], np.asarray(REFERENCE_HEMATOCRIT))
    BP = models.blood_to_plasma(red_cell, fu, x["hematocrit"])
    base = Base(pKa=np.maximum(d[f"{p}_pKa"], WEAKEST), logP=d[f"{p}_logP"], fu=fu, BP=BP, hematocrit=x["hematocrit"])
    tissues, red_cells = _compositions()
    values = {}
    for organ, Kp in models.partition(base, tissues, red_cells).items():
        values[f"{p}_Kp_{organ}"] = Kp if organ in UNSCALED else Kp * d[f"{p}_Kp_scale"]
    CLint = d[f"{p}_CLp"] / d[f"{p}_fu"] * _working_liver(inputs)
    values |= {
        f"{p}_fu": fu,
        f"{p}_BP": BP,
        f"{p}_k_diss": _dissolution(inputs),
        f"{p}_PS_gut": d[f"{p}_PS_gut"],
        f"{p}_PS_tissue": d[f"{p}_PSu"] / d[f"{p}_fu"],
        f"{p}_PS_brain": d[f"{p}_PS_brain"] * x["V_brain"],
        f"{p}_Kpuu": d[f"{p}_Kpuu"],
        f"{p}_k_plasma": d[f"{p}_k_plasma"],
    }
    if compound.blood_product:
        values[f"{p}_f_{compound.blood_product}"] = d[f"{p}_f_{compound.blood_product}"]
    return values | _absorption(inputs, compound) | _clearance(inputs, compound, CLint)


def _minimal(inputs: Inputs, compound: Compound) -> dict[str, Array]:
    x, d, p = inputs.people, inputs.draws, compound.id
    values = {f"{p}_{name}": d[f"{p}_{name}"] for name in ("fu", "BP")}
    values[f"{p}_Kp_liver"] = _own(d, compound, "Kp_liver")
    for name in ("V_central", "V_peripheral", "Q_inter"):
        values[f"{p}_{name}"] = d[f"{p}_{name}"] * x["weight_kg"]
    if compound.swallowed:
        values |= _simple_gut(inputs, compound)
    CLint = d[f"{p}_CLint"] if compound.kind == "medicine" else d[f"{p}_CLp"] / d[f"{p}_fu"]
    return values | _clearance(inputs, compound, CLint * _working_liver(inputs))


def _dissolution(inputs: Inputs) -> Array:
    """Release of what the form holds undissolved, 1/h: a form that must fall apart first takes that time on top."""
    d, form = inputs.draws, inputs.form
    rate = d[f"dissolution_{form}"]
    before = d.get(f"disintegration_{form}")
    return rate if before is None else 1.0 / (before + 1.0 / rate)


def _working_liver(inputs: Inputs) -> Array:
    """Volume of liver that still works as healthy liver does, L: what every route of clearance grows with."""
    return inputs.people["V_liver"] * inputs.people["liver_function"] ** inputs.draws["liver_disease_exponent"]


def _simple_gut(inputs: Inputs, compound: Compound) -> dict[str, Array]:
    """Gut of a compound without a whole body: nothing is absorbed in the colon or lost in acid."""
    x, d, p = inputs.people, inputs.draws, compound.id
    medicine = compound.kind == "medicine"
    values = {
        f"{p}_ka": d[f"{p}_ka"],
        f"{p}_k_diss": _own(d, compound, "dissolution") if medicine else _dissolution(inputs),
    }
    if compound.disposition == "minimal":
        zero = np.zeros_like(x["weight_kg"])
        values |= {f"{p}_ka_colon": zero, f"{p}_k_acid": zero, f"{p}_fu_gut": _own(d, compound, "fu_gut")}
        values[f"{p}_PS_gut"] = _own(d, compound, "PS_gut") * x["weight_kg"]
    return values


def _own(d: Mapping[str, Array], compound: Compound, name: str) -> Array:
    """A parameter of the compound, or where it has none the one that stands for every compound of its kind."""
    own = f"{compound.id}_{name}"
    return d[own] if own in d else d[f"{compound.kind}_{name}"]


def _absorption(inputs: Inputs, compound: Compound) -> dict[str, Array]:
    d, p = inputs.draws, compound.id
    lost = -np.log(1.0 - d[f"{p}_acid_loss"]) / d["acid_test_duration"]
    converted = np.zeros_like(lost)
    values = {
        f"{p}_ka": d[f"{p}_ka"],
        f"{p}_ka_colon": d[f"{p}_ka"] * d[f"{p}_ka_colon_rel"],
        f"{p}_fu_gut": d[f"{p}_fu_gut"],
    }
    if compound.acid_product:
        share = d[f"{p}_acid_to_{compound.acid_product}"] / d[f"{p}_acid_loss"]
        converted = lost * np.minimum(share, 1.0)
        values[f"{p}_k_acid_convert"] = converted
    return values | {f"{p}_k_acid": lost - converted}


def _clearance(inputs: Inputs, compound: Compound, CLint: Array) -> dict[str, Array]:
    """Split the intrinsic clearance over the enzymes; what no enzyme takes is ``other``."""
    d, p, net = inputs.draws, compound.id, models.network()
    if not compound.enzymes:
        return {f"{p}_CLint_other": CLint}
    shares = {enzyme: d[f"{p}_fm_{enzyme}"] for enzyme in compound.enzymes}
    total = np.maximum(np.sum(list(shares.values()), axis=0), 1.0)  # draws of several shares may pass one
    values = {f"{p}_CLint_other": CLint * np.maximum(1.0 - np.sum(list(shares.values()), axis=0), 0.0)}
    fu_mic = d.get(f"{p}_fu_mic", np.ones_like(CLint))  # inhibition constants are totals of the test tube
    for enzyme, share in shares.items():
        values[f"{p}_CLint_{enzyme}"] = CLint * share / total
        values[f"{p}_Ki_{enzyme}"] = d[f"{p}_Ki_{enzyme}"] * fu_mic
        route = compound.enzymes[enzyme]
        for organ in net.places(compound, enzyme) if route.inactivates else ():
            values[f"{p}_kinact_{enzyme}_{organ}"] = d[f"{p}_kinact_{enzyme}_{organ}"]
            values[f"{p}_KI_{enzyme}_{organ}"] = d[f"{p}_KI_{enzyme}_{organ}"] * fu_mic
        if route.induces:
            values |= {f"{p}_{name}_{enzyme}": d[f"{p}_{name}_{enzyme}"] for name in ("Emax", "EC50")}
        if route.product:
            values[f"{p}_f_{route.product}"] = np.minimum(d[f"{p}_f_{route.product}"], 1.0)
    return values


@cache
def _compositions() -> tuple[dict[str, Composition], Composition]:
    known = knowledge.load()
    rows = {row.tissue: _composition(row) for row in known.find("tissue_composition", method_set=METHOD)}
    return {organ: rows[TISSUE.get(organ, organ)] for organ in models.ORGANS}, rows["red blood cells"]


def _composition(row: knowledge.Row) -> Composition:
    def number(column: str) -> float:
        value = getattr(row, column)
        return 0.0 if value is None else row.number(column)

    return Composition(
        neutral_lipid=number("neutral_lipid"),
        neutral_phospholipid=number("neutral_phospholipid"),
        acidic_phospholipid=number("acidic_phospholipid_mg_per_g"),
        water_out=number("extracellular_water"),
        water_in=number("intracellular_water"),
    )
