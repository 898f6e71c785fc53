"""What the product does to breathing, alone and beside what else the person takes."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._computed import figures, lowest, named, percent, worst
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import is_seven_oh
from speciosa.checks._words import count, join, listed, number, sentence, with_spreads
from speciosa.exposure import Exposure, Figure, Scenario, company

COMPUTED = Rule(
    id="breathing.computed",
    text="ventilation at rest and at raised carbon dioxide was simulated, with the opioids and sedatives of the list",
)
NOT_COMPUTED = Rule(id="breathing.not-computed", text="the simulation gave no figure on breathing")
REST, ANSWER, RISE, BEFORE = (
    "breathing.ventilation.min",
    "breathing.response.min",
    "breathing.PaCO2.max",
    "breathing.response.before",
)
MUCH = 0.75  # of the own answer to carbon dioxide left: less is judged to matter
CEILING, NO_CEILING, CALLS = "function:F077", "function:F078", "harms:H021"
KNOWN_OPIOIDS = ("effect_checks:EC13", "effect_checks:EC15", "effect_checks:EC17", "effect_checks:EC18")
PEOPLE = ("exposure_response:E008", "exposure_response:E015")


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding, on the regimen in which breathing is depressed most."""
    found = worst(exposure, ANSWER, min)
    yield _computed(case, exposure, *found) if found is not None else _not_computed()


def _computed(case: Case, exposure: Exposure, scenario: Scenario, answer: Figure) -> Finding:
    rest, rise, before = (scenario.figure(key) for key in (REST, RISE, BEFORE))
    return Finding(
        id="breathing:computed",
        topic=Topic.BREATHING,
        severity=_severity(case, answer, before),
        title="Breathing",
        sentence=join(
            f"In the simulation of “{scenario.name}” the lungs of the median person answer to raised carbon dioxide "
            f"with {with_spreads(percent(answer))} of what they would without any drug. This answer is what keeps a "
            "person breathing in sleep and with a second drug.",
            f"Awake and at rest the lowest ventilation is {with_spreads(percent(rest))} of the own baseline."
            if rest
            else "",
            f"Carbon dioxide in the blood rises by up to {with_spreads(rise)}." if rise else "",
            _beside(case, before, answer),
            _product(case),
            "The figures are of a person with healthy lungs and of doses as entered. They never mean that it is safe: "
            "slow or stopped breathing is an emergency.",
        ),
        reason=join(
            "The opioid effect in the brain lowers a drive that depends on being awake and the reflexes that answer to "
            "carbon dioxide; sedatives take their share of both. The model gives back what oxycodone, alcohol and "
            "buprenorphine did in volunteers (table effect_checks).",
            _ceiling(),
        ),
        rule=COMPUTED,
        certainty=Certainty.VERY_LOW,
        figures=tuple(_shown(exposure)),
        sources=tuple(dict.fromkeys((*answer.rows, CEILING, NO_CEILING, CALLS, *KNOWN_OPIOIDS, *PEOPLE))),
        not_known=tuple(_not_known()),
    )


def _severity(case: Case, answer: Figure, before: Figure | None) -> Severity:
    if answer.value <= MUCH or before is not None or is_seven_oh(case.product):
        return Severity.MAJOR
    return Severity.MODERATE if lowest(answer) <= MUCH else Severity.MINOR


def _beside(case: Case, before: Figure | None, answer: Figure) -> str:
    """What of it is there before the first dose, by what else is taken."""
    if before is None:
        return ""
    names = listed(companion.name for companion in company(case))
    return sentence(
        f"{names} at a usual dose counted too: before the first dose {number(100.0 * before.value)} % are left, with "
        f"the product {number(100.0 * answer.value)} %. Larger doses or more of them do more"
    )


def _product(case: Case) -> str:
    if is_seven_oh(case.product):
        return (
            "The product is one of 7-hydroxymitragynine: in mice nothing limited how far larger amounts went. The "
            "model stops where the efficacy measured in cells stops, and may be too kind."
        )
    return ""


def _ceiling() -> str:
    known = knowledge.load()
    top = known.row(CEILING)
    return (
        f"In mice mitragynine by mouth did no more above {number(top.number('potency_value'))} {top.potency_unit}, and "
        "7-hydroxymitragynine went on. No limit is written into the model. It follows from efficacy, for mitragynine "
        "is a weak partial agonist, and from the enzyme that turns it into 7-hydroxymitragynine, a stronger one."
    )


def _shown(exposure: Exposure) -> Iterator[Figure]:
    for key in (REST, ANSWER, BEFORE):
        for scenario, figure in figures(exposure, key):
            yield percent(named(scenario, figure))
    for scenario, figure in figures(exposure, RISE):
        yield named(scenario, figure)


def _not_known() -> Iterator[str]:
    known = knowledge.load()
    calls, trial = known.row(CALLS), known.row(PEOPLE[0])
    yield (
        f"How far breathing falls in people: in a trial of {trial.dose} {trial.dose_unit} of mitragynine vital signs "
        "did not change, and nobody measured the answer to carbon dioxide."
    )
    yield "What happens in sleep, in illness of the lungs, and above the amounts entered."
    yield (
        f"How often it happens: {number(calls.number('value'))} % of {count(calls.number('n'))} calls to poison "
        f"centres on kratom alone were for {calls.measure}; those who do not call are not counted."
    )


def _not_computed() -> Finding:
    return Finding(
        id="breathing:not-computed",
        topic=Topic.BREATHING,
        severity=Severity.UNKNOWN,
        title="Breathing",
        sentence="What the product does to breathing was not computed. That does not mean that it does nothing.",
        reason="No run of the simulation gave a figure.",
        rule=NOT_COMPUTED,
        certainty=Certainty.NOT_KNOWN,
        sources=(CEILING, NO_CEILING, CALLS),
        not_known=tuple(_not_known()),
    )
