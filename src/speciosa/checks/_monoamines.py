"""Serotonin, noradrenaline, dopamine: what can be computed, and that it is no answer where a transporter is unknown."""

from collections.abc import Iterator

from speciosa import knowledge, models
from speciosa.cases import Case
from speciosa.checks._computed import figures, named
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._words import join, listed, sentence, with_spreads
from speciosa.exposure import Exposure, Figure, Scenario
from speciosa.models import Monoamine

RULE = Rule(
    id="monoamines.computed",
    text="extracellular levels were simulated; an answer needs an interval without no effect in it, and a transporter "
    "at which an alkaloid was measured",
)
NOT_MEASURED = ("neurotransmitters:N010", "neurotransmitters:N011", "neurotransmitters:N018")
DOPAMINE = ("neurotransmitters:N001", "neurotransmitters:N002")
CHECKED = ("effect_checks:EC01", "effect_checks:EC05", "effect_checks:EC08", "effect_checks:EC09")


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """One finding on all three."""
    known = knowledge.load()
    amines = models.network().monoamines.values()
    shown = tuple(_shown(exposure))
    answers = [f for f in shown if f.determined]
    unmeasured = [models.network().targets[a.transporter].name for a in amines if not _measured(a)]
    first, again = (known.row(row) for row in DOPAMINE)
    yield Finding(
        id="monoamines:computed",
        topic=Topic.MONOAMINES,
        severity=Severity.INFORM,
        title=f"{listed(a.name for a in amines).capitalize()}",
        sentence=join(
            *(_sentence(amine, exposure) for amine in amines),
            f"Nobody measured an alkaloid of kratom at the {listed(unmeasured)}." if unmeasured else "",
            "That kratom raises or lowers one of them in people has not been shown, and no mood follows from it.",
        ),
        reason=join(
            "Levels are computed over their own baseline, so that the absolute level, on which papers differ 75-fold, "
            "does not matter: release, braked by autoreceptors and driven by what an opioid does to the neurones, "
            "against uptake. The parts give back what known medicines do in rats (table effect_checks).",
            sentence(
                f"Mitragynine in the {first.region_or_sample} of rats: {first.schedule} {first.direction}, "
                f"{again.schedule} {again.direction}"
            ),
        ),
        rule=RULE,
        certainty=Certainty.VERY_LOW if answers else Certainty.NOT_KNOWN,
        figures=shown,
        sources=tuple(dict.fromkeys((*NOT_MEASURED, *DOPAMINE, *CHECKED, *(row for f in shown for row in f.rows)))),
        not_known=tuple(sentence(known.row(row).direction) for row in NOT_MEASURED),
    )


def _shown(exposure: Exposure) -> Iterator[Figure]:
    for amine in models.network().monoamines:
        for key in (f"{amine}.level", f"{amine}.level.after"):
            for scenario, figure in figures(exposure, key):
                yield named(scenario, figure)


def _sentence(amine: Monoamine, exposure: Exposure) -> str:
    found: list[tuple[Scenario, Figure]] = list(figures(exposure, f"{amine.name}.level"))
    if not found:
        return f"{amine.name.capitalize()}: not computed."
    scenario, figure = max(found, key=lambda pair: abs(pair[1].value - 1.0))
    return f"{amine.name.capitalize()} in “{scenario.name}”: {with_spreads(figure, '-fold')}."


def _measured(amine: Monoamine) -> bool:
    return bool(models.network().targets[amine.transporter].ligands)
