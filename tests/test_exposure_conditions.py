"""What conditions, food and forms do to exposure: the way that studies saw, or that the rows say."""

from pathlib import Path

import libsbml
import numpy as np
import pytest

from speciosa import cases, exposure, knowledge, models
from speciosa.cases import Cirrhosis, Form, KidneyDisease, Pregnancy, Regimen, Simulation
from speciosa.people import Who

TIMES = np.unique(np.concatenate([np.arange(0, 6, 0.1), np.arange(6, 24, 1.0), np.arange(24, 121, 6.0)]))
COMPOUNDS = ("mitragynine", "7-hydroxymitragynine", "midazolam")
HIM = Who(50, "M", 176, 75, "european", "normal", "non-expresser")
FED = Regimen("with food", "", (), "fed")


def setting(who=HIM, form=Form.LIQUID_EXTRACT, people=15):
    return exposure.setting(who, form, Simulation(people=people, draws=0, seed=1), COMPOUNDS)


def having(**states):
    return Who(50, states.pop("sex", "M"), 176, 75, "european", "normal", "non-expresser", **states)


def run(at, doses, symbol):
    ran = exposure.execute(exposure.plan(at, doses, TIMES, (symbol,)))
    assert ran.ok.all()
    return ran.values[:, :, 0]


def swallowed(at, mg=39.0, symbol="mitragynine_blood_C_plasma"):
    return run(at, exposure.enter(at, [(0.0, {"mitragynine": np.array(mg)})]), symbol)


def midazolam(at):
    """Oral AUC, AUC after injection, and half-life after injection, of each person."""
    nmol = (at.by_run["midazolam_probe_dose"] * 1e6 / at.by_run["midazolam_molar_mass"])[:, None]
    curves = [
        run(at, (np.zeros(1), (state,), nmol), "midazolam_body_C_plasma")
        for state in ("midazolam_lumen_U_stomach", "midazolam_body_A_central")
    ]
    rate = exposure.terminal_rate(curves[1], TIMES, 24.0)
    return *(exposure.auc(c, TIMES, 0.0, TIMES[-1]) for c in curves), np.log(2) / rate


@pytest.fixture(scope="module")
def ratios():
    """Midazolam in each grade of cirrhosis over the same people in health: oral AUC, clearance, half-life, F."""
    well = midazolam(setting())
    found = {}
    for grade in "ABC":
        oral, vein, half_life = midazolam(setting(having(cirrhosis=Cirrhosis(grade))))
        each = (oral / well[0], well[1] / vein, half_life / well[2], (oral / vein) / (well[0] / well[1]))
        found[grade] = [float(np.median(x)) for x in each]
    return found


def test_midazolam_in_cirrhosis_is_as_studies_found_it(ratios):
    """Two small studies, grades not printed: the model's grades A to C must hold them, and grade B be near."""
    known = knowledge.load()
    observed = {name: known.row(f"enzymes:{key}").number("value") for name, key in OBSERVED.items()}
    oral, clearance, half_life, available = ratios["B"]

    assert ratios["A"][0] < observed["oral AUC"] < ratios["C"][0]
    assert observed["oral AUC"] / 2 < oral < observed["oral AUC"] * 2
    assert observed["clearance"] / 2 < clearance < observed["clearance"]
    assert ratios["A"][2] < observed["half-life"] < ratios["C"][2]
    assert half_life == pytest.approx(observed["half-life, second study"], rel=0.25)
    assert available == pytest.approx(observed["bioavailability"], rel=0.25)


OBSERVED = {
    "oral AUC": "EN457",
    "clearance": "EN454",
    "half-life": "EN455",
    "half-life, second study": "EN460",
    "bioavailability": "EN456",
}


def test_the_worse_the_liver_the_more_of_the_medicine_is_left(ratios):
    oral, clearance, half_life, _ = zip(*(ratios[grade] for grade in "ABC"), strict=True)

    assert 1 < oral[0] < oral[1] < oral[2]
    assert 1 > clearance[0] > clearance[1] > clearance[2]
    assert 1 < half_life[0] < half_life[1] < half_life[2]


