"""What organs do: filtration, binding, transit, enzymes."""

import numpy as np
from numpy.typing import NDArray

from speciosa.people import _rows, _who
from speciosa.people._draws import Numbers
from speciosa.people._equation import equation
from speciosa.people._traits import Traits, at_age

Array = NDArray[np.float64]


def blood(drawn: Numbers, person: Traits) -> dict[str, Array]:
    """Haematocrit (a fraction), and the binding protein over that of the middle of both sexes."""
    centre = at_age("hematocrit", "value", person.age, person.male)
    spread = at_age("hematocrit", "sd", person.age, person.male)
    protein = _rows.declared()["binding_protein"]
    typical = _rows.by_sex(protein) / np.sqrt(np.prod(_rows.by_sex(protein)))
    log_sd = np.array([_rows.log_sd(protein[sex]) for sex in _rows.SEXES])
    return {
        "hematocrit": (centre + spread * drawn.normal("hematocrit")) / 100.0,
        "binding_rel": typical[person.sex] * np.exp(log_sd[person.sex] * drawn.normal("binding")),
    }


def filtration(drawn: Numbers, person: Traits, bsa: Array) -> dict[str, Array]:
    """Glomerular filtration, mL/min, from a serum creatinine that is drawn for sex and age."""
    centre = at_age("creatinine", "value", person.age, person.male)
    spread = at_age("creatinine", "sdlog", person.age, person.male)
    creatinine = centre * np.exp(spread * drawn.normal("creatinine"))
    egfr = equation("egfr", person.male, Scr=creatinine, age=person.age)
    return {"gfr_mL_min": equation("gfr", person.male, eGFR=egfr, BSA=bsa)}


def transit(drawn: Numbers) -> dict[str, Array]:
    """Speed of the stomach and of the small intestine over that of the typical person."""
    spread = _rows.declared()["spread"]
    return {
        f"{name}_rel": drawn.factor(name, _rows.log_sd(spread[f"{name}_rel"]))
        for name in ("gastric_emptying", "intestinal_transit")
    }


def enzymes(drawn: Numbers, person: Traits) -> dict[str, Array]:
    """Activity of the enzymes over that of a normal metaboliser of CYP2D6 and CYP2C19 who does not express CYP3A5.

    Liver and gut spread independently; what they share is the genotype of CYP3A5.
    """
    declared = _rows.declared()
    free = {name: drawn.factor(name, _rows.log_sd(declared["spread"][name])) for name in _ENZYMES}
    activity = np.array([_rows.number(declared["CYP2D6_activity"][phenotype]) for phenotype in _who.CYP2D6])
    relative = activity / activity[_who.CYP2D6.index("normal")]
    percent = {"normal": 100.0} | {word: _rows.number(key) for word, key in declared["CYP2C19_activity"].items()}
    cyp2c19 = np.array([percent[phenotype] / 100.0 for phenotype in _who.CYP2C19])
    expresses = np.array([1.0, _rows.number("prior:CYP3A5_expresser_factor")])
    return {
        "CYP3A_liver": free["CYP3A_liver"] * expresses[person.cyp3a5],
        "CYP3A_gut": free["CYP3A_gut"] * expresses[person.cyp3a5],
        "CYP2D6_liver": free["CYP2D6_liver"] * relative[person.cyp2d6],
        "CYP2C19_liver": free["CYP2C19_liver"] * cyp2c19[person.cyp2c19],
    }


_ENZYMES = ("CYP3A_liver", "CYP3A_gut", "CYP2D6_liver", "CYP2C19_liver")
