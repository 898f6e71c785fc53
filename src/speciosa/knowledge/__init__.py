"""The data package: typed rows with sources, releases, and the policy that chooses a parameter from rows."""

from speciosa.knowledge._data_sets import Affinity, DataSet, Key, Panel
from speciosa.knowledge._describe import ReleaseView, RowView, TableView, describe_release, describe_row
from speciosa.knowledge._knowledge import Knowledge, load
from speciosa.knowledge._policy import Choice
from speciosa.knowledge._release import Release
from speciosa.knowledge._row import Row
from speciosa.knowledge._tables import Source, schema

__all__ = [
    "Affinity",
    "Choice",
    "DataSet",
    "Key",
    "Knowledge",
    "Panel",
    "Release",
    "ReleaseView",
    "Row",
    "RowView",
    "Source",
    "TableView",
    "describe_release",
    "describe_row",
    "load",
    "schema",
]
