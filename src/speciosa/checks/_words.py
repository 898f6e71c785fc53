"""Numbers and figures in words, the same in every check."""

import math
import re
from collections.abc import Iterable

from speciosa.exposure import Figure, Interval

_SIGNIFICANT = 3
_GROUPED = 1e4  # from here on thousands are set apart: 20,000,000 germs


def number(value: float) -> str:
    """Three significant digits, never in powers of ten: ``0.0112``, ``1.4``, ``277``."""
    if not math.isfinite(value):
        return "not determined"
    if value == 0:
        return "0"
    digits = _SIGNIFICANT - 1 - math.floor(math.log10(abs(value)))
    grouped = "," if abs(value) >= _GROUPED else ""
    text = f"{round(value, digits):{grouped}.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: float) -> str:
    """A number of people or runs, never rounded."""
    return f"{value:.0f}"


def quantity(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{number(value)} {unit}".strip()


def with_spreads(figure: Figure, suffix: str = "") -> str:
    """A figure with both spreads told apart: ``1.1-fold (90 % of people 1.0 to 1.3; …)``."""
    tail = suffix or (f" {figure.unit}" if figure.unit else "")
    parts = []
    if figure.variability is not None:
        parts.append(f"between people {_range(figure.variability)}")
    if figure.uncertainty is not None:
        parts.append(f"uncertainty of the parameters {_range(figure.uncertainty)}")
    spread = f" ({'; '.join(parts)})" if parts else ""
    said = f"{number(figure.value)}{tail}{spread}"
    return said if figure.determined else f"not determined; what can be computed alone gives {said}"


def computed(figure: Figure | None) -> bool:
    """Whether the simulation gave this figure at all."""
    return figure is not None and math.isfinite(figure.value)


def listed(words: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def sentence(text: str) -> str:
    """A phrase of a table as a sentence: capital first, full stop last."""
    text = text.strip()
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".!?" else f"{text}."


def join(*sentences: str | None) -> str:
    """Sentences after one another; empty ones are left out, repeated ones are said once."""
    return " ".join(dict.fromkeys(s.strip() for s in sentences if s and s.strip()))


def slug(text: str) -> str:
    """A name as part of an id: lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "unnamed"


def numbers(cell: object) -> tuple[float, ...]:
    """All numbers in a cell of a table: ``"5, 10, 20"``, ``"6.25-23"``, ``"1 to 12"``."""
    if isinstance(cell, int | float):
        return (float(cell),)
    return tuple(float(found) for found in re.findall(r"\d+(?:\.\d+)?", str(cell or "")))


def _range(interval: Interval) -> str:
    return f"{number(interval.low)} to {number(interval.high)}"
