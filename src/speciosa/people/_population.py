"""Virtual people: the same person by number in any population."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from speciosa.people import _disease, _function, _pregnancy, _who
from speciosa.people._body import Body, body
from speciosa.people._draws import numbers
from speciosa.people._notes import having, notes, rows
from speciosa.people._states import States, states
from speciosa.people._traits import Traits, traits
from speciosa.people._who import Who

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Virtual people.

    Attributes:
        values: name → (n,), read-only. ``age_y``; ``height_cm``; ``weight_kg``; ``hematocrit`` (fraction);
            ``binding_rel``, ``gastric_emptying_rel``, ``intestinal_transit_rel``, ``CYP3A_liver``, ``CYP3A_gut``,
            ``CYP2D6_liver``, ``CYP2C19_liver`` (over the typical person); ``gfr_mL_min``; ``liver_function`` (share of
            the liver's volume that works as healthy liver does, by the strictest rows); ``portal_shunt`` (share of the
            portal blood that flows past the liver); ``CYP…_disease`` (what a disease has left of that activity, already
            counted); ``V_…`` (L); ``Q_…`` (L/h).
        labels: ``sex``, ``ancestry``, ``CYP2D6``, ``CYP2C19``, ``CYP3A5``, and ``child_pugh`` of people with cirrhosis
            → a word per person.
        having: what conditions the virtual people have, and what of these is left out, in sentences.
        rows: ids of the knowledge rows behind these conditions.
        notes: what could not be taken into account, in sentences.
    """

    values: Mapping[str, Array]
    labels: Mapping[str, tuple[str, ...]]
    having: tuple[str, ...]
    rows: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def size(self) -> int:
        """Number of people."""
        return int(self.values["age_y"].size)


def population(n: int, seed: int, who: Who) -> Population:
    """Draw people 0 … n-1.

    Person *k* of a seed is the same, bit for bit, whatever ``n`` is.

    Args:
        n: number of people.
        seed: 0 to 2⁶⁴ - 1.
        who: what is fixed for all of them.

    Raises:
        KnowledgeError: a row is missing or cannot be read.
    """
    drawn = numbers(n, seed)
    person = traits(drawn, who)
    ill = states(drawn, who)
    before = person
    if ill.week is not None:
        before, person = _pregnancy.weights(person, ill.week, told=who.weight_kg is not None)
    made = _disease.body(_pregnancy.body(body(drawn, before), ill.week), ill)
    values = {
        "age_y": person.age,
        "height_cm": person.height,
        "weight_kg": person.weight,
        **{f"V_{organ}": litres for organ, litres in made.volume.items()},
        **{f"Q_{organ}": flow for organ, flow in made.flow.items()},
        **_function.blood(drawn, person),
        **_function.filtration(drawn, person, made.bsa),
        **_function.transit(drawn),
        **_function.enzymes(drawn, person),
        "liver_function": np.ones(n),
        "portal_shunt": made.portal_shunt,
    }
    values = _disease.function(_pregnancy.function(values, ill.week), ill, made.bsa)
    for value in values.values():
        value.setflags(write=False)
    return Population(
        values=MappingProxyType(values),
        labels=MappingProxyType(_labels(person, ill)),
        having=tuple(having(who)),
        rows=tuple(dict.fromkeys(rows(who))),
        notes=notes(who, _count(made), n),
    )


def _count(made: Body) -> int:
    return int(np.count_nonzero(made.squeezed))


def _labels(person: Traits, ill: States) -> dict[str, tuple[str, ...]]:
    words = {
        "sex": (("F", "M"), person.sex),
        "ancestry": (_who.ancestries(), person.ancestry),
        "CYP2D6": (_who.CYP2D6, person.cyp2d6),
        "CYP2C19": (_who.CYP2C19, person.cyp2c19),
        "CYP3A5": (_who.CYP3A5, person.cyp3a5),
    }
    if ill.child_pugh is not None:
        words["child_pugh"] = (_who.CHILD_PUGH, ill.child_pugh)
    return {name: tuple(np.array(known)[index].tolist()) for name, (known, index) in words.items()}
