"""Which parameter of the tables reaches which symbol of the model: found by moving each one and looking."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from speciosa import exposure
from speciosa.cases import Form, Regimen, Simulation
from speciosa.exposure import Draws, Setting
from speciosa.people import Who

_NUDGE = 0.93  # a share stays a share
_PEOPLE = 20


@dataclass(frozen=True)
class Reach:
    """What stands behind the symbols of the model.

    Attributes:
        behind: symbol → the parameters that move it.
        personal: symbols in which people differ at the same parameters.
    """

    behind: Mapping[str, tuple[str, ...]]
    personal: frozenset[str]


def reach(compounds: tuple[str, ...]) -> Reach:
    """Move every parameter of the tables by a little, in every form of the product, fasted and fed."""
    found: dict[str, dict[str, None]] = {}
    personal: set[str] = set()
    fed = Regimen("", "", (), food="fed")
    for form in Form:
        at = exposure.setting(Who(), form, Simulation(people=_PEOPLE, draws=0, seed=1), compounds, effects=True)
        personal |= {name for name, value in at.values.items() if np.ptp(value[:_PEOPLE]) > 0.0}
        one = exposure.median_person(at, _moved(at.draws))
        for table in (one, exposure.with_food(one, fed)):
            _collect(table, found)
    return Reach({name: tuple(sorted(parameters)) for name, parameters in found.items()}, frozenset(personal))


def _moved(draws: Draws) -> Draws:
    """The central draw, and one more for each parameter, in which it alone is another."""
    values = {name: np.full(len(draws.values) + 1, value[0]) for name, value in draws.values.items()}
    for row, (name, column) in enumerate(values.items(), 1):
        column[row] = column[0] * _NUDGE if column[0] else 0.1
        values[name] = column
    return Draws(values, draws.choices)


def _collect(at: Setting, found: dict[str, dict[str, None]]) -> None:
    names = list(at.by_run)
    for symbol, value in at.values.items():
        for row in np.flatnonzero(~np.isclose(value[1:], value[0], rtol=1e-12, atol=0.0)):
            found.setdefault(symbol, {})[names[row]] = None
