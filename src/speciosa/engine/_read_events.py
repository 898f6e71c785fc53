"""Events of an SBML model → :class:`Event`."""

from __future__ import annotations

from typing import Any

from speciosa.engine._model import Event, Formula
from speciosa.engine._read_math import MathReader
from speciosa.errors import EngineError

__all__ = ["read_events"]


def read_events(source: Any, reader: MathReader) -> tuple[Event, ...]:  # noqa: ANN401 - libsbml ships no types
    """The events of a libsbml model that can happen; an event without trigger never does (Level 3 Version 2)."""
    found = []
    for number, item in enumerate(source.getListOfEvents(), start=1):
        name = str(item.getId() or item.getMetaId() or f"number {number}")
        trigger = item.getTrigger()
        if trigger is None or trigger.getMath() is None:
            continue
        where = f"event {name!r}"
        assignments = tuple(
            (assignment.getVariable(), reader.formula(assignment.getMath(), {}, where))
            for assignment in item.getListOfEventAssignments()
            if assignment.getMath() is not None
        )
        targets = [symbol for symbol, _ in assignments]
        if len(set(targets)) < len(targets):
            raise EngineError(f"Event {name!r} assigns a symbol twice; expected each symbol once.")
        level_3 = item.getLevel() >= 3  # before, a trigger counted as true at first, and as persistent
        found.append(
            Event(
                name=name,
                trigger=reader.formula(trigger.getMath(), {}, f"trigger of {where}"),
                delay=_optional(reader, item.getDelay(), f"delay of {where}"),
                priority=_optional(reader, item.getPriority(), f"priority of {where}"),
                assignments=assignments,
                persistent=bool(trigger.getPersistent()) if level_3 else True,
                true_at_first=bool(trigger.getInitialValue()) if level_3 else True,
                values_of_trigger=bool(item.getUseValuesFromTriggerTime()),
            )
        )
    return tuple(found)


def _optional(reader: MathReader, element: Any, where: str) -> Formula | None:  # noqa: ANN401 - no types
    if element is None or element.getMath() is None:
        return None
    return reader.formula(element.getMath(), {}, where)
