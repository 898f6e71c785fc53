"""The body: parts, assembly, partition."""

from functools import cache
from pathlib import Path

import libsbml
import numpy as np
import pytest
import roadrunner
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa import models
from speciosa.errors import ModelError
from speciosa.models import Base, Composition

ALKALOIDS = ("mitragynine", "7-hydroxymitragynine")
# every alkaloid, and a medicine for each kind of wiring: competition, metabolite, inactivation, induction, gut alone
MEDICINES = ("midazolam", "dextromethorphan", "dextrorphan", "paroxetine", "rifampicin", "grapefruit_juice")
EVERYTHING = (*models.network().of_kind("alkaloid"), *MEDICINES)


@pytest.fixture(scope="module")
def whole():
    return models.assemble(EVERYTHING, effects=True)


@pytest.mark.parametrize("name", models.part_names())
def test_every_part_is_one_module_with_a_comment_that_says_what_it_is(name):
    part = models.part(name)

    assert part.name == name
    assert len(part.comment) > 30
    assert part.ports


def test_a_part_without_its_ports_is_refused_by_name():
    with pytest.raises(ModelError, match=r"tissue of x: missing ports .*'Kp'"):
        models.part("tissue").instance("x", {"V": "V_x"})


def test_an_unknown_part_is_refused():
    with pytest.raises(ModelError, match="no model part 'heart_valve'"):
        models.part("heart_valve")


@pytest.mark.parametrize("effects", [False, True])
@pytest.mark.parametrize("compounds", [ALKALOIDS, ("mitragynine",), (*ALKALOIDS, "midazolam"), EVERYTHING])
def test_libsbml_finds_nothing_to_say_units_included(compounds, effects):
    assert models.check(models.assemble(compounds, effects=effects).sbml) == ()


def test_a_unit_error_is_a_complaint():
    text = models.assemble(ALKALOIDS).antimony.replace("GFR has L_per_h", "GFR has nmol")

    with pytest.raises(ModelError, match="complaints"):
        models.to_sbml(text)


def test_every_symbol_is_in_the_model_with_its_unit_and_meaning(whole):
    model = libsbml.readSBMLFromString(whole.sbml).getModel()

    for symbol in whole.symbols:
        element = model.getCompartment(symbol.name) if symbol.compartment else model.getParameter(symbol.name)
        assert element is not None, symbol.name
        assert element.getUnits() == symbol.unit
        assert symbol.meaning in whole.antimony


def test_nothing_in_the_model_lacks_a_declared_symbol(whole):
    model = libsbml.readSBMLFromString(whole.sbml).getModel()
    declared = {s.name for s in whole.symbols}
    free = {p.getId() for p in model.getListOfParameters() if p.getConstant()} - {"CYP2D6_liver_E"}

    assert free == {s.name for s in whole.symbols if not s.compartment}
    assert {c.getId() for c in model.getListOfCompartments()} == {s.name for s in whole.symbols if s.compartment}
    assert free <= declared


def test_a_symbol_without_value_is_named():
    with pytest.raises(ModelError, match="no value for model symbol V_bone"):
        models.assemble(ALKALOIDS, {"V_adipose": 15.0})


def test_an_unknown_compound_is_named_with_those_there_are():
    with pytest.raises(ModelError, match="'caffeine' is not in the model; it holds mitragynine, 7-hydroxymitragynine"):
        models.assemble(("caffeine",))


@cache
def symbols(*, effects):
    """Names of every number that the model of everything takes; it is put together once."""
    return tuple(s.name for s in models.assemble(EVERYTHING, effects=effects).symbols)


def flows():
    """Numbers for every symbol of a body whose flows add up; nothing else about it is meant to be real."""
    values = dict.fromkeys(symbols(effects=True), 1.0)
    organs = [name for name in values if name.startswith("Q_") and name not in {"Q_liver", "Q_cardiac", "Q_villi"}]
    values |= {name: 20.0 for name in organs if not name.endswith("_Q_inter")}
    values["Q_liver"] = 4 * 20.0
    values["Q_cardiac"] = 12 * 20.0
    values |= {name: 0.2 for name in values if name.startswith(("f_", "share_", "CYP3A_share"))}
    values |= {name: 0.3 for name in values if "_f_" in name or name.endswith("_fu")}
    return values


def closed():
    """A body that nothing leaves: no clearance, no loss in blood, no loss in acid."""
    values = flows()
    values |= {n: 0.0 for n in values if "_CLint_" in n or n.endswith(("_k_plasma", "_k_acid", "_k_acid_convert"))}
    return values


@pytest.fixture(scope="module")
def everything():
    """The model of everything in libRoadRunner, made once: its numbers are set for each case."""
    runner = roadrunner.RoadRunner(models.assemble(EVERYTHING, closed()).sbml)
    runner.integrator.relative_tolerance = 1e-10
    return runner


def amounts(runner, values, given):
    """Amount of every species over 100 h after a dose of 100 of one compound: names, (times, species)."""
    runner.resetAll()
    for name in symbols(effects=False):
        runner[name] = values[name]
    species = list(runner.model.getFloatingSpeciesIds())
    swallowed = [f"{given}_lumen_U_stomach", f"{given}_lumen_D_stomach"]
    entered = swallowed if swallowed[0] in species else [f"{given}_body_A_central"]  # what has no gut is injected
    for state in entered:
        runner[state] = 100.0 / len(entered)
    runner.timeCourseSelections = ["time", *species]
    return species, np.asarray(runner.simulate(0, 100, 30))[:, 1:]


