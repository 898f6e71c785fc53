"""A laboratory certificate → values, each with where on the paper it was read.

The door also holds the readers of printed results and units: a case file holds the same things.
"""

from speciosa.certificates._analytes import Analyte, Match, find, names
from speciosa.certificates._json import schema
from speciosa.certificates._numbers import Qualifier, Result, UnreadableError, result
from speciosa.certificates._read import read
from speciosa.certificates._record import Certificate, Value
from speciosa.certificates._units import PIECES, Unit, per_gram, piece_of, unit_of

__all__ = [
    "PIECES",
    "Analyte",
    "Certificate",
    "Match",
    "Qualifier",
    "Result",
    "Unit",
    "UnreadableError",
    "Value",
    "find",
    "names",
    "per_gram",
    "piece_of",
    "read",
    "result",
    "schema",
    "unit_of",
]
