"""All checks together, and the checks on the person, the dose, the duration, the evidence and the model."""

import dataclasses
import re

import pytest

from checks_fixtures import DAILY, LEAF, ONCE, SHOT, TABLET, make_case, make_exposure, make_figure, regimen
from speciosa import checks, knowledge
from speciosa.checks import Certainty, Severity, Topic
from speciosa.checks._words import number, numbers, sentence, with_spreads
from speciosa.exposure import Figure, SetValue

TABLETS = (regimen("one", "1 tablet"), regimen("two weeks", "1 tablet", times=28, every="12 h"))
MEDICINES = [
    "sertraline",
    {"name": "alprazolam", "use": "as needed"},
    {"name": "citalopram", "use": "stopped"},
    "coffee",
    "Tylenol",
    "wine",
    "Norco",
    "trazodon",
    "foozine",
    "kratom shots",
]
CONDITIONS = ["generalised anxiety disorder", "F33.1", "epilepsy", "pregnant", "asthma", "chronic pain", "odd thing"]
CASES = {
    "a healthy person": make_case(),
    "a full life": make_case(regimens=(ONCE, DAILY), medicines=MEDICINES, conditions=CONDITIONS, kratom_use="daily"),
    "tablets": make_case(TABLET, TABLETS, place="US-FL", conditions=["hypertension"], medicines=["oxycodone", "wine"]),
    "a shot": make_case(SHOT, (regimen("one", "1 shot"),), place="US-TX", medicines=["quetiapine", "alcohol"]),
    "far too much": make_case(regimens=(regimen("a lot", "20 g", times=200),), place="DE", age=19),
    "no place": make_case(place=None, age=70, phenotypes={"CYP2D6": "poor"}),
    "a child": make_case(age=16, place="US-CO"),
}


def run(case, **figures):
    return checks.run(case, make_exposure(case, **figures))


def one(found, finding_id):
    return next(f for f in found if f.id == finding_id)


def ids(found, start):
    return [f.id for f in found if f.id.startswith(start)]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
class TestEveryAssessment:
    def test_is_sorted_strictest_first_and_emergencies_lead(self, case):
        found = run(case)
        assert [f.severity.rank for f in found] == sorted(f.severity.rank for f in found)
        assert found[0].topic is Topic.EMERGENCY
        assert found[0].severity is Severity.EMERGENCY

    def test_has_unique_ids_and_is_the_same_again(self, case):
        found = run(case)
        assert len({f.id for f in found}) == len(found)
        assert run(case) == found

    def test_names_only_rows_that_exist(self, case):
        known = knowledge.load()
        for finding in run(case):
            rows = [*finding.sources, *(row for figure in finding.figures for row in figure.rows)]
            rows += [rule.id for rule in (finding.rule, *finding.overruled) if ":" in rule.id]
            assert all(":" in row and known.has(row) for row in rows), finding.id

    def test_never_advises_a_dose(self, case):
        advice = re.compile(
            r"you can take|recommended dose|safe dose|start with|starting dose|take up to|start low|halve",
            re.IGNORECASE,
        )
        for finding in run(case):
            texts = (finding.title, finding.sentence, finding.reason, *finding.not_known)
            assert not any(advice.search(text) for text in texts), finding.id

    def test_speaks_in_whole_sentences(self, case):
        for finding in run(case):
            for text in (finding.sentence, finding.reason):
                assert text, finding.id
                assert text[-1] in ".!?", (finding.id, text)
                assert "  " not in text
                assert "None" not in text, (finding.id, text)
                assert "nan" not in text.lower().split()
                assert ".." not in text.replace("…", ""), (finding.id, text)
            assert finding.rule.text

    def test_says_what_is_not_known_where_nothing_is(self, case):
        for finding in run(case):
            if finding.certainty is Certainty.NOT_KNOWN and finding.topic is not Topic.INTERACTION:
                assert finding.not_known, finding.id

    def test_gives_every_figure_a_key_of_its_own(self, case):
        for finding in run(case):
            keys = [figure.key for figure in finding.figures]
            assert len(set(keys)) == len(keys), finding.id


