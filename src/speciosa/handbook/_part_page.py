"""The page of one part of the body."""

from collections.abc import Iterable, Iterator, Sequence

from speciosa.handbook._latex import symbol
from speciosa.handbook._part import Anatomy, Process, State
from speciosa.handbook._reach import Reach
from speciosa.handbook._text import code, display, inline, number, page, sentence, table, unit
from speciosa.handbook._wiring import Instance, Wiring


def part_page(anatomy: Anatomy, wired: Wiring, reached: Reach) -> str:
    """A part in words, symbols and equations.

    Args:
        anatomy: the part taken apart.
        wired: the whole model.
        reached: which parameter moves which symbol.
    """
    part, uses = anatomy.part, wired.of(anatomy.part.name)
    return page(
        f"# {title(part.name)}",
        sentence(part.comment),
        f"File: `src/speciosa/models/parts/{part.name}.ant`. [All parts](../index.md).",
        "## What it takes from the rest of the body",
        _ports(anatomy, uses, wired, reached),
        "## States" if anatomy.states else "",
        _states(anatomy.states),
        "## What follows at every moment" if anatomy.rules else "",
        *(_rule(rule.name, rule.formula, rule.unit, rule.comment) for rule in anatomy.rules),
        "## What goes where" if anatomy.processes else "",
        *_processes(anatomy.processes),
        _balances(anatomy),
        "## Where it is used",
        _uses(uses, wired),
    )


def title(name: str) -> str:
    """The name of a part as a heading."""
    return f"{name[0].upper()}{name[1:].replace('_', ' ')}"


def _ports(anatomy: Anatomy, uses: Sequence[Instance], wired: Wiring, reached: Reach) -> str:
    rows = []
    for port in anatomy.part.ports:
        symbols = list(dict.fromkeys(use.ports[port] for use in uses if port in use.ports))
        rows.append((inline(symbol(port)), f"`{port}`", _unit(symbols, wired), *_source(symbols, wired, reached)))
    return table(("Symbol", "In the file", "Unit", "What stands there", "Set by"), rows)


def _unit(symbols: Sequence[str], wired: Wiring) -> str:
    if not symbols:
        return ""
    return unit(wired.declared[symbols[0]][0]) if symbols[0] in wired.declared else "nmol"


def _source(symbols: Sequence[str], wired: Wiring, reached: Reach) -> tuple[str, str]:
    """What a port stands for, by example, and which parameters set it, the name of a compound as ``*``."""
    if not symbols:
        return "nothing in this model", ""
    meaning = wired.declared.get(symbols[0], ("", "an amount of another part"))[1]
    told = f"{meaning or 'a quantity of another part'} (`{symbols[0]}`{_more(len(symbols) - 1)})"
    names = {_starred(name, wired) for one in symbols for name in reached.behind.get(one, ())}
    people = ["the person"] if any(one in reached.personal for one in symbols) else []
    return told, "; ".join([*people, *([code(sorted(names))] if names else [])])


def _more(count: int) -> str:
    return f" and {count} more" if count else ""


def _starred(name: str, wired: Wiring) -> str:
    ids = sorted((c.id for c in wired.assembly.compounds), key=len, reverse=True)
    return next((f"*{name[len(one) :]}" for one in ids if name.startswith(f"{one}_")), name)


def _states(states: Sequence[State]) -> str:
    rows = ((inline(symbol(s.name)), f"`{s.name}`", unit(s.unit), number(s.initial), s.comment) for s in states)
    return table(("Symbol", "In the file", "Unit", "At the start", "Meaning"), rows)


def _rule(name: str, formula: str, its_unit: str, comment: str) -> str:
    told = f" ({unit(its_unit)})" if unit(its_unit) != "–" else ""
    return f"{sentence(comment) or f'`{name}`'}{told}\n\n{display(f'{symbol(name)} = {formula}')}"


def _processes(processes: Sequence[Process]) -> Iterator[str]:
    """One table per section of the file."""
    sections = dict.fromkeys(process.section for process in processes)
    for section in sections:
        rows = (
            (f"`{p.name}`", _side(p.taken), _side(p.given), inline(p.rate)) for p in processes if p.section == section
        )
        yield (f"{sentence(section)}\n\n" if section else "") + table(("Process", "From", "To", "Rate, nmol/h"), rows)


def _side(names: Iterable[str]) -> str:
    """The amounts on one side of an arrow; an empty side is what leaves the model."""
    return " + ".join(inline(symbol(name)) for name in names) or "out of the model"


def _balances(anatomy: Anatomy) -> str:
    lines = [rf"\frac{{d{symbol(state.name)}}}{{dt}} &= {state.balance}" for state in anatomy.states if state.balance]
    if not lines:
        return ""
    aligned = " \\\\\n".join(lines)
    heading = "## How the states change\n\nBy what is in this part; others may add to the same amounts."
    return f"{heading}\n\n" + display(f"\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}")


def _uses(uses: Sequence[Instance], wired: Wiring) -> str:
    """Prefixes with the compound as ``*``, and the compounds for which each of them stands."""
    if not uses:
        return "This part is not used in the shipped model."
    names = {c.id: c.name for c in wired.assembly.compounds}
    patterns: dict[str, list[str]] = {}
    for use in uses:
        star = _starred(use.prefix, wired)
        own = next((names[i] for i in names if use.prefix.startswith(f"{i}_") and star.startswith("*")), "")
        patterns.setdefault(star, []).append(own)
    together: dict[tuple[str, ...], list[str]] = {}
    for pattern, owners in patterns.items():
        together.setdefault(tuple(owners), []).append(pattern)
    return "\n".join(f"- {code(found)}{_for(owners)}" for owners, found in together.items())


def _for(owners: Sequence[str]) -> str:
    named = [owner for owner in owners if owner]
    return f" for {', '.join(named)}" if named else ", once"
