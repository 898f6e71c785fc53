"""Where everything lies in the memory of a running kernel, and how it is called.

The workspace is an array of rows; a row holds one 8-byte number per lane. Flags are doubles, so that they can be
compared and selected like everything else; persons and counters are i64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speciosa.engine._lowering import Lowered
from speciosa.engine._rodas5p import STAGES

__all__ = ["ARGUMENTS", "ARRIVED", "EMPTY", "FAILED", "IDLE", "RUNNING", "WORDS", "Workspace"]

ARGUMENTS: Final = (
    "parameters",  # double (n, varied)
    "times",  # double (m,) or (n, m)
    "time_count",
    "event_time",  # double (e,) or (n, e)
    "event_target",  # i64 (e,) or (n, e): state of a bolus, states + state of a change of rate, or see _ops_ir
    "event_amount",  # double (e,) or (n, e)
    "event_count",
    "event_stride",  # 0 where times and targets are shared, else e
    "amount_stride",  # the same for amounts
    "infused",  # i64 (k,): states that receive infusions
    "infused_count",
    "relative",  # address of a double: relative tolerance
    "absolute",  # double (states,): absolute tolerances
    "max_steps",  # address of a double
    "values",  # double (n, m, outputs): filled
    "status",  # i64 (n,): filled; a person whose status is not 0 at the call is left out
    "steps",  # i64 (n,): filled
    "reached",  # double (n,): filled with the time at which the person ended
    "time_stride",  # 0 where output times are shared, else m
    "start_time",  # double (1,) or (n,)
    "start_stride",  # 0 where it is shared, else 1
    "initial",  # double (n, states), or 0: the model's initial states
    "reset",  # the same, for what a reset returns to
    "tables",  # double (k, states): states that a schedule loads or adds
    "final",  # double (n, states): filled; or 0
)
"""The i64 numbers of the call, in order; arrays by their address."""

IDLE: Final = 0.0
"""Mode of a lane: no persons are left."""
RUNNING: Final = 1.0
"""Between two stops."""
ARRIVED: Final = 2.0
"""At a stop: doses are due, or the end."""
FAILED: Final = 3.0
"""Given up; the code says why."""
EMPTY: Final = 4.0
"""Waits for the next person."""

WORDS: Final = (
    "ok",
    "not a number",
    "step too small",
    "too many steps",
    "bad parameter",
    "no steady state",
    "too many pending events",
    "events without end",
    "not run",
)
"""Meaning of each status."""

_SCALARS: Final = (
    "t",
    "stop",  # time of the next stop
    "new_t",
    "next_h",  # size of the next step; 0 asks for a first guess
    "memory",  # a good first step after a stop
    "first",  # 1 until the first accepted step after a stop
    "rejected",  # 1 after a rejected step
    "mode",
    "code",
    "count",  # steps so far
    "output_time",  # next output, or infinity
    "pending",  # 1 while outputs of this step are due
    "inverse",  # 1 / (γ h)
    "stage_t",
    "person",  # i64
    "event",  # i64
    "output",  # i64
)


@dataclass(frozen=True)
class Workspace:
    """Rows by name."""

    start: dict[str, int]
    rows: int

    @classmethod
    def of(cls, lowered: Lowered) -> Workspace:
        """The rows that a model needs."""
        n = lowered.states
        sizes = dict.fromkeys(_SCALARS, 1) | {
            "varied": lowered.varied,
            "between_parts": lowered.between_parts,  # just before the constants: found from there
            "constants": len(lowered.constants),
            "per_amount": n,
            "initial": n,
            "y": n,
            "new_y": n,
            "slope": n,
            "extra": n,
            "by_time": n,
            "infusion": n,
            "tolerance": n,
            "factors": lowered.factors,
            "k": n * STAGES,
            "dense": 3 * lowered.needed,
            "between": lowered.needed,
            "watched": lowered.outputs,
        }
        sizes |= lowered.rows
        if lowered.switching is not None:
            sizes |= lowered.switching.rows()
        start, row = {}, 0
        for name, size in sizes.items():
            start[name] = row
            row += size
        return cls(start, row)
