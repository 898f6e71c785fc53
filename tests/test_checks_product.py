"""The checks on the certificate and on the law."""

from dataclasses import replace
from datetime import date

import pytest

from checks_fixtures import GOOD_LINES, SHOT, TABLET, make_case, make_exposure, regimen, write_certificate
from speciosa import checks, knowledge
from speciosa.checks import Severity
from speciosa.checks._law import parse, seven_oh_severity
from speciosa.checks._product import is_seven_oh, may_be_seven_oh, parts, share_of_seven_oh


def run(case):
    return checks.run(case, make_exposure(case))


def one(found, start):
    return next(f for f in found if f.id.startswith(start))


def ids(found, start="certificate:"):
    return [f.id for f in found if f.id.startswith(start)]


def certified(folder, lines, **changes):
    return run(make_case(write_certificate(folder, lines), folder=folder, **changes))


def test_without_a_certificate_the_contents_are_not_those_of_this_lot():
    found = one(run(make_case()), "certificate:none")
    assert found.severity is Severity.UNKNOWN
    assert "not of this lot" in found.sentence


def test_a_good_certificate_has_nothing_to_complain_of(tmp_path):
    found = certified(tmp_path, GOOD_LINES)
    assert ids(found) == ["certificate:compared"]
    compared = one(found, "certificate:compared")
    assert "lead" in compared.sentence
    assert "no guarantee" in compared.sentence
    assert "limits:LM003" in compared.sources


def test_metals_are_judged_by_the_day(tmp_path):
    lines = ["lead,2,ppm,0.01", *GOOD_LINES[1:]]
    little = (regimen("x", "2 g"),)
    much = (regimen("x", "4 g", times=10, every="12 h"),)
    assert ids(certified(tmp_path, lines, regimens=little), "certificate:above") == []
    found = one(certified(tmp_path, lines, regimens=much), "certificate:above:lead")
    assert found.severity is Severity.MAJOR
    assert "16 µg/day, above the 5 µg/day of USP <2232>" in found.sentence


def test_the_law_of_the_place_has_limits_of_its_own(tmp_path):
    lines = ["lead,1.5,ppm,0.01", *GOOD_LINES[1:]]
    utah = one(certified(tmp_path, lines, place="US-UT"), "certificate:above:lead")
    assert "Utah" in utah.sentence
    assert utah.severity is Severity.MAJOR
    assert ids(certified(tmp_path, lines, place="US-CO"), "certificate:above") == []


def test_a_germ_that_must_be_absent(tmp_path):
    found = one(certified(tmp_path, [*GOOD_LINES[:5], "Salmonella,present,in 25 g,"]), "certificate:above:salmonella")
    assert found.severity is Severity.CONTRAINDICATED
    assert "should not be swallowed" in found.sentence


def test_a_laboratory_that_could_not_have_seen_it(tmp_path):
    found = one(certified(tmp_path, ["lead,ND,ppm,5", *GOOD_LINES[1:]]), "certificate:cannot-tell:lead")
    assert found.severity is Severity.UNKNOWN
    assert "could not have seen" in found.sentence


def test_total_arsenic_above_a_limit_for_the_inorganic_part_cannot_be_told(tmp_path):
    lines = [GOOD_LINES[0], "arsenic,12,ppm,0.05", *GOOD_LINES[3:]]
    found = certified(tmp_path, lines)
    blind = [f for f in found if f.id.startswith(("certificate:above:arsenic", "certificate:cannot-tell:arsenic"))]
    assert blind
    assert all("LM001" not in source for f in blind if "above" in f.id for source in f.sources)


def test_what_is_not_on_the_paper_is_said(tmp_path):
    found = one(certified(tmp_path, []), "certificate:missing")
    assert found.severity is Severity.UNKNOWN
    assert all(word in found.sentence for word in ("heavy metals", "microbes", "mould toxins"))
    assert "solvents" not in found.sentence  # leaf powder is made without
    partly = one(certified(tmp_path, [GOOD_LINES[0], *GOOD_LINES[4:]]), "certificate:missing")
    assert "arsenic, cadmium and mercury" in partly.sentence


def test_a_result_that_the_laboratory_failed(tmp_path):
    path = tmp_path / "paper.csv"
    path.write_text("analyte,result,unit,status\nmitragynine,15,mg/g,pass\nlead,0.1,ppm,FAIL\n", encoding="utf-8")
    case = make_case({"certificate": "paper.csv", "form": "powder"}, folder=tmp_path)
    assert one(run(case), "certificate:failed:lead").severity is Severity.MAJOR


