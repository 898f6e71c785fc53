"""Curves of populations larger than memory: a folder of Parquet files, or a Zarr group.

A run is written in parts of equal size. Each part appears whole or not at all, so a run that was stopped, by whatever,
goes on where it was. The description beside the parts says which run they belong to.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from speciosa.engine._job import Job
from speciosa.engine._recipe import Harvest, Recipe, Store
from speciosa.engine._workspace import WORDS
from speciosa.errors import EngineError

__all__ = ["Outline", "ParquetStore", "ZarrStore", "open_store", "outline", "unopened"]

_PLAN = "run.json"
_UNWRITTEN = -1


@dataclass(frozen=True, eq=False)
class Outline:
    """What a store must know of a run; picklable.

    Attributes:
        path: the folder.
        size: persons per part.
        persons: how many there are.
        digest: of all that the curves depend on.
        outputs: names of the outputs.
        times: output times, shape (m,).
        dtype: of the curves.
        measures: output and name of each summary.
        windows: start and end of each window, shape (w, 2).
    """

    path: Path
    size: int
    persons: int
    digest: str
    outputs: tuple[str, ...]
    times: NDArray[np.float64]
    dtype: str
    measures: tuple[tuple[str, str], ...]
    windows: NDArray[np.float64]

    @property
    def described(self) -> dict[str, Any]:
        """As it is written beside the parts."""
        return {
            "format": 1,
            "digest": self.digest,
            "persons": self.persons,
            "persons_per_part": self.size,
            "outputs": list(self.outputs),
            "times": self.times.tolist(),
            "dtype": self.dtype,
            "measures": [list(measure) for measure in self.measures],
            "windows": self.windows.tolist(),
            "words": list(WORDS),
        }

    @property
    def columns(self) -> list[str]:
        """A column name per window and summary, in the order of the numbers of a person."""
        many = len(self.windows) > 1
        spans = [f" {start:g}-{end:g}" if many else "" for start, end in self.windows]
        return [f"{output} {name}{span}" for span in spans for output, name in self.measures]


def outline(path: Path, size: int, job: Job, recipe: Recipe) -> Outline:
    """The outline of a run.

    Args:
        path: the folder.
        size: persons per part.
        job: the run.
        recipe: what is wanted.
    """
    plan = recipe.summaries
    return Outline(
        path=path,
        size=size,
        persons=job.persons,
        digest=job.digest(),
        outputs=recipe.outputs,
        times=recipe.times,
        dtype=recipe.dtype,
        measures=() if plan is None else tuple((m.output, m.name) for m in plan.measures),
        windows=np.empty((0, 2)) if plan is None else plan.windows,
    )


def unopened(given: Outline) -> Store:
    """A store that only weighs what it would write.

    Raises:
        EngineError: zarr is not installed.
    """
    if given.path.suffix == ".zarr":
        _zarr()
        return ZarrStore(given)
    return ParquetStore(given)


def open_store(given: Outline) -> Store:
    """Make a store ready, or find it as an earlier call of the same run left it.

    A path that ends in ``.zarr`` is a Zarr group, any other a folder of Parquet files. Where there are parts already,
    their size holds.

    Raises:
        EngineError: the folder holds something else, cannot be written to, or zarr is not installed.
    """
    return _open_zarr(given) if given.path.suffix == ".zarr" else _open_parquet(given)


def _same_run(given: Outline, found: dict[str, Any]) -> Outline:
    """The outline with the size of the parts that are there already."""
    size = found.get("persons_per_part")
    if not isinstance(size, int):
        raise EngineError(f"The folder {str(given.path)!r} is no store of a run; choose another.")
    outline = Outline(**(vars(given) | {"size": size}))
    if found != outline.described:
        raise EngineError(f"The folder {str(given.path)!r} holds another run; choose another, or remove it.")
    return outline


# -- Parquet


def _open_parquet(given: Outline) -> ParquetStore:
    for name in given.outputs:
        if name in {"person", "time"}:
            raise EngineError(f"The output {name!r} has the name of a column of its own in Parquet; rename it.")
    plan = given.path / _PLAN
    try:
        if plan.exists():
            return ParquetStore(_same_run(given, json.loads(plan.read_text(encoding="utf-8"))))
        if given.path.exists() and any(given.path.iterdir()):
            raise EngineError(f"The folder {str(given.path)!r} is not empty and no store of a run; choose another.")
        for name in ("curves", "persons"):
            (given.path / name).mkdir(parents=True, exist_ok=True)
        partial = plan.with_name(f".{uuid.uuid4().hex}.partial")
        partial.write_text(json.dumps(given.described, indent=1), encoding="utf-8")
        partial.replace(plan)
    except (OSError, ValueError) as error:
        raise EngineError(f"The folder {str(given.path)!r} cannot be used: {error}.") from error
    return ParquetStore(given)


@dataclass(frozen=True, eq=False)
class _Stored:
    outline: Outline

    @property
    def path(self) -> Path:
        """The folder."""
        return self.outline.path

    @property
    def size(self) -> int:
        """Persons per part."""
        return self.outline.size


class ParquetStore(_Stored):
    """``curves`` has a row per person and output time, ``persons`` a row per person; a file per part in both."""

    def write(self, harvest: Harvest) -> None:
        """Write a part; the persons come last, and say that it is complete."""
        self._put("curves", harvest.start, self._curves(harvest))
        self._put("persons", harvest.start, self._persons(harvest))

    def read(self, start: int) -> Harvest | None:
        """A part without its curves; None if it has not been written."""
        import pyarrow.parquet as pq  # noqa: PLC0415 - slow to load, and only needed here

        file = self._file("persons", start)
        if not file.exists():
            return None
        table = pq.read_table(file, partitioning=None)
        codes = {word: code for code, word in enumerate(WORDS)}
        numbers = [table[name].to_numpy() for name in self.outline.columns]
        shape = (table.num_rows, len(self.outline.windows), len(self.outline.measures))
        return Harvest(
            start=start,
            status=np.array([codes[word] for word in table["status"].to_pylist()], dtype=np.int8),
            steps=table["steps"].to_numpy(),
            reached=table["reached"].to_numpy(),
            numbers=np.column_stack(numbers).reshape(shape) if numbers else None,
        )

    def close(self) -> None:
        """Remove what broken-off attempts left."""
        for file in self.path.glob("*/.*.partial"):
            file.unlink(missing_ok=True)

    def weigh(self, harvest: Harvest) -> int:
        """Bytes on disk of a part; nothing is written."""
        import pyarrow as pa  # noqa: PLC0415 - slow to load, and only needed here

        total = 0
        for table in (self._curves(harvest), self._persons(harvest)):
            sink = pa.BufferOutputStream()
            _write(table, sink, self.outline.outputs)
            total += sink.getvalue().size
        return total

    def _file(self, kind: str, start: int) -> Path:
        return self.path / kind / f"part-{start:010d}.parquet"

    def _put(self, kind: str, start: int, table: Any) -> None:  # noqa: ANN401 - pyarrow ships no types
        file = self._file(kind, start)
        partial = file.with_name(f".{file.stem}-{uuid.uuid4().hex}.partial")
        try:
            _write(table, partial, self.outline.outputs)
            partial.replace(file)  # atomic; who writes the same part again writes the same numbers
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise EngineError(f"The part {str(file)!r} cannot be written: {error}.") from error

    def _curves(self, harvest: Harvest) -> Any:  # noqa: ANN401 - pyarrow ships no types
        import pyarrow as pa  # noqa: PLC0415 - slow to load, and only needed here

        assert harvest.curves is not None  # noqa: S101 - the recipe gives them to a store
        count, many, _ = harvest.curves.shape
        columns: dict[str, Any] = {
            "person": np.repeat(np.arange(harvest.start, harvest.start + count), many),
            "time": np.tile(self.outline.times, count),
        }
        for place, name in enumerate(self.outline.outputs):
            columns[name] = np.ascontiguousarray(harvest.curves[:, :, place]).ravel()
        return pa.table(columns)

    def _persons(self, harvest: Harvest) -> Any:  # noqa: ANN401 - pyarrow ships no types
        import pyarrow as pa  # noqa: PLC0415 - slow to load, and only needed here

        count = len(harvest.status)
        columns: dict[str, Any] = {
            "person": np.arange(harvest.start, harvest.start + count),
            "status": pa.array([WORDS[code] for code in harvest.status], pa.string()),
            "steps": harvest.steps,
            "reached": harvest.reached,
        }
        if harvest.numbers is not None:
            flat = harvest.numbers.reshape(count, -1)
            columns |= {name: np.ascontiguousarray(flat[:, k]) for k, name in enumerate(self.outline.columns)}
        return pa.table(columns)


def _write(table: Any, sink: Any, floats: tuple[str, ...]) -> None:  # noqa: ANN401 - pyarrow ships no types
    """One row group; the bytes of floating numbers are regrouped, which lets them be packed at all."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to load, and only needed here

    split = [name for name in floats if name in table.column_names]
    plain = [name for name in ("person", "time", "status") if name in table.column_names]
    pq.write_table(
        table,
        sink,
        row_group_size=max(1, table.num_rows),
        compression="zstd",
        compression_level=1,
        use_dictionary=plain,
        use_byte_stream_split=split,
    )


