"""Constipation and nausea: how often they were told of; no study links them with a dose."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import daily_grams
from speciosa.checks._words import count, join, number
from speciosa.exposure import Exposure

RULE = Rule(id="gut.prevalence", text="constipation and nausea are told of with what is known of the amounts")
SURVEY, TRIAL, CALLS, MOUSE = "harms:H131", "exposure_response:E019", "harms:H016", "exposure_response:E068"


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """One finding; no curve, for there are no data for one."""
    known = knowledge.load()
    survey, trial, calls = (known.row(row) for row in (SURVEY, TRIAL, CALLS))
    most = max((g for g in (daily_grams(case, r) for r in case.regimens) if g is not None), default=None)
    yield Finding(
        id="gut:prevalence",
        topic=Topic.GUT,
        severity=Severity.MINOR,
        title="Constipation and nausea",
        sentence=join(
            "Constipation and nausea happen. How they depend on the dose is not known.",
            f"In a survey of {count(survey.number('n'))} {survey.dataset_or_case}, told of {survey.measure} "
            f"{number(survey.number('value'))} {survey.unit}.",
            f"In a trial {trial.result_value} was seen at {trial.dose} {trial.dose_unit} of leaf.",
            f"The heaviest day here is {number(most)} g." if most is not None else "",
        ),
        reason=join(
            f"{number(calls.number('value'))} % of {count(calls.number('n'))} calls to poison centres on kratom alone "
            f"told of {calls.measure}; callers are not all users.",
            "Opioids slow the gut, and 7-hydroxymitragynine did so in mice.",
        ),
        rule=RULE,
        certainty=best_of([survey, trial], Certainty.LOW),
        sources=(SURVEY, TRIAL, CALLS, MOUSE),
        not_known=(
            "Constipation and nausea as a function of dose or of concentration: no study gives both.",
            "Whether the gut becomes tolerant.",
        ),
    )
