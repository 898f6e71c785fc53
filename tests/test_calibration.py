"""What the model is fitted to, how it is fitted, and what is shipped of it."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import chi2

from speciosa import calibration, exposure, knowledge
from speciosa.calibration import _problem, _studies
from speciosa.calibration._laplace import mode
from speciosa.calibration._predict import _peak, _steady, predict
from speciosa.calibration._problem import Problem, quantile
from speciosa.calibration._sample import OFTEN, sample, start
from speciosa.errors import CalibrationError, Cancelled, KnowledgeError


def with_target(change):
    """All targets, one of them changed."""
    return tuple(change(target) for target in calibration.targets())


def test_every_study_and_target_is_described():
    assert {target.study for target in calibration.targets()} == set(calibration.studies())
    for study in calibration.studies().values():
        assert study.contents["mitragynine"] > 0
        assert all(knowledge.load().has(row) for row in study.rows)
    assert all(target.reason for target in calibration.targets())


def test_observed_numbers_are_those_of_the_rows():
    known = knowledge.load()
    for target in calibration.targets():
        row = known.row(f"targets:{target.id}")
        if row.column == "notes":  # a number of days in words
            assert f"{target.high:g}" in known.row(row.row).notes
            continue
        printed = [float(getattr(known.row(row.row), column)) for column in row.column.split(";")]
        middle = float(np.exp(np.mean(np.log(printed))))
        if row.basis.startswith("mean and SD") and target.use != "unused":
            spread = np.log(row.high / row.low) / 2 / 1.645
            middle /= np.exp(spread**2 / 2)
            if target.unit == "nM":  # printed in ng/mL
                middle *= 1000.0 / (414.5 if target.figure.startswith("7") else 398.5)
        assert target.observed == pytest.approx(middle, rel=0.015), target.id


def test_only_the_teas_calibrate_and_everything_else_validates():
    used = {use: {t.study for t in calibration.targets() if t.use == use} for use in _studies.USES}

    assert used["fit"] == {"k51-tea", "chronic-tea"}
    assert {t.figure.split(".")[0] for t in calibration.targets() if t.use == "fit"} == {
        "mitragynine",
        "7-hydroxymitragynine",
        "speciociliatine",
        "speciogynine",
        "paynantheine",
        "mitraciliatine",
        "isopaynantheine",
    }
    sources = {t.row: knowledge.load().row(t.row).source_id for t in calibration.targets()}
    forbidden = {"S0592", "S0264", "S0579"}  # the capsules, the extracts, the trial with two medicines
    assert not forbidden & {sources[t.row] for t in calibration.targets() if t.use == "fit"}
    assert forbidden <= {sources[t.row] for t in calibration.targets() if t.use == "check"}


def test_a_fit_refuses_what_only_validates():
    check = next(t for t in calibration.targets() if t.use == "check")

    with pytest.raises(KnowledgeError, match=f"target {check.id} is there to check, not to be fitted"):
        Problem.of(2, observed=[check])
    with pytest.raises(KnowledgeError, match=f"target {check.id} is to be fitted, but its study .* only validates"):
        _studies.admit(dataclasses.replace(check, use="fit"))
    with pytest.raises(KnowledgeError, match="has use 'guess'; expected fit, check, unused"):
        _studies.admit(dataclasses.replace(check, use="guess"))


def test_an_observation_that_validates_changes_nothing_in_the_fitted_problem(monkeypatch):
    before = Problem.of(2)

    def changed(use):
        return with_target(lambda t: dataclasses.replace(t, observed=7 * t.observed, log_se=9.0) if use(t) else t)

    monkeypatch.setattr(_problem, "targets", lambda: changed(lambda t: t.use != "fit"))
    after = Problem.of(2)

    assert after.observed == before.observed
    assert after.free == before.free
    assert after.digest == before.digest

    monkeypatch.setattr(_problem, "targets", lambda: changed(lambda t: t.use == "fit"))
    assert Problem.of(2).digest != before.digest


def test_the_priors_of_the_fit_are_what_the_rows_say_without_it():
    problem = Problem.of(2)
    known = knowledge.load()

    assert not any(choice.basis == "calibrated" for choice in problem.free)
    for row in known.table("calibrated"):
        assert row.parameter in problem.names


def test_parameters_are_recovered_from_simulated_data():
    """Data made from known parameters, without noise: the fit finds the parameters that made them."""
    names = ["mitragynine_CLp", "mitragynine_PSu", "mitragynine_ka", "mitragynine_f_hydroxymitragynine"]
    observed = [t for t in calibration.targets() if t.study == "k51-tea" and "mitragynine." in t.figure]
    problem = Problem.of(3, observed=observed).only(names)
    truth = np.array([0.5, -0.4, 0.6, 0.3])
    said = np.exp(problem.logarithms(truth[None, :])[0])
    made = [dataclasses.replace(t, observed=v, log_se=0.0) for t, v in zip(observed, said, strict=True)]

    found = mode(dataclasses.replace(problem, observed=tuple(made)))

    away = np.abs(found.mode - truth)
    assert (away < 3 * found.spread).all()
    assert (away[[0, 1, 3]] < 0.25).all()
    assert (found.spread < 0.6).all()
    assert found.cost < 1.0


def rosenbrock(points):
    """A bent valley in two dimensions, times a normal density in the third."""
    x, y, z = points.T
    return -0.5 * (x**2 + 4 * (y - 0.5 * x**2) ** 2 + z**2)


def valley_shares(points):
    """The same with the third dimension as a block, and the second as another one given the first."""
    x, y, z = points.T
    return np.column_stack([rosenbrock(points), -2 * (y - 0.5 * x**2) ** 2, -0.5 * z**2])


@pytest.mark.parametrize(("density", "blocks"), [(rosenbrock, []), (valley_shares, [[1], [2]])])
def test_a_sampler_that_was_cut_goes_on_to_the_same_bits(tmp_path, density, blocks):
    begin = start(np.zeros(3), np.eye(3), 12, 3)
    whole = sample(density, begin, 3 * OFTEN, 5, blocks=blocks)

    def cut(done, _total, _words):
        if done == OFTEN:
            raise Cancelled("enough")

    kept = {"blocks": blocks, "file": tmp_path / "unfinished.npz", "label": "valley"}
    with pytest.raises(Cancelled):
        sample(density, begin, 3 * OFTEN, 5, progress=cut, **kept)
    seen = []
    gone_on = sample(density, begin, 3 * OFTEN, 5, progress=lambda done, *_: seen.append(done), **kept)

    assert seen == [2 * OFTEN, 3 * OFTEN]
    np.testing.assert_array_equal(gone_on.points, whole.points)
    np.testing.assert_array_equal(gone_on.log_probability, whole.log_probability)
    assert gone_on.accepted == whole.accepted


def test_blocks_that_are_independent_given_the_rest_are_moved_side_by_side():
    """x is shared, a and b follow it: a = x + e, b = -x + 2 e."""

    def shares(points):
        x, a, b = points.T
        first, second = -0.5 * (a - x) ** 2, -0.5 * ((b + x) / 2.0) ** 2
        return np.column_stack([-0.5 * x**2 + first + second, first, second])

    begin = start(np.zeros(3), 0.5 * np.eye(3), 20, 1)
    chains = sample(shares, begin, 500, 3, blocks=[[1], [2]]).after(100)
    kept = chains.points.reshape(-1, 3)

    np.testing.assert_allclose(kept.mean(axis=0), 0.0, atol=0.15)
    np.testing.assert_allclose(np.cov(kept.T), [[1, 1, -1], [1, 2, -1], [-1, -1, 5]], atol=0.4)
    np.testing.assert_allclose(shares(chains.points[-1])[:, 0], chains.log_probability[-1])


def test_the_shares_of_the_compounds_are_independent_given_what_they_share():
    """What the blocked moves rest on: a change of one compound's parameters moves its own share alone."""
    problem = Problem.of(2, observed=[t for t in calibration.targets() if t.study == "k51-tea"])
    assert problem.apart == (
        "speciociliatine",
        "speciogynine",
        "paynantheine",
        "mitraciliatine",
        "isopaynantheine",
        "corynantheidine",
    )
    point = np.zeros((2, len(problem.free)))
    point[1, list(problem.blocks[1])] = 0.7
    before, after = problem.log_shares(point)

    moved = np.abs(after - before)
    assert moved[2] > 0.1
    np.testing.assert_allclose(np.delete(moved, [0, 2]), 0.0, atol=2e-3)
    assert after[0] - before[0] == pytest.approx(after[2] - before[2], abs=5e-3)


