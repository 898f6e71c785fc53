"""Models of many states: the factorisation in loops and the split functions, against the straight ones and SciPy."""

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.sparse import lil_matrix

from engine_models import BOUND, ROBERTSON
from speciosa import engine
from speciosa.engine import _looped, _lowering, _ordering, _splitting
from speciosa.errors import EngineError

REFERENCE = Path(__file__).parents[2] / "shared" / "benchmark-models" / "pbpk45.xml"
TIMES = np.linspace(0, 24, 13)
TIMED = "model m()\n w = 2; x = 1; z = 0; x' = sin(w * time) - x * z; z' = x^2 - z * time;\nend"


def reactions_on_a_grid(width, height):
    """An activator u and an inhibitor v that diffuses faster, on a grid: stiff and nonlinear.

    After A. Gierer, H. Meinhardt, Kybernetik 12 (1972) 30-39, doi:10.1007/BF00289234, without their singularity.
    """
    cells = [(row, column) for row in range(height) for column in range(width)]
    number = {cell: index for index, cell in enumerate(cells)}
    lines = ["model grid()", " a = 2; b = 0.6; D = 4; d = 0.2;"]
    for (row, column), i in number.items():
        beside = [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
        near = [number[cell] for cell in beside if cell in number]
        u = " + ".join(f"u{j}" for j in near)
        v = " + ".join(f"v{j}" for j in near)
        lines += [
            f" u{i} = {1 + 0.3 * np.sin(i):.6f}; v{i} = {0.5 + 0.2 * np.cos(3 * i):.6f};",
            f" u{i}' = 0.1 + a * u{i}^2 / (1 + v{i} + u{i}^2 / 8) - b * u{i} + d * ({u} - {len(near)} * u{i});",
            f" v{i}' = a * u{i}^2 - 2 * b * v{i} + D * ({v} - {len(near)} * v{i});",
        ]
    return "\n".join([*lines, "end"])


def the_same_by_numpy(width, height):
    """Right side, its Jacobian (sparse), and initial values."""
    a, b, D, d = 2.0, 0.6, 4.0, 0.2
    cells = [(row, column) for row in range(height) for column in range(width)]
    number = {cell: index for index, cell in enumerate(cells)}
    count = len(cells)
    laplace = lil_matrix((count, count))
    for (row, column), i in number.items():
        for cell in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
            if cell in number:
                laplace[i, number[cell]] += 1
                laplace[i, i] -= 1
    laplace = laplace.tocsr()
    pattern = lil_matrix((2 * count, 2 * count))
    pattern[:count, :count] = pattern[count:, count:] = abs(laplace)
    pattern[:count, count:] = pattern[count:, :count] = np.eye(count)

    def slope(_, y):
        u, v = y[:count], y[count:]
        return np.concatenate(
            [
                0.1 + a * u**2 / (1 + v + u**2 / 8) - b * u + d * (laplace @ u),
                a * u**2 - 2 * b * v + D * (laplace @ v),
            ]
        )

    i = np.arange(count)
    start = np.concatenate([np.round(1 + 0.3 * np.sin(i), 6), np.round(0.5 + 0.2 * np.cos(3 * i), 6)])
    return slope, pattern.tocsr(), start


def force(monkeypatch, *, looped=False, nodes=None):
    monkeypatch.setattr(_lowering, "is_large", lambda *_: looped)
    if nodes is not None:
        monkeypatch.setattr(_splitting, "MOST_NODES", nodes)


def run(text, outputs, vary=(), lanes=None, by=()):
    kernel = engine.compile(engine.load(text), outputs, vary, lanes, cache=False, sensitivities=by)
    values = [[kernel.model.parameters[name] * factor for name in vary] for factor in (1.0, 1.1, 0.9)]
    return kernel.simulate(values, TIMES, rtol=1e-8, atol=1e-11)


def assert_same_bits(one, other):
    assert set(one.counts()) == {"ok"}
    for name in ("values", "derivatives", "status", "steps"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


MODELS = {
    "robertson": (ROBERTSON, ("a", "b", "c"), ("k",)),
    "bound": (BOUND.replace("gut = 0", "gut = 100"), ("C", "E", "effect"), ("ka", "CL", "n")),
    "timed": (TIMED, ("x", "z"), ("w",)),
    "grid": (reactions_on_a_grid(4, 3), ("u0", "v7", "u11"), ("a", "D")),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("nodes", [5, 40, None])
@pytest.mark.parametrize("looped", [True, False])
def test_loops_and_parts_change_no_bit(monkeypatch, model, nodes, looped):
    force(monkeypatch)
    expected = run(*MODELS[model])
    force(monkeypatch, looped=looped, nodes=nodes)

    for lanes in (1, 8):
        assert_same_bits(run(*MODELS[model], lanes=lanes), expected)


@pytest.mark.parametrize("model", MODELS)
def test_loops_and_parts_change_no_bit_of_a_sensitivity(monkeypatch, model):
    text, outputs, vary = MODELS[model]
    force(monkeypatch)
    expected = run(text, outputs, vary, by=vary)
    force(monkeypatch, looped=False, nodes=20)
    assert_same_bits(run(text, outputs, vary, by=vary), expected)
    force(monkeypatch, looped=True, nodes=20)
    for lanes in (1, 8):
        assert_same_bits(run(text, outputs, vary, lanes=lanes, by=vary), expected)


@pytest.mark.reference
@pytest.mark.skipif(not REFERENCE.exists(), reason="the benchmark models are not at hand")
def test_a_body_in_loops_to_the_same_bits(monkeypatch):
    text = re.sub(r"<listOfEvents.*?</listOfEvents>", "", REFERENCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    case = (text, ("VenP", "Eff", "Tol", "RP"), ("Vmax3", "hill"))
    force(monkeypatch)
    expected = run(*case)
    force(monkeypatch, looped=True, nodes=100)

    assert_same_bits(run(*case), expected)


def test_a_thousand_states_against_scipy():
    width, height = 25, 20
    slope, pattern, start = the_same_by_numpy(width, height)
    times = np.array([0.0, 0.1, 1.0, 5.0])
    exact = solve_ivp(slope, (0, 5), start, method="BDF", t_eval=times, rtol=1e-9, atol=1e-11, jac_sparsity=pattern).y.T
    cells = (0, 26, 250, 499)
    outputs = tuple(f"{name}{i}" for name in "uv" for i in cells)
    kernel = engine.compile(engine.load(reactions_on_a_grid(width, height)), outputs, ("a",), cache=False)
    result = kernel.simulate({"a": [2.0, 1.8, 2.0]}, times, rtol=1e-8, atol=1e-10)

    assert result.counts() == {"ok": 3}
    places = [*cells, *(width * height + i for i in cells)]
    np.testing.assert_allclose(result.values[0], exact[:, places], rtol=1e-6)
    np.testing.assert_array_equal(result.values[0], result.values[2])
    assert np.abs(result.values[1, -1] - result.values[0, -1]).min() > 1e-3


def test_the_limit_of_states_is_said():
    model = engine.load("model m()\n x = 1; x' = -x;\nend")
    many = engine.Model(**{**vars(model), "states": tuple(f"x{i}" for i in range(5001))})
    with pytest.raises(EngineError, match="5001 states; at most 5000"):
        engine.compile(many, ("x",))


def test_when_the_code_is_a_loop():
    chain = [(i, i + 1) for i in range(99)] + [(i + 1, i) for i in range(99)]
    everywhere = [(i, j) for i in range(40) for j in range(40)]

    assert not _looped.is_large(_ordering.eliminate(100, chain), 500)
    assert _looped.is_large(_ordering.eliminate(40, everywhere), 0)
    assert len(_looped.Places.by(_ordering.eliminate(40, everywhere)).of) == 1600
