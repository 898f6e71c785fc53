"""Figures of the simulation as the checks show them: named by their regimen, in per cent, the worst of several."""

import math
from collections.abc import Callable, Iterator

from speciosa.checks._words import slug
from speciosa.exposure import Exposure, Figure, Interval, Scenario


def figures(exposure: Exposure, key: str) -> Iterator[tuple[Scenario, Figure]]:
    """The figure of a key in every regimen that gave it a number."""
    for scenario in exposure.scenarios:
        figure = scenario.figure(key)
        if figure is not None and math.isfinite(figure.value):
            yield scenario, figure


def worst(exposure: Exposure, key: str, pick: Callable[..., float]) -> tuple[Scenario, Figure] | None:
    """The regimen in which a figure is lowest (``min``) or highest (``max``); ``None`` where no run gave it."""
    found = list(figures(exposure, key))
    if not found:
        return None
    wanted = pick(figure.value for _, figure in found)
    return next(pair for pair in found if pair[1].value == wanted)


def keyed(scenario: Scenario, figure: Figure) -> Figure:
    """The figure with its regimen in the key, for a finding on that regimen alone."""
    return figure.model_copy(update={"key": f"{figure.key}:{slug(scenario.name)}"})


def named(scenario: Scenario, figure: Figure) -> Figure:
    """The figure with its regimen in key and label, so that the regimens of a case can stand beside one another."""
    return keyed(scenario, figure).model_copy(update={"label": f"{figure.label}, in “{scenario.name}”"})


def percent(figure: Figure) -> Figure:
    """A share as per cent."""

    def scaled(interval: Interval | None) -> Interval | None:
        if interval is None:
            return None
        return interval.model_copy(update={"low": 100.0 * interval.low, "high": 100.0 * interval.high})

    changed = {"value": 100.0 * figure.value, "unit": "%"}
    spreads = {"variability": scaled(figure.variability), "uncertainty": scaled(figure.uncertainty)}
    return figure.model_copy(update=changed | spreads)


def lowest(figure: Figure) -> float:
    """The lowest value that either spread allows."""
    return min(figure.value, *(i.low for i in (figure.variability, figure.uncertainty) if i is not None), math.inf)


def highest(figure: Figure) -> float:
    """The highest value that either spread allows."""
    return max(figure.value, *(i.high for i in (figure.variability, figure.uncertainty) if i is not None), -math.inf)
