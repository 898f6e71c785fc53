"""What a simulation says, as plain records that reports can print and JSON can carry.

Two spreads are kept apart everywhere. *Variability*: people differ. *Uncertainty*: we do
not know the parameters. A band of one is never widened by the other.
"""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Base of all result records: frozen, closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(Record):
    """A range of values with what it covers.

    Attributes:
        low: lower end, in the unit of the value it belongs to.
        high: upper end.
        covers: words, such as ``"90 % of people"`` or ``"90 % of parameter draws"``.
    """

    low: float
    high: float
    covers: str


class SetValue(Record):
    """A number under one of several data sets that contradict one another.

    Attributes:
        panel: which sets exclude one another, such as ``opioid``.
        name: the set in words.
        row: its knowledge row.
        weight: share of the parameter draws that take it, out of 1.
        value: the median person at the central parameters with this set.
        central: whether the central value of the figure uses it.
    """

    panel: str
    name: str
    row: str
    weight: float
    value: float
    central: bool


class Figure(Record):
    """A number with its unit and both spreads; ``None`` where a spread was not computed.

    Attributes:
        key: machine name, such as ``mitragynine.cmax``.
        label: what it is, in words.
        value: the median person at the central parameters.
        unit: pint-readable unit, ``""`` for a pure number.
        variability: people differ.
        uncertainty: we do not know.
        rows: ids of the knowledge rows it rests on.
        data_sets: the same number under each data set of every panel it depends on; empty where there is but one.
    """

    key: str
    label: str
    value: float
    unit: str
    variability: Interval | None = None
    uncertainty: Interval | None = None
    rows: tuple[str, ...] = ()
    data_sets: tuple[SetValue, ...] = ()


class Curve(Record):
    """A time course: the median person and both bands, all of one length.

    Attributes:
        key: machine name, such as ``mitragynine.plasma``.
        label: what is drawn.
        unit: unit of the ordinate.
        group: picture it belongs to: ``concentration``, ``brain``, ``occupancy``, ``targets``, ``enzyme``.
        time_h: hours since the first dose.
        median: the median person at the central parameters.
        variability_low: 5th percentile of people.
        variability_high: 95th percentile of people.
        uncertainty_low: 5th percentile of the median person over parameter draws.
        uncertainty_high: 95th percentile of the same.
    """

    key: str
    label: str
    unit: str
    group: str
    time_h: tuple[float, ...]
    median: tuple[float, ...]
    variability_low: tuple[float, ...]
    variability_high: tuple[float, ...]
    uncertainty_low: tuple[float, ...]
    uncertainty_high: tuple[float, ...]


class Scenario(Record):
    """One regimen of the case, simulated.

    Attributes:
        name: the regimen's name, as the user gave it.
        regimen: the regimen in words.
        people: how many virtual people ran.
        draws: how many draws of the uncertain parameters ran.
        seed: the seed of both.
        status: how many runs ended how, in the engine's words (``{"ok": 1500}``).
        figures: Cmax, tmax, AUC, accumulation, occupancy …
        curves: time courses.
    """

    name: str
    regimen: str
    people: int
    draws: int
    seed: int
    status: dict[str, int]
    figures: tuple[Figure, ...]
    curves: tuple[Curve, ...]

    def figure(self, key: str) -> Figure | None:
        """The figure of that key, or ``None`` where the model does not compute it."""
        return next((f for f in self.figures if f.key == key), None)


class Parameter(Record):
    """One model parameter of the run and why it has this value.

    Attributes:
        name: name in the model file.
        meaning: in words.
        median: central value.
        unit: its unit.
        low: 5th percentile of what we hold possible.
        high: 95th percentile.
        rows: knowledge rows behind it.
        basis: ``measured``, ``calibrated``, ``derived`` or ``stated prior``.
        reason: why the policy chose these rows.
    """

    name: str
    meaning: str
    median: float
    unit: str
    low: float
    high: float
    rows: tuple[str, ...]
    basis: str
    reason: str


class InteractionRun(Record):
    """What the product does to one medicine, simulated: the same person with and without the product.

    Attributes:
        victim: id of the medicine in ``substances``.
        scenario: name of the regimen.
        when: ``first dose`` or ``last of 28 doses``; the medicine is taken at that moment.
        auc_ratio: AUC with the product over AUC without.
        cmax_ratio: the same of Cmax.
    """

    victim: str
    scenario: str
    when: str
    auc_ratio: Figure
    cmax_ratio: Figure
