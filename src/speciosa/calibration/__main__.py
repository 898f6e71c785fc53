"""Calibrate anew: sample the posterior, write ``posterior.nc`` and the table ``calibrated``, seal the tables.

::

    python -m speciosa.calibration                    # takes about half an hour on two cores
    python -m speciosa.calibration                    # after a cut, the same command goes on
    python -m speciosa.calibration petab FOLDER       # the problem for other tools, in PEtab
    python -m speciosa.calibration pairs docs/interactions.md    # the table of pairs of medicines, made anew
"""

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from speciosa.calibration._calibrate import Calibration, Effort, calibrate
from speciosa.calibration._pairs import compare_medicines
from speciosa.calibration._pairs_page import pairs_table, placed
from speciosa.calibration._petab import petab_export
from speciosa.calibration._ship import posterior, rows
from speciosa.errors import Cancelled, SpeciosaError
from speciosa.knowledge import POSTERIOR_FILE, Posterior, posterior_file
from speciosa.knowledge.__main__ import main as seal

UNFINISHED = Path(tempfile.gettempdir()) / "speciosa-calibration.npz"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.what == "petab":
            sys.stdout.write(f"{petab_export(asked.folder)}\n")
            return 0
        if asked.what == "pairs":
            text = placed(asked.page.read_text(encoding="utf-8"), pairs_table(compare_medicines()))
            asked.page.write_text(text, encoding="utf-8")
            return 0
        effort = Effort(steps=asked.steps, warm_up=asked.warm_up, fewer=asked.people, walkers=asked.walkers)
        found = calibrate(effort, file=asked.file, progress=_Shown())
    except (KeyboardInterrupt, Cancelled):
        sys.stderr.write(f"\ncancelled; the same command goes on from {asked.file}\n")
        return 130
    except SpeciosaError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return _ship(found, effort)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m speciosa.calibration", description="Calibrate the model anew.")
    effort = Effort()
    parser.add_argument("--file", type=Path, default=UNFINISHED, help="where unfinished sampling is kept")
    parser.add_argument("--steps", type=int, default=effort.steps, help="of every walker")
    parser.add_argument("--warm-up", type=int, default=effort.warm_up, help="steps that are left out")
    parser.add_argument("--walkers", type=int, default=effort.walkers, help="per parameter")
    parser.add_argument("--people", type=int, default=effort.fewer, help="virtual people per study and walker")
    parser.set_defaults(what="calibrate")
    others = parser.add_subparsers(title="instead of calibrating")
    export = others.add_parser("petab", help="write the problem as PEtab")
    export.add_argument("folder", type=Path)
    export.set_defaults(what="petab")
    pairs = others.add_parser("pairs", help="make the table of pairs of medicines in a page anew")
    pairs.add_argument("page", type=Path)
    pairs.set_defaults(what="pairs")
    return parser


class _Shown:
    """Progress on the screen, with the time that is left."""

    def __init__(self) -> None:
        self.began: tuple[str, int, float] | None = None

    def __call__(self, done: int, total: int, words: str) -> None:
        now = time.monotonic()
        if self.began is None or self.began[0] != words:
            self.began = (words, done, now)
        _, first, since = self.began
        left = f", {(now - since) / (done - first) * (total - done) / 60.0:.0f} min left" if done > first else ""
        sys.stderr.write(f"\r{words}: {done} of {total}{left}      ")
        sys.stderr.flush()


def _ship(found: Calibration, effort: Effort) -> int:
    made = posterior(found.problem, found.chains, {"warm_up": str(effort.warm_up)})
    with resources.as_file(resources.files("speciosa.knowledge") / "tables") as where:
        _write(where / "calibrated.csv", rows(found.problem, found.laplace.mode, found.chains))
        (where / POSTERIOR_FILE).write_bytes(posterior_file(made))
    _told(made)
    return seal([])


def _told(made: Posterior) -> None:
    sys.stdout.write("\n")
    for i, name in enumerate(made.parameters):
        said = (
            f"R-hat {made.rhat[i]:.3f}  ESS {made.ess_bulk[i]:6.0f} in the bulk, {made.ess_tail[i]:6.0f} in the tails"
        )
        sys.stdout.write(f"{name:40} {said}\n")
    for doubt in made.doubts:
        sys.stdout.write(f"{doubt}\n")


def _write(path: Path, lines: Sequence[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    sys.exit(main())
