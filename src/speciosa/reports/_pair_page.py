"""An interaction as one page: the frame of every page, with the pair in the place of the regimens."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from speciosa.exposure import Pair
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
        sides=words.sides(pair),
        courses=tuple(_courses(pair)),
        apart=tuple(_apart(pair)),
        phenotypes=tuple(_phenotypes(pair)),
        words=words,
    )


def _courses(pair: Pair) -> Iterator[PictureView]:
    for number, change in enumerate(pair.changes, 1):
        name = f"course-{number}"
        svg = Markup(pictures.course_svg(change, pair.draws, name))  # noqa: S704 - texts in it are escaped
        yield PictureView(name, sentence_case(change.compound), words.changed(change), svg)


def _apart(pair: Pair) -> Iterator[PictureView]:
    for of, name in words.sides(pair):
        says = words.timing(pair, name)
        svg = Markup(pictures.apart_svg(pair, of, name, says))  # noqa: S704 - texts in it are escaped
        yield PictureView(f"apart-{of}", f"AUC of {name} by the time between the doses", says, svg)


def _phenotypes(pair: Pair) -> Iterator[PictureView]:
    for of, name in words.sides(pair):
        says = words.by_phenotype(pair, of, name)
        svg = Markup(pictures.phenotypes_svg(pair, of, name, says))  # noqa: S704 - texts in it are escaped
        yield PictureView(f"phenotype-{of}", f"AUC of {name} by phenotype", says, svg)
