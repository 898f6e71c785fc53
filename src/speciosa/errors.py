"""Everything that Speciosa raises on purpose, as one tree.

::

    SpeciosaError
    ├── InputError             what the user handed in: field, value, remedy
    │   ├── ArticleError       a text to be checked
    │   ├── CaseError          a case file
    │   └── CertificateError   a laboratory certificate
    ├── KnowledgeError         the data package: missing, damaged, unknown row
    ├── CalibrationError       a fit that cannot go on or cannot be shipped
    ├── ModelError             a model that cannot be read, assembled or checked
    └── EngineError            a simulation that cannot be set up
        └── Cancelled          the user stopped a run

A person of a population whose simulation fails raises nothing: it gets a status
(see :class:`speciosa.engine.Result`).
"""

from typing import Any

__all__ = [
    "ArticleError",
    "CalibrationError",
    "Cancelled",
    "CaseError",
    "CertificateError",
    "EngineError",
    "InputError",
    "KnowledgeError",
    "ModelError",
    "SpeciosaError",
]


class SpeciosaError(Exception):
    """Base of all errors raised on purpose; its text is one sentence for the user."""


class InputError(SpeciosaError):
    """What the user handed in cannot be used.

    Args:
        field: dotted name of the field, such as ``regimens[0].doses[1].amount``.
        value: what was found there, as the user wrote it.
        remedy: what would be right, as a phrase that completes "expected …".
        where: the file, if there is one.
    """

    def __init__(self, field: str, value: object, remedy: str, *, where: str | None = None) -> None:
        self.field = field
        self.value = value
        self.remedy = remedy
        self.where = where
        super().__init__(field, value, remedy, where)

    def __str__(self) -> str:
        prefix = f"{self.where}: " if self.where else ""
        shown = "nothing" if self.value is None else repr(self.value)
        return f"{prefix}{self.field} is {_short(shown)}; expected {self.remedy}."


class ArticleError(InputError):
    """A text to be checked cannot be read as one."""


class CaseError(InputError):
    """A case file holds something that cannot be used."""


class CertificateError(InputError):
    """A laboratory certificate holds something that cannot be used."""


class KnowledgeError(SpeciosaError):
    """The data package is missing, damaged or does not hold what was asked for."""


class CalibrationError(SpeciosaError):
    """A fit cannot be continued, or what it left cannot be used."""


class ModelError(SpeciosaError):
    """A model cannot be read, assembled or checked."""


class EngineError(SpeciosaError):
    """A simulation cannot be set up."""


class Cancelled(EngineError):  # noqa: N818 - an outcome the user chose, not a fault
    """The user stopped a run.

    Attributes:
        result: what there was by then, where the run keeps it; who was not reached has the status ``not run``.
    """

    result: Any = None


def _short(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
