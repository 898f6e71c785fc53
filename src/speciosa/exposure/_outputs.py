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
    """

    symbol: str
    key: str
    label: str
    unit: str
    group: str
    compounds: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()


@cache
def all_outputs() -> tuple[Output, ...]:
    """Everything that can be recorded of any model, in the order of the report."""
    net = models.network()
    alkaloids = [c for c in net.compounds.values() if c.kind == "alkaloid"]
    return (
        *_concentrations(alkaloids),
        *(output for target in net.targets.values() for output in _target(target, alkaloids)),
        *_enzymes(),
    )


def outputs(assembly: models.Assembly) -> tuple[Output, ...]:
    """What can be recorded of a model."""
    present = {c.id for c in assembly.compounds}
    return tuple(o for o in all_outputs() if not o.compounds or present & set(o.compounds))


def recorded(run: Run) -> tuple[Output, ...]:
    """What was recorded in a run."""
    return tuple(output for output in all_outputs() if output.symbol in run.plan.outputs)


def _concentrations(alkaloids: list[Compound]) -> Iterator[Output]:
    """Plasma of every alkaloid, then brain of those that bind a target there."""
    for c in alkaloids:
        yield Output(c.plasma, f"{c.name}.plasma", f"{c.name} in plasma", "nM", "concentration", (c.id,))
    in_brain = {t.id for t in models.network().targets.values() if t.site == "brain"}
    for c in alkaloids:
        if in_brain & set(c.targets):
            yield Output(f"{c.id}_brain_Cu", f"{c.name}.brain", f"unbound {c.name} in brain", "nM", "brain", (c.id,))


def _target(target: Target, alkaloids: list[Compound]) -> Iterator[Output]:
    """What all alkaloids hold of a target; where stimulus is computed, what each of them holds and the response."""
    t, binding = target.id, [c for c in alkaloids if target.id in c.targets]
    if not binding:
        return
    ids, panels = tuple(c.id for c in binding), panels_of(t)
    group = "occupancy" if target.signal else "targets"
    yield Output(f"{t}_occupancy", f"{t}.occupancy", f"{target.held} by any alkaloid", "", group, ids, panels)
    if not target.signal:
        return
    for c in binding:
        label = f"{target.held} by {c.name}"
        yield Output(f"{c.id}_{t}_occupancy", f"{t}.occupancy.{c.name}", label, "", group, (c.id,), panels)
    label = f"response at the {target.name} over that to a full agonist"
    yield Output(f"{t}_effect", f"{t}.effect", label, "", group, ids, panels_of(t, efficacy=True))


def _enzymes() -> Iterator[Output]:
    active = "over baseline"
    yield Output("CYP3A_gut_active", "CYP3A_gut", f"active CYP3A of the small intestine, {active}", "", "enzyme")
    yield Output("CYP3A_liver_E", "CYP3A_liver", f"active CYP3A of the liver, {active}", "", "enzyme")
