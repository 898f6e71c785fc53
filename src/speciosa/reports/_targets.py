"""Targets made readable: what the alkaloids hold of each, under each data set, beside known medicines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speciosa.exposure import Figure, Reference, Scenario, TargetUse
from speciosa.reports._words import NO_SPREAD, SHARE, amount, number, sentence_case, span, spread, unit_of

NOT_MEASURED = "no alkaloid was measured here"
NOT_IN_PRODUCT = "no alkaloid of this product is known to bind"


@dataclass(frozen=True)
class SetRow:
    """A number under one data set."""

    name: str
    value: str
    used: bool
    row: str


@dataclass(frozen=True)
class MedicineRow:
    """A known medicine at the same target, in words."""

    medicine: str
    dose: str
    held: str
    uncertainty: str
    seen: str
    note: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class TargetRow:
    """One target in words.

    Attributes:
        name: of the target.
        held: the highest share that all alkaloids hold together, or why there is none.
        known: whether ``held`` is a number.
        variability: people differ.
        uncertainty: we do not know.
        under: from the lowest to the highest value of all data sets; empty where there is but one.
        sets: the value under each data set, the one in use first.
        binding: which alkaloids it is made of.
        unmeasured: which alkaloids of the product it leaves out.
        medicines: known medicines at the same target.
        rows: knowledge rows behind it.
    """

    name: str
    held: str
    known: bool
    variability: str
    uncertainty: str
    under: str
    sets: tuple[SetRow, ...]
    binding: tuple[str, ...]
    unmeasured: tuple[str, ...]
    medicines: tuple[MedicineRow, ...]
    rows: tuple[str, ...]


def target_rows(scenario: Scenario, references: Sequence[Reference]) -> tuple[TargetRow, ...]:
    """Every target of a regimen, in the order of the model."""
    return tuple(_row(scenario, use, references) for use in scenario.targets)


def sentence(scenario: Scenario) -> str:
    """What the table and the picture of the targets say, in two or three sentences."""
    found = [(use, f) for use in scenario.targets if (f := scenario.figure(use.figure)) is not None]
    if not found:
        return "No target can be computed for this regimen."
    said = []
    use, most = max(found, key=lambda pair: pair[1].value)
    said.append(f"Of all targets the alkaloids hold most of the {use.name}: {amount(most)} at the highest point.")
    said += _widest(found)
    silent = [use.name for use in scenario.targets if not use.measured]
    if silent:
        said.append(f"No measurement of any alkaloid was found at the {_listed(silent)}: not known.")
    return " ".join(said)


def by_set(figure: Figure) -> tuple[SetRow, ...]:
    """A number under each data set, the sets in use first; empty where there is but one."""
    unit = unit_of(figure.key, figure.unit)
    ordered = sorted(figure.data_sets, key=lambda one: not one.central)
    return tuple(SetRow(one.name, number(one.value, unit), one.central, one.row) for one in ordered)


def under_sets(figure: Figure) -> str:
    """From the lowest to the highest value of all data sets; empty where there is but one."""
    values = [one.value for one in figure.data_sets]
    return span(min(values), max(values), unit_of(figure.key, figure.unit)) if values else ""


def set_sentence(figure: Figure) -> str:
    """A number under each data set in one sentence; empty where there is but one set."""
    used = [one.name for one in by_set(figure) if one.used]
    others = [f"{one.value} with {one.name}" for one in by_set(figure) if not one.used]
    return f"{amount(figure)} with {' and '.join(used)} (in use); {'; '.join(others)}." if others else ""


def _row(scenario: Scenario, use: TargetUse, references: Sequence[Reference]) -> TargetRow:
    figure = scenario.figure(use.figure) if use.figure else None
    return TargetRow(
        name=sentence_case(use.name),
        held=amount(figure) if figure is not None else NOT_IN_PRODUCT if use.measured else NOT_MEASURED,
        known=figure is not None,
        variability=_spread(figure, "variability"),
        uncertainty=_spread(figure, "uncertainty"),
        under=under_sets(figure) if figure is not None else "",
        sets=by_set(figure) if figure is not None else (),
        binding=use.binding,
        unmeasured=use.unmeasured,
        medicines=tuple(_medicine(one) for one in references if one.target == use.id),
        rows=figure.rows if figure is not None else (),
    )


def _spread(figure: Figure | None, which: str) -> str:
    interval = getattr(figure, which, None)
    return "–" if figure is None or interval is None else spread(figure, interval)


def _medicine(reference: Reference) -> MedicineRow:
    held, seen = reference.held, reference.seen
    return MedicineRow(
        medicine=reference.medicine,
        dose=reference.dose,
        held=amount(held),
        uncertainty=spread(held, held.uncertainty) if held.uncertainty else NO_SPREAD,
        seen=span(seen.low, seen.high, SHARE) if seen else "",
        note=reference.note,
        rows=held.rows,
    )


def _widest(found: Sequence[tuple[TargetUse, Figure]]) -> Iterator[str]:
    """The target at which the choice of a data set moves the answer most."""
    ends = [(use, *_ends(figure)) for use, figure in found if figure.data_sets]
    moved = [(high / low, use, low, high) for use, low, high in ends if low > 0]
    if moved:
        factor, use, low, high = max(moved, key=lambda one: one[0])
        yield (
            f"Published affinities contradict one another: at the {use.name} the same exposure gives "
            f"{number(low, SHARE)} or {number(high, SHARE)}, {factor:.0f}-fold apart. No average is taken."
        )


def _ends(figure: Figure) -> tuple[float, float]:
    values = [one.value for one in figure.data_sets]
    return min(values), max(values)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
