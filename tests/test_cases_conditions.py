"""Conditions that change the body and food, as a case says them: in words, with fields, or not at all."""

import pytest

from cases_fixtures import BASE, made, person, refused
from checks_fixtures import make_case, make_exposure
from speciosa import checks
from speciosa.cases import Cirrhosis, KidneyDisease, Pregnancy


def states(*conditions, **more):
    who = person(conditions=list(conditions), **more)
    return who.cirrhosis, who.kidney_disease, who.pregnancy


@pytest.mark.parametrize(
    ("entered", "state"),
    [
        ("cirrhosis", Cirrhosis()),
        ("Cirrhosis of the liver, Child-Pugh B", Cirrhosis("B")),
        ("alcoholic cirrhosis (Child Pugh class C)", Cirrhosis("C")),
        ("cirrhosis, Child-Pugh score 8", Cirrhosis("B")),
        ("liver disease, Child-Pugh A", Cirrhosis("A")),
        ("cirrhosis Child-Pugh 99", Cirrhosis()),
        ("kidney disease", KidneyDisease()),
        ("CKD stage 3a", KidneyDisease(stage="3a")),
        ("chronic kidney disease G4", KidneyDisease(stage="4")),
        ("renal failure, eGFR 35", KidneyDisease(egfr=35.0)),
        ("renal impairment, GFR: 22.5 mL/min", KidneyDisease(egfr=22.5)),
        ("dialysis", KidneyDisease(stage="5")),
        ("pregnancy", Pregnancy()),
        ("Pregnant, 28 weeks", Pregnancy(week=28.0)),
        ("pregnant (week 9)", Pregnancy(week=9.0)),
        ("pregnant in the third trimester", Pregnancy(trimester=3)),
        ("pregnancy, trimester 2", Pregnancy(trimester=2)),
        ("pregnant, 99 weeks", Pregnancy()),
    ],
)
def test_plain_words_are_read(entered, state):
    found = [s for s in states(entered) if s is not None]
    assert found == [state]
    assert person(conditions=[entered]).conditions == (entered,)


@pytest.mark.parametrize(
    "entered",
    [
        "hepatitis C",
        "primary biliary cirrhosis",
        "no cirrhosis",
        "family history of kidney disease",
        "acute renal failure",
        "kidney stones",
        "adrenal adenoma",
        "planning pregnancy",
        "pregnancy planned",
        "pregnancy test negative",
        "not pregnant",
        "anxiety after pregnancy",
        "migraine",
    ],
)
def test_what_is_past_feared_planned_or_something_else_changes_nobody(entered):
    assert states(entered) == (None, None, None)


@pytest.mark.parametrize(
    ("entered", "state", "words"),
    [
        ({"name": "cirrhosis", "child_pugh": "b"}, Cirrhosis("B"), "cirrhosis, Child-Pugh B"),
        ({"name": "liver cirrhosis", "child_pugh": 11}, Cirrhosis("C"), "liver cirrhosis, Child-Pugh C"),
        ({"name": "cirrhosis"}, Cirrhosis(), "cirrhosis"),
        ({"name": "kidney disease", "egfr": 35}, KidneyDisease(egfr=35.0), "kidney disease, eGFR 35"),
        ({"name": "CKD", "egfr": "35 mL/min/1.73 m2"}, KidneyDisease(egfr=35.0), "CKD, eGFR 35"),
        ({"name": "kidney disease", "stage": 4}, KidneyDisease(stage="4"), "kidney disease, stage 4"),
        ({"name": "kidney disease", "stage": "G3b"}, KidneyDisease(stage="3b"), "kidney disease, stage 3b"),
        ({"name": "pregnancy", "week": 28}, Pregnancy(week=28.0), "pregnancy, week 28"),
        ({"name": "pregnant", "week": "28 weeks"}, Pregnancy(week=28.0), "pregnant, week 28"),
        ({"name": "pregnancy", "trimester": 1}, Pregnancy(trimester=1), "pregnancy, trimester 1"),
    ],
)
def test_fields_say_how_far_and_read_back_as_words(entered, state, words):
    assert [s for s in states(entered) if s is not None] == [state]
    assert person(conditions=[entered]).conditions == (words,)
    assert [s for s in states(words) if s is not None] == [state], "the words mean the same when they are entered"


def test_another_condition_with_fields_is_only_its_words():
    assert states({"name": "migraine"}) == (None, None, None)
    assert person(conditions=[{"name": "migraine"}]).conditions == ("migraine",)