def test_mitragynine_stays_longer_in_cirrhosis_and_less_of_it_becomes_7oh():
    well, ill = setting(), setting(having(cirrhosis=Cirrhosis("C")))

    both = [exposure.auc(swallowed(at), TIMES, 0.0, 120.0) for at in (ill, well)]
    assert np.median(both[0] / both[1]) > 1.3
    made = [exposure.auc(swallowed(at, symbol=SEVEN_OH), TIMES, 0.0, 4.0) for at in (ill, well)]
    assert np.median(made[0] / made[1]) < 0.8


SEVEN_OH = "hydroxymitragynine_blood_C_plasma"


@pytest.mark.parametrize(
    "states",
    [{"cirrhosis": Cirrhosis("C")}, {"sex": "F", "pregnancy": Pregnancy(week=30.0)}],
    ids=["cirrhosis", "pregnancy"],
)
def test_nothing_is_lost_between_organs_when_blood_passes_the_liver(states):
    """With every elimination set to zero, what was swallowed stays in the body whole."""
    at = setting(having(**states), people=3)
    still = {name for name in at.values if "_CLint_" in name or name.endswith(("_k_plasma", "_k_acid", "_convert"))}
    at.values.update(dict.fromkeys(still, np.zeros(3)))
    at.values["GFR"] = np.zeros(3)
    doses = exposure.enter(at, [(0.0, {"mitragynine": np.array(39.0)})])
    kept = exposure.execute(exposure.plan(at, doses, TIMES, states_of(at, "mitragynine")))

    assert kept.values.sum(axis=2) == pytest.approx(
        np.full((3, TIMES.size), 1.0) * doses[2].sum(axis=1)[:, None], rel=1e-4
    )


def states_of(at, compound):
    model = libsbml.readSBMLFromString(at.assembly.sbml).getModel()
    return [s.getId() for s in model.getListOfSpecies() if s.getId().startswith(f"{compound}_")]


def test_kidney_disease_and_pregnancy_go_the_way_of_their_rows():
    well, kidneys = setting(), setting(having(kidney_disease=KidneyDisease(stage="5")))
    her, mother = setting(having(sex="F")), setting(having(sex="F", pregnancy=Pregnancy(week=30.0)))

    assert np.all(midazolam(kidneys)[0] > 1.2 * midazolam(well)[0])
    assert np.median(midazolam(mother)[1] / midazolam(her)[1]) < 0.9
    assert np.all(kidneys.values["GFR"] < 0.3 * well.values["GFR"])


# -- food and forms


def test_with_food_the_peak_is_later_and_lower_and_the_whole_about_the_same():
    at = setting()
    empty, table = swallowed(at), swallowed(exposure.with_food(at, FED))

    assert np.all(TIMES[table.argmax(axis=1)] > TIMES[empty.argmax(axis=1)])
    assert np.median(TIMES[table.argmax(axis=1)] - TIMES[empty.argmax(axis=1)]) > 0.7
    assert np.all(table.max(axis=1) < empty.max(axis=1))
    whole = [exposure.auc(c, TIMES, 0.0, 120.0) for c in (table, empty)]
    assert np.median(whole[0] / whole[1]) == pytest.approx(1.0, abs=0.15)


def test_without_food_the_setting_is_the_same():
    at = setting(people=2)

    assert exposure.with_food(at, Regimen("x", "", (), "fasted")) is at
    assert exposure.with_food(at, Regimen("x", "", ())) is at


def peaks():
    return {form: np.median(TIMES[swallowed(setting(form=form)).argmax(axis=1)]) for form in Form}


def test_every_form_peaks_in_its_order():
    """What is in solution comes first, then what dissolves at once, then powder, then what must fall apart."""
    peak = peaks()

    assert peak[Form.TEA] <= peak[Form.CHEWABLE] <= peak[Form.DRY_EXTRACT] <= peak[Form.POWDER]
    assert peak[Form.LIQUID_EXTRACT] <= peak[Form.CHEWABLE]
    assert peak[Form.POWDER] <= peak[Form.TABLET]
    assert peak[Form.POWDER] <= peak[Form.CAPSULE]
    assert all(0.5 < hours < 3.0 for hours in peak.values())


def test_every_form_has_what_it_needs():
    names = {row.name for row in knowledge.load().table("parameters")}

    for form in Form:
        assert {f"dissolution_{form}", f"accessible_{form}"} <= names


