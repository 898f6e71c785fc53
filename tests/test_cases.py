"""The case file: what is read, what is refused, and that nothing is lost on the way."""

import copy
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa import cases, knowledge
from speciosa.border import FileModel
from speciosa.cases import ANCESTRIES, Dose, Form, Medicine, Simulation
from speciosa.cases import _file as fields
from speciosa.cases._places import find_place
from speciosa.cases._quantity import QuantityError, amount, measure
from speciosa.certificates import PIECES
from speciosa.errors import CaseError, InputError

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
GUIDE = (ROOT / "docs" / "case-file.md").read_text(encoding="utf-8")
BASE = {
    "asked_on": "2026-11-24",
    "product": {"known": "k51-leaf-powder"},
    "person": {"age": 34, "sex": "F"},
    "regimens": [{"name": "once", "doses": [{"at": "20:00", "amount": "2 g"}]}],
}
TYPED = {
    "form": "tablet",
    "contents": [{"analyte": "7-OH", "amount": "15 mg/tablet", "low": "5 mg/tablet", "high": "30 mg/tablet"}],
}


def made(**changes):
    return cases.parse(copy.deepcopy(BASE) | changes)


def person(**more):
    return made(person=BASE["person"] | more).person


def product(form="tablet", amount_of="1 tablet", **more):
    doses = [{"at": "8:00", "amount": amount_of}]
    return made(product={"form": form} | more, regimens=[{"name": "x", "doses": doses}]).product


def regimen(*doses, product=BASE["product"]):
    return made(product=product, regimens=[{"name": "x", "doses": list(doses)}]).regimens[0]


def refused(act, *words):
    with pytest.raises(InputError) as caught:
        act()
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    for word in words:
        assert word in said, said
    return caught.value


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
        ({"conditions": [5]}, ["person.conditions[0]", "text"]),
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


# --- product ------------------------------------------------------------------------------------------------------


def test_a_known_product_carries_its_rows():
    leaf = made(product={"known": "k51-leaf-powder", "form": "tea"}).product
    assert leaf.form is Form.TEA
    assert leaf.mg("mitragynine", Dose(2.0, "g")) == pytest.approx(38.96)
    assert leaf.mg("mitragynine", Dose(2000.0, "mg")) == pytest.approx(38.96)
    assert leaf.relative_sd("mitragynine") == pytest.approx(0.81 / 19.48)
    assert leaf.rows("mitragynine")[0] == "product_contents:PC001"
    assert leaf.mg("7-hydroxymitragynine", Dose(2.0, "g")) == 0.0
    assert leaf.content("7-hydroxymitragynine").qualifier == "below LOQ"
    assert leaf.mg("corynoxine", Dose(2.0, "g")) is None


def test_every_known_product_can_be_taken():
    known = knowledge.load()
    for row in known.table("products"):
        one = f"1 {row.unit}" if row.unit else "2 g"
        case = made(product={"known": row.id}, regimens=[{"name": "x", "doses": [{"at": "8:00", "amount": one}]}])
        for content in known.find("product_contents", product=row.id):
            assert case.product.content(content.analyte).where == known.qualified(content)


def test_typed_contents():
    tablets = product(**TYPED)
    assert tablets.unit == "tablet"
    assert tablets.mg("7-hydroxymitragynine", Dose(2.0, "tablet")) == 30.0
    assert tablets.rows("7-hydroxymitragynine") == ()
    assert tablets.relative_sd("7-hydroxymitragynine") == pytest.approx(0.5446, abs=1e-3)
    assert tablets.content("7-hydroxymitragynine").qualifier == "stated"


@pytest.mark.parametrize(
    ("given", "amount_of", "mg"),
    [
        ({"form": "capsule", "unit_mass": "0.5 g"}, "2 capsules", 10.0),
        ({"form": "powder"}, "500 mg", 5.0),
        ({"form": "powder"}, "0.1 oz", 28.3495),
    ],
)
def test_amounts_by_mass_and_piece(given, amount_of, mg):
    made_of = product(amount_of=amount_of, contents=[{"analyte": "mitragynine", "amount": "1 %"}], **given)
    dose = made(
        product=given | {"contents": [{"analyte": "mitragynine", "amount": "1 %"}]},
        regimens=[{"name": "x", "doses": [{"at": "8:00", "amount": amount_of}]}],
    ).regimens[0].events()[0][1]  # fmt: skip
    assert made_of.mg("mitragynine", dose) == pytest.approx(mg, rel=1e-5)


def test_amounts_by_volume():
    shot = {"form": "liquid_extract", "contents": [{"analyte": "mitragynine", "amount": "6 mg/mL"}], "unit": "shot"}
    assert product(amount_of="10 mL", **shot).mg("mitragynine", Dose(10.0, "mL")) == pytest.approx(60.0)
    assert product(amount_of="1 shot", unit_volume="15 mL", **shot).mg("mitragynine", Dose(1.0, "shot")) == 90.0
    refused(lambda: product(amount_of="1 shot", **shot), "unit_volume", "amount")