# -- Zarr


def _zarr() -> Any:  # noqa: ANN401 - an optional package
    try:
        import zarr  # noqa: PLC0415 - an optional package
    except ImportError:
        raise EngineError(
            "A store that ends in .zarr needs the package zarr (pip install 'speciosa[zarr]'); or choose Parquet."
        ) from None
    return zarr


@lru_cache(maxsize=8)
def _group(path: Path) -> Any:  # noqa: ANN401 - zarr
    return _zarr().open_group(str(path), mode="r+")


def _open_zarr(given: Outline) -> ZarrStore:
    zarr = _zarr()
    _group.cache_clear()  # the folder may have been removed and made anew
    try:
        if given.path.exists() and any(given.path.iterdir()):
            group = zarr.open_group(str(given.path), mode="r")
            return ZarrStore(_same_run(given, json.loads(group.attrs.get("run", "{}"))))
        group = zarr.open_group(str(given.path), mode="w")
        n, m, w, k = given.persons, len(given.times), len(given.windows), len(given.measures)
        shapes: dict[str, tuple[tuple[int, ...], str, float]] = {
            "status": ((n,), "int8", _UNWRITTEN),
            "steps": ((n,), "int64", 0),
            "reached": ((n,), "float64", np.nan),
            "curves": ((n, m, len(given.outputs)), given.dtype, np.nan),
        }
        if k:
            shapes["summaries"] = ((n, w, k), "float64", np.nan)
        for name, (shape, dtype, fill) in shapes.items():
            chunks = (min(given.size, max(n, 1)), *shape[1:])
            group.create_array(name, shape=shape, chunks=chunks, dtype=dtype, fill_value=fill)
        group.create_array("times", data=given.times)
        group.attrs["run"] = json.dumps(given.described)  # last: without it the group is no store
    except (OSError, ValueError) as error:
        raise EngineError(f"The store {str(given.path)!r} cannot be used: {error}.") from error
    return ZarrStore(given)


