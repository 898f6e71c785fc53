"""Computed tests drawn, told and written into the documentation."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from speciosa import claims, exposure, knowledge, reports
from speciosa.claims import Mark, Outcome
from speciosa.errors import InputError
from speciosa.reports import _claim_test_words as words
from speciosa.reports._claim_test_figure import times
from speciosa.reports._page import environment

PAGE = Path(__file__).parents[1] / "docs" / "claim-tests.md"
SEVERAL = ("raises-serotonin", "opioid-agonist", "adrenergic-antagonist", "seven-oh-is-kratom")
SLOW = ("four-weeks", "two-weeks", "15-days")  # doses that are not simulated here again


@pytest.fixture(scope="module")
def results():
    found = claims.computed(SEVERAL, people=8, seed=5)
    return [result for claim in found.values() for result in claim]


def mark(value, direction="at least", unit="share"):
    return Mark(value=value, unit=unit, direction=direction, says="x", reason="y", rows=(), judged=True)


def test_more_than_one_is_beyond_the_mark_in_both_directions():
    assert times(0.5, mark(0.25)) == pytest.approx(2.0)
    assert times(0.25, mark(0.5, "at most")) == pytest.approx(2.0)
    assert times(0.0, mark(0.5)) == 1e-3  # the left edge
    assert times(0.0, mark(0.5, "at most")) == 1e2  # the right one


def test_the_picture_names_each_question_answer_and_medicine_in_words(results):
    svg = reports.claim_tests_svg(results)
    text = " ".join(" ".join(ET.fromstring(svg).itertext()).split())  # noqa: S314 - our own text

    for result in results:
        assert result.outcome.value in text
        assert " ".join(result.question.split()[:5]) in text
        for medicine in result.beside:
            assert medicine.medicine in text
    assert all(word in text for word in ("the mark", "we do not know", "people differ"))
    assert svg == reports.claim_tests_svg(results)


def test_reached_and_not_reached_are_drawn_with_other_markers(results):
    one = {outcome: next(r for r in results if r.outcome is outcome and r.figure) for outcome in Outcome}
    drawn = {outcome: reports.claim_tests_svg([result]) for outcome, result in one.items()}

    assert len({re.sub(r"<(title|desc).*?</\1>", "", svg, flags=re.DOTALL) for svg in drawn.values()}) == 3


def test_nothing_is_no_picture_and_says_so():
    with pytest.raises(InputError, match="at least one computed test"):
        reports.claim_tests_svg([])
    assert reports.claim_tests_sentence([]) == "No test of this was computed."


def test_the_sentence_counts_the_answers_and_promises_nothing(results):
    said = reports.claim_tests_sentence(results)

    assert said.startswith(f"{len(results)} computed tests: ")
    assert said.endswith(words.MECHANISM_ONLY)
    assert reports.claim_tests_sentence(results[:1]).startswith("1 computed test: 1 is not determined.")


def test_the_part_of_a_page_holds_the_picture_and_the_same_as_a_table(results):
    view = reports.claim_tests_view(results, "tests")
    source = '{% import "_claim_tests.html.j2" as tests with context %}{{ tests.shown(view) }}'
    page = environment().from_string(source).render(view=view, anchors=NoAnchors())

    assert page.count('<tr role="row">') == len(results) + 1
    assert page.index("<svg") < page.index("<table")
    for row in view.rows:
        assert row.outcome in page
    assert not re.search(r'id="(?!tests)', page)


class NoAnchors:
    """A page without sources of its own: rows are named, not linked."""

    @staticmethod
    def row(name):  # noqa: ARG004 - no row has a place
        return None


def test_a_page_without_the_two_marks_is_refused(results):
    with pytest.raises(InputError, match="around the table"):
        reports.claim_tests_markdown("# A page", results)


def test_the_documentation_names_every_test_and_gives_the_answers_of_today():
    page = PAGE.read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (CT\d{4}) .*\| ([^|]+) \|$", page, re.MULTILINE))
    rows = knowledge.load().table("claim_tests")
    assert set(told) == {row.id for row in rows}

    quick = {row.claim for row in rows if not row.scenario.endswith(SLOW)}
    slow = {row.claim for row in rows if row.scenario.endswith(SLOW)}
    for results in claims.computed(quick - slow).values():
        for result in results:
            assert told[result.test].strip("*").startswith(result.outcome.value), result.test


def test_the_documentation_names_every_source_of_a_mark_that_was_found_for_it():
    page = PAGE.read_text(encoding="utf-8")
    for row in knowledge.load().table("claim_tests"):
        if row.source_id.startswith("S115") or row.source_id == "S1160":
            assert row.source_id in page, row.id


def test_the_medicines_beside_a_test_are_those_of_its_target(results):
    for result in results:
        for medicine in result.beside:
            assert result.mark.unit == "share"
            assert medicine in exposure.references()
