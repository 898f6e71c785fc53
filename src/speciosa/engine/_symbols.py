"""Symbols of a model: how each is kept while it runs (as an amount, or for events to change), and unknown ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from speciosa.engine._model import Call, Formula, Model

__all__ = ["REST", "WATCH", "held_symbols", "kept_as_amount", "not_found", "switches"]

REST = "(none)"
"""Name of the one state, with rate 0, of a model that has none of its own; as no id can be, and so no dose meets it."""
WATCH = "(watch)"
"""Name, before a number, of the states that make the steps follow a condition that turns with time."""


_SOME = 8
_SWITCHES = {"<", "<=", ">", ">=", "==", "!=", "piecewise", "floor", "ceil", "quotient", "rem"}


def kept_as_amount(model: Model) -> frozenset[str]:
    """Species that mean a concentration in a compartment whose size changes: integrated, and kept, as amounts."""
    changed = {name for name, _ in (*model.rate_rules, *model.assignment_rules)} | _set_by_events(model)
    moving = {q.name for q in model.quantities if q.kind == "compartment" and q.name in changed}
    ruled = {name for name, _ in model.assignment_rules}
    return frozenset(q.name for q in model.quantities if q.concentration and q.home in moving and q.name not in ruled)


def held_symbols(model: Model) -> tuple[str, ...]:
    """Symbols that events set and nothing else changes: constant between two stops of a person."""
    touched = _set_by_events(model) - set(model.states)
    return tuple(q.name for q in model.quantities if q.name in touched)


def switches(model: Model) -> bool:
    """Whether any formula of the model holds a condition, so that something may switch while it runs."""
    formulas = [
        *(formula for _, formula in (*model.rate_rules, *model.assignment_rules)),
        *(reaction.rate for reaction in model.reactions),
        *(coefficient for reaction in model.reactions for _, coefficient in reaction.net),
    ]
    return bool(model.events) or any(
        isinstance(part, Call) and part.operator in _SWITCHES for formula in formulas for part in _parts(formula)
    )


def _set_by_events(model: Model) -> set[str]:
    return {symbol for event in model.events for symbol, _ in event.assignments}


def _parts(formula: Formula) -> Iterator[Formula]:
    waiting = [formula]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, Call):
            waiting.extend(part.arguments)


def not_found(name: str, model: Model, known: Iterable[str]) -> str:
    """Words for a name that a model does not have, with those that are spelt like it, or else some that it has."""
    symbols = sorted(symbol for symbol in known if symbol[:1] not in {" ", "("})
    like = difflib.get_close_matches(name, symbols, cutoff=0.5)
    more = ", …" if len(symbols) > _SOME else ""
    hint = f"spelt like it: {', '.join(like)}" if like else f"it has {', '.join(symbols[:_SOME])}{more}"
    return f"is no symbol of the model {model.name!r}; {hint}"