def test_nothing_found_is_zero_and_not_tested_is_not_known():
    figures = [("mitragynine", "20 mg/g"), ("7-OH", "<0.01 %"), ("speciogynine", "ND"), ("paynantheine", "NT")]
    leaf = product("powder", "1 g", contents=[{"analyte": a, "amount": x} for a, x in figures])
    one = Dose(1.0, "g")
    assert [leaf.mg(n, one) for n in ("7-hydroxymitragynine", "speciogynine", "paynantheine")] == [0.0, 0.0, None]
    assert leaf.content("7-hydroxymitragynine").loq == 0.01
    assert leaf.content("paynantheine").qualifier == "not tested"


def test_a_certificate_gives_contents_with_where_they_were_read():
    given = {"certificate": "k51-certificate.json", "form": "powder"}
    case = cases.parse(BASE | {"product": given}, folder=ROOT / "examples")
    assert case.product.certificate.lot == "K51"
    assert case.product.content("mitragynine").where == "$.results[0].value"
    assert case.product.mg("7-hydroxymitragynine", Dose(2.0, "g")) == 0.0
    assert case.product.content("lead") is None


def test_a_content_per_serving_says_nothing_about_a_capsule(tmp_path):
    (tmp_path / "a.csv").write_text("analyte,mg/serving\nmitragynine,50\n", encoding="utf-8")
    given = {"certificate": "a.csv", "form": "capsule"}
    refused(lambda: cases.parse(BASE | {"product": given}, folder=tmp_path), "product.certificate", "mg per piece")
    taken = [{"name": "x", "doses": [{"at": "8:00", "amount": "1 serving"}]}]
    case = cases.parse(
        BASE | {"product": {"certificate": "a.csv", "form": "powder"}, "regimens": taken}, folder=tmp_path
    )
    assert case.product.mg("mitragynine", Dose(1.0, "serving")) == 50.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["product is nothing", "exactly one"]),
        ({"known": "k51-leaf-powder", "contents": TYPED["contents"]}, ["known and contents", "exactly one"]),
        ({"known": "k52-leaf-powder"}, ["product.known is 'k52-leaf-powder'", "'k51-leaf-powder', perhaps"]),
        ({"known": "seven-oh-tablet", "form": "tea"}, ["product.form is 'tea'", "tablet"]),
        ({"known": "k51-leaf-powder", "form": "smoke"}, ["product.form", "powder, tea"]),
        ({"contents": TYPED["contents"]}, ["product.form is nothing"]),
        ({"form": "tea", "certificate": "none.csv"}, ["none.csv", "exists"]),
        ({"form": "tea", "certificate": "."}, ["ending"]),
        ({"form": "tea", "contents": []}, ["product.contents", "at least 1"]),
        (
            {"form": "tea", "contents": [{"analyte": "mitragynin e x", "amount": "1 %"}]},
            ["contents[0].analyte", "mitragynine"],
        ),
        ({"form": "tea", "contents": [{"analyte": "lead", "amount": "1 ppm"}]}, ["contents[0].analyte"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": 5}]}, ["contents[0].amount is 5", "mg/g"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5"}]}, ["contents[0].amount", "unit"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "101 %"}]}, ["contents[0].amount", "100 %"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "-1 %"}]}, ["contents[0].amount"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5 CFU/g"}]}, ["contents[0].amount"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": ">5 %"}]}, ["contents[0].amount"]),
        (
            {"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5 mg/tablet"}]},
            ["product.unit", "tablet"],
        ),
        (
            {"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5 %", "sd": "5 mg/g"}]},
            ["contents[0].sd", "%"],
        ),
        (
            {"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5 %", "low": "1 %"}]},
            ["contents[0].high"],
        ),
        (
            {"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "5 %", "low": "6 %", "high": "7 %"}]},
            ["contents[0].low", "range"],
        ),
        (
            {"form": "tea", "contents": [{"analyte": "7-OH", "amount": "1 %"}, {"analyte": "7OH", "amount": "2 %"}]},
            ["once"],
        ),
        ({"form": "tea", "contents": [{"analyte": "paynantheine", "amount": "1 %"}]}, ["says nothing of mitragynine"]),
        ({"form": "tea", "contents": [{"analyte": "mitragynine", "amount": "NT"}]}, ["says nothing of mitragynine"]),
        ({"form": "tea", "unit_mass": "0 g", "contents": TYPED["contents"]}, ["product.unit_mass"]),
    ],
)
def test_products_that_cannot_be_used_are_refused(given, words):
    refused(lambda: made(product=given), *words)


# --- regimens -----------------------------------------------------------------------------------------------------


def test_one_dose():
    once = regimen({"at": "20:00", "amount": "2 g"})
    assert once.events() == ((0.0, Dose(2.0, "g")),)
    assert (once.daily, once.days, once.start) == (False, 0.0, "20:00")
    assert once.in_words() == "2 g at 20:00, once"


