"""What a case says of the product and of what is taken when."""

import pytest

from cases_fixtures import BASE, ROOT, TYPED, made, person, product, refused, regimen
from speciosa import cases, knowledge
from speciosa.cases import Dose, Form
from speciosa.errors import CaseError

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
