"""The case file: what is read, what is refused, and that nothing is lost on the way."""

import json
import re
from dataclasses import replace
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cases_fixtures import BASE, EXAMPLES, GUIDE, made, person, refused
from speciosa import cases, knowledge
from speciosa.border import FileModel
from speciosa.cases import ANCESTRIES, Form, Medicine, Simulation
from speciosa.cases import _file as fields
from speciosa.cases._places import find_place
from speciosa.cases._quantity import QuantityError, amount, measure
from speciosa.certificates import PIECES

# --- the whole ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_and_comes_back_from_what_was_entered(path):
    case = cases.read(path)
    assert case.asked_on == date(2026, 11, 24)
    again = json.loads(json.dumps(case.as_entered()))
    assert cases.parse(again, folder=path.parent) == case


def test_an_example_means_the_same_after_another_program_rewrote_it():
    for path in EXAMPLES:
        rewritten = yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert cases.parse(yaml.safe_load(rewritten), folder=path.parent) == cases.read(path)


def test_what_was_entered_names_the_simulation_in_force():
    case = replace(made(), simulation=Simulation(people=7, draws=0, seed=3))
    assert case.as_entered()["simulation"] == {"people": 7, "draws": 0, "seed": 3}


def test_what_was_entered_is_a_copy():
    case = made()
    case.as_entered()["person"]["age"] = 99
    assert case.as_entered()["person"]["age"] == 34


def test_title_and_day_have_defaults():
    case = cases.parse({k: v for k, v in BASE.items() if k != "asked_on"})
    assert case.title == case.product.name
    assert abs((date.today() - case.asked_on).days) <= 1  # noqa: DTZ011 - the local day is meant
    assert case.simulation == Simulation()


def test_two_ways_of_writing_a_case_are_equal():
    assert made(person=BASE["person"] | {"height": "5 ft"}) == made(person=BASE["person"] | {"height": "152.4 cm"})


def test_the_guide_names_every_field_and_its_example_is_a_case():
    models = [
        m for m in vars(fields).values() if isinstance(m, type) and issubclass(m, FileModel) and m is not FileModel
    ]
    assert len(models) > 8
    for model in models:
        for name in model.model_fields:
            assert f"`{name}`" in GUIDE, f"{model.__name__}.{name} is not in docs/case-file.md"
    for word in (*Form, *PIECES, *ANCESTRIES):
        assert f"`{word}`" in GUIDE
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL).group(1)
    entered = yaml.safe_load(example)
    case = cases.parse(entered)
    assert {*entered, "title", "asked_on", "simulation"} == {*fields.CaseFile.model_fields}
    assert [r.daily for r in case.regimens] == [False, True]


def test_every_field_has_words_and_the_schema_holds_them():
    schema = cases.schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(fields.CaseFile.model_fields)
    for part in (schema, *schema["$defs"].values()):
        for name, field in part["properties"].items():
            assert field.get("description"), name


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.yaml", ["not empty"]),
        (b"x: [1", "a.yaml", ["YAML", "line"]),
        (b"a: 1\na: 2\n", "a.yaml", ["'a'", "twice"]),
        (b"a: &x 1\nb: *x\n", "a.yaml", ["references"]),
        (b"a: !!python/object/apply:os.system [ls]\n", "a.yaml", ["YAML"]),
        (b"? [1, 2]\n: 3\n", "a.yaml", ["words"]),
        (b"1: 2\n", "a.yaml", ["words"]),
        (b"- a\n- b\n", "a.yaml", ["mapping with product, person and regimens"]),
        (b"just text", "a.yaml", ["mapping"]),
        (b"\xff\xfe", "a.yaml", ["UTF-8"]),
        (b"a: 1\0", "a.yaml", ["UTF-8"]),
        (b"a: \x07", "a.yaml", ["printable"]),
        (b"[" * 5000, "a.yaml", ["file"]),
        (b"a: " + b"9" * 9000, "a.yaml", ["a", "finite"]),
        (b"{", "a.json", ["JSON"]),
        (b'{"a": 1, "a": 2}', "a.json", ["twice"]),
        (b'{"a": NaN}', "a.json", ["NaN"]),
        (b"x", "a.txt", [".yaml"]),
        (b"a: " + b"x" * 1_000_000, "a.yaml", ["1 MB"]),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, content, name, words):
    path = tmp_path / name
    path.write_bytes(content)
    refused(lambda: cases.read(path), *words)


