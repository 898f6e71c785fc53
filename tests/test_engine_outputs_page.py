"""What docs/engine-outputs.md promises."""

import re
from pathlib import Path

from speciosa.engine import _summaries

PAGE = (Path(__file__).parents[1] / "docs" / "engine-outputs.md").read_text(encoding="utf-8")


def test_the_example_runs_and_gives_what_its_comments_say(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    result = scope["result"]
    assert result.summary("C", "auc").shape == (10000, 4)
    assert result.summaries.windows.tolist() == [[0, 12], [12, 24], [24, 36], [36, 48]]
    assert result.failures() == ()
    assert "10000 persons on" in capsys.readouterr().out


def test_every_summary_is_explained():
    for name in (*_summaries._PLAIN, "time_above(x)", "time_below(x)"):
        assert f"`{name}`" in PAGE
