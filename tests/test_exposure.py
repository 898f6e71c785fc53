"""From a case to curves: the two spreads stay apart, numbers follow from people and doses, files open again."""

import dataclasses
import pickle

import libsbml
import numpy as np
import pytest
import xarray as xr
from pyarrow import parquet

from speciosa import cases, exposure, knowledge
from speciosa.cases import Form, Simulation
from speciosa.errors import Cancelled, InputError
from speciosa.people import Who

CASE = {
    "title": "tea",
    "asked_on": "2026-11-24",
    "product": {"known": "k51-leaf-powder", "form": "tea"},
    "person": {"age": "34 years", "sex": "F", "weight": "66 kg", "height": "168 cm", "place": "US-CO"},
    "regimens": [
        {"name": "one dose", "doses": [{"at": "20:00", "amount": "2 g"}]},
        {"name": "a week", "doses": [{"at": "20:00", "amount": "2 g", "every": "24 h", "times": 7}]},
    ],
    "simulation": {"people": 40, "draws": 6, "seed": 3},
}
ALKALOIDS = exposure.alkaloids(())
TEA = {"mitragynine": np.array(39.0)}


@pytest.fixture(scope="module")
def case():
    return cases.parse(CASE, where="tests")


@pytest.fixture(scope="module")
def exposed(case):
    return exposure.simulate(case)


def bench(people=8, draws=0, seed=1, compounds=ALKALOIDS, who=None):
    return exposure.setting(who or Who(), Form.TEA, Simulation(people=people, draws=draws, seed=seed), compounds)


def run(at, mg=None, times=(0.0, 1.0, 2.0, 24.0), outputs=("mitragynine_blood_C_plasma",), at_hours=(0.0,)):
    doses = exposure.enter(at, [(t, TEA if mg is None else mg) for t in at_hours])
    return exposure.execute(exposure.plan(at, doses, np.array(times), outputs))


def test_every_regimen_is_simulated_in_every_person_and_every_draw(case, exposed):
    people, draws = case.simulation.people, case.simulation.draws
    others = len(exposed.draws.alternatives)

    assert [s.name for s in exposed.scenarios] == ["one dose", "a week"]
    for scenario, one in zip(exposed.scenarios, exposed.runs, strict=True):
        assert scenario.status == {"ok": people + (draws + others) * people}
        assert (scenario.people, scenario.draws) == (people, draws)
        assert np.isfinite(one.values).all()


def test_a_figure_says_how_people_differ_and_how_sure_the_parameters_are(exposed):
    figure = exposed.scenarios[0].figure("mitragynine.cmax")

    assert figure.unit == "nM"
    assert figure.variability.low < figure.value < figure.variability.high
    assert figure.variability.covers != figure.uncertainty.covers
    assert figure.rows
    assert all(knowledge.load().has(row) for row in figure.rows)


def test_variability_comes_from_the_central_parameters_alone(case):
    few = dataclasses.replace(case, simulation=dataclasses.replace(case.simulation, draws=0))
    none = exposure.simulate(few, with_medicines=False).scenarios[0].figure("mitragynine.cmax")
    some = exposure.simulate(case, with_medicines=False).scenarios[0].figure("mitragynine.cmax")

    assert none.uncertainty is None
    assert (none.value, none.variability) == (some.value, some.variability)


def test_the_same_case_gives_the_same_bits(case, exposed):
    again = exposure.simulate(case, with_medicines=False)

    assert np.array_equal(again.runs[1].values, exposed.runs[1].values)
    assert again.runs[0].plan.digest == exposed.runs[0].plan.digest


def test_a_person_and_a_draw_are_the_same_in_any_number_of_them():
    small, large = run(bench(people=5, draws=2)), run(bench(people=9, draws=4))
    for person, draw in ((0, 0), (4, 0), (3, 1), (4, 2)):
        rows = [np.flatnonzero((r.plan.person == person) & (r.plan.draw == draw))[0] for r in (small, large)]
        assert np.array_equal(small.values[rows[0]], large.values[rows[1]])