def test_alkaloids_that_do_not_add_up(tmp_path):
    lines = ["total alkaloids,10,mg/g,", *GOOD_LINES]
    assert one(certified(tmp_path, lines), "certificate:sum").severity is Severity.MINOR
    assert ids(certified(tmp_path, ["total alkaloids,21.5,mg/g,", *GOOD_LINES]), "certificate:sum") == []


def test_a_blend_is_found_on_the_paper(tmp_path):
    found = one(certified(tmp_path, ["kava,50,mg/g,", *GOOD_LINES]), "interaction:kava")
    assert found.severity is Severity.MAJOR
    assert "The product itself holds kava" in found.sentence
    traces = certified(tmp_path, ["ethanol,200,ppm,", *GOOD_LINES])
    assert ids(traces, "interaction:alcohol") == []


def test_7_oh_beyond_natural_leaf():
    tablet = make_case(TABLET, (regimen("x", "1 tablet"),))
    assert is_seven_oh(tablet.product)
    assert one(run(tablet), "certificate:seven-oh-share").severity is Severity.MAJOR
    shot = make_case(SHOT, (regimen("x", "1 shot"),))
    assert not is_seven_oh(shot.product)
    assert one(run(shot), "certificate:seven-oh-share").severity is Severity.UNKNOWN
    assert ids(run(make_case()), "certificate:seven-oh-share") == []


def test_which_kratom_it_is():
    both = {
        "form": "powder",
        "contents": [
            {"analyte": "mitragynine", "amount": "10 mg/g"},
            {"analyte": "7-hydroxymitragynine", "amount": "1 mg/g"},
        ],
    }
    assert parts(make_case(both).product) >= {"leaf", "7-OH or pseudoindoxyl", "any"}
    assert "7-OH or pseudoindoxyl" not in parts(make_case().product)
    assert "leaf" not in parts(make_case(TABLET, (regimen("x", "1 tablet"),)).product)


def test_the_share_compares_units_and_what_was_not_found():
    mixed = {
        "form": "powder",
        "contents": [
            {"analyte": "mitragynine", "amount": "2 %"},
            {"analyte": "7-hydroxymitragynine", "amount": "<LOQ", "loq": "0.2 mg/g"},
        ],
    }
    share = share_of_seven_oh(make_case(mixed).product)
    assert share is not None
    assert share.percent == 0.0
    assert share.highest == pytest.approx(100 * 0.2 / 20.2)


@pytest.mark.parametrize(
    ("place", "row", "severity"),
    [
        ("US-GA", "LM096", "major"),
        ("US-FL", "LM097", "major"),
        ("US-CO", "LM229", "major"),
        ("US-CO", "LM100", "moderate"),
    ],
)
def test_limits_for_7_oh_hold_where_they_hold(place, row, severity):
    found = run(make_case(TABLET, (regimen("x", "1 tablet"),), place=place))
    assert (
        next(f for f in found if f.id.startswith("certificate:limit") and f"limits:{row}" in f.sources).severity
        == severity
    )
    abroad = run(make_case(TABLET, (regimen("x", "1 tablet"),), place="DE"))
    assert ids(abroad, "certificate:limit") == []


def test_a_label_is_a_claim():
    found = one(run(make_case(SHOT, (regimen("x", "1 shot"),))), "certificate:label")
    assert "a claim" in found.sentence
    assert "Laboratories found" in found.sentence
    assert ids(run(make_case()), "certificate:label") == []


@pytest.mark.parametrize("row", knowledge.load().table("us_states"), ids=lambda row: row.id)
def test_every_place_of_the_united_states_has_an_answer(row):
    if row.level == "federal":
        return
    place = row.iso or row.parent
    locality = None if row.iso else row.name
    case = make_case(TABLET, (regimen("x", "1 tablet"),), place=f"{row.name}, {place}" if locality else place)
    found = run(case)
    assert one(found, f"law:leaf:{row.id}").sentence.endswith("this is no legal advice.")
    assert one(found, "law:US").sources[:2] == ("us_states:US001", "us_states:US002")


@pytest.mark.parametrize(
    "row", [r for r in knowledge.load().table("countries") if r.iso not in {None, "US", "EU"}], ids=lambda row: row.id
)
def test_every_country_has_an_answer(row):
    found = run(make_case(place=row.iso))
    leaf = one(found, f"law:leaf:{row.id}")
    assert row.name in leaf.sentence
    assert leaf.sentence.endswith("this is no legal advice.")


