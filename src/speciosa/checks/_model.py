"""What the simulation is, what failed in it, and what it does not know."""

from collections import Counter
from collections.abc import Iterator

from speciosa.cases import Case
from speciosa.checks._computed import keyed, percent
from speciosa.checks._finding import Certainty, Finding, Rule, Severity, Topic
from speciosa.checks._product import FOLLOWED, is_alkaloid
from speciosa.checks._words import computed, join, listed, number, sentence, slug, with_spreads
from speciosa.exposure import Exposure, Figure, Scenario

ABOUT = Rule(id="model.about", text="every simulation comes with how it was made and what it leaves out")
PERSON = Rule(id="model.person", text="a condition of the person, or food, is computed or was left open")
FAILED = Rule(id="model.failed-runs", text="at least one run did not end well")
OCCUPANCY = Rule(id="model.occupancy", text="the share of mu-opioid receptors that the alkaloids hold was computed")
OK = "ok"
KEY = "MOR.occupancy.max"
RESPONSE = "MOR.effect.max"
MOOD = ("claims:helps-anxiety", "claims:helps-depression")


def check(case: Case, exposure: Exposure) -> Iterator[Finding]:
    """About the model, the virtual people, failed runs, and receptor occupancy per scenario."""
    yield _about(case, exposure)
    if exposure.having:
        yield _person(case, exposure)
    for scenario in exposure.scenarios:
        if set(scenario.status) - {OK}:
            yield _failed(scenario)
        yield from _occupancy(scenario)


def _about(case: Case, exposure: Exposure) -> Finding:
    bases = Counter(parameter.basis for parameter in exposure.parameters)
    counted = listed(f"{parameters} {basis}" for basis, parameters in sorted(bases.items()))
    first = exposure.scenarios[0]
    return Finding(
        id="model:about",
        topic=Topic.MODEL,
        severity=Severity.INFORM,
        title="How the figures were computed",
        sentence=join(
            f"{first.people} virtual people like this person and {first.draws} draws of the uncertain "
            "parameters were simulated.",
            "People differ, and we do not know everything: the two spreads are shown apart.",
            f"Of {len(exposure.parameters)} parameters, {counted}." if bases else "",
        ),
        reason=join(
            *(sentence(note) for note in exposure.notes),
            "A stated prior is a number that nobody measured, with a wide range and a reason; the table of parameters "
            "shows each one.",
        ),
        rule=ABOUT,
        certainty=Certainty.LOW,
        sources=MOOD,
        not_known=(*_unfollowed(case), *_left_out()),
    )


def _person(case: Case, exposure: Exposure) -> Finding:
    """What of the person is in the simulation: conditions and food."""
    ill = any((case.person.cirrhosis, case.person.kidney_disease, case.person.pregnancy))
    who = "a person with this condition" if ill else "a person who has eaten"
    return Finding(
        id="model:person",
        topic=Topic.MODEL,
        severity=Severity.INFORM,
        title="Conditions and food in the simulation",
        sentence=join(*(sentence(words) for words in exposure.having)),
        reason=(
            "A condition changes what each virtual person would be in health, by factors and functions of the rows "
            "named here; food changes the stomach, by stated priors."
        ),
        rule=PERSON,
        certainty=Certainty.LOW,
        sources=exposure.having_rows,
        not_known=(f"How high concentrations rise in {who}: nobody measured them.",),
    )


def _left_out() -> Iterator[str]:
    """Pulse, blood pressure and mood: not computed."""
    yield "What the product does to pulse and blood pressure: the model computes neither."
    yield "What the product does to mood: no study links a concentration of kratom with anxiety or depression."


def _unfollowed(case: Case) -> Iterator[str]:
    """Alkaloids of the product that the model does not follow."""
    names = [c.analyte for c in case.product.contents if is_alkaloid(c.analyte) and c.central]
    left = [name for name in dict.fromkeys(names) if name not in FOLLOWED]
    if left:
        yield f"What {listed(left)} in the product do: the model does not follow them yet."


def _failed(scenario: Scenario) -> Finding:
    total, good = sum(scenario.status.values()), scenario.status.get(OK, 0)
    words = listed(f"{runs} {name}" for name, runs in sorted(scenario.status.items()) if name != OK)
    most = good < total / 2
    return Finding(
        id=f"model:failed:{slug(scenario.name)}",
        topic=Topic.MODEL,
        severity=Severity.UNKNOWN if most else Severity.MINOR,
        title=f"Failed runs in “{scenario.name}”",
        sentence=join(
            f"{total - good} of {total} runs failed ({words}) and are left out of every figure.",
            "Do not rely on the figures of this regimen." if most else "",
        ),
        reason="A failed run is left out and never replaced; the bands are those of the runs that ended well.",
        rule=FAILED,
        certainty=Certainty.NOT_KNOWN if most else Certainty.LOW,
        not_known=("What the failed runs would have shown.",),
        subject=scenario.name,
    )


def _occupancy(scenario: Scenario) -> Iterator[Finding]:
    figure = scenario.figure(KEY)
    if figure is None or not computed(figure):
        return
    shown = percent(keyed(scenario, figure))
    yield Finding(
        id=f"model:occupancy:{slug(scenario.name)}",
        topic=Topic.MODEL,
        severity=Severity.INFORM,
        title=f"Opioid receptors in “{scenario.name}”",
        sentence=join(
            f"At the highest point the alkaloids hold {with_spreads(shown)} of the mu-opioid receptors of the brain.",
            "This is no measure of how strong the effect or the danger is: they are partial agonists, some perhaps "
            "antagonists, and the same share of a full agonist does more.",
            _response(scenario),
            _by_data_set(figure),
        ),
        reason=(
            "Unbound concentrations in brain compete for one receptor; affinities come from binding in cells, where "
            "papers differ several-fold and up to a hundredfold. They are not averaged: each draw takes the figures of "
            "one paper. The response falls with tolerance, and counts other opioids of the list at usual doses."
        ),
        rule=OCCUPANCY,
        certainty=Certainty.VERY_LOW,
        figures=(shown,),
        sources=figure.rows,
        not_known=("Receptor occupancy by kratom was never measured in people.",),
        subject=scenario.name,
    )


def _response(scenario: Scenario) -> str:
    """What the receptors answer, beside a full agonist: the operational model of partial agonism."""
    answer = scenario.figure(RESPONSE)
    if answer is None or not computed(answer):
        return ""
    return f"Their response is {with_spreads(percent(answer))} of that to a full agonist."


def _by_data_set(figure: Figure) -> str:
    """How far apart published affinities put the same share."""
    others = [one for one in figure.data_sets if not one.central]
    if not others:
        return ""
    used = next(one for one in figure.data_sets if one.central)
    low, high = (pick(others, key=lambda one: one.value) for pick in (min, max))
    return (
        f"That is with the affinities of “{used.name}”; with other published ones it is between "
        f"{number(100.0 * low.value)} % ({low.name}) and {number(100.0 * high.value)} % ({high.name})."
    )
