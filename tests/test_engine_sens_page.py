"""What docs/engine-sens.md promises."""

import re
from pathlib import Path

import numpy as np

from speciosa.engine import _compile, _looped

PAGE = (Path(__file__).parents[1] / "docs" / "engine-sens.md").read_text(encoding="utf-8")


def test_the_example_runs_and_gives_what_its_comments_say(tmp_path, monkeypatch):
    monkeypatch.setenv("SPECIOSA_CACHE", str(tmp_path))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    scope = {}
    exec(code, scope)  # noqa: S102 - our own page

    result = scope["result"]
    assert result.counts() == {"ok": 3}
    assert result.sensitivity("C", "CL").shape == (3, 25)
    assert scope["jacobian"].shape == (25, 3)
    np.testing.assert_allclose(result.sensitivity("C", "dose:gut"), result.output("C"), rtol=1e-6, atol=1e-9)
    assert -1 < scope["relative"].min() < -0.1
    # a curve scales with 1/V where CL / V stays: the three derivatives belong together
    by_cl, by_v = (result.sensitivity("C", name)[1] for name in ("CL", "V"))
    np.testing.assert_allclose(5 * by_cl + 30 * by_v, -result.output("C")[1], rtol=1e-6, atol=1e-8)


def test_the_limits_are_those_of_the_code():
    assert f"At most {_compile._MOST_STATES:,} states" in PAGE
    assert f"{_looped.MOST_UNROLLED:,} operations" in PAGE
