"""How the doses compare with what was ever given to people. No dose is ever advised."""

import math
from collections.abc import Iterator

from speciosa import knowledge
from speciosa.cases import Case, Content, Regimen
from speciosa.certificates import per_gram
from speciosa.checks import _studied
from speciosa.checks._certainty import best_of
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import HYDROXY, MITRAGYNINE, daily_mg, is_seven_oh
from speciosa.checks._words import join, listed, number, numbers, quantity, sentence, slug
from speciosa.exposure import Exposure, Figure, Interval

COMPARE = Rule(
    id="dose.compare",
    text="mg per dose and per day are set beside the amounts that were given to people in studies, and beside the "
    "amounts that heavy users took",
)
UNKNOWN_CONTENT = Rule(id="dose.unknown", text="the content of the product is not known for the unit of the dose")
SEVEN_OH = Rule(
    id="dose.seven-oh", text="the product is one of 7-hydroxymitragynine, which no trial gave to people alone"
)
NOBODY = "nobody has studied it."
DISCLAIMER = "That an amount was studied does not mean that it is harmless or that it helps."
KIND = {
    "measured": "as measured by a laboratory",
    "stated": "by a label or the user's own figure, not by a measurement of this lot",
}
_90_PERCENT = 1.645  # standard normal quantile of 95 %


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:  # noqa: ARG001 - all checks are called alike
    """Mitragynine and 7-hydroxymitragynine of each regimen."""
    for regimen in case.regimens:
        yield _mitragynine(case, regimen)
        if is_seven_oh(case.product) or _highest(case, regimen, HYDROXY) is None:
            yield _hydroxy(case, regimen)


def _mitragynine(case: Case, regimen: Regimen) -> Finding:
    per_dose = _highest(case, regimen, MITRAGYNINE)
    per_day = daily_mg(case, regimen, MITRAGYNINE)
    content = case.product.content(MITRAGYNINE)
    if per_dose is None or per_day is None or content is None:
        return _unknown(case, regimen, MITRAGYNINE)
    severities, words, rows = zip(*_judged(regimen, per_dose, per_day), strict=True)
    used = tuple(dict.fromkeys(row for group in rows for row in group))
    known = knowledge.load()
    return Finding(
        id=f"dose:{slug(regimen.name)}:{MITRAGYNINE}",
        topic=Topic.DOSE,
        severity=min(severities, key=lambda s: s.rank),
        title=f"Mitragynine in “{regimen.name}”",
        sentence=join(_amount(regimen, per_dose, per_day), *words, _natural(case, regimen), DISCLAIMER),
        reason=join(
            f"The content is {KIND.get(content.qualifier, content.qualifier)} ({content.where}).",
            _leaf_trials(regimen),
        ),
        rule=COMPARE,
        certainty=best_of(map(known.row, used), Certainty.MODERATE),
        figures=_figures(case, regimen, MITRAGYNINE, per_dose, per_day),
        sources=(
            *case.product.rows(MITRAGYNINE),
            *case.product.rows(HYDROXY),
            *used,
            _studied.LEAF_SINGLE,
            _studied.LEAF_DAILY,
        ),
        not_known=("Which amount harms whom: poison centres were called about small amounts too (harms:H032).",),
        subject=MITRAGYNINE,
    )


def _judged(regimen: Regimen, per_dose: float, per_day: float) -> Iterator[tuple[Severity, str, tuple[str, ...]]]:
    """Severity, words and rows for the single dose, then for the day."""
    single = _studied.single()
    usual = _studied.usual_highest()
    held = f"{number(single.lowest)} to {number(single.highest)} mg"
    if per_dose > max(single.highest, usual):
        more = f"and more than the most that regular users were found to take at once ({number(usual)} mg)"
        words = f"One dose is above every single dose of known content given in studies ({held}) {more}: {NOBODY}"
        yield Severity.MAJOR, words, (*single.rows, _studied.USUAL_INTAKE)
    elif per_dose > single.highest:
        words = f"One dose is above every single dose of known content given in studies ({held}): {NOBODY}"
        yield Severity.MODERATE, words, (*single.rows, _studied.USUAL_INTAKE)
    else:
        lies = "lies below" if per_dose < single.lowest else "lies within"
        yield (
            Severity.INFORM,
            f"One dose {lies} the single doses of known content given in studies ({held}).",
            single.rows,
        )
    if len(regimen.events()) > 1:
        yield _judged_day(regimen, per_day)


def _judged_day(regimen: Regimen, per_day: float) -> tuple[Severity, str, tuple[str, ...]]:
    repeated, heavy = _studied.repeated(), _studied.heavy_per_day()
    (days, days_row) = _studied.longest()
    studied = f"up to {number(repeated.highest)} mg a day for at most {number(days)} days"
    rows = (*repeated.rows, days_row)
    if per_day >= heavy:
        words = f"The amount per day reaches what went with severe dependence in Malaysia (about {number(heavy)} mg)"
        return Severity.MAJOR, f"{words}; studies gave {studied}.", (*rows, _studied.PER_GLASS, _studied.GLASSES)
    if per_day > repeated.highest:
        return (
            Severity.MODERATE,
            f"The amount per day is above what studies gave ({studied}): {NOBODY}",
            rows,
        )
    if regimen.days + 1.0 > days:
        return Severity.MINOR, f"It goes on for longer than any study did ({studied}): {NOBODY}", rows
    return Severity.INFORM, f"Studies gave {studied}.", rows


