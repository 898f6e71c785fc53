"""One regimen, simulated: when to look, and which figures to report."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from speciosa import models
from speciosa.cases import Case, Regimen
from speciosa.exposure._company import Companion
from speciosa.exposure._effect_figures import effect_figures
from speciosa.exposure._outputs import Output, is_minor, recorded
from speciosa.exposure._parameters import Draws
from speciosa.exposure._results import Figure, Scenario, TargetUse
from speciosa.exposure._run import Run
from speciosa.exposure._summary import auc, curve, figure, terminal_rate

Array = NDArray[np.float64]

WINDOW = 168.0  # h after the last dose in which kinetics are read: three and a half half-lives of mitragynine
FOLLOW_UP = 336.0  # h after the last dose: acute withdrawal is over in ten days
FOLLOWED = frozenset({"withdrawal", "monoamine"})  # groups of curves that are shown to the end of the follow-up
CLOSE = (*np.round(np.arange(0.0, 1.45, 0.1), 1), 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 24.0)
COARSE = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 20.0)
TAIL = (*np.arange(30.0, WINDOW + 1.0, 6.0), *np.arange(WINDOW + 12.0, FOLLOW_UP + 1.0, 12.0))


def times(regimen: Regimen) -> Array:
    """Output times, h since the first dose: close around the first and last dose, coarser between, then a tail."""
    moments = dose_times(regimen)
    grid = [moments[0] + np.array(CLOSE), moments[-1] + np.array([*CLOSE, *TAIL])]
    grid += [m + np.array(COARSE) for m in moments[1:-1]]
    merged = np.unique(np.round(np.concatenate([*grid, moments]), 6))
    return np.asarray(merged[merged <= moments[-1] + FOLLOW_UP])


def dose_times(regimen: Regimen) -> Array:
    """Times of the doses, h since the first."""
    moments = np.array([when for when, _ in regimen.events()])
    return np.asarray(moments - moments[0])


def scenario(case: Case, regimen: Regimen, run: Run, draws: Draws, company: tuple[Companion, ...] = ()) -> Scenario:
    """All figures and curves of one regimen."""
    central = int(np.sum(run.plan.draw == 0))
    last = float(dose_times(regimen)[-1])

    def until(output: Output) -> float:
        return last + (FOLLOW_UP if output.group in FOLLOWED else WINDOW)

    return Scenario(
        name=regimen.name,
        regimen=regimen.in_words(),
        people=central,
        draws=int(np.max(run.plan.draw)),
        seed=case.simulation.seed,
        status=run.counts(),
        figures=figures(case, regimen, run, draws, company),
        curves=tuple(curve(output, run, until=until(output)) for output in recorded(run)),
        targets=tuple(_targets(run)),
    )


def figures(
    case: Case, regimen: Regimen, run: Run, draws: Draws, company: tuple[Companion, ...] = ()
) -> tuple[Figure, ...]:
    """All figures of one regimen; the number of every run is kept in ``run.measured``."""
    found = (
        *_figures(case, regimen, run, draws),
        *effect_figures(dose_times(regimen), run, draws, company, _measured_share(case, regimen, "HERG")),
    )
    return tuple(f for f in found if f is not None)


def _measured_share(case: Case, regimen: Regimen, target: str) -> float:
    """Share of the swallowed alkaloids, by weight, that were ever measured at a target."""
    dose = regimen.events()[0][1]
    swallowed = {c.name: case.product.mg(c.name, dose) or 0.0 for c in models.network().compounds.values()}
    at = models.network().targets[target]
    measured = sum(mg for name, mg in swallowed.items() if name in {*at.ligands, *at.inactive})
    return measured / (sum(swallowed.values()) or 1.0)


def _targets(run: Run) -> Iterator[TargetUse]:
    """Every target, also those that nobody measured."""
    net, shown = models.network(), recorded(run)
    present = [c for c in net.compounds.values() if any(o.symbol == c.plasma for o in shown)]
    for target in net.targets.values():
        key = next((f"{o.key}.max" for o in shown if o.symbol == f"{target.id}_occupancy"), "")
        names = [c.name for c in present]
        yield TargetUse(
            id=target.id,
            name=target.name,
            held=target.held,
            figure=key,
            binding=tuple(name for name in names if name in target.ligands),
            unmeasured=tuple(name for name in names if name not in {*target.ligands, *target.inactive}),
            measured=bool(target.ligands),
        )


def _figures(case: Case, regimen: Regimen, run: Run, draws: Draws) -> Iterator[Figure | None]:
    moments = dose_times(regimen)
    shown = recorded(run)
    for compound in models.network().compounds.values():
        if any(output.symbol == compound.plasma for output in shown):
            rows = _rows(draws, compound.id)
            told = (
                *_doses(case, regimen, compound.name),
                *_plasma(compound.name, run.output(compound.plasma), moments, run, rows),
            )
            yield from (_folded(f) for f in told) if is_minor(compound) else told
    for output in shown:
        if output.group in {"occupancy", "targets"}:
            highest = _highest(output, run, draws)
            yield _folded(highest) if output.detail else highest
        if output.group == "enzyme":
            values, rows = run.output(output.symbol), _rows(draws, "mitragynine")
            yield figure(f"{output.key}.min", f"lowest {output.label}", np.min(values, axis=1), "", run, rows)


def _folded(figure: Figure | None) -> Figure | None:
    return None if figure is None else figure.model_copy(update={"detail": True})


def _highest(output: Output, run: Run, draws: Draws) -> Figure | None:
    """The highest share of a target, with what it would be under each data set."""
    target, response = output.key.partition(".")[0], output.key.endswith(".effect")
    records = () if draws.affinities is None else draws.affinities.records
    ends = (f"_Ki_{target}", *((f"_Emax_{target}", f"{target}_tau_full") if response else ()))
    rows = tuple(dict.fromkeys(row for r in records if r.name.endswith(ends) for row in r.rows))
    values = np.max(run.output(output.symbol), axis=1)
    share = f"highest {output.label}" if response else f"highest share of {output.label}"
    return figure(f"{output.key}.max", share, values, "", run, rows, draws=draws, panels=output.panels)


def _doses(case: Case, regimen: Regimen, name: str) -> Iterator[Figure]:
    events = regimen.events()
    rows = case.product.rows(name)
    per_dose = case.product.mg(name, events[0][1])
    if per_dose is None:
        return
    content = case.product.content(name)
    counted = f", {content.qualifier}: counted as 0" if content is not None and content.value is None else ""
    label = f"{name} in the first dose{counted}"
    yield Figure(key=f"{name}.dose_mg", label=label, value=per_dose, unit="mg", rows=rows)
    if len(events) > 1:
        total = sum(case.product.mg(name, amount) or 0.0 for _, amount in events)
        days = max((events[-1][0] - events[0][0]) / 24.0 + 1.0, 1.0)
        yield Figure(key=f"{name}.dose_mg_per_day", label=f"{name} per day", value=total / days, unit="mg", rows=rows)


def _plasma(name: str, values: Array, moments: Array, run: Run, rows: tuple[str, ...]) -> Iterator[Figure | None]:
    t, last = run.plan.times, float(moments[-1])
    peak = np.argmax(values, axis=1)
    yield figure(f"{name}.cmax", f"highest {name} in plasma", values[np.arange(len(values)), peak], "nM", run, rows)
    if moments.size == 1:
        rate = terminal_rate(values, t, last + WINDOW / 2, last + WINDOW)
        end = values[:, int(np.searchsorted(t, last + WINDOW))]
        whole = auc(values, t, 0.0, last + WINDOW) + end / rate
        yield figure(f"{name}.tmax", f"time of the highest {name}", t[peak], "h", run, rows)
        yield figure(f"{name}.auc", f"area under {name} in plasma, to infinity", whole, "nM*h", run, rows)
        late = f"half-life of {name} from {WINDOW / 2:g} to {WINDOW:g} h"
        yield figure(f"{name}.half_life", late, np.log(2.0) / rate, "h", run, rows)
        return
    first_gap, last_gap = float(moments[1] - moments[0]), float(moments[-1] - moments[-2])
    first, final = auc(values, t, 0.0, first_gap), auc(values, t, last, last + last_gap)
    trough = values[:, int(np.argmin(np.abs(t - last)))]
    yield figure(f"{name}.auc", f"area under {name} in plasma over the last dosing interval", final, "nM*h", run, rows)
    yield figure(f"{name}.trough", f"{name} in plasma just before the last dose", trough, "nM", run, rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = final / first
    yield figure(f"{name}.accumulation", f"last over first dosing interval of {name}, by area", ratio, "", run, rows)


def _rows(draws: Draws, compound: str) -> tuple[str, ...]:
    """Rows behind the exposure of one compound: what its calibrated parameters were fitted to."""
    fitted = (c for c in draws.choices.values() if c.name.startswith(f"{compound}_") and c.basis == "calibrated")
    return tuple(dict.fromkeys(row for choice in fitted for row in choice.rows))
