"""A text read from each kind of file: nothing of it lost, nothing of the page around it kept, bad files refused."""

import io
import json
from importlib import resources
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from page_reader import Page
from speciosa import claims, reports
from speciosa.claims import BlockKind
from speciosa.claims._tune import tune
from speciosa.errors import ArticleError

TUNING = Path(__file__).parent / "articles" / "tuning"
PAGE = """<!doctype html><html><head><title>x</title><style>p{}</style></head><body>
<nav>Home Shop</nav><div class="cookie-banner">We use cookies</div><script>var kratom = 1</script>
<article><h1>Kratom &amp; you</h1><p>Kratom <b>relieves</b> pain.</p>
<p>It is a tree.</p><ul><li>It helps you sleep</li></ul>
<table><tr><th>Vein</th><th>Effect</th></tr><tr><td>Red</td><td>calm</td></tr></table></article>
<footer>All rights reserved</footer></body></html>"""


def article(text, suffix=""):
    return claims.article_of(text.encode() if isinstance(text, str) else text, "text", suffix)


def pdf(*pages):
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A5)
    for lines in pages:
        for row, line in enumerate(lines):
            canvas.drawString(40, 540 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_sentences_and_what_lies_between_them_give_back_every_block():
    text = 'One. "Two?" said Dr. Smith, who takes 2.5 g of kratom… • Three | four\n\n1. "Not so." Five!\n\n12\n\nLast'
    read = article(text)
    for index, block in enumerate(read.blocks):
        here = 0
        for one in (s for s in read.sentences if s.block == index):
            assert block.text[one.start : one.end] == one.text
            assert not block.text[here : one.start].strip(" |•")
            here = one.end
        assert not block.text[here:].strip(" |•")
    assert "".join(" ".join(b.text for b in read.blocks).split()) == "".join(text.split())


def test_a_saved_page_gives_its_article_and_not_the_page_around_it():
    read = article(PAGE)
    assert (read.format, read.title) == ("html", "Kratom & you")
    assert [block.text for block in read.blocks] == [
        "Kratom & you", "Kratom relieves pain.", "It is a tree.", "It helps you sleep", "Vein | Effect", "Red | calm",
    ]  # fmt: skip
    assert [block.kind for block in read.blocks][3:5] == [BlockKind.ITEM, BlockKind.ROW]


def test_a_page_saved_as_an_archive_is_read_as_a_page():
    head = "From: <Saved>\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
    archive = f"{head}Content-Type: text/html; charset=utf-8\n\n{PAGE}\n--b--\n"
    assert article(archive).blocks == article(PAGE).blocks


def test_what_is_inside_decides_the_format_and_not_the_ending():
    assert article(PAGE, ".txt").format == "html"
    assert article(pdf(["Kratom relieves pain."]), ".txt").format == "pdf"
    assert article("# Kratom\n\n* one\n* two").format == "markdown"
    assert article("Kratom relieves pain. It is a tree.").format == "plain"


def test_markdown_loses_its_marks_and_none_of_its_words():
    read = article(
        "# Kratom\n\nIt *really* [helps](http://x.y).\n\n- one\n\n| a | b |\n|---|---|\n| c | d |\n\n> said", ".md"
    )
    assert [(block.kind, block.text) for block in read.blocks] == [
        (BlockKind.HEADING, "Kratom"),
        (BlockKind.PARAGRAPH, "It really helps."),
        (BlockKind.ITEM, "one"),
        (BlockKind.ROW, "a | b"),
        (BlockKind.ROW, "c | d"),
        (BlockKind.QUOTE, "said"),
    ]


def test_a_pdf_has_pages_and_its_parted_words_are_whole():
    first = [
        "Kratom and sleep",
        "Kratom is said to be good for re-",
        "laxation in the evening hours of a day.",
        "Page 1",
    ]
    read = article(pdf(first, ["It is a tree."]))
    assert "relaxation" in " ".join(block.text for block in read.blocks)
    assert not any("Page 1" in block.text for block in read.blocks)
    assert [block.page for block in read.blocks][-1] == 2


def test_wrapped_lines_are_joined_and_short_lines_in_a_row_are_a_list():
    wrapped = "Kratom is a tree that grows in the forests of Southeast Asia and\nthat has been used for a long time."
    assert len(article(wrapped).blocks) == 1
    menu = article("The counter\n\nRed for rest\n\nGreen for work\n\nWhite for mornings")
    assert [block.kind for block in menu.blocks] == [BlockKind.HEADING, *[BlockKind.ITEM] * 3]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00" * 9, "binary"),
        (b"<html><body><script>x</script></body></html>", "without a word"),
        (b"%PDF-1.7 broken", "damaged"),
        (pdf([]), "without a word of text"),
        (
            ("Kratom ist ein Baum und die Blätter werden von vielen Menschen mit Wasser gekocht, " * 4).encode(),
            "German",
        ),
        (("Кратом это дерево из Юго-Восточной Азии. " * 4).encode(), "not in Latin letters"),
    ],
)
def test_what_cannot_be_read_ends_in_a_sentence_with_its_reason(content, says):
    with pytest.raises(ArticleError, match=says):
        claims.article_of(content, "x")


