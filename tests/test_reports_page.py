"""The page: one file that stands alone, reads well for machines that read aloud, and lies about nothing."""

import base64
import hashlib
import html
import math
import re
import xml.etree.ElementTree as ET
from importlib import resources

import pytest

import reports_fixtures as made_up
from page_reader import Page
from speciosa import reports

URL = re.compile(r"https?://[^\s\"'<>)]+")


@pytest.fixture(scope="module")
def text():
    return reports.html(made_up.assessment())


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_the_same_assessment_gives_the_same_bytes(text):
    assert reports.html(made_up.assessment()) == text


def test_every_tag_is_closed_in_order(page):
    assert page.stack == []


def test_ids_are_unique_and_every_local_link_leads_somewhere(page):
    assert len(page.ids) == len(set(page.ids))
    known = set(page.ids)
    for _, attributes, _ in page.tags:
        for name in ("href", "xlink:href"):
            target = attributes.get(name) or ""
            assert not target.startswith("#") or target[1:] in known, target
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= known
        assert set(re.findall(r"url\(#([^)]+)\)", " ".join(str(v) for v in attributes.values()))) <= known


def test_the_page_loads_nothing(text, page):
    for tag, attributes, _ in page.tags:
        assert tag not in {"img", "iframe", "link", "object", "embed", "source", "video", "audio", "base"}
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        href = attributes.get("href") or attributes.get("xlink:href") or "#"
        assert href.startswith("#") or (tag == "a" and href.startswith(("https://", "http://example.org/")))
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "@import" not in text
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    links = {a["href"] for a in page.all("a")}
    assert set(URL.findall(text.replace("&amp;", "&"))) <= names | links


def test_headings_step_down_one_at_a_time(page):
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    for before, after in zip(page.headings, page.headings[1:], strict=False):
        assert after <= before + 1


def test_landmarks_language_and_skip_link_are_there(page):
    assert page.all("html")[0]["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    first = page.all("a")[0]
    assert (first["class"], first["href"]) == ("skip", "#findings")


def test_every_picture_has_a_name_a_description_and_a_table_nearby(page):
    pictures = [i for i, (tag, _, _) in enumerate(page.tags) if tag == "svg"]
    titles = [tag for tag, _, inside in page.tags if tag == "title" and "svg" in inside]
    descriptions = [tag for tag, _, inside in page.tags if tag == "desc"]

    assert len(pictures) == len(titles) == len(descriptions) > 20
    for i in pictures:
        _, attributes, inside = page.tags[i]
        assert attributes["role"] == "img"
        assert inside[-1] == "figure" or "figure" in inside
        following = [tag for tag, _, _ in page.tags[i:]]
        assert following.index("table") < following.index("figure") if "figure" in following else "table" in following


def test_every_table_has_a_caption_and_scoped_heads(page):
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(head.get("scope") in {"col", "row"} for head in page.all("th"))


def test_what_a_user_wrote_is_text_and_nothing_else(text, page):
    assert made_up.NASTY in page.text
    assert "<b>" not in text
    assert "alert('x')" not in text
    assert "49" not in re.findall(r"\{\{ (\d+) \}\}", text)
    assert len(page.all("script")) == 1
    assert not any("javascript:" in a["href"] for a in page.all("a"))


def test_control_characters_do_not_reach_the_page():
    hostile = made_up.assessment().model_copy(update={"title": "a\x00b\x1bc\u202ed", "scenarios": ()})

    assert "<h1>abcd</h1>" in reports.html(hostile)


def test_the_order_is_emergency_case_findings_regimens_parameters_sources_release(page):
    wanted = [
        "finding-emergency-call",
        "asked",
        "findings",
        "regimen-1",
        "regimen-2",
        "parameters",
        "sources",
        "release",
    ]
    places = [page.ids.index(name) for name in wanted]

    assert places == sorted(places)


def test_every_finding_shows_all_that_it_knows(page):
    assessment = made_up.assessment()
    for finding in assessment.findings:
        for words in (finding.sentence, finding.rule.text, *finding.not_known, *(r.text for r in finding.overruled)):
            assert " ".join(words.split()) in page.text
    for paragraph in assessment.findings[2].reason.split("\n\n"):
        assert paragraph in page.text


def test_every_source_row_stands_on_the_page_and_numbers_lead_to_it(page):
    rows = {f"row-{source.id.replace(':', '-')}" for source in made_up.assessment().sources}

    assert rows <= set(page.ids)
    assert rows - {a["href"][1:] for a in page.all("a")} == set()


def test_a_row_that_is_not_among_the_sources_is_named_without_a_link(page):
    assert "GU131" in page.text
    assert not any("GU131" in a["href"] for a in page.all("a"))


def test_what_is_not_determined_is_said_so(text, page):
    assert page.text.count("not determined") >= 3
    assert not re.search(r"\b(nan|NaN|inf)\b", page.text)
    assert "NaN" not in text
    assert not re.search(r'd="[^"]*nan', text)


def test_both_spreads_have_names_everywhere(page):
    assert page.text.count("People differ: plain band, 90 % of people") == 8
    assert page.text.count("We do not know: hatched band, 90 % of parameter draws") == 8


def test_without_draws_the_hatched_band_is_gone_and_said_to_be():
    scenario = made_up.once().model_copy(update={"draws": 0})
    page = Page(reports.html(made_up.assessment().model_copy(update={"scenarios": (scenario,)})))

    assert "hatched band" not in page.text
    assert "What we do not know was not computed." in page.text


def test_fresh_knowledge_has_no_banner_and_stale_knowledge_has(page):
    stale = Page(reports.html(made_up.assessment(expired=True).model_copy(update={"scenarios": ()})))

    assert not any(attributes.get("role") == "alert" for _, attributes, _ in page.tags)
    assert any(attributes.get("role") == "alert" for _, attributes, _ in stale.tags)
    assert "expired on 2026-11-02" in stale.text


def test_an_assessment_without_findings_or_regimens_is_still_a_page():
    bare = {"findings": (), "scenarios": (), "parameters": (), "sources": (), "case": {}}
    page = Page(reports.html(made_up.assessment().model_copy(update=bare)))

    assert page.stack == []
    assert "0 findings" in page.text


def test_pictures_are_well_formed_and_hold_no_style_sheet(text):
    pictures = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)

    assert len(pictures) > 20
    for picture in pictures:
        ET.fromstring(picture)  # noqa: S314 - our own text
        assert "<style" not in picture
        assert len(picture) < 120_000


