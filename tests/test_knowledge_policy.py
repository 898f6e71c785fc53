"""The policy that chooses a parameter from rows: each written rule, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speciosa import knowledge
from speciosa.errors import KnowledgeError
from speciosa.knowledge._policy import Fit, Prior, Reading, Wanted, choose

GRADES = knowledge.load().grades
MEASURED, RECALLED = "read in source table", "from memory, unverified"
IN_90 = 1.6448536269514722


def reading(value, *, row="t:R1", human=True, confidence=MEASURED, sd=None, low=None, high=None):
    return Reading(row, value, sd, low, high, human, confidence)


def chosen(*rows, kind="lognormal", prior=None, fit=None):
    return choose(Wanted("x", "a thing", "h", kind), rows, prior, fit, GRADES)


PRIOR = Prior("priors:P", 10.0, 5.0, 20.0, derived=False, reason="nobody measured it")


def test_one_measured_row_gives_its_value_and_the_least_spread_of_its_confidence():
    choice = chosen(reading(4.0))

    assert choice.median == pytest.approx(4.0)
    assert choice.gsd == pytest.approx(GRADES[MEASURED].spread)
    assert choice.basis == "measured"
    assert choice.rows == ("t:R1",)


def test_a_printed_spread_counts_when_it_is_wider():
    assert chosen(reading(4.0, sd=4.0)).gsd == pytest.approx(math.exp(math.sqrt(math.log(2.0))))
    assert chosen(reading(4.0, low=1.0, high=16.0)).gsd == pytest.approx(16.0 ** (1 / (2 * IN_90)))


def test_human_before_animal():
    choice = chosen(reading(4.0, row="t:H"), reading(400.0, row="t:RAT", human=False))

    assert choice.median == pytest.approx(4.0)
    assert choice.rows == ("t:H",)
    assert "animal rows not used" in choice.reason


def test_animal_rows_alone_are_used_and_said():
    choice = chosen(reading(400.0, human=False))

    assert choice.median == pytest.approx(400.0)
    assert choice.basis == "stated prior"
    assert "animal rows only" in choice.reason


def test_measured_before_recalled_but_a_recalled_row_widens():
    alone = chosen(reading(4.0))
    both = chosen(reading(4.0, row="t:M"), reading(8.0, row="t:REC", confidence=RECALLED))

    assert both.median == pytest.approx(4.0)
    assert both.gsd > alone.gsd
    assert both.rows == ("t:M", "t:REC")


def test_a_recalled_row_alone_is_no_measurement():
    choice = chosen(reading(4.0, confidence=RECALLED))

    assert choice.basis == "stated prior"
    assert choice.gsd == pytest.approx(GRADES[RECALLED].spread)


def test_conflict_widens_the_spread():
    agreeing = chosen(reading(4.0, row="a:1"), reading(4.1, row="a:2"))
    fighting = chosen(reading(1.0, row="a:1"), reading(16.0, row="a:2"))

    assert fighting.median == pytest.approx(4.0)
    assert fighting.gsd > 2 * agreeing.gsd


def test_a_declared_judgement_sets_the_median_and_keeps_the_rows():
    choice = chosen(reading(11.0), prior=PRIOR)

    assert choice.median == pytest.approx(10.0)
    assert choice.rows == ("priors:P", "t:R1")
    assert choice.basis == "stated prior"
    assert choice.gsd == pytest.approx(4.0 ** (1 / (2 * IN_90)))


def test_a_judgement_is_widened_until_it_holds_every_row():
    choice = chosen(reading(80.0), prior=PRIOR)

    assert choice.median * choice.gsd**IN_90 == pytest.approx(80.0)
    assert "widened" in choice.reason


def test_a_fit_wins():
    choice = chosen(reading(4.0), prior=PRIOR, fit=Fit("calibrated:C", 7.0, 1.3, ("clinical_pk:CP001",), "MAP"))

    assert (choice.median, choice.gsd, choice.basis) == (7.0, 1.3, "calibrated")
    assert choice.rows == ("calibrated:C", "priors:P", "t:R1", "clinical_pk:CP001")


def test_nothing_known_is_an_error():
    with pytest.raises(KnowledgeError, match="x has neither row nor prior"):
        chosen()


def test_a_share_outside_its_range_is_an_error():
    with pytest.raises(KnowledgeError, match=r"x would be 1\.2; expected a number between 0 and 1"):
        chosen(reading(1.2), kind="logit")


positive = st.floats(1e-3, 1e3)


@given(st.lists(st.tuples(positive, st.sampled_from([MEASURED, RECALLED]), st.booleans()), min_size=1, max_size=6))
def test_whatever_the_rows_the_median_lies_among_the_deciding_ones(rows):
    readings = [reading(v, row=f"t:{i}", confidence=c, human=h) for i, (v, c, h) in enumerate(rows)]
    choice = chosen(*readings)
    kept = [r.value for r in readings if r.human] or [r.value for r in readings]

    assert min(kept) * (1 - 1e-9) <= choice.median <= max(kept) * (1 + 1e-9)
    assert choice.gsd >= 1.0
    assert choice == chosen(*readings)


@given(st.lists(positive, min_size=2, max_size=6), positive)
def test_one_more_row_never_leaves_the_judgement_narrower(values, extra):
    before = chosen(*(reading(v) for v in values), prior=PRIOR)
    after = chosen(*(reading(v) for v in [*values, extra]), prior=PRIOR)

    assert after.gsd >= before.gsd * (1 - 1e-12)


def test_every_declared_parameter_is_a_distribution_with_rows():
    known = knowledge.load()
    for row in known.table("parameters"):
        choice = known.parameter(row.name)
        assert np.isfinite([choice.median, choice.gsd]).all(), row.name
        assert choice.rows, row.name
        assert all(known.has(key) for key in choice.rows), row.name
        assert choice.reason, row.name