@pytest.mark.parametrize(
    ("place", "number"), [("US-CO", "911"), ("DE", "112"), ("TH", "your local emergency number"), (None, "your local")]
)
def test_help_has_the_number_of_the_place(place, number):
    found = run(make_case(place=place))[0]
    assert f"Call {number}" in found.sentence
    assert ("988" in found.sentence) == (place == "US-CO")
    assert ("1-800-222-1222" in found.sentence) == (place == "US-CO")
    assert bool(found.not_known) == (place is None)


@pytest.mark.parametrize(
    ("entered", "expected", "severity"),
    [
        ("GAD", "depression-or-anxiety", "moderate"),
        ("F41.1", "depression-or-anxiety", "moderate"),
        ("fatty liver", "liver-disease", "contraindicated"),
        ("K74.6", "liver-disease", "contraindicated"),
        ("12 weeks pregnant", "pregnancy", "contraindicated"),
        ("epilepsy since childhood", "seizure-disorder-or-past-seizure", "contraindicated"),
        ("hypertention", "heart-failure-coronary-disease-uncontrolled-hypertension", "major"),
        ("dark urine", "liver-injury-symptoms-while-using", "emergency"),
        ("suicidal thoughts", "suicidal-thoughts-or-recent-attempt", "emergency"),
        ("sleep apnea", "respiratory-disease-copd-asthma-sleep-apnoea", "major"),
        ("opioid use disorder", "opioid-use-disorder-in-or-after-treatment", "major"),
        ("glaucoma", "glaucoma-or-migraine-with-overuse", "unknown"),
    ],
)
def test_conditions_are_read(entered, expected, severity):
    found = one(run(make_case(conditions=[entered])), f"condition:{expected}")
    assert found.severity == severity
    assert f"“{entered}” was entered" in found.rule.text


def test_a_condition_we_do_not_know_is_said_and_not_dropped():
    found = one(run(make_case(conditions=["hiccups of the moon"])), "condition:unread:hiccups-of-the-moon")
    assert found.severity is Severity.UNKNOWN
    assert "not in our tables" in found.sentence


def test_no_condition_is_no_finding():
    plain = ids(run(make_case()), "condition:")
    assert ids(run(make_case(conditions=["none"])), "condition:") == plain
    assert plain == ["condition:driving-and-operating-machines"]


@pytest.mark.parametrize(
    ("age", "expected"),
    [(17.9, "condition:age-under-18"), (18, "condition:age-18-to-20"), (21, None), (65, "condition:age-65-or-over")],
)
def test_age_has_a_finding_of_its_own(age, expected):
    found = ids(run(make_case(age=age)), "condition:age")
    assert found == ([expected] if expected else [])


def test_daily_use_of_7_oh_is_more_than_daily_use():
    found = run(make_case(TABLET, TABLETS[:1], kratom_use="daily"))
    assert one(found, "condition:daily-7-oh-use").severity is Severity.CONTRAINDICATED
    assert ids(run(make_case(kratom_use="daily")), "condition:daily-7-oh") == []


