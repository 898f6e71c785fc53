"""The pages of the parameters: one for each compound, and one for what belongs to none of them."""

from collections.abc import Iterable, Sequence

from speciosa import knowledge
from speciosa.exposure import Parameter
from speciosa.handbook._text import code, number, page, sentence, span, table, unit
from speciosa.models import Compound, Network, Route

_BASES = ("measured", "calibrated", "derived", "stated prior")
_DISPOSITION = {
    "full": "a whole body of organs",
    "minimal": "liver, blood and one peripheral space",
}
_GUT = {
    "segments": "its gut has all segments",
    "depot": "its gut is one space, since others become it and nobody saw it absorbed",
    "none": "it is not swallowed, others become it",
}
_MOST_ROWS = 6


def compound_page(compound: Compound, parameters: Sequence[Parameter], net: Network) -> str:
    """What is known of one compound and what is not.

    Args:
        compound: of the network.
        parameters: its own.
        net: the whole network, for the names.
    """
    return page(
        f"# {compound.name}",
        _wired(compound, net),
        "[All compounds](../index.md#compounds). Where a row comes from: `speciosa source ID`.",
        "## What is known",
        _counted(parameters),
        parameter_table(parameters),
        "## What was assumed",
        assumed(parameters),
        "## What the model does not hold",
        _gaps(compound, net),
        "## Sources",
        sources(parameters),
    )


def system_page(parameters: Sequence[Parameter]) -> str:
    """Parameters that belong to no compound."""
    return page(
        "# Parameters of the body, the enzymes and the forms",
        "What belongs to no single compound. How people differ is another matter: [the virtual people](../people.md). "
        "How a number is chosen from rows: [the policy](../parameter-policy.md).",
        _counted(parameters),
        parameter_table(parameters),
        "## What was assumed",
        assumed(parameters),
        "## Sources",
        sources(parameters),
    )


def parameter_table(parameters: Iterable[Parameter]) -> str:
    """Parameters with their 90 % interval, basis and rows."""
    rows = (
        (f"`{p.name}`", p.meaning, number(p.median), span(p.low, p.high), unit(p.unit), p.basis, _rows(p.rows))
        for p in parameters
    )
    return table(("Parameter", "Meaning", "Median", "90 % interval", "Unit", "Basis", "Rows"), rows)


def assumed(parameters: Iterable[Parameter]) -> str:
    """The reasons of everything that nobody measured in people or in human material."""
    told = [f"- `{p.name}`: {sentence(p.reason)}" for p in parameters if p.basis in {"derived", "stated prior"}]
    return "\n".join(told) or "Nothing: every parameter was measured or fitted to people."


def sources(parameters: Iterable[Parameter]) -> str:
    """Where the rows were read, each source once."""
    known = knowledge.load()
    rows = [known.row(key) for p in parameters for key in p.rows if known.has(key)]
    found = {row.source_id: known.source(row.source_id) for row in rows}
    lines = [f"- {name}: {sentence(found[name].citation)} {found[name].link}".rstrip() for name in sorted(found)]
    return "\n".join(lines) or "None."


def counts(parameters: Iterable[Parameter]) -> dict[str, int]:
    """How many parameters stand on which basis."""
    bases = [p.basis for p in parameters]
    return {basis: bases.count(basis) for basis in _BASES}


def _counted(parameters: Sequence[Parameter]) -> str:
    told = ", ".join(f"{many} {basis}" for basis, many in counts(parameters).items() if many)
    return f"{len(parameters)} parameters: {told}." if parameters else "No parameters of its own."


def _rows(rows: Sequence[str]) -> str:
    more = len(rows) - _MOST_ROWS
    return f"{', '.join(rows[:_MOST_ROWS])}{f' and {more} more' if more > 0 else ''}"


def _wired(compound: Compound, net: Network) -> str:
    """How the compound is built into the model, in a paragraph."""
    said = [f"{compound.name} is followed in {_DISPOSITION[compound.disposition]}; {_GUT[compound.gut]}."]
    if compound.enzymes:
        routes = [_route(enzyme, route, net) for enzyme, route in compound.enzymes.items()]
        said.append(f"Enzymes that turn it over: {', '.join(routes)}; what is left of its clearance has no name.")
    for product, where in ((compound.acid_product, "gastric acid"), (compound.blood_product, "blood")):
        if product:
            said.append(f"In {where} part of it becomes {net.compounds[product].name}.")
    if compound.targets:
        said.append(f"Targets it binds: {', '.join(net.targets[target].name for target in compound.targets)}.")
    return sentence(" ".join(said))


def _route(enzyme: str, route: Route, net: Network) -> str:
    """One enzyme, and what else happens there."""
    more = [f"part of it becomes {net.compounds[route.product].name}"] if route.product else []
    more += ["it destroys the enzyme"] if route.inactivates else []
    more += ["it makes more of the enzyme"] if route.induces else []
    more += ["in the gut alone"] if route.gut_only else []
    return f"{enzyme} ({'; '.join(more)})" if more else enzyme


def _gaps(compound: Compound, net: Network) -> str:
    told = []
    if not compound.enzymes:
        told.append(
            "- Its enzymes: its clearance by the liver is one number, so no medicine changes it and it changes none."
        )
    if compound.disposition != "full":
        told.append("- Its organs: where it goes in the body beyond liver and blood is one peripheral space.")
    if compound.kind == "alkaloid":
        unbound = [t.name for t in net.targets.values() if compound.name not in t.ligands]
        if unbound:
            told.append(f"- Targets it does not bind here (not measured, or measured as none): {', '.join(unbound)}.")
    return "\n".join(told) or f"Nothing that is known to us; see {code(['priors'])} for what is assumed."