def test_an_unfinished_file_of_another_problem_is_refused(tmp_path):
    begin = start(np.zeros(3), np.eye(3), 12, 3)
    file = tmp_path / "unfinished.npz"
    sample(rosenbrock, begin, 2, 5, file=file, label="valley")

    with pytest.raises(CalibrationError, match="begun for another problem"):
        sample(rosenbrock, begin, 2, 5, file=file, label="another valley")
    file.write_bytes(b"PK not a zip")
    with pytest.raises(CalibrationError, match="cannot be read as unfinished sampling"):
        sample(rosenbrock, begin, 2, 5, file=file, label="valley")


def unevenness(repetitions, believed, true_error=0.2):
    """Chi-square of the ranks of the truth among draws, for each of three parameters.

    One compartment with absorption: its rate of absorption, clearance and volume log-normal, six noisy samples.
    """
    hours, kept, bins, ranks = np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0]), 99, 8, []
    stream = np.random.default_rng(11)

    def logarithms(points):
        ka, clearance, volume = np.exp(np.array([0.0, 1.0, 3.0]) + 0.4 * points).T[:, :, None]
        k = clearance / volume
        return np.log(100.0 / volume * ka / (ka - k) * (np.exp(-k * hours) - np.exp(-ka * hours)))

    for repetition in range(repetitions):
        truth = stream.standard_normal(3)
        data = logarithms(truth[None, :])[0] + true_error * stream.standard_normal(hours.size)

        def density(points, data=data):
            misfit = ((logarithms(points) - data) / believed) ** 2
            return -0.5 * (misfit.sum(axis=1) + (points**2).sum(axis=1))

        chains = sample(density, start(np.zeros(3), np.eye(3), 18, repetition), 30, repetition).after(8)
        draws = chains.points.reshape(-1, 3)[:: chains.points.shape[0] * 18 // kept][:kept]
        ranks.append((draws < truth).sum(axis=0))
    counts = [np.bincount(column * bins // (kept + 1), minlength=bins) for column in np.array(ranks).T]
    return np.array([((c - repetitions / bins) ** 2 / (repetitions / bins)).sum() for c in counts]), bins


def test_the_sampler_is_calibrated_on_a_small_model():
    """Simulation-based calibration: ranks are uniform, and are not where the density believes in too small an error."""
    right, bins = unevenness(128, believed=0.2)
    wrong, _ = unevenness(64, believed=0.07)

    assert (right < chi2.ppf(0.999, bins - 1)).all()
    assert wrong.max() > chi2.ppf(0.999, bins - 1)


def test_the_peak_of_a_parabola_is_found_between_the_points():
    t = np.array([0.0, 1.0, 2.0, 4.0])
    height, when = _peak((5.0 - (t - 1.3) ** 2)[None, :], t)

    assert height[0] == pytest.approx(5.0)
    assert when[0] == pytest.approx(1.3)


def test_the_day_of_steady_state_lies_between_two_troughs():
    # 0.5, 0.8, 1.0 of the last trough: nine tenths are reached half way between the second and the third
    assert _steady(np.array([[5.0, 8.0, 10.0]]))[0] == pytest.approx(2.5)
    assert _steady(np.array([[9.5, 9.8, 10.0]]))[0] == pytest.approx(0.9 / 0.95)


def test_a_study_runs_all_draws_in_the_same_people():
    study = calibration.studies()["extract-9.9"]
    drawn = exposure.draw(2, 1)
    prediction = predict(study, drawn, 6, 1)

    assert prediction.run.plan.person.tolist() == list(range(6)) * 3
    assert prediction.run.plan.draw.tolist() == [0] * 6 + [1] * 6 + [2] * 6


def test_a_smaller_problem_says_at_one_point_what_the_large_one_says():
    large = Problem.of(12, observed=[t for t in calibration.targets() if t.study == "chronic-tea" and t.use == "fit"])
    point = np.linspace(-0.5, 0.5, len(large.free))
    small = large.smaller(3, point)

    np.testing.assert_allclose(small.logarithms(point[None, :]), large.logarithms(point[None, :]))
    assert small.people == 3


@pytest.mark.parametrize("kind", ["lognormal", "normal", "logit"])
def test_a_quantile_is_the_inverse_of_a_sample(kind):
    known = knowledge.load()
    choice = next(c for c in (known.parameter(r.name) for r in known.table("parameters")) if c.kind == kind)

    for z in (-1.3, 0.0, 0.8):
        assert quantile(choice, float(exposure.sample(choice, np.array([z]))[0])) == pytest.approx(z)


def test_a_problem_is_told_by_what_it_holds_and_not_by_the_way_to_it():
    problem = Problem.of(2)
    few = problem.names[:3]

    assert problem.only(problem.names[:9]).only(few).digest == problem.only(few).digest
    assert problem.only(few).digest != problem.only(few[:2]).digest
