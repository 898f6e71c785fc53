"""How the walkers of the ensemble move: differential evolution that knows what is independent of what.

emcee calls a move with its model and state; each half of the walkers moves along differences of the other half.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]
Columns = NDArray[np.int64]

SCALE, JITTER = 2.38, 0.05  # length of a move in one dimension, over the spread of the walkers; ter Braak 2006
SHARES = (0.1, 0.6, 0.3)  # of the moves: everything, what the blocks share, all blocks side by side


class State(Protocol):
    """The walkers, as emcee keeps them: places, densities, shares of the blocks in the density."""

    coords: Array
    log_prob: Array
    blobs: Array | None


class Model(Protocol):
    """The density and the random numbers, as emcee hands them to a move."""

    compute_log_prob_fn: "Callable[[Array], tuple[Array, Array | None]]"
    random: np.random.RandomState


def moves(free: int, blocks: Sequence[Sequence[int]], covariance: Array | None) -> list[tuple[Any, float]]:
    """The moves of an ensemble and how often each is made.

    Args:
        free: number of parameters.
        blocks: columns that are independent of the other blocks given all other columns.
        covariance: roughly that of the density, (free, free). When what the blocks share moves, the blocks follow along
            their regression on it: a shear, which changes no volume and is the same on the way back.
    """
    everything = np.arange(free)
    if not blocks:
        return [(evolution([everything]), 1.0)]
    columns = [np.array(block, dtype=int) for block in blocks]
    rest = np.concatenate(columns)
    shared = np.setdiff1d(everything, rest)
    follow = np.zeros((shared.size, free))
    if covariance is not None:
        follow[:, rest] = np.linalg.solve(covariance[np.ix_(shared, shared)], covariance[np.ix_(shared, rest)])
    made = (evolution([everything]), evolution([shared], follow=follow), evolution(columns, apart=True))
    return list(zip(made, SHARES, strict=True))


def evolution(blocks: Sequence[Columns], *, apart: bool = False, follow: Array | None = None) -> Any:  # noqa: ANN401
    """Differential evolution (ter Braak 2006) of some columns; blocks that stand apart are accepted one by one.

    Args:
        blocks: columns, each of which takes a step of its own.
        apart: accept each block by its own share of the density.
        follow: how much every column follows each column of the block, (block, free).
    """
    # emcee is an extra: an assessment reads a posterior and never makes one
    from emcee.moves import Move  # noqa: PLC0415

    class Evolution(Move):  # type: ignore[misc]  # emcee has no types
        def propose(self, model: Model, state: State) -> tuple[State, NDArray[np.bool_]]:
            """Move one half of the walkers along differences of the other half, then the other way round."""
            accepted = np.zeros(len(state.coords), dtype=bool)
            half = np.arange(len(state.coords)) % 2
            model.random.shuffle(half)
            for side in (0, 1):
                mine = np.flatnonzero(half == side)
                moved = _stepped(state.coords[mine], state.coords[half != side], blocks, follow, model.random)
                found, parts = model.compute_log_prob_fn(moved)
                if apart:
                    accepted[mine] = _accept_apart(state, mine, moved, parts, blocks, model.random)
                else:
                    accepted[mine] = _accept_whole(state, mine, moved, found, parts, model.random)
            return state, accepted

    return Evolution()


def _stepped(
    mine: Array, others: Array, blocks: Sequence[Columns], follow: Array | None, random: np.random.RandomState
) -> Array:
    """Each block of columns along a difference of two other walkers, and what follows it, (mine, free)."""
    moved = mine.copy()
    for block in blocks:
        first = random.randint(len(others), size=len(mine))
        second = (first + 1 + random.randint(len(others) - 1, size=len(mine))) % len(others)
        length = SCALE / np.sqrt(2.0 * len(block)) * (1.0 + JITTER * random.randn(len(mine), 1))
        step = length * (others[first] - others[second])[:, block]
        moved[:, block] += step
        if follow is not None:
            moved += step @ follow
    return moved


def _accept_whole(
    state: State,
    mine: Columns,
    moved: Array,
    found: Array,
    parts: Array | None,
    random: np.random.RandomState,
) -> NDArray[np.bool_]:
    """Take a step or leave it by the density of the whole, (mine,)."""
    yes = np.log(random.rand(len(mine), 1))[:, 0] < found - state.log_prob[mine]
    state.coords[mine[yes]] = moved[yes]
    state.log_prob[mine[yes]] = found[yes]
    if state.blobs is not None and parts is not None:
        state.blobs[mine[yes]] = parts[yes]
    return np.asarray(yes)


def _accept_apart(
    state: State,
    mine: Columns,
    moved: Array,
    parts: Array | None,
    blocks: Sequence[Columns],
    random: np.random.RandomState,
) -> NDArray[np.bool_]:
    """Take or leave each block by its own share of the density; says for whom any was taken, (mine,)."""
    if state.blobs is None or parts is None:
        raise ValueError("the density must give the share of each block")
    before = state.blobs[mine]
    yes = np.log(random.rand(*parts.shape)) < parts - before
    for block, taken in zip(blocks, yes.T, strict=True):
        state.coords[np.ix_(mine[taken], block)] = moved[np.ix_(taken, block)]
    state.log_prob[mine] += np.where(yes, parts - before, 0.0).sum(axis=1)
    state.blobs[mine] = np.where(yes, parts, before)
    return np.asarray(yes.any(axis=1))
