"""Measured lots, colours, kinds, and the command that shows them."""

import json
import math

import jsonschema
import numpy as np
import pytest

from speciosa import certificates, products, reports
from speciosa.errors import InputError
from speciosa.products import Lot
from speciosa.veins import veins, verdicts

MIT = "mitragynine"


def lots(each, effect, *, vendors=4, sd=0.2, seed=1):
    """Lots of three colours; red holds exp(effect) times as much."""
    rng = np.random.default_rng(seed)
    made = []
    for vendor in range(vendors):
        level = math.log(14.0) + rng.normal(0, 0.3)
        for colour in ("red", "green", "white"):
            for i in range(each):
                mg = math.exp(level + rng.normal(0, sd) + (effect if colour == "red" else 0.0))
                content = {MIT: mg, "paynantheine": 0.3 * 14 * math.exp(rng.normal(0, sd))}
                made.append(Lot(f"v{vendor}", f"{colour}{i}", colour, colour, content))
    return tuple(made)


@pytest.fixture(scope="module")
def shipped():
    return veins(paper=certificates.read("examples/k51-certificate.csv"))


class TestColours:
    def test_colours_that_are_alike_are_found_alike(self):
        found = products.compare_colours(lots(15, 0.0))
        assert {c.verdict for c in found.contrasts} == {"alike"}
        assert found.prediction.low < found.prediction.guessing < found.prediction.high
        assert found.prediction.by_chance > 0.05

    def test_a_colour_that_differs_is_found_and_its_size_told(self):
        found = products.compare_colours(lots(8, 0.8))
        (contrast,) = [c for c in found.contrasts if c.analyte == MIT and c.colours == ("red", "white")]
        assert contrast.verdict == "different"
        assert contrast.low < math.exp(0.8) < contrast.high
        assert found.prediction.by_chance < 0.02

    def test_few_scattered_lots_leave_it_open(self):
        found = products.compare_colours(lots(2, 0.0, vendors=3, sd=0.6))
        assert "not determined" in {c.verdict for c in found.contrasts}

    def test_vendors_are_taken_out(self):
        (levels, _) = products.compare_colours(lots(10, 0.0, vendors=6)).levels
        assert levels.lot_sd == pytest.approx(0.2, rel=0.2)
        assert levels.vendor_sd > 0.1

    @pytest.mark.parametrize("some", [(), lots(1, 0.0), lots(8, 0.0, vendors=1)])
    def test_too_few_lots_are_said_with_what_would_be_needed(self, some):
        found = products.compare_colours(some)
        assert "at least 5 measured lots" in found.why_not
        assert (found.contrasts, found.prediction) == ((), None)

    def test_more_scatter_needs_more_lots(self):
        assert products.lots_needed(0.2) < products.lots_needed(0.4) < products.lots_needed(0.8)

    def test_the_number_needed_does_show_it(self):
        each = products.lots_needed(0.2)
        rng = np.random.default_rng(3)
        half = 1.6449 * 0.2 * math.sqrt(2 / each)
        shown = [abs(rng.normal(0, 0.2 * math.sqrt(2 / each))) + half <= math.log(1.25) for _ in range(4000)]
        assert np.mean(shown) == pytest.approx(0.8, abs=0.04)


