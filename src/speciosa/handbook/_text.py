"""Markdown pieces: tables, formulas, numbers of few digits, units as the field writes them."""

import math
import re
from collections.abc import Iterable, Sequence

_UNITS = {
    "": "–",
    "dimensionless": "–",
    "per_h": "1/h",
    "L_per_h": "L/h",
    "nM_h": "nM·h",
    "nM_per_h": "nM/h",
    "nmol_per_h": "nmol/h",
}


def number(value: float) -> str:
    """Three significant digits, so that the page is the same on every machine."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    digits, exponent = f"{value:.2e}".split("e")
    if not -5 < int(exponent) < 6:
        return f"{float(digits):g} × 10^{int(exponent)}"
    return f"{float(f'{value:.3g}'):.12f}".rstrip("0").rstrip(".")


def span(low: float, high: float) -> str:
    """Both ends; one dash where nothing is uncertain."""
    return "fixed" if low == high else f"{number(low)} to {number(high)}"


def unit(name: str) -> str:
    """A unit of the model or of the tables as it is written for readers."""
    return _UNITS.get(name, name.replace("_per_", "/").replace("*", "·"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where it has no rows."""
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])


def display(formula: str) -> str:
    """A formula on a line of its own."""
    return f"$$\n{formula}\n$$"


def inline(formula: str) -> str:
    """A formula within a line."""
    return f"${formula}$"


def code(names: Iterable[str]) -> str:
    """Names of the model, set as code."""
    return ", ".join(f"`{name}`" for name in names)


def page(*blocks: str) -> str:
    """A page: its blocks, those that hold something, with empty lines between."""
    return "\n\n".join(block for block in blocks if block) + "\n"


def sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    text = text.strip()
    return text and f"{text[0].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def first_sentence(text: str) -> str:
    """What a comment begins with."""
    return re.split(r"(?<=[a-z0-9)])[.:;](?:\s|$)", text, maxsplit=1)[0].strip() + "."


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or "–"
