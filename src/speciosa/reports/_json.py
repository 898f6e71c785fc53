"""Assessments, interactions, sensitivity analyses and claims ⇄ JSON, and the JSON Schemas of them.

JSON has no NaN: a number that could not be determined is ``null`` there and NaN again once read.
"""

import json
import math
import re
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from speciosa.assessment import Assessment
from speciosa.claims import Checked, ClaimList, ClaimSheet
from speciosa.errors import InputError
from speciosa.extract import Extract
from speciosa.interaction import Interaction
from speciosa.sensitivity import Sensitivity
from speciosa.veins import Veins

VERSION = 1
# others are called as their class
_NAMES: dict[type[BaseModel], str] = {ClaimSheet: "claim", ClaimList: "claims", Checked: "article"}
R = TypeVar("R", Assessment, Interaction)
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SPREAD_LIST = re.compile(r'\[\n\s+([^\[\]{}"]*?)\n\s+\]')  # strings hold no raw newline, so only lists match


class _Schema(GenerateJsonSchema):
    """Numbers may be null: not determined."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [super().float_schema(schema), {"type": "null"}]}


def to_json(record: BaseModel) -> str:
    """The whole record as JSON text; the same record gives the same bytes."""
    data = {"$schema": _id(type(record)), "schema_version": VERSION, **record.model_dump(mode="json")}
    text = json.dumps(_without_nan(data), indent=2, ensure_ascii=False, allow_nan=False)
    return _SPREAD_LIST.sub(lambda found: f"[{' '.join(found[1].split())}]", text) + "\n"


def from_json(text: str) -> Assessment:
    """The assessment of a JSON text that :func:`to_json` wrote.

    Raises:
        InputError: the text is no JSON, of another schema, or damaged.
    """
    return _read(text, Assessment)


def interaction_from_json(text: str) -> Interaction:
    """The interaction of a JSON text that :func:`to_json` wrote.

    Raises:
        InputError: the text is no JSON, of another schema, or damaged.
    """
    return _read(text, Interaction)


def _read(text: str, kind: type[R]) -> R:
    name = kind.__name__.lower()
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"the {name}", where, f"JSON there ({error.msg.lower()})") from error
    if not isinstance(data, dict) or data.get("schema_version") != VERSION:
        found = data.get("schema_version") if isinstance(data, dict) else type(data).__name__
        raise InputError("schema_version", found, f"{VERSION}, an {name} written by this version")
    fields = {key: value for key, value in data.items() if key not in _head(kind)}
    try:
        return kind.model_validate_json(json.dumps(_with_nan(kind, fields)))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(field, first["input"], f"what the schema says: {first['msg'].lower()}") from error


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an assessment as :func:`to_json` writes it."""
    return _schema(Assessment)


def interaction_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an interaction as :func:`to_json` writes it."""
    return _schema(Interaction)


def extract_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an extract as :func:`to_json` writes it."""
    return _schema(Extract)


def sensitivity_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a sensitivity analysis as :func:`to_json` writes it."""
    return _schema(Sensitivity)


def claim_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one claim as :func:`to_json` writes it."""
    return _schema(ClaimSheet)


def article_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a checked article as :func:`to_json` writes it."""
    return _schema(Checked)


def claims_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a list of claims as :func:`to_json` writes it."""
    return _schema(ClaimList)


def veins_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what is known of colours, as :func:`to_json` writes it."""
    return _schema(Veins)


def _schema(kind: type[BaseModel]) -> dict[str, Any]:
    body = kind.model_json_schema(schema_generator=_Schema, mode="serialization")
    head = _head(kind)
    return {
        "$schema": _DIALECT,
        "$id": _id(kind),
        **body,
        "properties": {**head, **body["properties"]},
        "required": [*head, *body["required"]],
    }


def _id(kind: type[BaseModel]) -> str:
    return f"urn:speciosa:{_NAMES.get(kind, kind.__name__.lower())}:{VERSION}"


def _head(kind: type[BaseModel]) -> dict[str, Any]:
    return {
        "$schema": {"const": _id(kind), "description": "id of the schema that this text follows"},
        "schema_version": {"const": VERSION, "description": "grows when a reader has to change"},
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
