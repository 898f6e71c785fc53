"""The border that every file of a user crosses: bytes → text → plain data → checked record, errors as one sentence."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from rapidfuzz import fuzz, process

from speciosa.errors import InputError

DEEPEST = 20  # nesting that no honest file reaches, and that keeps recursion far from its end
LARGEST = 1e15  # beyond it a whole number is no longer exact as a float
CLOSE_ENOUGH = 60  # a suggestion may be wrong: the user decides
SPEAKING = "speciosa"  # type of our own pydantic errors: their context holds the remedy

_HALVES = re.compile("[\ud800-\udfff]")  # JSON can write half a character; nothing can print it

Fail = Callable[..., InputError]
Model = TypeVar("Model", bound=BaseModel)


class FileModel(BaseModel):
    """Base of everything that mirrors a user's file: closed, strict, and it names a wrong field with the right one."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _fields_are_ours(cls, raw: object) -> object:
        if isinstance(raw, cls):
            return raw
        names = tuple(cls.model_fields)
        if not isinstance(raw, Mapping):
            raise speak(f"a mapping with the fields {', '.join(names)}")
        for key in raw:
            if key not in names:
                raise speak(_the_right_name(str(key), names), key=key)
        for name, field in cls.model_fields.items():
            if field.is_required() and raw.get(name) is None:
                raise speak(f"{field.description or 'a value'}; this field is required", key=name)
        # an empty field says the same as an absent one
        return {key: value for key, value in raw.items() if value is not None}


def speak(remedy: str, *, key: str | None = None) -> PydanticCustomError:
    """A validation error whose remedy is ours; ``key`` is the field below the place where it is raised."""
    context: dict[str, Any] = {"remedy": remedy} | ({} if key is None else {"key": key})
    return PydanticCustomError(SPEAKING, "not usable", context)


def read_bytes(path: Path, limit: int, fail: Fail) -> bytes:
    """The bytes of a file of at most ``limit`` bytes."""
    where = one_line(str(path))
    try:
        if not path.exists():
            raise fail("file", where, "a file that exists")
        if not path.is_file():
            raise fail("file", where, "a file, not a folder or a device")
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise fail("file", where, f"a file that can be read ({one_line(str(reason)).lower()})") from error
    if len(content) > limit:
        raise fail("file", where, f"a file of at most {limit / 1e6:g} MB")
    if not content.strip():
        raise fail("file", where, "a file that is not empty")
    return content


