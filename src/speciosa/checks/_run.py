"""All checks, one after another, and the order of what they found."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from speciosa.cases import Case
from speciosa.checks import (
    _breathing,
    _certificate,
    _conditions,
    _contents,
    _dose,
    _duration,
    _emergency,
    _evidence,
    _gut,
    _heart,
    _interactions,
    _law,
    _model,
    _monoamines,
    _probe,
    _withdrawal,
)
from speciosa.checks._finding import Finding, Topic
from speciosa.exposure import Exposure

Check = Callable[[Case, Exposure], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    _emergency.check,
    _conditions.check,
    _interactions.check,
    _probe.check,
    _evidence.check,
    _breathing.check,
    _heart.check,
    _duration.check,
    _withdrawal.check,
    _dose.check,
    _certificate.check,
    _contents.check,
    _law.check,
    _gut.check,
    _monoamines.check,
    _model.check,
)
_TOPICS = list(Topic)


def run(case: Case, exposure: Exposure) -> tuple[Finding, ...]:
    """Everything that the checks find, strictest first.

    Emergencies come before all; among equally strict findings the order is that of the topics, then of the checks.

    Args:
        case: a validated case.
        exposure: its simulation.

    Returns:
        Findings with ids that are unique and the same on every run.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    found = [finding for check in CHECKS for finding in check(case, exposure)]
    return tuple(_unique(sorted(found, key=lambda f: (f.severity.rank, _TOPICS.index(f.topic)))))


def beside(case: Case, entered: str) -> tuple[Finding, ...]:
    """What holds of one medicine with the product of a case, strictest first; emergencies before all.

    Args:
        case: a validated case.
        entered: the medicine, as a person wrote it.

    Raises:
        KnowledgeError: the data package is damaged.
    """
    found = [_emergency.when_to_call(case.person.place), *_interactions.beside(case, entered)]
    return tuple(_unique(sorted(found, key=lambda f: (f.severity.rank, _TOPICS.index(f.topic)))))


def _unique(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Two names can make the same id (``A b`` and ``a-b``): the later one gets a number."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        count = seen[finding.id]
        yield finding if count == 1 else finding.model_copy(update={"id": f"{finding.id}:{count}"})
