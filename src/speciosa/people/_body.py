"""Sizes of organs and how blood is shared out among them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speciosa.errors import KnowledgeError
from speciosa.people import _rows
from speciosa.people._draws import Numbers
from speciosa.people._equation import equation
from speciosa.people._traits import Traits

Array = NDArray[np.float64]

MINUTES_PER_HOUR = 60.0
PORTAL = ("gut", "pancreas", "spleen")  # organs that drain into the portal vein


@dataclass(frozen=True)
class Body:
    """Organs and flows of people 0 … n-1, every array shaped (n,).

    Attributes:
        bsa: body surface, m².
        mass: organ → kg; blood and adipose included. They add up to the weight.
        volume: organ or blood pool → L.
        flow: organ → L/h. They add up to the cardiac output.
        squeezed: people whose drawn lean organs left too little room for fat and were made smaller.
        portal_shunt: share of the portal blood that flows past the liver.
    """

    bsa: Array
    mass: dict[str, Array]
    volume: dict[str, Array]
    flow: dict[str, Array]
    squeezed: NDArray[np.bool_]
    portal_shunt: Array


def body(drawn: Numbers, person: Traits) -> Body:
    """Size every organ, let fat close the balance, share out the blood flow."""
    bsa = equation("bsa", person.male, H=person.height, W=person.weight)
    lean = _lean(drawn, person, bsa)
    total = add(lean)
    room = person.weight * (1.0 - _rows.number("prior:minimal_fat_share"))
    shrink = np.minimum(1.0, room / total)
    mass = {organ: kg * shrink for organ, kg in lean.items()}
    mass["adipose"] = person.weight - add(mass)
    return Body(bsa, mass, volumes(mass), _flows(drawn, person), shrink < 1.0, np.zeros(drawn.count))


def _lean(drawn: Numbers, person: Traits, bsa: Array) -> dict[str, Array]:
    """Mass of everything but fat, kg: scaled from the reference person, spread around it."""
    scaled = _Scaled(person, bsa)
    return {
        organ: scaled.mass(entry) * drawn.factor(f"mass_{organ}", _rows.log_sd(entry["spread"]))
        for organ, entry in _rows.declared()["organs"].items()
    }


class _Scaled:
    """The mass of an organ in a typical person of this sex, age, height and weight."""

    def __init__(self, person: Traits, bsa: Array) -> None:
        reference = _rows.declared()["reference"]
        self.person = person
        self.H_ref = _rows.by_sex(reference["height_cm"])[person.sex]
        self.W_ref = _rows.by_sex(reference["weight_kg"])[person.sex]
        self.bsa = bsa
        self.bsa_ref = equation("bsa", person.male, H=self.H_ref, W=self.W_ref)
        self.lean = equation(
            "lean_factor",
            person.male,
            LBW=_lean_mass(person.male, person.height, person.weight),
            LBW_ref=_lean_mass(person.male, self.H_ref, self.W_ref),
        )

    def mass(self, entry: Mapping[str, Any]) -> Array:
        """By the organ's rule in ``rows.yaml``, kg.

        Raises:
            KnowledgeError: there is no such rule.
        """
        male = self.person.male
        match entry["rule"]:
            case "lean":
                return self._reference(entry) * self.lean
            case "liver":
                return self._reference(entry) * self.lean * self._liver_left()
            case "muscle":  # the loss with age is stated at the reference height; the whole then follows lean mass
                ref, age = self._reference(entry), self.person.age
                return equation("muscle_at_age", male, ref=ref, H=self.H_ref, H_ref=self.H_ref, age=age) * self.lean
            case "skin":
                return self._reference(entry) * equation("skin_factor", male, BSA=self.bsa, BSA_ref=self.bsa_ref)
            case "brain":
                return equation("brain_mass", male, age=self.person.age)
            case "blood":
                return equation("blood_mass", male, BSA=self.bsa)
            case other:
                raise KnowledgeError(f"rows.yaml names the rule {other!r} for an organ; there is no such rule.")

    def _reference(self, entry: Mapping[str, Any]) -> Array:
        return _rows.by_sex(entry["mass"])[self.person.sex]

    def _liver_left(self) -> Array:
        """What age leaves of the liver: a loss per year within the ages that the row covers."""
        key = _rows.declared()["liver_loss_per_year"]
        first, last = _rows.age_range(key)
        return 1.0 + _rows.number(key) / 100.0 * (np.clip(self.person.age, first, last) - first)


def _lean_mass(male: NDArray[np.bool_], height: Array, weight: Array) -> Array:
    return equation("lean_mass", male, W=weight, BMI=weight / (height / 100.0) ** 2)


def volumes(mass: dict[str, Array]) -> dict[str, Array]:
    """Litres. All blood is in the two pools: organs are without it, as the rows weigh them."""
    declared = _rows.declared()
    density = {organ: _rows.number(entry["density"]) for organ, entry in declared["organs"].items()}
    density["adipose"] = _rows.number(declared["adipose_density"])
    volume = {organ: kg / density[organ] for organ, kg in mass.items()}
    blood = volume.pop("blood")
    share = {pool: _rows.number(key) for pool, key in declared["pools"].items()}
    outside = sum(share.values())
    return volume | {pool: blood * part / outside for pool, part in share.items()}


def _flows(drawn: Numbers, person: Traits) -> dict[str, Array]:
    """L/h: shares of the cardiac output, each with its spread, brought back to the whole."""
    declared = _rows.declared()
    reference = declared["reference"]
    output = equation(
        "cardiac_output",
        person.male,
        CO_ref=_rows.by_sex(reference["cardiac_output_L_min"])[person.sex] * MINUTES_PER_HOUR,
        age=person.age,
        H=person.height,
        H_ref=_rows.by_sex(reference["height_cm"])[person.sex],
    )
    output = output * drawn.factor("cardiac_output", _rows.log_sd(declared["cardiac_output_spread"]))
    typical = {organ: _rows.by_sex(entry) for organ, entry in declared["flows"].items()}
    spread = {organ: _rows.log_sd(entry["spread"]) for organ, entry in declared["flows"].items()}
    typical["rest"] = 100.0 - np.sum(list(typical.values()), axis=0)
    spread["rest"] = max(spread.values())
    share = {o: value[person.sex] * drawn.factor(f"flow_{o}", spread[o]) for o, value in typical.items()}
    whole = add(share)
    return {organ: output * part / whole for organ, part in share.items()}


def close(flow: Mapping[str, Array], output: Array, fixed: Collection[str]) -> dict[str, Array]:
    """The flows of all organs that are not fixed, grown or shrunk by one factor so that the whole is the output."""
    held = add({organ: part for organ, part in flow.items() if organ in fixed})
    free = add({organ: part for organ, part in flow.items() if organ not in fixed})
    factor = (output - held) / free
    return {organ: part if organ in fixed else part * factor for organ, part in flow.items()}


def add(parts: Mapping[str, Array]) -> Array:
    """In one order for any number of people, so that a person's sum never depends on the others."""
    first, *others = parts.values()
    total = first.copy()
    for part in others:
        total += part
    return total