def test_text_stays_text(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text(
        "product: {known: k51-leaf-powder}\nasked_on: 2026-11-24\nperson: {age: 34, sex: F, place: NO}\n"
        "regimens: [{name: yes, doses: [{at: 20:00, amount: 2 g}]}]\n",
        encoding="utf-8",
    )
    case = cases.read(path)
    assert (case.person.place, case.regimens[0].name, case.regimens[0].start) == ("NO", "yes", "20:00")


def test_a_json_case_is_the_same_case(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(BASE), encoding="utf-8")
    assert cases.read(path) == made()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"regimen": []}, ["regimen is []", "'regimens'"]),
        ({"person": {"age": 34}}, ["person.sex is nothing", "F or M", "required"]),
        ({"person": {"age": 34, "sex": "F", "wieght": "66 kg"}}, ["person.wieght", "'66 kg'", "'weight'"]),
        ({"person": {"age": 34, "sex": "X"}}, ["person.sex is 'X'", "F, M"]),
        ({"person": 5}, ["person is 5", "mapping"]),
        ({"product": None}, ["product is nothing", "required"]),
        ({"regimens": []}, ["regimens is []", "at least 1"]),
        ({"regimens": BASE["regimens"] * 7}, ["regimens", "at most 6"]),
        ({"regimens": [{"name": "a", "doses": [{"at": "8:00"}]}]}, ["regimens[0].doses[0].amount", "2 g"]),
        (
            {"regimens": [{"name": "a", "doses": [{"at": "8:00", "amount": 2}]}]},
            ["doses[0].amount is 2", "unit", "2 g"],
        ),
        ({"regimens": [{"name": "a", "doses": [{"at": 1200, "amount": "2 g"}]}]}, ["doses[0].at is 1200", "20:00"]),
        ({"asked_on": "24.11.2026"}, ["asked_on", "2026-11-24"]),
        ({"asked_on": "1900-01-01"}, ["asked_on", "between"]),
        ({"simulation": {"people": 0}}, ["simulation.people is 0", "at least 1"]),
        ({"simulation": {"people": 1_000_001}}, ["simulation.people", "at most 1000000"]),
        ({"simulation": {"people": "many"}}, ["simulation.people", "whole number"]),
        ({"simulation": {"people": True}}, ["simulation.people", "whole number"]),
        ({"simulation": {"draws": 1001}}, ["simulation.draws", "at most 1000"]),
        ({"simulation": {"seed": -1}}, ["simulation.seed", "at least 0"]),
        ({"simulation": {"seed": 2**32}}, ["simulation.seed", "below 4294967296"]),
        ({"title": "a\x07b"}, ["title", "printable"]),
        ({"title": {"a": 1}}, ["title", "text"]),
        ({"title\nmine": 1}, ["'title\\nmine'"]),
    ],
)
def test_wrong_fields_are_named_with_the_right_ones(change, words):
    refused(lambda: made(**change), *words)


# --- quantities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("66 kg", "kg", 66.0), ("145 lb", "kg", 65.7709), ("11 st 4 lb", "kg", 71.6676), ("168 cm", "cm", 168.0),
        ("5 ft 6 in", "cm", 167.64), ("5'6\"", "cm", 167.64), ("1.68 m", "cm", 168.0), ("1,68 m", "cm", 168.0),
        ("24 h", "hour", 24.0), ("1 h 30 min", "hour", 1.5), ("2 weeks", "hour", 336.0), ("500 MG", "g", 0.5),
    ],
)  # fmt: skip
def test_quantities(text, unit, value):
    assert measure(text, unit, "x") == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("66", "unit"), (66, "unit"), (None, "unit"), ("kg", "number"), ("66 furlongs", "kind"), ("66 blorps", "known"),
        ("2 gr", "misread"), ("1,500 g", "thousands"), ("1/0 g", "number"), ("10**9 g", "number"), ("2 g g", "number"),
        ("__import__('os') g", "number"), ("x" * 500, "unit"),
    ],
)  # fmt: skip
def test_quantities_that_cannot_be_used_say_what_is_expected(text, words):
    with pytest.raises(QuantityError, match=words):
        measure(text, "kg", "66 kg")


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("2 g", (2.0, "g")), ("500 mg", (500.0, "mg")), ("1 tablet", (1.0, "tablet")), ("2 Capsules", (2.0, "capsule")),
        ("1/2 tablet", (0.5, "tablet")), ("10 ml", (10.0, "mL")), ("0.1 oz", (2.834952, "g")),
        ("2 gummies", (2.0, "gummy")),
    ],
)  # fmt: skip
def test_doses(text, dose):
    assert amount(text) == (pytest.approx(dose[0], rel=1e-6), dose[1])


@given(st.floats(0.001, 1000), st.sampled_from(["kg", "lb", "stone", "g"]))
@settings(deadline=None, max_examples=60)
def test_a_quantity_survives_being_written(value, unit):
    assert measure(f"{value:.12f} {unit}", unit if unit != "stone" else "stone", "x") == pytest.approx(value, rel=1e-6)


# --- person -------------------------------------------------------------------------------------------------------