@pytest.mark.parametrize(
    ("place", "row", "severity"),
    [
        ("US-AL", "US007", "major"),
        ("US-CA", "US014", "moderate"),
        ("US-CO", "US017", "minor"),
        ("US-KS", "US040", "unknown"),
        ("US-AK", "US043", "inform"),
        ("SG", "CN051", "major"),
        ("DE", "CN011", "unknown"),
    ],
)
def test_how_strict_the_law_is(place, row, severity):
    assert one(run(make_case(place=place)), f"law:leaf:{row}").severity == severity


def test_no_place_is_not_known():
    found = one(run(make_case(place=None)), "law:no-place")
    assert found.severity is Severity.UNKNOWN
    assert found.not_known


def test_the_age_that_the_law_asks_for():
    assert one(run(make_case(age=20)), "law:age").severity is Severity.MAJOR
    assert ids(run(make_case(age=21)), "law:age") == []
    assert ids(run(make_case(age=20, place="US-TX")), "law:age") == []


def test_old_rows_say_how_old_they_are():
    fresh = one(run(make_case()), "law:leaf")
    assert "Last checked: 2026-06-07" in fresh.sentence
    old = one(run(make_case(asked_on="2027-06-01")), "law:leaf")
    assert "359 days before: it may be out of date" in old.sentence
    assert any("has changed" in text for text in old.not_known)


def test_a_change_that_is_due_and_one_whose_day_has_come():
    before = one(run(make_case(place="US-KY", asked_on="2026-11-24")), "law:leaf")
    after = one(run(make_case(place="US-KY", asked_on="2027-01-02")), "law:leaf")
    assert "A change is due on 2027-01-01" in before.sentence
    assert "may have come into force" in after.sentence


def test_town_rules_are_named_where_the_town_is_not_given():
    assert any("Parker" in text for text in one(run(make_case()), "law:leaf").not_known)


def test_leaf_without_7_oh_has_no_finding_on_7_oh():
    assert ids(run(make_case(place="US-OH")), "law:7-oh") == []
    tablet = make_case(TABLET, (regimen("x", "1 tablet"),), place="US-OH")
    assert one(run(tablet), "law:7-oh").severity is Severity.MAJOR


def test_a_natural_trace_is_not_what_a_ban_on_7_oh_means():
    shot = make_case(SHOT, (regimen("x", "1 shot"),), place="US-OH")
    assert one(run(shot), "law:7-oh").severity is Severity.MODERATE


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        (None, "unknown"),
        ("proposed Schedule I", "moderate"),
        ("Schedule I", "major"),
        ("capped", "moderate"),
        ("2 % of alkaloids; synthetic banned", "major"),
        ("7 firms", "unknown"),
    ],
)
def test_the_status_of_7_oh_in_words(status, severity):
    assert seven_oh_severity(status) == severity


def test_only_whole_days_are_days():
    assert parse("2027-01-01") == date(2027, 1, 1)
    assert parse("2027-01") is None
    assert parse("pending 2026") is None
    assert parse(None) is None


def powder(*contents):
    return {"form": "powder", "contents": [dict(zip(("analyte", "amount", "loq"), c, strict=False)) for c in contents]}


def test_a_limit_per_serving_is_that_of_the_largest_dose():
    found = run(make_case(regimens=(regimen("x", "8 g"),), place="US-GA"))  # 156 mg mitragynine
    assert "156 mg per serving" in one(found, "certificate:limit:LM094").sentence
    assert ids(run(make_case(place="US-GA")), "certificate:limit:LM094") == []


def test_7_oh_that_was_not_found_may_still_be_above_a_strict_limit():
    blind = powder(("mitragynine", "15 mg/g"), ("7-hydroxymitragynine", "<LOQ", "0.9 mg/g"))
    found = one(run(make_case(blind, place="US-GA")), "certificate:limit:LM095")
    assert found.severity is Severity.UNKNOWN
    assert "cannot be told" in found.sentence
    sharp = powder(("mitragynine", "15 mg/g"), ("7-hydroxymitragynine", "<LOQ", "0.1 mg/g"))
    assert ids(run(make_case(sharp, place="US-GA")), "certificate:limit:LM095") == []


def test_weight_limits_are_compared_in_their_own_unit():
    strong = powder(("mitragynine", "15 mg/g"), ("7-hydroxymitragynine", "0.9 mg/g"))
    florida = one(run(make_case(strong, place="US-FL")), "certificate:limit:LM097")
    assert "900 ppm" in florida.sentence
    federal = one(run(make_case(strong, place="US-FL")), "certificate:limit:LM09")
    assert federal.severity is Severity.MAJOR


def test_pseudoindoxyl_counts_in_any_amount():
    traces = powder(
        ("mitragynine", "15 mg/g"), ("7-hydroxymitragynine", "ND"), ("mitragynine pseudoindoxyl", "0.01 mg/g")
    )
    case = make_case(traces)
    assert is_seven_oh(case.product)
    found = run(case)
    assert one(found, "certificate:limit:LM101").severity is Severity.MAJOR
    assert one(found, "law:US").severity is Severity.MAJOR


