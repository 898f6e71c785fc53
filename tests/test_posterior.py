"""The posterior that is shipped: how it was made, what reads it, and what happens where it is not good."""

import dataclasses
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from petab.v1 import Problem as PetabProblem
from petab.v1.lint import lint_problem

from speciosa import calibration, engine, exposure, knowledge
from speciosa.calibration._problem import Problem, quantile
from speciosa.calibration._sample import Chains
from speciosa.calibration._ship import posterior as shipped
from speciosa.calibration._ship import rows
from speciosa.cases import read
from speciosa.errors import KnowledgeError
from speciosa.exposure import _parameters
from speciosa.knowledge import _posterior

ROOT = Path(__file__).parents[1]


def bad(**changes):
    return dataclasses.replace(knowledge.posterior(), **changes)


def test_the_shipped_posterior_is_sound():
    found = knowledge.posterior()

    assert found.doubts == ()
    assert found.values.shape == (1000, len(found.parameters))
    assert found.rhat.max() < 1.05
    assert min(found.ess_bulk.min(), found.ess_tail.min()) > 400
    assert {row.parameter for row in knowledge.load().table("calibrated")} == set(found.parameters)


def test_the_shipped_posterior_says_how_it_was_made():
    said = knowledge.posterior().attributes

    assert {"sampler", "walkers", "steps", "warm_up", "accepted", "people", "seed", "rows", "digest"} <= set(said)
    fitted = {t.row for t in calibration.targets() if t.use == "fit"}
    assert set(said["rows"].split(";")) == fitted


def test_the_shipped_draws_are_draws_of_the_problem_that_the_tables_describe():
    """The density of some shipped draws, computed anew, goes with the density that is written beside them."""
    found = knowledge.posterior()
    problem = Problem.of(int(found.attributes["people"])).only(found.parameters)
    columns = [found.parameters.index(name) for name in problem.names]
    which = np.linspace(0, len(found.values) - 1, 40).astype(int)
    points = np.array(
        [[quantile(c, found.values[d, k]) for c, k in zip(problem.free, columns, strict=True)] for d in which]
    )

    # the shipped density corrects few people to what many say at the mode; without that correction the two go together
    again = problem.log_probability(points)
    assert np.corrcoef(again, found.log_probability[which])[0, 1] > 0.5
    assert again.mean() > problem.log_probability(np.zeros((1, points.shape[1])))[0]


def test_draw_d_takes_all_fitted_parameters_from_one_draw_of_the_posterior():
    found, drawn = knowledge.posterior(), exposure.draw(6, 4)
    together = np.column_stack([drawn[name][1:] for name in found.parameters])

    for one in together:
        assert (found.values == one).all(axis=1).any()
    again = exposure.draw(3, 4)
    for name in found.parameters:
        np.testing.assert_array_equal(again[name], drawn[name][:4])
    other = exposure.draw(6, 5)
    assert (other[found.parameters[0]][1:] != drawn[found.parameters[0]][1:]).any()


def test_the_central_draw_is_amid_the_posterior():
    found, drawn = knowledge.posterior(), exposure.draw(1, 1)
    for column, name in enumerate(found.parameters):
        low, high = np.quantile(found.values[:, column], (0.05, 0.95))
        assert low < drawn[name][0] < high, name


def test_calibrated_parameters_are_not_less_certain_than_before():
    known = knowledge.load()
    for row in known.table("calibrated"):
        before, after = known.parameter(row.parameter, fitted=False), known.parameter(row.parameter)
        assert after.basis == "calibrated"
        assert after.gsd <= before.gsd * 1.2
        assert set(before.rows) <= set(after.rows)
        assert all(known.has(key) for key in after.rows)


def test_chains_that_disagree_or_are_short_give_doubts_in_words():
    sound = knowledge.posterior()
    rhat, few = sound.rhat.copy(), sound.ess_tail.copy()
    rhat[2], few[3] = 1.4, 40.0

    assert bad(rhat=rhat).doubts == (
        f"The chains of the calibration disagree: R-hat of {sound.parameters[2]} is 1.4, more than 1.05.",
    )
    assert bad(ess_tail=few).doubts == (
        f"The calibration holds too few independent draws in the tails: 40 of {sound.parameters[3]}, fewer than 400.",
    )
    assert len(bad(rhat=np.full_like(rhat, np.nan), ess_bulk=np.full_like(few, np.nan)).doubts) == 2