def test_another_seed_gives_other_people():
    assert not np.array_equal(run(bench(seed=1)).values, run(bench(seed=2)).values)


def test_daily_doses_accumulate_and_one_dose_has_no_accumulation(exposed):
    single, week = exposed.scenarios

    assert single.figure("mitragynine.accumulation") is None
    assert week.figure("mitragynine.accumulation").value > 1.1
    assert week.figure("mitragynine.trough").value > 0
    assert week.figure("mitragynine.dose_mg_per_day").value == pytest.approx(2 * 19.48)


def test_twice_the_dose_is_at_least_twice_the_exposure():
    # clearance by CYP3A saturates and is inactivated: never less than proportional
    at = bench()
    one, two = run(at), run(at, mg={"mitragynine": np.array(78.0)})

    assert (two.values[:, 1:] >= 2 * one.values[:, 1:] * (1 - 1e-6)).all()


def test_what_is_swallowed_is_found_again():
    at = bench()
    model = libsbml.readSBMLFromString(at.assembly.sbml).getModel()
    states = [species.getId() for species in model.getListOfSpecies()]
    doses = exposure.enter(at, [(0.0, TEA)])
    grid = np.array([0.0, 1.0, 6.0, 24.0])
    ran = exposure.execute(exposure.plan(at, doses, grid, states))

    given = doses[2].sum(axis=1)
    total = ran.values.sum(axis=2)
    assert np.allclose(total[:, 0], given, rtol=1e-9)
    assert (np.diff(total, axis=1) <= given[:, None] * 1e-6).all(), "amounts leave by metabolism, they never appear"
    assert (total[:, -1] < given).all()


def test_occupancy_is_a_share_and_adds_up(exposed):
    curves = {curve.key: np.array(curve.median) for curve in exposed.scenarios[0].curves}

    assert (curves["MOR.occupancy"] >= 0).all()
    assert (curves["MOR.occupancy"] < 1).all()
    assert curves["MOR.occupancy"].max() > 0


def test_bands_hold_the_median(exposed):
    for scenario in exposed.scenarios:
        for curve in scenario.curves:
            low, median, high = (np.array(v) for v in (curve.variability_low, curve.median, curve.variability_high))
            assert (low <= median + 1e-12).all()
            assert (median <= high + 1e-12).all()


def test_speciociliatine_and_not_mitragynine_dominates_plasma_after_leaf(exposed):
    areas = {name: exposed.scenarios[0].figure(f"{name}.auc").value for name in ("speciociliatine", "mitragynine")}

    # clinical_pk:CP009, 12-fold in the published tea
    assert 8 < areas["speciociliatine"] / areas["mitragynine"] < 18


def test_only_what_is_swallowed_is_in_the_model(case):
    once = {"name": "one", "doses": [{"at": "09:00", "amount": "1 tablet"}]}
    tablet = cases.parse({**CASE, "product": {"known": "seven-oh-tablet"}, "regimens": [once]})

    assert "speciociliatine" in exposure.model(case).antimony
    assert "speciociliatine" not in exposure.model(tablet).antimony


def test_nothing_swallowed_changes_no_medicine():
    at = bench(compounds=(*ALKALOIDS, "midazolam"))
    alone = exposure.watch(at, "midazolam", 0.0, exposure.no_doses(at), None)
    auc, cmax = exposure.ratios(alone, alone, 0.0)

    assert np.array_equal(auc, np.ones_like(auc))
    assert np.array_equal(cmax, np.ones_like(cmax))


def test_the_product_raises_the_standard_probe_of_cyp3a(exposed):
    first = exposed.interaction("midazolam")[0]

    assert first.when == "at the first dose"
    assert 1.0 < first.auc_ratio.value < 3.0
    assert first.auc_ratio.rows == ("clinical_ddi:DI003",)
    assert first.cmax_ratio.rows == ("clinical_ddi:DI004",)
    assert exposed.interaction("sertraline") == ()


