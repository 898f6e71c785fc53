"""Computed tests of claims: the rule, the doses, what a strong ligand and a missing affinity do to an answer."""

import dataclasses
from types import MappingProxyType

import pytest

from speciosa import claims, exposure, knowledge, models
from speciosa.claims import Outcome, Speaks, Why, _tests, _tests_run, _tests_words
from speciosa.claims._tests_rule import Grounds, beyond, grounds_of, judge
from speciosa.errors import Cancelled, EngineError, InputError
from speciosa.exposure import Figure, Interval, SetValue

FEW = 8
QUICK = {"people": FEW, "seed": 5}
ONE_DOSE = ("opioid-agonist", "adrenergic-antagonist", "raises-serotonin", "acts-on-gaba")


@pytest.fixture(scope="module")
def found():
    """Every test of four claims that ask of a cup of tea and one dose of leaf."""
    return claims.computed(ONE_DOSE, **QUICK)


@pytest.fixture
def fresh(monkeypatch):
    """Nothing remembered, and nothing left behind."""
    monkeypatch.setattr(_tests_run, "_kept", {})
    monkeypatch.setattr(_tests_run, "_kept_medicines", {})


def rows(table="claim_tests"):
    return knowledge.load().table(table)


def figure(value, low, high, *others):
    sets = [SetValue(panel="a", name=str(v), row="data_sets:DS001", weight=0.5, value=v, central=False) for v in others]
    return Figure(
        key="k",
        label="k",
        value=value,
        unit="",
        uncertainty=Interval(low=low, high=high, covers="90 %"),
        data_sets=tuple(sets),
    )


# --- the rule


@pytest.mark.parametrize(
    ("computed", "direction", "grounds", "outcome", "why"),
    [
        (figure(0.6, 0.51, 0.7), "at least", Grounds(), Outcome.REACHES, Why.ONE_SIDE),
        (figure(0.4, 0.3, 0.49), "at least", Grounds(), Outcome.DOES_NOT_REACH, Why.ONE_SIDE),
        (figure(0.4, 0.3, 0.49), "at most", Grounds(), Outcome.REACHES, Why.ONE_SIDE),
        (figure(0.6, 0.49, 0.7), "at least", Grounds(), Outcome.NOT_DETERMINED, Why.STRADDLES),
        (figure(0.6, 0.51, 0.7, 0.2), "at least", Grounds(), Outcome.NOT_DETERMINED, Why.SETS_DISAGREE),
        (figure(0.6, 0.51, 0.7, 0.55), "at least", Grounds(), Outcome.REACHES, Why.ONE_SIDE),
        (figure(0.6, 0.51, 0.7), "at least", Grounds(("SERT",)), Outcome.NOT_DETERMINED, Why.UNMEASURED),
        (figure(0.6, 0.51, 0.7), "at least", Grounds((), ("D2",)), Outcome.NOT_DETERMINED, Why.RECALLED),
        (figure(0.6, 0.51, 0.7), "at least", Grounds(read=0.1), Outcome.REACHES, Why.ONE_SIDE),
        (figure(0.4, 0.3, 0.49), "at least", Grounds(read=0.1), Outcome.NOT_DETERMINED, Why.MOST_UNMEASURED),
        (None, "at least", Grounds(), Outcome.NOT_DETERMINED, Why.NOT_IN_MODEL),
        (
            figure(0.6, 0.5, 0.7).model_copy(update={"uncertainty": None}),
            "at least",
            Grounds(),
            Outcome.NOT_DETERMINED,
            Why.NO_INTERVAL,
        ),
    ],
)
def test_the_rule(computed, direction, grounds, outcome, why):
    assert judge(computed, direction, 0.5, grounds) == (outcome, why)


def test_a_figure_exactly_at_the_mark_is_beyond_it_in_both_directions():
    assert beyond(0.5, "at least", 0.5)
    assert beyond(0.5, "at most", 0.5)
    assert not beyond(float("nan"), "at least", 0.5)


def test_what_was_only_recalled_or_never_measured_is_told_from_what_was_read():
    swallowed = {"mitragynine": 39.0, "speciogynine": 6.0}

    assert grounds_of(("SERT",), swallowed).unmeasured == ("serotonin transporter",)
    assert grounds_of(("D2",), swallowed).recalled == ("dopamine D2 receptor",)
    assert grounds_of(("ALPHA2A",), swallowed) == Grounds(read=pytest.approx(39 / 45))
    assert grounds_of(("HT2A",), swallowed).read == pytest.approx(6 / 45)
    assert grounds_of(("ALPHA2A",), {"7-hydroxymitragynine": 15.0}).read == 1.0  # measured, and it does not bind