class TestInteractions:
    found = run(CASES["a full life"])

    def test_the_computed_ratio_stands_beside_the_rule(self):
        alprazolam = one(self.found, "interaction:alprazolam:R03")
        assert alprazolam.severity is Severity.MAJOR
        assert (
            "1.4-fold (between people 1.12 to 1.75; uncertainty of the parameters 0.98 to 2.1)" in alprazolam.sentence
        )
        assert len(alprazolam.figures) == 6
        assert {"clinical_ddi:DI003", "clinical_ddi:DI004"} <= set(alprazolam.sources)
        assert "1.39-fold in AUC" in alprazolam.reason

    def test_a_cyp2d6_medicine_has_the_trial_beside_it(self):
        sertraline = one(self.found, "interaction:sertraline:R18")
        assert "dextromethorphan" in sertraline.reason
        assert "clinical_ddi:DI001" in sertraline.sources

    def test_the_overruled_rule_is_shown(self):
        coffee = one(self.found, "interaction:caffeine:R36")
        assert coffee.severity is Severity.MINOR
        assert [rule.id for rule in coffee.overruled] == ["rules:R34"]
        assert "R34" in coffee.reason

    def test_unknown_medicines_are_never_dropped(self):
        unknown = one(self.found, "interaction:foozine:R88")
        assert unknown.severity is Severity.UNKNOWN
        assert unknown.certainty is Certainty.NOT_KNOWN

    def test_a_near_miss_is_said(self):
        assert "read as trazodone" in one(self.found, "interaction:trazodone:R24").sentence

    def test_a_stopped_medicine_is_shown_with_a_note(self):
        stopped = one(self.found, "interaction:citalopram:R19")
        assert "You stopped citalopram" in stopped.sentence
        assert stopped.not_known

    def test_a_combination_says_that_a_part_was_not_checked(self):
        assert any("combination" in text for text in one(self.found, "interaction:hydrocodone:R01").not_known)

    def test_another_kratom_product_is_no_unknown_medicine(self):
        assert one(self.found, "interaction:kratom-shots:R66").severity is Severity.MAJOR

    def test_the_list_is_counted(self):
        counted = one(self.found, "interaction:list:R21")
        assert counted.severity is Severity.MAJOR
        assert all(name in counted.sentence for name in ("sertraline", "citalopram", "trazodone"))
        assert ids(run(make_case(medicines=["sertraline", "coffee"])), "interaction:list") == []

    def test_every_medicine_has_a_finding(self):
        subjects = {f.subject for f in self.found if f.topic is Topic.INTERACTION}
        assert {"sertraline", "alprazolam", "citalopram", "caffeine", "paracetamol", "alcohol", "foozine"} <= subjects

    def test_a_medicine_named_twice_is_judged_once(self):
        found = run(make_case(medicines=["Zoloft", "sertraline"]))
        assert ids(found, "interaction:sertraline") == ["interaction:sertraline:R18"]

    def test_nothing_stricter_is_hidden_when_the_content_leaves_7_oh_open(self):
        wine = one(run(CASES["a shot"]), "interaction:alcohol:R07")
        assert any("contraindicated (rules:R08)" in text for text in wine.not_known)
        assert not one(run(make_case(medicines=["wine"])), "interaction:alcohol:R07").not_known

    def test_a_pair_that_could_not_be_computed_says_so(self):
        found = run(make_case(medicines=["alprazolam"]), ratio=float("nan"))
        alprazolam = one(found, "interaction:alprazolam:R03")
        assert alprazolam.figures == ()
        assert any("failed" in text for text in alprazolam.not_known)


@pytest.mark.parametrize(
    ("ratio", "severity"),
    [(1.0, "inform"), (1.24, "inform"), (1.25, "minor"), (2.0, "moderate"), (5.0, "major"), (float("nan"), "unknown")],
)
def test_the_probe_of_cyp3a_is_always_shown(ratio, severity):
    found = one(run(make_case(), ratio=ratio), "interaction:cyp3a")
    assert found.severity == severity
    assert "clinical_ddi:DI003" in found.sources


def test_the_probe_names_the_medicines_it_concerns():
    found = one(run(make_case(medicines=["simvastatin", "metformin"])), "interaction:cyp3a")
    assert "simvastatin (major route)" in found.sentence
    assert "metformin" not in found.sentence


@pytest.mark.parametrize(
    ("amount", "severity", "words"),
    [
        ("0.1 g", "inform", "lies below"),
        ("2 g", "inform", "lies within"),
        ("4 g", "moderate", "nobody has studied"),
        ("12 g", "major", "regular users"),
    ],
)
def test_a_dose_is_set_beside_what_was_studied(amount, severity, words):
    found = one(run(make_case(regimens=(regimen("x", amount),))), "dose:x:mitragynine")
    assert found.severity == severity
    assert words in found.sentence
    assert "5 to 59.2 mg" in found.sentence
    assert {"exposure_response:E005", "exposure_response:E027"} <= set(found.sources)


@pytest.mark.parametrize(
    ("amount", "times", "every", "severity"),
    [
        ("2 g", 10, "24 h", "inform"),
        ("2 g", 28, "24 h", "minor"),
        ("2 g", 30, "8 h", "moderate"),
        ("2 g", 80, "3 h", "major"),
    ],
)
def test_a_day_is_set_beside_what_was_studied(amount, times, every, severity):
    case = make_case(regimens=(regimen("x", amount, times=times, every=every),))
    assert one(run(case), "dose:x:mitragynine").severity == severity