def test_a_poor_metaboliser_of_cyp2d6_has_the_higher_exposure():
    normal, poor = (run(bench(people=30, who=Who(cyp2d6=word))) for word in ("normal", "poor"))

    assert np.median(poor.values[:, 2]) > np.median(normal.values[:, 2])


def test_one_failing_person_leaves_the_others_untouched():
    at = bench()
    good = run(at)
    broken = {name: value.copy() for name, value in at.values.items()}
    broken["V_liver"][3] = np.nan
    bad = run(dataclasses.replace(at, values=broken))

    assert [word == "ok" for word in bad.status] == [k != 3 for k in range(8)]
    assert np.array_equal(np.delete(bad.values, 3, axis=0), np.delete(good.values, 3, axis=0))


def test_a_plan_can_be_pickled_and_its_digest_tells_plans_apart():
    at = bench()
    plan = exposure.plan(at, exposure.enter(at, [(0.0, TEA)]), np.array([0.0, 1.0]), ("MOR_occupancy",))
    other = exposure.plan(at, exposure.enter(at, [(0.0, TEA)]), np.array([0.0, 2.0]), ("MOR_occupancy",))

    assert pickle.loads(pickle.dumps(plan)).digest == plan.digest  # noqa: S301 - our own bytes
    assert plan.digest != other.digest


def test_progress_is_told_and_can_cancel(case):
    told = []
    exposure.simulate(case, with_medicines=False, progress=lambda done, total, words: told.append((done, total, words)))

    assert told[0][0] == 0
    assert {words for *_, words in told} == {"one dose", "a week"}

    def stop(*_):
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        exposure.simulate(case, progress=stop)


def test_a_dataset_has_names_units_and_both_coordinates(exposed):
    data = exposed.dataset(1)

    assert data.attrs["regimen"] == "a week"
    assert data["time"].attrs["units"] == "h"
    assert data["mitragynine_blood_C_plasma"].attrs["units"] == "nM"
    others = exposed.draws.alternatives
    assert set(np.unique(data["draw"])) == set(range(-len(others), 7))
    hemby = data["data_set"] == "opioid: Hemby 2026, human receptors"
    assert set(np.unique(data["draw"][hemby])) == {-1}
    assert set(np.unique(data["data_set"][data["draw"] >= 0])) == {""}


@pytest.mark.parametrize("name", ["runs.parquet", "runs.nc"])
def test_what_is_saved_opens_again_with_the_same_numbers(exposed, tmp_path, name):
    data = exposed.dataset(0)
    path = tmp_path / "new folder" / name
    exposure.save(data, path)
    curve = data["mitragynine_blood_C_plasma"].to_numpy()

    if name.endswith("parquet"):
        table = parquet.read_table(path)
        found = table["mitragynine_blood_C_plasma"].to_numpy().reshape(curve.shape)
        assert table.schema.field("time").metadata[b"units"] == b"h"
        assert set(table["status"].to_pylist()) == {"ok"}
    else:
        with xr.open_dataset(path, engine="scipy") as again:
            found = again["mitragynine_blood_C_plasma"].to_numpy()
            assert again["mitragynine_blood_C_plasma"].attrs["units"] == "nM"
    assert np.array_equal(found, curve)
    assert [file.name for file in path.parent.iterdir()] == [name]


def test_an_unknown_file_ending_is_refused_by_name(exposed, tmp_path):
    with pytest.raises(InputError, match=r"expected a file name ending in \.parquet or \.nc"):
        exposure.save(exposed.dataset(0), tmp_path / "runs.xlsx")


