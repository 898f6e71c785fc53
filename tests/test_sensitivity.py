"""Sensitivity: closed forms through the same code, the model, the command, and how it fails."""

import copy
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.special import ndtri

from speciosa import cases, exposure, reports, sensitivity
from speciosa.errors import Cancelled, InputError, SpeciosaError
from speciosa.sensitivity import _answers, _factors, _members, _model

EXAMPLE = Path(__file__).parents[1] / "examples" / "k51-tea.yaml"
FEW = {"samples": 64, "trajectories": 4}


@pytest.fixture(scope="module")
def case():
    read = cases.read(EXAMPLE)
    return replace(read, simulation=replace(read.simulation, people=40))


@pytest.fixture(scope="module")
def analysis(case):
    return sensitivity.analyse(case, answers=["mitragynine.auc", "MOR.occupancy.max", "midazolam.auc_ratio"], **FEW)


def ishigami(u):
    """Ishigami and Homma's function of three factors, and a fourth that is not used."""
    x = np.pi * (2.0 * u - 1.0)
    return {"y": np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])}


def test_ishigami_has_its_closed_form():
    a, b, pi = 7.0, 0.1, np.pi
    whole = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5
    first = np.array([0.5 * (1 + b * pi**4 / 5) ** 2, a**2 / 8, 0.0, 0.0]) / whole
    total = first + np.array([1.0, 0.0, 1.0, 0.0]) * b**2 * pi**8 * (1 / 18 - 1 / 50) / whole
    found = sensitivity.indices(ishigami, [[0], [1], [2], [3]], 2048, 1)["y"]

    assert found.first == pytest.approx(first, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)
    assert found.total[3] == 0.0
    assert np.all(np.abs(found.first - first) <= 2.0 * found.first_error + 1e-9)
    assert found.values.size == 2 * 2048
    assert np.allclose(ishigami(found.points)["y"], found.values)


def test_groups_keep_their_order_and_are_closed():
    found = sensitivity.indices(ishigami, [[3], [0, 2], [1]], 2048, 1)["y"]
    a, b, pi = 7.0, 0.1, np.pi
    whole = a**2 / 8 + b * pi**4 / 5 + b**2 * pi**8 / 18 + 0.5

    assert found.first == pytest.approx([0.0, 1.0 - a**2 / 8 / whole, a**2 / 8 / whole], abs=0.03)


def test_a_product_is_judged_by_folds_and_shares_out_the_variance_of_its_logarithm():
    sd = np.array([0.2, 0.5, 0.1])
    found = sensitivity.indices(lambda u: {"y": 3.0 * np.exp(ndtri(u) @ sd)}, [[0], [1], [2]], 1024, 3)["y"]

    assert found.scale.logarithmic
    assert found.first == pytest.approx(sd**2 / np.sum(sd**2), abs=0.03)
    assert found.total == pytest.approx(sd**2 / np.sum(sd**2), abs=0.03)


def test_screening_of_a_linear_function_is_its_slopes():
    slopes = np.array([4.0, -2.0, 0.0, 1.0])
    found = sensitivity.screen(lambda u: {"y": u @ slopes - 10.0}, 4, 6, 1)["y"]

    assert found.effect == pytest.approx(np.abs(slopes) / 2.0)
    assert found.spread == pytest.approx(np.zeros(4), abs=1e-9)
    assert found.used == 6


def test_screening_visits_the_whole_distribution_but_not_its_ends():
    seen = []
    sensitivity.screen(lambda u: seen.append(u) or {"y": u[:, 0]}, 3, 20, 1)
    u = np.concatenate(seen)

    assert 0.0 < u.min() < 0.1
    assert 0.9 < u.max() < 1.0
    steps = np.abs(np.diff(u.reshape(20, 4, 3), axis=1))
    assert np.allclose(steps[steps > 0], 0.5)


def test_runs_without_an_answer_are_left_out_and_counted():
    def holed(u):
        values = ishigami(u)["y"]
        values[::37] = np.nan
        return {"y": values, "constant": np.ones(len(u)), "never": np.full(len(u), np.nan)}

    found = sensitivity.indices(holed, [[0], [1], [2]], 1024, 1)

    assert found["y"].first[1] == pytest.approx(0.44, abs=0.06)
    assert found["y"].unsettled == int(np.ceil(1024 * 5 / 37))
    assert np.all(np.isfinite(found["y"].values))
    assert not np.any(found["constant"].total)
    assert found["never"].unsettled == 1024 * 5
    assert found["never"].values.size == 0
    assert sensitivity.screen(holed, 3, 4, 1)["never"].used == 0


