"""Which medicines the model holds, what is missing of the others, and what it leaves out of those it holds."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

import yaml

from speciosa import knowledge, models

_ENZYME = re.compile(r"\b(CYP\w+|UGT\w+|P-gp|OATP\w+|BCRP)\b")
_IN_MODEL = {"CYP3A4": "CYP3A", "CYP3A5": "CYP3A", "CYP3A": "CYP3A", "CYP2D6": "CYP2D6"}


def held() -> tuple[str, ...]:
    """Ids of the medicines that the model holds."""
    return models.network().of_kind("medicine")


def missing(substance: str) -> tuple[str, ...]:
    """What no row of ``victims`` says of a substance that the model does not hold, in words.

    Args:
        substance: its id in ``substances``.
    """
    known = knowledge.load()
    names = {substance, known.row(f"substances:{substance}").name}
    said = [row.parameter for row in known.table("victims") if row.drug in names]
    return tuple(
        piece for piece, words in _pieces().items() if not any(word in text for word in words for text in said)
    )


def left_out(medicine: str) -> tuple[str, ...]:
    """What is known of a medicine of the model and not in it, as sentences."""
    row = knowledge.load().row(f"substances:{medicine}")
    compound = models.network().compounds[medicine]
    return tuple(_outside(compound, row.victim_of or "", row.perpetrator or ""))


def _outside(compound: models.Compound, cleared_by: str, acts_on: str) -> Iterator[str]:
    others = [name for name in _named(cleared_by) if _IN_MODEL.get(name) not in compound.enzymes]
    if others:
        yield (
            f"{compound.name.capitalize()} is also handled by {', '.join(others)}: in the model these routes are not "
            "changed by anything."
        )
    acting = [name for name in _named(acts_on) if _IN_MODEL.get(name) not in compound.enzymes]
    if acting:
        yield f"What {compound.name} does to {', '.join(acting)} is not in the model."
    if not compound.seen:
        yield (
            f"What is meant here is what {compound.name} does to the enzyme of the gut: it stands as one compound, and "
            "its own concentration says nothing."
        )


def _named(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ENZYME.findall(text)))


@cache
def _pieces() -> dict[str, list[str]]:
    text = (resources.files("speciosa.exposure") / "pieces.yaml").read_text(encoding="utf-8")
    pieces: dict[str, list[str]] = yaml.safe_load(text)
    return pieces
