"""How many persons side by side suit a processor and a model."""

from __future__ import annotations

from typing import Final

from speciosa.engine._native import Machine

__all__ = ["suited_lanes"]

_HALVES_WIDE_VECTORS: Final = frozenset({"znver4"})
_MOST_STATES_AT_EIGHT: Final = 48


def suited_lanes(target: Machine, states: int) -> int:
    """Lanes that suit a model of so many states; whoever compiles may choose others, with the same results.

    Eight lanes fill the 512-bit registers of AVX-512, four those of AVX2, two those of all others. Zen 4 computes 512
    bits in two halves, so that eight lanes save instructions there but no arithmetic, while they double the memory of a
    step (about 160 bytes per state and lane, against 32 KiB of L1). Measured on an AMD EPYC of that kind, time of eight
    lanes over time of four: 0.77 with 44 states in a star, 0.94 with 44 states of a body, 1.02 with 38 and 1.26 with 72
    of another. On an Intel processor with two 512-bit units and 48 KiB it was 0.82 with the 44 states of that body.
    """
    if target.lanes == 8 and target.cpu in _HALVES_WIDE_VECTORS and states > _MOST_STATES_AT_EIGHT:
        return 4
    return target.lanes
