"""A profile that no leaf has, and what a certificate does not say."""

from dataclasses import replace

import pytest

from checks_fixtures import GOOD_LINES, make_case, make_exposure, write_certificate
from paper_fixtures import CONTEXT, LEAF, found, ids, leaf_with, line, one, paper
from speciosa import checks, knowledge
from speciosa.cases import Form
from speciosa.checks import Severity
from speciosa.checks._paper_context import of_case

EXTRACT = replace(CONTEXT, form=Form.DRY_EXTRACT)
COMPANIONS = ("speciogynine", "paynantheine", "speciociliatine")


def test_more_7_oh_than_2_percent_of_the_alkaloids():
    told = one(found(leaf_with(("7-hydroxymitragynine", "0.9", "mg/g", 0.05))), "certificate:seven-oh-share")
    assert told.severity is Severity.MAJOR
    assert "added or made" in told.sentence
    assert "Ask the seller whether 7-OH" in told.ask


def test_more_7_oh_beside_mitragynine_than_leaf_has():
    # 1.96 % of the alkaloids, and 4.7 % of mitragynine
    poor = leaf_with(("mitragynine", "6.4", "mg/g", 0.05), ("7-hydroxymitragynine", "0.3", "mg/g", 0.05))
    told = one(found(poor), "certificate:leaf-ratio")
    assert "4.69 % as much 7-OH as mitragynine; in leaf at most 3 %" in told.sentence
    # beyond 2 % of the alkaloids one finding says it
    more = leaf_with(("mitragynine", "6.4", "mg/g", 0.05), ("7-hydroxymitragynine", "0.9", "mg/g", 0.05))
    assert {"certificate:seven-oh-share", "certificate:leaf-ratio"} & set(ids(found(more))) == {
        "certificate:seven-oh-share"
    }
    assert "certificate:leaf-ratio" not in ids(found())


def test_mitragynine_without_its_companions():
    bare = leaf_with(*((name, "<LOQ", "mg/g", 0.05) for name in COMPANIONS))
    told = one(found(bare, EXTRACT), "certificate:lone-alkaloid")
    assert told.severity is Severity.MODERATE
    assert "Speciogynine, paynantheine and speciociliatine were looked for" in told.sentence
    assert "isolated mitragynine" in told.ask
    # not found, and not said how little would have been seen
    unsaid = leaf_with(*((name, "ND", "mg/g", None) for name in COMPANIONS))
    assert one(found(unsaid, EXTRACT), "certificate:lone-alkaloid").severity is Severity.UNKNOWN
    # a test too coarse to see them proves nothing
    coarse = leaf_with(*((name, "<LOQ", "mg/g", 5.0) for name in COMPANIONS))
    assert "certificate:lone-alkaloid" not in ids(found(coarse, EXTRACT))


@pytest.mark.parametrize(
    "lines",
    [
        leaf_with(without=COMPANIONS),  # nobody looked
        leaf_with(*((name, "NT", "mg/g", None) for name in COMPANIONS)),
        leaf_with(
            ("speciogynine", "ND", "mg/g", 0.05), ("speciociliatine", "ND", "mg/g", 0.05)
        ),  # paynantheine is there
    ],
)
def test_what_was_not_looked_for_is_not_missing(lines):
    assert "certificate:lone-alkaloid" not in ids(found(lines))


def test_pseudoindoxyl_is_not_of_leaf():
    told = one(found(leaf_with(("mitragynine pseudoindoxyl", "0.4", "mg/g", 0.05))), "certificate:pseudoindoxyl")
    assert told.severity is Severity.MAJOR
    assert "0.4 mg/g" in told.sentence
    assert "certificate:pseudoindoxyl" not in ids(found(leaf_with(("mitragynine pseudoindoxyl", "ND", "mg/g", 0.05))))


@pytest.mark.parametrize(
    ("percent", "severity"),
    [("2.6", None), ("3.4", Severity.INFORM), ("4.9", Severity.INFORM), ("5.1", Severity.MODERATE)],
)
def test_more_mitragynine_than_leaf_holds(percent, severity):
    said = {f.id: f.severity for f in found(leaf_with(("mitragynine", percent, "%", 0.05)))}
    assert said.get("certificate:beyond-leaf") is severity