class ZarrStore(_Stored):
    """Arrays ``curves`` (persons, times, outputs), ``status``, ``steps``, ``reached`` and ``summaries``.

    A part is a chunk of every array, so that no two parts write to one file.
    """

    def write(self, harvest: Harvest) -> None:
        """Write a part; the status comes last, and says that it is complete."""
        group, place = _group(self.path), slice(harvest.start, harvest.start + len(harvest.status))
        try:
            group["curves"][place] = harvest.curves
            if harvest.numbers is not None:
                group["summaries"][place] = harvest.numbers
            group["steps"][place] = harvest.steps
            group["reached"][place] = harvest.reached
            group["status"][place] = harvest.status
        except OSError as error:
            raise EngineError(f"A part of the store {str(self.path)!r} cannot be written: {error}.") from error

    def read(self, start: int) -> Harvest | None:
        """A part without its curves; None if it has not been written."""
        group, place = _group(self.path), slice(start, min(start + self.size, self.outline.persons))
        status = np.asarray(group["status"][place])
        if (status == _UNWRITTEN).any():
            return None
        numbers = np.asarray(group["summaries"][place]) if self.outline.measures else None
        steps, reached = np.asarray(group["steps"][place]), np.asarray(group["reached"][place])
        return Harvest(start=start, status=status, steps=steps, reached=reached, numbers=numbers)

    def close(self) -> None:
        """There is nothing to tidy up."""

    def weigh(self, harvest: Harvest) -> int:
        """Bytes on disk of a part before packing, which makes it smaller; nothing is written."""
        arrays = (harvest.status, harvest.steps, harvest.reached, harvest.curves, harvest.numbers)
        return sum(array.nbytes for array in arrays if array is not None)
