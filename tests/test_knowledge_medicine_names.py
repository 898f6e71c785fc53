"""Which substance an entry means."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speciosa import knowledge
from speciosa.knowledge import plain, resolve

SUBSTANCES = knowledge.load().table("substances")


def ids(entered):
    return [s.id for s in resolve(entered).substances]


@pytest.mark.parametrize("row", SUBSTANCES, ids=lambda row: row.id)
def test_every_substance_is_found_by_id_and_name(row):
    for entered in (row.id, row.name, row.name.upper(), f"{row.name} 10 mg daily"):
        assert row.id in ids(entered)
        assert resolve(entered).read_as is None


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("Zoloft", ["sertraline"]),
        ("Xanax 0.5 mg", ["alprazolam"]),
        ("St. John's Wort", ["st_john_s_wort"]),
        ("St John’s wort capsules", ["st_john_s_wort"]),
        ("acetaminophen", ["paracetamol"]),
        ("2 cups of coffee", ["caffeine"]),
        ("a glass of red wine", ["alcohol"]),
        ("Suboxone", ["buprenorphine", "naloxone"]),
        ("Contrave", ["naltrexone", "bupropion"]),
        ("Celexa", ["citalopram"]),
        ("sertraline and trazodone", ["sertraline", "trazodone"]),
        ("CBD", ["cannabidiol"]),
        ("heroin", ["diamorphine"]),
        ("armodafinil", ["modafinil"]),
        ("Nuvigil", ["modafinil"]),
    ],
)
def test_brands_synonyms_and_habits(entered, expected):
    found = resolve(entered)
    assert sorted(s.id for s in found.substances) == sorted(expected)
    assert found.read_as is None


@pytest.mark.parametrize(
    ("entered", "expected"),
    [
        ("sertralin", "sertraline"),
        ("Setraline 50 mg", "sertraline"),
        ("alprozolam", "alprazolam"),
        ("ibuprofin", "ibuprofen"),
        ("hydroxizine", "hydroxyzine"),
        ("metropolol", "metoprolol"),
    ],
)
def test_a_near_miss_is_read_and_said(entered, expected):
    found = resolve(entered)
    assert [s.id for s in found.substances] == [expected]
    assert found.read_as == expected


@pytest.mark.parametrize(
    "entered",
    [
        "prednisolone",
        "fluvastatin",
        "nimodipine",
        "pentobarbital",
        "trimipramine",
        "lansoprazole",
        "foozine",
        "",
        "  ",
        "7",
    ],
)
def test_what_is_not_in_the_tables_is_not_guessed(entered):
    assert resolve(entered).substances == ()


def test_a_combination_of_which_we_know_a_part_says_so():
    assert resolve("Norco").combination
    assert not resolve("Suboxone").combination
    assert not resolve("hydrocodone").combination


def test_one_slip_of_the_pen_never_becomes_another_medicine():
    for row in SUBSTANCES:
        name = plain(row.name)
        if len(name) < 6 or " " in name:
            continue
        for i in range(len(name)):
            found = resolve(name[:i] + name[i + 1 :])
            assert found.substances == () or row.id in [s.id for s in found.substances]


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_without_an_error(entered):
    found = resolve(entered)
    assert found.entered == entered
    assert resolve(entered) == found
