"""Curves in reports: what is drawn of them, the sentence and the table beside it, and the picture as a file."""

import math
from types import SimpleNamespace

import pytest

import reports_fixtures as made_up
from speciosa import reports
from speciosa.errors import InputError
from speciosa.exposure import Curve
from speciosa.reports import _curves


def test_a_long_curve_is_thinned_and_keeps_its_peaks():
    curve = made_up.daily().curves[0]
    whole = _curves.panels(curve)[1].until
    kept = _curves._thinned(curve, whole, most=120)

    assert len(curve.time_h) > 400
    assert len(kept["time_h"]) <= 120
    assert max(kept["median"]) == max(curve.median)
    assert kept["time_h"] == sorted(kept["time_h"])
    assert all(len(column) == len(kept["time_h"]) for column in kept.values())


def test_four_weeks_are_drawn_as_the_highest_value_of_each_day():
    curve = made_up.daily().curves[0]
    start, whole = _curves.panels(curve)
    days = _curves.points(curve, whole)

    assert (start.title, start.in_days) == ("First 24 hours", False)
    assert whole.by_day
    assert len(days["time_h"]) == math.floor(curve.time_h[-1] / 24.0) + 1
    assert days["median"][0] == max(v for t, v in zip(curve.time_h, curve.median, strict=True) if t < 24.0)


def test_an_enzyme_is_drawn_at_its_lowest():
    curve = next(c for c in made_up.daily().curves if c.group == "enzyme")
    days = _curves.points(curve, _curves.panels(curve)[1])

    assert min(days["median"]) == min(curve.median)
    assert "falls to" in _curves.sentence(made_up.daily(), curve)


def test_a_short_curve_has_one_panel():
    once = made_up.once().curves[0]
    short = once.model_copy(
        update={name: getattr(once, name)[:20] for name in ("time_h", *_curves._COLUMNS)},
    )

    assert [panel.name for panel in _curves.panels(short)] == ["whole"]


def test_the_table_of_four_weeks_is_short_and_says_what_its_picture_shows():
    scenario = made_up.daily()
    rows = _curves.table(scenario, scenario.curves[0])

    assert 8 <= len(rows) <= 18
    assert rows[0].time.startswith("0")
    assert rows[-1].time == "highest of day 35"
    assert len({row.time for row in rows}) == len(rows)


def test_the_table_of_one_dose_counts_hours_then_days():
    scenario = made_up.once()
    times = [row.time.replace("\N{NO-BREAK SPACE}", " ") for row in _curves.table(scenario, scenario.curves[0])]

    assert times == ["0 h", "0.5 h", "1 h", "2 h", "4 h", "8 h", "12 h", "24 h", "2 days", "3 days", "5 days", "7 days"]


def test_the_sentence_keeps_both_spreads_apart():
    scenario = made_up.once()
    says = _curves.sentence(scenario, scenario.curves[0])

    assert "People differ: 90 % of them" in says
    assert "90 % of the draws put the median person" in says
    assert "not computed" in _curves.sentence(scenario.model_copy(update={"draws": 0}), scenario.curves[0])


# --- figures as files


def test_a_figure_file_is_svg_with_a_name_and_the_same_bytes_each_time():
    first = reports.figure_svg(made_up.once(), "concentration")

    assert first == reports.figure_svg(made_up.once(), "concentration")
    assert first.startswith("<?xml")
    assert "<title" in first
    assert "<desc" in first
    assert "people differ (90 % of people)" in first
    assert "var(--" not in first


def test_small_numbers_on_an_axis_keep_their_digits():
    curve = made_up.once().curves[0]
    small = {name: tuple(v * 1e-4 for v in getattr(curve, name)) for name in _curves._COLUMNS}
    scenario = made_up.once().model_copy(update={"curves": (curve.model_copy(update=small),)})

    assert ">0.001<" in reports.figure_svg(scenario, "concentration")


def test_a_group_without_curves_is_refused_by_name():
    with pytest.raises(InputError, match=r"'heart'.*concentration, brain, occupancy, enzyme"):
        reports.figure_svg(made_up.once(), "heart")


def test_a_scenario_in_which_every_run_failed_is_refused():
    broken = made_up.once().model_copy(update={"curves": (made_up.empty_curve(),)})

    with pytest.raises(InputError, match="no run ended well"):
        reports.figure_svg(broken, "occupancy")


@pytest.mark.parametrize(
    ("key", "median", "says"),
    [
        ("breathing.response", (1.0, 0.7, 0.9), "falls to 70"),
        ("breathing.PaCO2", (0.0, 3.0, 1.0), "reaches 3"),
        ("noradrenaline.level", (1.0, 0.5, 1.2), "falls to 0.5"),
        ("noradrenaline.level", (1.0, 0.9, 1.5), "reaches 1.5"),
    ],
)
def test_the_sentence_of_a_curve_tells_the_side_that_matters(key, median, says):
    columns = dict.fromkeys(("variability_low", "variability_high", "uncertainty_low", "uncertainty_high"), median)
    curve = Curve(key=key, label="a curve", unit="", group="x", time_h=(0.0, 1.0, 2.0), median=median, **columns)
    scenario = SimpleNamespace(draws=10)

    assert says in _curves.sentence(scenario, curve)


def test_a_slow_curve_has_no_picture_of_the_first_day():
    columns = ("median", "variability_low", "variability_high", "uncertainty_low", "uncertainty_high")
    numbers, times = dict.fromkeys(columns, (0.0, 0.4, 0.1)), (0.0, 100.0, 336.0)
    slow, quick = (
        Curve(key=key, label="a curve", unit="", group="withdrawal", time_h=times, **numbers)
        for key in ("withdrawal", "naive_effect")
    )

    assert [panel.name for panel in _curves.panels(slow)] == ["whole"]
    assert [panel.name for panel in _curves.panels(quick)] == ["start", "whole"]
