"""What a person's month went into: one unit, spread over what they worked on by weighted days of activity.

The rules stand in docs/metrics.md under "Investment".
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeVar

VERSION = 1

UNIT: Final = 1_000_000
"""Of a person's month: shares are whole millionths, so that they add up to it exactly."""
WEIGHTS: Final[Mapping[str, int]] = {"authored": 4, "reviewed": 2, "moved": 1}
"""Quarters of a day: of one's own commits or opening, of a review, of an issue that was moved on."""
Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Activity(Generic[Item]):
    """A day on which a person did something about an item. `kind` is one of WEIGHTS."""

    item: Item
    day: date
    kind: str


def shares(activities: Iterable[Activity[Item]]) -> dict[Item, int]:
    """Of one person and month: each item's part of UNIT. Empty where nothing was done.

    1. A day counts once for an item, by the heaviest kind of what was done about it.
    2. An item's weight is the sum over its days.
    3. Each gets its part, rounded down; what is left goes to those that lost most, of these to the heaviest, of these
       to the first told, one each.
    """
    days: dict[tuple[Item, date], int] = defaultdict(int)
    for one in activities:
        key = (one.item, one.day)
        days[key] = max(days[key], WEIGHTS[one.kind])
    weights: dict[Item, int] = defaultdict(int)
    for (item, _), weight in days.items():
        weights[item] += weight
    total = sum(weights.values())
    if not total:
        return {}
    parts = {item: UNIT * weight // total for item, weight in weights.items()}
    left = UNIT - sum(parts.values())
    by_loss = sorted(
        weights, key=lambda item: (UNIT * weights[item] % total, weights[item]), reverse=True
    )
    for item in by_loss[:left]:
        parts[item] += 1
    return parts
