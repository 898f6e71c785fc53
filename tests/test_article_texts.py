"""The labelled texts themselves: labels that stand in their texts, claims that exist, halves that do not overlap."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from rapidfuzz import fuzz, process

import article_texts
from article_texts import ABOUT, FOLDER, HALVES, NONE, STANCES
from speciosa import knowledge

TEXTS = {half: article_texts.read(half) for half in HALVES}
ALL = [text for texts in TEXTS.values() for text in texts]
WHOLE_TEXT_CLAIM = "silent-on-serious-harm"
NEAR_DUPLICATE = 65.0
"""Texts of one subject share words; above this share of common words (percent) one is made from the other."""
ARTICLE = Path(__file__).parents[2] / "shared" / "article.txt"


@pytest.fixture(scope="module")
def known():
    return {row.id for row in knowledge.load().table("claims")}


@pytest.mark.parametrize("text", ALL, ids=lambda text: text.id)
def test_a_text_is_labelled_by_the_rules(text, known):
    assert text.about in ABOUT
    assert 60 <= len(text.text.split()) <= 350
    for label in text.claims:
        assert label.ids | label.also <= known
        assert {stance for _, stance in label.right} <= set(STANCES)
        assert WHOLE_TEXT_CLAIM not in label.ids
    assert all(label.stance == NONE for label in text.labels if label.claim == NONE)
    assert len({(label.start, label.claim) for label in text.labels}) == len(text.labels)
    assert bool(text.labels) == (text.about != "other")


def test_names_are_files_and_stand_once():
    files = [path.stem for half in HALVES for path in (FOLDER / half).glob("*.yaml")]
    assert sorted(files) == sorted(text.id for text in ALL)
    assert len(set(files)) == len(files)


@pytest.mark.parametrize("half", HALVES)
def test_each_half_is_broad(half, known):
    texts = TEXTS[half]
    assert len(texts) >= 32
    assert len({text.style for text in texts}) >= 15
    assert sum(text.about == "other" for text in texts) >= 6
    assert sum(text.about == "mixed" for text in texts) >= 2
    labels = [label for text in texts for label in text.labels]
    assert Counter(label.stance for label in labels).keys() >= set(STANCES)
    assert sum(label.claim == NONE for label in labels) >= 10
    unused = known - {label.claim for label in labels} - {WHOLE_TEXT_CLAIM}
    assert not unused


def test_sisters_are_claims(known):
    sisters = article_texts.sisters()
    assert sisters.keys() <= known
    assert {wide for wider in sisters.values() for wide in wider} <= known
    assert all(claim not in wider for claim, wider in sisters.items())


def test_no_text_is_made_from_another():
    plain = [text.plain for text in ALL]
    alike = process.cdist(plain, plain, scorer=fuzz.token_sort_ratio)
    near = [(ALL[row].id, ALL[column].id) for row, column in np.argwhere(alike >= NEAR_DUPLICATE) if row < column]
    assert not near


def test_no_sentence_stands_in_both_halves():
    def sentences(half):
        return {line.strip().lower() for text in TEXTS[half] for line in text.plain.split(". ") if len(line) > 30}

    assert not sentences("tuning") & sentences("heldout")


@pytest.mark.reference
@pytest.mark.skipif(not ARTICLE.exists(), reason="the article that the project set out from is not here")
def test_no_text_is_made_from_the_article():
    article = article_texts.plain(ARTICLE.read_text("utf-8"))
    for text in ALL:
        assert fuzz.token_sort_ratio(text.plain, article) < NEAR_DUPLICATE, text.id
        for label in text.labels:
            assert text.plain[label.start : label.stop + 40] not in article


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"sentence": "leaf", "claim": "relieves-pain", "stance": "asserts"}, "stands 2 times"),
        ({"sentence": "absent", "claim": "relieves-pain", "stance": "asserts"}, "stands 0 times"),
        ({"sentence": "A leaf", "claim": NONE, "stanse": "asserts"}, "stanse"),
        ({"sentence": "A leaf", "claim": ["relieves-pain", "gives-energy"], "or": ["lifts-mood"]}, "its own row"),
    ],
)
def test_a_label_out_of_place_is_refused(row, said):
    with pytest.raises(ValueError, match=said):
        article_texts._labels(row, "A leaf is a leaf.", "made-up.yaml")
