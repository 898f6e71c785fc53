"""A product and one medicine in one function: the pair simulated, and beside it what the rules say of the two.

Case and medicine → the pair → findings of the rules → interaction. The rules stand before the kinetics: a mild ratio
says nothing of two sedatives that add up.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import speciosa
from speciosa import checks, exposure, knowledge
from speciosa.assessment import KnowledgeRelease, SourceNote, notes, release_used
from speciosa.checks import Finding
from speciosa.errors import InputError
from speciosa.exposure import Pair, Parameter, Record, Use

if TYPE_CHECKING:
    from speciosa.cases import Case, Regimen
    from speciosa.exposure import Progress

FIELD = "--with"
IN_PEOPLE = ("clinical", "case")


class Seen(Protocol):
    """A row of ``clinical_ddi``."""

    kind: str
    perpetrator: str
    victim: str


@dataclass(frozen=True)
class Wanted:
    """How the medicine is to be taken; what is ``None`` is as usual (table ``medicine_uses``).

    Attributes:
        mg: one dose.
        every_h: hours between doses; 0 for a single dose.
        days: how long it has been taken before.
        after_h: hours after the last dose of the product; negative: before it.
    """

    mg: float | None = None
    every_h: float | None = None
    days: float | None = None
    after_h: float = 0.0


class Interaction(Record):
    """A product and one medicine: both directions, and what the rules say.

    Attributes:
        title: the pair in words.
        entered: the medicine, as the user wrote it.
        software: version of Speciosa.
        made_on: the day the question was asked.
        release: the knowledge used.
        case: what the user entered.
        findings: what the rules say, strictest first, emergencies before all.
        pair: the simulation.
        observed: rows of people who took both.
        sources: every row that something here rests on.
    """

    title: str
    entered: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    case: dict[str, object]
    findings: tuple[Finding, ...]
    pair: Pair
    observed: tuple[SourceNote, ...]
    sources: tuple[SourceNote, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Each parameter of the model with its rows."""
        return self.pair.parameters


def interact(
    case: "Case",
    medicine: str,
    regimen: "Regimen",
    wanted: Wanted | None = None,
    *,
    progress: "Progress | None" = None,
) -> Interaction:
    """Simulate one regimen of a case with a medicine, and look up what the rules say of the two.

    Args:
        case: a validated case.
        medicine: name, synonym or brand.
        regimen: one of the case's regimens.
        wanted: how the medicine is taken.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        InputError: the medicine is not in our tables, or the model cannot hold it; the error says what is missing.
        EngineError: the model cannot be compiled.
        Cancelled: the user stopped it.
    """
    found = modelled(case, medicine)
    use = _use(found, wanted or Wanted())
    findings = checks.beside(case, medicine)
    pair = exposure.pair(case, regimen, use, progress=progress)
    known = knowledge.load()
    observed = [known.qualified(row) for row in known.table("clinical_ddi") if _of_people(row, pair.name)]
    used = {row for f in findings for row in (f.rule.id, *f.sources)} | set(observed)
    used |= {row for p in pair.parameters for row in p.rows} | {f"substances:{pair.medicine}"}
    return Interaction(
        title=f"{case.product.name} with {pair.name}",
        entered=medicine,
        software=speciosa.__version__,
        made_on=case.asked_on,
        release=release_used(known, case.asked_on),
        case=case.as_entered(),
        findings=findings,
        pair=pair,
        observed=notes(known, observed),
        sources=notes(known, used),
    )


def modelled(case: "Case", entered: str) -> str:
    """Id of the medicine that an entry means, where the model holds it.

    Raises:
        InputError: nobody of that name, or a medicine without enough data; the rules are told nevertheless.
    """
    substances = checks.resolve(entered).substances
    if not substances:
        near = checks.alike(entered)
        meant = f"Near it are {', '.join(near)}. " if near else ""
        raise InputError(FIELD, entered, f"the name of a medicine in our tables. {meant}{_holds()}")
    for substance in substances:
        if substance.id in exposure.held():
            return str(substance.id)
    first = substances[0]
    lacks = exposure.missing(first.id) or ("a choice of its parameters",)
    raise InputError(
        FIELD,
        entered,
        f"a medicine that the model holds. For {first.name} it lacks {', '.join(lacks)}. "
        f"{_rules(case, entered)} {_holds()}",
    )


def _holds() -> str:
    return f"The model holds {', '.join(name.replace('_', ' ') for name in exposure.held())}"


def _rules(case: "Case", entered: str) -> str:
    """What the rules say where nothing can be simulated: that must not be missed for want of kinetics."""
    strictest = next(f for f in checks.beside(case, entered) if f.subject)
    return f"What the rules say of it with this product: {strictest.severity.value.upper()}. {strictest.sentence}"


def _use(medicine: str, wanted: Wanted) -> Use:
    as_usual = exposure.usual(medicine)
    every = as_usual.every_h if wanted.every_h is None else wanted.every_h or None
    days = as_usual.days if wanted.days is None else wanted.days
    return Use(medicine, wanted.mg, every, days if every else 0.0, wanted.after_h)


def _of_people(row: "Seen", name: str) -> bool:
    """Whether a row of ``clinical_ddi`` is about people who took kratom and this medicine, in either direction."""
    together = f"{row.perpetrator} {row.victim}".lower()
    return row.kind in IN_PEOPLE and re.search(rf"\b{re.escape(name.lower())}\b", together) is not None
