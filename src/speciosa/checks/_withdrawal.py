"""What comes after the last dose: how strong withdrawal is, when it begins, is worst and is over."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Regimen
from speciosa.checks import _studied
from speciosa.checks._computed import highest, keyed
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._words import computed, join, number, sentence, slug, with_spreads
from speciosa.exposure import Exposure, Figure, Scenario

COMPUTED = Rule(
    id="withdrawal.computed",
    text="the body's adaptation to the opioid effect was simulated over all doses and for two weeks after the last",
)
NOT_COMPUTED = Rule(id="withdrawal.not-computed", text="the simulation gave no figure on withdrawal")
PEAK, ONSET, WORST, OVER, BETWEEN = (
    "withdrawal.peak",
    "withdrawal.onset",
    "withdrawal.peak_time",
    "withdrawal.over",
    "withdrawal.between",
)
SIGNS, BEGINS, TOP, ACUTE, LINGER = (
    "dependence:D006",
    "dependence:D035",
    "dependence:D036",
    "dependence:D037",
    "dependence:D038",
)
CONFLICT, TRIAL, OTHERS = "dependence:D033", "exposure_response:E022", ("dependence:D039", "dependence:D040")
MODERATE_AT = "dependence:D013"
MUCH, SOME = 0.5, 0.1  # of the scale: moderate withdrawal, and what is judged to be next to none


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding per regimen."""
    for regimen, scenario in zip(case.regimens, exposure.scenarios, strict=False):
        yield _finding(case, regimen, scenario)


def _finding(case: Case, regimen: Regimen, scenario: Scenario) -> Finding:
    peak = scenario.figure(PEAK)
    strong = peak is not None and computed(peak)
    return Finding(
        id=f"withdrawal:{slug(regimen.name)}",
        topic=Topic.WITHDRAWAL,
        severity=_severity(case, peak) if peak is not None and strong else Severity.UNKNOWN,
        title=f"After the last dose of “{regimen.name}”",
        sentence=join(
            _strength(peak) if peak is not None and strong else "How strong withdrawal becomes was not computed.",
            _course(scenario) if peak is not None and peak.value >= SOME else "",
            *_reported(regimen, peak),
            "You use kratom already, and how much was not part of the question: expect more than this."
            if case.person.kratom_use == "daily"
            else "",
        ),
        reason=join(
            "The body adapts to the opioid effect within days; withdrawal is what is missing when the effect falls "
            "below that level. It follows time since the last dose, and the amount taken before, hardly the hours at "
            "which it was taken.",
            f"The scale is set so that 0.5 is the worst after {number(_studied.heavy_per_day())} mg of mitragynine a "
            f"day as tea for four weeks, where moderate withdrawal was seen ({MODERATE_AT}).",
            sentence(_conflicts()),
        ),
        rule=COMPUTED if strong else NOT_COMPUTED,
        certainty=Certainty.VERY_LOW if strong else Certainty.NOT_KNOWN,
        figures=tuple(_shown(scenario)),
        sources=tuple(
            dict.fromkeys(
                (SIGNS, BEGINS, TOP, ACUTE, LINGER, CONFLICT, TRIAL, *OTHERS, MODERATE_AT, *(peak.rows if peak else ()))
            )
        ),
        not_known=(
            "How withdrawal differs from person to person at the same amount: nobody measured it.",
            "How fast people adapt to a partial agonist: the constants are those of morphine in rats, or recalled.",
        ),
        subject=regimen.name,
    )


def _severity(case: Case, peak: Figure) -> Severity:
    if peak.value >= MUCH or case.person.kratom_use == "daily":
        return Severity.MAJOR
    if peak.value >= SOME:
        return Severity.MODERATE
    return Severity.MINOR if highest(peak) >= SOME else Severity.INFORM


def _reported(regimen: Regimen, peak: Figure | None) -> Iterator[str]:
    """What people told of, where it concerns this regimen: several doses, or a strong one."""
    if len(regimen.events()) == 1 and peak is not None and peak.value < SOME:
        return
    yield (
        f"In what was reported withdrawal begins {_span(BEGINS)} after the last dose, is worst after {_span(TOP)} and "
        f"the acute part is over after {_span(ACUTE)}: {knowledge.load().row(SIGNS).value}."
    )
    yield f"Low mood, poor sleep and worry can linger for {_span(LINGER)}; that was not simulated."


def _strength(peak: Figure) -> str:
    word = "moderate or worse" if peak.value >= MUCH else "mild" if peak.value >= SOME else "next to none"
    return (
        f"In the simulation withdrawal of the median person is {word}: at its worst {with_spreads(peak)} on a scale "
        "from 0 to 1, where 0.5 is moderate."
    )


def _course(scenario: Scenario) -> str:
    onset, worst, over = (scenario.figure(key) for key in (ONSET, WORST, OVER))
    if onset is None or worst is None or not computed(onset):
        return ""
    said = f"It begins {with_spreads(onset)} after the last dose and is worst after {with_spreads(worst)}"
    return f"{said}; the acute part is over after {with_spreads(over, ' days')}." if over is not None else f"{said}."


def _conflicts() -> str:
    """What was seen that does not fit: kept, not dropped."""
    known = knowledge.load()
    none, trial = known.row(CONFLICT), known.row(TRIAL)
    return (
        f"{none.measure} in {none.population_or_model}: {none.value}; in a trial after 15 daily doses ({trial.dose} "
        f"{trial.dose_unit}): {trial.result_value}. Others recall {_span(OTHERS[0])} for its beginning and "
        f"{_span(OTHERS[1])} in all"
    )


def _shown(scenario: Scenario) -> Iterator[Figure]:
    """The intensity; the times only where there is a course worth telling."""
    peak = scenario.figure(PEAK)
    course = (ONSET, WORST, OVER) if peak is not None and peak.value >= SOME else ()
    for key in (PEAK, *course, BETWEEN):
        figure = scenario.figure(key)
        if figure is not None and computed(figure):
            yield keyed(scenario, figure)


def _span(row_id: str) -> str:
    row = knowledge.load().row(row_id)
    return f"{number(row.number('low'))} to {number(row.number('high'))} {row.unit}"
