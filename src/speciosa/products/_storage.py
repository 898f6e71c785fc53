"""What storage does to a product: losses, and 7-hydroxymitragynine made of what is lost. Mostly nobody measured it."""

from dataclasses import dataclass

import numpy as np

from speciosa.cases import Form
from speciosa.errors import InputError
from speciosa.products._amount import Amount, known, prior
from speciosa.products._composition import Composition
from speciosa.products._readings import HYDROXY, MITRAGYNINE

# where things are kept, and how warm that is, °C
PLACES = {"freezer": -18.0, "fridge": 5.0, "room": 20.0, "warm": 30.0, "hot": 45.0}
LIQUID = frozenset({Form.LIQUID_EXTRACT, Form.TEA})
LONGEST_MONTHS = 120.0
_ROOM, _STEP, _YEAR = 20.0, 10.0, 12.0
_MOLAR_RATIO = 414.5 / 398.5  # one 7-hydroxymitragynine from one mitragynine, g/mol over g/mol
# what was seen of storage, shown beside the figures
SEEN = ("extraction:EX019", "extraction:EX020", "extraction:EX021", "extraction:EX027", "extraction:EX029")


@dataclass(frozen=True)
class Storage:
    """One serving after storage.

    Attributes:
        months: how long.
        place: a key of :data:`PLACES`.
        before: mitragynine and 7-hydroxymitragynine as bought, mg.
        after: the same after storage.
    """

    months: float
    place: str
    before: dict[str, Amount]
    after: dict[str, Amount]


def stored(composition: Composition, form: Form, months: float, place: str = "room") -> Storage:
    """Mitragynine and 7-hydroxymitragynine of a serving after so many months.

    Raises:
        InputError: the time or the place is none.
    """
    if not 0 < months <= LONGEST_MONTHS:
        raise InputError("--stored", months, f"months above 0 and at most {LONGEST_MONTHS:g}")
    if place not in PLACES:
        raise InputError("--kept", place, f"one of {', '.join(PLACES)}")
    state = "liquid" if form in LIQUID else "dry"
    years = known(months / _YEAR) * _faster(PLACES[place])
    before = {h.analyte: h.mg for h in composition.held if h.analyte in {MITRAGYNINE, HYDROXY}}
    after: dict[str, Amount] = {}
    for analyte, mg in before.items():
        per_year = prior(f"{analyte}_kept_per_year_{state}")
        kept = Amount(np.power(per_year.draws, years.draws), per_year.rows)
        after[analyte] = mg * kept * known(1.0, *years.rows)
    if MITRAGYNINE in before:
        lost = Amount(before[MITRAGYNINE].draws - after[MITRAGYNINE].draws)
        share = prior("oxidised_to_7-hydroxymitragynine")
        made = lost * Amount(np.minimum(share.draws, 1.0), share.rows) * _MOLAR_RATIO
        after[HYDROXY] = after[HYDROXY] + made if HYDROXY in after else made
    return Storage(months, place, before, after)


def _faster(celsius: float) -> Amount:
    """How many-fold losses run compared with 20 °C."""
    ten = prior("loss_per_ten_degrees")
    return Amount(np.power(ten.draws, (celsius - _ROOM) / _STEP), ten.rows)
