"""A product with one medicine: both directions, when it is gone, the rules beside it, on screen and in files."""

import dataclasses
import itertools
import json
import math
import re
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from speciosa import cases, exposure, reports
from speciosa.checks import Severity
from speciosa.errors import Cancelled, InputError
from speciosa.exposure import Use, _pair
from speciosa.interaction import Wanted, interact, modelled
from speciosa.reports import _pair_words as words

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "k51-tea.yaml"
FOLLOWED = ("mitragynine", "7-hydroxymitragynine", "mitragynine pseudoindoxyl")


def read(people=12, draws=3):
    case = cases.read(EXAMPLE)
    return dataclasses.replace(case, simulation=dataclasses.replace(case.simulation, people=people, draws=draws))


@pytest.fixture(scope="module")
def case():
    return read()


@pytest.fixture
def short(monkeypatch):
    """Few times apart, where a test is about something else."""
    monkeypatch.setattr(_pair, "BEFORE_H", (24.0,))
    monkeypatch.setattr(_pair, "AFTER_H", (0.0, 24.0))


@pytest.fixture(scope="module")
def simvastatin(case):
    return interact(case, "Zocor", case.regimens[0])


@pytest.fixture(scope="module")
def rifampicin(case):
    return interact(case, "rifampicin", case.regimens[0])


def test_the_product_raises_what_the_gut_clears(simvastatin):
    medicine, *alkaloids = simvastatin.pair.changes

    assert medicine.role == "medicine"
    assert [c.compound for c in alkaloids] == list(FOLLOWED)
    assert 1.2 < medicine.auc_ratio.value < 4.0
    assert medicine.auc_ratio.variability.low < medicine.auc_ratio.value < medicine.auc_ratio.variability.high
    assert medicine.auc_ratio.uncertainty is not None
    assert max(medicine.together.median) > max(medicine.alone.median)


def test_an_inducer_lowers_mitragynine_and_the_product_leaves_it_alone(rifampicin):
    changes = {c.compound: c.auc_ratio.value for c in rifampicin.pair.changes}

    assert changes["mitragynine"] < 0.6
    assert changes["rifampicin"] == pytest.approx(1.0, abs=0.05)


def test_it_is_largest_near_the_dose_and_gone_after_days(simvastatin):
    pair = simvastatin.pair
    coarse, fine = (one for one in pair.fading if one.compound == "simvastatin")
    late = [one.medicine.value for one in pair.spacings if one.hours >= 2.0]

    assert 0.0 <= coarse.largest_h <= 4.0
    assert 24.0 <= coarse.after_h <= fine.after_h <= 168.0
    assert coarse.all_after_h >= coarse.after_h
    assert all(a > b for a, b in itertools.pairwise(late))
    before = next(one for one in pair.spacings if one.hours == -168.0)
    assert before.medicine.value == pytest.approx(1.0, abs=0.01)


def test_an_inducer_outlasts_its_last_dose(rifampicin):
    by_hours = {one.hours: one.alkaloid.value for one in rifampicin.pair.spacings}

    assert by_hours[-48.0] < 0.7
    assert by_hours[-336.0] == pytest.approx(1.0, abs=0.1)


def test_phenotypes_are_all_there_and_expressers_have_less_of_a_victim(simvastatin):
    found = {(one.cyp2d6, one.cyp3a5): one for one in simvastatin.pair.phenotypes}

    assert len(found) == 8
    assert found["normal", "non-expresser"].exposure == 1.0
    assert found["normal", "expresser"].exposure < 1.0


@pytest.mark.usefixtures("short")
def test_a_poor_metaboliser_has_more_of_what_cyp2d6_clears(case):
    pair = exposure.pair(case, case.regimens[0], exposure.usual("dextromethorphan"))
    found = {(one.cyp2d6, one.cyp3a5): one for one in pair.phenotypes}

    assert found["poor", "non-expresser"].exposure > 5
    assert pair.changes[1].compound == "dextrorphan"
    assert pair.changes[1].role == "metabolite of the medicine"


@pytest.mark.usefixtures("short")
def test_the_rules_stand_first_and_last_and_no_one_says_safe(case, capsys):
    made = interact(case, "Xanax", case.regimens[0])
    reports.interaction_terminal(made, Console(width=80))
    out = capsys.readouterr().out

    assert made.findings[0].severity is Severity.EMERGENCY
    assert made.findings[1].severity is Severity.MAJOR
    assert out.index("911") < out.index("MAJOR") < out.index("What the simulation says")
    assert out.rindex("MAJOR: alprazolam with kratom") > out.index("What the simulation says")
    assert "effects that add up" in " ".join(out.split())
    assert not re.search(r"\bsafe\b", out)
    assert all(len(line) <= 80 for line in out.splitlines())


