"""The SBML semantic test suite: each case passes, or is refused for the reason that the baseline names.

The suite lies outside the project: ``SPECIOSA_SBML_SUITE``, or ``shared/sbml-test-suite`` beside it.
"""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from speciosa import engine
from speciosa.engine import sbml_suite
from speciosa.errors import EngineError

SUITE = Path(os.environ.get("SPECIOSA_SBML_SUITE") or Path(__file__).parents[2] / "shared" / "sbml-test-suite")
CASES = SUITE / "semantic"
MISSING = not (SUITE / "index.csv").exists()
pytestmark = pytest.mark.reference
needs_suite = pytest.mark.skipif(MISSING, reason=f"the SBML test suite is not at {SUITE} (SPECIOSA_SBML_SUITE)")

BASELINE = yaml.safe_load((Path(__file__).parent / "sbml_suite_baseline.yaml").read_text(encoding="utf-8"))
REFUSED = {case: entry["refused"] for entry in BASELINE for case in entry["cases"].split()}
LANES = ("00026", "00041", "00349", "00952", "01000", "01506", "01591")  # events of every kind


def read_index():
    if MISSING:
        return []
    with (SUITE / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_suite
@pytest.mark.parametrize("number", [row["case"] for row in read_index()] or ["00001"])
def test_a_case_passes_or_is_refused_for_the_reason_that_is_known(number):
    sentence = sbml_suite.compare(CASES, number)

    if number in REFUSED:
        assert REFUSED[number] in sentence, f"passes, or fails otherwise: {sentence!r}; mend the baseline"
    else:
        assert sentence == ""


@needs_suite
def test_the_baseline_holds_what_is_beyond_scope_and_nothing_else():
    assert set(REFUSED) == {row["case"] for row in read_index() if row["scope"] == "refuse"}


@needs_suite
@pytest.mark.parametrize("number", LANES)
def test_every_width_gives_the_same_bits(number):
    case = sbml_suite.Case.read(CASES, number)
    model = engine.load(case.file())
    names = tuple(name for name in case.variables if name in {q.name for q in model.quantities})
    found = [
        engine.compile(model, names, lanes=lanes, cache=False, optimise=optimise)
        .simulate(np.zeros((9, 0)), case.times[: len(case.times) // 5 + 2], threads=1, max_steps=1_000_000)
        .values
        for lanes, optimise in ((1, False), (1, True), (2, False), (4, True), (8, True))
    ]

    assert np.isfinite(found[0]).all()
    for other in found:
        assert other.tobytes() == found[0][:1].repeat(9, axis=0).tobytes()


@needs_suite
def test_the_command_follows_the_suites_convention(tmp_path):
    run = [sys.executable, "-m", "speciosa.engine.sbml_suite", str(CASES)]
    subprocess.run([*run, "00026", str(tmp_path / "out")], check=True)  # noqa: S603 - our own command
    with (tmp_path / "out" / "00026.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = list(csv.reader(file))

    assert head == ["time", *sbml_suite.Case.read(CASES, "00026").variables]
    expected = sbml_suite.Case.read(CASES, "00026").expected()
    np.testing.assert_allclose(np.array(lines, dtype=float)[:, 1:], expected, rtol=1e-3, atol=1e-4)


@needs_suite
def test_the_summary_names_what_does_not_pass(capsys):
    refused = next(iter(REFUSED))

    assert sbml_suite.main([str(CASES), "00001", refused]) == 1
    printed = capsys.readouterr().out
    assert f"{refused}: " in printed
    assert "1 of 2 cases pass." in printed
    assert sbml_suite.main([str(CASES), "00001"]) == 0


def test_a_case_that_is_not_there_is_told(tmp_path, capsys):
    assert sbml_suite.main([str(tmp_path), "99999", str(tmp_path / "out")]) == 1
    assert "The case '99999' cannot be read" in capsys.readouterr().err


def small_case(folder, body, expected, settings=""):
    folder = folder / "00001"
    folder.mkdir()
    lines = {"start": 0, "duration": 1, "steps": 1, "variables": "x", "absolute": 1e-6, "relative": 1e-6}
    lines |= {"amount": "", "concentration": ""}
    text = "\n".join(f"{key}: {value}" for key, value in lines.items()) + settings
    (folder / "00001-settings.txt").write_text(text, encoding="utf-8")
    (folder / "00001-results.csv").write_text("time,x\n" + expected, encoding="utf-8")
    if body:
        sbml = engine.to_sbml(f"model m()\n {body};\nend")
        (folder / "00001-sbml-l3v2.xml").write_text(sbml, encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "expected", "sentence"),
    [
        ("x = 1; x' = 1", "0,1\n1,2\n", ""),
        ("x = 1; y := 1 / 0; x := y", "0,INF\n1,INF\n", ""),
        ("x = 1; x' = 1", "0,1\n1,3\n", "x at 1 is 2; expected 3 (1 of 2 values differ)."),
        ("x = 1; x' = 1", "0,1\n", "There are (2, 1) values; expected (1, 1)."),
        ("x = 1; x' = 9 * x^2", "0,1\n1,3\n", "The case 00001 ends with: "),
        ("", "", "The case '00001' holds no SBML file."),
    ],
)
def test_what_is_wrong_with_a_case_is_told(body, expected, sentence, tmp_path):
    small_case(tmp_path, body, expected)
    found = sbml_suite.compare(tmp_path, "00001")

    assert found.startswith(sentence)
    assert bool(found) == bool(sentence)


def test_infinities_and_nan_are_written_as_the_suite_does(tmp_path):
    small_case(tmp_path, "x := piecewise(1 / 0, time < 0.5)", "0,INF\n1,NaN\n")

    path = sbml_suite.write(sbml_suite.Case.read(tmp_path, "00001"), tmp_path / "out")
    assert path.read_text(encoding="utf-8") == "time,x\n0.0,INF\n1.0,NaN\n"
    with pytest.raises(EngineError, match="cannot be read"):
        sbml_suite.Case.read(tmp_path, "00002")
