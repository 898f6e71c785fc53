"""Labels, servings, leaf, storage, and the command that shows them."""

import json

import jsonschema
import numpy as np
import pytest

from speciosa import certificates, products, reports
from speciosa.cases import Form
from speciosa.errors import InputError
from speciosa.extract import Asked, extract
from speciosa.products import Kind

MIT, HYDROXY = "mitragynine", "7-hydroxymitragynine"
SHOT = ("45 %", "10x", "150 mg mitragynine per bottle", "250 mg extract")


def made(*texts, paper=None):
    label = products.read_label(texts) if texts else ()
    one = products.serving(label)
    found = products.readings(label, one)
    conflicts = products.contradictions(found)
    return found, conflicts, products.compose(found, conflicts, one, paper)


@pytest.fixture(scope="module")
def shot():
    return extract(Asked(SHOT, months=12.0))


class TestReadingALabel:
    @pytest.mark.parametrize(
        ("text", "kind", "value", "analyte", "per"),
        [
            ("45 %", Kind.SHARE, 45.0, "", ""),
            ("45% full-spectrum extract", Kind.SHARE, 45.0, "", ""),
            ("65 % Mitragynine", Kind.SHARE, 65.0, MIT, ""),
            ("90 percent total alkaloids", Kind.SHARE, 90.0, "alkaloids", ""),
            ("10x", Kind.RATIO, 10.0, "", ""),
            ("50 X strength", Kind.RATIO, 50.0, "", ""),
            ("30:1 extract", Kind.RATIO, 30.0, "", ""),
            ("150mg MIT per shot", Kind.AMOUNT, 150.0, MIT, "serving"),
            ("1,200 mg mitragynine / bottle", Kind.AMOUNT, 1200.0, MIT, "pack"),
            ("7-OH: 15 mg per tablet", Kind.AMOUNT, 15.0, HYDROXY, "serving"),
            ("0,5 g mitragynine", Kind.AMOUNT, 500.0, MIT, ""),
            ("300 mg of alkaloids", Kind.AMOUNT, 300.0, "alkaloids", ""),
            ("250 mg extract", Kind.EXTRACT, 250.0, "", ""),
            ("0.25 g kratom leaf extract per serving", Kind.EXTRACT, 250.0, "", "serving"),
            ("10 mg/mL mitragynine", Kind.CONTENT, 10.0, MIT, ""),
            ("2 fl oz", Kind.VOLUME, 59.147, "", ""),
            ("2 servings per bottle", Kind.COUNT, 2.0, "", "pack"),
            ("Servings per container: 4", Kind.COUNT, 4.0, "", "pack"),
        ],
    )
    def test_says_what_it_says(self, text, kind, value, analyte, per):
        (said,) = products.read_label([text])
        assert (said.kind, said.analyte, said.per) == (kind, analyte, per)
        assert said.value == pytest.approx(value)

    @pytest.mark.parametrize(
        "text", ["very strong", "45", "150 mg caffeine", "120 %", "0x", "1200 mg/g", "9" * 300, "mg"]
    )
    def test_what_cannot_be_read_is_refused_by_name(self, text):
        with pytest.raises(InputError, match="label"):
            products.read_label([text])

    def test_nothing_at_all_is_refused(self):
        with pytest.raises(InputError, match="what the label says"):
            products.read_label(["  ;  "])

    def test_one_text_may_hold_several(self):
        assert [s.kind for s in products.read_label(["45 %; 10x\n250 mg extract"])] == [
            Kind.SHARE,
            Kind.RATIO,
            Kind.EXTRACT,
        ]

    def test_two_masses_are_refused(self):
        with pytest.raises(InputError, match="one mass of extract only"):
            products.serving(products.read_label(["250 mg extract", "300 mg extract"]))