# --- colours


def _luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first, second):
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def themes():
    style = resources.files("speciosa.reports").joinpath("style.css").read_text(encoding="utf-8")
    blocks = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    light, dark, paper = blocks
    return {"light": light, "dark": light | dark, "print": light | paper}


SEVERITIES = ("emergency", "contraindicated", "major", "moderate", "unknown", "minor", "inform")


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_text_has_enough_contrast(theme):
    colours = themes()[theme]
    for name in ("ink", "ink-2", "link", "leaf", *SEVERITIES):
        for ground in ("paper", "card"):
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name, ground in (
        ("ink", "emergency-wash"),
        ("ink-2", "emergency-wash"),
        ("link", "emergency-wash"),
        ("emergency", "emergency-wash"),
        ("ink", "unknown-wash"),
        ("unknown", "unknown-wash"),
    ):
        assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_lines_of_a_picture_stand_out_from_paper_and_band(theme):
    colours = themes()[theme]
    for line in ("median", "uncertainty"):
        assert contrast(colours[line], colours["paper"]) >= 3.0
    assert contrast(colours["median"], colours["variability"]) >= 3.0


def test_the_style_uses_no_colour_that_has_no_name(text):
    style = text[text.index("<style>") : text.index("</style>")]
    outside = re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL)

    assert not re.search(r"#[0-9a-fA-F]{3,6}\b(?=[;\s])", re.sub(r"#[\w-]+ [\w.]+ \{", "", outside))
    assert math.isclose(contrast("#000000", "#ffffff"), 21.0)


def test_the_policy_allows_exactly_the_one_script(text):
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"script-src 'sha256-{digest}'" in html.unescape(text)


def test_targets_stand_with_data_sets_gaps_and_known_medicines(text):
    for words in (
        "No measurement of any alkaloid was found at the serotonin transporter: not known.",
        "at the mu-opioid receptor the same exposure gives 0.46\N{NO-BREAK SPACE}% or 60",
        "130-fold apart",
        "no alkaloid was measured here",
        "no alkaloid of this product is known to bind",
        "1 alkaloid not measured here",
        "18.4\N{NO-BREAK SPACE}%: Paper A, human receptors (in use)",
        "Paper B &lt;i&gt;",
        "morphine, 20 mg by mouth",
        "a note &lt;b&gt;",
    ):
        assert words in text, words


def test_minor_figures_and_curves_are_folded_away_and_not_gone(text):
    figures = text[text.index("Figures of this regimen") : text.index("More figures of this regimen")]

    assert "Highest speciogynine in plasma" not in figures
    assert "Highest speciogynine in plasma" in text
    assert "1 more figure: minor alkaloids, other targets" in text
    assert "1 more curve: Speciogynine in plasma" in text


def test_the_picture_of_targets_has_a_line_for_each_target_and_medicine(text):
    picture = text[text.index('id="regimen-1-targets-picture-title"') :]
    picture = picture[: picture.index("</svg>")]

    for words in (
        "Mu-opioid receptor",
        "morphine, 20 mg by mouth",
        "Serotonin transporter",
        "no alkaloid was measured",
    ):
        assert words in picture, words
    assert "5-HT2A" not in picture
