"""Fit the model anew and write the tables ``calibrated`` and ``calibrated_correlation``.

::

    python -m speciosa.calibration && python -m speciosa.knowledge
"""

import csv
import sys
from importlib import resources
from pathlib import Path

from speciosa.calibration._fit import fit, tables
from speciosa.calibration._studies import targets


def main() -> int:
    """Fit, print the misfit of each target, write both tables."""
    posterior = fit()
    for i in posterior.informed:
        (median, gsd), before = posterior.fitted(i), posterior.priors[i]
        said = f"{median:10.4g} x/ {gsd:5.3g}   before {before.median:10.4g} x/ {before.gsd:5.3g}"
        sys.stdout.write(f"{posterior.parameters[i]:40} {said}   moved {posterior.mode[i]:+.2f}\n")
    for key, value in posterior.residuals.items():
        sys.stdout.write(f"{key} {value:+.2f} standard errors\n")
    sys.stdout.write(f"cost {posterior.cost:.4g}\n")
    with resources.as_file(resources.files("speciosa.knowledge") / "tables") as where:
        for name, rows in zip(
            ("calibrated", "calibrated_correlation"),
            tables(posterior, [t for t in targets() if t.use == "fit"]),
            strict=True,
        ):
            _write(where / f"{name}.csv", rows)
    return 0


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("r", encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