def test_a_proposal_for_leaf_is_not_held_against_a_tablet():
    tablet = run(make_case(TABLET, (regimen("x", "1 tablet"),)))
    assert ids(tablet, "certificate:limit:LM098") == []
    leaf = powder(("mitragynine", "15 mg/g"), ("7-hydroxymitragynine", "0.2 mg/g"))
    found = ids(run(make_case(leaf)), "certificate:limit")
    assert found == []
    some = powder(("mitragynine", "30 mg/g"), ("7-hydroxymitragynine", "0.55 mg/g"))
    assert ids(run(make_case(some)), "certificate:limit") == ["certificate:limit:LM098"]


def test_a_daily_limit_without_a_mass_cannot_be_told(tmp_path):
    path = tmp_path / "paper.csv"
    path.write_text("analyte,result,unit,loq\nmitragynine,20,mg/tablet,1\nlead,0.5,ppm,0.1\n", encoding="utf-8")
    product = {"certificate": "paper.csv", "form": "tablet"}
    found = run(make_case(product, (regimen("x", "1 tablet"),), folder=tmp_path))
    lead = one(found, "certificate:cannot-tell:lead")
    assert "how many grams are taken in a day was not told" in lead.sentence
    assert "From 10 g of product a day on the limit of USP <2232> is passed." in lead.sentence


def test_the_country_alone_still_has_its_federal_law():
    found = run(make_case(place="US"))
    assert one(found, "law:US")
    assert one(found, "law:no-place").severity is Severity.UNKNOWN


def test_a_town_that_is_not_in_the_tables_is_said():
    leaf = one(run(make_case(place="Boulder, Colorado")), "law:leaf")
    assert "Whether Boulder has rules of its own: it is not in our tables." in leaf.not_known
    parker = run(make_case(place="Parker, Colorado"))
    assert one(parker, "law:leaf:US064").severity is Severity.MAJOR
    assert not any("Parker has rules" in text for f in parker for text in f.not_known)


def test_a_rule_that_begins_later_says_so():
    found = one(run(make_case(place="US-TN", asked_on="2026-06-20")), "law:leaf")
    assert "This rule begins on 2026-07-01" in found.sentence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E. coli,<10,CFU/g,", "certificate:cannot-tell:e-coli"),
        ("E. coli,50,CFU/g,", "certificate:above:e-coli"),
        ("E. coli,0,CFU/g,", None),
        ("Salmonella,absent,in 10 g,", "certificate:cannot-tell:salmonella"),  # 25 g are asked for
        ("lead,<LOQ,ppm,", "certificate:cannot-tell:lead"),
        ("lead,NT,ppm,", None),
        ("lead,0.3,mg/capsule,", "certificate:cannot-tell:lead"),
        ("nickel,<0.1,ppm,", None),
    ],
)
def test_every_way_of_printing_a_result_is_judged(tmp_path, line, expected):
    found = [i for i in ids(certified(tmp_path, [line])) if "above" in i or "cannot" in i]
    assert [i.rpartition(":")[0] for i in found] == ([expected] if expected else [])


def test_a_large_sample_is_what_the_strictest_law_asks_for(tmp_path):
    found = one(certified(tmp_path, GOOD_LINES, place="US-UT"), "certificate:cannot-tell:salmonella")
    assert "looked at less of the product" in found.sentence


def test_nothing_found_without_a_limit_of_quantification_says_so(tmp_path):
    found = one(certified(tmp_path, ["lead,ND,ppm,", *GOOD_LINES[1:]]), "certificate:nothing-found")
    assert found.not_known == ("How little of lead would have been seen.",)
    assert ids(certified(tmp_path, GOOD_LINES), "certificate:nothing-found") == []


def test_alkaloids_in_units_of_two_kinds_are_compared_only_where_the_mass_is_known():
    contents = [
        {"analyte": "mitragynine", "amount": "20 mg/g"},
        {"analyte": "7-hydroxymitragynine", "amount": "5 mg/capsule"},
    ]
    product = {"form": "capsule", "contents": contents, "unit_mass": "0.5 g"}
    weighed = make_case(product, (regimen("x", "1 capsule"),)).product
    share = share_of_seven_oh(weighed)
    assert share is not None
    assert share.percent == pytest.approx(100 * 5 / 15)
    unweighed = replace(weighed, unit_mass_g=None)
    assert share_of_seven_oh(unweighed) is None
    assert may_be_seven_oh(unweighed)
