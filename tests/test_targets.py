"""Targets: competition, partial agonism, data sets that exclude one another, and the medicines beside them."""

import dataclasses
import math

import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from speciosa import cases, exposure, knowledge, models
from speciosa.cases import Form, Simulation
from speciosa.errors import KnowledgeError
from speciosa.knowledge import Key, _data_sets
from speciosa.people import Who

THREE = ("mitragynine", "7-hydroxymitragynine", "speciociliatine")
IDS = ("mitragynine", "hydroxymitragynine", "speciociliatine")
MANY = 400


@pytest.fixture(scope="module")
def drawn():
    return exposure.draw(MANY, 7, effects=True)


@pytest.fixture(scope="module")
def panels():
    return {panel.name: panel for panel in knowledge.load().panels}


@pytest.fixture(scope="module")
def leaf():
    raw = {
        "title": "leaf",
        "asked_on": "2026-11-24",
        "product": {"known": "k51-leaf-powder", "form": "tea"},
        "person": {"age": "34 years", "sex": "F", "weight": "66 kg", "height": "168 cm", "place": "US-CO"},
        "regimens": [{"name": "one dose", "doses": [{"at": "20:00", "amount": "3 g"}]}],
        "simulation": {"people": 20, "draws": 4, "seed": 3},
    }
    return exposure.simulate(cases.parse(raw, where="tests"), with_medicines=False)


# --- the wiring


def body(**numbers):
    """The model at time 0 with 500, 70 and 40 nmol of three alkaloids in the blood, other symbols 0.5 or as given."""
    names = [s.name for s in models.assemble(THREE, effects=True).symbols]
    values = dict.fromkeys(names, 0.5) | {"MOR_load_other": 0.0, "MOR_stimulus_other": 0.0, "adapted_start": 0.0}
    runner = roadrunner.RoadRunner(models.assemble(THREE, values | numbers, effects=True).sbml)
    for state, amount in (
        ("mitragynine_brain_A", 500.0),
        ("hydroxymitragynine_brain_A", 70.0),
        ("speciociliatine_body_A_central", 40.0),
        ("mitragynine_blood_A_venous", 90.0),
        ("mitragynine_heart_A", 30.0),
    ):
        runner[state] = amount
    return runner


def ratios(runner):
    """Unbound concentration over affinity of the three at MOR."""
    return [runner[f"{p}_brain_Cu"] / runner[f"{p}_Ki_MOR"] for p in IDS]


def test_one_agonist_alone_follows_the_closed_form_of_black_and_leff():
    nobody = {f"{p}_Ki_MOR": 1e30 for p in IDS[1:]}
    runner = body(mitragynine_Ki_MOR=300.0, mitragynine_tau_MOR=0.8, MOR_tau_full=12.0, **nobody)
    x, tau = ratios(runner)[0], 0.8

    assert runner["MOR_effect"] == pytest.approx(tau * x / (1 + x + tau * x) * 13 / 12)


def test_three_ligands_reach_what_binding_over_time_reaches():
    taus = (0.4, 0.9, 0.0)
    runner = body(
        mitragynine_Ki_MOR=250.0, hydroxymitragynine_Ki_MOR=15.0, speciociliatine_Ki_MOR=30.0, MOR_tau_full=10.0,
        **{f"{p}_tau_MOR": tau for p, tau in zip(IDS, taus, strict=True)},
    )  # fmt: skip
    x = np.array(ratios(runner))

    # association and dissociation of each ligand at one pool of receptors, until nothing moves
    koff = np.array([3.0, 1.0, 0.3])
    bound = solve_ivp(
        lambda _, b: koff * (x * (1 - b.sum()) - b), (0, 200), np.zeros(3), method="LSODA", rtol=1e-10, atol=1e-13
    ).y[:, -1]
    stimulus = float(bound @ np.array(taus))

    for p, held in zip(IDS, bound, strict=True):
        assert runner[f"{p}_MOR_occupancy"] == pytest.approx(held, rel=1e-6)
    assert runner["MOR_occupancy"] == pytest.approx(bound.sum(), rel=1e-6)
    assert runner["MOR_effect"] == pytest.approx(stimulus / (1 + stimulus) * 11 / 10, rel=1e-6)


