"""Sums, units, servings and shares on a certificate: numbers that cannot all be right."""

from dataclasses import replace

import pytest

from paper_fixtures import CONTEXT, found, ids, leaf_with, one
from speciosa.cases import Form
from speciosa.checks import Certainty, Severity


def test_parts_larger_than_the_whole():
    # the parts are 25.35 mg/g; rounding of six figures explains 0.03, and so 25.33
    assert "certificate:sum" not in ids(found(leaf_with(("total alkaloids", "25.33", "mg/g", None))))
    wrong = one(found(leaf_with(("total alkaloids", "25.1", "mg/g", None))), "certificate:sum")
    assert wrong.severity is Severity.MINOR
    assert wrong.certainty is Certainty.HIGH
    assert "add up to 25.3 mg/g, more than the stated total of 25.1 mg/g" in wrong.sentence
    assert "corrected paper" in wrong.ask


def test_a_total_that_is_less_than_one_of_its_parts():
    assert "certificate:sum" in ids(found(leaf_with(("total alkaloids", "1.2", "%", None))))


def test_a_total_may_hold_more_than_is_listed():
    assert "certificate:sum" not in ids(found(leaf_with(("total alkaloids", "31.2", "mg/g", None))))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (("mitragynine", "1.527", "mg/g", None), "ten times apart: a slip of the unit"),
        (("mitragynine", "15.27", "%", None), "ten times apart: a slip of the unit"),
        (("mitragynine", "1.9", "%", None), "1.24 times apart"),
    ],
)
def test_two_units_that_cannot_both_be_right(other, words):
    lines = [*leaf_with(), other]
    told = one(found(lines), "certificate:units")
    assert words in told.sentence
    assert told.severity is Severity.MODERATE


@pytest.mark.parametrize("percent", ["1.53", "1.5", "1.527"])
def test_two_units_that_differ_by_rounding(percent):
    assert "certificate:units" not in ids(found([*leaf_with(), ("mitragynine", percent, "%", None)]))


def test_a_thousandfold_slip_of_metals():
    told = one(found([*leaf_with(), ("lead", "0.412", "ppb", 0.1)]), "certificate:units")
    assert "a thousand times apart" in told.sentence


def test_the_amount_in_a_serving():
    fits = [*leaf_with(), ("mitragynine", "36.6", "mg/serving", None)]
    assert "certificate:serving" not in ids(found(fits))
    wrong = [*leaf_with(), ("mitragynine", "66.6", "mg/serving", None)]
    told = one(found(wrong), "certificate:serving")
    assert "66.6 mg/serving of mitragynine would need a serving of 4.36 g, and the serving is 2.4 g." in told.sentence
    # the serving that the paper prints goes before that of the pack
    assert "certificate:serving" not in ids(found(wrong, serving_g=4.36))


def test_without_a_serving_two_analytes_must_agree_on_one():
    nobody = replace(CONTEXT, serving_g=None)
    lines = [*leaf_with(), ("mitragynine", "36.6", "mg/serving", None)]
    assert "certificate:serving" not in ids(found([*lines, ("paynantheine", "10.0", "mg/serving", None)], nobody))
    told = one(found([*lines, ("paynantheine", "4.18", "mg/serving", None)], nobody), "certificate:serving")
    assert "2.4 g by mitragynine and 1 g by paynantheine" in told.sentence


def test_the_share_of_7_oh_is_computed_again():
    lines = leaf_with(("total alkaloids", "26.0", "mg/g", None))
    right = [*lines, ("7-OH, % of total alkaloids", "0.5", "%", None)]
    assert "certificate:share" not in ids(found(right))
    wrong = [*lines, ("7-OH, % of total alkaloids", "0.05", "%", None)]
    assert "by its own figures it is 0.5 %" in one(found(wrong), "certificate:share").sentence


@pytest.mark.parametrize(
    ("changed", "other"),
    [
        (("mitragynine", "1.53", "mg/g", 0.05), "%"),
        (("mitragynine", "15.3", "%", 0.05), "mg/g"),
        (("lead", "412", "ppm", 1.0), "ppb"),
        (("lead", "0.4", "ppb", 0.1), "ppm"),
    ],
)
def test_a_number_that_makes_sense_in_another_unit(changed, other):
    told = one(found(leaf_with(changed)), "certificate:unit-slip")
    assert f"As {other} it would be usual." in told.sentence
    assert told.severity is Severity.UNKNOWN
    assert told.sources
    assert "in which unit" in told.ask


@pytest.mark.parametrize(
    "changed",
    [
        ("mitragynine", "3.2", "mg/g", 0.05),
        ("lead", "0.04", "ppm", 0.01),
        ("lead", "9", "ppm", 0.1),
        ("nickel", "60", "ppb", 1.0),
    ],
)
def test_a_number_that_is_only_unusual_is_no_slip(changed):
    assert "certificate:unit-slip" not in ids(found(leaf_with(changed)))


def test_an_extract_may_hold_what_leaf_does_not():
    strong = leaf_with(("mitragynine", "45.3", "%", 0.05))
    extract = replace(CONTEXT, form=Form.DRY_EXTRACT)
    assert not {"certificate:unit-slip", "certificate:beyond-leaf"} & set(ids(found(strong, extract)))
