"""Who a virtual person is: age, sex, ancestry, height, weight, genotypes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from speciosa.people import _rows, _who
from speciosa.people._draws import Numbers
from speciosa.people._who import Who

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Traits:
    """Traits of people 0 … n-1, every array shaped (n,).

    Attributes:
        age: years.
        male: sex.
        ancestry: index into :func:`speciosa.people.ancestries`.
        height: cm.
        weight: kg.
        cyp2d6: index into the phenotypes of CYP2D6.
        cyp3a5: index into those of CYP3A5.
        cyp2c19: index into those of CYP2C19.
    """

    age: Array
    male: NDArray[np.bool_]
    ancestry: Index
    height: Array
    weight: Array
    cyp2d6: Index
    cyp3a5: Index
    cyp2c19: Index

    @property
    def sex(self) -> Index:
        """Index into every array by sex."""
        return self.male.astype(np.int64)


def traits(drawn: Numbers, who: Who) -> Traits:
    """What is fixed, and for the rest what was drawn."""
    age = _age(drawn, who)
    male = _male(drawn, who)
    ancestry = _ancestry(drawn, who)
    height, weight = _size(drawn, who, age, male, ancestry)
    return Traits(
        age=age,
        male=male,
        ancestry=ancestry,
        height=height,
        weight=weight,
        cyp2d6=_phenotype(drawn, "CYP2D6", who.cyp2d6, _who.CYP2D6, ancestry),
        cyp3a5=_cyp3a5(drawn, who, ancestry),
        cyp2c19=_phenotype(drawn, "CYP2C19", who.cyp2c19, _who.CYP2C19, ancestry),
    )


def at_age(quantity: str, column: str, age: Array, male: NDArray[np.bool_]) -> Array:
    """A column of the rows by age group, (n,): straight lines between the middles of the groups, level beyond them."""
    lines = []
    for sex in _rows.SEXES:
        keys = _rows.declared()["by_age"][quantity][sex]
        ranges = [_rows.age_range(key) for key in keys]
        middle = [(first + last + 1.0) / 2.0 for first, last in ranges]  # 18-29 means up to the thirtieth birthday
        lines.append(np.interp(age, middle, [_rows.row(key).number(column) for key in keys]))
    chosen: Array = np.where(male, lines[1], lines[0])
    return chosen


def _age(drawn: Numbers, who: Who) -> Array:
    if who.age_y is not None:
        return np.full(drawn.count, float(who.age_y))
    low, high = (_rows.row("prior:adult_age").number(end) for end in ("low", "high"))
    age: Array = low + (high - low) * drawn.uniform("age")
    return age


def _male(drawn: Numbers, who: Who) -> NDArray[np.bool_]:
    if who.sex is not None:
        return np.full(drawn.count, who.sex == "M")
    return drawn.uniform("sex") >= _rows.number("prior:female_share")


def _ancestry(drawn: Numbers, who: Who) -> Index:
    if who.ancestry is not None:
        return np.full(drawn.count, _who.ancestries().index(who.ancestry), dtype=np.int64)
    return pick(drawn.uniform("ancestry"), np.array(list(shares().values())))


def shares() -> dict[str, float]:
    """Share of each ancestry in the mixture that stands for a person who did not say."""
    groups = _rows.declared()["ancestry"]
    found = {name: _rows.number(f"prior:{e['share']}") if "share" in e else 0.0 for name, e in groups.items()}
    total = sum(found.values())
    return {name: share / total for name, share in found.items()}


def _size(drawn: Numbers, who: Who, age: Array, male: NDArray[np.bool_], ancestry: Index) -> tuple[Array, Array]:
    """Height and weight: normal and log-normal, correlated; what is fixed shifts what is not."""
    sex = male.astype(np.int64)
    shift, widen = _group_height()
    centre = at_age("height", "value", age, male) + shift[ancestry, sex]
    spread = at_age("height", "sd", age, male) * widen[ancestry, sex]
    heavier, widen = _group_weight()
    log_centre = np.log(at_age("weight", "value", age, male)) + heavier[ancestry, sex]
    log_spread = at_age("weight", "sdlog", age, male) * widen[ancestry, sex]
    together = at_age("height_weight_correlation", "value", age, male)
    alone = np.sqrt(1.0 - together**2)

    tall = drawn.normal("height")
    if who.weight_kg is not None:
        heavy = (np.log(who.weight_kg) - log_centre) / log_spread
        tall = together * heavy + alone * tall
    if who.height_cm is not None:
        tall = (who.height_cm - centre) / spread
    height = centre + spread * tall
    weight = np.exp(log_centre + log_spread * (together * tall + alone * drawn.normal("weight")))
    fixed_height = height if who.height_cm is None else np.full_like(height, who.height_cm)
    return fixed_height, weight if who.weight_kg is None else np.full_like(weight, who.weight_kg)


def _group_height() -> tuple[Array, Array]:
    """Of each ancestry and sex: cm above all adults, and spread over that of all adults; (groups, 2) each."""
    everyone = _rows.declared()["everyone"]["height"]
    shift, widen = [], []
    for entry in _rows.declared()["ancestry"].values():
        here = entry["height"]
        shift.append(_rows.by_sex(here) - _rows.by_sex(everyone))
        widen.append([_sd(here[sex]) / _sd(everyone[sex]) for sex in _rows.SEXES])
    return np.array(shift), np.array(widen)


def _group_weight() -> tuple[Array, Array]:
    """As :func:`_group_height`, of the logarithm of the weight."""
    everyone = _rows.declared()["everyone"]["weight"]
    shift, widen = [], []
    for entry in _rows.declared()["ancestry"].values():
        here = entry["weight"]
        shift.append([_rows.log_median(here[sex]) - _rows.log_median(everyone[sex]) for sex in _rows.SEXES])
        widen.append([_rows.log_sd(here[sex]) / _rows.log_sd(everyone[sex]) for sex in _rows.SEXES])
    return np.array(shift), np.array(widen)


def _sd(key: str) -> float:
    return float(_rows.row(key).number("sd"))


def _phenotype(drawn: Numbers, enzyme: str, told: str | None, known: tuple[str, ...], ancestry: Index) -> Index:
    """Index into the phenotypes of an enzyme, by their frequencies in the ancestry."""
    if told is not None:
        return np.full(drawn.count, known.index(told), dtype=np.int64)
    groups = _rows.declared()["ancestry"].values()
    share = np.array([[_rows.number(entry[enzyme][phenotype]) for phenotype in known] for entry in groups])
    return pick(drawn.uniform(enzyme), share[ancestry])


def _cyp3a5(drawn: Numbers, who: Who, ancestry: Index) -> Index:
    if who.cyp3a5 is not None:
        return np.full(drawn.count, _who.CYP3A5.index(who.cyp3a5), dtype=np.int64)
    groups = _rows.declared()["ancestry"].values()
    none = np.array([_rows.number(entry["CYP3A5_non_expresser"]) for entry in groups]) / 100.0
    return pick(drawn.uniform("CYP3A5"), np.column_stack([none, 1.0 - none])[ancestry])


def pick(uniform: Array, share: Array) -> Index:
    """A choice per person: ``share`` (choices,) or (n, choices), in any unit, need not add up to one."""
    ends = np.cumsum(share, axis=-1)
    ends = ends / ends[..., -1:]
    passed: Index = np.sum(uniform[:, np.newaxis] >= ends[..., :-1], axis=-1)
    return passed