def test_a_full_agonist_on_all_receptors_is_one_and_nobody_is_nothing():
    full = body(mitragynine_Ki_MOR=1e-12, mitragynine_tau_MOR=10.0, MOR_tau_full=10.0)
    none = body(**{f"{p}_Ki_MOR": 1e30 for p in IDS})

    assert full["MOR_effect"] == pytest.approx(1.0)
    assert none["MOR_effect"] == pytest.approx(0.0, abs=1e-20)


def test_an_antagonist_takes_places_and_lowers_the_response():
    weak = body(speciociliatine_Ki_MOR=1e30, speciociliatine_tau_MOR=0.0)
    strong = body(speciociliatine_Ki_MOR=0.5, speciociliatine_tau_MOR=0.0)

    assert strong["MOR_occupancy"] > weak["MOR_occupancy"]
    assert strong["MOR_effect"] < weak["MOR_effect"]


def test_tolerance_takes_reserve_and_other_opioids_compete_and_stimulate():
    alone = body(MOR_tau_full=10.0)
    tolerant = body(MOR_tau_full=10.0, adapted_start=1.0, tolerance_gain=3.0)  # a quarter of the reserve left
    blocked = body(MOR_tau_full=10.0, MOR_load_other=5.0)
    joined = body(MOR_tau_full=10.0, MOR_load_other=5.0, MOR_stimulus_other=50.0)
    s = alone["MOR_stimulus"]

    assert tolerant["MOR_effect"] == pytest.approx(0.25 * s / (1 + 0.25 * s) * 11 / 10)
    assert tolerant["MOR_occupancy"] == alone["MOR_occupancy"]
    assert blocked["MOR_occupancy"] < alone["MOR_occupancy"]
    assert blocked["MOR_effect"] < alone["MOR_effect"] < joined["MOR_effect"]


def test_targets_see_unbound_brain_plasma_or_heart():
    runner = body(mitragynine_BP=0.8, mitragynine_fu=0.05, mitragynine_Kp_heart=4.0)
    plasma = 0.05 * 90.0 / runner["V_venous"] / 0.8
    heart = 0.05 * 30.0 / runner["V_heart"] / 4.0

    assert runner["mitragynine_plasma_Cu"] == pytest.approx(plasma)
    assert runner["mitragynine_heart_Cu"] == pytest.approx(heart)
    for target, site in (("ALPHA1A", plasma), ("HERG", heart), ("ALPHA2A", runner["mitragynine_brain_Cu"])):
        assert runner[f"mitragynine_{target}_binds"] == pytest.approx(site / runner[f"mitragynine_Ki_{target}"])
    assert runner["speciociliatine_heart_Cu"] == pytest.approx(
        runner["speciociliatine_fu"] * runner["speciociliatine_body_C_plasma"]
    )


def test_effects_leave_the_kinetics_as_they_are():
    compounds = tuple(c.id for c in models.network().compounds.values() if c.kind == "alkaloid")
    found = []
    for effects in (False, True):
        simulation = Simulation(people=3, draws=0, seed=1)
        at = exposure.setting(Who(), Form.TEA, simulation, compounds, effects=effects)
        doses = exposure.enter(at, [(0.0, {"mitragynine": np.array(39.0), "speciociliatine": np.array(20.0)})])
        plasma = ("mitragynine_blood_C_plasma", "speciociliatine_body_C_plasma", "CYP3A_gut_active")
        found.append(exposure.execute(exposure.plan(at, doses, np.array([0.0, 1.0, 24.0]), plasma)).values)

    assert np.allclose(*found, rtol=1e-4)  # adaptation has states of its own, which move the steps of the integrator


def test_the_network_and_the_table_of_affinities_name_the_same_ligands(panels):
    table = {
        (key.ligand, key.target)
        for panel in panels.values()
        for key in panel.sets[0].affinities
        if key.quantity not in {"Emax", "tau"}
    }
    network = {(ligand, t.id) for t in models.network().targets.values() for ligand in t.ligands}

    assert network == table


def test_every_ligand_of_a_signalling_target_has_an_efficacy_in_every_set(panels):
    wanted = set(models.network().targets["MOR"].ligands)
    for one in panels["efficacy"].sets:
        assert {key.ligand for key in one.affinities} == wanted


