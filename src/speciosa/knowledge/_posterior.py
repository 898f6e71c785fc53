"""What a calibration left: joint draws of the fitted parameters, with how well their sampler worked.

A small NetCDF file beside the tables, which xarray opens too. It is written by :mod:`speciosa.calibration` and sealed
with the tables.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from speciosa.errors import KnowledgeError

Array = NDArray[np.float64]

FILE = "posterior.nc"
MOST_RHAT = 1.05  # above it the walkers do not agree on where the posterior lies
LEAST_ESS = 400.0  # independent draws, in the bulk and in the tails, below which the ends of an interval mean little
_COLUMNS = ("rhat", "ess_bulk", "ess_tail")


@dataclass(frozen=True)
class Posterior:
    """Joint draws of the fitted parameters.

    Attributes:
        parameters: names, in the order of the columns.
        units: one per parameter.
        values: in these units, (draws, parameters).
        log_probability: of each draw, up to a constant, (draws,).
        rhat: rank-normalised R-hat of each parameter, (parameters,).
        ess_bulk: effective number of draws in the bulk, (parameters,).
        ess_tail: the same in the tails.
        attributes: how it was made: sampler, seed, walkers, steps, what was fitted.
    """

    parameters: tuple[str, ...]
    units: tuple[str, ...]
    values: Array
    log_probability: Array
    rhat: Array
    ess_bulk: Array
    ess_tail: Array
    attributes: Mapping[str, str]

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why no interval may be made of these draws, in sentences; empty where one may."""
        found = []
        worst = int(np.argmax(np.where(np.isfinite(self.rhat), self.rhat, np.inf)))
        if not self.rhat[worst] <= MOST_RHAT:
            found.append(
                f"The chains of the calibration disagree: R-hat of {self.parameters[worst]} is "
                f"{self.rhat[worst]:.3g}, more than {MOST_RHAT:g}."
            )
        for words, ess in (("", self.ess_bulk), (" in the tails", self.ess_tail)):
            least = int(np.argmin(np.where(np.isfinite(ess), ess, -np.inf)))
            if not ess[least] >= LEAST_ESS:
                found.append(
                    f"The calibration holds too few independent draws{words}: {ess[least]:.0f} of "
                    f"{self.parameters[least]}, fewer than {LEAST_ESS:g}."
                )
        return tuple(found)


def posterior_file(posterior: Posterior) -> bytes:
    """The file of a posterior: NetCDF 3."""
    out = io.BytesIO()
    file = netcdf_file(out, "w")
    file.createDimension("parameter", len(posterior.parameters))
    file.createDimension("draw", len(posterior.values))
    for name, words in (("parameter", posterior.parameters), ("unit", posterior.units)):
        letters = np.array([[*word.ljust(max(map(len, words)))] for word in words], dtype="S1")
        file.createDimension(f"{name}_letters", letters.shape[1])
        file.createVariable(name, "c", ("parameter", f"{name}_letters"))[:] = letters
    file.createVariable("value", "f4", ("draw", "parameter"))[:] = posterior.values
    file.createVariable("log_probability", "f4", ("draw",))[:] = posterior.log_probability
    for name in _COLUMNS:
        file.createVariable(name, "f4", ("parameter",))[:] = getattr(posterior, name)
    for name, text in posterior.attributes.items():
        setattr(file, name, text)
    file.flush()
    return out.getvalue()


def read(content: bytes) -> Posterior:
    """A posterior from its file.

    Raises:
        KnowledgeError: the file is damaged.
    """
    try:
        file = netcdf_file(io.BytesIO(content), "r", mmap=False)
        kept = {name: np.array(variable[:]) for name, variable in file.variables.items()}
        attributes = {name: value.decode() for name, value in file._attributes.items()}  # noqa: SLF001 - no other way
        words = {name: _words(kept[name]) for name in ("parameter", "unit")}
        numbers = {name: kept[name].astype(float) for name in ("log_probability", *_COLUMNS)}
        return Posterior(
            parameters=words["parameter"],
            units=words["unit"],
            values=kept["value"].astype(float),
            attributes=MappingProxyType(attributes),
            **numbers,
        )
    except (TypeError, ValueError, KeyError, IndexError, AssertionError) as error:
        raise KnowledgeError(f"{FILE} is damaged; install Speciosa again, or calibrate anew.") from error


def _words(letters: NDArray[np.bytes_]) -> tuple[str, ...]:
    return tuple(b"".join(row.tolist()).decode().rstrip() for row in letters)
