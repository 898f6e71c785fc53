"""What is swallowed: the composition of one product, with where each figure was read."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from speciosa.certificates import Certificate, per_gram

_NOTHING_FOUND = frozenset({"not detected", "below LOQ"})
_SD_IN_90_PERCENT = 3.29  # a range that covers 90 % of a log-normal is 3.29 standard deviations wide

ContentQualifier = Literal["measured", "stated", "not detected", "below LOQ", "not tested"]


class Form(StrEnum):
    """How the product is taken."""

    POWDER = "powder"
    TEA = "tea"
    CAPSULE = "capsule"
    TABLET = "tablet"
    LIQUID_EXTRACT = "liquid_extract"
    DRY_EXTRACT = "dry_extract"
    CHEWABLE = "chewable"


@dataclass(frozen=True)
class Dose:
    """One dose of the product, as the user counts it.

    Attributes:
        value: how much.
        unit: ``g`` or ``mg`` (mass of the product, never of an alkaloid), ``mL``, or the name of a piece.
    """

    value: float
    unit: str

    def __str__(self) -> str:
        plural = "s" if self.value > 1 and self.unit not in {"g", "mg", "mL"} else ""
        unit = "gummies" if plural and self.unit == "gummy" else self.unit + plural
        return f"{self.value:.6g} {unit}"


@dataclass(frozen=True)
class Content:
    """How much of one analyte a product holds.

    Attributes:
        analyte: its name in Speciosa.
        qualifier: what kind of statement the figure is; *stated* is a label's or the user's own.
        value: the figure in ``unit``; ``None`` unless measured or stated.
        unit: a mass fraction (``mg/g``, ``%``, …), ``mg/unit`` or ``mg/mL``.
        sd: standard deviation.
        low: lower end of a range.
        high: upper end.
        loq: limit of quantification, where nothing was found.
        where: such as ``line 12, column result``, ``$.results[3].value``, ``product.contents[0]`` or
            ``product_contents:PC001``.
        rows: qualified ids of the knowledge rows behind it.
    """

    analyte: str
    qualifier: ContentQualifier
    value: float | None
    unit: str
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    loq: float | None = None
    where: str = ""
    rows: tuple[str, ...] = ()

    @property
    def central(self) -> float | None:
        """The figure to compute with: 0 where nothing was found, ``None`` where nobody looked."""
        return 0.0 if self.qualifier in _NOTHING_FOUND else self.value

    @property
    def relative_sd(self) -> float:
        """Standard deviation over value, from the range where no deviation is stated; 0 when neither is."""
        if not self.value:
            return 0.0
        if self.sd is not None:
            return self.sd / self.value
        if self.low and self.high:
            return math.log(self.high / self.low) / _SD_IN_90_PERCENT
        return 0.0


@dataclass(frozen=True)
class Product:
    """What is swallowed.

    Attributes:
        name: as a person would call it.
        form: how it is taken.
        contents: what it holds; an analyte may stand twice in units of different kinds.
        known_id: id in the table of products.
        certificate: the laboratory's paper, when there is one.
        unit: name of one piece, such as ``tablet``.
        unit_mass_g: mass of one piece.
        unit_volume_ml: volume of one piece.
        maker: who made it.
        note: anything else about it.
    """

    name: str
    form: Form
    contents: tuple[Content, ...]
    known_id: str | None = None
    certificate: Certificate | None = None
    unit: str | None = None
    unit_mass_g: float | None = None
    unit_volume_ml: float | None = None
    maker: str | None = None
    note: str | None = None

    def mg(self, analyte: str, dose: Dose) -> float | None:
        """What one dose holds of an analyte.

        Returns:
            mg; ``None`` when the content is not known or the dose cannot be converted into its unit. Nothing found in
            the laboratory counts as 0.
        """
        about = [content for content in self.contents if content.analyte == analyte and content.central is not None]
        for content in about:
            per_dose = self._per_dose(content.unit, dose)
            if content.central is not None and per_dose is not None:
                return content.central * per_dose
        # nothing found is nothing in any amount
        return 0.0 if about and all(content.central == 0.0 for content in about) else None

    def relative_sd(self, analyte: str) -> float:
        """Relative standard deviation of the content, see :attr:`Content.relative_sd`."""
        content = self.content(analyte)
        return 0.0 if content is None else content.relative_sd

    def rows(self, analyte: str) -> tuple[str, ...]:
        """Qualified ids of the knowledge rows behind the content; none for the user's own figures."""
        content = self.content(analyte)
        return () if content is None else content.rows

    def content(self, analyte: str) -> Content | None:
        """The first statement about an analyte."""
        return next((content for content in self.contents if content.analyte == analyte), None)

    def grams(self, dose: Dose) -> float | None:
        """Mass of product in a dose, g; ``None`` when it cannot be told."""
        if dose.unit in {"g", "mg"}:
            return dose.value * (1.0 if dose.unit == "g" else 1e-3)
        pieces = self.pieces(dose)
        return None if pieces is None or self.unit_mass_g is None else pieces * self.unit_mass_g

    def pieces(self, dose: Dose) -> float | None:
        """Number of pieces in a dose; ``None`` when it cannot be told."""
        if dose.unit == self.unit:
            return dose.value
        if dose.unit in {"g", "mg"} and self.unit_mass_g:
            return dose.value * (1.0 if dose.unit == "g" else 1e-3) / self.unit_mass_g
        if dose.unit == "mL" and self.unit_volume_ml:
            return dose.value / self.unit_volume_ml
        return None

    def millilitres(self, dose: Dose) -> float | None:
        """Volume of a dose, mL; ``None`` when it cannot be told."""
        if dose.unit == "mL":
            return dose.value
        pieces = self.pieces(dose)
        return None if pieces is None or self.unit_volume_ml is None else pieces * self.unit_volume_ml

    def _per_dose(self, unit: str, dose: Dose) -> float | None:
        """mg in a dose per one of ``unit``."""
        if unit == "mg/unit":
            return self.pieces(dose)
        if unit == "mg/mL":
            return self.millilitres(dose)
        fraction, grams = per_gram(1.0, unit), self.grams(dose)
        return None if fraction is None or grams is None else fraction * grams
