"""What the statements of a label can mean for one serving, and which of them cannot hold together.

A share without a name may be of mitragynine or of all alkaloids; a ratio may count leaf or alkaloid. Each meaning is
computed; none is chosen because it is convenient.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from speciosa import certificates, knowledge
from speciosa.errors import InputError
from speciosa.products._amount import Amount, known, prior
from speciosa.products._label import ALKALOIDS, Kind, Statement

MITRAGYNINE, HYDROXY = "mitragynine", "7-hydroxymitragynine"
WHOLE = 1000.0  # mg in a gram
BY_MASS = "mg/g"
ROUNDING = 1.1  # what rounding of printed numbers explains; above it, two statements differ


@dataclass(frozen=True)
class Serving:
    """One serving, as far as the label says.

    Attributes:
        extract_g: mass of extract in it, g; a stated prior where the label does not say.
        volume_ml: its volume, mL; ``None`` where the label does not say.
        per_pack: servings in a package; ``None`` where the label does not say: then the package counts as one.
        mass_stated: whether the label says the mass.
    """

    extract_g: Amount
    volume_ml: float | None
    per_pack: float | None
    mass_stated: bool


@dataclass(frozen=True)
class Reading:
    """One meaning of one statement.

    Attributes:
        statement: of the label.
        meaning: in words.
        analyte: the alkaloid that it gives.
        mg: of it in one serving; ``None`` where the label leaves that open.
        mg_per_g: of it in the extract; ``None`` where it says nothing of that.
        impossible: why it cannot be true; empty where it can.
        label_mass: whether ``mg`` rests on a mass or volume that the label states.
    """

    statement: Statement
    meaning: str
    analyte: str
    mg: Amount | None
    mg_per_g: Amount | None = None
    impossible: str = ""
    label_mass: bool = True


@dataclass(frozen=True)
class Contradiction:
    """Two statements of a label that cannot both hold.

    Attributes:
        statements: the two.
        analyte: what they disagree about.
        apart: how many-fold, between their nearest meanings.
        nearest: these meanings.
        of: what is compared, ``mg in one serving`` or ``mg/g``.
    """

    statements: tuple[Statement, Statement]
    analyte: str
    apart: float
    nearest: tuple[Reading, Reading]
    of: str


def serving(label: Sequence[Statement]) -> Serving:
    """Mass, volume and count of a serving.

    Raises:
        InputError: two statements give different masses, volumes or counts.
    """
    count = _one(label, Kind.COUNT)
    per_pack = None if count is None else count.value
    mass, volume = _one(label, Kind.EXTRACT), _one(label, Kind.VOLUME)
    grams = None if mass is None else _share_of_pack(mass, per_pack) / 1000.0
    return Serving(
        extract_g=prior("extract_mass_per_serving") if grams is None else known(grams),
        volume_ml=None if volume is None else _share_of_pack(volume, per_pack, pack=True),
        per_pack=per_pack,
        mass_stated=grams is not None,
    )


def readings(label: Sequence[Statement], one: Serving) -> tuple[Reading, ...]:
    """Every meaning of every statement that gives an alkaloid."""
    return tuple(reading for statement in label for reading in _meanings(statement, one))


def contradictions(found: Sequence[Reading]) -> tuple[Contradiction, ...]:
    """Pairs of statements of which no meanings agree, by mass in a serving and by content of the extract."""
    return tuple(_disagreements(found))


def _disagreements(found: Sequence[Reading]) -> Iterator[Contradiction]:
    statements = list(dict.fromkeys(r.statement for r in found))
    for first, second in combinations(statements, 2):
        for analyte in dict.fromkeys(r.analyte for r in found if r.statement == first):
            mine = [r for r in found if r.statement == first and r.analyte == analyte]
            yours = [r for r in found if r.statement == second and r.analyte == analyte]
            worst = _apart(first, second, analyte, mine, yours)
            if worst is not None:
                yield worst


def _apart(
    first: Statement, second: Statement, analyte: str, mine: Sequence[Reading], yours: Sequence[Reading]
) -> Contradiction | None:
    """The contradiction of two statements about one alkaloid, if there is one; content before mass."""
    for of, pick in (("mg/g", lambda r: r.mg_per_g), ("mg in one serving", _stated_mg)):
        pairs = [(a, b, pick(a), pick(b)) for a in mine for b in yours]
        compared = [(_gap(x, y), a, b) for a, b, x, y in pairs if x is not None and y is not None]
        if compared:
            gap, a, b = min(compared, key=lambda entry: entry[0])
            if gap > ROUNDING:
                return Contradiction((first, second), analyte, gap, (a, b), of)
    return None


def _stated_mg(reading: Reading) -> Amount | None:
    """The mass where nothing but the label gives it: an assumed mass of extract contradicts nobody."""
    return reading.mg if reading.label_mass else None


def _gap(first: Amount, second: Amount) -> float:
    """How many-fold two amounts lie apart at the nearest ends of their ranges; 1 where they overlap."""
    return max(1.0, first.low / second.high, second.low / first.high)


def _meanings(said: Statement, one: Serving) -> Iterator[Reading]:
    if said.kind is Kind.AMOUNT:
        mg = known(_share_of_pack(said, one.per_pack))
        if said.analyte == ALKALOIDS:
            words = f"one serving holds {mg.median:g} mg of all alkaloids, of which mitragynine is a part"
            yield Reading(said, words, MITRAGYNINE, mg * _part())
        else:
            whole = one.extract_g if one.mass_stated else None
            content = mg / whole if whole is not None else None
            words = f"one serving holds {mg.median:g} mg {said.analyte}"
            yield Reading(said, words, said.analyte, mg, content, _too_much(content))
    elif said.kind is Kind.CONTENT:
        yield from _content(said, one)
    elif said.kind is Kind.SHARE:
        yield from _shares(said, one)
    elif said.kind is Kind.RATIO:
        yield from _ratios(said, one)


def _content(said: Statement, one: Serving) -> Iterator[Reading]:
    analyte = said.analyte if said.analyte not in {"", ALKALOIDS} else MITRAGYNINE
    part = _part() if said.analyte == ALKALOIDS else known(1.0)
    of = "all alkaloids, of which mitragynine is a part" if said.analyte == ALKALOIDS else analyte
    if said.unit == "mg/mL":
        mg = None if one.volume_ml is None else part * (said.value * one.volume_ml)
        yield Reading(said, f"{said.value:g} mg of {of} in each mL", analyte, mg)
    else:
        yield _by_content(said, f"{said.value:g} mg of {of} in each g of extract", analyte, part * said.value, one)


def _shares(said: Statement, one: Serving) -> Iterator[Reading]:
    content = known(10.0 * said.value)  # per cent to mg/g
    if said.analyte not in {"", ALKALOIDS}:
        yield _by_content(said, f"{said.value:g} % of the extract is {said.analyte}", said.analyte, content, one)
        return
    if said.analyte == "":
        yield _by_content(said, f"{said.value:g} % of the extract is mitragynine", MITRAGYNINE, content, one)
    words = f"{said.value:g} % of the extract is alkaloids, of which mitragynine is a part"
    yield _by_content(said, words, MITRAGYNINE, content * _part(), one)


def _ratios(said: Statement, one: Serving) -> Iterator[Reading]:
    leaf = prior("leaf_mitragynine") * said.value
    leaf_words = f"each g of extract is made of {said.value:g} g of leaf"
    yield _by_content(said, leaf_words, MITRAGYNINE, leaf * prior("extract_recovery"), one)
    yield _by_content(said, f"each g holds {said.value:g} times the mitragynine of leaf", MITRAGYNINE, leaf, one)


def _by_content(said: Statement, meaning: str, analyte: str, content: Amount, one: Serving) -> Reading:
    able = Amount(np.minimum(content.draws, WHOLE), content.rows)  # no extract is more than all alkaloid
    return Reading(said, meaning, analyte, able * one.extract_g, content, _too_much(content), one.mass_stated)


def assumptions(label: Sequence[Statement], one: Serving) -> tuple[str, ...]:
    """What the label leaves open about a serving, and how it was taken, in words."""
    return tuple(_assumptions(label, one))


def _assumptions(label: Sequence[Statement], one: Serving) -> Iterator[str]:
    packs = [s for s in label if s.per == "pack" and s.kind is not Kind.COUNT]
    if one.per_pack is None and packs:
        yield f"The label does not say how many servings a package holds, so “{packs[0].text}” counts as one serving."
    open_ones = [s for s in label if s.per == "" and s.kind in {Kind.AMOUNT, Kind.EXTRACT}]
    if one.per_pack is not None and open_ones:
        listed = ", ".join(f"“{s.text}”" for s in open_ones)
        yield f"The label does not say whether {listed} means a serving or the package; it is taken for a serving."
    if not one.mass_stated and any(s.kind in {Kind.SHARE, Kind.RATIO} or s.unit == BY_MASS for s in label):
        yield (
            "The label does not say how much extract a serving holds. A share or a ratio without it says little: "
            f"{one.extract_g.low:.2g} to {one.extract_g.high:.2g} g is assumed."
        )


def _too_much(content: Amount | None) -> str:
    """Why a content cannot be, by what it weighs alone; or that nothing like it was measured."""
    if content is None:
        return ""
    if content.low > WHOLE:
        return "it would weigh more than the extract itself"
    most, study, _ = richest()
    return f"no product was measured above {most:g} mg/g ({study})" if content.low > most else ""


@cache
def richest() -> tuple[float, str, str]:
    """The highest mitragynine of any product that was measured: mg/g, the study, its qualified row."""
    found = []
    for row in knowledge.load().find("alkaloid_content", analyte=MITRAGYNINE):
        scale = certificates.per_gram(1.0, (row.unit or "").removesuffix(" w/w"))
        ends = [v for v in (row.value_max, row.value_mean) if v is not None]
        if scale is not None and ends:
            found.append((scale * float(max(ends)), row.study, f"alkaloid_content:{row.id}"))
    return max(found)


def _part() -> Amount:
    return prior("mitragynine_share_of_alkaloids")


def _share_of_pack(said: Statement, per_pack: float | None, *, pack: bool = False) -> float:
    """What of a number falls on one serving; ``pack`` where an unnamed number means the package."""
    whole = said.per == "pack" or (pack and said.per == "")
    return said.value / per_pack if whole and per_pack else said.value


def _one(label: Sequence[Statement], kind: Kind) -> Statement | None:
    found = [s for s in label if s.kind is kind]
    for other in found[1:]:
        if (other.value, other.per) != (found[0].value, found[0].per):
            raise InputError("label", other.text, f"one {kind} only, and the label also says {found[0].text!r}")
    return found[0] if found else None