class TestLots:
    @pytest.mark.parametrize(
        ("label", "colour"),
        [("Red Bali", "red"), ("Gold Vein", "yellow"), ("weiß", "white"), ("Maeng Da", ""), ("red and white mix", "")],
    )
    def test_the_colour_of_a_label(self, label, colour):
        assert products.colour_of(label) == colour

    def test_a_wider_range_over_as_many_lots_is_more_spread(self):
        by_row = {one.row.rpartition(":")[2]: one for one in products.ranges()}
        assert by_row["AC032"].log_sd > by_row["AC012"].log_sd
        assert by_row["AC012"].high == pytest.approx(20.05)
        assert not by_row["AC019"].counted

    def test_a_csv_is_read(self, tmp_path):
        file = tmp_path / "lots.csv"
        file.write_text("vendor;lot;color;mitragynine;7-OH\nA;1;Red Bali;14,2;<0,1\nA;2;green;15;\n", encoding="utf-8")
        first, second = products.read_lots(file)
        assert (first.colour, first.content, first.below) == ("red", {MIT: 14.2}, ("7-hydroxymitragynine",))
        assert (second.colour, second.content, second.below) == ("green", {MIT: 15.0}, ())

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("vendor,lot,colour,mitragynine\nA,1,red,much\n", "line 2, mitragynine"),
            ("vendor,lot,colour,mitragynine\nA,1,red\n", "line 2"),
            ("vendor,lot,colour,mitragynine\nA,1,red,5000\n", "at most 1000 mg/g"),
            ("vendor,lot,colour,caffeine\nA,1,red,5\n", "caffeine"),
            ("vendor,lot,mitragynine\nA,1,5\n", "header"),
            ("vendor,lot,colour,mitragynine,mitragynine\nA,1,red,5,5\n", "each column once"),
            ("vendor,lot,colour,mitragynine\n", "a header and"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, tmp_path, text, says):
        file = tmp_path / "lots.csv"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=says):
            products.read_lots(file)


class TestKinds:
    def test_the_tea_study_is_its_own_kind(self, shipped):
        assert [k.name.partition(" (")[0] for k in shipped.kinds if k.fits] == ["leaf like that of the tea study"]

    def test_a_product_of_seven_oh(self):
        found = products.chemotypes({MIT: (4.0, 4.0), "7-hydroxymitragynine": (50.0, 50.0)})
        assert [k.fits for k in found][-1] is True
        assert not any(k.fits for k in found[:-1])

    def test_one_ratio_is_too_little(self):
        found = products.chemotypes({MIT: (14.0, 14.0), "paynantheine": (4.0, 4.0)})
        assert found[0].fits is None

    def test_a_limit_of_quantification_leaves_a_ratio_open(self):
        found = products.chemotypes({MIT: (14.0, 14.0), "paynantheine": (0.0, 5.0), "speciogynine": (2.0, 2.0)})
        assert found[0].fits is True

    def test_without_mitragynine_nothing_is_said(self):
        assert products.chemotypes({"paynantheine": (4.0, 4.0)}) == ()


class TestTheWhole:
    def test_the_shipped_tables_leave_colours_open(self, shipped):
        told = " ".join(verdicts(shipped))
        assert "not determined" in told
        assert shipped.findings[0].id == "emergency:when-to-call"

    def test_lots_differ_by_more_than_colours_are_claimed_to(self, shipped):
        two_lots, claimed = shipped.differences
        assert claimed.claimed
        for one, other in zip(two_lots.figures, claimed.figures, strict=True):
            assert one.value > other.value
            assert one.uncertainty.low > 1.2

    def test_json_follows_its_schema(self, shipped):
        jsonschema.validate(json.loads(reports.to_json(shipped)), reports.veins_schema())

    def test_the_page_escapes_and_gives_the_same_bytes(self, shipped):
        forged = shipped.model_copy(update={"title": "<script>alert(1)</script>"})
        assert "<script>alert" not in reports.veins_html(forged)
        assert reports.veins_html(shipped) == reports.veins_html(shipped)


class TestTheCommand:
    def test_prints_and_writes_with_own_lots(self, speciosa, tmp_path):
        file = tmp_path / "lots.csv"
        rows = [f"{lot.vendor},{lot.lot},{lot.colour},{lot.content[MIT]:.3f}" for lot in lots(6, 0.8)]
        file.write_text("\n".join(["vendor,lot,colour,mitragynine", *rows]), encoding="utf-8")
        page = tmp_path / "v.html"
        code, out, err = speciosa("veins", "--lots", file, "--html", page, "--place", "DE")
        assert code == 0, err
        assert "112" in out
        assert out.index("EMERGENCY") < out.index("Different: mitragynine")
        assert page.stat().st_size > 10_000

    def test_a_missing_file_ends_in_one_sentence(self, speciosa):
        code, out, err = speciosa("veins", "--lots", "no-such.csv")
        assert (code, out) == (2, "")
        assert "no-such.csv" in err
