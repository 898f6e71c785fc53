"""The page on effects shows what the model says today; ``python tests/test_effects_page.py`` writes its tables anew."""

import re
from pathlib import Path

import pytest

from effects_fixtures import checked
from speciosa import knowledge, models
from test_effects_over_time import figure, habit

PAGE = Path(__file__).parents[1] / "docs" / "effects.md"
HEAD = "| row | known medicine | seen | in the model |"
COURSE = {"begins": "withdrawal.onset", "is worst": "withdrawal.peak_time", "acute part over": "withdrawal.over"}
UNIT = {"withdrawal.over": "days"}


def seen(row):
    """What was observed, in words."""
    if row.value is None:
        return row.direction
    if row.low is not None and row.high is not None:
        return f"{row.low:g} to {row.high:g}"
    if row.high is not None:
        return f"under {row.high:g}"
    return f"over {row.low:g}" if row.low is not None else f"{row.value:g}"


def table():
    """Every row with what the model says."""
    yield HEAD
    yield "| --- | --- | --- | --- |"
    for row in knowledge.load().table("effect_checks"):
        if row.part:
            what = f"{row.topic}: {row.what}"
            yield f"| `effect_checks:{row.id}` | {what} ({row.species}) | {seen(row)} | {checked(row):.2f} |"


def course():
    """Phrase of the page → what the model says, rounded."""
    _, _, scenario = habit()
    return {phrase: f"{figure(scenario, key):.0f} {UNIT.get(key, 'h')}" for phrase, key in COURSE.items()}


def test_the_table_of_known_medicines_is_that_of_today():
    assert "\n".join(table()) in PAGE.read_text(encoding="utf-8")


def test_the_course_of_withdrawal_is_that_of_today():
    text = PAGE.read_text(encoding="utf-8")
    for phrase, said in course().items():
        assert re.search(rf"\| [a-z ]*{phrase} \| {said} \|", text), (phrase, said)


@pytest.mark.parametrize("row", sorted(set(re.findall(r"`([a-z_]+:[A-Z]+\d+)`", PAGE.read_text(encoding="utf-8")))))
def test_every_row_on_the_page_exists(row):
    assert knowledge.load().has(row)


def test_every_part_of_the_effects_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    parts = ("counter_regulation", "tolerance", "withdrawal", "breathing", "repolarisation", "monoamine")
    for name in (*parts, "disinhibition", "locus_coeruleus"):
        assert name in models.part_names()
        assert f"`{name}.ant`" in text


if __name__ == "__main__":
    said = PAGE.read_text(encoding="utf-8")
    said = re.sub(rf"{re.escape(HEAD)}\n(\|.*\n?)*|EFFECT_CHECKS\n", "\n".join(table()) + "\n", said)
    for phrase, now in course().items():
        said = re.sub(rf"(\| [a-z ]*{phrase} \| )[^|]*( \|)", rf"\g<1>{now}\g<2>", said)
    PAGE.write_text(said, encoding="utf-8")
