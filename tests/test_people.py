"""Virtual people: the same by number, within the rows they are drawn from, honest about what is left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa import cases, knowledge, models, people
from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy
from speciosa.errors import CaseError
from speciosa.people import Who, _body, _draws, _rows, _traits, population

ICRP = {
    "M": Who(age_y=25, sex="M", height_cm=176, weight_kg=73),
    "F": Who(age_y=25, sex="F", height_cm=163, weight_kg=60),
}
VOLUMES = {f"V_{organ}" for organ in (*models.ORGANS, "arterial", "venous")}
FLOWS = {
    f"Q_{organ}"
    for organ in (
        "adipose", "bone", "brain", "gut", "heart", "kidney", "muscle", "pancreas", "skin", "spleen", "rest",
        "hepatic_artery",
    )
}  # fmt: skip
OTHER = {
    "age_y",
    "height_cm",
    "weight_kg",
    "hematocrit",
    "binding_rel",
    "gfr_mL_min",
    "gastric_emptying_rel",
    "intestinal_transit_rel",
    "CYP3A_liver",
    "CYP3A_gut",
    "CYP2D6_liver",
    "CYP2C19_liver",
}
POOR_HAVE_NONE = {"CYP2D6_liver", "CYP2C19_liver"}
# the same for everybody who is healthy
HEALTHY = {"liver_function", "portal_shunt", *(f"CYP{name}_liver_disease" for name in ("3A", "2C19", "2D6"))}


@pytest.fixture(scope="module")
def anyone():
    return population(6000, 7, Who())


@pytest.fixture(scope="module", params=["F", "M"])
def alike(request):
    """Many people of the age, height and weight of the reference person, and that sex."""
    return request.param, population(3000, 3, ICRP[request.param])


def made(n, seed, who):
    drawn = _draws.numbers(n, seed)
    person = _traits.traits(drawn, who)
    return person, _body.body(drawn, person)


# -- names and shapes


def test_a_population_holds_exactly_the_values_that_a_plan_needs(anyone):
    assert set(anyone.values) == VOLUMES | FLOWS | OTHER | HEALTHY
    assert {value.shape for value in anyone.values.values()} == {(6000,)}
    assert anyone.size == 6000


def test_values_cannot_be_changed(anyone):
    with pytest.raises(ValueError, match="read-only"):
        anyone.values["V_liver"][0] = 1.0


def test_labels_name_one_word_per_person(anyone):
    assert {name: len(words) for name, words in anyone.labels.items()} == dict.fromkeys(
        ("sex", "ancestry", "CYP2D6", "CYP2C19", "CYP3A5"), 6000
    )


def test_ancestries_are_those_that_a_case_may_name():
    assert set(people.ancestries()) == set(cases.ANCESTRIES)


@pytest.mark.parametrize(
    "words",
    [{"sex": "X"}, {"cyp2d6": "fast"}, {"cyp2c19": "fast"}, {"cyp3a5": "yes"}, {"ancestry": "martian"}],
    ids=lambda w: next(iter(w)),
)
def test_an_unknown_word_is_refused_with_the_known_ones(words):
    with pytest.raises(CaseError, match="expected one of"):
        Who(**words)


# -- the same person by number


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 17, 64, 333])
@pytest.mark.parametrize("who", [Who(), ICRP["F"], Who(age_y=50, weight_kg=80)], ids=["anyone", "woman", "weight only"])
def test_a_person_is_the_same_bit_for_bit_in_any_population(n, who):
    few, many = population(n, 11, who), population(500, 11, who)

    for name, value in few.values.items():
        assert value.tobytes() == many.values[name][:n].tobytes(), name
    for name, words in few.labels.items():
        assert words == many.labels[name][:n]


def test_another_seed_gives_other_people():
    one, other = population(50, 1, Who()), population(50, 2, Who())

    for name in OTHER - POOR_HAVE_NONE:  # all poor metabolisers have none
        assert not np.any(one.values[name] == other.values[name]), name


def test_large_seeds_that_differ_little_give_other_people():
    one, other = population(5, 2**64 - 1, Who()), population(5, 2**64 - 2, Who())

    assert not np.any(one.values["hematocrit"] == other.values["hematocrit"])


def test_people_of_one_seed_differ(anyone):
    for name in (VOLUMES | FLOWS | OTHER) - POOR_HAVE_NONE:
        assert np.unique(anyone.values[name]).size > 5900, name


def test_a_fixed_trait_does_not_change_the_others():
    """The genotype that a person has does not depend on whether the height was told."""
    told, not_told = population(200, 5, Who(height_cm=170)), population(200, 5, Who())

    for name in ("hematocrit", "CYP3A_gut", "gastric_emptying_rel", "CYP2D6_liver"):
        assert np.array_equal(told.values[name], not_told.values[name])
    assert told.labels == not_told.labels


def test_every_random_number_is_used_once():
    assert len(set(_draws.NAMES)) == len(_draws.NAMES) <= _draws.BLOCK
    assert _draws.BLOCK % 4 == 0
    drawn = _draws.numbers(4000, 1)
    correlation = np.corrcoef(drawn.table) - np.eye(len(_draws.NAMES))
    assert np.max(np.abs(correlation)) < 0.08
    assert 0.0 < drawn.table.min() < drawn.table.max() < 1.0


# -- what is fixed stays


def test_fixed_values_are_those_of_everyone():
    who = Who(44, "F", 171.5, 66.2, "latino", "ultrarapid", "expresser", cyp2c19="rapid")
    crowd = population(40, 1, who)

    assert np.all(crowd.values["age_y"] == 44)
    assert np.all(crowd.values["height_cm"] == 171.5)
    assert np.all(crowd.values["weight_kg"] == 66.2)
    assert {name: set(words) for name, words in crowd.labels.items()} == {
        "sex": {"F"},
        "ancestry": {"latino"},
        "CYP2D6": {"ultrarapid"},
        "CYP2C19": {"rapid"},
        "CYP3A5": {"expresser"},
    }


# -- balances


def test_organs_weigh_what_the_person_weighs(anyone):
    person, body = made(2000, 7, Who())

    assert sum(body.mass.values()) == pytest.approx(person.weight, rel=1e-12)
    density = {organ: _rows.number(entry["density"]) for organ, entry in _rows.declared()["organs"].items()}
    density["adipose"] = _rows.number(_rows.declared()["adipose_density"])
    blood = (body.volume["arterial"] + body.volume["venous"]) * density.pop("blood")
    weighed = blood + sum(body.volume[organ] * kg_per_litre for organ, kg_per_litre in density.items())
    assert weighed == pytest.approx(person.weight, rel=1e-12)
    for organ in models.ORGANS:
        assert np.array_equal(body.volume[organ], anyone.values[f"V_{organ}"][:2000])


def test_flows_add_up_to_the_cardiac_output(alike):
    sex, crowd = alike
    total = sum(value for name, value in crowd.values.items() if name.startswith("Q_"))
    reference = knowledge.load().row({"M": "organs:OR045", "F": "organs:OR046"}[sex]).number("value") * 60

    assert np.median(total) == pytest.approx(1.05 * reference, rel=0.01)  # 1.05 at 25 years (scaling:SC128)
    assert np.std(np.log(total)) == pytest.approx(0.05, rel=0.1)


def test_arterial_and_venous_blood_share_by_the_rows(anyone):
    share = anyone.values["V_arterial"] / (anyone.values["V_arterial"] + anyone.values["V_venous"])

    assert share == pytest.approx(10.5 / 33.0)


def test_no_one_has_less_than_the_least_fat():
    least = _rows.number("prior:minimal_fat_share")
    person, body = made(4000, 2, Who(age_y=20, sex="M", height_cm=185, weight_kg=55))

    assert np.any(body.squeezed)
    assert np.all(body.mass["adipose"] >= least * person.weight * (1 - 1e-9))
    assert body.mass["adipose"][body.squeezed] == pytest.approx(least * person.weight[body.squeezed])


# -- medians against the rows


@pytest.mark.parametrize("organ", [o for o in models.ORGANS if o != "adipose"])
def test_the_median_organ_of_the_reference_person_is_that_of_the_rows(organ, alike):
    sex, crowd = alike
    entry = _rows.declared()["organs"][organ]
    brain = {"F": ["organs:OR006"], "M": ["organs:OR005"]}
    mass = _rows.by_sex(entry.get("mass", brain))["FM".index(sex)]

    assert np.median(crowd.values[f"V_{organ}"]) == pytest.approx(mass / _rows.number(entry["density"]), rel=0.1)


def test_fat_and_blood_of_the_reference_person_are_near_the_rows(alike):
    sex, crowd = alike
    fat, blood = {"M": (14.6, 5.6), "F": (18.0, 4.1)}[sex]

    assert np.median(crowd.values["V_adipose"]) * 0.916 == pytest.approx(fat, rel=0.15)
    assert np.median(crowd.values["V_arterial"] + crowd.values["V_venous"]) * 1.06 == pytest.approx(blood, rel=0.06)


@pytest.mark.parametrize(("flow", "men", "women"), [("kidney", 19, 17), ("gut", 15, 17), ("hepatic_artery", 6.5, 6.5)])
def test_flows_are_shared_out_by_the_rows(flow, men, women, alike):
    sex, crowd = alike
    total = sum(value for name, value in crowd.values.items() if name.startswith("Q_"))

    share = np.median(crowd.values[f"Q_{flow}"] / total) * 100
    assert share == pytest.approx(men if sex == "M" else women, rel=0.01)


@pytest.mark.parametrize("name", ["binding_rel", "gastric_emptying_rel", "intestinal_transit_rel"])
def test_relative_values_have_a_median_of_one(name, anyone):
    assert np.median(anyone.values[name]) == pytest.approx(1.0, abs=0.04)


@pytest.mark.parametrize("name", ["CYP3A_liver", "CYP3A_gut", "CYP2D6_liver", "CYP2C19_liver"])
def test_the_typical_person_has_an_enzyme_activity_of_one(name):
    crowd = population(6000, 9, Who(cyp2d6="normal", cyp2c19="normal", cyp3a5="non-expresser"))

    assert np.median(crowd.values[name]) == pytest.approx(1.0, abs=0.04)


def test_height_weight_and_blood_follow_the_survey():
    known = knowledge.load()
    crowd = population(6000, 4, Who(age_y=45, sex="M"))
    height, weight = crowd.values["height_cm"], crowd.values["weight_kg"]

    assert height.mean() == pytest.approx(known.row("scaling:SC013").number("value"), abs=0.5)
    assert height.std() == pytest.approx(known.row("scaling:SC013").number("sd"), rel=0.08)
    assert np.median(weight) == pytest.approx(known.row("scaling:SC014").number("value"), rel=0.02)
    assert np.std(np.log(weight)) == pytest.approx(known.row("scaling:SC014").number("sdlog"), rel=0.08)
    correlation = np.corrcoef(np.log(height), np.log(weight))[0, 1]
    assert correlation == pytest.approx(known.row("scaling:SC018").number("value"), abs=0.06)
    assert crowd.values["hematocrit"].mean() == pytest.approx(0.447, abs=0.003)


def test_ancestry_shifts_height_as_the_survey_does():
    height = {
        group: population(3000, 4, Who(sex="F", ancestry=group)).values["height_cm"].mean()
        for group in ("european", "latino")
    }

    assert height["european"] - height["latino"] == pytest.approx(163.0 - 157.3, abs=0.3)


def test_creatinine_gives_the_usual_filtration():
    young, old = (population(2000, 4, Who(age_y=age)).values["gfr_mL_min"] for age in (25, 85))

    assert 105 < np.median(young) < 150
    assert 45 < np.median(old) < 85


# -- correlations


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("height_cm", "weight_kg", 0.4, 0.7),
        ("weight_kg", "V_adipose", 0.6, 0.99),
        ("weight_kg", "V_liver", 0.3, 0.9),
        ("height_cm", "V_muscle", 0.4, 0.95),
        ("V_liver", "V_kidney", 0.2, 0.7),
        ("Q_gut", "Q_hepatic_artery", 0.3, 0.99),
        ("age_y", "Q_kidney", -0.8, -0.2),
        ("age_y", "gfr_mL_min", -0.9, -0.3),
        ("age_y", "V_muscle", -0.6, -0.05),
        ("CYP3A_liver", "CYP3A_gut", -0.05, 0.15),
        ("hematocrit", "CYP3A_liver", -0.05, 0.05),
    ],
)
def test_what_goes_together_and_what_does_not(one, other, low, high, anyone):
    correlation = np.corrcoef(anyone.values[one], anyone.values[other])[0, 1]

    assert low < correlation < high


def test_a_tall_person_is_heavier_and_a_heavy_person_taller():
    tall, short = (population(500, 2, Who(age_y=40, sex="F", height_cm=h)) for h in (180, 150))
    heavy, light = (population(500, 2, Who(age_y=40, sex="F", weight_kg=w)) for w in (120, 50))

    assert np.all(tall.values["weight_kg"] > short.values["weight_kg"])
    assert np.all(heavy.values["height_cm"] > light.values["height_cm"])


# -- genotypes


@pytest.mark.parametrize("ancestry", people.ancestries())
def test_phenotypes_have_the_frequencies_of_the_rows(ancestry):
    n = 4000
    crowd = population(n, 21, Who(ancestry=ancestry))
    entry = _rows.declared()["ancestry"][ancestry]
    percent = {phenotype: _rows.number(key) for phenotype, key in entry["CYP2D6"].items()}
    expected = {phenotype: p / sum(percent.values()) for phenotype, p in percent.items()}

    for phenotype, p in expected.items():
        seen = crowd.labels["CYP2D6"].count(phenotype) / n
        assert abs(seen - p) < 4.5 * np.sqrt(p * (1 - p) / n), phenotype
    p = _rows.number(entry["CYP3A5_non_expresser"]) / 100
    assert abs(crowd.labels["CYP3A5"].count("non-expresser") / n - p) < 4.5 * np.sqrt(p * (1 - p) / n)


def test_the_mixture_adds_up_and_is_drawn(anyone):
    shares = _traits.shares()

    assert sum(shares.values()) == pytest.approx(1.0)
    for group, share in shares.items():
        seen = anyone.labels["ancestry"].count(group) / anyone.size
        assert abs(seen - share) <= 4.5 * np.sqrt(share * (1 - share) / anyone.size)


def test_activity_follows_the_phenotype():
    medians = {
        p: np.median(population(4000, 2, Who(cyp2d6=p)).values["CYP2D6_liver"]) for p in ("poor", "intermediate")
    }
    fast = np.median(population(4000, 2, Who(cyp2d6="ultrarapid")).values["CYP2D6_liver"])

    assert medians["poor"] == 0.0
    assert medians["intermediate"] == pytest.approx(0.40, rel=0.04)
    assert fast == pytest.approx(1.70, rel=0.04)


def test_expressers_have_more_cyp3a_in_liver_and_gut_alike():
    some, none = (population(50, 2, Who(cyp3a5=p)) for p in ("expresser", "non-expresser"))
    more = _rows.number("prior:CYP3A5_expresser_factor")

    for organ in ("liver", "gut"):
        assert some.values[f"CYP3A_{organ}"] == pytest.approx(more * none.values[f"CYP3A_{organ}"])


# -- extremes


@pytest.mark.parametrize("sex", ["F", "M"])
@pytest.mark.parametrize("age", [12, 18, 95, 110])
@pytest.mark.parametrize(("height", "weight"), [(140, 30), (200, 300), (100, 90), (250, 65), (170, 70)])
def test_extreme_bodies_give_finite_positive_values(sex, age, height, weight):
    crowd = population(200, 1, Who(age, sex, height, weight, cyp2d6="normal", cyp2c19="normal"))

    for name, value in crowd.values.items():
        assert np.all(np.isfinite(value) & ((value > 0) | (name == "portal_shunt"))), name


@st.composite
def someone(draw):
    maybe = {
        "age_y": st.floats(12, 110),
        "sex": st.sampled_from(["F", "M"]),
        "height_cm": st.floats(100, 250),
        "weight_kg": st.floats(25, 350),
        "ancestry": st.sampled_from(people.ancestries()),
        "cyp2d6": st.sampled_from(["poor", "intermediate", "normal", "ultrarapid"]),
        "cyp2c19": st.sampled_from(["poor", "intermediate", "normal", "rapid", "ultrarapid"]),
        "cyp3a5": st.sampled_from(["expresser", "non-expresser"]),
        "cirrhosis": st.builds(Cirrhosis, st.sampled_from([None, "A", "B", "C"])),
        "kidney_disease": st.builds(KidneyDisease, st.none() | st.floats(2, 200)),
        "pregnancy": st.builds(Pregnancy, st.none() | st.floats(1, 42)),
    }
    drawn = {name: draw(st.none() | values) for name, values in maybe.items()}
    if drawn["sex"] != "F":
        drawn["pregnancy"] = None
    return Who(**drawn)


@given(who=someone(), seed=st.integers(0, 2**64 - 1))
@settings(max_examples=150, deadline=None)
def test_anyone_can_be_drawn(who, seed):
    crowd = population(8, seed, who)

    for name, value in crowd.values.items():
        least = 0.0 if name in POOR_HAVE_NONE | {"portal_shunt"} else np.nextafter(0.0, 1.0)
        assert np.all(np.isfinite(value) & (value >= least)), name
    litres = sum(crowd.values[name] for name in VOLUMES)
    assert np.all((litres > 0.8 * crowd.values["weight_kg"]) & (litres < 1.1 * crowd.values["weight_kg"]))
    for name in ("age_y", "height_cm", "weight_kg"):
        fixed = getattr(who, name)
        assert fixed is None or np.all(crowd.values[name] == fixed)


# -- notes


def test_nothing_is_noted_of_a_healthy_adult_of_whom_all_is_known():
    who = Who(35, "F", 165, 62, "european", "normal", "expresser", ("anxiety", "adrenal adenoma"))

    assert population(20, 1, who).notes == ()


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ("Pregnancy", "not pregnant"),
        ("alcoholic liver disease", "healthy livers"),
        ("chronic hepatitis C", "healthy livers"),
        ("renal failure", "filtration"),
        ("CKD stage 3", "filtration"),
        ("heart failure", "healthy hearts"),
        ("gastroparesis", "healthy guts"),
        ("rheumatoid arthritis", "neither"),
    ],
)
def test_a_condition_that_changes_the_body_is_noted_with_the_words_of_the_person(condition, word):
    who = Who(35, "F", 165, 62, "european", "normal", "expresser", (condition,))

    (note,) = population(5, 1, who).notes
    assert word in note
    assert note.endswith(f"(said: {condition})")


def test_age_beyond_the_rows_is_noted():
    assert "under 18" in population(2, 1, Who(16, "F", 165, 62, "european", "normal", "expresser")).notes[0]
    assert "end at 79 years" in population(2, 1, Who(91, "F", 165, 62, "european", "normal", "expresser")).notes[0]


def test_what_was_drawn_for_want_of_a_figure_is_noted():
    notes = " ".join(population(2, 1, Who(age_y=30, sex="M")).notes)

    assert "64 % European" in notes
    assert "Not given: height and weight" in notes


def test_people_who_were_made_to_fit_are_counted():
    (note,) = population(300, 2, Who(20, "M", 185, 55, "european", "normal", "expresser")).notes

    assert note.startswith("In ")
    assert "of 300 virtual people" in note
