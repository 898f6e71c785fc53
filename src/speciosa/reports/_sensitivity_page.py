"""A sensitivity analysis as one page that needs nothing else."""

from markupsafe import Markup

from speciosa.reports import _sensitivity_words as words
from speciosa.reports._page import environment, own_file
from speciosa.reports._sensitivity_figure import bars_panel
from speciosa.sensitivity import Sensitivity


def sensitivity_html(result: Sensitivity) -> str:
    """A self-contained page; the same analysis gives the same bytes. It loads nothing and runs no script."""
    pictures = {
        answer.key: Markup(bars_panel(answer, f"answer-{number}"))  # noqa: S704 - texts in it are escaped
        for number, answer in enumerate(result.answers, 1)
        if answer.influences
    }
    text = (
        environment()
        .get_template("sensitivity.html.j2")
        .render(
            r=result,
            words=words,
            pictures=pictures,
            style=Markup(own_file("style.css")),  # noqa: S704 - our own file
        )
    )
    return text.rstrip() + "\n"
