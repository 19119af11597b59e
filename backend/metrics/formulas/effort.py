"""What a person's month went into: one unit, split over what they worked on by weighted days of activity.

The rules stand in docs/metrics.md under "Investment".
"""

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

VERSION: Final = 1

UNIT: Final = 1_000_000
"""Of a person's month: shares are whole millionths, so that they add up to it exactly."""
AUTHORED, REVIEWED, MOVED = 4, 2, 1
"""Weights of a day on which somebody wrote commits of a pull request or opened it, reviewed, moved an issue on."""
Part = TypeVar("Part", bound=Hashable)


def split(weights: Mapping[Part, int]) -> dict[Part, int]:
    """Each part's share of UNIT; empty where there is no weight at all.

    Each is rounded down; what is left goes, one each, to those that lost most, of these to the heaviest, of these to
    the first told.
    """
    total = sum(weights.values())
    if not total:
        return {}
    shares = {part: UNIT * weight // total for part, weight in weights.items()}
    left = UNIT - sum(shares.values())
    by_loss = sorted(
        weights, key=lambda part: (UNIT * weights[part] % total, weights[part]), reverse=True
    )
    for part in by_loss[:left]:
        shares[part] += 1
    return shares
