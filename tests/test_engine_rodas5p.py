"""The tableau itself, in plain NumPy, before any machine code."""

import math

import numpy as np
import pytest

from speciosa.engine import _rodas5p as rodas


def _slope(t, y):
    return np.array([y[0] * (1 - y[1]) + math.sin(t), y[1] * (y[0] - 1) - 0.3 * t])


def _jacobian(_t, y):
    return np.array([[1 - y[1], -y[0]], [y[1], y[0] - 1]])


def _time_slope(t, _y):
    return np.array([math.cos(t), -0.3])


def _step(t, y, h):
    """One step; returns the new value and the dense output as a function of theta."""
    system = np.eye(2) / (rodas.GAMMA * h) - _jacobian(t, y)
    k = np.zeros((rodas.STAGES, 2))
    for i in range(rodas.STAGES):
        inner = y + sum((a * k[j] for j, a in enumerate(rodas.A[i])), np.zeros(2))
        right = _slope(t + rodas.NODES[i] * h, inner)
        right = right + sum((c / h * k[j] for j, c in enumerate(rodas.C[i])), np.zeros(2))
        right = right + h * rodas.TIME_SLOPES[i] * _time_slope(t, y)
        k[i] = np.linalg.solve(system, right)
    new = inner + k[-1]
    r2, r3, r4 = (np.asarray(row) @ k for row in rodas.DENSE)
    return new, lambda x: (1 - x) * y + x * (new + (1 - x) * (r2 + x * (r3 + x * r4)))


def _reference(end):
    """The same equations by a classical method with very many steps."""
    y, n = np.array([1.5, 0.8]), 8000
    h = end / n
    for i in range(n):
        t = i * h
        k1 = _slope(t, y)
        k2 = _slope(t + h / 2, y + h / 2 * k1)
        k3 = _slope(t + h / 2, y + h / 2 * k2)
        k4 = _slope(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def _error(steps, end=1.0):
    y, h = np.array([1.5, 0.8]), end / steps
    for i in range(steps):
        y, _ = _step(i * h, y, h)
    return np.max(np.abs(y - _reference(end)))


def test_steps_have_order_five_with_time_in_the_right_side():
    coarse, fine = _error(8), _error(16)
    assert math.log2(coarse / fine) == pytest.approx(5, abs=0.35)


def test_dense_output_has_local_order_five():
    errors = []
    for h in (0.2, 0.1):
        _, dense = _step(0.0, np.array([1.5, 0.8]), h)
        errors.append(max(np.max(np.abs(dense(x) - _reference(x * h))) for x in (0.25, 0.5, 0.75)))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(5, abs=0.4)


def test_the_method_is_stiffly_accurate_and_consistent():
    assert rodas.A[7][:5] == rodas.A[5]
    assert rodas.A[7][5:] == (1.0, 1.0)
    # row sums in the untransformed method: c_i = Σ α_ij follows from A and C through Γ
    inverse = np.eye(8) / rodas.GAMMA
    a = np.zeros((8, 8))
    for i in range(8):
        inverse[i, :i] = -np.asarray(rodas.C[i]) if i else inverse[i, :i]
        a[i, :i] = rodas.A[i]
    gamma = np.linalg.inv(inverse)
    alpha = a @ gamma
    np.testing.assert_allclose(alpha.sum(axis=1), rodas.NODES, atol=1e-12)
    np.testing.assert_allclose(gamma.sum(axis=1), rodas.TIME_SLOPES, atol=1e-12)