def test_nothing_found_and_nothing_known_are_not_the_same():
    leaf = one(run(make_case()), "dose:once:mitragynine")
    assert "below what the laboratory can measure: one dose holds less than 0.248 mg" in leaf.sentence
    tablet = run(make_case(TABLET, TABLETS[:1]))
    assert one(tablet, "dose:one:mitragynine").severity is Severity.UNKNOWN
    assert one(tablet, "dose:one:7-hydroxymitragynine").severity is Severity.MAJOR
    own = {"form": "powder", "contents": [{"analyte": "mitragynine", "amount": "15 mg/g"}]}
    untested = one(run(make_case(own)), "dose:once:7-hydroxymitragynine")
    assert untested.severity is Severity.UNKNOWN


def test_daily_use_speaks_of_dependence_and_one_dose_alarms_nobody():
    found = run(make_case(regimens=(ONCE, DAILY)))
    once, daily = one(found, "duration:once"), one(found, "duration:every-evening")
    assert once.severity is Severity.INFORM
    assert daily.severity is Severity.MODERATE
    assert "6 to 24 h" not in daily.sentence  # said by the finding on withdrawal
    assert "6 to 24 h" in one(found, "withdrawal:every-evening").sentence
    assert "1.7-fold" in daily.sentence
    assert "newborns" in daily.sentence
    assert "newborns" not in one(run(make_case(regimens=(DAILY,), sex="M")), "duration:every-evening").sentence
    assert "exposure_response:E022" in once.sources


def test_one_dose_says_nothing_that_no_row_supports():
    heavy = one(run(make_case(regimens=(regimen("x", "8 g"),))), "duration:x")
    assert heavy.certainty is Certainty.NOT_KNOWN
    assert "is not expected" not in heavy.sentence
    tablet = one(run(make_case(TABLET, TABLETS[:1])), "duration:one")
    assert tablet.certainty is Certainty.NOT_KNOWN


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({}, "moderate"),
        ({"kratom_use": "daily"}, "major"),
        ({"regimens": (regimen("every evening", "2 g", times=120),)}, "major"),
    ],
)
def test_long_or_present_daily_use_is_stricter(changes, severity):
    case = make_case(**({"regimens": (DAILY,)} | changes))
    assert one(run(case), "duration:every-evening").severity == severity


def test_several_doses_of_one_day_are_not_daily_use():
    found = one(run(make_case(regimens=(regimen("x", "1 g", times=3, every="4 h"),))), "duration:x")
    assert found.rule.id == "duration.repeated"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], ["evidence:general"]),
        (["anxiety"], ["evidence:anxiety"]),
        (["F41.1"], ["evidence:anxiety"]),
        (["F33"], ["evidence:depression"]),
        (["depression"], ["evidence:depression"]),
        (["anxiety and depression"], ["evidence:anxiety", "evidence:depression"]),
        (["chronic pain", "insomnia"], ["evidence:pain", "evidence:sleep"]),
        (["opioid withdrawal"], ["evidence:withdrawal"]),
        (["asthma"], ["evidence:general"]),
    ],
)
def test_what_is_hoped_for_is_set_beside_what_is_known(conditions, expected):
    assert sorted(ids(run(make_case(conditions=conditions)), "evidence:")) == expected


def test_established_treatment_is_named_with_anxiety_and_depression():
    found = run(make_case(conditions=["anxiety and depression"]))
    for topic in ("anxiety", "depression"):
        finding = one(found, f"evidence:{topic}")
        assert "no good" in finding.sentence
        assert "Standard treatments help many people" in finding.sentence
        assert "claims:conventional-treatment-limits" in finding.sources


def test_failed_runs_are_said():
    few = one(run(make_case(), status={"ok": 590, "too many steps": 10}), "model:failed:once")
    most = one(run(make_case(), status={"ok": 10, "too many steps": 590}), "model:failed:once")
    assert (few.severity, most.severity) == (Severity.MINOR, Severity.UNKNOWN)
    assert "10 of 600 runs failed (10 too many steps)" in few.sentence
    assert ids(run(make_case()), "model:failed") == []


