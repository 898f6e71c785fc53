"""The data package: typed rows with sources, releases, and the policy that chooses a parameter from rows."""

from speciosa.knowledge._certainty import Certainty, Derivation, Step
from speciosa.knowledge._data_sets import Affinity, DataSet, Key, Panel
from speciosa.knowledge._describe import ReleaseView, RowView, TableView, describe_release, describe_row
from speciosa.knowledge._knowledge import Knowledge, load, posterior
from speciosa.knowledge._medicine_names import Resolved, alike, plain, resolve
from speciosa.knowledge._policy import Choice
from speciosa.knowledge._posterior import FILE as POSTERIOR_FILE
from speciosa.knowledge._posterior import Posterior, posterior_file
from speciosa.knowledge._records_claims import ClaimEvidence, Claims, Direction, Kind, Verdict
from speciosa.knowledge._records_tests import ClaimTests, StatedDoses
from speciosa.knowledge._records_use import Substances
from speciosa.knowledge._release import Release
from speciosa.knowledge._row import Row
from speciosa.knowledge._tables import Source, schema

__all__ = [
    "POSTERIOR_FILE",
    "Affinity",
    "Certainty",
    "Choice",
    "ClaimEvidence",
    "ClaimTests",
    "Claims",
    "DataSet",
    "Derivation",
    "Direction",
    "Key",
    "Kind",
    "Knowledge",
    "Panel",
    "Posterior",
    "Release",
    "ReleaseView",
    "Resolved",
    "Row",
    "RowView",
    "Source",
    "StatedDoses",
    "Step",
    "Substances",
    "TableView",
    "Verdict",
    "alike",
    "describe_release",
    "describe_row",
    "load",
    "plain",
    "posterior",
    "posterior_file",
    "resolve",
    "schema",
]
