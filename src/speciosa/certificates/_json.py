"""Certificates as JSON, in a schema of our own (``certificates.schema()`` gives it as JSON Schema).

::

    {
      "metadata": {"lot": "K51-0324", "laboratory": "Example Laboratory", "reported": "2026-10-02"},
      "results": [
        {"analyte": "mitragynine", "value": 19.48, "unit": "mg/g", "loq": 0.124, "method": "LC-MS/MS"},
        {"analyte": "7-OH", "value": "<LOQ", "unit": "mg/g", "loq": 0.124},
        {"analyte": "Salmonella", "value": "absent in 25 g", "status": "pass"}
      ]
    }

A value is a number, or text as the laboratory prints it: ``ND``, ``<LOQ``, ``<0.01``, ``trace``, ``absent``, ``NT``.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from speciosa.border import FileModel, checked, one_line, parse_json, plain, speak
from speciosa.certificates._sheet import DAYS, LONGEST_CELL, Line, Sheet, parse_day
from speciosa.errors import CertificateError

MOST_RESULTS = 5000


def _line(raw: object) -> str:
    if not isinstance(raw, str) or len(raw) > LONGEST_CELL:
        raise speak(f"text of at most {LONGEST_CELL} characters")
    return one_line(" ".join(raw.split()))


def _number_or_text(raw: object) -> str:
    """Numbers stay as they are written, so that one reader understands both."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return format(raw, ".17g") if isinstance(raw, int) else repr(raw)
    if isinstance(raw, str):
        return _line(raw)
    raise speak("a number, or text such as `ND`, `<LOQ` or `<0.01`")


Words = Annotated[str, PlainValidator(_line), WithJsonSchema({"type": "string", "maxLength": LONGEST_CELL})]
Printed = Annotated[str, PlainValidator(_number_or_text), WithJsonSchema({"type": ["number", "string"]})]


class MetadataFile(FileModel):
    """What the paper says about the sample and itself."""

    lot: Words | None = Field(None, description="lot or batch")
    laboratory: Words | None = Field(None, description="who tested")
    accreditation: Words | None = Field(None, description="body and number")
    sampled: Words | None = Field(None, description="day the sample was taken, such as 2026-11-24")
    received: Words | None = Field(None, description="day it arrived")
    reported: Words | None = Field(None, description="day of the report")
    manufactured: Words | None = Field(None, description="day the lot was made")
    tested: Words | None = Field(None, description="day the tests were completed")
    expires: Words | None = Field(None, description="day after which the lot should not be sold")
    report_number: Words | None = Field(None, description="number of the report")
    client: Words | None = Field(None, description="who ordered the test")
    sample_id: Words | None = Field(None, description="the laboratory's name of the sample")
    serving: Words | None = Field(None, description="size of a serving, such as `2.4 g`")
    product: Words | None = Field(None, description="name of the product or sample")
    form: Words | None = Field(None, description="form or matrix")
    note: Words | None = Field(None, description="anything else that the paper says")


class ResultFile(FileModel):
    """One line of the paper."""

    analyte: Words = Field(description="what was tested, as printed")
    value: Printed | None = Field(None, description="the result: a number, or text such as ND")
    unit: Words | None = Field(None, description="unit, as printed")
    loq: Printed | None = Field(None, description="limit of quantification, in the same unit")
    lod: Printed | None = Field(None, description="limit of detection, in the same unit")
    limit: Printed | None = Field(None, description="the laboratory's limit")
    status: Words | None = Field(None, description="the laboratory's verdict")
    method: Words | None = Field(None, description="method of the test")


class CertificateFile(FileModel):
    """A certificate of analysis."""

    metadata: MetadataFile = Field(MetadataFile(), description="about the sample and the paper")
    results: list[ResultFile] = Field(
        min_length=1, max_length=MOST_RESULTS, description="list of results, each with analyte and value"
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of a certificate in JSON."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CertificateFile.model_json_schema()}


def parse_certificate_json(text: str, where: str) -> Sheet:
    """What a JSON certificate says.

    Raises:
        CertificateError: it is no JSON, or a field does not fit.
    """
    raw = plain(parse_json(text, where, CertificateError), where, CertificateError)
    fields = checked(CertificateFile, raw, where, CertificateError)
    about = fields.metadata.model_dump(exclude_none=True)
    days: dict[str, date] = {
        name: parse_day(about[name], f"metadata.{name}", where) for name in DAYS if about.get(name)
    }
    return Sheet(
        tuple(_to_line(i, result, where) for i, result in enumerate(fields.results)),
        {name: said for name, said in about.items() if name not in DAYS and said},
        days,
    )


def _to_line(i: int, fields: ResultFile, where: str) -> Line:
    at = f"$.results[{i}]"
    if not fields.analyte:
        raise CertificateError(f"results[{i}].analyte", fields.analyte, "the name of what was tested", where=where)
    return Line(
        analyte=fields.analyte,
        result=fields.value or "",
        unit=fields.unit or "",
        where=f"{at}.value",
        at=at,
        loq=fields.loq or None,
        lod=fields.lod or None,
        limit=fields.limit or None,
        passed=fields.status or None,
        method=fields.method or None,
    )