def test_fields_win_over_words_and_the_first_words_that_say_how_far_count():
    assert states("cirrhosis", {"name": "cirrhosis", "child_pugh": "C"})[0] == Cirrhosis("C")
    assert states("kidney disease", "CKD stage 4", "CKD stage 5")[1] == KidneyDisease(stage="4")


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([{"name": "cirrhosis", "child_pugh": "D"}], ["person.conditions[0].child_pugh", "A, B, C", "5 to 15"]),
        ([{"name": "cirrhosis", "child_pugh": 4}], ["person.conditions[0].child_pugh"]),
        ([{"name": "cirrhosis", "child_pugh": True}], ["person.conditions[0].child_pugh"]),
        ([{"name": "cirrhosis", "egfr": 35}], ["person.conditions[0].egfr", "only with kidney disease"]),
        ([{"name": "migraine", "week": 3}], ["person.conditions[0].week", "only with pregnancy"]),
        ([{"name": "kidney disease", "egfr": 350}], ["person.conditions[0].egfr", "2 and 200"]),
        ([{"name": "kidney disease", "egfr": "35 mg"}], ["person.conditions[0].egfr", "such as `35`"]),
        ([{"name": "kidney disease", "stage": 6}], ["person.conditions[0].stage", "3a"]),
        ([{"name": "kidney disease", "stage": 3, "egfr": 35}], ["person.conditions[0]", "not both"]),
        ([{"name": "pregnancy", "week": 43}], ["person.conditions[0].week", "1 and 42"]),
        ([{"name": "pregnancy", "week": 0}], ["person.conditions[0].week"]),
        ([{"name": "pregnancy", "trimester": 4}], ["person.conditions[0].trimester"]),
        ([{"name": "cirrhosis"}, {"name": "liver cirrhosis"}], ["person.conditions[1].name", "one entry"]),
        ([{"child_pugh": "A"}], ["person.conditions[0].name", "required"]),
    ],
)
def test_what_cannot_be_is_refused(conditions, words):
    refused(lambda: person(conditions=conditions), *words)


def test_a_pregnancy_needs_a_woman_of_an_age_for_it():
    fields = [{"name": "pregnancy", "week": 20}]
    refused(lambda: person(conditions=fields, sex="M"), "person.conditions[0].name", "sex M", "sex F")
    refused(lambda: person(conditions=fields, age=61), "person.conditions[0].name", "61 years")
    assert states("pregnant", sex="M") == (None, None, None), "words are kept for the checks"


@pytest.mark.parametrize(
    ("condition", "row"),
    [
        ({"name": "cirrhosis", "child_pugh": "A"}, "liver-disease"),
        ({"name": "kidney disease", "egfr": 50}, "kidney-disease"),
        ({"name": "pregnancy", "week": 20}, "pregnancy"),
    ],
)
def test_a_condition_with_fields_is_checked_like_its_words(condition, row):
    def findings(entered):
        case = make_case(conditions=[entered])
        return {f.id: f.severity for f in checks.run(case, make_exposure(case)) if f.id == f"condition:{row}"}

    assert findings(condition) == findings(row.replace("-", " "))
    assert findings(condition)


@pytest.mark.parametrize(
    ("food", "words"), [("fed", ", with food"), ("fasted", ", on an empty stomach"), (None, ", once")]
)
def test_food_is_said_of_a_regimen(food, words):
    regimen = {key: value for key, value in {**BASE["regimens"][0], "food": food}.items() if value is not None}
    (read,) = made(regimens=[regimen]).regimens
    assert read.food == food
    assert read.in_words().endswith(words)


def test_food_has_two_words():
    refused(lambda: made(regimens=[{**BASE["regimens"][0], "food": "a snack"}]), "regimens[0].food", "fed")


def test_a_gummy_is_counted():
    product = {
        "form": "chewable",
        "contents": [{"analyte": "7-OH", "amount": "10 mg/gummy"}],
    }
    dose = [{"name": "x", "doses": [{"at": "20:00", "amount": "2 gummies"}]}]
    case = made(product=product, regimens=dose)
    assert case.product.mg("7-hydroxymitragynine", case.regimens[0].doses[0].dose) == 20.0
    grams = [{"name": "x", "doses": [{"at": "20:00", "amount": "2 g"}]}]
    refused(lambda: made(product=product, regimens=grams), "regimens[0].doses[0].amount")
