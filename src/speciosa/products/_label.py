"""What a label says, statement by statement: a share, a ratio, an amount, a mass, a count.

A label is a claim. Here it is only read; what it can mean is told in :mod:`speciosa.products._readings`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from speciosa import certificates
from speciosa.border import one_line
from speciosa.errors import InputError

ALKALOIDS = "alkaloids"  # all of them together
LONGEST = 200
_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?)"
_MASS = r"(mg|milligrams?|g|grams?|mcg|µg|ug)"
_PER = r"(?:\s*/\s*|\s+(?:per|a|each|in\s+(?:each|one|a))\s+)"
_MG = {"mg": 1.0, "milligram": 1.0, "g": 1000.0, "gram": 1000.0, "mcg": 1e-3, "µg": 1e-3, "ug": 1e-3}
_OUNCE_ML = 29.5735
PACKS = frozenset({"bottle", "pack", "package", "packet", "pouch", "container", "jar", "bag", "box", "vial"})
_SERVINGS = frozenset({"serving", "dose", "portion"})
_EXAMPLES = (
    "`45 %`, `10x`, `150 mg mitragynine per bottle`, `250 mg extract`, `600 mg/g`, `15 mL` or `2 servings per bottle`"
)
_RATIO = re.compile(rf"{_NUMBER}\s*(?:[x×]|:\s*1|fold|times)(?:\s+.*)?")
_COUNT = re.compile(rf"{_NUMBER}\s*(?:servings?|doses?|shots?|tablets?|capsules?|gummies|pieces?){_PER}(\w+)")
_COUNT_AFTER = re.compile(rf"servings?{_PER}(\w+)\s*[:=]?\s*{_NUMBER}")
_VOLUME = re.compile(
    rf"(?:net\s+)?{_NUMBER}\s*(ml|milli?lit(?:er|re)s?|fl\.?\s*oz\.?|ounces?)(?:{_PER}(\w+)|\s+(?:net|volume))?"
)
_CONTENT = re.compile(rf"{_NUMBER}\s*mg\s*(?:/|per)\s*(g|ml)\b\s*(?:of\s+)?(.*)")
_SHARE = re.compile(rf"{_NUMBER}\s*(?:%|percent)\s*(?:w/w\s*)?(.*)")
_AMOUNT = re.compile(rf"{_NUMBER}\s*{_MASS}\b\s*(?:of\s+)?(.+?)(?:{_PER}(\w+))?")
_AMOUNT_AFTER = re.compile(rf"(.+?)\s*[:=]?\s*{_NUMBER}\s*{_MASS}\b(?:{_PER}(\w+))?")
_EXTRACT = re.compile(r"(?:[\w-]+\s+)*(?:extract|concentrate|resin)(?:\s+powder)?|powder|product")
_WORTHLESS = re.compile(
    r"\b(pure|natural|organic|full[- ]spectrum|standardi[sz]ed|total|kratom|leaf|extract|strength|content|of|to)\b"
)


class Kind(StrEnum):
    """What a statement states."""

    SHARE = "share"
    RATIO = "ratio"
    AMOUNT = "amount"
    CONTENT = "content"
    EXTRACT = "mass of extract"
    VOLUME = "volume"
    COUNT = "servings"


@dataclass(frozen=True)
class Statement:
    """One statement of a label.

    Attributes:
        text: as printed.
        kind: what it states.
        value: the number: per cent, a ratio, mg, mg/g or mg/mL, mL, or a count.
        analyte: an alkaloid by its name in Speciosa, ``alkaloids`` for all together, empty where none is named.
        unit: of a content, ``mg/g`` or ``mg/mL``; empty otherwise.
        per: ``pack`` where it is stated for the whole package, ``serving`` for one piece or serving, empty where the
            label does not say.
    """

    text: str
    kind: Kind
    value: float
    analyte: str = ""
    unit: str = ""
    per: str = ""


def read_label(texts: Iterable[str]) -> tuple[Statement, ...]:
    """The statements of a label; several may stand in one text, parted by a semicolon or a line.

    Raises:
        InputError: a statement cannot be read, or there is none; nothing is skipped.
    """
    parts = [one_line(" ".join(part.split())) for text in texts for part in re.split(r"[;\n]", text)]
    found = tuple(_statement(part) for part in parts if part)
    if not found:
        raise InputError("label", None, f"what the label says, such as {_EXAMPLES}")
    return found


def _statement(text: str) -> Statement:
    if len(text) > LONGEST:
        remedy = f"one statement of at most {LONGEST} characters, such as {_EXAMPLES}"
        raise InputError("label", text[:60] + "…", remedy)
    plain = text.lower().strip(" .!“”\"'")
    for read in (_ratio, _count, _content, _share, _volume, _amount):
        statement = read(text, plain)
        if statement is not None:
            return _possible(statement)
    raise InputError("label", text, f"a statement such as {_EXAMPLES}")


def _possible(said: Statement) -> Statement:
    most = {Kind.SHARE: 100.0, Kind.CONTENT: 2000.0 if said.unit == "mg/mL" else 1000.0}.get(said.kind)
    if said.value <= 0 or (most is not None and said.value > most):
        remedy = f"a number above 0 and at most {most:g}" if most else "a number above 0"
        raise InputError("label", said.text, remedy)
    return said


def _ratio(text: str, plain: str) -> Statement | None:
    found = _RATIO.fullmatch(plain)
    return Statement(text, Kind.RATIO, _number(found[1])) if found else None


def _count(text: str, plain: str) -> Statement | None:
    found, after = _COUNT.fullmatch(plain), _COUNT_AFTER.fullmatch(plain)
    pack, value = (found[2], found[1]) if found else (after[1], after[2]) if after else ("", "")
    return Statement(text, Kind.COUNT, _number(value), per="pack") if _per(pack) == "pack" else None


def _content(text: str, plain: str) -> Statement | None:
    found = _CONTENT.fullmatch(plain)
    if found is None:
        return None
    unit = "mg/g" if found[2] == "g" else "mg/mL"
    return Statement(text, Kind.CONTENT, _number(found[1]), _analyte(found[3], text), unit)


def _share(text: str, plain: str) -> Statement | None:
    found = _SHARE.fullmatch(plain)
    return Statement(text, Kind.SHARE, _number(found[1]), _analyte(found[2], text)) if found else None


def _volume(text: str, plain: str) -> Statement | None:
    found = _VOLUME.fullmatch(plain)
    if found is None:
        return None
    scale = 1.0 if found[2].startswith("m") else _OUNCE_ML
    return Statement(text, Kind.VOLUME, scale * _number(found[1]), per=_per(found[3] or ""))


def _amount(text: str, plain: str) -> Statement | None:
    first, after = _AMOUNT.fullmatch(plain), _AMOUNT_AFTER.fullmatch(plain)
    if first is not None:
        value, unit, what, per = first.groups()
    elif after is not None:
        what, value, unit, per = after.groups()
    else:
        return None
    mg = _number(value) * _MG[unit.removesuffix("s")]
    if _EXTRACT.fullmatch(what):
        return Statement(text, Kind.EXTRACT, mg, per=_per(per or ""))
    analyte = _analyte(what, text)
    return Statement(text, Kind.AMOUNT, mg, analyte, per=_per(per or "")) if analyte else None


def _analyte(words: str, text: str) -> str:
    """The alkaloid that words mean; empty for words such as “extract” that name none.

    Raises:
        InputError: they name something that is no alkaloid of kratom.
    """
    bare = _WORTHLESS.sub(" ", words).strip(" ,.()-")
    if not bare:
        return ""
    if re.fullmatch(r"alkaloids?|mitragyna alkaloids?", bare):
        return ALKALOIDS
    found = certificates.find({"mit": "mitragynine", "mitra": "mitragynine"}.get(bare, bare)).analyte
    if found is None or found.kind not in {"alkaloid", "sum"}:
        remedy = f"an alkaloid such as mitragynine or 7-hydroxymitragynine, or a statement such as {_EXAMPLES}"
        raise InputError("label", text, remedy)
    return found.name if found.kind == "alkaloid" else ALKALOIDS


def _per(word: str) -> str:
    word = word.strip(". ").removesuffix("s")
    if word in PACKS:
        return "pack"
    return "serving" if word in _SERVINGS or certificates.piece_of(word) is not None else ""


def _number(text: str) -> float:
    """A printed number: ``1,500`` has a thousands mark, ``0,5`` a decimal comma."""
    thousands = re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text) is not None
    return float(text.replace(",", "") if thousands else text.replace(",", "."))
