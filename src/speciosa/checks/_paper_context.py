"""What a certificate is judged by: where, in which form, how much of it, on which day."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from speciosa.cases import Case, Content, Form, Regimen, contents_of
from speciosa.certificates import Certificate, Value, per_gram
from speciosa.checks._declared import declared
from speciosa.checks._product import daily_grams
from speciosa.knowledge import plain


@dataclass(frozen=True)
class PaperContext:
    """What a certificate is judged by; ``None`` is not known.

    Attributes:
        place: ISO 3166 code, such as ``US-UT`` or ``DE``.
        form: how the product is taken; read from the paper where it is not given.
        serving_g: grams of product in a serving; read from the paper where it is not given.
        servings_per_day: servings on the heaviest day.
        today: the day on which laws and the age of the paper are judged.
        label_lot: the lot on the pack.
        age_y: years, for limits that hold for some people only.
        sex: as recorded at birth, for the same.
        piece: name of one piece, such as ``tablet``.
        piece_g: grams of one piece.
        others: papers of other lots of the same seller, to be compared with this one.
    """

    place: str | None = None
    form: Form | None = None
    serving_g: float | None = None
    servings_per_day: float | None = None
    today: date | None = None
    label_lot: str | None = None
    age_y: float | None = None
    sex: Literal["F", "M"] | None = None
    piece: str | None = None
    piece_g: float | None = None
    others: tuple[Certificate, ...] = ()

    @property
    def grams_per_day(self) -> float | None:
        """Grams of product on the heaviest day."""
        if self.serving_g is None or self.servings_per_day is None:
            return None
        return self.serving_g * self.servings_per_day

    @property
    def country(self) -> str:
        """The country of the place; empty where it is not known."""
        return (self.place or "").split("-")[0]


@dataclass(frozen=True)
class Sample:
    """The composition that a certificate states, as the checks on a product read it.

    Attributes:
        contents: the alkaloids.
        unit_mass_g: grams of one piece.
        certificate: the paper.
    """

    contents: tuple[Content, ...]
    unit_mass_g: float | None
    certificate: Certificate | None

    def content(self, analyte: str) -> Content | None:
        """The first statement about an analyte."""
        return next((content for content in self.contents if content.analyte == analyte), None)


def of_case(case: Case) -> PaperContext:
    """The context that a case gives: its largest dose is the serving, its heaviest day the number of servings."""
    product, person = case.product, case.person
    doses = [product.grams(dose) for regimen in case.regimens for _, dose in regimen.events()]
    serving = max((grams for grams in doses if grams is not None), default=None)
    heaviest = _heaviest(case)
    return PaperContext(
        place=person.place,
        form=product.form,
        serving_g=serving,
        servings_per_day=None if heaviest is None or not serving else heaviest / serving,
        today=case.asked_on,
        age_y=person.age_y,
        sex=person.sex,
        piece=product.unit,
        piece_g=product.unit_mass_g,
    )


def completed(paper: Certificate, context: PaperContext) -> PaperContext:
    """The context with form and serving as the paper prints them, where nobody told them."""
    form = context.form or _printed_form(paper)
    serving = context.serving_g if context.serving_g is not None else paper.serving_g
    return replace(context, form=form, serving_g=serving)


def sample(paper: Certificate, context: PaperContext) -> Sample:
    """The alkaloids of a paper; a figure per piece counts where the piece is that of the product."""
    piece = context.piece or _one_piece(paper)
    return Sample(contents_of(paper, piece), context.serving_g if piece == "serving" else context.piece_g, paper)


def mg_per_gram(value: Value, number: float, context: PaperContext) -> float | None:
    """A printed number as mg per g of product; ``None`` where the mass of the piece or serving is not known."""
    found = per_gram(number, value.unit)
    if found is not None or value.unit not in _PER_PIECE:
        return found
    grams = context.serving_g if value.per == "serving" else context.piece_g
    return None if not grams else number * _PER_PIECE[value.unit] / grams


def mg_per_day(value: Value, number: float, context: PaperContext) -> float | None:
    """A printed number as mg on the heaviest day."""
    if value.unit in _PER_PIECE and value.per == "serving" and context.servings_per_day is not None:
        return number * _PER_PIECE[value.unit] * context.servings_per_day
    fraction, grams = mg_per_gram(value, number, context), context.grams_per_day
    return None if fraction is None or grams is None else fraction * grams


_PER_PIECE = {"mg/unit": 1.0, "µg/unit": 1e-3}


def _heaviest(case: Case) -> float | None:
    def grams(regimen: Regimen) -> float | None:
        return daily_grams(case, regimen)

    return max((g for g in map(grams, case.regimens) if g is not None), default=None)


def _one_piece(paper: Certificate) -> str | None:
    """The piece that a paper counts in: one of its own kind, else the serving."""
    pieces = {value.per for value in paper.kind("alkaloid")} - {"", "piece"}
    own = pieces - {"serving"}
    return next(iter(own)) if len(own) == 1 else "serving" if pieces == {"serving"} else None


def _printed_form(paper: Certificate) -> Form | None:
    """The form that the paper names: in its field for it, else in the name of the product."""
    for text in (paper.form, paper.product):
        words = f" {plain(text or '')} "
        for entry in declared("limits")["forms"]:
            if any(re.search(rf"\b{re.escape(word)}\b", words) for word in entry["words"]):
                return Form(entry["form"])
    return None
