"""Write the model report anew.

::

    python -m speciosa.handbook docs/model
"""

import sys
from pathlib import Path

from speciosa.handbook import MENDING, write


def main() -> int:
    """Write all pages into the folder that is named."""
    if len(sys.argv) != 2:
        sys.stderr.write(f"Name one folder: {MENDING}\n")
        return 2
    written, removed = write(Path(sys.argv[1]))
    sys.stdout.write(f"{written} pages written to {sys.argv[1]}, {removed} removed.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
