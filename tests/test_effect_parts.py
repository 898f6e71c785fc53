"""The parts of the effects, one at a time, against what known medicines do and against algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effects_fixtures import amine_ports, breathing_ports, checked, history, out
from speciosa import knowledge

SHARE = st.floats(0.0, 0.99)
ADAPTING = {"k_fast": np.log(2.0) / 26.0, "k_slow": np.log(2.0) / 96.0, "slow_share": 0.5}
OUTPUTS = ("ventilation", "PaCO2_rise", "response")
CHECKS = [row for row in knowledge.load().table("effect_checks") if row.part]


@pytest.mark.parametrize("row", CHECKS, ids=lambda row: row.id)
def test_known_medicines_do_in_the_model_what_they_did_in_people_or_rats(row):
    said = checked(row)

    if row.direction == "up":
        assert said > 1.05
    elif row.direction == "down":
        assert said < 0.95
    if row.id == "EC02":
        assert said > row.low
    elif row.high is not None and row.low is None:
        assert said < row.high
    elif row.value is not None:
        ends = [end for end in (row.low, row.value, row.high) if end is not None]
        fold = max(min(ends) / said, said / max(ends))
        assert fold < 1.7


class TestMonoamines:
    @settings(max_examples=20, deadline=None)
    @given(drive=st.floats(0.1, 5.0), blocked=SHARE, load=st.floats(1.0, 30.0), efficacy=st.floats(0.0, 1.0))
    def test_the_level_balances_release_and_clearance(self, drive, blocked, load, efficacy):
        ports = amine_ports("serotonin", drive=drive, blocked=blocked, load=load, agonism=efficacy * (load - 1.0))
        level = out("monoamine", "level", **ports)
        tone, brake = ports["tone"], ports["brake"]

        active = (tone * level + ports["agonism"]) / (load + tone * level)
        release = drive * (1.0 - brake * active) / (1.0 - brake * tone / (1.0 + tone))

        assert release == pytest.approx(level * (1.0 - ports["transporter_share"] * blocked), rel=1e-6)

    @pytest.mark.parametrize("amine", ["serotonin", "noradrenaline", "dopamine"])
    def test_nothing_taken_means_no_change(self, amine):
        assert out("monoamine", "level", **amine_ports(amine)) == pytest.approx(1.0)

    def test_an_antagonist_of_the_brake_and_a_blocker_help_each_other(self):
        def level(**given):
            return out("monoamine", "level", **amine_ports("noradrenaline", **given))

        assert level(load=20.0) < level(blocked=0.9) < level(load=20.0, blocked=0.9)
        assert level(load=20.0, blocked=0.9) > level(load=20.0) * level(blocked=0.9)


class TestBreathing:
    def test_a_person_without_drugs_breathes_at_the_own_baseline(self):
        assert out("breathing", "ventilation", **breathing_ports()) == pytest.approx(1.0)
        assert out("breathing", "PaCO2_rise", **breathing_ports()) == pytest.approx(0.0, abs=1e-9)
        assert out("breathing", "response", **breathing_ports()) == pytest.approx(1.0)

    @settings(max_examples=20, deadline=None)
    @given(effect=st.floats(0.01, 0.98), more=st.floats(0.001, 0.015), spared=st.floats(0.3, 1.0))
    def test_more_opioid_is_never_better(self, effect, more, spared):
        less, most = (
            {name: out("breathing", name, **breathing_ports(effect=e, spared=spared)) for name in OUTPUTS}
            for e in (effect, effect + more)
        )

        assert most["ventilation"] < less["ventilation"]
        assert most["PaCO2_rise"] > less["PaCO2_rise"]
        assert most["response"] < less["response"]

    def test_opioid_and_sedative_together_are_worse_than_either(self):
        opioid, sedative, both = (
            out("breathing", "response", **breathing_ports(effect=e, spared=s))
            for e, s in ((0.4, 1.0), (0.0, 0.8), (0.4, 0.8))
        )

        assert both < min(opioid, sedative)
        assert both == pytest.approx(opioid * sedative)

    def test_a_weak_partial_agonist_levels_off_and_a_full_one_does_not(self):
        weak, full = (
            [out("breathing", "response", **breathing_ports(effect=top * x / (1.0 + x))) for x in (1.0, 10.0, 1e3, 1e5)]
            for top in (0.35, 1.0)
        )

        assert weak[-1] > 0.65
        assert weak[-2] == pytest.approx(weak[-1], rel=0.01)
        assert full[-1] < 0.01

    def test_who_is_tolerant_is_depressed_less_and_still_depressed(self):
        naive, tolerant = (out("breathing", "response", **breathing_ports(effect=0.5, level=a)) for a in (0.0, 0.5))

        assert naive < tolerant < 0.9


class TestCounterRegulation:
    def test_the_level_approaches_a_lasting_effect(self):
        times, level = history([(0.0, 0.4)], 24.0 * 60, **ADAPTING).T

        assert level[0] == 0.0
        assert np.all(np.diff(level) >= -1e-9)
        assert level[-1] == pytest.approx(0.4, rel=1e-3)
        assert level[np.searchsorted(times, 26.0)] == pytest.approx(0.4 * (0.5 * 0.5 + 0.5 * 0.171), rel=0.05)

    def test_a_person_who_is_used_to_an_effect_starts_there(self):
        level = history([(0.0, 0.4)], 48.0, start=0.4, **ADAPTING)[:, 1]

        np.testing.assert_allclose(level, 0.4, rtol=1e-6)

    def test_withdrawal_needs_an_effect_below_the_level(self):
        def intensity(effect):
            return out("withdrawal", "intensity", level=0.2, effect=effect, half=0.05, slope=2.0)

        assert intensity(0.3) == 0.0
        assert intensity(0.2) == 0.0
        assert intensity(0.15) == pytest.approx(0.5)
        assert intensity(0.0) > intensity(0.1) > intensity(0.15)

    def test_tolerance_takes_half_of_the_reserve_where_gain_times_level_is_one(self):
        assert out("tolerance", "left", level=0.5, gain=2.0) == pytest.approx(0.5)
        assert out("tolerance", "left", level=0.0, gain=2.0) == 1.0


def test_noradrenaline_neurones_are_silenced_by_an_opioid_and_rebound_in_withdrawal():
    ports = {"half": 0.3, "rebound": 3.0}

    assert out("locus_coeruleus", "drive", effect=0.3, withdrawal=0.0, **ports) == pytest.approx(0.5)
    assert out("locus_coeruleus", "drive", effect=0.0, withdrawal=1.0, **ports) == pytest.approx(4.0)


def test_qt_follows_the_share_of_blocked_channels():
    assert out("repolarisation", "QTc_change", blocked=0.11, per_block=90.0) == pytest.approx(9.9)