# --- the tables


def test_every_test_asks_something_that_the_model_or_nobody_can_answer():
    network = models.network()
    lacking = {"GABAA.occupancy.max", "A2A.occupancy.max", "MOR_gut.occupancy.max"}
    for row in rows():
        first = row.figure.partition(".")[0]
        known = first in {*network.targets, *network.monoamines, *network.compounds, *_tests._RESTS_ON}
        known = known or first in {c.name for c in network.compounds.values()} | {"brain", "CYP3A_liver", "CYP3A_gut"}
        assert known or row.figure in lacking, row.id


def test_a_mark_that_nobody_measured_says_that_it_is_judged():
    for row in rows():
        judged = row.source_id == "S0784"
        assert judged == (row.confidence == "judged here"), row.id
        assert row.confidence != "from memory, unverified"
        assert not judged or row.reason.startswith("judged"), row.id


def test_every_stated_dose_makes_a_case_and_is_asked():
    asked = {row.scenario for row in rows()} | {row.over for row in rows()}
    for dose in rows("stated_doses"):
        assert dose.id in asked
        assert _tests_run.as_case(dose).regimens[0].name == dose.name
        assert dose.rows


def test_there_are_enough_tests_and_each_claim_is_in_the_register():
    assert len(rows()) >= 35
    assert {row.claim for row in rows()} <= {claim.id for claim in claims.register()}


# --- the answers


def test_a_transporter_that_nobody_measured_is_not_determined_whatever_is_computed(found):
    held, level = found["raises-serotonin"]

    assert (held.outcome, held.why, held.figure) == (Outcome.NOT_DETERMINED, Why.UNMEASURED, None)
    assert level.figure is not None
    assert (level.outcome, level.speaks) == (Outcome.NOT_DETERMINED, Speaks.NEITHER)
    assert "No measurement of any alkaloid of kratom was found at the serotonin transporter." in level.not_known
    assert {r.medicine for r in held.beside} == {"sertraline", "escitalopram", "venlafaxine"}


def test_a_weak_binder_does_not_reach_what_half_of_the_receptors_needs(found):
    alpha, beta = found["adrenergic-antagonist"]

    assert alpha.outcome is Outcome.DOES_NOT_REACH
    assert alpha.speaks is Speaks.AGAINST
    assert alpha.figure.uncertainty.high < 0.5
    assert alpha.share.of_100 == 0.0
    assert beta.why is Why.UNMEASURED


def test_a_tea_switches_on_opioid_receptors_under_every_published_set(found):
    (result,) = found["opioid-agonist"]

    assert result.outcome is Outcome.REACHES
    assert min(one.value for one in result.figure.data_sets) > 0.01
    assert result.figure.variability.low < result.figure.value < result.figure.variability.high
    assert result.share.of_100 == 100.0
    assert {"claim_tests:CT0028", "stated_doses:tea-once", "clinical_pk:CP001"} <= set(result.sources)


def test_what_the_model_does_not_hold_is_said(found):
    (result,) = found["acts-on-gaba"]

    assert (result.outcome, result.why) == (Outcome.NOT_DETERMINED, Why.NOT_IN_MODEL)
    assert "No affinity of any alkaloid was found there." in result.sentence


def test_every_source_is_a_row_and_every_sentence_ends_with_what_it_does_not_say(found):
    known = knowledge.load()
    for result in (r for results in found.values() for r in results):
        assert all(known.has(row) for row in result.sources)
        assert result.sentence.endswith(tuple(_tests_words._LAST.values()))


@pytest.mark.usefixtures("fresh")
def test_the_same_seed_gives_the_same_answers_and_another_one_other_numbers(found):
    again = claims.computed(["opioid-agonist"], **QUICK)["opioid-agonist"]
    other = claims.computed(["opioid-agonist"], people=FEW, seed=6)["opioid-agonist"]

    assert again == found["opioid-agonist"]
    assert other[0].figure.value != again[0].figure.value


