"""A run as a file that other tools open: Parquet, one row per run and time, or NetCDF."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import xarray as xr
from pyarrow import parquet

from speciosa.errors import InputError


def save(data: xr.Dataset, path: Path) -> None:
    """Write the curves of a run, whole or not at all.

    Args:
        data: as :meth:`speciosa.exposure.Exposure.dataset` returns it.
        path: ends in ``.parquet`` or ``.nc``.

    Raises:
        InputError: another ending.
    """
    writers = {".parquet": _parquet, ".nc": _netcdf}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise InputError("out", str(path), f"a file name ending in {' or '.join(writers)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        writer(data, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _parquet(data: xr.Dataset, path: Path) -> None:
    runs, times = data.sizes["run"], data.sizes["time"]
    columns = {"run": np.repeat(np.arange(runs), times)}
    columns |= {name: np.repeat(data[name].to_numpy(), times) for name in ("person", "draw", "status")}
    columns["time"] = np.tile(data["time"].to_numpy(), runs)
    columns |= {str(name): data[name].to_numpy().ravel() for name in data.data_vars}
    notes = {name: data[name].attrs for name in ("time", *data.data_vars)}
    fields = [
        pa.field(name, pa.array(values[:0]).type, metadata={k: str(v) for k, v in notes.get(name, {}).items()})
        for name, values in columns.items()
    ]
    schema = pa.schema(fields, metadata={k: str(v) for k, v in data.attrs.items()})
    parquet.write_table(pa.table(list(columns.values()), schema=schema), path)


def _netcdf(data: xr.Dataset, path: Path) -> None:
    # NetCDF 3, which scipy writes, has no 64-bit integers
    narrow = {name: data[name].astype("int32") for name in ("person", "draw")}
    data.assign_coords(narrow).to_netcdf(path, engine="scipy")