# --- data sets


def test_every_affinity_traces_to_rows_that_exist(drawn):
    known = knowledge.load()
    for record in drawn.affinities.records:
        assert record.rows, record.name
        assert all(known.has(row) for row in record.rows), record.name
        assert record.low < record.median < record.high, record.name


def test_a_measured_affinity_is_the_figure_of_its_own_paper(panels):
    obeng, _, _, _, _, guinea_pig = (one.affinities for one in panels["opioid"].sets)
    binding, function = (knowledge.load().row(row) for row in ("binding:B001", "function:F065"))
    herg = panels["hERG"].sets[1].affinities[Key("mitragynine", "HERG", "IC50")]

    assert obeng[Key("mitragynine", "MOR", "Ki")].choice.median == pytest.approx(binding.value)
    assert guinea_pig[Key("mitragynine", "MOR", "Ki")].choice.median == pytest.approx(7.24)
    assert herg.choice.median == pytest.approx(1000.0 * function.potency_value)  # umol/L there


def test_what_a_set_lacks_comes_by_a_ratio_to_its_own_ligand(drawn, panels):
    for i, one in enumerate(panels["opioid"].sets):
        affinity = one.affinities[Key("speciociliatine", "MOR", "Ki")]
        if affinity.relative_to is None:
            continue
        at = np.flatnonzero(drawn.affinities.chosen["opioid"] == i)[-1]  # an alternative: no random part
        ratio = drawn["mitragynine_Ki_MOR"][at] / drawn["speciociliatine_Ki_MOR"][at]
        assert ratio == pytest.approx(affinity.choice.median)


def test_no_figure_of_one_set_is_a_mean_of_others(drawn, panels):
    values = {round(one.affinities[Key("mitragynine", "MOR", "Ki")].choice.median, 2) for one in panels["opioid"].sets}
    alternatives = drawn["mitragynine_Ki_MOR"][drawn.count :]

    assert {round(float(v), 2) for v in (*alternatives, drawn["mitragynine_Ki_MOR"][0])} == values


def test_every_set_is_drawn_about_as_often_as_its_weight_says(drawn, panels):
    for name, panel in panels.items():
        chosen = drawn.affinities.chosen[name]
        assert chosen[0] == 0
        counts = np.bincount(chosen[1 : MANY + 1], minlength=len(panel.sets))
        assert (counts > 0).all(), name
        for found, one in zip(counts, panel.sets, strict=True):
            error = math.sqrt(MANY * one.weight * (1 - one.weight))
            assert abs(found - MANY * one.weight) <= 4 * error + 1e-9, (name, one.name)


def test_a_draw_of_data_sets_is_the_same_in_any_number_of_them(drawn):
    few = exposure.draw(3, 7, effects=True)

    for name in few.affinities.values:
        assert np.array_equal(few[name][:4], drawn[name][:4]), name
        assert np.array_equal(few[name][4:], drawn[name][MANY + 1 :]), name
    other = exposure.draw(3, 8, effects=True)
    assert not np.array_equal(few["mitragynine_Ki_MOR"][:4], other["mitragynine_Ki_MOR"][:4])


def test_kinetic_parameters_are_drawn_alike_with_and_without_effects(drawn):
    alone = exposure.draw(5, 7)

    assert alone.affinities is None
    for name, values in alone.values.items():
        assert np.array_equal(values, drawn[name][:6]), name
        assert (drawn[name][drawn.count :] == drawn[name][0]).all(), name


def test_an_alternative_changes_one_panel_and_nothing_else(drawn):
    for k, alternative in enumerate(drawn.alternatives):
        at = -1 - k
        for panel, chosen in drawn.affinities.chosen.items():
            assert (chosen[at] == 0) == (panel != alternative.panel)


