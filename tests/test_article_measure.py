"""The measure of a matcher, on matchers whose figures can be counted by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

import article_measure
import article_texts
from article_measure import Mention, Tally, measure, total
from article_texts import NONE, Label, Labelled

TEXT = "Leaf eases pain. **It may calm nerves.** The shop is shut. It glows in the dark. It wrecks the liver."
PLAIN = article_texts.plain(TEXT)


def label(words, claim, stance=NONE, *otherwise):
    start = PLAIN.index(words)
    return Label(start, start + len(words), claim, stance, frozenset(otherwise))


LABELLED = Labelled(
    "by-hand",
    "tuning",
    "note",
    "kratom",
    TEXT,
    PLAIN,
    (
        label("Leaf eases", "eases-joint-pain", "asserts"),
        label("It may calm", "helps-anxiety", "hedges", ("reduces-stress", "hedges")),
        label("It glows", NONE),
        label("It wrecks", "can-harm-liver", "asserts", ("generally-safe", "denies")),
    ),
)
OTHER = replace(LABELLED, id="kava", about="other", labels=())
WIDER = {"eases-joint-pain": ("relieves-pain",)}


def found(*mentions, text=LABELLED, wider=WIDER):
    (measured,) = measure([text], lambda _: [Mention(*mention) for mention in mentions], wider)
    return measured


def test_a_perfect_matcher_is_perfect():
    tally = found(
        ("Leaf eases pain.", "eases-joint-pain", "asserts"),
        ("It may calm nerves.", "helps-anxiety", "hedges"),
        ("It wrecks the liver.", "can-harm-liver", "asserts"),
        ("It glows in the dark.", NONE, NONE),
    ).tally
    figures = (tally.precision, tally.recall, tally.f1, tally.mention_precision, tally.mention_recall, tally.stance)
    assert figures == (1.0,) * 6
    assert (tally.unregistered, tally.unregistered_forced, tally.unregistered_seen) == (1, 0, 1)


def test_a_silent_matcher_recalls_nothing():
    measured = found()
    assert measured.missed == {"eases-joint-pain", "helps-anxiety", "can-harm-liver"}
    assert measured.tally.recall == 0
    assert math.isnan(measured.tally.precision)


def test_alternatives_meet_a_label_with_their_own_stance():
    tally = found(
        ("It may calm nerves.", "reduces-stress", "asserts"), ("It wrecks the liver.", "generally-safe", "denies")
    ).tally
    assert (tally.claims_right, tally.claims_met, tally.claims_false) == (2, 2, 0)
    assert (tally.stances_right, tally.stances_wrong) == (1, 1)


def test_a_mistaken_stance_is_told_with_what_it_was():
    assert found(("It may calm nerves.", "helps-anxiety", "denies")).mistaken == (("hedges", "denies"),)
    assert found(("It may calm nerves.", "helps-anxiety", "hedges")).mistaken == ()


def test_a_wider_claim_is_neither_right_nor_wrong():
    tally = found(("Leaf eases pain.", "relieves-pain", "asserts")).tally
    assert (tally.claims_right, tally.claims_false, tally.claims_met) == (0, 0, 0)
    assert (tally.mentions_right, tally.mentions_false) == (0, 0)
    strict = found(("Leaf eases pain.", "relieves-pain", "asserts"), wider={}).tally
    assert (strict.claims_false, strict.mentions_false) == (1, 1)


def test_a_claim_that_is_taken_for_granted_is_neither_right_nor_wrong():
    granted = replace(LABELLED, labels=tuple(replace(one, also=frozenset({"antioxidant"})) for one in LABELLED.labels))
    tally = found(("Leaf eases pain.", "antioxidant", "asserts"), text=granted).tally
    assert (tally.claims_right, tally.claims_false, tally.mentions_right, tally.mentions_false) == (0, 0, 0, 0)
    assert found(("The shop is shut.", "antioxidant", "asserts"), text=granted).tally.mentions_false == 1


def test_a_claim_in_the_wrong_sentence_counts_by_text_alone():
    tally = found(("The shop is shut.", "helps-anxiety", "hedges")).tally
    assert (tally.claims_met, tally.claims_false) == (1, 0)
    assert (tally.mentions_met, tally.mentions_false, tally.stances_right) == (0, 1, 0)


def test_a_claim_pinned_to_an_unregistered_one_is_told():
    measured = found(("It glows in the dark.", "antioxidant", "asserts"))
    assert (measured.tally.unregistered_forced, measured.tally.unregistered_seen) == (1, 0)
    assert measured.false == {"antioxidant"}


def test_a_claim_in_a_text_on_another_plant_is_false():
    assert found(("Leaf eases pain.", "relieves-pain", "asserts"), text=OTHER).tally.claims_false == 1


@pytest.mark.parametrize("said", ["It may calm nerves.", "  It may\ncalm   nerves.", "It may calm nerves!"])
def test_a_tidied_sentence_is_found_in_the_text(said):
    start, stop = article_measure._place(PLAIN, article_texts.plain(said))
    assert "It may calm nerves" in PLAIN[start:stop]


def test_a_sentence_that_is_nowhere_meets_no_label():
    assert found(("Quite other words stand here, friend.", "helps-anxiety", "hedges")).tally.mentions_met == 0


def test_the_same_mention_twice_counts_once():
    twice = [("The shop is shut.", "antioxidant", "asserts")] * 2
    assert found(*twice).tally.mentions_false == 1


def test_intervals_hold_their_figure_and_stand_still():
    good = found(("Leaf eases pain.", "eases-joint-pain", "asserts"))
    bad = found(("Leaf eases pain.", "antioxidant", "asserts"))
    measured = [good, bad] * 10
    low, high = article_measure.interval(measured, "precision")
    assert 0 < low < total(measured).precision < high < 1
    assert article_measure.interval(measured, "precision") == (low, high)
    assert article_measure.interval([good] * 20, "precision") == (1.0, 1.0)


def test_tallies_add_up():
    assert total([SimpleNamespace(tally=Tally(1, 2, 3)), SimpleNamespace(tally=Tally(4, 0, 1))]) == Tally(5, 2, 4)


def test_the_labels_themselves_measure_perfect():
    texts = {text.text: text for half in article_texts.HALVES for text in article_texts.read(half)}

    def oracle(text):
        known = texts[text]
        return [Mention(known.plain[one.start : one.stop], one.claim, one.stance) for one in known.labels]

    tally = total(measure(list(texts.values()), oracle))
    assert (tally.precision, tally.recall, tally.mention_precision, tally.mention_recall, tally.stance) == (1.0,) * 5
    assert tally.unregistered_seen == tally.unregistered


def test_the_command_prints_styles_totals_and_misses(capsys):
    assert article_measure.main(["tuning", "--errors"]) == 0
    printed = capsys.readouterr().out
    assert "news report" in printed
    assert "recall by claim" in printed
    assert "stance mistaken" in printed
    assert "missed most" in printed


def test_the_misses_of_the_held_out_half_stay_unseen(capsys):
    with pytest.raises(SystemExit):
        article_measure.main(["heldout", "--errors"])
    assert "measure tuning instead" in capsys.readouterr().err
