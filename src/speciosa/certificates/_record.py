"""A certificate as a record: every value with where on the paper it was read."""

from dataclasses import dataclass
from datetime import date

from speciosa.certificates._numbers import Qualifier
from speciosa.certificates._units import per_gram


@dataclass(frozen=True)
class Value:
    """One line of a certificate.

    Attributes:
        analyte: the name used in Speciosa; the printed one where it is unknown.
        as_printed: the name as the laboratory wrote it.
        kind: ``alkaloid``, ``sum``, ``metal``, ``microbe``, ``mycotoxin``, ``residual solvent``, ``physical``, or empty
            for an analyte that is not in our table.
        qualifier: what kind of statement the result is.
        value: the number in ``unit``; for *below value* and *above value* the bound; ``None`` where none is printed.
        unit: in its one spelling, such as ``mg/g``, ``mg/unit``, ``CFU/g``, ``in 25 g``; as printed where unknown.
        unit_as_printed: as the laboratory wrote it.
        per: for ``mg/unit`` and ``µg/unit`` the piece, such as ``tablet``; empty otherwise.
        loq: limit of quantification in ``unit``.
        limit: the laboratory's limit, as printed.
        passed: the laboratory's verdict, as printed.
        method: as printed.
        where: ``line 12, column result`` or ``$.results[3].result``.
        name_match: empty, or in words how a name that is not in our table was understood.
        result_as_printed: the result as the laboratory wrote it.
        lod: limit of detection in ``unit``.
    """

    analyte: str
    as_printed: str
    kind: str
    qualifier: Qualifier
    value: float | None
    unit: str
    unit_as_printed: str
    per: str
    loq: float | None
    limit: str | None
    passed: str | None
    method: str | None
    where: str
    name_match: str
    result_as_printed: str
    lod: float | None = None

    @property
    def mg_per_g(self) -> float | None:
        """The number as mg per g of product; ``None`` without a number, or when the unit is no mass fraction."""
        return None if self.value is None else per_gram(self.value, self.unit)

    @property
    def ug_per_g(self) -> float | None:
        """The number as µg per g of product, the scale of contaminants."""
        return None if self.mg_per_g is None else self.mg_per_g * 1000.0

    @property
    def loq_ug_per_g(self) -> float | None:
        """The limit of quantification as µg per g of product."""
        found = None if self.loq is None else per_gram(self.loq, self.unit)
        return None if found is None else found * 1000.0


@dataclass(frozen=True)
class Certificate:
    """A laboratory's paper about one lot.

    Attributes:
        lot: lot or batch.
        laboratory: who tested.
        accreditation: body and number, as printed.
        sampled: day the sample was taken.
        received: day it arrived.
        reported: day of the report.
        product: name of the product or sample, as printed.
        form: form or matrix, as printed.
        note: anything the paper says about itself.
        values: the lines, in the order of the paper.
        file: name of the file.
        sha256: of the bytes of the file.
        report_number: number of the report or certificate.
        client: who ordered the test.
        sample_id: the laboratory's name of the sample.
        manufactured: day the lot was made.
        tested: day the tests were completed.
        expires: day after which the lot should not be sold.
        serving: size of a serving, as printed.
        serving_g: the same in grams, where it is printed in grams or milligrams.
    """

    lot: str | None
    laboratory: str | None
    accreditation: str | None
    sampled: date | None
    received: date | None
    reported: date | None
    product: str | None
    form: str | None
    note: str | None
    values: tuple[Value, ...]
    file: str
    sha256: str
    report_number: str | None = None
    client: str | None = None
    sample_id: str | None = None
    manufactured: date | None = None
    tested: date | None = None
    expires: date | None = None
    serving: str | None = None
    serving_g: float | None = None

    def find(self, analyte: str) -> tuple[Value, ...]:
        """The lines about one analyte, by its name in Speciosa."""
        return tuple(value for value in self.values if value.analyte == analyte)

    def kind(self, kind: str) -> tuple[Value, ...]:
        """The lines of one kind, such as ``metal``."""
        return tuple(value for value in self.values if value.kind == kind)
