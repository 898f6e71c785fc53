"""YAML as the 1.2 standard has it: ``20:00``, ``NO`` and dates stay text; no field twice, no references."""

import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from speciosa.errors import CaseError


class _Loader(yaml.SafeLoader):
    """A loader that guesses less than the YAML 1.1 of its base: only numbers, true, false and null are not text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - replaces the base's

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:  # noqa: ANN401 - as the base
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
            raise ConstructorError(None, None, "no references such as *name", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT002 - as the base
        if not isinstance(node, yaml.MappingNode):
            raise ConstructorError(None, None, "a mapping", node.start_mark)
        seen: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ConstructorError(None, None, "field names that are words", key_node.start_mark)
            key = self.construct_object(key_node, deep=deep)
            if key in seen:
                raise ConstructorError(None, None, f"each field once; {key!r} is written twice", key_node.start_mark)
            seen[key] = self.construct_object(value_node, deep=deep)
        return seen

    def construct_mapping_now(self, node: yaml.Node) -> dict[Any, Any]:
        """A mapping with all that is in it; the base would fill it later, for the sake of references."""
        return self.construct_mapping(node, deep=True)

    def construct_whole(self, node: yaml.Node) -> int | float:
        """A whole number; one of many digits becomes a float, which the border refuses as out of range."""
        text = str(self.construct_scalar(node))  # type: ignore[arg-type]  # the resolver sees scalars only
        return int(text) if len(text) < 40 else float(text)

    def construct_number(self, node: yaml.Node) -> float:
        """A number with a decimal point or an exponent."""
        return float(str(self.construct_scalar(node)).replace(".inf", "inf").replace(".nan", "nan").lower())  # type: ignore[arg-type]


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_mapping_now)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_whole)
_Loader.add_constructor("tag:yaml.org,2002:float", _Loader.construct_number)


def parse_yaml(text: str, where: str) -> object:
    """The data in a YAML text.

    Raises:
        CaseError: it is no YAML, holds a field twice, refers back, or asks for a Python object.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - derived from SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "unreadable"
        raise CaseError("file", place, f"YAML ({error.problem or error.context})", where=where) from None
    except yaml.YAMLError:
        raise CaseError("file", "a special character", "YAML of printable text", where=where) from None
    except (ValueError, RecursionError):
        raise CaseError("file", "an endless number or nesting", "YAML of sensible size", where=where) from None
