"""What the checks say of breathing, the heart, withdrawal, the gut and monoamines."""

import dataclasses

import pytest

from checks_fixtures import DAILY, ONCE, SHOT, TABLET, make_case, make_exposure, make_figure
from speciosa import checks, knowledge
from speciosa.checks import Certainty, Severity, Topic

ALONE = {"breathing__response__min": 0.97, "breathing__ventilation__min": 0.99}
TIMES = {"withdrawal__onset": 12.0, "withdrawal__peak_time": 40.0, "withdrawal__over": 6.0}
TABLETS = {"name": "one", "doses": [{"at": "09:00", "amount": "1 tablet"}]}


def found(case, topic, **figures):
    """Findings of one topic; ``figures`` are key (``__`` for dots) → value, in every regimen."""
    made = make_exposure(case)
    more = tuple(
        value if not isinstance(value, float) else make_figure(key.replace("__", "."), value)
        for key, value in figures.items()
    )
    scenarios = tuple(s.model_copy(update={"figures": (*s.figures, *more)}) for s in made.scenarios)
    exposed = dataclasses.replace(made, scenarios=scenarios)
    return [f for f in checks.run(case, exposed) if f.topic is topic]


def medicines(*names):
    return [{"name": name, "use": "daily"} for name in names]


class TestBreathing:
    def one(self, case=None, **figures):
        (finding,) = found(case or make_case(), Topic.BREATHING, **(figures or ALONE))
        return finding

    def test_no_figure_is_unknown_and_never_safe(self):
        (finding,) = found(make_case(), Topic.BREATHING)

        assert finding.severity is Severity.UNKNOWN
        assert finding.certainty is Certainty.NOT_KNOWN
        assert "does not mean that it does nothing" in finding.sentence

    def test_more_depression_is_graded_stricter(self):
        mild = self.one(breathing__response__min=0.99)
        possible = self.one(breathing__response__min=0.9)  # the made-up spread reaches down to 0.63
        strong = self.one(breathing__response__min=0.7)

        assert [f.severity for f in (mild, possible, strong)] == [
            Severity.MODERATE,
            Severity.MODERATE,
            Severity.MAJOR,
        ]

    def test_a_companion_makes_it_major_and_is_named(self):
        before = make_figure("breathing.response.before", 0.8)
        finding = self.one(make_case(medicines=medicines("alcohol")), **ALONE, before=before)

        assert finding.severity is Severity.MAJOR
        assert "Alcohol at a usual dose counted too: before the first dose 80 % are left" in finding.sentence

    def test_seven_hydroxymitragynine_is_major_whatever_the_figure(self):
        finding = self.one(make_case(TABLET, (TABLETS,)))

        assert finding.severity is Severity.MAJOR
        assert "in mice nothing limited" in finding.sentence

    def test_both_spreads_and_the_ceiling_are_told(self):
        finding = self.one()

        assert "between people" in finding.sentence
        assert "uncertainty of the parameters" in finding.sentence
        assert "stopped breathing is an emergency" in finding.sentence
        assert "above 10 mg/kg" in finding.reason


class TestHeart:
    def one(self, case=None, qt=2.0, **changed):
        figure = make_figure("heart.QTc.max", qt, "ms").model_copy(update=changed)
        (finding,) = found(case or make_case(), Topic.HEART, heart=figure)
        return finding

    def test_qt_is_told_even_where_nothing_was_computed(self):
        (finding,) = found(make_case(medicines=medicines("methadone")), Topic.HEART)

        assert finding.severity is Severity.MAJOR
        assert "was not computed" in finding.sentence
        assert "methadone (known risk of TdP)" in finding.sentence

    def test_medicines_add_up_with_the_product(self):
        finding = self.one(make_case(medicines=medicines("citalopram", "quetiapine")))
        known, conditional = (knowledge.load().parameter(name).median for name in ("qt_known", "qt_conditional"))

        assert f"that is about {2.0 + known + conditional:g} ms" in finding.sentence
        assert {f.key for f in finding.figures} >= {"heart.QTc.citalopram", "heart.QTc.quetiapine"}
        assert "substances:citalopram" in finding.sources
        assert finding.severity is Severity.MAJOR

    @pytest.mark.parametrize(
        ("qt", "severity"), [(2.0, Severity.MINOR), (8.0, Severity.MODERATE), (12.0, Severity.MAJOR)]
    )
    def test_alone_the_regulatory_limit_decides(self, qt, severity):
        assert self.one(qt=qt).severity is severity

    def test_a_stopped_medicine_still_counts(self):
        case = make_case(medicines=[{"name": "amiodarone", "use": "stopped"}])

        assert "amiodarone" in self.one(case).sentence

    def test_no_answer_is_unknown_and_says_so(self):
        finding = self.one(determined=False)

        assert finding.severity is Severity.UNKNOWN
        assert finding.certainty is Certainty.NOT_KNOWN
        assert "not determined; what can be computed alone gives" in finding.sentence
        assert "never measured at the channel" in finding.sentence

    def test_a_medicine_of_a_special_group_has_no_figure_and_is_told(self):
        row = next(r for r in knowledge.load().table("substances") if (r.qt_category or "").startswith("special"))
        finding = self.one(make_case(medicines=medicines(row.name)))

        assert "an unknown amount" in finding.sentence
        assert any(row.name in text for text in finding.not_known)


