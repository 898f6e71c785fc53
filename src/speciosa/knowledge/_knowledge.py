"""The tables in memory, and the questions the other rooms ask of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml

from speciosa.errors import KnowledgeError
from speciosa.knowledge import _certainty, _data_sets, _policy, _posterior, _tables
from speciosa.knowledge._certainty import Derivation
from speciosa.knowledge._data_sets import Panel
from speciosa.knowledge._policy import Choice, Fit, Grade, Prior, Reading, Wanted
from speciosa.knowledge._posterior import Posterior
from speciosa.knowledge._release import Release, read_release, verified_content, verified_posterior
from speciosa.knowledge._row import Row
from speciosa.knowledge._tables import Source
from speciosa.knowledge._units import factor

# where tables differ in what they call value, bounds and spread
_VALUE = ("value", "value_mean", "ratio", "conc")
_LOW = ("low", "value_low", "value_min", "ratio_low", "conc_low")
_HIGH = ("high", "value_high", "value_max", "ratio_high", "conc_high")
_SD = ("sd", "sd_or_sem", "value_sd", "conc_sd")
_ORIGIN = ("species", "system", "species_system")
_POTENCY, _MAXIMUM = (
    ("potency_value", "potency_unit"),
    ("emax_value", "emax_unit"),
)  # a functional result has two figures


@dataclass(frozen=True)
class Knowledge:
    """The data package, read and checked.

    Attributes:
        release: its version, date and checksums.
        tables: table → rows.
        sources: id → where rows were read.
        grades: word of confidence → what it means.
        animals: words that mark a row as not human.
    """

    release: Release
    tables: Mapping[str, tuple[Row, ...]]
    sources: Mapping[str, Source]
    grades: Mapping[str, Grade]
    animals: frozenset[str]
    _by_id: Mapping[str, tuple[tuple[str, Row], ...]] = field(repr=False)

    def table(self, name: str) -> tuple[Any, ...]:
        """All rows of a table, typed as its record.

        Raises:
            KnowledgeError: no such table.
        """
        if name not in self.tables:
            raise KnowledgeError(f"there is no table {name!r}; there are {', '.join(sorted(self.tables))}.")
        return self.tables[name]

    def find(self, name: str, /, **cells: object) -> tuple[Any, ...]:
        """The rows of a table whose columns hold these values.

        Raises:
            KnowledgeError: no such table.
        """
        rows = self.table(name)
        return tuple(row for row in rows if all(getattr(row, column) == value for column, value in cells.items()))

    def row(self, row_id: str) -> Any:  # noqa: ANN401 - typed as the record of its table
        """A row by id, qualified (``clinical_pk:CP001``) or, where only one table has it, bare (``CP001``).

        Raises:
            KnowledgeError: no row or several rows of that id.
        """
        found = self._matches(row_id)
        if not found:
            raise KnowledgeError(
                f"there is no row {row_id!r}; ids look like CP001, rules:R03 or {next(iter(self.sources))}."
            )
        if len(found) > 1:
            named = " or ".join(f"{table}:{row.id}" for table, row in found)
            raise KnowledgeError(f"several tables hold {row_id!r}; say {named}.")
        return found[0][1]

    def has(self, row_id: str) -> bool:
        """Whether :meth:`row` would find exactly one row."""
        return len(self._matches(row_id)) == 1

    def table_of(self, row: Row) -> str:
        """The table that holds a row."""
        return _name_of(type(row))

    def qualified(self, row: Row) -> str:
        """The id of a row with its table, such as ``rules:R03``."""
        return f"{self.table_of(row)}:{row.id}"

    def source(self, source_id: str) -> Source:
        """Where rows were read.

        Raises:
            KnowledgeError: no such source.
        """
        if source_id not in self.sources:
            raise KnowledgeError(f"there is no source {source_id!r}; ids look like {next(iter(self.sources))}.")
        return self.sources[source_id]

    def parameter(self, name: str, *, fitted: bool = True) -> Choice:
        """A model parameter as a distribution, chosen by the policy.

        Args:
            name: as declared in the table ``parameters``.
            fitted: whether a value fitted to people may win; a fit asks what is known without it.

        Raises:
            KnowledgeError: the parameter is not declared, or its rows cannot be read in its unit.
        """
        declared = self.find("parameters", name=name)
        if not declared:
            raise KnowledgeError(f"parameter {name!r} is not declared in the table parameters.")
        row = declared[0]
        wanted = Wanted(row.name, row.meaning, row.unit, _policy.kind(row.kind))
        readings = [self._reading(key, row.unit) for _, key in row.refers_to() if ":" in key]
        prior = self._prior(row.prior, row.unit) if row.prior else None
        fit = self._fit(name, row.unit) if fitted else None
        return _policy.choose(wanted, readings, prior, fit, self.grades)

    def distribution(self, name: str, unit: str, rows: str | None, prior: str | None) -> Choice:
        """A positive number as a distribution, chosen by the policy from rows or a prior that another row names.

        Args:
            name: what it is, in words.
            unit: to give it in.
            rows: qualified ids, parted by ``;``.
            prior: id in the table ``priors``.

        Raises:
            KnowledgeError: neither, or one of them cannot be read in the unit.
        """
        wanted = Wanted(name, name, unit, "lognormal")
        keys = [key.strip() for key in (rows or "").split(";") if key.strip()]
        readings = [self._reading(key, unit) for key in keys]
        return _policy.choose(wanted, readings, self._prior(prior, unit) if prior else None, None, self.grades)

    def derivation(self, claim: str) -> Derivation:
        """How certain the evidence on a claim makes us, and the way to that word.

        Args:
            claim: id in the table ``claims``.

        Raises:
            KnowledgeError: the judgements of the claim are not complete, or they do not fit together.
        """
        return _certainty.derive(claim, self.find("claim_judgements", claim=claim))

    @cached_property
    def panels(self) -> tuple[Panel, ...]:
        """Data sets that exclude one another, with the affinities of every ligand in each.

        Raises:
            KnowledgeError: a panel has not one standard set, or an affinity cannot be read.
        """
        choices = {row.id: self._affinity(row) for row in self.table("affinities")}
        return _data_sets.panels(self.table("data_sets"), self.table("affinities"), choices)

    def _affinity(self, row: Any) -> Choice:  # noqa: ANN401 - typed as the record of its table
        name = f"{row.ligand}, {row.quantity} at {row.target}"
        if row.relative_ligand:  # a ratio; on the odds where the quantity is a share
            wanted = Wanted(name, f"{name}, over {row.relative_ligand}", "dimensionless", "lognormal")
        else:
            wanted = Wanted(name, name, row.unit, _policy.kind(row.kind))
        keys = [key for table, key in row.refers_to() if table == "*"]
        readings = [self._reading(key, row.unit, row.quantity) for key in keys]
        prior = self._prior(row.prior, wanted.unit) if row.prior else None
        return _policy.choose(wanted, readings, prior, None, self.grades)

    def _matches(self, row_id: str) -> list[tuple[str, Row]]:
        table, _, bare = row_id.rpartition(":")
        return [(name, row) for name, row in self._by_id.get(bare, ()) if table in {"", name}]

    def _reading(self, key: str, unit: str, quantity: str = "") -> Reading:
        row = self.row(key)
        named = _MAXIMUM if quantity == "Emax" else _POTENCY
        columns, its_unit = (named[:1], named[1]) if hasattr(row, named[0]) else (_VALUE, "unit")
        scale = factor(getattr(row, its_unit, None), unit)

        def number(columns: Sequence[str]) -> float | None:
            for column in columns:
                if isinstance(getattr(row, column, None), float):
                    return float(row.number(column)) * scale
            return None

        value = number(columns)
        if value is None:
            raise KnowledgeError(f"row {key} holds no number that a parameter could take.")
        words = " ".join(str(getattr(row, column, None) or "") for column in _ORIGIN).lower()
        human = not self.animals & set(re.findall(r"[a-z]+", words))
        return Reading(key, value, number(_SD), number(_LOW), number(_HIGH), human, row.confidence)

    def _prior(self, key: str, unit: str) -> Prior:
        row = self.row(f"priors:{key}")
        scale = factor(row.unit, unit)
        derived = row.confidence == "derived here"
        return Prior(
            f"priors:{key}", row.median * scale, row.low * scale, row.high * scale, derived=derived, reason=row.reason
        )

    def _fit(self, name: str, unit: str) -> Fit | None:
        fitted = self.find("calibrated", parameter=name)
        if not fitted:
            return None
        row = fitted[0]
        targets = tuple(key for _, key in row.refers_to())
        return Fit(f"calibrated:{row.id}", row.median * factor(row.unit, unit), row.gsd, targets, row.method)


@cache
def load() -> Knowledge:
    """Read the data package, check it whole and keep it.

    Raises:
        KnowledgeError: a table is missing or damaged, or a reference leads nowhere.
    """
    release = read_release()
    contents = verified_content(release)
    return assemble(release, contents)


@cache
def posterior() -> Posterior:
    """The posterior of the calibration, checked against the release and kept.

    Raises:
        KnowledgeError: it is missing or damaged, or it holds other parameters than the table calibrated.
    """
    found = _posterior.read(verified_posterior(read_release()))
    other = {row.parameter for row in load().table("calibrated")} ^ set(found.parameters)
    if other:
        raise KnowledgeError(
            f"{_posterior.FILE} and the table calibrated differ in {', '.join(sorted(other))}; calibrate anew."
        )
    return found


def assemble(release: Release, contents: Mapping[str, bytes]) -> Knowledge:
    """The data package from the bytes of its tables.

    Raises:
        KnowledgeError: a row does not fit its record, or a reference leads nowhere.
    """
    grades, animals = _policy_file()
    sources = _tables.read_sources(contents[_tables.SOURCES])
    tables = {name: _tables.read(name, contents[name]) for name in _tables.RECORDS}
    _tables.check_references(tables, sources, tuple(grades))
    by_id: dict[str, list[tuple[str, Row]]] = {}
    for name, rows in tables.items():
        for row in rows:
            by_id.setdefault(row.id, []).append((name, row))
    frozen = {key: tuple(found) for key, found in by_id.items()}
    return Knowledge(
        release,
        MappingProxyType(tables),
        MappingProxyType(sources),
        MappingProxyType(grades),
        animals,
        MappingProxyType(frozen),
    )


@cache
def _policy_file() -> tuple[dict[str, Grade], frozenset[str]]:
    raw = yaml.safe_load((resources.files("speciosa.knowledge") / "policy.yaml").read_text(encoding="utf-8"))
    return {word: Grade(**entry) for word, entry in raw["confidence"].items()}, frozenset(raw["animals"])


@cache
def _name_of(record: type[Row]) -> str:
    return next(name for name, known in _tables.RECORDS.items() if known is record)
