"""Claims on screen, as a page and as JSON: help first, every verdict with its reason, nothing asserted by a heading."""

import datetime as dt
import json
from io import StringIO

import jsonschema
import pytest
from rich.console import Console

from page_reader import Page
from speciosa import claims, reports
from speciosa.knowledge import Verdict

DAY = dt.date(2026, 11, 25)


@pytest.fixture(scope="module")
def sheet():
    return claims.sheet("helps-anxiety", people=4, on=DAY)


@pytest.fixture(scope="module")
def remembered():
    return claims.sheet("raises-serotonin", people=4, on=DAY)


@pytest.fixture(scope="module")
def listed():
    return claims.listing(on=DAY)


def printed(render, record, width=80):
    console = Console(file=StringIO(), width=width)
    render(record, console)
    return console.file.getvalue()


def test_a_claim_on_screen_begins_with_help_and_tells_verdict_reason_and_way(sheet):
    said = printed(reports.claim_terminal, sheet)
    flat = " ".join(said.split())

    assert flat.index("EMERGENCY") < flat.index(sheet.claim.text) < flat.index("UNSUPPORTED")
    assert sheet.claim.reason in flat
    assert sheet.claim.told in flat
    assert "It starts at low (observational studies); risk of bias very serious (2 down)" in flat
    assert all(len(line) <= 80 for line in said.splitlines())
    assert sum(flat.count(word) for word in ("For: ", "Against: ", "Neither: ")) == len(sheet.claim.evidence)


def test_what_is_only_remembered_is_marked_as_deciding_nothing(remembered):
    assert any(one.recalled for one in remembered.claim.evidence)
    assert "only remembered, decides nothing" in " ".join(printed(reports.claim_terminal, remembered).split())
    assert "only remembered, decides nothing" in Page(reports.claim_html(remembered)).text


def test_the_list_on_screen_holds_every_claim_with_verdict_and_certainty(listed):
    said = printed(reports.claims_terminal, listed)

    assert said.index("EMERGENCY") < said.index("Claims on kratom")
    for claim in listed.claims:
        assert claim.id in said
    for verdict in Verdict:
        assert verdict.value.capitalize() in said


@pytest.mark.parametrize("kind", ["claim", "claims"])
def test_a_page_is_whole_stands_alone_and_begins_with_help(sheet, listed, kind):
    text = reports.claim_html(sheet) if kind == "claim" else reports.claims_html(listed)
    page = Page(text)
    ids = set(page.ids)

    assert page.stack == []
    assert len(page.ids) == len(ids)
    assert all(a["href"][1:] in ids for a in page.all("a") if a["href"].startswith("#"))
    assert all("src" not in attributes for _, attributes, _ in page.tags)
    assert page.headings[0] == 1
    assert page.text.index("When to call for help") < page.text.index("Verdict" if kind == "claim" else "By verdict")
    assert text == (reports.claim_html(sheet) if kind == "claim" else reports.claims_html(listed))


def test_no_heading_of_a_page_states_a_claim_without_quotes_and_verdict(sheet, listed):
    assert sheet.title == "“Kratom extract may help manage anxiety symptoms”: unsupported"
    text = reports.claims_html(listed)

    for claim in listed.claims:
        assert f'-title">{claim.text}</h3>' not in text
        assert f'-title">“{claim.text}”</h3>' in text.replace("&#39;", "'").replace("&#34;", '"')


def test_the_page_of_a_claim_shows_each_judgement_with_its_reason_and_each_piece_with_its_source(sheet):
    text = Page(reports.claim_html(sheet)).text

    for judgement in sheet.claim.judgements:
        assert judgement.reason in text
    for one in sheet.claim.evidence:
        assert one.finding[1:] in text
        assert one.citation in text
        assert one.id in text


def test_computed_tests_stand_on_screen_and_page_with_answer_spreads_picture_and_gaps(remembered):
    said = " ".join(printed(reports.claim_terminal, remembered).split())
    text = reports.claim_html(remembered)
    page = Page(text)

    assert [test.test for test in remembered.tests] == list(remembered.claim.test_ids)
    for test in remembered.tests:
        assert f"{test.outcome.value.capitalize()}. {test.sentence}" in said
        for words in (test.question, test.sentence, *test.not_known):
            assert words in said
            assert words in page.text
    assert "People differ: " in said
    assert "What nobody knows leaves " in said
    assert text.count('<figure class="curve"') == 1