def test_standard_input_is_read_whole():
    assert claims.read_article("-", stream=io.BytesIO(b"Kratom relieves pain.")).file == "-"


@pytest.mark.parametrize("name", ["kratpartum", "ketum", "Mitragyna speciosa", "cratom", "Kratum", "7-OH", "biak"])
def test_kratom_is_known_by_many_names_and_slips(name):
    assert claims.check_article(article(f"{name} relieves pain."), simulate=False).about_kratom


@pytest.mark.parametrize(
    "text", ["Crates of craft beer relieve pain.", "Kava relieves pain.", "Unlike tea, kava is calming."]
)
def test_other_things_are_not_taken_for_kratom(text):
    assert not claims.check_article(article(text), simulate=False).about_kratom


def test_in_a_mixed_text_each_claim_belongs_to_its_plant():
    text = "Kava eases anxiety. It also helps with sleep.\n\nKratom relieves pain. Unlike kratom, kava improves sex."
    assert {one.claim for one in claims.check_article(article(text), simulate=False).found} == {"relieves-pain"}


@pytest.mark.parametrize(
    ("text", "claim", "stance"),
    [
        ("Kratom does not relieve pain.", "relieves-pain", "denies"),
        ("Kratom may relieve pain.", "relieves-pain", "hedges"),
        ("There is no evidence that kratom helps with anxiety.", "helps-anxiety", "denies"),
        ("Kratom is addictive.", "not-addictive", "denies"),
        ("Is kratom addictive? No.", "not-addictive", "asserts"),
        ("Kratom is not only good for pain.", "relieves-pain", "asserts"),
    ],
)
def test_stance_is_of_the_claim_and_not_of_its_words(text, claim, stance):
    found = claims.check_article(article(text), simulate=False).found
    assert {(one.claim, one.stance.value) for one in found} >= {(claim, stance)}


def test_the_weights_that_ship_are_those_that_the_tuning_texts_teach():
    shipped = json.loads((resources.files("speciosa.claims") / "matcher.json").read_text("utf-8"))
    learnt = json.loads(tune(TUNING).as_json())
    assert learnt["threshold"] == shipped["threshold"]
    assert learnt["weights"] == pytest.approx(shipped["weights"], abs=0.02)


def test_the_page_holds_the_whole_text_and_every_link_leads_somewhere():
    text = "# <Kratom>\n\nKratom relieves pain & 'worry'. It is sold here.\n\nIt turned my skin blue and my hair grew."
    checked = claims.check_article(article(text, ".md"), simulate=False)
    page = Page(reports.article_html(checked))
    assert page.stack == []
    assert len(page.ids) == len(set(page.ids))
    assert all(a["href"][1:] in page.ids for a in page.all("a") if a["href"].startswith("#"))
    flat = " ".join(page.text.split())
    assert "<Kratom>" in flat
    assert "It is sold here." in flat
    assert [one.text for one in checked.unregistered] == ["It turned my skin blue and my hair grew."]
    assert "not in the register" in flat
