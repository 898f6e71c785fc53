"""A number that only makes sense in another unit: 1.4 mg/g in leaf for 1.4 %, lead in ppm for ppb."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from speciosa import knowledge
from speciosa.certificates import Certificate, Value, per_gram
from speciosa.checks._certainty import decides
from speciosa.checks._declared import declared
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._paper_context import PaperContext
from speciosa.checks._product import MITRAGYNINE
from speciosa.checks._words import join, number

SLIP = Rule(
    id="certificate.unit-slip",
    text="a result far outside what was ever measured would lie within it in a unit that is easily mixed up",
)
LEAF_LOWEST, LEAF_HIGHEST = "alkaloid_content:AC007", "alkaloid_content:AC005"
_CLEAR = 10.0  # times beyond everything that was measured: less may just be another lot
_MIXED_UP = {"mg/g": ("%",), "%": ("mg/g",), "ppm": ("ppb",), "mg/kg": ("µg/kg",), "µg/g": ("ng/g",), "ppb": ("ppm",)}


@dataclass(frozen=True)
class _Seen:
    """The range in which an analyte was found, mg/g, in what, and the rows that say so."""

    low: float
    high: float
    of: str
    rows: tuple[str, ...]

    def holds(self, mg_per_g: float) -> bool:
        """Whether an amount is one that was found."""
        return self.low <= mg_per_g <= self.high


def check(paper: Certificate, context: PaperContext) -> Iterator[Finding]:
    """One finding for all lines that look like a slip of the unit."""
    found = [(value, seen, other) for value in paper.values for seen, other in _slips(value, context)]
    if not found:
        return
    yield Finding(
        id="certificate:unit-slip",
        topic=Topic.CERTIFICATE,
        severity=Severity.UNKNOWN,
        title="Perhaps a slip of the unit",
        sentence=join(
            *(
                f"{value.as_printed}: {value.result_as_printed} {value.unit_as_printed} is outside what was measured "
                f"in {seen.of} ({_in(seen.low, value.unit)} to {_in(seen.high, value.unit)} {value.unit}). As {other} "
                "it would be usual."
                for value, seen, other in found
            ),
            "Until the laboratory has said so, take the figure as not known.",
        ),
        reason=join(*(f"Read at {value.where}." for value, _, _ in found)),
        rule=SLIP,
        certainty=Certainty.LOW,
        sources=tuple(dict.fromkeys(row for _, seen, _ in found for row in seen.rows)),
        not_known=("In which unit the laboratory measured.",),
        ask="Ask the laboratory in which unit it reports these lines.",
    )


def _slips(value: Value, context: PaperContext) -> Iterator[tuple[_Seen, str]]:
    seen, amount = _seen(value, context), value.mg_per_g
    if seen is None or amount is None or value.qualifier != "measured" or value.value is None or amount <= 0:
        return
    # the content of leaf is known well, so outside is enough for it; metals scatter, so it must be far outside
    far = 1.0 if value.analyte == MITRAGYNINE else _CLEAR
    if seen.low / far <= amount <= seen.high * far:
        return
    for other in _MIXED_UP.get(value.unit, ()):
        if seen.holds(per_gram(value.value, other) or 0.0):
            yield seen, other


def _seen(value: Value, context: PaperContext) -> _Seen | None:
    if value.kind == "metal":
        return _metal(value.analyte)
    leaf = context.form in declared("limits")["leaf"]
    return _leaf() if value.analyte == MITRAGYNINE and leaf else None


@cache
def _leaf() -> _Seen:
    known = knowledge.load()
    low, high = known.row(LEAF_LOWEST), known.row(LEAF_HIGHEST)
    return _Seen(
        10.0 * low.number("value_min"), 10.0 * high.number("value_max"), "dried leaf", (LEAF_LOWEST, LEAF_HIGHEST)
    )


@cache
def _metal(analyte: str) -> _Seen | None:
    """The range of a metal over all studies that measured it in products."""
    rows = [
        row
        for row in knowledge.load().find("contaminants", contaminant=analyte, contaminant_class="metal")
        if row.value_min is not None and row.value_max is not None and decides(row)
    ]
    ends = [(_mg(row.value_min, row.unit), _mg(row.value_max, row.unit)) for row in rows]
    known = [(low, high) for low, high in ends if low is not None and high is not None]
    if not known:
        return None
    ids = tuple(f"contaminants:{row.id}" for row in rows)
    return _Seen(min(low for low, _ in known), max(high for _, high in known), "kratom products", ids)


def _mg(value: float, unit: str) -> float | None:
    return per_gram(value, unit.replace("ug", "µg"))


def _in(mg_per_g: float, unit: str) -> str:
    return number(mg_per_g / (per_gram(1.0, unit) or 1.0))