@pytest.mark.usefixtures("short")
def test_what_people_showed_stands_beside_it(case):
    made = interact(case, "midazolam", case.regimens[0])

    assert "clinical_ddi:DI003" in {note.id for note in made.observed}
    assert made.pair.changes[0].auc_ratio.rows == ("clinical_ddi:DI003",)


@pytest.mark.usefixtures("short")
def test_a_dose_a_course_and_a_time_are_taken_as_asked(case):
    made = interact(case, "venlafaxine", case.regimens[0], Wanted(mg=150.0, every_h=24.0, days=3.0, after_h=2.0))
    assert made.pair.taken == "150 mg every 24 h for 3 days before, and on"

    single = interact(case, "venlafaxine", case.regimens[0], Wanted(every_h=0.0, after_h=-2.0))
    assert "once, 2 h before the last dose of the product" in single.pair.taken
    assert single.pair.changes[0].together.time_h[-1] >= 70.0


def test_a_course_reaches_back_and_on():
    use = Use("sertraline", 50.0, 24.0, 2.0)
    assert [one.time for one in use.course(5.0, 60.0)] == [-43.0, -19.0, 5.0, 29.0, 53.0]
    assert [one.time for one in Use("midazolam").course(5.0, 60.0)] == [5.0]


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ("alpraz 5", ["alprazolam", "The model holds midazolam"]),
        ("foozine", ["'foozine'", "expected the name of a medicine in our tables"]),
        ("Subutex", ["buprenorphine", "clearance", "volume of distribution", "CONTRAINDICATED|MAJOR|MODERATE"]),
    ],
)
def test_a_medicine_that_cannot_be_computed_is_named_with_what_is_missing(case, entered, told):
    with pytest.raises(InputError) as error:
        modelled(case, entered)

    assert error.value.field == "--with"
    for text in told:
        assert re.search(text, str(error.value)), text


def test_a_cancelled_run_stops_at_once(case):
    calls = []

    def stop(*told):
        calls.append(told[-1])
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        interact(case, "midazolam", case.regimens[0], progress=stop)
    assert len(calls) == 1
    assert "midazolam" in calls[0]


def test_json_follows_its_schema_and_comes_back(simvastatin):
    text = reports.to_json(simvastatin)
    jsonschema.validate(json.loads(text), reports.interaction_schema())

    assert reports.interaction_from_json(text) == simvastatin
    with pytest.raises(InputError, match="schema_version"):
        reports.interaction_from_json('{"schema_version": 99}')


def test_the_page_loads_nothing_and_every_picture_has_its_sentence(simvastatin):
    page = reports.interaction_html(simvastatin)

    assert page == reports.interaction_html(simvastatin)
    assert 'http-equiv="Content-Security-Policy"' in page
    assert not re.search(r"<(?:link|img|iframe)\b|<script[^>]+src", page)
    assert page.count('role="img"') == 1 + len(simvastatin.pair.changes) + 4
    assert page.index("Call 911") < page.index("Simvastatin with kratom") < page.index('id="pair"')
    for change in simvastatin.pair.changes:
        assert words.changed(change) in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_picture_tells_what_it_shows(simvastatin):
    svg = reports.interaction_svg(simvastatin)

    assert svg == reports.interaction_svg(simvastatin)
    assert words.NO_PROMISE in svg
    assert "AUC of simvastatin by phenotype" in svg


def test_words_of_a_change():
    pair_words = words.fold(1.394), words.time_apart(0.0), words.time_apart(-2.0), words.time_apart(96.0)
    assert pair_words == ("1.39-fold", "together", "2\N{NO-BREAK SPACE}h before", "4\N{NO-BREAK SPACE}days after")
    assert words.far(0.5) == 2.0
    assert words.far(math.nan) == 1.0


@pytest.mark.usefixtures("short")
def test_juice_is_told_by_what_it_does_and_not_by_its_own_curve(case):
    pair = interact(case, "grapefruit", case.regimens[0]).pair

    assert [change.compound for change in pair.changes] == list(FOLLOWED)
    assert words.sides(pair) == (("alkaloid", "mitragynine"),)
    assert pair.changes[0].auc_ratio.value > 1.0


@pytest.mark.usefixtures("short")
def test_blocked_cyp3a_leaves_more_mitragynine_and_less_of_its_metabolite(case):
    pair = interact(case, "itraconazole", case.regimens[0]).pair
    changes = {change.compound: change.auc_ratio.value for change in pair.changes}

    assert changes["mitragynine"] > 1.5
    assert changes["7-hydroxymitragynine"] < 0.8  # clinical_ddi:DI023, about 40 to 60 % less, recalled
    assert words.sides(pair)[0] == ("alkaloid", "mitragynine")