def test_no_interval_is_given_where_the_diagnostics_are_bad(monkeypatch):
    unsound = bad(rhat=np.full_like(knowledge.posterior().rhat, 2.0))
    monkeypatch.setattr(_parameters.knowledge, "posterior", lambda: unsound)
    case = read(ROOT / "examples" / "k51-tea.yaml")
    small = dataclasses.replace(case, simulation=dataclasses.replace(case.simulation, people=8, draws=5))

    exposed = exposure.simulate(small, with_medicines=False)

    assert any("No interval of what we do not know is given." in note for note in exposed.notes)
    for scenario in exposed.scenarios:
        assert scenario.draws < 2
        assert any(f.variability is not None for f in scenario.figures)
        assert all(f.uncertainty is None for f in scenario.figures)
    validated = calibration.validate(people=4, draws=4)
    assert validated.notes
    assert all(c.predicted.uncertainty is None and c.band is None for c in validated.comparisons)
    assert all(score.covered is None for score in validated.scores)


def test_a_posterior_of_stuck_walkers_is_told_from_a_good_one():
    problem = Problem.of(2).only(["mitragynine_CLp", "mitragynine_ka"])
    stream = np.random.default_rng(3)
    good = stream.standard_normal((300, 8, 2))
    stuck = good + 4.0 * np.arange(8)[None, :, None]

    fine = shipped(problem, Chains(good, good.sum(axis=2), 0.3), {})
    assert fine.doubts == ()
    assert fine.units == tuple(choice.unit for choice in problem.free)
    assert shipped(problem, Chains(stuck, stuck.sum(axis=2), 0.3), {}).doubts
    row = rows(problem, np.zeros(2), Chains(good, good.sum(axis=2), 0.3))[0]
    prior = problem.free[0]
    assert float(row["median"]) == pytest.approx(prior.median, rel=1e-4)
    assert float(row["gsd"]) == pytest.approx(prior.gsd, rel=0.1)


def test_the_file_comes_back_as_it_was_written_and_opens_in_xarray(tmp_path):
    found = knowledge.posterior()
    path = tmp_path / "posterior.nc"
    path.write_bytes(knowledge.posterior_file(found))

    again = _posterior.read(path.read_bytes())
    assert again.parameters == found.parameters
    assert again.units == found.units
    np.testing.assert_array_equal(again.values, found.values)
    assert dict(again.attributes) == dict(found.attributes)
    with xr.open_dataset(path, engine="scipy") as opened:
        assert opened["value"].shape == found.values.shape
        assert opened["parameter"].to_numpy()[0].decode().strip() == found.parameters[0]


def test_a_damaged_posterior_is_refused():
    with pytest.raises(KnowledgeError, match=r"posterior\.nc is damaged"):
        _posterior.read(b"CDF\x01 cut off")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    return calibration.petab_export(tmp_path_factory.mktemp("petab"))


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # PEtab is behind the newest pandas
def test_the_petab_problem_passes_its_linter(exported):
    problem = PetabProblem.from_yaml(str(exported))

    assert lint_problem(problem) is False  # no errors found
    assert len(problem.observable_df) == 21  # three figures of seven compounds
    assert len(problem.parameter_df) > 25
    assert "tmax itself is left out" in (exported.parent / "README.txt").read_text(encoding="utf-8")


def test_the_petab_model_answers_to_its_parameters(exported):
    """The exported model is the model of the median person: more clearance, a smaller area."""
    text = (exported.parent / "model.xml").read_text(encoding="utf-8")
    names = ("mitragynine_CLp", "speciociliatine_accessible_rel")
    vary = tuple(f"p_{name}" for name in names)
    kernel = engine.compile(engine.load(text), outputs=("auc_mitragynine", "auc_speciociliatine"), vary=vary)
    known = knowledge.load()
    middle = np.array([known.parameter(name).median for name in names])
    result = kernel.simulate(np.array([middle, middle * [2.0, 1.0], middle * [1.0, 0.5]]), np.array([0.0, 120.0]))
    mitragynine, speciociliatine = result.values[:, -1, :].T

    assert mitragynine[1] < 0.8 * mitragynine[0]
    assert speciociliatine[2] == pytest.approx(0.5 * speciociliatine[0], rel=1e-3)
    observed = next(t for t in calibration.targets() if t.figure == "mitragynine.auc")
    assert mitragynine[0] == pytest.approx(observed.observed, rel=0.5)


@pytest.mark.skipif(importlib.util.find_spec("emcee") is None, reason="the sampler is an extra")
def test_the_command_says_what_it_can_do():
    command = [sys.executable, "-m", "speciosa.calibration", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    said = done.stdout

    assert "--file" in said
    assert "petab" in said
