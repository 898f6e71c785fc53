"""An article read against the register: what is found, what stands, what is silent, and the command."""

import json

import jsonschema
import pytest

from article_measure import as_shipped, measure, total
from article_texts import read
from speciosa import claims, reports
from speciosa.errors import InputError

BLOG = """# Why we love kratom

Kratom cures anxiety and it works for everyone. Kratom is not addictive. It may help with depression, some say.
Kratom is an evergreen tree of Southeast Asia. Our shop opens at nine.
"""


def checked(text, **more):
    return claims.check_article(claims.article_of(text.encode(), "blog.md", ".md"), simulate=False, **more)


class TestWhatIsFound:
    def test_claims_with_their_stance(self):
        found = {one.claim: one.stance for one in checked(BLOG).found}
        assert found["helps-anxiety"] is claims.Stance.ASSERTS
        assert found["not-addictive"] is claims.Stance.ASSERTS
        assert found["helps-depression"] is claims.Stance.HEDGES
        assert found["botanical-origin"] is claims.Stance.ASSERTS

    def test_denying_what_is_contradicted_is_no_claim_that_it_is_so(self):
        found = checked("It is a myth that kratom is not addictive.").found
        (one,) = [one for one in found if one.claim == "not-addictive"]
        assert one.stance is claims.Stance.DENIES

    def test_a_plain_sentence_is_left_alone(self):
        assert not any("shop" in one.at.text for one in checked(BLOG).found)

    def test_other_plants_hold_no_claim(self):
        kava = "Kava relieves anxiety. It is not addictive and improves sleep. Many people drink kava for stress."
        assert checked(kava).found == ()

    def test_the_reader_may_say_that_kratom_is_meant(self):
        text = "The leaf relieves pain. It is not addictive."
        assert checked(text).found == ()
        assert checked(text, taken_for_kratom=True).found

    def test_silence_is_told(self):
        found = checked(BLOG)
        assert {s.said for s in found.silences} <= set(claims.Said)
        assert len(found.silences) >= 5

    def test_the_same_text_gives_the_same_answer(self):
        assert reports.to_json(checked(BLOG)) == reports.to_json(checked(BLOG))


class TestHowOftenItIsRight:
    @pytest.mark.parametrize(("half", "precision", "recall"), [("tuning", 0.85, 0.75), ("heldout", 0.70, 0.50)])
    def test_it_does_not_fall_below_what_was_measured(self, half, precision, recall):
        whole = total(measure(read(half), as_shipped))
        assert whole.precision > precision
        assert whole.recall > recall


class TestBadInput:
    @pytest.mark.parametrize("content", [b"", b"   \n", b"\x00\x01\x02\xff" * 100])
    def test_what_is_no_text_is_refused(self, content):
        with pytest.raises(InputError):
            claims.article_of(content, "blog.txt", ".txt")


class TestTheCommand:
    def test_prints_and_writes(self, speciosa, tmp_path):
        blog = tmp_path / "blog.md"
        blog.write_text(BLOG.replace("everyone", "<script>alert(1)</script> everyone"), encoding="utf-8")
        page, data = tmp_path / "a.html", tmp_path / "a.json"
        code, out, err = speciosa("check-article", blog, "--no-simulation", "--html", page, "--json", data)
        assert code == 0, err
        assert out.index("EMERGENCY") < out.index("It is silent about")
        assert "<script>alert" not in page.read_text(encoding="utf-8")
        jsonschema.validate(json.loads(data.read_text(encoding="utf-8")), reports.article_schema())

    def test_a_missing_file_ends_in_one_sentence(self, speciosa):
        code, out, err = speciosa("check-article", "no-such.txt")
        assert (code, out) == (2, "")
        assert "no-such.txt" in err
