"""``python -m speciosa.engine explain MODEL``."""

from __future__ import annotations

import argparse
import sys

from speciosa.engine._explain import explain
from speciosa.errors import EngineError

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m speciosa.engine")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("explain", help="follow a model to machine code")
    command.add_argument("model", help="a file with SBML or Antimony")
    command.add_argument("--output", action="append", default=[], help="what to watch; may be repeated")
    command.add_argument("--vary", action="append", default=[], help="what differs between persons; may be repeated")
    command.add_argument("--until", type=float, default=24.0, help="end of the first run")
    given = parser.parse_args(arguments)
    try:
        sys.stdout.write(explain(given.model, given.output, given.vary, until=given.until))
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
