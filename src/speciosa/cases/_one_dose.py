"""One dose in people of no special kind: the case that asks what a product does, not what it does to whom."""

from collections.abc import Mapping
from datetime import date

from speciosa.cases._case import Case
from speciosa.cases._read import parse

ANYONE = "virtual men of 35 years, of all weights, who take nothing else"
_PERSON = {"age": 35, "sex": "M"}
PEOPLE, DRAWS = 100, 40


def one_dose(
    product: Mapping[str, object],
    amount: str,
    *,
    name: str = "one dose",
    place: str | None = None,
    on: date | None = None,
    seed: int = 1,
) -> Case:
    """A case of one dose, swallowed by :data:`ANYONE`; two of them with one seed run in the same people and draws.

    Args:
        product: the fields of a product, as in a case file.
        amount: of it, such as ``2 g``.
        name: of the regimen.
        place: where the person lives, ISO 3166.
        on: the day that laws are judged on; today where it is not given.
        seed: of people and draws.

    Raises:
        CaseError: a field cannot be used.
    """
    fields: dict[str, object] = {
        "title": name,
        "product": dict(product),
        "person": _PERSON | ({"place": place} if place else {}),
        "regimens": [{"name": name, "doses": [{"at": "0 h", "amount": amount}]}],
        "simulation": {"people": PEOPLE, "draws": DRAWS, "seed": seed},
    }
    return parse(fields | ({"asked_on": on.isoformat()} if on else {}))
