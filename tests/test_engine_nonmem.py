"""The 29 dosing scenarios that NONMEM itself computed.

They lie outside the project: ``SPECIOSA_NONMEM``, or ``shared/nonmem-dosing`` beside it.
"""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from engine_models import kernel
from speciosa.engine import Dosing

FOLDER = Path(os.environ.get("SPECIOSA_NONMEM") or Path(__file__).parents[2] / "shared" / "nonmem-dosing")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not (FOLDER / "records.csv").exists(), reason="the NONMEM scenarios are not here"),
]
SCENARIOS = range(1, 30)
MODEL = """
model nonmem()
  compartment body = 1;
  substanceOnly species depot in body, central in body;
  depot = 0; central = 0; KA = 1.5; CL = 1.1; V = 20;
  absorb: depot -> central; KA * depot;
  lose: central -> ; CL / V * central;
  CP := central / (V / 1000);
end
"""
CENTRAL = {
    "lag": {"central": "LAGT"},
    "bioavailability": {"central": "BIOAV"},
    "rates": {"central": "RAT2"},
    "durations": {"central": "DUR2"},
    "ignore": ("MODE",),
}


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
        return {column: [row[place] for row in rows] for place, column in enumerate(header)}


@cache
def scenarios():
    """NONMEM's numbers of each scenario's observations, and ours."""
    records, expected = read("records.csv"), read("nonmem-result.csv")
    result = kernel(MODEL, ("CP",)).simulate({}, dosing=Dosing.from_records(records, **CENTRAL))
    seen = np.array(records["evid"]) == "0"
    ids = np.array(expected["ID"])
    found = {}
    for person, name in enumerate(result.people):
        theirs = np.array(expected["CP"], dtype=float)[seen & (ids == name)]
        ours = result.values[person, :, 0]
        found[int(name)] = theirs, ours[: len(theirs)], result.status[person]
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario):
    theirs, ours, status = scenarios()[scenario]

    assert status == 0
    # NONMEM's table has five digits
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * theirs.max() * 1e-3)
