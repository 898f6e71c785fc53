"""Who tested what, when and how: laboratory, lot, days, age, methods."""

from dataclasses import replace
from datetime import date

import pytest

from paper_fixtures import CONTEXT, LEAF, TODAY, found, ids, line, one
from speciosa import certificates, checks
from speciosa.checks import Certainty, Severity


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"laboratory": None}, "names no laboratory"),
        ({"laboratory": "  "}, "names no laboratory"),
        ({"accreditation": None}, "names no accreditation"),
        ({"accreditation": "ISO/IEC 17025:2017"}, "gives no number"),
        ({"accreditation": "A2LA"}, "gives no number"),
        ({"accreditation": "certified quality 5"}, "no body that accredits"),
    ],
)
def test_a_laboratory_that_nobody_can_look_up(about, words):
    told = one(found(**about), "certificate:laboratory")
    assert words in told.sentence
    assert told.severity is Severity.UNKNOWN
    assert "look it up in the list of that body" in told.ask


@pytest.mark.parametrize(
    "accreditation", ["ISO/IEC 17025, ANAB AT-1234", "PJLA #98765", "DAkkS D-PL-12345-01-00", "KAN LP-001-IDN"]
)
def test_a_laboratory_that_can_be_looked_up(accreditation):
    assert "certificate:laboratory" not in ids(found(accreditation=accreditation))


def test_the_sellers_own_laboratory():
    own = one(found(laboratory="Green Leaf Labs LLC", client="Green Leaf Kratom Inc."), "certificate:own-laboratory")
    assert "no independent" in own.sentence
    house = one(found(note="Tested in-house"), "certificate:own-laboratory")
    assert "in-house" in house.sentence
    assert "certificate:own-laboratory" not in ids(found(client="Green Leaf Kratom Inc."))
    # words that every company has make no two companies one
    assert "certificate:own-laboratory" not in ids(
        found(laboratory="Kratom Testing Laboratory", client="Kratom Company")
    )


@pytest.mark.parametrize("lot", [None, "", "N/A", "Kratom powder", "all strains", "-", "1"])
def test_a_paper_that_is_tied_to_no_lot(lot):
    told = one(found(lot=lot), "certificate:lot")
    assert "any pack" in told.sentence
    assert told.severity is Severity.UNKNOWN


def test_the_lot_on_the_pack():
    other = one(found(context=replace(CONTEXT, label_lot="K51-0325")), "certificate:lot")
    assert "about lot K51-0324; the pack says K51-0325" in other.sentence
    assert other.severity is Severity.MODERATE
    for same in ("k51 0324", "Lot: K51-0324", "LOT# K510324", None):
        assert "certificate:lot" not in ids(found(context=replace(CONTEXT, label_lot=same)))


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"reported": date(2026, 9, 2)}, "it was reported on 2026-09-02, before it was received by the laboratory"),
        ({"tested": date(2026, 8, 1), "manufactured": date(2026, 8, 20)}, "tested on 2026-08-01, before it was made"),
        ({"reported": date(2026, 12, 24)}, "a day to come"),
        ({"manufactured": date(2026, 8, 1), "expires": date(2026, 7, 1)}, "good until 2026-07-01, before it was made"),
    ],
)
def test_days_that_cannot_be(about, words):
    told = one(found(**about), "certificate:dates")
    assert words in told.sentence
    assert told.certainty is Certainty.HIGH
    assert told.severity is Severity.MODERATE


def test_no_day_at_all():
    told = one(found(reported=None), "certificate:dates")
    assert "neither when the lot was tested nor when the result was reported" in told.sentence
    assert "certificate:dates" not in ids(found(reported=None, tested=date(2026, 9, 10)))


@pytest.mark.parametrize(("today", "old"), [(date(2027, 9, 14), False), (date(2027, 9, 15), True)])
def test_a_paper_of_more_than_a_year(today, old):
    assert ("certificate:old" in ids(found(context=replace(CONTEXT, today=today)))) == old


def test_a_lot_that_has_expired():
    told = one(found(expires=date(2026, 11, 24)), "certificate:old")
    assert told.title == "The lot has expired"
    assert told.severity is Severity.MODERATE
    assert "certificate:old" not in ids(found(expires=TODAY))


def test_without_a_day_nothing_is_said_of_age():
    findings = found(context=replace(CONTEXT, today=None), reported=date(2020, 1, 1), sampled=None, received=None)
    assert "certificate:old" not in ids(findings)


def with_methods(**methods):
    lines = [line(*entry, number=i) for i, entry in enumerate(LEAF)]
    return [replace(v, method=methods.get(v.kind.replace(" ", "_"), v.method)) for v in lines]


@pytest.mark.parametrize(
    ("kind", "method", "words"),
    [
        ("microbe", "USP <71>", "a herb is never sterile"),
        ("metal", "HPLC-UV", "sees neither metals nor living germs"),
        ("alkaloid", "ICP-MS", "counts atoms of metals"),
        ("metal", "AOAC 990.12", "is for germs"),
        ("alkaloid", "TLC", "gives no reliable amount"),
    ],
)
def test_a_method_that_cannot_see_it(kind, method, words):
    told = one(found(with_methods(**{kind: method})), "certificate:unsuitable-method")
    assert words in told.sentence
    assert method in told.sentence
    assert told.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("microbe", "USP <2021>"),
        ("metal", "USP <233>"),
        ("alkaloid", "UHPLC-MS"),
        ("metal", "HPLC / ICP-MS"),
        ("mycotoxin", "ELISA"),
    ],
)
def test_a_method_that_can(kind, method):
    assert "certificate:unsuitable-method" not in ids(found(with_methods(**{kind: method})))


def test_no_method_and_one_method_for_everything():
    none = with_methods(metal="", microbe="")
    assert "how metals and microbes were measured" in one(found(none), "certificate:methods").sentence
    kinds = ("alkaloid", "metal", "microbe", "mycotoxin")
    same = with_methods(**dict.fromkeys(kinds, "in-house method 12"))
    assert "No single method can measure all of them" in one(found(same), "certificate:methods").sentence


def test_a_file_says_enough_to_find_days_that_cannot_be(tmp_path):
    file = tmp_path / "paper.csv"
    file.write_text(
        "lot,K51\nmanufactured,2026-05-02\ntested,2026-04-01\n\nanalyte,result,unit\nmitragynine,14.1,mg/g\n",
        encoding="utf-8",
    )
    told = checks.of_certificate(certificates.read(file), CONTEXT)
    assert "before it was made" in one(told, "certificate:dates").sentence