class TestOneServing:
    def test_share_times_mass(self):
        found, _, _ = made("40 % mitragynine", "250 mg extract")
        assert [r.mg.median for r in found] == [pytest.approx(100.0)]

    def test_a_package_is_shared_among_its_servings(self):
        found, _, _ = made("150 mg mitragynine per bottle", "3 servings per bottle")
        assert found[0].mg.median == pytest.approx(50.0)

    def test_volume_of_the_package_is_shared_too(self):
        found, _, _ = made("10 mg/mL mitragynine", "60 mL", "2 servings per bottle")
        assert found[0].mg.median == pytest.approx(300.0)

    def test_a_content_per_volume_without_a_volume_asks_for_it(self):
        with pytest.raises(InputError, match="needs the volume"):
            made("10 mg/mL mitragynine")

    def test_a_label_without_an_alkaloid_is_refused(self):
        with pytest.raises(InputError, match="gives mitragynine"):
            made("250 mg extract")

    def test_a_bare_share_has_two_meanings_and_both_count(self):
        found, _, held = made("45 %", "200 mg extract")
        assert len(found) == 2
        named = made("45 % mitragynine", "200 mg extract")[2]
        wide, narrow = held.find(MIT).mg, named.find(MIT).mg
        assert wide.high / wide.low > narrow.high / narrow.low

    def test_without_a_mass_the_range_is_that_of_the_prior(self):
        mg = made("40 % mitragynine")[2].find(MIT).mg
        assert mg.high / mg.low > 8.0

    def test_nothing_weighs_more_than_the_extract(self):
        mg = made("100x", "100 mg extract")[2].find(MIT).mg
        assert mg.draws.max() <= 100.0

    def test_the_same_label_gives_the_same_bits(self):
        one, two = (made(*SHOT)[2].find(MIT).mg.draws for _ in range(2))
        assert np.array_equal(one, two)

    def test_seven_oh_alone_says_nothing_of_other_alkaloids(self):
        held = made("15 mg 7-OH per tablet")[2]
        assert [h.analyte for h in held.held] == [HYDROXY]
        assert MIT in held.unknown

    def test_a_certificate_wins_over_the_label(self):
        paper = certificates.read("examples/k51-certificate.csv")
        held = made("45 %", "2 g extract", paper=paper)[2]
        assert held.find(MIT).basis == products.MEASURED
        assert held.find(MIT).mg.median == pytest.approx(2 * 19.48)
        assert held.find(HYDROXY).mg.median == 0.0


class TestContradictions:
    def test_two_exact_statements_that_differ(self):
        _, (conflict,), held = made("60 % mitragynine", "250 mg extract", "100 mg mitragynine")
        assert conflict.apart == pytest.approx(1.5)
        assert conflict.of == "mg/g"
        assert held.find(MIT).mg.low < 75.0 < held.find(MIT).mg.high

    def test_statements_that_agree_are_left_alone(self):
        assert made("60 % mitragynine", "250 mg extract", "150 mg mitragynine")[1] == ()

    def test_rounding_is_no_contradiction(self):
        assert made("45 % mitragynine", "250 mg extract", "110 mg mitragynine")[1] == ()

    def test_a_meaning_that_fits_is_enough(self):
        # 45 % of alkaloids leaves room for 25 to 34 % of mitragynine
        assert made("45 %", "250 mg extract", "70 mg mitragynine")[1] == ()

    def test_an_assumed_mass_contradicts_nobody(self):
        assert made("5 % mitragynine", "150 mg mitragynine")[1] == ()

    def test_a_ratio_and_a_share(self):
        (conflict,) = made("3x", "60 % mitragynine")[1]
        assert {s.text for s in conflict.statements} == {"3x", "60 % mitragynine"}

    def test_more_than_was_ever_measured_is_said(self):
        found, _, _ = made("95 % mitragynine")
        assert "no product was measured above 395 mg/g" in found[0].impossible
        assert "weigh more than the extract" in made("900x")[0][1].impossible


