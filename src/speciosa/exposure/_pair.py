"""A product and one medicine, both directions: how much, when it is largest, when it is gone, and in whom.

The same people run three times, with both, with the product alone and with the medicine alone. The clock of a run
starts at the first dose of either; everything else is told in hours after the last dose of the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from speciosa import knowledge, models
from speciosa.cases import Case, Regimen
from speciosa.exposure._held import left_out
from speciosa.exposure._intake import Intake, area_and_peak, fold, no_doses, swallowed, usual_mg
from speciosa.exposure._interaction import observed
from speciosa.exposure._outputs import Output
from speciosa.exposure._pair_results import Change, Fading, Pair, Phenotype, Spacing
from speciosa.exposure._parameters import draw
from speciosa.exposure._plan import Doses, Setting, alkaloids, doses, plan, setting, who
from speciosa.exposure._results import Figure
from speciosa.exposure._run import Progress, Run, execute
from speciosa.exposure._scenario import dose_times
from speciosa.exposure._summary import curve, figure

Array = NDArray[np.float64]

PEOPLE, DRAW_PEOPLE = 200, 20  # of the time courses; a ratio of one person to himself spreads little
FEW, DRAW_FEW = 40, 5  # of each time apart and each phenotype
ALKALOID_H = 72.0  # area of an alkaloid: three days after its last dose
SINGLE_H = 72.0  # area of a single dose of a medicine: so long, and what lies behind by its slope
BEFORE_H = (336.0, 240.0, 168.0, 96.0, 48.0, 24.0, 12.0, 8.0, 4.0, 2.0, 1.0)
AFTER_H = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 18.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0, 168.0)
LIMITS = (1.25, 1.05)  # the least change that regulators call one, and what no one could measure
LOOK = np.concatenate([np.arange(0.0, 3.0, 0.2), np.arange(3.0, 12.0, 0.5), np.arange(12.0, 72.1, 3.0)])
CYP2D6 = ("poor", "intermediate", "normal", "ultrarapid")
CYP3A5 = ("non-expresser", "expresser")
REFERENCE = ("normal", "non-expresser")


@dataclass(frozen=True)
class Use:
    """How the medicine is taken beside the product.

    Attributes:
        medicine: id of the compound.
        mg: one dose; the usual one where it is ``None``.
        every_h: time between doses; ``None`` for a single dose.
        days: how long it has been taken when the looked-at dose comes.
        after_h: the looked-at dose comes so many hours after the last dose of the product; negative: before it.
    """

    medicine: str
    mg: float | None = None
    every_h: float | None = None
    days: float = 0.0
    after_h: float = 0.0

    def course(self, moment: float, end: float) -> list[Intake]:
        """All doses, the looked-at one at ``moment``, going on until ``end`` where they are repeated."""
        if self.every_h is None:
            return [Intake(self.medicine, moment, self.mg)]
        before = int(self.days * 24.0 / self.every_h + 1e-9)
        after = max(int((end - moment) / self.every_h - 1e-9), 0)
        return [Intake(self.medicine, moment + k * self.every_h, self.mg) for k in range(-before, after + 1)]

    @property
    def window_h(self) -> float:
        """How long after the looked-at dose its area is taken."""
        return self.every_h or SINGLE_H


def usual(medicine: str) -> Use:
    """How a medicine is usually taken (table ``medicine_uses``)."""
    row = knowledge.load().find("medicine_uses", medicine=medicine)[0]
    return Use(medicine, None, row.every_h, row.days)


def pair(case: Case, regimen: Regimen, use: Use, *, progress: Progress | None = None) -> Pair:
    """Simulate one regimen of a case with one medicine.

    Args:
        case: a validated case.
        regimen: one of its regimens.
        use: how the medicine is taken.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        ModelError: the model does not hold the medicine.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    medicine = models.network().compound(use.medicine)
    compounds = (*alkaloids(()), medicine.id, *medicine.products)
    simulation = case.simulation
    draws = draw(simulation.draws, simulation.seed, compounds)

    def bench(people: int, draw_people: int, phenotypes: tuple[str, str] | None = None) -> Setting:
        someone = who(case)
        if phenotypes:
            someone = replace(someone, cyp2d6=phenotypes[0], cyp3a5=phenotypes[1])
        size = replace(simulation, people=min(people, simulation.people))
        return setting(someone, case.product.form, size, compounds, draws=draws, draw_people=draw_people)

    main = _Bench(case, regimen, use, bench(PEOPLE, DRAW_PEOPLE), progress)
    few = _Bench(case, regimen, use, bench(FEW, DRAW_FEW), progress)
    spacings = tuple(_spaced(few))
    groups = [
        (c2d6, c3a5, _Bench(case, regimen, use, bench(FEW, DRAW_FEW, (c2d6, c3a5)), progress))
        for c2d6 in CYP2D6
        for c3a5 in CYP3A5
    ]
    together = main.run(use.after_h, goes_on=True)
    return Pair(
        medicine=medicine.id,
        name=medicine.name,
        scenario=regimen.name,
        taken=_taken(main.at, use),
        people=int(np.sum(main.at.draw == 0)),
        draws=main.at.draws.count - 1,
        seed=simulation.seed,
        status=together.counts(),
        changes=tuple(_changes(main, together)),
        spacings=spacings,
        fading=tuple(_fading(spacings, medicine.name, few.alkaloid.name)),
        phenotypes=tuple(_phenotypes(groups)),
        parameters=draws.records,
        notes=(*left_out(medicine.id), *main.at.population.notes),
    )


