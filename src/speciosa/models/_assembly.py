"""The assembly: instances of parts, wired into one plain model.

One disposition per compound; shared enzymes (CYP3A in three gut segments and the liver, CYP2D6 in the liver); and,
where they are asked for, the targets, where all compounds compete, with what follows from them. The result is one flat
Antimony text that reads top to bottom and converts to SBML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from speciosa.errors import ModelError
from speciosa.models._effects import effect_symbols, wire_effects
from speciosa.models._kinetics import wire_kinetics
from speciosa.models._lines import Lines
from speciosa.models._network import Compound, network
from speciosa.models._parts import units
from speciosa.models._sbml import to_sbml
from speciosa.models._symbols import Symbol, compound_symbols, system_symbols


@dataclass(frozen=True)
class Assembly:
    """One assembled model.

    Attributes:
        antimony: the flat model text.
        sbml: the same model in SBML, checked: no libsbml complaint, units included.
        symbols: every parameter and compartment of the text, with unit and meaning.
        compounds: the compounds wired in, in order.
    """

    antimony: str
    sbml: str
    symbols: tuple[Symbol, ...]
    compounds: tuple[Compound, ...]


def assemble(compounds: Sequence[str], values: Mapping[str, float] | None = None, *, effects: bool = False) -> Assembly:
    """Wire the compounds into one body.

    Args:
        compounds: ids or names of the compounds, such as ``("mitragynine", "7-hydroxymitragynine")``.
        values: a number for every symbol, in the symbol's unit (a typical person at central parameters); without
            them every symbol is 1, for a model whose symbols are all set at run time.
        effects: also wire the targets and everything downstream of them; without it the model is kinetics alone.

    Raises:
        ModelError: an unknown compound, or a symbol without value.
    """
    net = network()
    chosen = tuple(net.compound(key) for key in compounds)
    symbols = (*system_symbols(net, chosen), *(s for c in chosen for s in compound_symbols(net, c)))
    if effects:
        symbols += tuple(effect_symbols(net, chosen))
    if values is None:
        values = dict.fromkeys((s.name for s in symbols), 1.0)
    missing = [s.name for s in symbols if s.name not in values]
    if missing:
        raise ModelError(f"no value for model symbol {', '.join(missing[:5])}{' …' if len(missing) > 5 else ''}.")
    lines = Lines()
    wire_kinetics(net, chosen, lines)
    if effects:
        wire_effects(net, chosen, lines)
    names = " and ".join(c.name for c in chosen)
    text = "\n".join(
        [
            f"// The body with {names}: parts of speciosa.models, wired. Amounts nmol, volumes L, time h.",
            "model body()",
            units(),
            *(_declare(s, values[s.name]) for s in symbols),
            *lines.text,
            "end",
            "",
        ]
    )
    return Assembly(text, to_sbml(text), symbols, chosen)


def _declare(symbol: Symbol, value: float) -> str:
    keyword = "compartment " if symbol.compartment else ""
    return f"  {keyword}{symbol.name} = {float(value)!r}; {symbol.name} has {symbol.unit};  // {symbol.meaning}"
