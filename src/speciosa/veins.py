"""Red, green, white and the rest, in one function: does a colour on the label say what is in the bag?

Measured lots → how far they differ → whether colours differ → what such differences do in the body. A product's kind is
found from its profile instead.
"""

import datetime as dt
import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import speciosa
from speciosa import cases, checks, exposure, knowledge, products
from speciosa.assessment import KnowledgeRelease, SourceNote, notes, release_used
from speciosa.checks import Finding
from speciosa.exposure import Figure, Parameter, Record
from speciosa.products import Chemotype, Contrast, Levels, Prediction, Range

if TYPE_CHECKING:
    from speciosa.certificates import Certificate
    from speciosa.exposure import Progress

LEAF_DOSE = "clinical_pk:CP010"  # the mass of leaf powder in the tea that was studied
_SHOWN = {
    "mitragynine.cmax": "highest mitragynine in plasma",
    "7-hydroxymitragynine.cmax": "highest 7-hydroxymitragynine in plasma",
    "MOR.effect.max": "highest response at the mu-opioid receptor",
}


class Difference(Record):
    """What a difference between two bags does in the body.

    Attributes:
        name: which two, in words.
        claimed: whether it is a claim of vendors and not a measurement.
        figures: one over the other, in the same person.
    """

    name: str
    claimed: bool
    figures: tuple[Figure, ...]


class Veins(Record):
    """Everything that is known of colours.

    Attributes:
        title: what was asked.
        software: version of Speciosa.
        made_on: the day.
        release: the knowledge used.
        findings: when to call for help.
        case: what the user entered.
        spreads: how lots differ, study by study.
        published: what studies of colours and names found.
        counts: measured lots by colour.
        vendors: how many vendors they come from.
        why_not: why colours cannot be compared; empty where they can.
        levels: how lots and vendors differ when colours are taken out, by alkaloid.
        contrasts: colours compared, vendors aside.
        prediction: colour told from composition; ``None`` where that is not determined.
        needed: lots of each colour with which two could be shown to be alike.
        kinds: the profile of the certificate beside each kind; empty without one.
        people: in whom the differences were simulated, in words.
        status: how many runs ended how.
        differences: what two bags do in the body.
        parameters: of the simulation.
        sources: every row that something here rests on.
    """

    title: str
    software: str
    made_on: dt.date
    release: KnowledgeRelease
    findings: tuple[Finding, ...]
    case: dict[str, object]
    spreads: tuple[Range, ...]
    published: tuple[SourceNote, ...]
    counts: dict[str, int]
    vendors: int
    why_not: str
    levels: tuple[Levels, ...]
    contrasts: tuple[Contrast, ...]
    prediction: Prediction | None
    needed: int
    kinds: tuple[Chemotype, ...]
    people: str
    status: dict[str, int]
    differences: tuple[Difference, ...]
    parameters: tuple[Parameter, ...]
    sources: tuple[SourceNote, ...]


@dataclass(frozen=True)
class _Bag:
    """A leaf powder: mg/g of two alkaloids."""

    mitragynine: float
    hydroxy: float


