"""Parts of the body as Antimony modules, and their instances as plain text.

A part is a file ``parts/NAME.ant`` that holds one Antimony module: ports in its head, comments that say
what and why in its body. An instance is the body with its ports replaced by symbols of the outer model and all
other names prefixed. Antimony's own submodels do the same through SBML ``comp``, but lose units and
``substanceOnly`` on the way (antimony 3.3), so the text is instanced here; the parts stay valid Antimony.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from speciosa.errors import ModelError

_HEAD = re.compile(r"^model (\w+)\(([^)]*)\)\s*$", re.MULTILINE)
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_KEYWORDS = frozenset(
    {
        "substanceOnly",
        "species",
        "compartment",
        "in",
        "has",
        "dimensionless",
        "const",
        "var",
        "piecewise",
        "exp",
        "ln",
        "time",
    }
)
_UNIT = re.compile(r"\bhas\s+\w+")


@dataclass(frozen=True)
class Part:
    """One Antimony module: its name, its ports in order, the lines of its body, the comment above it."""

    name: str
    ports: tuple[str, ...]
    body: str
    comment: str

    def instance(self, prefix: str, ports: Mapping[str, str]) -> str:
        """The body with ports replaced and all other names prefixed.

        Args:
            prefix: put before every private name, such as ``mitragynine_liver``.
            ports: outer symbol for each port.

        Raises:
            ModelError: a port is missing or unknown.
        """
        missing, unknown = set(self.ports) - set(ports), set(ports) - set(self.ports)
        if missing or unknown:
            raise ModelError(
                f"part {self.name} of {prefix}: missing ports {sorted(missing)}, unknown ports {sorted(unknown)}; "
                f"it has {', '.join(self.ports)}."
            )
        lines = [_rename(line, prefix, ports) for line in self.body.splitlines()]
        return "\n".join([f"  // {prefix}: {self.name}", *lines])


@cache
def part(name: str) -> Part:
    """Read a part.

    Raises:
        ModelError: no such part, or it is not one module.
    """
    file = resources.files("speciosa.models") / "parts" / f"{name}.ant"
    if not file.is_file():
        raise ModelError(f"there is no model part {name!r}.")
    text = file.read_text(encoding="utf-8")
    head = _HEAD.search(text)
    if head is None or not text.rstrip().endswith("end"):
        raise ModelError(f"model part {name!r} must be one module: model {name}(ports) … end.")
    ports = tuple(port.strip() for port in head[2].split(","))
    comment = " ".join(line.lstrip("/ ") for line in text[: head.start()].splitlines())
    return Part(head[1], ports, text[head.end() : text.rindex("end")].strip("\n"), comment.strip())


@cache
def units() -> str:
    """The unit definitions that every part relies on."""
    return (resources.files("speciosa.models") / "parts" / "units.ant").read_text(encoding="utf-8").rstrip()


def part_names() -> tuple[str, ...]:
    """Names of all parts, sorted."""
    folder = resources.files("speciosa.models") / "parts"
    return tuple(
        sorted(
            f.name.removesuffix(".ant") for f in folder.iterdir() if f.name.endswith(".ant") and f.name != "units.ant"
        )
    )


def _rename(line: str, prefix: str, ports: Mapping[str, str]) -> str:
    code, slashes, comment = line.partition("//")

    def outer(match: re.Match[str]) -> str:
        name = match[0]
        if name in _KEYWORDS:
            return name
        return ports.get(name, f"{prefix}_{name}")

    pieces, end = [], 0
    for unit in _UNIT.finditer(code):
        pieces += [_NAME.sub(outer, code[end : unit.start()]), unit[0]]
        end = unit.end()
    pieces.append(_NAME.sub(outer, code[end:]))
    return "".join(pieces) + slashes + comment
