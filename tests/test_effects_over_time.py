"""Tolerance and withdrawal over whole habits, breathing beside other drugs, monoamines: what a user would see."""

from functools import cache

import numpy as np
import pytest

from speciosa import cases, exposure, knowledge
from speciosa.exposure import _company, _dynamics, _effect_figures

DAYS = 28
WATCHED = ("withdrawal_intensity", "adaptation_level", "MOR_effect", "MOR_naive_effect", "breathing_response")
REPORTED = {name: f"dependence:{name}" for name in ("D035", "D036", "D037", "D039", "D040")}


def every_day(amount, hours, days=DAYS):
    """One line per hour of the day."""
    return [{"at": f"{hour:02d}:00", "amount": amount, "every": "24 h", "times": days} for hour in hours]


def make(doses, *, people=6, draws=0, medicines=(), product=None, kratom_use=None):
    person = {"age": 34, "sex": "M", "weight": "70 kg", "height": "172 cm", "medicines": list(medicines)}
    if kratom_use:
        person["kratom_use"] = kratom_use
    return cases.parse(
        {
            "title": "habit",
            "asked_on": "2026-11-24",
            "product": product or {"known": "k51-leaf-powder", "form": "tea"},
            "person": person,
            "regimens": [{"name": "habit", "doses": doses}],
            "simulation": {"people": people, "draws": draws, "seed": 3},
        },
        where="tests",
    )


def curves(doses, **given):
    """Hours since the last dose, and the median person's curve of everything watched."""
    case = make(doses, **given)
    regimen = case.regimens[0]
    moments = np.array([when for when, _ in regimen.events()])
    last = float(moments[-1] - moments[0])
    exposed = exposure.simulate(case, with_medicines=False)
    run = exposed.runs[0]
    grid = np.arange(0.0, last + 330.0, 2.0)
    middle = {
        name: np.interp(grid, run.plan.times, np.median(run.output(name)[run.plan.draw == 0], axis=0))
        for name in WATCHED
    }
    return grid - last, middle, exposed.scenarios[0]


@cache
def habit(amount="4 g", hours=(8, 13, 18), days=DAYS):
    return curves(every_day(amount, hours, days))


def figure(scenario, key):
    return scenario.figure(key).value


class TestWithdrawal:
    def test_the_habit_that_sets_the_scale_peaks_at_one_half(self):
        _, _, scenario = habit()

        assert figure(scenario, "withdrawal.peak") == pytest.approx(0.5, abs=0.12)

    def test_onset_peak_and_end_lie_within_what_was_reported(self):
        known = knowledge.load()
        begins, top, over, begins_recalled, over_recalled = (known.row(row) for row in REPORTED.values())
        _, _, scenario = habit()

        assert begins.low <= figure(scenario, "withdrawal.onset") <= begins_recalled.high
        assert 0.9 * begins_recalled.low <= figure(scenario, "withdrawal.onset") <= begins.high
        assert top.low <= figure(scenario, "withdrawal.peak_time") <= top.high
        assert over.low <= figure(scenario, "withdrawal.over") <= over_recalled.high

    def test_nothing_much_is_seen_10_to_20_h_after_the_last_dose(self):
        since, middle, scenario = habit()
        early = middle["withdrawal_intensity"][(since >= 10.0) & (since <= 14.0)]

        assert np.all(early < 0.5 * figure(scenario, "withdrawal.peak"))

    @pytest.mark.parametrize(("amount", "hours"), [("12 g", (8,)), ("6 g", (8, 20)), ("2 g", (8, 10, 12, 14, 16, 18))])
    def test_after_a_clean_stop_time_counts_and_not_the_rhythm_before(self, amount, hours):
        since, middle, _ = habit()
        other_since, other, _ = habit(amount, hours)
        days = np.arange(36.0, 300.0, 12.0)
        one = np.interp(days, since, middle["withdrawal_intensity"])
        two = np.interp(days, other_since, other["withdrawal_intensity"])

        np.testing.assert_allclose(two, one, atol=0.06)

    def test_a_taper_peaks_lower_than_a_stop(self):
        steps = [
            {"at": f"{24 * (DAYS + 7 * n) + 5 * k} h", "amount": amount, "every": "24 h", "times": 7}
            for n, amount in enumerate(("3 g", "2 g", "1 g", "0.5 g"))
            for k in range(3)
        ]
        start = [{"at": f"{5 * k} h", "amount": "4 g", "every": "24 h", "times": DAYS} for k in range(3)]
        _, middle, tapered = curves(start + steps)

        assert figure(tapered, "withdrawal.peak") < 0.6 * figure(habit()[2], "withdrawal.peak")
        assert np.max(middle["withdrawal_intensity"]) < figure(habit()[2], "withdrawal.peak")

    def test_who_takes_it_once_a_week_gets_next_to_none(self):
        _, _, weekly = curves([{"at": "08:00", "amount": "4 g", "every": "168 h", "times": 8}])

        assert figure(weekly, "withdrawal.peak") < 0.06

    def test_an_irregular_habit_lies_between(self):
        days = (0, 1, 2, 5, 6, 9, 12, 13, 14, 15, 19, 20, 23, 26, 27)
        _, _, irregular = curves([{"at": f"{24 * day + 5 * k} h", "amount": "4 g"} for day in days for k in range(3)])

        assert 0.06 < figure(irregular, "withdrawal.peak") < figure(habit()[2], "withdrawal.peak")

    def test_more_a_day_means_more_withdrawal(self):
        peaks = [figure(habit(amount)[2], "withdrawal.peak") for amount in ("1 g", "2 g", "4 g", "8 g")]

        assert peaks == sorted(peaks)

    def test_the_follow_up_is_long_enough_to_see_the_end(self):
        since, middle, scenario = habit()

        assert since[-1] > 24.0 * 10
        assert middle["withdrawal_intensity"][-1] < 0.1 * figure(scenario, "withdrawal.peak")
        assert next(c for c in scenario.curves if c.key == "withdrawal").time_h[-1] > 24.0 * (DAYS + 10)


