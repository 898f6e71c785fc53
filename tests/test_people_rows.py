"""The rows behind virtual people: all there, all used, and refused by name where they cannot serve."""

import numpy as np
import pytest

from speciosa.errors import KnowledgeError
from speciosa.people import Who, _body, _draws, _equation, _rows, _traits


def test_every_row_that_is_named_exists():
    keys = set(_rows.named({name: e for name, e in _rows.declared().items() if name not in {"computed", "conditions"}}))

    assert len(keys) > 150
    for key in keys:
        assert _rows.row(key) is not None


def test_an_organ_group_uses_every_random_number_made_for_it():
    organs, flows = _rows.declared()["organs"], _rows.declared()["flows"]

    assert {n for n in _draws.NAMES if n.startswith("mass_")} == {f"mass_{organ}" for organ in organs}
    assert {n for n in _draws.NAMES if n.startswith("flow_")} == {f"flow_{organ}" for organ in (*flows, "rest")}


def test_an_unknown_rule_for_an_organ_is_refused():
    person = _traits.traits(_draws.numbers(1, 1), Who(age_y=25, sex="F", height_cm=163, weight_kg=60))

    with pytest.raises(KnowledgeError, match="no such rule"):
        _body._Scaled(person, np.array([1.7])).mass({"rule": "luck"})


def test_an_equation_is_read_from_its_row():
    male = np.array([True, False])

    value = _equation.equation("egfr", male, Scr=np.array([0.9, 0.7]), age=np.array([40.0, 40.0]))
    assert value == pytest.approx(142 * 0.9938**40 * np.array([1.0, 1.012]))
    value = _equation.equation("blood_mass", male, BSA=np.array([2.0, 2.0]))
    assert value == pytest.approx([3.33 * 2 - 0.81, 2.66 * 2 - 0.46])


def test_an_equation_without_what_it_needs_says_what_is_missing():
    with pytest.raises(KnowledgeError, match=r"scaling:SC109: the equation holds 'W'"):
        _equation.equation("bsa", np.array([True]), H=170.0)


def test_an_equation_cannot_call_anything_but_arithmetic():
    with pytest.raises(KnowledgeError, match="cannot be computed"):
        _equation.Equation("x", _equation.ast.parse("open('x')", mode="eval").body, {})(np.array([True]))


def test_a_row_that_cannot_serve_is_named():
    with pytest.raises(KnowledgeError, match="no prior 'luck'"):
        _rows.row("prior:luck")
    with pytest.raises(KnowledgeError, match="states no spread"):
        _rows.log_sd("organs:OR015")
    with pytest.raises(KnowledgeError, match="cannot be read"):
        _equation._read("scaling:SC132")


@pytest.mark.parametrize(
    ("key", "spread"),
    [
        ("organs:OR214", np.log(1.1)),
        ("organs:OR197", np.sqrt(np.log1p(0.23**2))),
        ("organs:OR134", np.sqrt(np.log1p(0.05**2))),
        ("scaling:SC002", 0.247),
        ("scaling:SC138", np.sqrt(np.log1p((0.19 / 0.7) ** 2))),
        ("prior:gastric_emptying_rel", np.log(2.0) / 1.6448536),
    ],
)
def test_a_spread_is_read_whichever_way_the_row_states_it(key, spread):
    assert _rows.log_sd(key) == pytest.approx(spread, rel=1e-6)
