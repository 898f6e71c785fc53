"""All pages of the model report, and writing them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from speciosa import exposure, models
from speciosa.exposure import Parameter
from speciosa.handbook._compound_page import compound_page, counts, system_page
from speciosa.handbook._part import anatomy
from speciosa.handbook._part_page import part_page, title
from speciosa.handbook._reach import reach
from speciosa.handbook._text import first_sentence, page, table
from speciosa.handbook._wiring import Wiring, wiring
from speciosa.models import Compound, Network

MENDING = "python -m speciosa.handbook docs/model"
_MADE = f"<!-- Made by `{MENDING}` from the Antimony files and the tables; change those, not this page. -->"


def pages() -> dict[str, str]:
    """Every page of the report: path below its folder → Markdown.

    Raises:
        KnowledgeError: the data package is damaged.
        ModelError: a part cannot be read or the model not be assembled.
    """
    net = models.network()
    compounds = tuple(net.compounds)
    wired, reached = wiring(models.assemble(compounds, effects=True)), reach(compounds)
    owned, shared = _owned(exposure.draw(0, 1, effects=True).records, net)
    made = {"index.md": _index(net, wired, owned), "parameters.md": system_page(shared)}
    for name in models.part_names():
        made[f"parts/{name}.md"] = part_page(anatomy(models.part(name)), wired, reached)
    for compound in net.compounds.values():
        made[f"compounds/{compound.id}.md"] = compound_page(compound, owned[compound.id], net)
    return {path: f"{_MADE}\n\n{text}" for path, text in made.items()}


def write(folder: Path) -> tuple[int, int]:
    """Write all pages and remove those that no longer belong; returns how many were written and removed.

    Args:
        folder: such as ``docs/model``; made if it is not there. Only its Markdown files are touched.
    """
    made = pages()
    for path, text in made.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    stale = [file for file in folder.rglob("*.md") if file.relative_to(folder).as_posix() not in made]
    for file in stale:
        file.unlink()
    return len(made), len(stale)


def _owned(records: Sequence[Parameter], net: Network) -> tuple[Mapping[str, list[Parameter]], list[Parameter]]:
    """Compound → its parameters, and the parameters that belong to none."""
    owned: dict[str, list[Parameter]] = {name: [] for name in net.compounds}
    shared: list[Parameter] = []
    for record in records:
        owner = next((name for name in owned if record.name.startswith(f"{name}_")), None)
        (shared if owner is None else owned[owner]).append(record)
    return owned, shared


def _index(net: Network, wired: Wiring, owned: Mapping[str, Sequence[Parameter]]) -> str:
    return page(
        "# The model",
        "The body as the simulator computes it: which parts there are, how they are wired, and which numbers go in. "
        "These pages are made from the Antimony files and the tables of the knowledge, so they say what is computed. "
        "`speciosa model CASE.yaml` writes the whole model of a case as SBML or Antimony.",
        "Amounts are in nmol, volumes in L, time in h; concentrations are nM (nmol/L). $C$ is a concentration, $A$ and "
        "$X$ amounts, $Q$ blood flows, $V$ volumes, $f_{\\mathrm{u}}$ a fraction unbound, $K_{\\mathrm{p}}$ a "
        "tissue-to-plasma partition, $B{:}P$ a blood-to-plasma ratio. In the names of the files `*` stands for a "
        "compound.",
        "## Parts",
        table(
            ("Part", "What it is", "Used"),
            (
                (f"[{title(name)}](parts/{name}.md)", first_sentence(models.part(name).comment), _times(wired, name))
                for name in models.part_names()
            ),
        ),
        "## Compounds",
        "What each is built of, and how many of its parameters were measured, fitted to people (calibrated), computed "
        "from rows (derived) or assumed (stated prior).",
        table(
            ("Compound", "Kind", "Disposition", "Enzymes", "Targets", *("Measured", "Calibrated", "Derived", "Prior")),
            (_row(compound, owned[compound.id]) for compound in net.compounds.values()),
        ),
        "## Targets",
        table(
            ("Target", "Sees", "Bound by"),
            (
                (t.name, f"unbound concentration in {t.site}", ", ".join(t.ligands) or "nothing that was measured")
                for t in net.targets.values()
            ),
        ),
        "## Numbers",
        "Of compounds: on the page of each. Of the body, the enzymes and the forms: [parameters](parameters.md). Of "
        "people and how they differ: [the virtual people](../people.md).",
    )


def _times(wired: Wiring, name: str) -> str:
    uses = len(wired.of(name))
    return f"{uses} times" if uses > 1 else "once" if uses else "not used"


def _row(compound: Compound, parameters: Sequence[Parameter]) -> tuple[str, ...]:
    return (
        f"[{compound.name}](compounds/{compound.id}.md)",
        compound.kind,
        compound.disposition,
        ", ".join(compound.enzymes),
        str(len(compound.targets)) if compound.targets else "",
        *(str(many) for many in counts(parameters).values()),
    )
