"""Random numbers of a seed: one stream for each use, so that no use changes the numbers of another."""

import numpy as np

PARAMETER_STREAM = 1 << 63  # keeps the streams of draws apart from the streams of people
SET_STREAM = 5 << 61
CONTENT_STREAM = 3 << 62
POSTERIOR_STREAM = 7 << 61
SEEN_IN_90_PERCENT = 1.6448536269514722  # standard normal quantile


def generator(seed: int, stream: int) -> np.random.Generator:
    """Random numbers of one stream of a seed."""
    # a list of such numbers would pass through floats and lose the stream
    return np.random.Generator(np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)))