def test_the_model_says_what_it_leaves_out():
    case = make_case()
    rare = dataclasses.replace(case.product.contents[0], analyte="mitraphylline")
    product = dataclasses.replace(case.product, contents=(*case.product.contents, rare))
    about = one(run(dataclasses.replace(case, product=product)), "model:about")
    text = " ".join(about.not_known)
    assert all(word in text for word in ("What mitraphylline in the product", "pulse", "blood pressure", "mood"))
    assert "speciociliatine" not in text
    assert "A note." in about.reason


def test_occupancy_keeps_both_spreads_and_says_what_it_does_not_mean():
    found = one(run(make_case(), occupancy=0.2), "model:occupancy:once")
    assert "20 % (between people 16 to 25; uncertainty of the parameters 14 to 30)" in found.sentence
    assert "no measure of how strong" in found.sentence
    assert ids(run(make_case(), occupancy=float("nan")), "model:occupancy") == []


def test_occupancy_says_what_other_published_affinities_would_make_of_it():
    case = make_case()
    made = make_exposure(case, occupancy=0.2)
    named = (("Paper A", 0.2, True), ("Paper B", 0.01, False), ("Paper C", 0.6, False))
    sets = tuple(
        SetValue(panel="opioid", name=name, row="data_sets:DS001", weight=0.3, value=value, central=central)
        for name, value, central in named
    )
    scenarios = tuple(
        s.model_copy(
            update={
                "figures": (
                    *(f.model_copy(update={"data_sets": sets}) if "occupancy" in f.key else f for f in s.figures),
                    make_figure("MOR.effect.max", 0.1),
                )
            }
        )
        for s in made.scenarios
    )
    found = one(checks.run(case, dataclasses.replace(made, scenarios=scenarios)), "model:occupancy:once")

    assert "affinities of “Paper A”; with other published ones" in found.sentence
    assert "between 1 % (Paper B) and 60 % (Paper C)" in found.sentence
    assert "Their response is 10 %" in found.sentence


def test_regimens_whose_names_make_the_same_id_keep_apart():
    twins = (regimen("A b", "2 g"), regimen("a-b", "2 g"))
    found = ids(run(make_case(regimens=twins)), "dose:a-b:mitragynine")
    assert sorted(found) == ["dose:a-b:mitragynine", "dose:a-b:mitragynine:2"]


def test_an_exposure_without_interactions_is_no_error():
    case = make_case(LEAF)
    bare = dataclasses.replace(make_exposure(case), interactions=())
    assert one(checks.run(case, bare), "interaction:cyp3a").severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (1.396, "1.4"),
        (0.01124, "0.0112"),
        (276.54, "277"),
        (2800.0, "2800"),
        (59.2, "59.2"),
        (float("nan"), "not determined"),
        (-0.5, "-0.5"),
    ],
)
def test_numbers_in_words(value, text):
    assert number(value) == text


def test_words():
    assert numbers("6.25-23") == (6.25, 23.0)
    assert numbers(40.0) == (40.0,)
    assert numbers(None) == ()
    assert sentence("no case found") == "No case found."
    assert with_spreads(Figure(key="x", label="x", value=2.0, unit="nM")) == "2 nM"


# -- conditions and food in the simulation


def test_what_the_virtual_people_have_is_said_after_what_must_not_be():
    case = make_case(conditions=[{"name": "cirrhosis", "child_pugh": "B"}])
    exposure = dataclasses.replace(make_exposure(case), having=("The virtual people have cirrhosis (Child-Pugh B)",))
    findings = checks.run(case, exposure)

    said = [finding.id for finding in findings]
    assert said.index("condition:liver-disease") < said.index("model:person")
    (person,) = (f for f in findings if f.id == "model:person")
    assert person.sentence == "The virtual people have cirrhosis (Child-Pugh B)."
    assert "with this condition" in person.not_known[0]


def test_nothing_is_said_of_conditions_and_food_that_are_not_in_the_simulation():
    case = make_case()

    assert "model:person" not in [finding.id for finding in checks.run(case, make_exposure(case))]
