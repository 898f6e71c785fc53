"""Other simulators on the same case. Each is used if it can be imported, else it says why not.

All restart at every dose, which is what their users do too; reading the model is not timed, setting a person's numbers
is not timed either. Times are those of the processor, for one core.
"""

import importlib.util
import shutil
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from engine_cases import Case
from scipy.integrate import solve_ivp

from speciosa.engine import _equations
from speciosa.engine._expressions import Graph
from speciosa.engine._model import Quantity


class Peer(Protocol):
    """A simulator prepared for a case."""

    name: str

    def run(self, row: np.ndarray, rtol: float, atol: float) -> tuple[float, np.ndarray]:
        """Seconds for a person, and the curves (times, outputs)."""
        ...


def _pieces(case: Case) -> list[tuple[float, float, float, np.ndarray]]:
    """(start, end, amount at the start, numbers of the output times in [start, end], last piece: with its end)."""
    given = dict(case.doses)
    last = float(case.times[-1])
    starts = sorted({0.0, *(when for when in given if when < last)})
    found = []
    for start, end in zip(starts, [*starts[1:], last], strict=True):
        inside = (case.times >= start) & ((case.times < end) | (end == last))
        found.append((start, end, given.get(start, 0.0), np.flatnonzero(inside)))
    return found


class RoadRunner:
    """libRoadRunner: CVODE (BDF, dense Jacobian by differences) on machine code by LLVM."""

    def __init__(self, case: Case) -> None:
        import roadrunner  # noqa: PLC0415 - a peer is loaded when it is used

        self.name = f"libRoadRunner {roadrunner.__version__}"
        self.case = case
        self.runner = roadrunner.RoadRunner(case.model.sbml)
        concentrations = {q.name for q in case.model.quantities if q.concentration}
        self.selections = [f"[{name}]" if name in concentrations else name for name in case.outputs]
        # libRoadRunner compiles anew when an initial value is set by init(); so what follows from a person's numbers
        # by initial assignments is computed here and set like them
        moving = {name for name, _ in case.model.assignment_rules} | set(case.model.states)
        self.derived = tuple(q.name for q in case.model.quantities if not _is_plain(q) and q.name not in moving)
        equations = _equations.build(case.model, self.derived or case.outputs, case.vary)
        self.derive = _function(equations.graph, equations.outputs if self.derived else (), compiled=False)
        ruled = {name for name, _ in case.model.rate_rules}
        species = {q.name for q in case.model.quantities if q.kind == "species"}
        self.into = f"[{case.into}]" if case.into in concentrations & ruled - species else case.into

    def run(self, row: np.ndarray, rtol: float, atol: float) -> tuple[float, np.ndarray]:
        """See :class:`Peer`."""
        case, runner = self.case, self.runner
        runner.resetToOrigin()
        derived = self.derive(0.0, row, row)
        for name, value in zip((*case.vary, *self.derived), (*row, *derived), strict=True):
            runner[name] = value
        runner.integrator.relative_tolerance = rtol
        runner.integrator.absolute_tolerance = atol
        runner.integrator.maximum_num_steps = 1_000_000
        runner.timeCourseSelections = self.selections
        curve = np.empty((len(case.times), len(case.outputs)))
        seconds = 0.0
        for start, end, amount, inside in _pieces(case):
            grid = np.unique([start, *case.times[inside], end])
            wanted = np.searchsorted(grid, case.times[inside])
            started = time.thread_time()
            if amount:
                runner[self.into] = runner[self.into] + amount
            values = runner.simulate(times=grid)
            seconds += time.thread_time() - started
            curve[inside] = np.asarray(values)[wanted]
        return seconds, curve


def _is_plain(quantity: Quantity) -> bool:
    return quantity.initial is None or isinstance(quantity.initial, float)


