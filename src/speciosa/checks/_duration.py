"""How long it goes on: habit, tolerance, withdrawal, and what builds up in the body."""

from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Regimen
from speciosa.checks import _studied
from speciosa.checks._ailments import read
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import MITRAGYNINE, daily_mg, is_seven_oh
from speciosa.checks._rows import KnownRow
from speciosa.checks._words import computed, count, join, number, sentence, slug, with_spreads
from speciosa.exposure import Exposure, Figure, Scenario

DAILY = Rule(id="duration.daily", text="doses are never more than 36 h apart: this is daily use")
REPEATED = Rule(id="duration.repeated", text="there are several doses, but not over days without a pause")
ONCE = Rule(id="duration.once", text="there is one dose")
NO_WITHDRAWAL = "exposure_response:E022"  # one trial of 15 daily doses looked for it
TOLERANCE_MONTHS = "dependence:D042"
PREVALENCE = ("dependence:D018", "dependence:D023", "dependence:D027", "dependence:D008")
MOOD = ("dependence:D014", "dependence:D015")
TREATMENT = ("dependence:D048", "dependence:D049")
SEVEN_OH = "conditions:C20"
NEWBORN = ("harms:H012", "conditions:C02")
PREGNANCY = "pregnancy"
CHILDBEARING_Y = (12.0, 50.0)
DAYS_PER_MONTH = 30.4


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """One finding per regimen."""
    for regimen, scenario in zip(case.regimens, exposure.scenarios, strict=False):
        if regimen.daily and regimen.days >= 1.0:
            yield _daily(case, regimen, scenario)
        else:
            yield _seldom(case, regimen)


def _daily(case: Case, regimen: Regimen, scenario: Scenario) -> Finding:
    known = knowledge.load()
    rows: tuple[str, ...] = (
        *PREVALENCE,
        *MOOD,
        NO_WITHDRAWAL,
        TOLERANCE_MONTHS,
        *TREATMENT,
    )
    newborn, seven_oh = _newborn(case), is_seven_oh(case.product)
    rows += (NEWBORN if newborn else ()) + ((SEVEN_OH,) if seven_oh else ())
    figures = tuple(_accumulation(scenario))
    return Finding(
        id=f"duration:{slug(regimen.name)}",
        topic=Topic.DURATION,
        severity=_severity(case, regimen),
        title=f"Daily use in “{regimen.name}”",
        sentence=join(
            f"Daily use can lead to dependence. Dependent in surveys: {_prevalence()}.",
            "7-OH acts like a strong opioid, and people dependent on it needed the treatment for opioids."
            if seven_oh
            else "",
            "What comes on stopping is a finding of its own.",
            f"Low mood and worry often come back then ({_share(MOOD[0])} and {_share(MOOD[1])} of regular users had "
            "them in a mild form).",
            "Do not stop a long habit all at once without help; treatment exists.",
            *(_builds_up(figure) for figure in figures),
            newborn,
        ),
        reason=join(*_reasons(regimen)),
        rule=DAILY,
        certainty=best_of((known.row(row) for row in rows), Certainty.MODERATE),
        figures=figures,
        sources=rows,
        not_known=(
            "After how many days of this product and this amount dependence begins for one person.",
            "Whether the share of dependent users holds for people like you: those asked had chosen kratom themselves.",
        ),
        subject=regimen.name,
    )


def _severity(case: Case, regimen: Regimen) -> Severity:
    """Moderate; major for 7-OH, for months, or from the amount that went with severe dependence."""
    per_day = daily_mg(case, regimen, MITRAGYNINE) or 0.0
    months = knowledge.load().row(TOLERANCE_MONTHS).number("value") * DAYS_PER_MONTH
    heavy = is_seven_oh(case.product) or regimen.days >= months or per_day >= _studied.heavy_per_day()
    return Severity.MAJOR if heavy or case.person.kratom_use == "daily" else Severity.MODERATE


