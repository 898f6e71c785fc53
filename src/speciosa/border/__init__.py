"""The border that every file of a user crosses: bytes → text → plain data → checked record, errors as one sentence."""

from speciosa.border._files import (
    FileModel,
    checked,
    nearest,
    one_line,
    one_of,
    parse_json,
    plain,
    read_bytes,
    speak,
    to_text,
)

__all__ = [
    "FileModel",
    "checked",
    "nearest",
    "one_line",
    "one_of",
    "parse_json",
    "plain",
    "read_bytes",
    "speak",
    "to_text",
]