class TestTolerance:
    def test_the_same_dose_does_less_after_four_weeks(self):
        since, middle, _ = habit()
        effect = middle["MOR_effect"]
        first = effect[since < since[0] + 24.0].max()
        later = effect[(since > -24.0) & (since <= 5.0)].max()

        assert later < 0.85 * first

    def test_breathing_becomes_tolerant_too_but_less(self):
        since, middle, _ = habit()
        early, late = since < since[0] + 24.0, (since > -24.0) & (since <= 5.0)
        kept = 1.0 - middle["breathing_response"][late].min()
        at_first = 1.0 - middle["breathing_response"][early].min()
        effect = middle["MOR_naive_effect"]
        naive = effect[late].max() / effect[early].max()

        receptor = middle["MOR_effect"][late].max() / middle["MOR_effect"][early].max()
        assert kept / at_first > receptor
        assert kept / at_first < naive * 1.2

    def test_a_person_on_a_daily_opioid_is_adapted_from_the_start(self):
        _, methadone, scenario = curves(
            [{"at": "08:00", "amount": "2 g"}], medicines=[{"name": "methadone", "use": "daily"}]
        )
        _, alone, _ = curves([{"at": "08:00", "amount": "2 g"}])

        assert methadone["adaptation_level"][0] == pytest.approx(methadone["MOR_naive_effect"][0], rel=1e-6)
        assert alone["adaptation_level"][0] == 0.0
        assert figure(scenario, "withdrawal.peak") < 0.05


