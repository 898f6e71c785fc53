"""Close the tables: check them whole and write ``datapackage.json`` anew.

::

    python -m speciosa.knowledge                                  # same version, date and expiry
    python -m speciosa.knowledge --version 2026.12 --date 2026-12-20 --expires 2027-04-30
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from importlib import resources
from pathlib import Path

from speciosa.errors import SpeciosaError
from speciosa.knowledge._knowledge import assemble
from speciosa.knowledge._release import FILE, Release, read_release, seal
from speciosa.knowledge._tables import file_names


def main(arguments: Sequence[str] | None = None) -> int:
    """Seal the tables of this installation."""
    parser = argparse.ArgumentParser(prog="python -m speciosa.knowledge", description="Close the tables.")
    parser.add_argument("--version", help="a new version; the old one by default")
    parser.add_argument("--date", type=date.fromisoformat, help="the day the tables are closed")
    parser.add_argument("--expires", type=date.fromisoformat, help="the last day of use without a warning")
    asked = parser.parse_args(arguments)
    with resources.as_file(resources.files("speciosa.knowledge") / "tables") as where:
        try:
            release = _seal(asked, where)
        except SpeciosaError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    sys.stdout.write(f"{release.version} of {release.date}: {len(release.resources)} tables, {release.checksum}\n")
    return 0


def _seal(asked: argparse.Namespace, where: Path) -> Release:
    version, closed, expires = asked.version, asked.date, asked.expires
    if not (version and closed and expires):
        old = read_release()
        version, closed, expires = version or old.version, closed or old.date, expires or old.expires
    text = seal(version, closed, expires, where)
    release = Release.model_validate_json(text)
    # a table that does not fit is refused before it is sealed
    assemble(release, {name.removesuffix(".csv"): (where / name).read_bytes() for name in file_names()})
    (where / FILE).write_text(text, encoding="utf-8", newline="\n")
    return release


if __name__ == "__main__":
    sys.exit(main())