def _hydroxy(case: Case, regimen: Regimen) -> Finding:
    """A product of 7-OH, or one of which nobody says how much 7-OH it holds."""
    per_dose, per_day = _highest(case, regimen, HYDROXY), daily_mg(case, regimen, HYDROXY)
    if per_dose is None or per_day is None:
        return _unknown(case, regimen, HYDROXY)
    gap = knowledge.load().row(_studied.NO_SEVEN_OH_TRIAL)
    return Finding(
        id=f"dose:{slug(regimen.name)}:{HYDROXY}",
        topic=Topic.DOSE,
        severity=Severity.MAJOR,
        title=f"7-hydroxymitragynine in “{regimen.name}”",
        sentence=join(
            _amount(regimen, per_dose, per_day, HYDROXY),
            "No trial in people has given 7-hydroxymitragynine alone, so no amount of it can be called studied.",
            "It is a stronger opioid than mitragynine.",
        ),
        reason=sentence(gap.notes),
        rule=SEVEN_OH,
        certainty=Certainty.NOT_KNOWN,
        figures=_figures(case, regimen, HYDROXY, per_dose, per_day),
        sources=(*case.product.rows(HYDROXY), _studied.NO_SEVEN_OH_TRIAL),
        not_known=("How swallowed 7-hydroxymitragynine behaves in people: no controlled study gave it alone.",),
        subject=HYDROXY,
    )


def _natural(case: Case, regimen: Regimen) -> str:
    """What a leaf product holds of 7-OH, in words; empty for a product of 7-OH, which has a finding of its own."""
    content, per_dose = case.product.content(HYDROXY), _highest(case, regimen, HYDROXY)
    if content is None or per_dose is None or is_seven_oh(case.product):
        return ""
    if per_dose > 0:
        return f"It also holds {quantity(per_dose, 'mg')} {HYDROXY}, a share that passes for natural leaf."
    most = _at_most(case, regimen, content)
    limit = f": one dose holds less than {number(most)} mg of it" if most is not None else ""
    found = "is below what the laboratory can measure" if content.qualifier == "below LOQ" else "was not found"
    return f"7-hydroxymitragynine {found}{limit}."


def _unknown(case: Case, regimen: Regimen, analyte: str) -> Finding:
    content = case.product.content(analyte)
    why = "was not tested" if content is not None and content.qualifier == "not tested" else "is not known"
    return Finding(
        id=f"dose:{slug(regimen.name)}:{analyte}",
        topic=Topic.DOSE,
        severity=Severity.UNKNOWN,
        title=f"{analyte[0].upper()}{analyte[1:]} in “{regimen.name}”",
        sentence=f"How much {analyte} one dose holds {why}, so it was not compared with anything and counts as none "
        "in the simulation.",
        reason="The product gives no figure for it in a unit that the dose can be turned into.",
        rule=UNKNOWN_CONTENT,
        certainty=Certainty.NOT_KNOWN,
        sources=case.product.rows(analyte),
        not_known=(f"The amount of {analyte} swallowed.",),
        subject=analyte,
    )


def _highest(case: Case, regimen: Regimen, analyte: str) -> float | None:
    """mg in the largest dose of a regimen."""
    amounts = [case.product.mg(analyte, dose) for _, dose in regimen.events()]
    known = [amount for amount in amounts if amount is not None]
    return max(known) if len(known) == len(amounts) else None


def _at_most(case: Case, regimen: Regimen, content: Content) -> float | None:
    """mg in the largest dose if the content were at the limit of quantification."""
    grams = [case.product.grams(dose) for _, dose in regimen.events()]
    known = [mass for mass in grams if mass is not None]
    per = None if content.loq is None else per_gram(content.loq, content.unit)
    return per * max(known) if per is not None and known else None


def _amount(regimen: Regimen, per_dose: float, per_day: float, analyte: str = MITRAGYNINE) -> str:
    events = regimen.events()
    one = f"One dose ({events[0][1]}) holds {quantity(per_dose, 'mg')} {analyte}"
    if len({dose for _, dose in events}) > 1:
        one = f"The largest dose holds {quantity(per_dose, 'mg')} {analyte}"
    return f"{one}." if len(events) == 1 else f"{one}, the heaviest day {quantity(per_day, 'mg')}."


def _leaf_trials(regimen: Regimen) -> str:
    known = knowledge.load()
    row = known.row(_studied.LEAF_DAILY if len(regimen.events()) > 1 else _studied.LEAF_SINGLE)
    amounts = listed((number(n) for n in numbers(row.dose)), last="to")
    return (
        f"Leaf capsules were given too ({amounts} {row.dose_unit} in {row.population_or_model}, {row.evidence_level}; "
        "how much mitragynine they held is not in the part read)."
    )


def _figures(case: Case, regimen: Regimen, analyte: str, per_dose: float, per_day: float) -> tuple[Figure, ...]:
    spread = math.exp(_90_PERCENT * math.log1p(case.product.relative_sd(analyte)))
    rows = case.product.rows(analyte)

    def made(key: str, label: str, value: float) -> Figure:
        known = Interval(low=value / spread, high=value * spread, covers="90 % of the stated spread of the content")
        return Figure(
            key=f"{analyte}.{key}:{slug(regimen.name)}",
            label=f"{analyte} {label}",
            value=value,
            unit="mg",
            uncertainty=known if spread > 1.0 and value > 0 else None,
            rows=rows,
        )

    one = made("dose_mg", "in the largest dose", per_dose)
    return (one, made("dose_mg_per_day", "on the heaviest day", per_day)) if len(regimen.events()) > 1 else (one,)