def test_one_simulation_answers_all_questions_of_a_dose(found, monkeypatch):
    monkeypatch.setattr(exposure, "measure", None)  # a second simulation of these doses would fail

    assert claims.computed(ONE_DOSE, **QUICK) == found


# --- what changes an answer


def replaced(monkeypatch, target, **changes):
    network = models.network()
    changed = {**network.targets, target: dataclasses.replace(network.targets[target], **changes)}
    other = dataclasses.replace(network, targets=MappingProxyType(changed))
    monkeypatch.setattr(models, "network", lambda: other)


def test_without_the_affinity_the_answer_is_not_determined(found, monkeypatch):
    assert found["adrenergic-antagonist"][0].outcome is Outcome.DOES_NOT_REACH
    replaced(monkeypatch, "ALPHA1A", ligands=())

    again = claims.computed(["adrenergic-antagonist"], **QUICK)["adrenergic-antagonist"][0]
    assert (again.outcome, again.why) == (Outcome.NOT_DETERMINED, Why.UNMEASURED)


@pytest.mark.usefixtures("fresh")
def test_a_ligand_as_tight_as_a_strong_medicine_reaches_the_mark(monkeypatch):
    real = exposure.setting

    def tight(*given, **named):
        at = real(*given, **named)
        return dataclasses.replace(at, values={**at.values, "mitragynine_Ki_ALPHA1A": 0.0 * at.draw + 0.03})

    monkeypatch.setattr(exposure, "setting", tight)  # prazosin binds ten times looser: 0.3 nM

    result = claims.computed(["adrenergic-antagonist"], **QUICK)["adrenergic-antagonist"][0]
    assert result.outcome is Outcome.REACHES
    assert result.speaks is Speaks.FOR
    assert result.figure.value > 0.9


# --- running


@pytest.mark.usefixtures("fresh")
def test_a_dose_that_cannot_be_simulated_stops_no_other(monkeypatch):
    real = exposure.measure

    def failing(case, *given, **named):
        if case.product.known_id == "seven-oh-tablet":
            raise EngineError("the machine is out of order.")
        return real(case, *given, **named)

    monkeypatch.setattr(exposure, "measure", failing)
    found = claims.computed(["seven-oh-is-kratom"], **QUICK)["seven-oh-is-kratom"]

    assert [r.why for r in found] == [Why.FAILED, Why.ONE_SIDE]
    assert found[0].outcome is Outcome.NOT_DETERMINED
    assert "The dose could not be simulated: the machine is out of order." in found[0].not_known


@pytest.mark.usefixtures("fresh")
def test_a_run_can_be_cancelled():
    def stop(done, total, words):  # noqa: ARG001 - the shape of a progress report
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        claims.computed(["opioid-agonist"], **QUICK, progress=stop)


@pytest.mark.parametrize(("given", "says"), [({"people": 1}, "at least 2 virtual"), ({"seed": -1}, "from 0 on")])
def test_what_cannot_be_run_is_refused(given, says):
    with pytest.raises(InputError, match=says):
        claims.computed(["opioid-agonist"], **given)


def test_a_claim_without_a_test_has_no_entry():
    assert claims.computed(["botanical-origin"]) == {}


def test_a_medicine_and_two_doses_are_compared_person_by_person():
    found = claims.computed(["drug-interactions", "low-stimulates-high-sedates"], **QUICK)
    shot, tea = found["drug-interactions"]
    (more,) = found["low-stimulates-high-sedates"]

    assert shot.figure.value > tea.figure.value > 1.0
    assert more.outcome is Outcome.REACHES
    assert more.over.id == "mitragynine-5mg"
    assert 2.0 < more.figure.value < 8.0  # eight times the dose of a partial agonist
    assert "A dose that stays clear of a mark is not safe" in tea.sentence


# --- words


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [(0.3139, "share", "31.4 %"), (1.25, "fold", "1.25-fold"), (1250.0, "nM", "1,250 nM"), (0.0, "share", "0 %")],
)
def test_amounts_are_short(value, unit, says):
    assert _tests_words.amount(value, unit) == says


@pytest.mark.parametrize(
    ("share", "says"), [(0.0, "0 of"), (0.3, "fewer than 1 of"), (15.6, "about 16 of"), (99.5, "more than 99 of")]
)
def test_people_are_counted_in_words(share, says):
    assert _tests_words.people_of_100(share) == f"{says} 100 people"