def test_draw_zero_is_the_middle_and_calibrated_draws_are_correlated_as_in_the_posterior():
    drawn = exposure.draw(400, 1)
    posterior = knowledge.posterior()
    for name, choice in drawn.choices.items():
        assert drawn[name][0] == pytest.approx(choice.median)
    together = np.corrcoef(np.log(posterior.values.T))
    first, second = np.unravel_index(np.argmax(np.abs(together - np.eye(len(together)))), together.shape)
    pair = [np.log(drawn[posterior.parameters[i]][1:]) for i in (first, second)]

    assert abs(together[first, second]) > 0.5
    assert np.corrcoef(*pair)[0, 1] == pytest.approx(together[first, second], abs=0.12)


def test_every_draw_is_another_one_and_the_same_in_any_number_of_them():
    few, many = exposure.draw(3, 1), exposure.draw(30, 1)
    uncertain = [name for name, choice in few.choices.items() if choice.kind != "fixed"]

    for name in uncertain:
        assert np.unique(many[name]).size == 31, name
        assert np.array_equal(few[name], many[name][:4])
    assert not np.array_equal(few[uncertain[0]], exposure.draw(3, 2)[uncertain[0]])


def test_what_a_laboratory_leaves_open_follows_the_draw(case):
    at = bench(people=2, draws=8)
    amounts = exposure.doses(case, case.regimens[0], at)[2].sum(axis=1)
    swallowed = amounts / at.by_run["accessible_tea"]

    assert np.unique(swallowed.round(6)).size == 9
    assert swallowed[:2] == pytest.approx(2 * 19.48e6 / at.by_run["mitragynine_molar_mass"][0])


def test_every_parameter_of_a_run_is_reported_with_range_basis_and_rows(exposed):
    for parameter in exposed.parameters:
        assert parameter.low <= parameter.median <= parameter.high
        assert parameter.basis in {"measured", "calibrated", "derived", "stated prior"}
        assert parameter.rows, parameter.name


def test_the_model_file_of_a_case_holds_the_median_person(case):
    alone, more = exposure.model(case), exposure.model(case, with_medicines=True)

    assert "midazolam" not in alone.antimony
    assert "alprazolam" in more.antimony
    assert alone.sbml.startswith("<?xml")


def test_the_median_person_runs_once_in_every_draw_and_differs_from_nobody_but_by_the_draw():
    draws = exposure.draw(3, 1)
    at = exposure.setting(Who(), Form.TEA, Simulation(people=30, draws=1, seed=1), ["mitragynine"])
    one = exposure.median_person(at, draws)

    assert one.person.tolist() == [0, 0, 0, 0]
    assert one.draw.tolist() == [0, 1, 2, 3]
    assert one.values["V_liver"] == pytest.approx(np.median(at.population.values["V_liver"]))
    assert np.ptp(one.values["mitragynine_CLint_CYP3A"]) > 0


def test_figures_of_every_run_are_those_that_the_scenario_sums_up(case):
    regimen = case.regimens[0]
    at = exposure.case_setting(case)
    one = exposure.median_person(at, exposure.draw(4, 1, effects=True))
    found = exposure.measure(case, regimen, one, exposure.doses(case, regimen, one))
    cmax = found.figures["mitragynine.cmax"]

    assert found.status == {"ok": 5}
    assert cmax.unit == "nM"
    assert cmax.values.shape == (5,)
    assert np.ptp(cmax.values) > 0
    assert np.all(found.figures["mitragynine.auc"].values > cmax.values)


def test_a_draw_of_a_base_too_weak_for_the_partition_equation_stands_at_its_limit():
    drawn = exposure.draw(1, 1)
    weak = {**drawn.values, "hydroxymitragynine_pKa": np.array([8.1, 6.5])}
    limit = {**drawn.values, "hydroxymitragynine_pKa": np.array([8.1, 7.0])}
    found = []
    for values in (weak, limit):
        draws = dataclasses.replace(drawn, values=values)
        at = exposure.setting(Who(), Form.TEA, Simulation(people=2, draws=1, seed=1), ALKALOIDS, draws=draws)
        found.append(at.values["hydroxymitragynine_Kp_muscle"])

    np.testing.assert_array_equal(*found)
