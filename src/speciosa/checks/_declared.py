"""The small tables that the checks declare themselves, as YAML beside the code."""

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def declared(name: str) -> dict[str, Any]:
    """One declared table of this room, such as ``conditions`` for ``conditions.yaml``."""
    text = resources.files("speciosa.checks").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
