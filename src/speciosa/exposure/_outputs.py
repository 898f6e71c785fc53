"""What is recorded of a run, and how each recorded symbol is shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from speciosa import models
from speciosa.exposure._affinities import panels_of
from speciosa.exposure._run import Run
from speciosa.models import Compound, Target


@dataclass(frozen=True)
class Output:
    """One recorded model symbol and how it is shown.

    Attributes:
        symbol: in the model.
        key: machine name.
        label: in words.
        unit: of the values.
        group: picture it belongs to.
        compounds: ids, of which one must be in the model; none are needed where it is empty.
        panels: names of the panels of data sets that it depends on.
        detail: whether a report shows it only on asking.
    """

    symbol: str
    key: str
    label: str
    unit: str
    group: str
    compounds: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    detail: bool = False


@cache
def all_outputs() -> tuple[Output, ...]:
    """Everything that can be recorded of any model, in the order of the report."""
    net = models.network()
    alkaloids = [c for c in net.compounds.values() if c.kind == "alkaloid"]
    return (
        *_concentrations(alkaloids),
        *(output for target in net.targets.values() for output in _target(target, alkaloids)),
        *_enzymes(),
        *_dynamics(),
    )


def outputs(assembly: models.Assembly) -> tuple[Output, ...]:
    """What can be recorded of a model."""
    present = {c.id for c in assembly.compounds}
    return tuple(o for o in all_outputs() if not o.compounds or present & set(o.compounds))


def recorded(run: Run) -> tuple[Output, ...]:
    """What was recorded in a run."""
    return tuple(output for output in all_outputs() if output.symbol in run.plan.outputs)


def is_minor(compound: Compound) -> bool:
    """Whether a report folds a compound away: those of minimal disposition."""
    return compound.disposition == "minimal"


def _concentrations(alkaloids: list[Compound]) -> Iterator[Output]:
    """Plasma of every alkaloid, then brain of those that bind a target there."""
    for c in alkaloids:
        label = f"{c.name} in plasma"
        yield Output(c.plasma, f"{c.name}.plasma", label, "nM", "concentration", (c.id,), detail=is_minor(c))
    in_brain = {t.id for t in models.network().targets.values() if t.site == "brain"}
    for c in alkaloids:
        if in_brain & set(c.targets):
            symbol, label = f"{c.id}_brain_Cu", f"unbound {c.name} in brain"
            yield Output(symbol, f"{c.name}.brain", label, "nM", "brain", (c.id,), detail=is_minor(c))


def _target(target: Target, alkaloids: list[Compound]) -> Iterator[Output]:
    """What all alkaloids hold of a target; where stimulus is computed, what each of them holds and the response."""
    t, binding = target.id, [c for c in alkaloids if target.id in c.targets]
    if not binding:
        return
    ids, panels = tuple(c.id for c in binding), panels_of(t)
    group, label = "occupancy" if target.signal else "targets", f"{target.held} by any alkaloid"
    yield Output(f"{t}_occupancy", f"{t}.occupancy", label, "", group, ids, panels, detail=not target.signal)
    if not target.signal:
        return
    for c in binding:
        label = f"{target.held} by {c.name}"
        symbol, key = f"{c.id}_{t}_occupancy", f"{t}.occupancy.{c.name}"
        yield Output(symbol, key, label, "", group, (c.id,), panels, detail=is_minor(c))
    label = f"response at the {target.name} over that to a full agonist"
    yield Output(f"{t}_effect", f"{t}.effect", label, "", group, ids, panels_of(t, efficacy=True))


def _enzymes() -> Iterator[Output]:
    active = "over baseline"
    yield Output("CYP3A_gut_active", "CYP3A_gut", f"active CYP3A of the small intestine, {active}", "", "enzyme")
    yield Output("CYP3A_liver_E", "CYP3A_liver", f"active CYP3A of the liver, {active}", "", "enzyme")


def _dynamics() -> Iterator[Output]:
    """What follows from the targets: withdrawal, breathing, the heart, monoamines."""
    naive = "opioid effect, as in a person who is not tolerant"
    over, opioid = "over the person's own baseline", _of("MOR", efficacy=True)
    level = "opioid effect that the body is adapted to"
    yield Output("withdrawal_intensity", "withdrawal", "intensity of withdrawal, 0 to 1", "", "withdrawal", *opioid)
    yield Output("adaptation_level", "adaptation", level, "", "withdrawal", *opioid, detail=True)
    yield Output("MOR_naive_effect", "naive_effect", naive, "", "withdrawal", *opioid, detail=True)
    resting = f"ventilation at rest, {over}"
    yield Output("breathing_ventilation", "breathing.ventilation", resting, "", "breathing", *opioid)
    answer = "ventilation at raised carbon dioxide, over that without any drug"
    yield Output("breathing_response", "breathing.response", answer, "", "breathing", *opioid)
    rise = "rise of carbon dioxide in arterial blood"
    yield Output("breathing_PaCO2_rise", "breathing.PaCO2", rise, "mmHg", "breathing", *opioid)
    change = "change of the QT interval, corrected for heart rate"
    yield Output("heart_rhythm_QTc_change", "heart.QTc", change, "ms", "heart", *_of("HERG"))
    for amine in models.network().monoamines:
        label = f"extracellular {amine} in the brain, over baseline: what can be computed"
        yield Output(f"{amine}_level", f"{amine}.level", label, "", "monoamine", *opioid)


def _of(target: str, *, efficacy: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the compounds that bind a target, and the panels of data sets on it."""
    ids = tuple(c.id for c in models.network().compounds.values() if target in c.targets)
    return ids, panels_of(target, efficacy=efficacy)
