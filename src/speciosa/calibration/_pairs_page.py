"""The table of published and predicted ratios of two medicines, as ``docs/interactions.md`` holds it."""

import math
from collections.abc import Sequence

from speciosa.calibration._pairs import PairComparison
from speciosa.errors import InputError

BEGIN, END = "<!-- pairs: written by python -m speciosa.calibration pairs -->", "<!-- end of pairs -->"
TWOFOLD = 2.0


def pairs_table(comparisons: Sequence[PairComparison]) -> str:
    """The comparisons as a table of Markdown, and how many are within twofold."""
    lines = [
        "| with | of | taken | observed | predicted (90 % of people) | fold | used | row | what to know |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_line(one) for one in comparisons),
    ]
    checks = [one for one in comparisons if one.use == "check"]
    near = sum(one.fold <= TWOFOLD for one in checks)
    return "\n".join([*lines, "", f"Within twofold: {near} of {len(checks)} ratios that no parameter was set from."])


def placed(page: str, table: str) -> str:
    """The page with the table between its two marks.

    Raises:
        InputError: the page does not hold them.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise InputError("the page", page[:40], f"a page with the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def _line(one: PairComparison) -> str:
    observed = f"{one.observed:.3g}"
    if one.low is not None and one.high is not None:
        observed += f" ({one.low:.3g} to {one.high:.3g})"
    people = one.predicted.variability
    predicted = f"{one.predicted.value:.3g}" + (f" ({people.low:.3g} to {people.high:.3g})" if people else "")
    fold = f"{one.fold:.2f}" if math.isfinite(one.fold) else "not finite"
    cells = (one.perpetrator, one.measured, one.taken, observed, predicted, fold, one.use, one.row, one.note)
    return f"| {' | '.join(cells)} |"