def veins(
    lots: Sequence[products.Lot] = (),
    paper: "Certificate | None" = None,
    *,
    place: str | None = None,
    seed: int = 1,
    progress: "Progress | None" = None,
) -> Veins:
    """Compare colours on measured lots, and what their differences do in the body.

    Args:
        lots: a reader's own measured lots, beside those of the tables.
        paper: a certificate whose kind is asked.
        place: where the person lives, ISO 3166, for numbers to call.
        seed: of people and draws.
        progress: called with (done, total, words); an exception it raises cancels.

    Raises:
        KnowledgeError: the data package is damaged.
        Cancelled: the user stopped it.
    """
    known = knowledge.load()
    on = dt.datetime.now().astimezone().date()
    spreads = products.ranges()
    typical = statistics.median(one.log_sd for one in spreads)
    compared = products.compare_colours((*products.shipped(), *lots))
    kinds = products.chemotypes(products.profile(paper)) if paper is not None else ()
    published = [f"alkaloid_content:{row}" for row in products.declared()["published"]]
    differences, exposed = _simulated(typical, seed, progress)
    findings = (checks.when_to_call(place),)
    used = {
        LEAF_DOSE,
        *published,
        *(s.row for s in spreads),
        *(row for f in findings for row in (f.rule.id, *f.sources)),
    }
    used |= {row for kind in kinds for row in kind.rows} | {row for p in exposed.parameters for row in p.rows}
    return Veins(
        title="Red, green, white: does the colour say what is in the bag?",
        software=speciosa.__version__,
        made_on=on,
        release=release_used(known, on),
        findings=findings,
        case={"own lots": len(lots), "certificate": paper.file if paper is not None else None, "place": place},
        spreads=spreads,
        published=notes(known, published),
        counts=compared.counts,
        vendors=compared.vendors,
        why_not=compared.why_not,
        levels=compared.levels,
        contrasts=compared.contrasts,
        prediction=compared.prediction,
        needed=products.lots_needed(typical),
        kinds=kinds,
        people=cases.ANYONE,
        status=exposed.scenarios[0].status,
        differences=differences,
        parameters=exposed.parameters,
        sources=notes(known, used),
    )


def _simulated(
    log_sd: float, seed: int, progress: "Progress | None"
) -> tuple[tuple[Difference, ...], exposure.Exposure]:
    """Two lots of one colour, and two colours as vendors claim them."""
    leaf = products.prior("leaf_mitragynine").median
    hydroxy = leaf * products.prior("leaf_7-hydroxymitragynine_ratio").median
    claim = products.declared()["claimed"]
    red, other = (10.0 * statistics.fmean(claim[colour]) for colour in ("red", "other"))  # per cent to mg/g
    up = math.exp(products.TENTH * log_sd)
    pairs = {
        "two lots under one name: a rich one (one in ten is richer) over a poor one (one in ten is poorer)": (
            False,
            _Bag(leaf * up, hydroxy * up),
            _Bag(leaf / up, hydroxy / up),
        ),
        "red over another colour, if vendors' figures of 7-hydroxymitragynine were true": (
            True,
            _Bag(leaf, red),
            _Bag(leaf, other),
        ),
    }
    made = []
    for words, (claimed, first, second) in pairs.items():
        one, two = (_exposed(bag, seed, progress) for bag in (first, second))
        figures = tuple(exposure.beside(one.runs[0], two.runs[0], _SHOWN))
        made.append(Difference(name=words, claimed=claimed, figures=figures))
    return tuple(made), one


def _exposed(bag: _Bag, seed: int, progress: "Progress | None") -> exposure.Exposure:
    contents = [
        {"analyte": "mitragynine", "amount": f"{bag.mitragynine:.6g} mg/g"},
        {"analyte": "7-hydroxymitragynine", "amount": f"{bag.hydroxy:.6g} mg/g"},
    ]
    grams = float(knowledge.load().row(LEAF_DOSE).number("total_leaf_mg")) / 1000.0
    case = cases.one_dose({"form": "powder", "contents": contents}, f"{grams:g} g", seed=seed)
    return exposure.simulate(case, with_medicines=False, progress=progress)


def verdicts(made: Veins) -> Iterator[str]:
    """What can be said, one sentence for each question."""
    folds = [s.fold for s in made.spreads]
    yield (
        f"Lots differ: among {len(folds)} studies the middle 80 % of lots spans {min(folds):.2g}- to "
        f"{max(folds):.2g}-fold in mitragynine, whatever the name on them."
    )
    if made.why_not:
        yield f"Whether colours differ is not determined: {made.why_not}."
        yield (
            f"With lots that differ as these do, {made.needed} lots of each of two colours would be needed to show "
            "that they are alike, if they are."
        )
        return
    for verdict in ("alike", "different", "not determined"):
        found = [f"{c.analyte} of {' and '.join(c.colours)}" for c in made.contrasts if c.verdict == verdict]
        if found:
            yield f"{verdict.capitalize()}: {', '.join(found)}."