class _Bench:
    """One set of people and draws with the doses of the product, and the runs that are asked of them."""

    def __init__(self, case: Case, regimen: Regimen, use: Use, at: Setting, progress: Progress | None) -> None:
        self.at, self.use, self.progress = at, use, progress
        self.product = doses(case, regimen, at)
        self.last = float(dose_times(regimen)[-1])
        self.medicine = models.network().compounds[use.medicine]
        held = [c for c in at.assembly.compounds if c.kind == "alkaloid"]
        entered = set(self.product[1])
        swallowed_ones = [c for c in held if any(state.startswith(f"{c.id}_") for state in entered)]
        self.alkaloid = (swallowed_ones or held)[0]
        self.outputs = [c.plasma for c in at.assembly.compounds]
        self.words = f"{regimen.name} with {self.medicine.name}"

    def run(self, after_h: float | None, *, goes_on: bool = False, product: bool = True) -> Run:
        """Both, or one of them: times of the run are hours after the last dose of the product.

        Args:
            after_h: when the looked-at dose of the medicine comes; ``None``: no medicine.
            goes_on: whether the medicine is taken on after that dose.
            product: whether the product is swallowed.
        """
        moment = 0.0 if after_h is None else after_h
        end = max(moment + self.use.window_h, ALKALOID_H)
        course = [] if after_h is None else self.use.course(moment, end if goes_on else moment)
        time, into, amount = self.product if product else no_doses(self.at)
        given: Doses = (time - self.last, into, amount)
        start = min([one.time for one in course] + list(given[0][:1]) + [0.0])
        given = (given[0] - start, into, amount)
        shifted = [replace(one, time=one.time - start) for one in course]
        times = np.unique(np.round(np.concatenate([[0.0], LOOK - start, LOOK + moment - start]), 9))
        made = plan(self.at, swallowed(self.at, given, shifted), times, self.outputs)
        ran = execute(made, words=self.words, progress=self.progress)
        return replace(ran, plan=replace(ran.plan, times=times + start))

    def of_medicine(self, run: Run, symbol: str, after_h: float) -> tuple[Array, Array]:
        """Area and highest value of the medicine or a metabolite after the looked-at dose."""
        end = after_h + self.use.window_h
        return area_and_peak(run, symbol, after_h, end, whole=self.use.every_h is None)

    def of_alkaloid(self, run: Run, symbol: str) -> tuple[Array, Array]:
        """Area and highest value of an alkaloid after the last dose of the product."""
        return area_and_peak(run, symbol, 0.0, ALKALOID_H, whole=False)


def _changes(bench: _Bench, together: Run) -> Iterator[Change]:
    use, at = bench.use, bench.at
    medicine_alone = bench.run(use.after_h, goes_on=True, product=False)
    product_alone = bench.run(None)
    compounds = [c for kind in ("medicine", "alkaloid") for c in at.assembly.compounds if c.kind == kind]
    for compound in (c for c in compounds if c.seen):
        alkaloid = compound.kind == "alkaloid"
        alone = product_alone if alkaloid else medicine_alone
        if alkaloid:
            change = fold(*(bench.of_alkaloid(run, compound.plasma) for run in (together, alone)))
        else:
            change = fold(*(bench.of_medicine(run, compound.plasma, use.after_h) for run in (together, alone)))
        other = bench.medicine.name if alkaloid else "the product"
        shown = Output(compound.plasma, f"{compound.name}.plasma", f"{compound.name} in plasma", "nM", "concentration")
        label = f"of {compound.name} with {other}"
        auc, cmax = f"{compound.name}.auc_ratio", f"{compound.name}.cmax_ratio"
        yield Change(
            compound=compound.name,
            role="alkaloid" if alkaloid else "metabolite of the medicine" if compound.gut == "none" else "medicine",
            auc_ratio=_ratio(auc, f"AUC {label}", change[0], together, observed(auc)),
            cmax_ratio=_ratio(cmax, f"Cmax {label}", change[1], together, observed(cmax)),
            alone=curve(shown, alone),
            together=curve(shown, together),
        )