@pytest.mark.parametrize("compound", EVERYTHING)
def test_no_amount_is_made_or_lost_without_elimination(compound, everything):
    species, found = amounts(everything, closed(), compound)
    own = [s.startswith(f"{compound}_") for s in species]

    np.testing.assert_allclose(found[:, own].sum(axis=1), 100.0, rtol=1e-8)
    assert np.abs(found[:, ~np.array(own)]).max() < 1e-8


@pytest.mark.parametrize(
    ("way", "swallowed", "made"),
    [
        ("_CLint_CYP3A", "mitragynine", "hydroxymitragynine"),
        ("_k_acid_convert", "hydroxymitragynine", "mitragynine"),
        ("_k_plasma", "hydroxymitragynine", "pseudoindoxyl"),
    ],
)
def test_what_becomes_another_compound_is_all_found_there(way, swallowed, made, everything):
    values = closed()
    values |= {name: 1.0 for name in values if name in {swallowed + way, f"{swallowed}_f_{made}"}}
    species, found = amounts(everything, values, swallowed)

    np.testing.assert_allclose(found.sum(axis=1), 100.0, rtol=1e-8)
    assert found[-1, [s.startswith(f"{made}_") for s in species]].sum() > 1.0


def test_receptor_occupancy_is_competition():
    values = flows() | {"mitragynine_Ki_MOR": 100.0, "hydroxymitragynine_Ki_MOR": 10.0, "MOR_load_other": 0.0}
    runner = roadrunner.RoadRunner(models.assemble(ALKALOIDS, values, effects=True).sbml)
    runner["mitragynine_brain_A"], runner["hydroxymitragynine_brain_A"] = 500.0, 70.0
    a, b = runner["mitragynine_brain_Cu"] / 100.0, runner["hydroxymitragynine_brain_Cu"] / 10.0

    assert runner["mitragynine_MOR_occupancy"] == pytest.approx(a / (1 + a + b))
    assert runner["MOR_occupancy"] == pytest.approx((a + b) / (1 + a + b))


def test_time_dependent_inhibition_lowers_the_enzyme_and_turnover_restores_it():
    values = flows() | {"kdeg_CYP3A_gut": 0.03, "kdeg_CYP3A_liver": 0.02}
    runner = roadrunner.RoadRunner(models.assemble(("mitragynine",), values).sbml)
    runner["mitragynine_lumen_D_stomach"] = 1e4
    runner.timeCourseSelections = ["time", "CYP3A_gut_active"]
    activity = np.asarray(runner.simulate(0, 400, 400))[:, 1]

    assert activity[0] == pytest.approx(runner["CYP3A_share_ileum"] * 3)
    assert activity.min() < 0.5 * activity[0]
    assert activity[-1] > 0.95 * activity[0]


MUSCLE = Composition(0.022, 0.0078, 2.42, 0.079, 0.666)
ADIPOSE = Composition(0.853, 0.0016, 0.4, 0.135, 0.009)
RED_CELLS = Composition(0.0012, 0.0033, 0.57, 0.0, 0.63)


def kp(**changes):
    base = {"pKa": 8.1, "logP": 3.5, "fu": 0.03, "BP": 1.0, "hematocrit": 0.45} | changes
    arrays = {name: np.asarray(value, dtype=float) for name, value in base.items()}
    found = models.partition(Base(**arrays), {"muscle": MUSCLE, "adipose": ADIPOSE}, RED_CELLS)
    return {name: float(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("changes", "muscle", "adipose"),
    [({}, 7.0, 2.6), ({"logP": 4.0}, 7.3, 6.5), ({"logP": 1.73}, 6.9, 1.2), ({"logP": 1.65, "fu": 0.27}, 5.8, 1.0)],
)
def test_partition_gives_the_tabulated_values(changes, muscle, adipose):
    # the table "Predicted Kp by tissue", PK-Sim human set, of the reference facts on partition methods
    found = kp(**changes)

    assert found["muscle"] == pytest.approx(muscle, abs=0.06)
    assert found["adipose"] == pytest.approx(adipose, abs=0.06)


def test_partition_refuses_a_weak_base():
    with pytest.raises(ModelError, match=r"pKa 6\.1"):
        kp(pKa=6.1)


def test_a_blood_to_plasma_ratio_too_low_for_the_base_binds_nothing_rather_than_less():
    assert kp(BP=0.5)["muscle"] > 0


@settings(max_examples=50, deadline=None)
@given(st.floats(0.01, 0.9), st.floats(0.7, 2.0), st.floats(0.3, 0.6))
def test_blood_to_plasma_and_red_cells_are_inverse(fu, ratio, hematocrit):
    arguments = [np.asarray(v) for v in (fu, ratio, hematocrit)]
    red_cell = models.red_cell_partition(*arguments)

    assert models.blood_to_plasma(red_cell, arguments[0], arguments[2]) == pytest.approx(ratio)


def test_the_parts_read_alone_in_antimony():
    folder = Path(models.__file__).parent / "parts"
    for name in models.part_names():
        text = (folder / f"{name}.ant").read_text(encoding="utf-8")
        assert text.startswith("//")
        assert len(text.splitlines()) < 60
