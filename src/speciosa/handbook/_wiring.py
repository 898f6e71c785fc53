"""How the parts are wired in the whole model: read back from its text, so that it says what is, not what was meant."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from speciosa.models import Assembly, Part, part, part_names

_HEAD = re.compile(r"^\s*// (\w+): (\w+)$")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_DECLARED = re.compile(r"\b(\w+) has (\w+);\s*(?://\s*(.*))?")


@dataclass(frozen=True)
class Instance:
    """One use of a part: the prefix of its names, and the symbol of the model behind each port."""

    part: str
    prefix: str
    ports: Mapping[str, str]


@dataclass(frozen=True)
class Wiring:
    """The whole model as instances of parts."""

    assembly: Assembly
    instances: tuple[Instance, ...]

    def of(self, name: str) -> tuple[Instance, ...]:
        """All uses of a part."""
        return tuple(instance for instance in self.instances if instance.part == name)

    @cached_property
    def declared(self) -> Mapping[str, tuple[str, str]]:
        """Symbol of the model → its unit and its meaning; amounts are not among them."""
        found: dict[str, tuple[str, str]] = {}
        for line in self.assembly.antimony.splitlines():
            for name, unit, meaning in _DECLARED.findall(line):
                found[name] = (unit, meaning.strip())
        return found | {s.name: (s.unit, s.meaning) for s in self.assembly.symbols}


def wiring(assembly: Assembly) -> Wiring:
    """Read a model back into the instances it is made of."""
    return Wiring(assembly, tuple(_instances(assembly.antimony.splitlines())))


def _instances(lines: list[str]) -> Iterator[Instance]:
    known = frozenset(part_names())
    for number, line in enumerate(lines):
        head = _HEAD.match(line)
        if head is not None and head[2] in known:
            used = part(head[2])
            body = lines[number + 1 : number + 1 + len(used.body.splitlines())]
            yield Instance(used.name, head[1], _ports(used, body))


def _ports(used: Part, body: list[str]) -> dict[str, str]:
    """An instance is the part with other names, so the names of both stand in the same order."""
    found: dict[str, str] = {}
    for before, after in zip(used.body.splitlines(), body, strict=True):
        inner, outer = (_NAME.findall(line.partition("//")[0]) for line in (before, after))
        found |= {i: o for i, o in zip(inner, outer, strict=True) if i in used.ports}
    return found
