"""Units of certificates: one spelling for each, and what each is per gram."""

import re
from dataclasses import dataclass

PIECES = ("tablet", "capsule", "shot", "serving", "bottle", "sachet", "gummy", "piece")
_PIECE_WORDS = {
    "tab": "tablet",
    "cap": "capsule",
    "caps": "capsule",
    "kapsul": "capsule",
    "sajian": "serving",
    "gummie": "gummy",
    "unit": "piece",
    "article": "piece",
    "each": "piece",
    "packet": "sachet",
    "stick": "sachet",
}
# mass fractions, in mg per g
FRACTIONS = {
    "mg/g": 1.0,
    "%": 10.0,
    "ppm": 1e-3,
    "µg/g": 1e-3,
    "mg/kg": 1e-3,
    "ppb": 1e-6,
    "µg/kg": 1e-6,
    "ng/g": 1e-6,
}
_OTHERS = ("mg/mL", "µg/mL", "CFU/g", "CFU/mL", "MPN/g", "aw")
_SPELLINGS = {
    "%w/w": "%",
    "w/w%": "%",
    "wt%": "%",
    "%wt": "%",
    "%(w/w)": "%",
    "percent": "%",
    "g/100g": "%",
    "g/kg": "mg/g",
    "colonyformingunits/g": "CFU/g",
}
DENSEST = 2000.0  # mg/mL; no solution of an alkaloid comes near


@dataclass(frozen=True)
class Unit:
    """A unit in its one spelling.

    Attributes:
        name: such as ``mg/g``, ``%``, ``mg/unit``, ``CFU/g``, ``in 25 g``.
        per: for ``mg/unit`` and ``µg/unit`` the piece that was printed, such as ``tablet``; empty otherwise.
    """

    name: str
    per: str = ""

    @property
    def most(self) -> float | None:
        """The largest number that can be true in this unit, if there is one."""
        if self.name in FRACTIONS:
            return 1000.0 / FRACTIONS[self.name]
        return DENSEST if self.name == "mg/mL" else None


def unit_of(printed: str) -> Unit | None:
    """The unit behind a spelling; ``None`` when it is not one of ours."""
    text = re.sub(r"\s+", "", printed.strip().lower().replace("μ", "u").replace("µ", "u"))
    text = re.sub(r"^mcg", "ug", text.replace("milligrams", "mg").replace("grams", "g")).removesuffix(".")
    text = re.sub(r"(?<=[a-z])per(?=[a-z])", "/", text)
    text = re.sub(r"gram$", "g", text)
    if text in _SPELLINGS:
        return Unit(_SPELLINGS[text])
    for name in (*FRACTIONS, *_OTHERS):
        if text == name.lower().replace("µ", "u"):
            return Unit(name)
    sample = re.fullmatch(r"(?:in|per|/)?(\d{1,4})g", text)
    if sample is not None:
        return Unit(f"in {int(sample.group(1))} g")
    per = re.fullmatch(r"(mg|ug)/([a-z]+)", text)
    piece = piece_of(per.group(2)) if per is not None else None
    return Unit("mg/unit" if text.startswith("m") else "µg/unit", piece) if piece else None


def piece_of(word: str) -> str | None:
    """The piece that a word names, such as ``tablet`` for ``Tablets``."""
    text = word.strip().lower().removesuffix(".")
    for form in (text, text.removesuffix("s"), text.removesuffix("ies") + "y", text.removesuffix("es")):
        if form in PIECES:
            return form
        if form in _PIECE_WORDS:
            return _PIECE_WORDS[form]
    return None


def per_gram(value: float, unit: str) -> float | None:
    """A content in mg per g; ``None`` when the unit is no mass fraction."""
    return value * FRACTIONS[unit] if unit in FRACTIONS else None
