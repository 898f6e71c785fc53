"""Medicines as compounds: what the model says of them beside what people showed."""

import numpy as np

from speciosa import exposure
from speciosa.cases import Form, Simulation
from speciosa.people import Who

TEA_MG = {"mitragynine": np.asarray(39.0)}  # clinical_pk:CP001


def bench(medicine, who=None, people=40):
    simulation = Simulation(people=people, draws=0, seed=1)
    return exposure.setting(who or Who(), Form.TEA, simulation, (*exposure.alkaloids(()), medicine))


def with_tea(medicine, who=None):
    """Median ratio of AUC with the tea over without, and the median AUC without, nM*h."""
    at = bench(medicine, who)
    alone = exposure.watch(at, medicine, 0.0, exposure.no_doses(at), None)
    together = exposure.watch(at, medicine, 0.0, exposure.enter(at, [(0.0, TEA_MG)]), None)
    auc, _ = exposure.ratios(alone, together, 0.0)
    area = exposure.auc(alone.values[:, :, 0], alone.plan.times, 0.0, 48.0)
    return float(np.median(auc)), float(np.median(area))


def test_dextromethorphan_hardly_changes_with_the_tea():
    ratio, _ = with_tea("dextromethorphan")
    assert 0.83 <= ratio <= 1.19  # clinical_ddi:DI001


def test_dextromethorphan_follows_the_phenotype_of_cyp2d6():
    _, poor = with_tea("dextromethorphan", Who(cyp2d6="poor"))
    _, normal = with_tea("dextromethorphan", Who(cyp2d6="normal"))
    assert poor > 8 * normal