def _seldom(case: Case, regimen: Regimen) -> Finding:
    known = knowledge.load()
    trial: KnownRow = known.row(NO_WITHDRAWAL)
    once = len(regimen.events()) == 1
    seven_oh, covered = is_seven_oh(case.product), _covered(case, regimen)
    used = case.person.kratom_use == "daily"
    return Finding(
        id=f"duration:{slug(regimen.name)}",
        topic=Topic.DURATION,
        severity=Severity.MODERATE if used else Severity.MINOR if seven_oh else Severity.INFORM,
        title=f"{'One dose' if once else 'A few doses'}: “{regimen.name}”",
        sentence=join(
            "You use kratom daily already, so what is said of dependence and withdrawal holds for you whatever this "
            "regimen adds."
            if used
            else "",
            f"{_trial()}, so dependence from {'one dose' if once else 'a few doses'} is not expected; nobody has "
            "studied it directly."
            if covered
            else "",
            "For 7-hydroxymitragynine, a stronger opioid, no trial has looked for dependence." if seven_oh else "",
            f"{_trial()}; the amount here is larger than any that it gave, so it says little."
            if not (covered or seven_oh)
            else "",
        ),
        reason=join(sentence(f"{known.row(NO_WITHDRAWAL).statistic or ''} {known.row(NO_WITHDRAWAL).note or ''}")),
        rule=ONCE if once else REPEATED,
        certainty=best_of([trial], Certainty.LOW) if covered else Certainty.NOT_KNOWN,
        sources=(NO_WITHDRAWAL,),
        not_known=(
            "How often one dose leads to more.",
            *(() if covered else ("Whether this amount leads to dependence after few doses.",)),
        ),
        subject=regimen.name,
    )


def _covered(case: Case, regimen: Regimen) -> bool:
    """Whether the trial that looked for withdrawal gave as much mitragynine a day as this regimen."""
    per_day = daily_mg(case, regimen, MITRAGYNINE)
    return per_day is not None and per_day <= _studied.repeated().highest and not is_seven_oh(case.product)


def _trial() -> str:
    days, _ = _studied.longest()
    return f"A trial of {number(days)} daily doses of leaf found no withdrawal afterwards"


def _reasons(regimen: Regimen) -> Iterator[str]:
    known = knowledge.load()
    days, _ = _studied.longest()
    heavy = known.row(_studied.GLASSES)
    yield f"{_trial()}, at up to {number(_studied.repeated().highest)} mg mitragynine a day."
    if regimen.days + 1.0 > days:
        yield f"This regimen goes on for {number(regimen.days + 1.0)} days, longer than any trial."
    yield f"Tolerance was noted after about {number(known.row(TOLERANCE_MONTHS).number('value'))} months."
    yield sentence(f"{heavy.measure[0].upper()}{heavy.measure[1:]}: {number(heavy.number('value'))} {heavy.unit}")
    treated = known.row(TREATMENT[0])
    yield sentence(
        f"In one series {count(treated.number('value'))} of {count(treated.number('n'))} people were {treated.measure}"
    )


def _prevalence() -> str:
    """The shares of all surveys, from the lowest to the highest, each with whom it asked."""
    found = sorted((knowledge.load().row(row) for row in PREVALENCE), key=lambda row: row.number("value"))
    return "; ".join(
        f"{number(row.number('value'))} % of {count(row.number('n'))} {row.population_or_model}" for row in found
    )


def _share(row_id: str) -> str:
    row = knowledge.load().row(row_id)
    return f"{number(100.0 * row.number('value') / row.number('n'))} %"


def _accumulation(scenario: Scenario) -> Iterator[Figure]:
    for figure in scenario.figures:
        if figure.key.endswith(".accumulation") and computed(figure) and not figure.detail:
            yield figure.model_copy(update={"key": f"{figure.key}:{slug(scenario.name)}"})


def _builds_up(figure: Figure) -> str:
    analyte = figure.key.split(".")[0]
    return (
        f"In the simulation {analyte} builds up: over the last dosing interval there is "
        f"{with_spreads(figure, '-fold')} what there was over the first."
    )


def _newborn(case: Case) -> str:
    person = case.person
    pregnant = any(PREGNANCY in ailment.conditions for ailment in read(person.conditions))
    if not pregnant and not (person.sex == "F" and CHILDBEARING_Y[0] <= person.age_y <= CHILDBEARING_Y[1]):
        return ""
    row = knowledge.load().row(NEWBORN[0])
    return (
        f"After daily use in pregnancy newborns have withdrawal ({count(row.number('value'))} {row.unit} in one "
        "poison centre series), and often need treatment in hospital."
    )