class TestBreathing:
    ONE = ({"at": "08:00", "amount": "4 g"},)

    def lowest(self, *names, doses=ONE, product=None):
        medicines = [{"name": name, "use": "as needed"} for name in names]
        return figure(curves(list(doses), medicines=medicines, product=product)[2], "breathing.response.min")

    def test_opioids_sedatives_and_alcohol_add_up(self):
        alone = self.lowest()

        assert self.lowest("alcohol") < alone
        assert self.lowest("oxycodone") < alone
        assert self.lowest("alprazolam", "alcohol") < self.lowest("alprazolam")
        assert self.lowest("oxycodone", "alcohol") < min(self.lowest("oxycodone"), self.lowest("alcohol"))

    def test_an_antagonist_keeps_the_alkaloids_off(self):
        assert self.lowest("naltrexone") > self.lowest()

    def test_mitragynine_levels_off_and_seven_hydroxymitragynine_goes_further(self):
        def series(analyte):
            product = {"form": "powder", "contents": [{"analyte": analyte, "amount": "500 mg/g"}]}
            return [
                self.lowest(doses=({"at": "08:00", "amount": f"{grams} g"},), product=product)
                for grams in (0.02, 0.1, 0.6, 3.6)
            ]

        leaf, seven = series("mitragynine"), series("7-hydroxymitragynine")

        assert leaf == sorted(leaf, reverse=True)
        assert leaf[2] - leaf[3] < 0.4 * (leaf[0] - leaf[2])  # six times more does well under half as much
        assert all(one < other for one, other in zip(seven, leaf, strict=True))

    def test_doses_of_the_trial_that_saw_nothing_lower_resting_ventilation_by_1_to_8_percent(self):
        product = {"form": "powder", "contents": [{"analyte": "mitragynine", "amount": "100 mg/g"}]}
        falls = [
            1.0
            - figure(
                curves([{"at": "08:00", "amount": amount}], product=product)[2],
                "breathing.ventilation.min",
            )
            for amount in ("50 mg", "400 mg")
        ]

        assert 0.01 < falls[0] < falls[1] < 0.08

    def test_what_was_stopped_does_not_count(self):
        case = make(list(self.ONE), medicines=[{"name": "oxycodone", "use": "stopped"}])

        assert _company.company(case) == ()

    def test_each_kind_of_companion_is_read(self):
        names = ("oxycodone", "buprenorphine", "naltrexone", "alcohol", "ibuprofen")
        found = _company.company(make(list(self.ONE), medicines=[{"name": name} for name in names]))

        assert [(c.name, c.acts) for c in found] == [
            ("oxycodone", "full"),
            ("buprenorphine", "partial"),
            ("naltrexone", "antagonist"),
            ("alcohol", "sedative"),
        ]

    def test_an_opioid_alone_has_the_effect_of_its_row(self):
        draws = exposure.draw(0, 1, effects=True)
        full = draws["MOR_tau_full"]
        for acts, grade, name in (
            ("full", "high", "opioid_effect_high"),
            ("partial", "moderate", "opioid_partial_effect"),
        ):
            one = _company.Companion("x", "x", acts, grade, daily=True)
            values = _dynamics.dynamics(draws.values, full, [one])

            assert values["adapted_start"] == pytest.approx(draws[name], rel=1e-9)

    def test_notes_say_what_was_assumed(self):
        case = make(list(self.ONE), medicines=[{"name": "oxycodone"}], kratom_use="daily")
        notes = " ".join(_company.company_notes(case, _company.company(case)))

        assert "oxycodone" in notes
        assert "not adapted" in notes


class TestMonoamines:
    def test_no_answer_where_no_alkaloid_was_measured_at_the_transporter(self):
        case = make(every_day("4 g", (8,), 3), people=10, draws=10)
        scenario = exposure.simulate(case, with_medicines=False).scenarios[0]

        for amine in ("serotonin", "noradrenaline", "dopamine"):
            assert not scenario.figure(f"{amine}.level").determined

    def test_an_answer_needs_an_interval_without_no_effect(self, monkeypatch):
        amine = exposure._effect_figures.models.network().monoamines["serotonin"]
        targets = {"SERT": type("Measured", (), {"ligands": ("mitragynine",)})}
        monkeypatch.setattr(
            _effect_figures.models, "network", lambda: type("Net", (), {"targets": targets, "monoamines": {}})
        )

        def level(low, high):
            spread = exposure.Interval(low=low, high=high, covers="draws")
            return exposure.Figure(key="k", label="l", value=1.2, unit="", uncertainty=spread)

        assert _effect_figures._determined(amine, level(1.1, 1.5))
        assert not _effect_figures._determined(amine, level(0.9, 1.5))
        assert not _effect_figures._determined(amine, exposure.Figure(key="k", label="l", value=1.2, unit=""))

    def test_the_heart_is_no_answer_where_most_of_the_product_was_not_measured(self):
        product = {"form": "powder", "contents": [{"analyte": "7-hydroxymitragynine", "amount": "100 mg/g"}]}
        seven = curves([{"at": "08:00", "amount": "0.1 g"}], product=product)[2]
        leaf = curves([{"at": "08:00", "amount": "2 g"}])[2]

        assert not seven.figure("heart.QTc.max").determined
        assert leaf.figure("heart.QTc.max").determined


def test_the_parameters_of_effects_are_those_that_no_concentration_depends_on():
    known = {row.name for row in knowledge.load().table("parameters")}
    read = set()

    class Reading(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    draws = Reading(exposure.draw(0, 1, effects=True).values)
    companions = [
        _company.Companion("x", "x", acts, grade, daily=True)
        for acts in ("full", "partial", "antagonist", "sedative")
        for grade in ("high", "moderate", "low")
    ]
    _dynamics.dynamics(draws, draws["MOR_tau_full"], companions)

    assert known >= exposure.EFFECT_PARAMETERS
    of_medicines = {"qt_known", "qt_possible", "qt_conditional"}
    assert read - {"MOR_tau_full"} == exposure.EFFECT_PARAMETERS - of_medicines
