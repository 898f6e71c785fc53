"""Cases of the SBML semantic test suite that pass and must stay passing; cases that must be refused.

The suite lies outside the project: ``SPECIOSA_SBML_SUITE``, or ``shared/sbml-test-suite`` beside it.
"""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from speciosa import engine
from speciosa.errors import EngineError

SUITE = Path(os.environ.get("SPECIOSA_SBML_SUITE") or Path(__file__).parents[2] / "shared" / "sbml-test-suite")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not (SUITE / "index.csv").exists(), reason="the SBML test suite is not here"),
]

# chosen so that together they hold every pair of features that passes
PASSING = """
00027 00111 00112 00117 00119 00180 00248 00293 00295 00304 00498 00504 00510 00528 00577 00580
00595 00598 00688 00703 00704 00721 00740 00854 00860 00877 00881 00882 00891 00895 00896 01005
01018 01024 01030 01036 01062 01199 01205 01288 01290 01308 01338 01639 01762 01763 01807 01809
""".split()  # noqa: SIM905 - a column of numbers reads better


def read_index():
    with (SUITE / "index.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_settings(case):
    text = (SUITE / "semantic" / case / f"{case}-settings.txt").read_text(encoding="utf-8")
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in text.splitlines()) if key}


def names(text):
    return [name.strip() for name in text.split(",") if name.strip()]


def expected_values(case, variables):
    with (SUITE / "semantic" / case / f"{case}-results.csv").open(encoding="utf-8", newline="") as file:
        head, *lines = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    return np.array([[float(line[head.index(name)]) for name in variables] for line in lines])


def simulated(case, file):
    """The variables as the suite reports them: a species as amount or as concentration, whatever its symbol means."""
    wanted = read_settings(case)
    variables, amounts, concentrations = (names(wanted[key]) for key in ("variables", "amount", "concentration"))
    model = engine.load(SUITE / "semantic" / case / file)
    species = {q.name: q for q in model.quantities if q.kind == "species"}
    homes = {species[name].home for name in variables if name in species}
    kernel = engine.compile(model, tuple(dict.fromkeys([*variables, *homes])), lanes=1, cache=False)
    start, duration, steps = float(wanted["start"]), float(wanted["duration"]), int(wanted["steps"])
    result = kernel.simulate({}, np.linspace(start, start + duration, steps + 1), rtol=1e-9, atol=1e-14)
    assert result.counts() == {"ok": 1}, result.counts()
    columns = []
    for name in variables:
        values = result.output(name)[0]
        if name in species:
            volume = result.output(species[name].home)[0]
            if name in amounts and species[name].concentration:
                values = values * volume
            if name in concentrations and not species[name].concentration:
                values = values / volume
        columns.append(values)
    allowed = float(wanted["absolute"]), float(wanted["relative"])
    return np.column_stack(columns), expected_values(case, variables), allowed


@pytest.mark.parametrize("case", PASSING)
def test_a_case_that_passes(case):
    (file,) = [row["file"] for row in read_index() if row["case"] == case]
    found, expected, (absolute, relative) = simulated(case, file)

    np.testing.assert_allclose(found, expected, rtol=relative, atol=absolute)


def test_what_cannot_be_computed_is_refused_and_never_computed_wrongly():
    accepted = []
    for row in read_index():
        if row["scope"] == "refuse":
            try:
                engine.load(SUITE / "semantic" / row["case"] / row["file"])
            except EngineError:
                continue
            accepted.append(row["case"])

    assert accepted == []
