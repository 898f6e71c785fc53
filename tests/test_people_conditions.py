"""Cirrhosis, kidney disease and pregnancy in virtual people: by the rows, balanced, and the same person otherwise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from speciosa import knowledge
from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.errors import CaseError
from speciosa.people import Who, _body, _disease, _draws, _pregnancy, _rows, _states, _traits, population

HER = Who(30, "F", 165, 65, "european", "normal", "non-expresser")
HIM = Who(55, "M", 178, 80, "european", "normal", "non-expresser")
PORTAL = ("gut", "pancreas", "spleen")
TRAITS = ("age_y", "height_cm", "weight_kg", "gastric_emptying_rel", "intestinal_transit_rel", "CYP3A_gut")


def having(who, n=200, seed=4, **states):
    return population(n, seed, replace(who, **states))


def row(key, column="value"):
    return knowledge.load().row(key).number(column)


def flows(crowd):
    return {name: value for name, value in crowd.values.items() if name.startswith("Q_")}


def made(who, n=50):
    """Body before and after what the person has."""
    drawn = _draws.numbers(n, 2)
    person, states = _traits.traits(drawn, who), _states.states(drawn, who)
    before = person
    if states.week is not None:
        before, person = _pregnancy.weights(person, states.week, told=who.weight_kg is not None)
    healthy = _body.body(drawn, before)
    return person, healthy, _disease.body(_pregnancy.body(healthy, states.week), states)


# -- cirrhosis


FACTORS = {  # value → rows of grades A, B, C
    "CYP3A_liver": ("EN404", "EN405", "EN406"),
    "CYP2D6_liver": ("EN431", "EN432", "EN433"),
    "CYP2C19_liver": ("EN428", "EN429", "EN430"),
    "gfr_mL_min": ("EN401", "EN402", "EN403"),
    "hematocrit": ("EN398", "EN399", "EN400"),
    "binding_rel": ("EN395", "EN396", "EN397"),
    "V_liver": ("EN437", "EN438", "EN439"),
}


@pytest.mark.parametrize("grade", ["A", "B", "C"])
@pytest.mark.parametrize("name", FACTORS)
def test_cirrhosis_multiplies_what_the_rows_name(name, grade):
    well, ill = having(HIM), having(HIM, cirrhosis=Cirrhosis(grade))

    factor = row(f"enzymes:{FACTORS[name]['ABC'.index(grade)]}")
    assert ill.values[name] == pytest.approx(factor * well.values[name], rel=1e-12)


@pytest.mark.parametrize(
    ("grade", "output", "portal", "artery", "kidney"),
    [
        ("A", "EN389", "EN377", "EN380", "EN383"),
        ("B", "EN390", "EN378", "EN381", "EN384"),
        ("C", "EN391", "EN379", "EN382", "EN385"),
    ],
)
def test_blood_flow_in_cirrhosis_adds_up_and_passes_the_liver(grade, output, portal, artery, kidney):
    well, ill = having(HIM), having(HIM, cirrhosis=Cirrhosis(grade))

    whole, whole_ill = sum(flows(well).values()), sum(flows(ill).values())
    assert whole_ill == pytest.approx(row(f"enzymes:{output}") * whole)
    for organ, key in (("hepatic_artery", artery), ("kidney", kidney)):
        assert ill.values[f"Q_{organ}"] == pytest.approx(row(f"enzymes:{key}") * well.values[f"Q_{organ}"])
    assert ill.values["Q_brain"] == pytest.approx(well.values["Q_brain"])
    drained = sum(ill.values[f"Q_{organ}"] for organ in PORTAL)
    healthy = sum(well.values[f"Q_{organ}"] for organ in PORTAL)
    assert drained * (1 - ill.values["portal_shunt"]) == pytest.approx(row(f"enzymes:{portal}") * healthy)
    assert all(np.all(flow > 0) for flow in flows(ill).values())


def test_the_working_liver_lies_between_both_readings_of_the_rows():
    """Functional mass and volume are two recalled sets; the exponent of the draws goes from one to the other."""
    well, ill = having(HIM), having(HIM, cirrhosis=Cirrhosis("C"))

    strict = ill.values["V_liver"] * ill.values["liver_function"] / well.values["V_liver"]
    assert strict == pytest.approx(row("enzymes:EN436"))
    assert np.all(well.values["liver_function"] == 1)


def test_a_grade_that_was_not_told_is_drawn_and_said():
    crowd = having(HIM, n=3000, cirrhosis=Cirrhosis())

    share = [crowd.labels["child_pugh"].count(grade) / 3000 for grade in "ABC"]
    assert share == pytest.approx([1 / 3] * 3, abs=0.03)
    said = " ".join(crowd.having)
    assert "No Child-Pugh grade was told" in said
    assert "None of this makes kratom acceptable" in said
    told = " ".join(having(HIM, n=5, cirrhosis=Cirrhosis("B")).having)
    assert "(Child-Pugh B)" in told
    assert "No Child-Pugh grade" not in told


# -- kidney disease


def test_filtration_is_what_was_told():
    crowd = having(HIM, kidney_disease=KidneyDisease(egfr=35.0))

    bsa = np.sqrt(178 * 80 / 3600)
    assert crowd.values["gfr_mL_min"] == pytest.approx(35.0 * bsa / 1.73, rel=1e-3)
    assert crowd.values["liver_function"] == pytest.approx(_rows.number("prior:ckd_liver_stage_3"))


@pytest.mark.parametrize(
    ("stage", "low", "high"),
    [("1", 90, 120), ("2", 60, 90), ("3", 30, 60), ("3a", 45, 60), ("3b", 30, 45), ("4", 15, 30), ("5", 5, 15)],
)
def test_a_stage_is_its_range_and_people_keep_their_rank(stage, low, high):
    well, ill = having(HIM), having(HIM, kidney_disease=KidneyDisease(stage=stage))

    egfr = ill.values["gfr_mL_min"] * 1.73 / np.sqrt(178 * 80 / 3600)
    assert egfr.min() >= low * 0.999
    assert egfr.max() <= high * 1.001
    assert np.array_equal(np.argsort(egfr), np.argsort(well.values["gfr_mL_min"]))


def test_worse_kidneys_leave_less_of_the_liver():
    left = [having(HIM, n=1, kidney_disease=KidneyDisease(egfr=e)).values["liver_function"][0] for e in (80, 45, 20, 8)]

    assert left[0] == 1
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == 4


def test_kidney_disease_of_unknown_stage_is_drawn_and_said():
    crowd = having(HIM, n=2000, kidney_disease=KidneyDisease())

    egfr = crowd.values["gfr_mL_min"] * 1.73 / np.sqrt(178 * 80 / 3600)
    assert 15 <= egfr.min() < 17
    assert 58 < egfr.max() <= 60.1
    assert "Neither filtration nor stage was told" in " ".join(crowd.having)


# -- pregnancy


def kapraun(week):
    """The functions of the rows, written out: plasma L, haematocrit %, output L/h, filtration mL/min."""
    return (
        2.5 + 1.24 / (1 + np.exp(-0.313 * (week - 17.8))),
        39.2 - 0.106 * week - 0.00071 * week**2,
        302 + 3.25 * week + 0.159 * week**2 - 0.00471 * week**3,
        114 + 3.58 * week - 0.0673 * week**2,
    )


@pytest.mark.parametrize("week", [8.0, 20.0, 30.0, 39.0])
def test_pregnancy_follows_the_functions_of_the_week(week):
    gain = -0.0106 * week + 0.0292 * week**2 - 0.000502 * week**3
    before = having(Who(30, "F", 165, 65 - gain, "european", "normal", "non-expresser"))
    crowd = having(HER, pregnancy=Pregnancy(week=week))
    plasma, hct, output, gfr = kapraun(week)
    plasma_0, hct_0, output_0, gfr_0 = kapraun(0.0)

    assert crowd.values["hematocrit"] == pytest.approx(before.values["hematocrit"] * hct / hct_0)
    assert crowd.values["gfr_mL_min"] == pytest.approx(before.values["gfr_mL_min"] * gfr / gfr_0)
    whole = sum(flows(crowd).values())
    assert whole == pytest.approx(sum(flows(before).values()) * output / output_0)
    blood = [c.values["V_arterial"] + c.values["V_venous"] for c in (crowd, before)]
    assert blood[0] / blood[1] == pytest.approx(plasma / (1 - hct / 100) / (plasma_0 / (1 - hct_0 / 100)))
    trimester = int(week >= 14) + int(week >= 28)
    for enzyme, first in (("CYP3A", 185), ("CYP2D6", 182), ("CYP2C19", 179)):
        factor = 1 + row(f"scaling:SC{first + trimester}") / 100
        assert crowd.values[f"{enzyme}_liver"] == pytest.approx(factor * before.values[f"{enzyme}_liver"])
    assert np.all(crowd.values["weight_kg"] == 65)


LATE = Pregnancy(week=30.0)


def test_in_week_30_the_figures_are_those_of_late_pregnancy():
    gain = float(_pregnancy.gain(np.array([30.0]))[0])
    her, mother = (having(replace(HER, weight_kg=65 + kg), pregnancy=p) for kg, p in ((0, None), (gain, LATE)))

    assert np.median(mother.values["gfr_mL_min"] / her.values["gfr_mL_min"]) == pytest.approx(1.41, abs=0.01)
    assert np.median(mother.values["hematocrit"]) == pytest.approx(0.355, abs=0.015)
    plasma = (mother.values["V_arterial"] + mother.values["V_venous"]) * (1 - mother.values["hematocrit"])
    assert np.median(plasma) == pytest.approx(3.7, abs=0.5)
    assert mother.values["CYP3A_liver"] == pytest.approx(1.38 * her.values["CYP3A_liver"])


def test_flows_of_pregnancy_follow_their_rows():
    _, healthy, pregnant = made(Who(30, "F", 165, 65, pregnancy=Pregnancy(week=32.0)))
    output = sum(pregnant.flow.values()) / sum(healthy.flow.values())

    liver = ("gut", "pancreas", "spleen", "hepatic_artery")
    ratio = sum(pregnant.flow[o] for o in liver) / sum(healthy.flow[o] for o in liver)
    assert np.median(ratio / output) == pytest.approx((27 - 7 * 32 / 40) / 27, rel=0.03)
    assert pregnant.flow["gut"] / healthy.flow["gut"] / output == pytest.approx((17 - 4.5 * 32 / 40) / 17)
    assert pregnant.flow["brain"] == pytest.approx(healthy.flow["brain"])
    assert np.all(pregnant.flow["rest"] > healthy.flow["rest"]), "the placenta takes its share"


def test_a_trimester_is_drawn_within_its_weeks_and_unknown_over_all():
    def weeks(**told):
        return _states.states(_draws.numbers(500, 1), Who(sex="F", pregnancy=Pregnancy(**told)))

    for trimester, (low, high) in enumerate(((1, 14), (14, 28), (28, 40)), 1):
        drawn = weeks(trimester=trimester)
        assert low <= drawn.week.min() < drawn.week.max() <= high
        assert set(_pregnancy.trimester(drawn.week)) == {trimester - 1}
    assert set(_pregnancy.trimester(weeks().week)) == {0, 1, 2}
    assert "No week was told" in " ".join(having(HER, n=2, pregnancy=Pregnancy()).having)


def test_pregnancy_is_never_computed_for_a_man():
    with pytest.raises(CaseError, match="sex F"):
        Who(sex="M", pregnancy=Pregnancy(week=20.0))


# -- all of them


@pytest.mark.parametrize(
    "states",
    [
        {"cirrhosis": Cirrhosis("C")},
        {"kidney_disease": KidneyDisease(stage="4")},
        {"pregnancy": Pregnancy(week=36.0)},
        {"cirrhosis": Cirrhosis(), "kidney_disease": KidneyDisease(), "pregnancy": Pregnancy()},
    ],
    ids=["cirrhosis", "kidneys", "pregnancy", "all"],
)
def test_the_person_is_the_same_apart_from_what_the_condition_changes(states):
    well, ill = having(HER), having(HER, **states)
    few = having(HER, n=7, **states)

    for name in TRAITS:
        assert np.array_equal(well.values[name], ill.values[name]), name
    assert all(well.labels[name] == ill.labels[name] for name in well.labels)
    for name, value in few.values.items():
        assert value.tobytes() == ill.values[name][:7].tobytes(), name


@pytest.mark.parametrize(
    "states",
    [{"cirrhosis": Cirrhosis("C")}, {"pregnancy": Pregnancy(week=39.0)}, {"pregnancy": Pregnancy(week=3.0)}],
    ids=["cirrhosis", "term", "early"],
)
def test_organs_still_weigh_what_the_person_weighs(states):
    person, _, body = made(Who(30, "F", 165, 65, **states))

    assert sum(body.mass.values()) == pytest.approx(person.weight, rel=1e-12)
    assert all(np.all(kg > 0) for kg in body.mass.values())


def test_old_age_has_a_smaller_liver_less_output_and_less_filtration():
    young, old = (population(2000, 1, Who(age, "F", 165, 65)).values for age in (30, 80))

    assert np.median(old["V_liver"] / young["V_liver"]) == pytest.approx((1 - 0.0045 * 50) / (1 - 0.0045 * 5), rel=1e-6)
    output = [sum(v for k, v in x.items() if k.startswith("Q_")) for x in (old, young)]
    assert np.median(output[0] / output[1]) == pytest.approx((1 - 0.005 * 55) / (1 - 0.005 * 5), rel=1e-6)
    assert np.median(old["gfr_mL_min"]) < 0.75 * np.median(young["gfr_mL_min"])


def test_a_condition_that_is_computed_is_not_called_missing():
    who = Who(*(30, "F", 165, 65, "european", "normal", "expresser"), ("cirrhosis",), cirrhosis=Cirrhosis("A"))

    crowd = population(3, 1, who)
    (note,) = crowd.having
    assert crowd.notes == ()
    assert note.startswith("The virtual people have cirrhosis (Child-Pugh A).")
    assert {"enzymes:EN404", "enzymes:EN377", "priors:PR1017"} <= set(crowd.rows)
    healthy = population(3, 1, who.healthy)
    assert (healthy.having, healthy.rows) == ((), ())


def test_every_row_behind_a_pregnancy_is_named():
    rows = having(HER, n=2, pregnancy=Pregnancy(week=20.0)).rows

    assert {f"scaling:SC{n}" for n in (*range(157, 169), 172, *range(179, 188))} <= set(rows)
    assert all(knowledge.load().row(key) for key in rows)


# -- CYP2C19


def test_cyp2c19_has_the_frequencies_of_the_rows():
    words = population(6000, 3, Who(ancestry="east_asian")).labels["CYP2C19"]

    assert words.count("poor") / 6000 == pytest.approx(0.13, abs=0.015)
    assert words.count("intermediate") / 6000 == pytest.approx(0.46, abs=0.02)


def test_cyp2c19_activity_follows_the_phenotype():
    def activity(word):
        return population(50, 3, Who(cyp2c19=word)).values["CYP2C19_liver"]

    normal = activity("normal")
    expected = {"poor": 0.0, "intermediate": 0.5, "rapid": 1.3, "ultrarapid": 1.6}
    for word, factor in expected.items():
        assert activity(word) == pytest.approx(factor * normal)


# -- the page


PAGE = (Path(__file__).parents[1] / "docs" / "people.md").read_text(encoding="utf-8")


def table(heading):
    """Cells of the first table behind a heading of the page, by the first cell of each line."""
    lines = PAGE.split(heading, 1)[1].split("\n\n")[1].splitlines()[2:]
    return {cells[0]: cells[1:] for cells in ([c.strip() for c in line.strip("|").split("|")] for line in lines)}


def test_the_page_prints_the_factors_of_the_rows():
    printed = table("**Cirrhosis**")
    names = {
        "cardiac output": "cardiac_output",
        "portal blood that reaches the liver": "portal_flow",
        "flow of the hepatic artery": "hepatic_artery_flow",
        "flow of the kidneys": "kidney_flow",
        "volume of the liver": "liver_volume",
        "CYP3A, per gram of that": "CYP3A_liver",
        "CYP2D6, likewise": "CYP2D6_liver",
        "CYP2C19, likewise": "CYP2C19_liver",
        "alpha-1-acid glycoprotein": "binding_rel",
        "haematocrit": "hematocrit",
        "filtration": "gfr_mL_min",
    }
    declared = _rows.declared()["cirrhosis"]

    assert set(declared) == {*names.values(), "share", "functional_mass"}
    for words, name in names.items():
        assert [float(cell) for cell in printed[words][:3]] == [_rows.number(declared[name][g]) for g in "ABC"]


def test_the_page_prints_the_functions_of_pregnancy():
    printed = table("**Pregnancy**, by")
    week = np.array([30.0])
    ratios = {
        "cardiac output": "pregnant_cardiac_output",
        "plasma": "pregnant_plasma",
        "haematocrit": "pregnant_hematocrit",
        "filtration": "pregnant_filtration",
        "alpha-1-acid glycoprotein": "pregnant_binding_protein",
    }

    for words, name in ratios.items():
        assert float(printed[words][0]) == pytest.approx(float(_pregnancy._ratio(name, week)[0]), abs=0.006), words
    assert printed["weight"][0].startswith(f"+ {float(_pregnancy.gain(week)[0]):.1f} kg")
    assert printed["fat"][0] == f"+ {float(_pregnancy._more('pregnant_adipose', week)[0]):.1f} kg"