def test_what_is_not_said_about_a_person_is_not_known():
    who = person()
    assert (who.height_cm, who.weight_kg, who.ancestry, who.place, who.locality, who.kratom_use) == (None,) * 6
    assert (who.conditions, who.medicines, dict(who.phenotypes)) == ((), (), {})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"age": 11}, ["person.age is 11", "12 and 110"]),
        ({"age": 111}, ["person.age"]),
        ({"age": True}, ["person.age"]),
        ({"age": "old"}, ["person.age", "34 years"]),
        ({"weight": "24 kg"}, ["person.weight", "25 and 350 kg"]),
        ({"weight": "66"}, ["person.weight", "66 kg"]),
        ({"height": "3 m"}, ["person.height", "100 and 250 cm"]),
        ({"weight": "25 kg", "height": "250 cm"}, ["person.weight is '25 kg'", "body mass index would be 4.0"]),
        ({"ancestry": "europaean"}, ["person.ancestry", "'european', perhaps"]),
        ({"phenotypes": {"CYP2D6": "slow"}}, ["person.phenotypes.CYP2D6", "poor"]),
        ({"phenotypes": {"CYP2D7": "poor"}}, ["person.phenotypes.CYP2D7", "'CYP2D6'"]),
        ({"conditions": "asthma"}, ["person.conditions", "a list"]),
        ({"conditions": [5]}, ["person.conditions[0]", "a mapping"]),
        ({"medicines": [{"dose": "5 mg"}]}, ["person.medicines[0].name", "required"]),
        ({"medicines": ["a", {"name": "b", "use": "often"}]}, ["person.medicines[1].use", "as needed"]),
        ({"medicines": [5]}, ["person.medicines[0]", "mapping"]),
        ({"kratom_use": "weekly"}, ["person.kratom_use", "sometimes"]),
    ],
)
def test_a_person_that_cannot_be_is_refused(more, words):
    refused(lambda: person(**more), *words)


def test_the_young_are_read_so_that_the_checks_can_speak():
    assert person(age=15).age_y == 15.0
    assert person(age="34 years").age_y == pytest.approx(34.0)


@pytest.mark.parametrize(
    ("entered", "medicine"),
    [
        ("sertraline", Medicine("sertraline")),
        ("sertraline 100 mg daily", Medicine("sertraline", "100 mg", "daily")),
        ("alprazolam 0.5 mg as needed", Medicine("alprazolam", "0.5 mg", "as needed")),
        ("5-HTP 100 mg", Medicine("5-HTP", "100 mg")),
        ("vitamin B12", Medicine("vitamin B12")),
        ("St John's wort, daily", Medicine("St John's wort", None, "daily")),
        ("warfarin (stopped)", Medicine("warfarin", None, "stopped")),
        ("insulin 10 units daily", Medicine("insulin", "10 units", "daily")),
        ({"name": "lithium", "last_taken": "2 days"}, Medicine("lithium", None, "daily", 48.0)),
    ],
)
def test_medicines(entered, medicine):
    assert person(medicines=[entered]).medicines == (medicine,)


@pytest.mark.parametrize(
    ("text", "iso", "locality"),
    [
        ("US-CO", "US-CO", None), ("us-co", "US-CO", None), ("Colorado", "US-CO", None), ("DE", "DE", None),
        ("Germany", "DE", None), ("Denver, Colorado", "US-CO", "Denver"), ("denver, CO", "US-CO", "Denver"),
        ("Denver, US-CO", "US-CO", "Denver"), ("Boulder, CO", "US-CO", "Boulder"), ("US", "US", None),
        ("UK", "GB", None),
        ("Union County, MS", "US-MS", "Union County"), ("US-DC", "US-DC", None),
    ],
)  # fmt: skip
def test_places(text, iso, locality):
    place = find_place(text)
    assert (place.iso, place.locality) == (iso, locality)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Atlantis", ["person.place is 'Atlantis'", "leave the field out"]),
        ("Colorad", ["Colorado"]),
        ("CO", ["US-CO"]),
        ("Denver", ["`Denver, US-CO`"]),
        ("Parkr, CO", ["`Parker, US-CO`"]),
        ("Denver, Atlantis", ["person.place"]),
        ("", ["person.place"]),
        (5, ["person.place"]),
    ],
)
def test_a_place_is_never_guessed(text, words):
    refused(lambda: person(place=text), *words)


def test_ancestries_are_the_groups_of_the_enzyme_rows():
    rows = knowledge.load().table("enzymes")
    for name, group in ANCESTRIES.items():
        said = {(r.enzyme, r.parameter) for r in rows if r.group == group}
        assert {("CYP2D6", f"phenotype frequency {p}") for p in ("PM", "IM", "NM", "UM")} <= said, name
        assert ("CYP3A5", "non-expresser frequency (*3/*3)") in said, name
    assert sorted(ANCESTRIES) == sorted(fields.Ancestry.__args__)