def test_without_draws_there_are_no_alternatives():
    assert exposure.draw(0, 1, effects=True).alternatives == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": 0.5}, "weights that add up to 1.2"),
        ({"standard": None}, "has 0 standard sets"),
        ({"panel": "elsewhere"}, "panel 'opioid' has 1 standard sets and weights that add up to 0.8"),
    ],
)
def test_damaged_tables_of_data_sets_are_refused_by_name(change, words):
    known = knowledge.load()
    sets = list(known.table("data_sets"))
    at = 0 if "standard" in change else 1 if "panel" not in change else 2
    sets[at] = sets[at].model_copy(update=change)
    rows = known.table("affinities")

    with pytest.raises(KnowledgeError, match=words):
        _data_sets.panels(sets, rows, {row.id: known._affinity(row) for row in rows})


def test_a_ratio_to_nothing_is_refused_by_name():
    known = knowledge.load()
    rows = [row for row in known.table("affinities") if (row.ligand, row.target) != ("mitragynine", "HERG")]

    with pytest.raises(KnowledgeError, match="speciociliatine at HERG is relative to a figure"):
        _data_sets.panels(known.table("data_sets"), rows, {row.id: known._affinity(row) for row in rows})


def test_a_set_that_lacks_a_figure_of_its_panel_is_refused_by_name():
    known = knowledge.load()
    rows = [row for row in known.table("affinities") if row.id != "AF033"]  # the ratio of speciociliatine
    lost = next(row for row in known.table("affinities") if row.id == "AF033")
    assert (lost.ligand, lost.target, lost.data_set) == ("speciociliatine", "MOR", None)
    alone = [row for row in rows if row.relative_ligand != "speciociliatine" and row.relative_target != "KOR"]

    with pytest.raises(KnowledgeError, match="holds no Ki of speciociliatine at MOR; expected a row of its own"):
        _data_sets.panels(known.table("data_sets"), alone, {row.id: known._affinity(row) for row in alone})


# --- what a case says


def test_a_figure_says_what_it_is_under_every_data_set(leaf):
    figure = leaf.scenarios[0].figure("MOR.occupancy.max")
    used, *others = figure.data_sets

    assert used.central
    assert used.value == figure.value
    assert used.name.startswith("Obeng 2020")
    assert not any(one.central for one in others)
    assert math.fsum(one.weight for one in figure.data_sets) == pytest.approx(1.0)
    pig = next(one for one in others if "guinea-pig" in one.name)
    later = next(one for one in others if "Obeng 2021" in one.name)
    assert pig.value > 5 * later.value
    assert all(knowledge.load().has(one.row) for one in figure.data_sets)


def test_the_response_depends_on_affinities_and_on_efficacies(leaf):
    panels = [one.panel for one in leaf.scenarios[0].figure("MOR.effect.max").data_sets]

    assert set(panels) == {"opioid", "efficacy"}
    rows = leaf.scenarios[0].figure("MOR.effect.max").rows
    assert {"binding:B001", "function:F001"} <= set(rows)
    assert not any(row.startswith("function:") for row in leaf.scenarios[0].figure("MOR.occupancy.max").rows)
    assert leaf.scenarios[0].figure("ALPHA1A.occupancy.max").data_sets == ()


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [
        # the compiled page on pharmacodynamics, rough occupancy after 2 to 4 g of leaf, with the top extract as bound
        ("MOR.occupancy.mitragynine.max", 0.003, 0.23),
        ("MOR.occupancy.7-hydroxymitragynine.max", 0.001, 0.75),
        ("ALPHA2A.occupancy.max", 0.0001, 0.04),
        ("ALPHA1A.occupancy.max", 0.0004, 0.035),
        ("HERG.occupancy.max", 0.001, 0.13),
        ("HT1A.occupancy.max", 0.0001, 0.2),
    ],
)
def test_occupancies_after_leaf_are_where_a_rough_calculation_puts_them(leaf, key, low, high):
    figure = leaf.scenarios[0].figure(key)

    assert low < figure.value < high


def test_what_nobody_measured_is_said_and_not_computed(leaf):
    uses = {use.id: use for use in leaf.scenarios[0].targets}

    assert set(uses) == set(models.network().targets)
    for name in ("SERT", "NET", "BETA1"):
        assert not uses[name].measured
        assert not uses[name].figure
    assert leaf.scenarios[0].figure("SERT.occupancy.max") is None
    assert "7-hydroxymitragynine" in uses["HERG"].unmeasured
    # measured, and it did not bind (binding:B060)
    assert "7-hydroxymitragynine" not in (*uses["ALPHA2A"].unmeasured, *uses["ALPHA2A"].binding)


