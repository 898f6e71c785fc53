"""The page that follows one model says what the program says. ``python tests/test_engine_explained.py`` renews it."""

import re
from pathlib import Path

import pytest

from engine_classics import CLASSICS
from speciosa import engine
from speciosa.engine.__main__ import main
from speciosa.errors import EngineError

PAGE = Path(__file__).parents[1] / "docs" / "engine-explained.md"
OF_THE_MACHINE = re.compile(r"^(\d persons side by side|\w+ +[-\d]+ +[-\w ]+$|In all )", re.MULTILINE)


def parts():
    text = PAGE.read_text(encoding="utf-8")
    (model,) = re.findall(r"```antimony\n(.*?)```", text, re.DOTALL)
    (output,) = re.findall(r"```text\n(.*?)```", text, re.DOTALL)
    return text, model, output


def stable(text):
    """Without the lines that depend on the processor and on LLVM."""
    return [line for line in text.splitlines() if not OF_THE_MACHINE.match(line)]


def test_the_page_shows_what_the_program_prints():
    if not engine._native.machine().fma:
        pytest.skip("the page was written where multiply-adds are fused")
    _, model, output = parts()

    assert stable(engine.explain(model, ("C",), ("ka", "Vmax"))) == stable(output)


def test_the_module_explains_a_file(tmp_path, capsys):
    file = tmp_path / "oral.ant"
    file.write_text(parts()[1], encoding="utf-8")

    assert main(["explain", str(file), "--output", "C", "--vary", "ka", "--vary", "Vmax"]) == 0
    assert stable(capsys.readouterr().out) == stable(engine.explain(file, ("C",), ("ka", "Vmax")))


def test_a_model_that_is_none_is_refused_in_a_sentence(tmp_path, capsys):
    assert main(["explain", str(tmp_path / "nothing.ant")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_an_unknown_output_is_refused():
    with pytest.raises(EngineError, match="'nobody'"):
        engine.explain(parts()[1], ("nobody",))


def test_a_larger_model_is_told_in_numbers():
    told = engine.explain(CLASSICS["Pollution"].text, until=60.0)

    assert "20 states: y1, y3" in told
    assert "define internal" not in told
    assert re.search(r"Elimination fills \d+ more: L and U together hold \d+\.", told)
    assert re.search(r"^stage +\d+ +(\d+|not known)$", told, re.MULTILINE)
    assert re.search(r"at the default tolerances: ok\.\n\d+ steps", told)
    picture = re.findall(r"^  ((?:[x+.] ){20}) y\d+$", told, re.MULTILINE)
    assert len(picture) == 20
    assert all(row.split()[place] == "x" for place, row in enumerate(picture))


def test_what_is_drawn_as_zero_below_the_pivots_is_zero():
    told = engine.explain("model tri()\n a = 1; b = 0; c = 0;\n a' = -a; b' = a - b; c' = b - c^2;\nend")

    assert "6 with the diagonal" not in told
    assert "5 of 9 places of the Jacobian are not 0, 5 with the diagonal." in told
    assert "Elimination fills 0 more: L and U together hold 5." in told


if __name__ == "__main__":
    page, source, old = parts()
    PAGE.write_text(page.replace(old, engine.explain(source, ("C",), ("ka", "Vmax"))), encoding="utf-8")
