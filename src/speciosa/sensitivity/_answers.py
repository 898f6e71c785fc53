"""Which figures are answers, and the question each one answers: read from ``answers.yaml``."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from speciosa.errors import InputError


@dataclass(frozen=True)
class Question:
    """One entry of the list: a pattern of keys, and the question in words."""

    pattern: re.Pattern[str]
    asks: str

    def asked_of(self, key: str) -> str | None:
        """The question that a figure answers, empty without words of its own; ``None`` where the pattern fits not."""
        found = self.pattern.fullmatch(key)
        return None if found is None else self.asks.format(**found.groupdict())


@cache
def questions() -> tuple[Question, ...]:
    """The list, in its order."""
    text = (resources.files("speciosa.sensitivity") / "answers.yaml").read_text(encoding="utf-8")
    return tuple(
        Question(_pattern(entry["figure"]), entry.get("asks", "")) for entry in yaml.safe_load(text)["answers"]
    )


def question(key: str) -> str | None:
    """The question that a figure answers, empty without words of its own; ``None`` where the list has none."""
    return next((asked for q in questions() if (asked := q.asked_of(key)) is not None), None)


def chosen(figures: Iterable[str], wanted: Sequence[str]) -> tuple[str, ...]:
    """Keys of the figures to analyse: the wanted ones, or all that answer a question of the list.

    Raises:
        InputError: a wanted key is not among the figures.
    """
    keys = tuple(figures)
    for key in wanted:
        if key not in keys:
            raise InputError("--answer", key, f"a figure of this case: {', '.join(keys)}")
    return tuple(dict.fromkeys(wanted)) or tuple(key for key in keys if question(key) is not None)


def _pattern(figure: str) -> re.Pattern[str]:
    text = re.escape(figure).replace(r"\{compound\}", r"(?P<compound>[^.]+)").replace(r"\*", ".*")
    return re.compile(text)