class SciPy:
    """SciPy's LSODA or BDF; the right side is Python that Numba compiles where it can be imported."""

    def __init__(self, case: Case, method: str) -> None:
        equations = _equations.build(case.model, case.outputs, case.vary)
        numba = _optional("numba")
        self.name = f"SciPy {method}, right side by {'Numba' if numba else 'Python'}"
        self.case, self.method, self.equations = case, method, equations
        self.slope, self.initial, self.observe, self.per_amount = (
            _function(equations.graph, roots, compiled=numba)
            for roots in (equations.rates, equations.initial, equations.outputs, equations.per_amount)
        )
        row = case.table[0]
        for function in (self.slope, self.initial, self.observe):  # compiles
            function(0.0, np.ones(len(equations.states)), row)

    def run(self, row: np.ndarray, rtol: float, atol: float) -> tuple[float, np.ndarray]:
        """See :class:`Peer`."""
        case, nothing = self.case, np.zeros(len(self.equations.states))
        into = self.equations.states.index(case.into)
        y = self.initial(0.0, nothing, row)
        factor = self.per_amount(0.0, nothing, row)[into]
        curve = np.empty((len(case.times), len(case.outputs)))
        started = time.thread_time()
        for start, end, amount, inside in _pieces(case):
            y[into] += amount * factor
            grid = np.unique([*case.times[inside], end])
            found = solve_ivp(self.slope, (start, end), y, self.method, t_eval=grid, args=(row,), rtol=rtol, atol=atol)
            for number in inside:
                place = np.searchsorted(grid, case.times[number])
                curve[number] = self.observe(case.times[number], np.ascontiguousarray(found.y[:, place]), row)
            y = found.y[:, -1].copy()
        return time.thread_time() - started, curve


_PYTHON = {
    "log": "math.log",
    "exp": "math.exp",
    "sqrt": "math.sqrt",
    "abs": "abs",
    "sin": "math.sin",
    "cos": "math.cos",
}
_PYTHON |= {"floor": "math.floor", "ceil": "math.ceil"}
_INFIX = {"add": "+", "mul": "*", "div": "/", "<": "<", "<=": "<=", "==": "==", "and": "and", "or": "or"}


def _function(graph: Graph, roots: tuple[int, ...], *, compiled: bool) -> Callable[..., np.ndarray]:
    """``f(t, y, p)`` that computes nodes of the engine's own graph, so that all compute the same equations."""
    lines = ["def f(t, y, p):", f"    out = np.empty({len(roots)})"]
    lines += [f"    n{node} = {_expression(graph, node)}" for node in sorted(graph.reachable(roots))]
    lines += [f"    out[{place}] = n{root}" for place, root in enumerate(roots)]
    scope: dict[str, object] = {}
    exec("\n".join(["import math", "import numpy as np", *lines, "    return out"]), scope)  # noqa: S102 - written above
    function = scope["f"]
    if compiled:
        import numba  # noqa: PLC0415 - the same

        return numba.njit(function)
    return function


def _expression(graph: Graph, node: int) -> str:
    """A node in Python, in terms of its arguments."""
    operator, value = graph.operator[node], graph.value[node]
    a = [f"n{part}" for part in graph.arguments[node]]
    leaves = {"state": f"y[{int(value)}]", "person": f"p[{int(value)}]", "time": "t"} if np.isfinite(value) else {}
    leaves |= {"number": repr(value) if np.isfinite(value) else f"float('{value}')", "truth": str(bool(value))}
    if operator in leaves:
        return leaves[operator]
    if operator in _INFIX:
        return f"{a[0]} {_INFIX[operator]} {a[1]}"
    if operator in {"neg", "not"}:
        return f"{'-' if operator == 'neg' else 'not '}{a[0]}"
    if operator == "pow":
        return f"max({a[0]}, 0.0) ** {a[1]}"
    if operator == "choose":
        return f"{a[1]} if {a[0]} else {a[2]}"
    if operator in _PYTHON:
        return f"{_PYTHON[operator]}({a[0]})"
    raise NotImplementedError(f"SciPy is left out: its right side cannot be written with {operator!r}.")


def _optional(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def available(case: Case) -> tuple[list[Peer], list[str]]:
    """The peers that are here, and a sentence for each that is not."""
    peers: list[Peer] = []
    absent = []
    if _optional("roadrunner"):
        peers.append(RoadRunner(case))
    else:
        absent.append("libRoadRunner is not here (pip install libroadrunner).")
    try:
        peers.append(SciPy(case, "LSODA"))
    except NotImplementedError as error:
        absent.append(str(error))
    if not _optional("numba"):
        absent.append("Numba is not here (pip install numba): SciPy's right side is plain Python.")
    if not _optional("numbalsoda"):
        absent.append("numbalsoda is not here; it is built from source and wants a Fortran compiler.")
    r = "" if shutil.which("Rscript") else ": there is no R here"
    absent.append(f"mrgsolve is not compared{r}; it would need R with its packages and a model in its own language.")
    return peers, absent
