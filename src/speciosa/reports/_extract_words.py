"""What an extract is, in sentences and cells: the terminal, the page and the pictures say the same."""

from collections.abc import Sequence

from speciosa.exposure import Figure
from speciosa.extract import Alkaloid, Extract, Growth, Meaning
from speciosa.reports._words import amount, number, span

NO_RECIPE = "This page tells what a product holds. It says neither how to make one nor how much to take."
_BASIS = {
    "measured": "by the laboratory, in this lot",
    "by the label": "as far as labels are true, and the range says how far they were",
    "as in leaf": "nobody stated or measured it; in the relation that leaf has, as far as an extract keeps it",
}


def held(one: Alkaloid) -> tuple[str, str, str]:
    """An alkaloid in one serving: the middle, the range, and where it comes from."""
    return amount(one.per_serving), _range(one.per_serving), basis(one)


def basis(one: Alkaloid) -> str:
    """Where the figure of an alkaloid comes from."""
    if one.basis == "as in leaf":
        return one.basis
    note = f"; {one.note}" if one.note else ""
    return f"{one.basis} ({one.where}){note}"


def bases(extract: Extract) -> tuple[str, ...]:
    """What the words of the column “where from” mean, for those that occur."""
    used = {one.basis for one in extract.alkaloids}
    return tuple(f"{name.capitalize()}: {words}." for name, words in _BASIS.items() if name in used)


def leaf(one: Alkaloid) -> tuple[str, str]:
    """Leaf that holds as much of an alkaloid: the middle and the range."""
    return ("–", "–") if one.leaf is None else (amount(one.leaf), _range(one.leaf))


def leaf_sentence(extract: Extract) -> str:
    """Why there is no single leaf equivalent, or that there is nothing to compare."""
    each = [(one, one.leaf) for one in extract.alkaloids if one.leaf is not None]
    if not each:
        return "No alkaloid is stated or measured that leaf holds, so nothing can be set beside leaf."
    told = "; ".join(f"{figure_words(figure)} by {one.analyte}" for one, figure in each)
    if len(each) == 1:
        return (
            f"As much of it as in {told}. Of the other alkaloids nobody says anything, so the serving may resemble far "
            "less or far more leaf by them: there is no single leaf equivalent."
        )
    return f"As much as in leaf powder of {told}. The alkaloids disagree, so there is no single leaf equivalent."


def stored(extract: Extract) -> str:
    """What storage does, in one sentence, with how little was measured."""
    told = "; ".join(
        f"{one.analyte} {number(one.per_serving.value)} mg becomes {figure_words(one.stored)}"
        for one in extract.alkaloids
        if one.stored is not None
    )
    months = number(extract.months)
    return (
        f"After {months} months ({extract.kept}): {told}. Over months hardly anything was measured: one sample of leaf "
        "did not change in half a year, and 7-hydroxymitragynine is the least stable in water. The ranges are wide for "
        "that reason."
    )


def meaning(one: Meaning) -> tuple[str, str, str]:
    """A meaning of a statement: mg in one serving, mg/g of extract, and why it cannot be."""
    return (
        "–" if one.per_serving is None else figure_words(one.per_serving),
        "–" if one.content is None else figure_words(one.content),
        one.impossible or "–",
    )


def grown(one: Growth) -> str:
    """Exposure beside one leaf dose, in a sentence."""
    if not one.figures:
        return f"Beside {one.beside}: nothing to compare."
    told = ", ".join(f"{f.label} {fold(f)}" for f in one.figures)
    dose = f"{fold(one.dose)} the mitragynine swallowed; " if one.dose is not None else ""
    return f"Beside {one.beside}: {dose}{told}."


def growth_cells(figure: Figure) -> tuple[str, str, str]:
    """A ratio: the median person, how people differ, what is not known."""
    people = figure.variability
    return (
        f"{number(figure.value)}-fold",
        "–" if people is None else f"{span(people.low, people.high)}-fold",
        "–" if figure.uncertainty is None else f"{span(figure.uncertainty.low, figure.uncertainty.high)}-fold",
    )


def fold(figure: Figure) -> str:
    """A ratio with its range, in words."""
    likely = figure.uncertainty
    said = f"{number(figure.value)}-fold"
    return said if likely is None else f"{said} (likely {span(likely.low, likely.high)})"


def figure_words(figure: Figure) -> str:
    """A number with its range, in words."""
    likely = figure.uncertainty
    return amount(figure) if likely is None else f"{amount(figure)} (likely {span(likely.low, likely.high)})"


def unknown(names: Sequence[str]) -> str:
    """Which alkaloids nobody says anything about."""
    return f"How much {', '.join(names)} a serving holds: neither label nor certificate says." if names else ""


def _range(figure: Figure) -> str:
    return "–" if figure.uncertainty is None else span(figure.uncertainty.low, figure.uncertainty.high, figure.unit)