class TestLeafAndStorage:
    def test_leaf_with_as_much_is_mass_over_content(self):
        leaf = products.leaf_equivalents(made("140 mg mitragynine")[2])
        assert set(leaf) == {MIT}
        assert leaf[MIT].median == pytest.approx(8.5, rel=0.2)  # 140 mg, 0.85 of the label, 14 mg/g

    def test_seven_oh_needs_far_more_leaf(self):
        leaf = products.leaf_equivalents(made("15 mg 7-OH per tablet", "15 mg mitragynine")[2])
        assert leaf[HYDROXY].low > 10 * leaf[MIT].median

    def test_storage_loses_and_heat_loses_more(self):
        held = made("150 mg mitragynine", "5 mg 7-OH")[2]
        cold, warm = (products.stored(held, Form.DRY_EXTRACT, 12, place).after[MIT] for place in ("fridge", "hot"))
        assert warm.median < cold.median < held.find(MIT).mg.median
        assert np.all(warm.draws <= held.find(MIT).mg.draws)

    def test_what_is_lost_bounds_what_is_made(self):
        held = made("150 mg mitragynine")[2]
        after = products.stored(held, Form.LIQUID_EXTRACT, 24, "warm")
        made_of_it = after.after[HYDROXY].draws - after.before[HYDROXY].draws
        assert np.all(made_of_it <= 1.05 * (after.before[MIT].draws - after.after[MIT].draws))

    @pytest.mark.parametrize(("months", "place"), [(0, "room"), (-1, "room"), (1000, "room"), (6, "sauna")])
    def test_impossible_storage_is_refused(self, months, place):
        with pytest.raises(InputError, match=r"--(stored|kept)"):
            products.stored(made("150 mg mitragynine")[2], Form.DRY_EXTRACT, months, place)


class TestTheWhole:
    def test_emergencies_come_first(self, shot):
        assert shot.findings[0].id == "emergency:when-to-call"

    def test_it_says_what_contradicts_itself(self, shot):
        rules = [f.rule.id for f in shot.findings]
        assert rules.count("label.contradiction") == 2
        assert "label.ratio" in rules
        assert "certificate.none" in rules

    def test_exposure_is_set_beside_leaf_that_was_studied(self, shot):
        tea, capsules = shot.grown
        assert "39 mg" in tea.beside
        assert "53.2 mg" in capsules.beside
        assert tea.figures[0].key == "mitragynine.cmax.ratio"
        assert tea.figures[0].uncertainty.low < tea.figures[0].value < tea.figures[0].uncertainty.high

    def test_the_ratio_is_that_of_the_doses_where_the_form_is_the_same(self):
        found = extract(Asked(("53.2 mg mitragynine",), Form.CAPSULE))
        cmax, auc = found.grown[1].figures[:2]
        assert auc.value == pytest.approx(found.grown[1].dose.value, rel=0.1)
        assert cmax.value == pytest.approx(found.grown[1].dose.value, rel=0.1)

    def test_a_certificate_is_set_beside_the_label(self):
        paper = certificates.read("examples/k51-certificate.csv")
        found = extract(Asked(("60 mg mitragynine", "2 g extract"), Form.DRY_EXTRACT, paper))
        (finding,) = [f for f in found.findings if f.rule.id == "label.measured"]
        assert "65 % of that" in finding.sentence
        assert "certificate.laboratory" in {f.rule.id for f in found.findings}  # the paper itself is checked too

    def test_json_follows_its_schema(self, shot):
        jsonschema.validate(json.loads(reports.to_json(shot)), reports.extract_schema())

    def test_the_page_escapes_what_was_entered_and_gives_the_same_bytes(self, shot):
        page = reports.extract_html(shot.model_copy(update={"title": "<script>alert(1)</script>"}))
        assert "<script>alert" not in page
        assert page == reports.extract_html(shot.model_copy(update={"title": "<script>alert(1)</script>"}))


class TestTheCommand:
    def test_prints_and_writes(self, speciosa, tmp_path):
        files = [tmp_path / name for name in ("e.html", "e.svg", "e.json")]
        options = [part for f in files for part in (f"--{f.suffix[1:]}", f)]
        code, out, err = speciosa("extract", "10x", "--form", "dry_extract", "--place", "DE", *options)
        assert code == 0, err
        assert out.index("EMERGENCY") < out.index("What the label can mean") < out.index("One serving ─")
        assert "112" in out
        assert all(f.stat().st_size > 2000 for f in files)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ((), "LABEL"),
            (("strong stuff",), "strong stuff"),
            (("10x", "--form", "brick"), "--form"),
            (("10x", "--kept", "sauna", "--stored", "3"), "--kept"),
            (("10x", "--certificate", "no-such.csv"), "no-such.csv"),
        ],
    )
    def test_bad_input_ends_in_one_sentence(self, speciosa, arguments, says):
        code, out, err = speciosa("extract", *arguments)
        assert (code, out) == (2, "")
        assert says in err
