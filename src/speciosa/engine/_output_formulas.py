"""What to watch: names and formulas of outputs, and areas under them, become rules of an extended model.

An output ``ratio: plasma / fu`` is an assignment rule of a symbol that no model can hold (its name begins with a
blank), its area a symbol with a rate rule that starts at 0. So the equations need no other case for either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from speciosa.engine._model import AREA, Call, Formula, Model, Quantity
from speciosa.engine._read_sbml import read_formula
from speciosa.engine._symbols import not_found
from speciosa.errors import EngineError

__all__ = ["Watched", "watch"]


@dataclass(frozen=True)
class Watched:
    """A model extended by its outputs.

    Attributes:
        model: the extended model.
        names: what the outputs are called.
        texts: what each output is: a symbol or a formula.
        symbols: the symbol of the extended model that each output is; then those of the areas.
    """

    model: Model
    names: tuple[str, ...]
    texts: tuple[str, ...]
    symbols: tuple[str, ...]


def watch(model: Model, outputs: Sequence[str] | Mapping[str, str], areas: Sequence[str] = ()) -> Watched:
    """Extend a model by formulas to watch and by areas under them.

    Args:
        model: the model.
        outputs: symbols; or per name a symbol or a formula.
        areas: names of outputs whose area under the curve since time 0 is to be an output as well.

    Raises:
        EngineError: there is no output, one is given twice, or a formula cannot be read or names an unknown symbol.
    """
    if isinstance(outputs, str):
        raise EngineError(f"outputs is {outputs!r}; expected a list of names, or names with formulas.")
    named = dict(outputs) if isinstance(outputs, Mapping) else {name: name for name in outputs}
    if not named:
        raise EngineError("There is nothing to compute; name at least one output.")
    known = {quantity.name for quantity in model.quantities} | set(model.observables)
    extended, symbols = model, []
    for name, text in named.items():
        if text in known:
            symbols.append(text)
            continue
        if not isinstance(outputs, Mapping):
            raise EngineError(f"The output {name!r} {not_found(name, model, known)}.")
        symbols.append(f" output {name}")
        extended = _with_rule(extended, symbols[-1], _checked(name, text, model, known))
    for name in areas:
        area = f"{AREA}{name}"
        extended = _with_area(extended, area, symbols[list(named).index(name)])
        symbols.append(area)
    # a list may name an output twice, and then has it twice
    if not isinstance(outputs, Mapping) and len(named) != len(outputs):
        places = list(named)
        symbols = [symbols[places.index(name)] for name in outputs] + symbols[len(places) :]
        return Watched(extended, tuple(outputs), tuple(outputs), tuple(symbols))
    return Watched(extended, tuple(named), tuple(named.values()), tuple(symbols))


def _checked(name: str, text: object, model: Model, known: set[str]) -> Formula:
    if not isinstance(text, str) or not text.strip():
        raise EngineError(f"The output {name!r} is {text!r}; expected a symbol or a formula.")
    formula = read_formula(text, model.sbml, f"output {name!r} = {text!r}")
    for symbol in _symbols(formula):
        if symbol not in known and symbol != " time":
            raise EngineError(
                f"The output {name!r} = {text!r} uses {symbol!r}, which {not_found(symbol, model, known)}."
            )
    return formula


def _symbols(formula: Formula) -> Iterator[str]:
    waiting = [formula]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, Call):
            waiting.extend(item.arguments)


def _with_rule(model: Model, symbol: str, formula: Formula) -> Model:
    return replace(
        model,
        quantities=(*model.quantities, Quantity(symbol, "parameter", None)),
        assignment_rules=(*model.assignment_rules, (symbol, formula)),
    )


def _with_area(model: Model, symbol: str, of: str) -> Model:
    return replace(
        model,
        quantities=(*model.quantities, Quantity(symbol, "parameter", 0.0)),
        rate_rules=(*model.rate_rules, (symbol, of)),
        states=(*model.states, symbol),
    )