def test_what_one_of_two_tied_variables_tells_counts_what_it_says_of_the_other():
    rng = np.random.default_rng(1)
    x = rng.multivariate_normal([0, 0], [[1.0, 0.8], [0.8, 1.0]], 4000)

    assert sensitivity.explained(x[:, 0], x[:, 1]) == pytest.approx(0.64, abs=0.03)
    assert sensitivity.explained(x[:, 0], rng.normal(size=4000)) == pytest.approx(0.0, abs=0.01)
    assert sensitivity.explained(x[:, 0], x[:, 0] ** 3) == pytest.approx(1.0, abs=0.03)


def test_tied_parameters_are_one_factor_and_stay_on_their_joint_draws():
    draws = exposure.draw(_factors.POOL, 1)
    found = _factors.factors(draws, {"mitragynine": 0.1, "speciogynine": 0.0})
    tied = next(f for f in found.every if "mitragynine_CLp" in f.members)
    at = found.draws(np.random.default_rng(2).uniform(size=(50, len(found.every))))
    joint = {tuple(draws[name][i] for name in tied.members) for i in range(1, _factors.POOL + 1)}

    assert len(tied.members) > 1
    assert all(tuple(at[name][run] for name in tied.members) in joint for run in range(50))
    assert [f.content for f in found.every if f.content] == ["mitragynine"]
    members = [name for f in found.every for name in f.members]
    assert len(members) == len(set(members))
    assert set(members) == {name for name, value in draws.values.items() if np.ptp(value) > 0}


def test_a_parameter_alone_follows_its_own_distribution():
    found = _factors.factors(exposure.draw(_factors.POOL, 1), {})
    at = [i for i, f in enumerate(found.every) if f.members == ("mitragynine_PS_gut",)]
    u = np.full((3, len(found.every)), 0.5)
    u[:, at[0]] = [0.05, 0.5, 0.95]
    record = found.records["mitragynine_PS_gut"]

    assert found.draws(u)["mitragynine_PS_gut"] == pytest.approx([record.low, record.median, record.high], rel=1e-6)


def test_what_cannot_matter_is_tried_and_left_out(case):
    model = _model.case_model(case, case.regimens[0], ())
    names = {name for i in model.reached() for name in model.factors.every[i].members}

    assert "mitragynine_Ki_MOR" in names
    assert "accessible_tea" in names
    # a medicine that is not in the model, and another form of the product
    assert not names & {"midazolam_CLint", "dissolution_powder"}


def test_the_receptor_binds_after_the_kinetics_so_its_affinity_moves_no_concentration(analysis):
    auc, occupancy, ratio = analysis.answers
    moved = {m.name for i in occupancy.influences for m in i.members}

    assert "mitragynine_Ki_MOR" in moved
    assert "mitragynine_Ki_MOR" not in {m.name for a in (auc, ratio) for i in a.influences for m in i.members}
    assert any(
        "mitragynine" in name and "CYP3A_gut" in name for i in ratio.influences for m in i.members for name in (m.name,)
    )


def test_the_interval_is_that_of_the_draws_and_shrinks_by_what_would_be_known(analysis):
    for answer in analysis.answers:
        narrowed = answer.next
        assert answer.varies
        assert answer.interval.low < narrowed.then.low < answer.value < narrowed.then.high < answer.interval.high
        now = np.log(answer.interval.high / answer.interval.low)
        then = np.log(narrowed.then.high / narrowed.then.low)
        assert then == pytest.approx(now * np.sqrt(1.0 - narrowed.share))
        assert narrowed.share == max(m.share for i in answer.influences for m in i.members)
        assert narrowed.parameter.rows


def test_every_run_is_counted(analysis):
    runs = 1 + 4 * (analysis.factors + 1) + 64 * (analysis.screened + 1 + 2)

    assert sum(analysis.status.values()) == 3 * runs  # alone, and the medicine with and without the product
    assert analysis.status == {"ok": 3 * runs}


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others(case, analysis):
    again = sensitivity.analyse(case, answers=[a.key for a in analysis.answers], **FEW)
    other = replace(case, simulation=replace(case.simulation, seed=2))

    assert again == analysis
    assert sensitivity.analyse(other, answers=["mitragynine.auc"], **FEW).answers[0] != analysis.answers[0]