def _spaced(bench: _Bench) -> Iterator[Spacing]:
    """The pair at different times apart; a course of the medicine ends with the looked-at dose."""
    base = _alone(bench)
    for hours in (*(-h for h in BEFORE_H), *AFTER_H):
        medicine, alkaloid = _both(bench, hours, base)
        yield Spacing(hours=hours, medicine=medicine, alkaloid=alkaloid)


def _alone(bench: _Bench) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Area and peak of the medicine alone and of the alkaloid alone."""
    medicine = bench.of_medicine(bench.run(0.0, product=False), bench.medicine.plasma, 0.0)
    return medicine, bench.of_alkaloid(bench.run(None), bench.alkaloid.plasma)


def _both(
    bench: _Bench, hours: float, base: tuple[tuple[Array, Array], tuple[Array, Array]]
) -> tuple[Figure | None, Figure]:
    run = bench.run(hours)
    medicine = fold(bench.of_medicine(run, bench.medicine.plasma, hours), base[0])[0]
    alkaloid = fold(bench.of_alkaloid(run, bench.alkaloid.plasma), base[1])[0]
    names = (bench.medicine.name, bench.alkaloid.name)
    return (
        _ratio(f"{names[0]}.auc_ratio", f"AUC of {names[0]} with the product", medicine, run)
        if bench.medicine.seen
        else None,
        _ratio(f"{names[1]}.auc_ratio", f"AUC of {names[1]} with {names[0]}", alkaloid, run),
    )


def _phenotypes(groups: list[tuple[str, str, _Bench]]) -> Iterator[Phenotype]:
    alone = {(c2d6, c3a5): _alone(bench) for c2d6, c3a5, bench in groups}
    usual_area = _central(alone[REFERENCE][0][0], groups[0][2])
    for c2d6, c3a5, bench in groups:
        base = alone[c2d6, c3a5]
        medicine, alkaloid = _both(bench, bench.use.after_h, base)
        yield Phenotype(
            cyp2d6=c2d6,
            cyp3a5=c3a5,
            medicine=medicine,
            alkaloid=alkaloid,
            exposure=_central(base[0][0], bench) / usual_area,
        )


def _central(values: Array, bench: _Bench) -> float:
    """The median person at the central parameters."""
    return float(np.nanmedian(values[bench.at.draw == 0]))


def _fading(spacings: tuple[Spacing, ...], *names: str) -> Iterator[Fading]:
    """Of the medicine when it comes after the product, of the alkaloid when the medicine came before."""
    for name, take, sign in zip(names, ("medicine", "alkaloid"), (1.0, -1.0), strict=True):
        figures = [(one.hours, getattr(one, take)) for one in spacings]
        if any(one is None for _, one in figures):
            continue
        most = max(figures, key=lambda pair: _far(pair[1].value))
        apart = sorted(((abs(h), one) for h, one in figures if sign * h >= 0.0), key=lambda pair: pair[0])
        for limit in LIMITS:
            yield Fading(
                compound=name,
                largest_h=most[0],
                largest=most[1].value,
                below=limit,
                after_h=_gone([(h, [one.value]) for h, one in apart], limit),
                all_after_h=_gone([(h, _ends(one)) for h, one in apart], limit),
            )


def _gone(apart: list[tuple[float, list[float]]], limit: float) -> float | None:
    """The first time apart from which on every value stays within the limit."""
    gone: float | None = None
    for hours, values in reversed(apart):
        if any(_far(value) > limit for value in values):
            break
        gone = hours
    return gone


def _ends(one: Figure) -> list[float]:
    return [one.value] if one.variability is None else [one.variability.low, one.variability.high]


def _far(ratio: float) -> float:
    """How many-fold a ratio is from 1, up or down; what failed is not far."""
    return max(ratio, 1.0 / ratio) if np.isfinite(ratio) and ratio > 0.0 else 1.0


def _ratio(key: str, label: str, values: Array, run: Run, rows: tuple[str, ...] = ()) -> Figure:
    made = figure(key, f"{label} over without", values, "", run, rows)
    return made or Figure(key=key, label=f"{label} over without", value=float("nan"), unit="")


def _taken(at: Setting, use: Use) -> str:
    mg = usual_mg(at, use.medicine) if use.mg is None else use.mg
    row = knowledge.load().find("medicine_uses", medicine=use.medicine)[0]
    dose = f"{mg:g} mg{f' ({row.dose_form})' if use.mg is None else ''}"
    if use.every_h is None:
        when = "with the last dose of the product"
        if use.after_h:
            when = f"{abs(use.after_h):g} h {'after' if use.after_h > 0 else 'before'} the last dose of the product"
        return f"{dose} once, {when}"
    return f"{dose} every {use.every_h:g} h for {use.days:g} days before, and on"
