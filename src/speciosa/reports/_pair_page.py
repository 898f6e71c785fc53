"""An interaction as one page: the frame of every page, with the pair in the place of the regimens."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from speciosa.interaction import Interaction
from speciosa.reports import _pair_figures as pictures
from speciosa.reports import _pair_words as words
from speciosa.reports._page import rendered
from speciosa.reports._words import sentence_case


@dataclass(frozen=True)
class PictureView:
    """One picture with its heading and the sentence beside it."""

    id: str
    heading: str
    sentence: str
    picture: Markup


def interaction_html(interaction: Interaction) -> str:
    """A self-contained page; the same interaction gives the same bytes.

    It loads nothing: style and pictures are inside, and a content security policy forbids the rest.
    """
    pair = interaction.pair
    return rendered(
        "interaction.html.j2",
        interaction,
        kind="interaction",
        asked=(("pair", pair.scenario, f"{pair.name}, {pair.taken}"),),
        simulated=(pair,),
        pair=pair,
        alkaloid=pair.fading[-1].compound,
        courses=tuple(_courses(interaction)),
        apart=tuple(_apart(interaction)),
        phenotypes=tuple(_phenotypes(interaction)),
        words=words,
    )


def _courses(interaction: Interaction) -> Iterator[PictureView]:
    pair = interaction.pair
    for number, change in enumerate(pair.changes, 1):
        name = f"course-{number}"
        svg = Markup(pictures.course_svg(change, pair.draws, name))  # noqa: S704 - texts in it are escaped
        yield PictureView(name, sentence_case(change.compound), words.changed(change), svg)


def _apart(interaction: Interaction) -> Iterator[PictureView]:
    pair = interaction.pair
    for of, name in _directions(interaction):
        says = words.timing(pair, name)
        svg = Markup(pictures.apart_svg(pair, of, says, f"apart-{of}"))  # noqa: S704 - texts in it are escaped
        yield PictureView(f"apart-{of}", f"AUC of {name} by the time between the doses", says, svg)


def _phenotypes(interaction: Interaction) -> Iterator[PictureView]:
    pair = interaction.pair
    for of, name in _directions(interaction):
        says = words.by_phenotype(pair) if of == "medicine" else words.alkaloid_by_phenotype(pair)
        svg = Markup(pictures.phenotypes_svg(pair, of, says, f"phenotype-{of}"))  # noqa: S704 - texts are escaped
        yield PictureView(f"phenotype-{of}", f"AUC of {name} by phenotype", says, svg)


def _directions(interaction: Interaction) -> Iterator[tuple[str, str]]:
    pair = interaction.pair
    yield "medicine", pair.name
    yield "alkaloid", pair.fading[-1].compound
