"""Write the table of published and predicted ratios into ``docs/interactions.md`` anew.

::

    python -m speciosa.calibration._pairs_page docs/interactions.md
"""

import math
import sys
from collections.abc import Sequence
from pathlib import Path

from speciosa.calibration._pairs import PairComparison, compare_medicines

BEGIN, END = "<!-- pairs: written by speciosa.calibration._pairs_page -->", "<!-- end of pairs -->"
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
    """The page with the table between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
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


def main() -> int:
    """Simulate all pairs and write the page."""
    path = Path(sys.argv[1])
    path.write_text(placed(path.read_text(encoding="utf-8"), pairs_table(compare_medicines())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