def test_repeated_doses_are_merged_in_order():
    twice = regimen(
        {"at": "08:00", "amount": "1 g", "every": "24 h", "times": 3},
        {"at": "20:00", "amount": "2 g", "every": "1 day", "times": 2},
    )
    assert [when for when, _ in twice.events()] == [0.0, 12.0, 24.0, 36.0, 48.0]
    assert [dose.value for _, dose in twice.events()] == [1.0, 2.0, 1.0, 2.0, 1.0]
    assert twice.daily
    assert twice.days == 2.0
    assert "1 g at 08:00, every 24 h, 3 times; 2 g at 20:00" in twice.in_words()


def test_hours_count_from_the_first_dose():
    late = regimen({"at": "22:00", "amount": "2 g"}, {"at": "30 h", "amount": "1 g"})
    assert [when for when, _ in late.events()] == [0.0, 30.0]
    assert regimen({"at": "5 h", "amount": "2 g"}, {"at": "6 h", "amount": "1 g"}).events()[1][0] == 1.0


def test_weekly_use_is_not_daily_use():
    assert not regimen({"at": "8:00", "amount": "1 g", "every": "1 week", "times": 3}).daily
    assert regimen({"at": "8:00", "amount": "1 g", "every": "36 h", "times": 3}).daily


@pytest.mark.parametrize(
    ("doses", "words"),
    [
        ([{"amount": "500 g"}], ["amount is '500 g'", "at most 50 g"]),
        ([{"amount": "-2 g"}], ["amount is '-2 g'", "above zero"]),
        ([{"amount": "0 g"}], ["amount is '0 g'", "above zero"]),
        ([{"amount": "1 tablet"}], ["amount is '1 tablet'", "`2 g`"]),
        ([{"amount": "10 mL"}], ["amount is '10 mL'", "known in mg/g"]),
        ([{"amount": "2 furlongs"}], ["amount is '2 furlongs'", "a mass"]),
        ([{"amount": "2 g", "every": "24 h"}], ["doses[0].times"]),
        ([{"amount": "2 g", "times": 3}], ["doses[0].every is nothing", "24 h"]),
        ([{"amount": "2 g", "times": 0}], ["doses[0].times is 0"]),
        ([{"amount": "2 g", "every": "24", "times": 3}], ["doses[0].every is '24'", "unit"]),
        ([{"amount": "2 g", "every": "0 h", "times": 3}], ["doses[0].every"]),
        ([{"amount": "2 g", "every": "24 h", "times": 5001}], ["doses[0].times", "5000"]),
        ([{"amount": "2 g", "every": "24 h", "times": 800}], ["days", "two years"]),
        ([{"at": "25:00", "amount": "2 g"}], ["doses[0].at", "20:00"]),
        ([{"at": "-1 h", "amount": "2 g"}], ["doses[0].at"]),
        ([{"at": "20:00", "amount": "2 g"}, {"at": "08:00", "amount": "2 g"}], ["doses[1].at is '08:00'", "30 h"]),
        ([{"at": "20:00", "amount": "2 g"}, {"at": "20:00", "amount": "1 g"}], ["doses", "one amount"]),
        ([{"at": "1 h", "amount": "2 g"}, {"at": "20:00", "amount": "1 g"}], ["doses[1].at", "no clock time"]),
        ([], ["doses", "at least 1"]),
    ],
)
def test_regimens_that_cannot_be_are_refused(doses, words):
    full = [{"at": "20:00"} | dose for dose in doses]
    refused(lambda: regimen(*full), "regimens[0]", *words)


def test_many_doses_are_counted_over_all_lines():
    lines = [{"at": f"{h} h", "amount": "1 g", "every": "6 h", "times": 2600} for h in (0, 1)]
    refused(lambda: regimen(*lines), "5200 doses", "5000")


def test_a_dose_beyond_sense_is_refused_in_mg_of_alkaloid():
    strong = {"form": "powder", "contents": [{"analyte": "mitragynine", "amount": "90 %"}]}
    refused(lambda: regimen({"at": "8:00", "amount": "3 g"}, product=strong), "2000 mg of mitragynine", "2700 mg")
    refused(lambda: regimen({"at": "8:00", "amount": "51 tablets"}, product=TYPED), "at most 50 tablets")


def test_tablets_are_counted_since_mg_could_mean_the_alkaloid():
    heavy = TYPED | {"unit_mass": "0.5 g"}
    refused(lambda: regimen({"at": "8:00", "amount": "15 mg"}, product=heavy), "number of tablets", "ambiguous")


def test_a_dose_must_reach_every_stated_alkaloid():
    half = {
        "form": "capsule",
        "contents": [{"analyte": "mitragynine", "amount": "1 %"}, {"analyte": "7-OH", "amount": "ND"}],
    }
    refused(lambda: regimen({"at": "8:00", "amount": "1 capsule"}, product=half), "unit_mass")


def test_names_of_regimens_differ():
    refused(lambda: made(regimens=BASE["regimens"] * 2), "regimens[1].name", "no other regimen")


def test_errors_carry_field_value_and_remedy():
    error = refused(lambda: person(weight="3 kg"))
    assert isinstance(error, CaseError)
    assert (error.field, error.value) == ("person.weight", "3 kg")
    assert error.remedy.startswith("between 25 and 350")