# -- a whole case


def case(**person):
    regimens = [
        {"name": name, "doses": [{"at": "20:00", "amount": "1 shot"}]} | ({"food": food} if food else {})
        for name, food in (("alone", None), ("dinner", "fed"))
    ]
    return cases.parse(
        {
            "asked_on": "2026-11-24",
            "product": {"known": "extract-45-shot"},
            "person": {"age": 45, "sex": "F", "weight": "66 kg", "height": "168 cm"} | person,
            "regimens": regimens,
            "simulation": {"people": 12, "draws": 0, "seed": 3},
        }
    )


def test_a_case_with_cirrhosis_and_food_is_simulated_and_says_what_it_did():
    ill = exposure.simulate(case(conditions=[{"name": "cirrhosis", "child_pugh": "C"}]))
    well = exposure.simulate(case())

    key = "mitragynine.auc"
    assert ill.scenarios[0].figure(key).value > 1.3 * well.scenarios[0].figure(key).value
    assert well.scenarios[1].figure("mitragynine.tmax").value > well.scenarios[0].figure("mitragynine.tmax").value + 0.5
    said = " ".join(ill.having)
    for words in ("cirrhosis (Child-Pugh C)", "With food (dinner)", "no study of kratom with food", "Whether alone"):
        assert words in said
    assert {run.scenario for run in ill.interactions} == {"alone", "dinner"}


def test_every_clearance_of_every_compound_follows_the_working_liver():
    """Also those of medicines and of compounds whose enzymes nobody knows."""
    compounds = (*exposure.alkaloids(("speciociliatine",)), *models.network().of_kind("medicine"))
    simulation = Simulation(people=4, draws=3, seed=1)
    well, ill = (
        exposure.setting(who, Form.TABLET, simulation, compounds) for who in (HIM, having(cirrhosis=Cirrhosis("C")))
    )
    left = knowledge.load().row("enzymes:EN439").number("value")
    strict = knowledge.load().row("enzymes:EN436").number("value")
    factor = left * (strict / left) ** well.by_run["liver_disease_exponent"]
    names = [name for name in well.values if "_CLint_" in name]

    assert len({name.split("_CLint_")[0] for name in names}) >= len(compounds)
    for name in names:
        assert ill.values[name] == pytest.approx(factor * well.values[name]), name


def test_what_a_disease_leaves_of_an_enzyme_is_uncertain_and_nothing_changes_in_health():
    simulation = Simulation(people=4, draws=3, seed=1)
    well, ill = (
        exposure.setting(who, Form.TABLET, simulation, COMPOUNDS) for who in (HIM, having(cirrhosis=Cirrhosis("B")))
    )

    exponent = well.by_run["disease_enzyme_exponent"]
    assert ill.values["CYP3A_liver"] == pytest.approx(0.4**exponent * well.values["CYP3A_liver"])
    assert np.array_equal(well.values["CYP3A_liver"], well.population.values["CYP3A_liver"][well.person])
    assert np.unique(exponent).size == 4


def test_every_alkaloid_of_a_tablet_waits_until_it_has_fallen_apart():
    names = (*exposure.alkaloids(("speciociliatine",)), "midazolam")
    at = exposure.setting(HIM, Form.TABLET, Simulation(people=2, draws=2, seed=1), names)

    whole = at.by_run["disintegration_tablet"] + 1 / at.by_run["dissolution_tablet"]
    for alkaloid in names[:-1]:
        assert at.values[f"{alkaloid}_k_diss"] == pytest.approx(1 / whole)
    assert np.all(at.values["midazolam_k_diss"] > 1 / whole), "the medicine is no kratom tablet"


def test_the_page_prints_what_the_model_says_of_midazolam_in_cirrhosis(ratios):
    page = (Path(__file__).parents[1] / "docs" / "people.md").read_text(encoding="utf-8")
    lines = page.split("| over health |", 1)[1].splitlines()[2:6]
    printed = [[float(cell) for cell in line.strip("|").split("|")[1:4]] for line in lines]

    computed = [[ratios[grade][i] for grade in "ABC"] for i in (0, 1, 2, 3)]
    np.testing.assert_allclose(printed, computed, rtol=0.06)
