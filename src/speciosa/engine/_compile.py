"""A model and what is wanted of it → machine code, from the disk cache or new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from speciosa.engine import _gpu_code, _native
from speciosa.engine._driver_ir import define_run
from speciosa.engine._emitter import Module, Shape
from speciosa.engine._equations import build
from speciosa.engine._lowering import lower
from speciosa.engine._model import Model
from speciosa.engine._output_formulas import Watched, watch
from speciosa.engine._search_ir import define_search
from speciosa.engine._sensitivities import Request, lower_sensitivities
from speciosa.engine._step_ir import define_begin, define_step, define_write
from speciosa.engine._stops_ir import define_stops
from speciosa.engine._vector_math import define
from speciosa.engine._workspace import Workspace
from speciosa.errors import EngineError

__all__ = ["Wanted", "code_for"]

_MOST_STATES = 5000  # beyond this even the ordering and the factorisation in loops take too long
_LANES = (1, 2, 4, 8)


@dataclass(frozen=True)
class Wanted:
    """What a kernel computes of its model; picklable.

    Attributes:
        outputs: names of the outputs.
        formulas: what each output is: an id or a formula.
        vary: names of what is given per person.
        areas: outputs whose areas under the curve are computed as well.
        request: what the outputs are differentiated by.
    """

    outputs: tuple[str, ...]
    formulas: tuple[str, ...]
    vary: tuple[str, ...]
    areas: tuple[str, ...] = ()
    request: Request = field(default_factory=Request)

    @classmethod
    def of(
        cls,
        model: Model,
        outputs: Sequence[str] | Mapping[str, str],
        vary: Sequence[str],
        request: Request | None = None,
    ) -> Wanted:
        """What the caller asks for, checked.

        Raises:
            EngineError: there is no output, one is given twice, a formula cannot be read or names no symbol, or a
                sensitivity is to something that is not varied.
        """
        watched, asked = watch(model, outputs), request or Request()
        asked.check(vary, model.states)
        return cls(watched.names, watched.texts, tuple(vary), request=asked)

    @property
    def columns(self) -> int:
        """How many numbers are computed per output time: outputs, areas, then all of them by each parameter."""
        return (len(self.outputs) + len(self.areas)) * (1 + len(self.request.names))

    def watched(self, model: Model) -> Watched:
        """The model extended by what is to be watched."""
        plain = self.outputs == self.formulas  # a symbol may be named twice, a formula not
        return watch(model, self.outputs if plain else dict(zip(self.outputs, self.formulas, strict=True)), self.areas)


def check_lanes(lanes: int | None) -> None:
    """Refuse a width that there is not.

    Raises:
        EngineError: see above.
    """
    if lanes is not None and lanes not in _LANES:
        raise EngineError(f"lanes is {lanes}; expected 1, 2, 4 or 8.")


def code_for(
    model: Model, wanted: Wanted, shape: Shape, target: _native.Machine, *, cache: bool, level: int = 2
) -> tuple[bytes, dict[str, Any]]:
    """Code and facts, from the cache or new; ``level`` is LLVM's, and changes no result.

    Raises:
        EngineError: a name is unknown or has no value, or the model is too large.
    """
    extended = wanted.watched(model)
    if len(extended.model.states) > _MOST_STATES:
        raise EngineError(f"The model has {len(extended.model.states)} states; at most {_MOST_STATES} can be compiled.")
    key = _native.cache_key(target, sbml=model.sbml, wanted=repr(wanted), lanes=shape.lanes, level=level)
    found = _native.read_cache(key) if cache else None
    if found is None:
        found = _generate(extended, wanted, shape, target, level)
        if cache:
            _native.write_cache(key, *found)
    return found


def _generate(
    extended: Watched, wanted: Wanted, shape: Shape, target: _native.Machine, level: int
) -> tuple[bytes, dict[str, Any]]:
    model = extended.model
    try:
        equations = build(model, extended.symbols, wanted.vary)
    except RecursionError:
        raise EngineError(f"The rules of the model {model.name!r} build on each other too deeply.") from None
    module = Module(shape)
    define(module)
    request, vary = wanted.request, wanted.vary
    extend = partial(lower_sensitivities, module, equations, request=request, vary=vary) if request.names else None
    lowered = lower(module, equations, len(vary), extend)
    workspace = Workspace.of(lowered)
    define_step(module, lowered, workspace)
    define_begin(module, lowered, workspace)
    define_write(module, lowered, workspace)
    if lowered.switching is not None:
        define_stops(module, lowered, workspace)
        if lowered.switching.size("searched"):
            define_search(module, lowered, workspace)
    define_run(module, lowered, workspace, flush=target.x86)
    if target.gpu:
        _gpu_code.define_entry(module, workspace)
    facts = {
        "states": equations.states,
        "rows": workspace.rows,
        "constants": len(lowered.constants),
        "factors": lowered.factors,
        "resting": lowered.resting,
        "switching": lowered.switching is not None,
    }
    return _native.assemble(module.text(), target, level), facts
