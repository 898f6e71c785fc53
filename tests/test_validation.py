"""Predictions beside observations: how good they are, and what is printed and drawn of them."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from speciosa import calibration, knowledge, reports

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"


@pytest.fixture(scope="module")
def validation():
    return calibration.validate(people=250, draws=24)


def found(validation, study, figure):
    return next(c for c in validation.comparisons if (c.study, c.figure) == (study, figure))


def test_every_observation_that_is_used_is_compared(validation):
    used = {(t.study, t.figure, t.use) for t in calibration.targets() if t.use != "unused"}

    assert {(c.study, c.figure, c.use) for c in validation.comparisons} == used
    assert len(validation.unused) == sum(t.use == "unused" for t in calibration.targets())


def test_what_the_model_was_fitted_to_is_met_within_one_and_a_half_fold(validation):
    for c in validation.comparisons:
        if c.use == "fit":
            assert c.fold < 1.5, (c.study, c.label, c.fold)


# said and explained in docs/validation.md
MISSED = {
    ("chronic-tea-steady", "mitragynine.half_life"),
    ("extract-59.2-daily", "mitragynine.cmax"),
    ("leaf-capsules-daily", "7-hydroxymitragynine.half_life"),
}


def test_what_it_was_not_fitted_to_is_met_within_two_fold_but_for_what_the_page_names(validation):
    page = PAGE.read_text(encoding="utf-8")
    for c in validation.comparisons:
        if c.use == "check" and (c.study, c.figure) not in MISSED:
            assert c.fold < 2.0, (c.study, c.label, c.fold)
    for study, _ in MISSED:
        assert f"`{study}`" in page


def test_midazolam_falls_in_its_interval_and_dextromethorphan_does_not_move(validation):
    assert 1.23 < found(validation, "k51-cocktail", "midazolam.auc_ratio").predicted.value < 1.57
    for figure in ("auc_ratio", "cmax_ratio"):
        assert found(validation, "k51-cocktail", f"dextromethorphan.{figure}").predicted.value == pytest.approx(
            1, abs=0.15
        )


def test_speciociliatine_dominates_the_plasma_after_leaf(validation):
    areas = [found(validation, "k51-tea", f"{name}.auc").predicted.value for name in ("speciociliatine", "mitragynine")]
    assert 8 < areas[0] / areas[1] < 18


def test_the_bands_cover_what_was_observed(validation):
    inside = [c.inside for c in validation.comparisons]
    assert None not in inside
    assert np.mean(inside) >= 0.8


def test_a_comparison_has_both_spreads_and_its_row(validation):
    for c in validation.comparisons:
        assert c.predicted.variability.low <= c.predicted.value <= c.predicted.variability.high
        assert c.predicted.uncertainty.low < c.predicted.uncertainty.high
        assert c.band.low < c.predicted.uncertainty.low
        assert c.band.high > c.predicted.uncertainty.high
        assert c.fold == pytest.approx(max(c.ratio, 1 / c.ratio))
        assert knowledge.load().has(c.row)


def test_below_an_upper_end_nothing_is_missed(validation):
    c = found(validation, "leaf-capsules-daily", "7-hydroxymitragynine.steady")
    low = c.model_copy(update={"predicted": c.predicted.model_copy(update={"value": 2.0})})
    high = c.model_copy(update={"predicted": c.predicted.model_copy(update={"value": 14.0})})

    assert (c.low, c.high) == (None, 7.0)
    assert low.ratio == 1.0
    assert high.ratio == 2.0


def test_scores_are_those_of_the_comparisons(validation):
    for score in validation.scores:
        ratios = np.array([c.ratio for c in validation.comparisons if c.use == score.use])
        folds = np.maximum(ratios, 1 / ratios)
        assert score.figures == len(ratios)
        assert score.afe == pytest.approx(np.exp(np.log(ratios).mean()))
        assert score.aafe == pytest.approx(np.exp(np.log(folds).mean()))
        assert score.within == pytest.approx(
            {"1.25": (folds <= 1.25).mean(), "1.5": (folds <= 1.5).mean(), "2": (folds <= 2).mean()}
        )
    fitted, checked = validation.scores
    assert fitted.aafe < checked.aafe < 1.6


def test_far_evidence_is_scaled_to_man_and_set_beside_the_model(validation):
    far = {p.label: p for p in validation.plausible}
    dog = far["mitragynine: CL of a dog, scaled to man"]

    # 1.8 (SD 0.4) L/h/kg in a dog of 10 kg; the exponent 0.75 puts the middle near 85 L/h
    assert dog.low < 1.8 * 10 * 8**0.75 < dog.high
    assert dog.within
    assert far["mitragynine: Vss of a dog, scaled to man"].predicted > 100
    assert all(knowledge.load().has(row) for p in validation.plausible for row in p.rows)
    assert all(np.isfinite(p.predicted) for p in validation.plausible)


def test_the_page_prints_what_the_model_predicts(validation):
    """Made with more people; the median of a population moves a little with their number."""
    page = PAGE.read_text(encoding="utf-8")
    part = page[page.index("<!-- validation: begin -->") : page.index("<!-- validation: end -->")]
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in part.splitlines() if re.match(r"\| \S+-", line)
    ]
    lines = [cells for cells in lines if cells[0] in calibration.studies()]

    assert [(cells[0], cells[1], cells[-1]) for cells in lines] == [
        (c.study, c.label, c.row) for c in validation.comparisons
    ]
    for cells, c in zip(lines, validation.comparisons, strict=True):
        assert float(cells[4].replace(",", "")) == pytest.approx(c.predicted.value, rel=0.12), (c.study, c.label)
        assert cells[9] == {"fit": "fitted", "check": "not fitted"}[c.use]


def test_the_table_goes_between_the_marks_and_nothing_else_changes(validation):
    page = "before\n<!-- validation: begin -->\nstale words\n<!-- validation: end -->\nafter\n"
    made = reports.inserted(page, validation)

    assert made.startswith("before\n<!-- validation: begin -->\n")
    assert made.endswith("<!-- validation: end -->\nafter\n")
    assert "stale words" not in made
    assert reports.inserted("no marks", validation) == "no marks"


def test_the_picture_has_a_line_for_every_figure_and_says_what_it_is(validation):
    text = reports.validation_svg(validation)
    root = ET.fromstring(text)  # noqa: S314 - our own text
    words = " ".join(root.itertext())

    assert root.get("role") == "img"
    for c in validation.comparisons:
        assert f"{c.study}, {c.label}" in words
    assert text == reports.validation_svg(validation)


def test_the_page_needs_nothing_else_and_tells_what_was_not_used(validation):
    page = reports.validation_html(validation)

    assert "http" not in page.replace("http://www.w3.org", "").replace("http-equiv", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert "86-fold" in page
    assert page.count("<tr>") == len(validation.comparisons) + len(validation.scores) + len(validation.plausible) + 3


def test_before_the_calibration_the_bands_are_wider():
    prior = calibration.validate(people=12, draws=12, before=True)
    after = calibration.validate(people=12, draws=12)
    width = [
        np.mean([np.log(c.band.high / c.band.low) for c in v.comparisons if c.use == "fit"]) for v in (prior, after)
    ]

    assert width[0] > 1.5 * width[1]