def test_a_claim_without_a_test_says_that_nothing_is_computed():
    bare = claims.sheet("botanical-origin", on=DAY)

    assert bare.tests == bare.claim.test_ids == ()
    for said in (printed(reports.claim_terminal, bare), Page(reports.claim_html(bare)).text):
        assert "The model has nothing to compute here" in " ".join(said.split())


def test_what_a_table_holds_is_text_and_no_markup(sheet):
    nasty = "<script>alert(1)</script>"
    claim = sheet.claim.model_copy(update={"reason": nasty, "text": nasty, "told": nasty})
    text = reports.claim_html(sheet.model_copy(update={"claim": claim, "title": nasty}))

    assert nasty not in text
    assert nasty in Page(text).text


@pytest.mark.parametrize("kind", ["claim", "claims"])
def test_json_follows_its_published_schema(sheet, listed, kind):
    record, schema = (sheet, reports.claim_schema()) if kind == "claim" else (listed, reports.claims_schema())
    data = json.loads(reports.to_json(record))

    jsonschema.validate(data, schema)
    assert data["$schema"] == f"urn:speciosa:{kind}:1"
    assert list(data).index("findings") < list(data).index(kind)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**data, "release": "new"}, schema)


def test_expired_knowledge_is_said_on_screen_and_page():
    late = claims.sheet("helps-anxiety", people=4, on=dt.date(2030, 1, 1))

    assert "KNOWLEDGE OUT OF DATE" in printed(reports.claim_terminal, late)
    assert "This knowledge is out of date" in Page(reports.claim_html(late)).text


def test_the_command_prints_a_claim_and_writes_its_files(speciosa, tmp_path):
    page, picture, data = tmp_path / "c.html", tmp_path / "c.svg", tmp_path / "c.json"
    files = ("--html", page, "--svg", picture, "--json", data)
    code, out, err = speciosa("claim", "raises-serotonin", "--people", 4, "--seed", 3, "--quiet", *files)

    assert code == 0
    assert out.index("EMERGENCY") < out.index("UNSUPPORTED")
    assert {line for line in err.splitlines() if line} == {f"wrote {path}" for path in (page, picture, data)}
    told = json.loads(data.read_text(encoding="utf-8"))
    assert told["claim"]["verdict"] == "unsupported"
    assert [test["test"] for test in told["tests"]] == told["claim"]["test_ids"]
    assert picture.read_text(encoding="utf-8").rstrip().endswith("</svg>")


def test_the_command_lists_the_claims_that_fit(speciosa, tmp_path):
    data = tmp_path / "c.json"
    code, out, _ = speciosa("claims", "--verdict", "contradicted", "--search", "noradrenaline", "--json", data)
    found = json.loads(data.read_text(encoding="utf-8"))

    assert code == 0
    assert {claim["verdict"] for claim in found["claims"]} == {"contradicted"}
    assert f"{len(found['claims'])} claim" in out
    assert "antagonism-blocks-release" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("claim", "raises-serotonine"), "raises-serotonin"),
        (("claims", "--section", "strain"), "strains"),
        (("claim", "botanical-origin", "--svg", "x.svg"), "no computed test"),
        (("claim", "raises-serotonin", "--people", "1", "--quiet"), "people"),
    ],
)
def test_what_is_not_in_the_register_ends_in_a_sentence_that_offers_what_is(speciosa, arguments, says):
    code, _, err = speciosa(*arguments)

    assert code == 2
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_a_search_that_finds_nothing_says_so(speciosa, tmp_path):
    page = tmp_path / "c.html"
    code, out, _ = speciosa("claims", "--search", "moonlight", "--html", page)

    assert code == 0
    assert "0 claims of" in out
    assert "No claim of the register fits" in page.read_text(encoding="utf-8")