def test_progress_is_told_and_stops_the_run(case):
    said = set()

    def stop(done, total, words):
        said.add(words)
        assert done <= total
        if words.startswith("indices"):
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        sensitivity.analyse(case, answers=["mitragynine.auc"], progress=stop, **FEW)
    assert {"screening of all parameters", "indices of those that matter"} <= said


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answers": ["mitragynine.cmin"]}, "mitragynine.cmin"),
        ({"samples": 100}, "100"),
        ({"trajectories": 1}, "1"),
        ({"regimen": 3}, "3"),
    ],
)
def test_what_cannot_be_asked_is_named(case, change, named):
    with pytest.raises(InputError, match=re.escape(named)):
        sensitivity.analyse(case, **change)


def test_the_list_of_answers_is_about_figures_that_exist(case):
    figures = exposure.simulate(case, with_medicines=False).scenarios[1].figures
    keys = _answers.chosen([f.key for f in figures], [])

    assert {"mitragynine.cmax", "mitragynine.accumulation", "MOR.occupancy.max", "CYP3A_gut.min"} <= set(keys)
    assert not [key for key in keys if "dose_mg" in key]
    assert _answers.question("mitragynine.cmax") == "How high does mitragynine in plasma rise?"


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("mitragynine_Ki_CYP3A", "microsomes"),
        ("mitragynine_Ki_MOR", "radioligand"),
        ("mitragynine_fu_gut", "only indirectly"),
        ("content:mitragynine", "certificate"),
        ("enterocyte_volume", ""),
    ],
)
def test_a_parameter_says_how_it_could_be_measured(name, way):
    assert way in _members.measurable(name)
    assert bool(way) == bool(_members.measurable(name))


def test_without_salib_the_error_says_how_to_get_it(case, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("SALib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)

    with pytest.raises(SpeciosaError, match=r"pip install 'speciosa\[analysis\]'"):
        sensitivity.analyse(case)


@pytest.fixture
def command(speciosa):
    return lambda *arguments: speciosa("sensitivity", *arguments, columns=80)


def test_the_command_prints_and_writes_everything(command, tmp_path):
    page, data, picture = (tmp_path / f"s.{end}" for end in ("html", "json", "svg"))
    code, out, _ = command(
        EXAMPLE, "--answer", "mitragynine.auc", "--samples", 64, "--people", 20, "-q",
        "--html", page, "--json", data, "--svg", picture,
    )  # fmt: skip

    assert code == 0
    assert "Measure next:" in out
    assert max(map(len, out.splitlines())) <= 80
    assert "<script" not in page.read_text(encoding="utf-8")
    assert "How much mitragynine" in page.read_text(encoding="utf-8")
    assert picture.read_text(encoding="utf-8").count("<title") == 1
    read = json.loads(data.read_text(encoding="utf-8"))
    assert read["$schema"] == reports.sensitivity_schema()["$id"]
    assert read["answers"][0]["influences"][0]["total"]["value"] > 0.3


def test_all_answers_are_a_table(command, tmp_path):
    case = copy.deepcopy(yaml.safe_load(EXAMPLE.read_text(encoding="utf-8")))
    case["person"]["medicines"] = []
    path = tmp_path / "case.yaml"
    path.write_text(yaml.safe_dump(case), encoding="utf-8")
    code, out, _ = command(path, "--samples", 64, "--people", 20, "-q")

    assert code == 0
    assert "Measure next" in out
    assert "--answer mitragynine.cmax" in out
    assert "AUC ratio" not in out


def test_an_unknown_answer_is_one_sentence(command):
    code, out, err = command(EXAMPLE, "--answer", "joy", "--people", 20, "-q")

    assert code == 2
    assert out == ""
    assert "joy" in err
    assert "mitragynine.cmax" in err


@pytest.mark.parametrize("food", ["fed", "fasted"])
def test_without_any_factor_moved_it_is_the_median_person_and_a_meal_counts_once(case, food):
    regimen = replace(case.regimens[0], food=food)
    still = _model.case_model(case, regimen, ()).keep([]).measure(np.empty((1, 0)), words="")
    central = exposure.draw(0, case.simulation.seed, effects=True)
    one = exposure.median_person(exposure.case_setting(case), central)
    expected = exposure.measure(case, regimen, one, exposure.doses(case, regimen, one)).figures

    assert still.keys() == expected.keys()
    for key, measured in still.items():
        assert measured.values == pytest.approx(expected[key].values, nan_ok=True), key
