"""Assessment ⇄ JSON, a sensitivity analysis → JSON, and the JSON Schemas of both.

JSON has no NaN: a number that could not be determined is ``null`` there and NaN again once read.
"""

import json
import math
import re
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from speciosa.assessment import Assessment
from speciosa.errors import InputError
from speciosa.sensitivity import Sensitivity

VERSION = 1
SCHEMA_ID = f"urn:speciosa:assessment:{VERSION}"
SENSITIVITY_ID = f"urn:speciosa:sensitivity:{VERSION}"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SPREAD_LIST = re.compile(r'\[\n\s+([^\[\]{}"]*?)\n\s+\]')  # strings hold no raw newline, so only lists match
_HEAD = ("$schema", "schema_version")


class _Schema(GenerateJsonSchema):
    """Numbers may be null: not determined."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [super().float_schema(schema), {"type": "null"}]}


def to_json(assessment: Assessment) -> str:
    """The whole assessment as JSON text; the same assessment gives the same bytes."""
    return _text(SCHEMA_ID, assessment)


def sensitivity_json(result: Sensitivity) -> str:
    """A sensitivity analysis as JSON text; the same analysis gives the same bytes."""
    return _text(SENSITIVITY_ID, result)


def from_json(text: str) -> Assessment:
    """The assessment of a JSON text that :func:`to_json` wrote.

    Raises:
        InputError: the text is no JSON, of another schema, or damaged.
    """
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError("the assessment", where, f"JSON there ({error.msg.lower()})") from error
    if not isinstance(data, dict) or data.get("schema_version") != VERSION:
        found = data.get("schema_version") if isinstance(data, dict) else type(data).__name__
        raise InputError("schema_version", found, f"{VERSION}, an assessment written by this version")
    fields = {name: value for name, value in data.items() if name not in _HEAD}
    try:
        return Assessment.model_validate_json(json.dumps(_with_nan(Assessment, fields)))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(field, first["input"], f"what the schema says: {first['msg'].lower()}") from error


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what :func:`to_json` writes."""
    return _schema(SCHEMA_ID, Assessment)


def sensitivity_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what :func:`sensitivity_json` writes."""
    return _schema(SENSITIVITY_ID, Sensitivity)


def _text(schema_id: str, record: BaseModel) -> str:
    data = {"$schema": schema_id, "schema_version": VERSION, **record.model_dump(mode="json")}
    text = json.dumps(_without_nan(data), indent=2, ensure_ascii=False, allow_nan=False)
    return _SPREAD_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def _schema(schema_id: str, record: type[BaseModel]) -> dict[str, Any]:
    body = record.model_json_schema(schema_generator=_Schema, mode="serialization")
    head = {
        "$schema": {"const": schema_id, "description": "id of the schema that this text follows"},
        "schema_version": {"const": VERSION, "description": "grows when a reader has to change"},
    }
    return {
        "$schema": _DIALECT,
        "$id": schema_id,
        **body,
        "properties": {**head, **body["properties"]},
        "required": [*_HEAD, *body["required"]],
    }


def _without_nan(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    return [_without_nan(inner) for inner in value] if isinstance(value, list) else value


def _with_nan(kind: Any, value: Any) -> Any:  # noqa: ANN401 - walks annotations, which have no common type
    """``null`` → NaN wherever the record holds a plain number."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is float:
        return math.nan if value is None else value
    if origin in {Union, UnionType}:
        choices = [choice for choice in inner if choice is not NoneType]
        return value if value is None or len(choices) != 1 else _with_nan(choices[0], value)
    if origin is tuple and isinstance(value, list):
        return [_with_nan(inner[0], item) for item in value]
    if isinstance(kind, type) and issubclass(kind, BaseModel) and isinstance(value, dict):
        fields = kind.model_fields
        return {
            name: _with_nan(fields[name].annotation, item) if name in fields else item for name, item in value.items()
        }
    return value