def test_the_share_of_all_alkaloids_is_the_sum_of_their_shares(leaf):
    curves = {curve.key: np.array(curve.median) for curve in leaf.scenarios[0].curves}
    each = [key for key in curves if key.startswith("MOR.occupancy.")]
    one_person = leaf.dataset()
    total = one_person["MOR_occupancy"].to_numpy()
    ids = [models.network().compound(key.removeprefix("MOR.occupancy.")).id for key in each]
    parts = sum(one_person[f"{p}_MOR_occupancy"].to_numpy() for p in ids)

    assert len(each) == 8  # all but corynantheidine, which this leaf does not state
    assert np.allclose(total, parts, rtol=1e-12)


# --- known medicines


def test_a_medicine_holds_what_its_four_factors_say():
    sertraline = next(r for r in exposure.references() if r.medicine == "sertraline")
    x = 52 * 0.01 * 1 / 0.29  # nmol/L, fraction unbound, brain over plasma, affinity

    assert sertraline.held.value == pytest.approx(x / (1 + x))
    assert sertraline.held.uncertainty.low < sertraline.held.value < sertraline.held.uncertainty.high


@pytest.mark.parametrize("medicine", ["sertraline", "escitalopram", "venlafaxine", "buprenorphine"])
def test_what_imaging_saw_lies_within_what_the_rows_leave_open(medicine):
    one = next(r for r in exposure.references() if r.medicine == medicine and r.seen is not None)
    odds = [v / (1 - v) for v in (one.seen.low, one.seen.high, one.held.uncertainty.low, one.held.uncertainty.high)]

    # buprenorphine leaves its receptor over hours: imaging sees more than an equilibrium with plasma allows
    allowed = 1.3 if medicine == "buprenorphine" else 1.0
    assert odds[0] <= allowed * odds[3]
    assert odds[1] >= odds[2]


def test_the_usual_ssri_holds_about_what_imaging_sees():
    for medicine in ("sertraline", "escitalopram"):
        one = next(r for r in exposure.references() if r.medicine == medicine)
        assert 0.5 < one.held.value < 0.9
        assert 0.65 < one.seen.low < one.seen.high < 0.9


def test_every_reference_names_a_target_and_its_own_medicine_in_its_rows():
    known = knowledge.load()
    for one in exposure.references():
        assert one.target in models.network().targets
        assert all(known.has(row) for row in one.held.rows)
        row = known.row(one.held.rows[0])
        for key in (row.fu_rows or "").split(";"):
            if key:
                said = known.row(key)
                assert said.parameter == "fraction unbound in plasma"
                assert said.drug == one.medicine
        for key in (row.affinity_rows or "").split(";"):
            if key:
                assert known.row(key).ligand == one.medicine
                assert known.row(key).target.upper().replace("-", "").lstrip("5") == one.target


def test_all_nine_alkaloids_bind_the_mu_opioid_receptor():
    net = models.network()
    alkaloids = {c.name for c in net.compounds.values() if c.kind == "alkaloid"}

    assert set(net.targets["MOR"].ligands) == alkaloids
    assert len(alkaloids) == 9


def test_a_setting_with_effects_can_be_replaced_and_run_again():
    at = exposure.setting(Who(), Form.TEA, Simulation(people=2, draws=2, seed=1), IDS[:2], effects=True)
    doses = exposure.enter(at, [(0.0, {"mitragynine": np.array(39.0)})])
    values = dict(at.values) | {"adapted_start": np.full(at.person.size, 0.5)}
    plans = [
        exposure.plan(setting, doses, np.array([0.0, 1.0, 2.0]), ("MOR_effect", "MOR_occupancy"))
        for setting in (at, dataclasses.replace(at, values=values))
    ]
    usual, tolerant = (exposure.execute(plan) for plan in plans)

    assert np.allclose(usual.output("MOR_occupancy"), tolerant.output("MOR_occupancy"), rtol=1e-4)
    assert (tolerant.output("MOR_effect")[:, 1:] < usual.output("MOR_effect")[:, 1:]).all()
