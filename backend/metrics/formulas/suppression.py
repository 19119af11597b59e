"""Which parts of a published sum have to be kept back, so that none about too few people follows from the others."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

Part = TypeVar("Part", bound=Hashable)
People = Sequence[Collection[int]]
"""Who is in a part, in each of the periods for which the sum is published as well."""


def kept_back(
    parts: Mapping[Part, People], *, minimum: int, also: Collection[Part] = ()
) -> set[Part] | None:
    """The parts to be shown as one sum; None: that sum, too, would be about too few.

    A part is kept back in all periods where it is about some people, and fewer than `minimum`, in one of them, or is
    one of `also`. What is kept back follows from the sum and the rest, so parts join it, that of the fewest people
    first, until it is about nobody or about enough people in every period.
    """

    def too_few(people: Collection[int]) -> bool:
        return 0 < len(people) < minimum

    hidden = {part for part, people in parts.items() if any(map(too_few, people))} | set(also)
    others = sorted(
        (part for part in parts if part not in hidden and any(parts[part])),
        key=lambda part: len(set().union(*parts[part])),
        reverse=True,
    )
    while hidden and any(map(too_few, _together([parts[part] for part in hidden]))):
        if not others:
            return None
        hidden.add(others.pop())
    return hidden


def _together(every: Sequence[People]) -> list[set[int]]:
    return [set().union(*people) for people in zip(*every, strict=True)]
