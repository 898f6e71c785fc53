"""The benchmark's parts work, and its page and budgets agree with it."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from speciosa import engine

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "engine-benchmarks.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def parts():
    """The modules of the benchmark by name."""
    folder = str(ROOT / "benchmarks")
    sys.path.insert(0, folder)
    try:
        names = {
            "cases": "engine_cases",
            "peers": "engine_peers",
            "peak": "engine_peak",
            "main": "engine",
            "weeks": "body",
        }
        found = {}
        for short, name in names.items():
            spec = importlib.util.spec_from_file_location(f"benchmark_{short}", f"{folder}/{name}.py")
            found[short] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(found[short])
        yield found
    finally:
        sys.path.remove(folder)


@pytest.fixture(scope="module")
def case(parts):
    return parts["cases"].body(16)


def test_every_simulator_that_is_here_computes_the_same_curves(parts, case):
    result = engine.compile(case.model, case.outputs, case.vary).simulate(
        case.table[:1], case.times, case.dosing, rtol=1e-8, atol=1e-9
    )
    peers, _ = parts["peers"].available(case)

    assert peers
    for peer in peers:
        seconds, curve = peer.run(case.table[0], 1e-6, 1e-7)
        assert seconds > 0
        assert parts["main"].difference(result.values, curve[None]) < 1e-3


def test_operations_are_counted(parts, case):
    counted = parts["peak"].operations(case)

    assert set(counted) == {
        "right sides and solves",
        "Jacobian and factorisation",
        "sums over the stages",
        "error norm",
    }
    assert all(number > len(case.model.states) for number in counted.values())


def test_a_budget_that_is_missed_is_named(parts):
    sentences = parts["main"].judge({"a": 2.0, "b": 9.0, "c": 1.0}, {"a": {"least": 3}, "b": {"least": 3}})

    assert sentences == ["a is 2.00; at least 3 is asked for"]


def test_a_missing_model_is_a_sentence(parts, tmp_path, monkeypatch):
    monkeypatch.setattr(parts["cases"], "FOLDER", tmp_path)

    assert "set SPECIOSA_BENCHMARK_MODELS" in parts["cases"].make("pbpk45", 3)


@pytest.mark.reference
def test_the_large_case_agrees_with_its_peer(parts):
    case = parts["cases"].make("pbpk45", 8)
    if isinstance(case, str):
        pytest.skip(case)
    peers, _ = parts["peers"].available(case)
    result = engine.compile(case.model, case.outputs, case.vary).simulate(case.table, case.times, case.dosing)
    _, curve = peers[0].run(case.table[3], 1e-8, 1e-11)

    assert result.counts() == {"ok": 8}
    assert parts["main"].difference(result.values[3:4], curve[None]) < 1e-6


def test_every_budget_is_below_what_is_expected_and_belongs_to_a_case(parts):
    budgets = yaml.safe_load((ROOT / "benchmarks" / "budgets.yaml").read_text(encoding="utf-8"))

    ratios = {name: budget for name, budget in budgets.items() if ": " in name}
    assert ratios
    for name, budget in ratios.items():
        assert 0 < budget["least"] < budget["expected"], name
        assert budget["note"]
        assert name.split(":")[0] in parts["cases"].MAKERS or name == parts["weeks"].RATIO


def test_the_page_holds_measured_tables_and_its_example_runs():
    before, measured = PAGE.split("<!-- measured: begin -->")
    measured, after = measured.split("<!-- measured: end -->")
    (code,) = re.findall(r"```python\n(.*?)```", after, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    assert "--write-docs" in before
    assert len(re.findall(r"^\|---", measured, re.MULTILINE)) >= 5
    np.testing.assert_allclose(scope["kernel"].simulate({}, [0.0, 1.0]).values[0, 1, 0], 0.60653, rtol=1e-5)


def test_the_full_model_over_four_weeks_is_the_same_in_both_simulators_and_has_its_budgets(parts):
    weeks = parts["weeks"]
    text, found = weeks.measure(4, 1)
    budgets = yaml.safe_load(weeks.BUDGETS.read_text(encoding="utf-8"))

    assert "{'ok': 4}" in text
    assert float(re.search(r"largest difference (\S+)\.", text)[1]) < 1e-3
    assert set(found) == {weeks.RATIO}
    assert {weeks.RATIO, weeks.SECONDS} <= set(budgets)
    assert weeks.judge({weeks.RATIO: 1.0, weeks.SECONDS: 6.0}, budgets) != []
    assert weeks.judge({weeks.RATIO: 1000.0, weeks.SECONDS: 1.0}, budgets) == []
