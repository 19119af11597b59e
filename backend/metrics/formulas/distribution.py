"""Quantiles interpolated as SQL's percentile_cont does it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import floor

QUANTILES = (0.5, 0.75, 0.9)
"""Median, p75 and p90: what is shown of every distribution."""

LONGEST_BUCKET = 12
BUCKETS = tuple(900 * 2**power for power in range(LONGEST_BUCKET + 1))
"""Bounds of histograms of durations, in seconds: 15 minutes, and each twice the one before, to 42 days 16 hours."""


def percentile_cont(values: Sequence[float], quantile: float) -> float | None:
    """None where there are no values. Linear between the two nearest ranks."""
    if not values:
        return None
    ordered = sorted(values)
    rank = quantile * (len(ordered) - 1)
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (rank - below) * (ordered[above] - ordered[below])


def shares(total: float, parts: Iterable[int]) -> list[float]:
    """Divide `total` in proportion to `parts`, to the millisecond, so that the results add up to it."""
    weights = list(parts)
    whole = sum(weights)
    reached, bounds = 0, [0.0]
    for weight in weights:
        reached += weight
        bounds.append(round(total * reached / whole, 3) if whole else 0.0)
    bounds[-1] = total if whole else 0.0
    return [round(b - a, 3) for a, b in pairwise(bounds)]