def to_text(content: bytes, where: str, fail: Fail) -> str:
    """UTF-8 text, with or without the mark that some editors put in front."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise fail("file", f"byte {error.start}", "text saved as UTF-8", where=where) from None
    if "\0" in text:
        raise fail("file", "a NUL character", "text saved as UTF-8", where=where)
    return text


def parse_json(text: str, where: str, fail: Fail) -> object:
    """JSON as the standard has it: no NaN, no field written twice."""

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in found:
            if key in seen:
                raise fail(shown_key(key), value, "each field once; this one is written twice", where=where)
            seen[key] = value
        return seen

    def constant(name: str) -> float:
        raise fail("a number", name, "a finite number", where=where)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise fail(
            "file", f"line {error.lineno}, column {error.colno}", f"JSON ({error.msg.lower()})", where=where
        ) from None
    except (ValueError, RecursionError):
        # a number of thousands of digits, or brackets thousands deep
        raise fail("file", "an endless number or nesting", "JSON of sensible size", where=where) from None


def plain(raw: object, where: str | None, fail: Fail, path: str = "") -> Any:  # noqa: ANN401 - plain data of any shape
    """A copy in which only mappings, lists, text, numbers, booleans and ``None`` are left; dates become text."""
    field = path or "file"
    if path.count(".") + path.count("[") > DEEPEST:
        raise fail(field[:80], "lists within lists", f"at most {DEEPEST} levels of nesting", where=where)
    if isinstance(raw, Mapping):
        return {_key(k, field, where, fail): plain(v, where, fail, join(path, k)) for k, v in raw.items()}
    if isinstance(raw, list | tuple):
        return [plain(item, where, fail, f"{path}[{i}]") for i, item in enumerate(raw)]
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        if not math.isfinite(raw) or abs(raw) > LARGEST:
            raise fail(field, "a number out of range", f"a finite number below {LARGEST:g}", where=where)
        return raw
    if isinstance(raw, str) and _HALVES.search(raw):
        raise fail(field, raw, "text without halves of characters", where=where)
    if raw is None or isinstance(raw, bool | str):
        return raw
    raise fail(field, type(raw).__name__, "text, a number, a list or a mapping", where=where)


def checked(model: type[Model], raw: object, where: str | None, fail: Fail) -> Model:
    """Plain data as a record; the first thing that does not fit becomes an error of ours."""
    try:
        return model.model_validate(raw)
    except ValidationError as found:
        errors = found.errors(include_url=False)
    path = _resolve(errors[0], raw)
    same = [e for e in errors if _resolve(e, raw) == path]  # the branches of a choice fail side by side
    own = [e for e in same if e["type"] == SPEAKING]
    remedies = [own[0]["ctx"]["remedy"]] if own else list(dict.fromkeys(_remedy(e) for e in same))
    raise fail(_dotted(path), _at(raw, path), " or ".join(remedies), where=where)


def nearest(word: str, choices: Iterable[str], *, count: int = 3, cutoff: float = CLOSE_ENOUGH) -> list[str]:
    """The choices that look most like a word, for a suggestion; never for a decision."""
    options = list(dict.fromkeys(choices))
    found = process.extract(
        one_line(word[:80]).lower(), options, scorer=fuzz.WRatio, limit=count, score_cutoff=cutoff, processor=str.lower
    )
    return [name for name, _, _ in found]


def one_of(word: str, choices: Iterable[str]) -> str:
    """A remedy: the nearest of the choices, or all of them."""
    options = list(choices)
    close = nearest(word, options, count=1, cutoff=75)
    listed = ", ".join(options) if len(options) <= 20 else f"{', '.join(options[:20])}, …"
    return f"{close[0]!r}, perhaps, or another of: {listed}" if close else f"one of: {listed}"


def one_line(text: str) -> str:
    """Text without line breaks and other characters that no screen should obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def shown_key(key: object) -> str:
    """A field name as written, shortened and in quotes where it is not a plain word."""
    text = str(key)[:60]
    return text if re.fullmatch(r"[\w-]+", text) else repr(text)


def join(path: str, key: object) -> str:
    """The dotted name of a field within another."""
    return f"{path}.{shown_key(key)}" if path else shown_key(key)


def _key(key: object, field: str, where: str | None, fail: Fail) -> str:
    if not isinstance(key, str):
        shown = type(key).__name__ if isinstance(key, int | float) else key
        raise fail(field, shown, "field names that are words", where=where)
    if _HALVES.search(key):
        raise fail(field, key, "field names without halves of characters", where=where)
    return key


def _the_right_name(name: str, choices: Iterable[str]) -> str:
    options = list(choices)
    close = nearest(name, options, count=1, cutoff=70)
    return f"the field name {close[0]!r} instead" if close else f"one of the fields {', '.join(options)}"


def _resolve(error: ErrorDetails, raw: object) -> tuple[str | int, ...]:
    """The place of an error in the data: pydantic's path without its names of branches."""
    path: list[str | int] = []
    here: Any = raw
    for step in error["loc"]:
        in_list = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if in_list or (isinstance(here, dict) and step in here):
            here = here[step]
            path.append(step)
    key = error.get("ctx", {}).get("key")
    return (*path, key) if key is not None else tuple(path)


def _dotted(path: tuple[str | int, ...]) -> str:
    text = ""
    for step in path:
        text = f"{text}[{step}]" if isinstance(step, int) else join(text, step)
    return text or "file"


def _at(raw: object, path: tuple[str | int, ...]) -> object:
    here: Any = raw
    for step in path:
        if isinstance(here, dict) and step not in here:
            return None
        here = here[step]
    return here


_REMEDIES = {
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "missing": "a value, since this field is required",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "greater_than": ("gt", "a number above {}"),
    "less_than": ("lt", "a number below {}"),
    "string_too_short": ("min_length", "text of at least {} characters"),
    "string_too_long": ("max_length", "text of at most {} characters"),
    "too_short": ("min_length", "at least {} of them"),
    "too_long": ("max_length", "at most {} of them"),
}


def _remedy(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(context[name])
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context["expected"]))
        return one_of(str(error["input"]), choices)
    return _REMEDIES.get(kind, one_line(error["msg"].lower()))
