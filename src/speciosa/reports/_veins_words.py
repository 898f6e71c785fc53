"""Colours on labels, in sentences and cells: the terminal, the page and the picture say the same."""

from speciosa.exposure import Figure
from speciosa.products import Chemotype, Range
from speciosa.reports._words import number, span
from speciosa.veins import Difference, Veins, verdicts

IN_SHORT = "A colour on a label is a name. What a lot holds is told by its certificate."
_FITS = {True: "fits", False: "does not fit", None: "not determined"}


def said(made: Veins) -> tuple[str, ...]:
    """The answers, one sentence each."""
    return (*verdicts(made), *(difference(one) for one in made.differences), IN_SHORT)


def lots(one: Range) -> str:
    """How many lots a range holds."""
    return str(one.lots) if one.counted else f"not said, {one.lots} assumed"


def spread_cells(one: Range) -> tuple[str, str, str]:
    """A study: its range, how many lots, and what the middle 80 % of lots spans."""
    return span(one.low, one.high, "mg/g"), lots(one), f"{number(one.fold)}-fold"


def difference(one: Difference) -> str:
    """What two bags do in the body, in a sentence."""
    told = ", ".join(f"{f.label} {figure_cells(f)[0]} (likely {_likely(f)})" for f in one.figures)
    return f"{one.name[:1].upper()}{one.name[1:]}: {told}."


def figure_cells(figure: Figure) -> tuple[str, str, str]:
    """A ratio: the median person, how people differ, what is not known."""
    people = figure.variability
    return (
        f"{number(figure.value)}-fold",
        "–" if people is None else f"{span(people.low, people.high)}-fold",
        f"{_likely(figure)}-fold" if figure.uncertainty is not None else "–",
    )


def kind(one: Chemotype) -> tuple[str, str]:
    """Whether a profile fits a kind, and why not."""
    why = "; ".join(one.against) or f"{one.tested} of {one.of} ratios tested"
    return _FITS[one.fits], why


def prediction(made: Veins) -> str:
    """How well composition tells the colour."""
    found = made.prediction
    if found is None:
        return "How well composition tells the colour: not determined."
    return (
        f"From {', '.join(found.analytes)} the colour of {found.lots} lots is told right in "
        f"{number(100 * found.accuracy)} % ({span(100 * found.low, 100 * found.high)} %), where guessing gives "
        f"{number(100 * found.guessing)} %; shuffled colours did as well in {number(100 * found.by_chance)} % of "
        "trials."
    )


def _likely(figure: Figure) -> str:
    likely = figure.uncertainty
    return number(figure.value) if likely is None else span(likely.low, likely.high)
