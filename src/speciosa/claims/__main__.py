"""Make the weights of the matcher anew: ``python -m speciosa.claims tune tests/articles/tuning``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from speciosa.claims._tune import tune, write
from speciosa.errors import SpeciosaError


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn the weights and write them."""
    parser = argparse.ArgumentParser(prog="python -m speciosa.claims", description="Tune the matcher of claims.")
    parser.add_argument("what", choices=["tune"])
    parser.add_argument("folder", type=Path, help="labelled texts, such as tests/articles/tuning")
    asked = parser.parse_args(arguments)
    try:
        tuned = tune(asked.folder)
    except SpeciosaError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{tuned.as_json()}wrote {write(tuned)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
