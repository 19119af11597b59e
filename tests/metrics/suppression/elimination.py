"""What can be computed from aggregates by adding and subtracting multiples of them."""

from collections.abc import Hashable, Iterable
from typing import Final

PRIME: Final = 2**31 - 1


class Basis:
    """What can be computed from some aggregates, by elimination modulo a prime."""

    def __init__(self, published: Iterable[Iterable[Hashable]]) -> None:
        self.place: dict[Hashable, int] = {}
        self.rows: dict[int, dict[int, int]] = {}
        for inside in published:
            left = self._reduced(inside)
            if left:
                lead = min(left)
                inverse = pow(left[lead], -1, PRIME)
                self.rows[lead] = {at: value * inverse % PRIME for at, value in left.items()}

    def spans(self, inside: Iterable[Hashable]) -> bool:
        return not self._reduced(inside)

    def _reduced(self, inside: Iterable[Hashable]) -> dict[int, int]:
        left: dict[int, int] = {}
        for fact in inside:
            at = self.place.setdefault(fact, len(self.place))
            left[at] = left.get(at, 0) + 1
        done: dict[int, int] = {}
        while left:
            lead = min(left)
            factor = left[lead]
            if lead not in self.rows:
                done[lead] = left.pop(lead)
                continue
            for at, value in self.rows[lead].items():
                changed = (left.get(at, 0) - factor * value) % PRIME
                if changed:
                    left[at] = changed
                else:
                    left.pop(at, None)
        return done
