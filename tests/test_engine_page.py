"""What docs/engine.md promises."""

import re
from pathlib import Path

import numpy as np
import pytest

from speciosa.engine import _dosing, _read_math
from speciosa.engine._workspace import WORDS

SBML_PAGE = (Path(__file__).parents[1] / "docs" / "engine-sbml.md").read_text(encoding="utf-8")
PAGE = (Path(__file__).parents[1] / "docs" / "engine.md").read_text(encoding="utf-8")


def test_the_example_runs_and_gives_what_its_comments_say(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    assert scope["result"].output("C").shape == (3, 49)
    assert scope["result"].counts() == {"ok": 2, "bad parameter": 1}
    assert np.isnan(scope["result"].values[2]).all()


def test_the_example_of_events_runs_and_gives_what_its_comment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", SBML_PAGE, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    assert scope["result"].output("doses")[:, -1].tolist() == [5.0, 7.0, 6.0]


@pytest.mark.parametrize("word", WORDS)
def test_every_status_is_explained(word):
    assert f"| `{word}` |" in PAGE


def test_every_function_and_dosing_field_is_named():
    logic = {"and", "or", "not", "xor", "piecewise"}
    functions = {name for name in _read_math._OPERATORS.values() if name.isalpha()} - logic

    for name in (*(functions - {"log"}), "ln", "log", "root", "sqrt", *_dosing._FIELDS):
        assert re.search(rf"\b{name}\b", PAGE), name