def test_a_perfect_label():
    claimed = line("mitragynine", "15.27", "mg/g", 0.05, limit="label claim 15.27 mg/g", number=1)
    told = one(found([claimed, *LEAF[1:]]), "certificate:perfect-match")
    assert "It may be chance" in told.sentence
    near = line("mitragynine", "15.27", "mg/g", 0.05, limit="label claim 15.0 mg/g", number=1)
    assert "certificate:perfect-match" not in ids(found([near, *LEAF[1:]]))


@pytest.mark.parametrize(
    ("without", "words"),
    [
        (("lead", "cadmium", "arsenic", "mercury"), "heavy metals"),
        (("cadmium",), "cadmium"),
        (("Salmonella",), "Salmonella"),
        (("total aflatoxins",), "mould toxins"),
        (("pesticides, 60 substances",), "pesticides"),
        (("adulterants, screen by mass spectrometry",), "added medicines and drugs"),
        (("7-hydroxymitragynine",), "7-hydroxymitragynine"),
        (COMPANIONS, "the other alkaloids of kratom"),
    ],
)
def test_what_was_not_tested(without, words):
    told = one(found(leaf_with(without=without)), "certificate:missing")
    assert words in told.sentence
    assert "Not tested is not the same as not there." in told.sentence
    assert told.ask.startswith("Ask the seller for a test of this lot for")
    assert f"Whether this lot holds {words}." in told.not_known


def test_solvents_are_asked_for_in_extracts_only():
    assert "residual solvents" in one(found(context=EXTRACT), "certificate:missing").sentence
    assert "certificate:missing" not in ids(found())


def test_not_tested_is_not_not_detected():
    told = one(
        found(leaf_with(("lead", "NT", "ppm", None), ("7-hydroxymitragynine", "NT", "mg/g", None))),
        "certificate:missing",
    )
    assert "lead and 7-hydroxymitragynine and gives no result: nobody looked" in told.sentence
    assert "certificate:nothing-found" not in ids(found(leaf_with(("lead", "NT", "ppm", None))))


def test_nothing_found_without_how_little():
    told = one(
        found(leaf_with(("mercury", "ND", "ppm", None), ("total aflatoxins", "ND", "ppb", None))),
        "certificate:nothing-found",
    )
    assert "mercury or total aflatoxins" in told.sentence
    assert "limit of quantification" in told.ask
    known = [line("mercury", "ND", "ppm", None, lod=0.01, number=40)]
    assert "certificate:nothing-found" not in ids(found([*leaf_with(without=("mercury",)), *known]))


def test_a_test_too_coarse_for_what_is_usual():
    told = one(found(leaf_with(("lead", "<0.9", "ppm", None))), "certificate:coarse")
    assert "in every survey that we hold some product had" in told.sentence
    assert told.sources
    assert "certificate:coarse" not in ids(found(leaf_with(("lead", "<0.1", "ppm", None))))


def test_an_assessment_says_the_same(tmp_path):
    case = make_case(write_certificate(tmp_path, ["lead,9,ppm,0.1", *GOOD_LINES[1:]]), folder=tmp_path, place="US-UT")
    of_paper = checks.of_certificate(case.product.certificate, of_case(case))
    of_run = [f for f in checks.run(case, make_exposure(case)) if f.topic == "certificate"]
    assert any(f.id.startswith("certificate:above:lead") for f in of_paper)
    assert {f.id: f for f in of_paper} == {f.id: f for f in of_run}


def test_every_finding_is_fit_to_be_read():
    worst = [line(name, "900", "ppm", number=i) for i, name in enumerate(("lead", "benzene", "arsenic"))]
    worst += [line(name, "ND", "mg/g", number=9) for name in ("7-hydroxymitragynine", *COMPANIONS)]
    worst += [line("mitragynine", "70", "%", number=20), line("Salmonella", "present", "in 25 g", number=21)]
    for about in ({}, {"lot": None, "laboratory": None, "reported": None, "product": None, "form": None}):
        for context in (CONTEXT, checks.PaperContext(), checks.PaperContext(place="DE", form=Form.TEA)):
            findings = checks.of_certificate(paper(worst, **about), context)
            assert len({f.id for f in findings}) == len(findings)
            ranks = [f.severity.rank for f in findings]
            assert ranks == sorted(ranks)
            for f in findings:
                assert f.ask or f.severity is Severity.INFORM, f.id
                assert f.sentence.endswith((".", "!")), f.id
                assert not {"None", "nan"} & set(f.sentence.replace(".", " ").split()), f.sentence
                assert all(knowledge.load().has(row) for row in f.sources), f.id