class TestWithdrawal:
    def one(self, regimen=DAILY, peak=0.5, **person):
        case = make_case(regimens=(regimen,), **person)
        (finding,) = found(case, Topic.WITHDRAWAL, withdrawal__peak=peak, **TIMES)
        return finding

    @pytest.mark.parametrize(
        ("peak", "severity", "word"),
        [
            (0.6, Severity.MAJOR, "moderate or worse"),
            (0.3, Severity.MODERATE, "mild"),
            (0.08, Severity.MINOR, "next to none"),
            (0.01, Severity.INFORM, "next to none"),
        ],
    )
    def test_the_words_follow_the_scale(self, peak, severity, word):
        finding = self.one(peak=peak)

        assert finding.severity is severity
        assert word in finding.sentence

    def test_the_course_stands_beside_what_was_reported_conflicts_included(self):
        finding = self.one()

        assert "begins 12" in finding.sentence
        assert "worst after 40" in finding.sentence
        assert "over after 6 days" in finding.sentence
        assert "6 to 24 h" in finding.sentence
        assert "2 to 12 weeks" in finding.sentence
        assert "10 to 20 h after last use in male daily users: none" in finding.reason
        assert "dependence:D033" in finding.sources

    def test_one_dose_alarms_nobody(self):
        finding = self.one(ONCE, peak=0.01)

        assert finding.severity is Severity.INFORM
        assert "muscle spasm" not in finding.sentence

    def test_a_daily_user_is_told_to_expect_more(self):
        finding = self.one(ONCE, peak=0.01, kratom_use="daily")

        assert finding.severity is Severity.MAJOR
        assert "expect more than this" in finding.sentence

    def test_no_figure_is_unknown(self):
        (finding,) = found(make_case(regimens=(DAILY,)), Topic.WITHDRAWAL)

        assert finding.severity is Severity.UNKNOWN
        assert "6 to 24 h" in finding.sentence

    def test_it_is_said_once(self):
        every = checks.run(make_case(regimens=(DAILY,)), make_exposure(make_case(regimens=(DAILY,))))

        assert sum("6 to 24 h" in f.sentence for f in every) == 1


class TestMonoamines:
    def test_not_determined_is_the_answer_with_what_could_be_computed_beside_it(self):
        level = make_figure("serotonin.level", 1.2).model_copy(update={"determined": False})
        (finding,) = found(make_case(), Topic.MONOAMINES, level=level)

        assert "Serotonin in “once”: not determined; what can be computed alone gives 1.2-fold" in finding.sentence
        assert "Dopamine: not computed." in finding.sentence
        assert "serotonin transporter, noradrenaline transporter and dopamine transporter" in finding.sentence
        assert finding.certainty is Certainty.NOT_KNOWN
        assert finding.severity is Severity.INFORM

    def test_an_answer_is_very_low_at_best(self):
        (finding,) = found(make_case(), Topic.MONOAMINES, level=make_figure("serotonin.level", 1.2))

        assert "Serotonin in “once”: 1.2-fold" in finding.sentence
        assert finding.certainty is Certainty.VERY_LOW


def test_the_gut_has_no_curve_and_says_that_the_dose_is_not_known():
    (finding,) = found(make_case(SHOT, ({"name": "s", "doses": [{"at": "08:00", "amount": "1 shot"}]},)), Topic.GUT)

    assert "How they depend on the dose is not known." in finding.sentence
    assert not finding.figures
    assert {"harms:H131", "exposure_response:E019"} <= set(finding.sources)
