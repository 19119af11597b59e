"""The commits of one repository as a graph: what is reachable from where.

A generation is 1 for a commit without parents, else one more than the highest of its parents', so that a walk from high
to low meets each commit after all that lead to it. A commit of which an ancestor is not stored has none in the
database; here it is numbered by the parents that are known, which keeps that order.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Final, NamedTuple, Self

from backend.delivery.models import Commit

ROWS_AT_ONCE: Final = 10_000
_NONE: Final = -1


class Node(NamedTuple):
    """A commit as it is stored."""

    sha: str
    parents: Sequence[str]
    generation: int | None = None
    reverts: Sequence[str] | None = None
    picked_from: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Brought:
    """A commit that is new in something. What its message names short stands in full where one commit alone fits."""

    sha: str
    is_merge: bool
    reverts: tuple[str, ...] = ()
    picked_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contained:
    """What is new, children before their parents. With a reason, it is not all that is new."""

    commits: tuple[Brought, ...]
    reason: str = ""


class Places:
    """A set of commits by their places: a bit of each that there is."""

    def __init__(self, size: int) -> None:
        self.bits = bytearray(size // 8 + 1)

    def __contains__(self, at: int) -> bool:
        return bool(self.bits[at >> 3] >> (at & 7) & 1)

    def add(self, at: int) -> None:
        self.bits[at >> 3] |= 1 << (at & 7)

    def update(self, other: "Places") -> None:
        both = int.from_bytes(self.bits, "little") | int.from_bytes(other.bits, "little")
        self.bits[:] = both.to_bytes(len(self.bits), "little")


@dataclass(frozen=True, slots=True)
class Ground:
    """All that leads to a commit, itself included. With a reason, it is not all."""

    seen: Places
    picked_from: frozenset[str]
    """Of what its commits are copies."""
    reason: str = ""


def generations(
    nodes: Iterable[Node], numbered: Callable[[Sequence[str]], Iterable[tuple[str, int]]]
) -> Iterator[tuple[str, int]]:
    """Of commits that have none, as far as all is known that they descend from.

    `numbered` is asked for the generations of their parents that are not among them; it tells those that it knows.
    """
    commits = _Commits()
    for node in nodes:
        commits.add(node)
    wanted = bytes(commits.is_known)
    border = [sha for at, sha in enumerate(commits.shas) if not wanted[at]]
    for sha, generation in numbered(border):
        commits.add(Node(sha, (), generation))
    commits.number()
    for at, is_wanted in enumerate(wanted):
        if is_wanted and commits.is_whole[at]:
            yield commits.shas[at], commits.generation[at]


class Graph:
    """Read once, asked often. A walk costs what is new, not what the repository holds."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._commits = _Commits()
        for node in nodes:
            self._commits.add(node)
        self._commits.number()

    @classmethod
    def load(cls, repository_id: int) -> Self:
        """In one statement."""
        rows = Commit.objects.filter(repository_id=repository_id).values_list(*Node._fields)
        return cls(Node(*row) for row in rows.iterator(chunk_size=ROWS_AT_ONCE))

    def __len__(self) -> int:
        return sum(self._commits.is_known)

    def __contains__(self, sha: str) -> bool:
        return self._commits.known(sha) is not None

    def full(self, sha: str) -> str | None:
        """The known commit that is called so, in full or by its beginning; None where there is none, or several."""
        return self._commits.full(sha)

    def reach(self, ground: Ground | None = None) -> "Reach":
        """Of nothing so far, or of a ground. For a row of deployments: each costs what is new with it, however many
        went before.
        """
        return Reach(self._commits, ground)

    def grounds(self, shas: Iterable[str]) -> Mapping[str, Ground]:
        """Of the known ones among these. Together they cost about one walk, however many there are: older ones come
        first, and what leads to one of them is not walked again.
        """
        commits = self._commits
        places = {at for sha in shas if (at := commits.known(sha)) is not None}
        found: dict[int, Places] = {}
        for start in sorted(places, key=commits.generation.__getitem__):
            found[start] = commits.leading_to(start, found)
        return {commits.shas[at]: commits.ground(seen) for at, seen in found.items()}

    def contained(self, sha: str, without: Sequence[str] = ()) -> Contained:
        """What is reachable from `sha`, itself included, and from none of `without`.

        Of these, what is not known takes nothing away.
        """
        commits = self._commits
        start = commits.known(sha)
        if start is None:
            return Contained((), _unknown(sha))
        is_new = {start: True}
        is_new |= {at: False for one in without if (at := commits.known(one)) is not None}
        queue = [(-commits.generation[at], at) for at in is_new]
        heapify(queue)
        new, left = [], int(is_new[start])
        while left:
            _, at = heappop(queue)
            new_here = is_new[at]
            if new_here:
                new.append(at)
                left -= 1
            for parent in commits.parents(at):
                met = is_new.get(parent)
                if met is None:
                    is_new[parent] = new_here
                    left += new_here
                    heappush(queue, (-commits.generation[parent], parent))
                elif met and not new_here:
                    is_new[parent] = False
                    left -= 1
        return commits.brought(new)

    def is_ancestor(self, ancestor: str, descendant: str) -> bool | None:
        """Whether `ancestor` is reachable from `descendant`, or is it. None: what is known does not tell."""
        commits = self._commits
        goal, start = commits.known(ancestor), commits.known(descendant)
        if goal is None or start is None:
            return None
        lowest, is_sure = commits.generation[goal], True
        queue, seen = [start], {start}
        while queue:
            at = queue.pop()
            if at == goal:
                return True
            if commits.generation[at] <= lowest:
                is_sure = is_sure and bool(commits.is_whole[at])
                continue
            new = [parent for parent in commits.parents(at) if parent not in seen]
            queue += new
            seen.update(new)
        return False if is_sure else None


class Reach:
    """All that is reachable from what was added so far."""

    def __init__(self, commits: "_Commits", ground: Ground | None = None) -> None:
        self._commits = commits
        self._seen = Places(len(commits.shas))
        if ground is not None:
            self._seen.update(ground.seen)

    def __contains__(self, sha: str) -> bool:
        at = self._commits.known(sha)
        return at is not None and at in self._seen

    def add(self, sha: str) -> Contained:
        """What is reachable from `sha` and was not before: as `Graph.contained` without all that was added."""
        start = self._commits.known(sha)
        if start is None:
            return Contained((), _unknown(sha))
        queue, new = [start], []
        while queue:
            at = queue.pop()
            if at not in self._seen:
                self._seen.add(at)
                new.append(at)
                queue += self._commits.parents(at)
        new.sort(key=self._commits.generation.__getitem__, reverse=True)
        return self._commits.brought(new)


class _Commits:
    """By their places, which take little room: a large repository has a million. Also those that are only named as
    parents, which are not known and have generation 0.
    """

    def __init__(self) -> None:
        self.shas: list[str] = []
        self.generation = array("i")
        self.is_known = bytearray()
        self.is_whole = bytearray()  # all that it descends from is known
        self._at: dict[str, int] = {}
        self._first = array("i")
        self._others: dict[int, tuple[int, ...]] = {}
        self._named: dict[int, tuple[Sequence[str], Sequence[str]]] = {}
        self._told: dict[int, Brought] = {}

    def add(self, node: Node) -> None:
        at = self._place(node.sha)
        self.is_known[at] = True
        parents = [self._place(parent) for parent in node.parents]
        if parents:
            self._first[at] = parents[0]
        if len(parents) > 1:
            self._others[at] = tuple(parents[1:])
        if node.generation is not None:
            self.generation[at], self.is_whole[at] = node.generation, True
        if node.reverts or node.picked_from:
            self._named[at] = (node.reverts or (), node.picked_from or ())

    def number(self) -> None:
        """Give a generation to those that came without."""
        for start in range(len(self.shas)):
            path = [start] if self._is_open(start) else []
            while path:
                parents = list(self.parents(path[-1]))
                if missing := [parent for parent in parents if self._is_open(parent)]:
                    path += missing
                    continue
                at = path.pop()
                self.generation[at] = 1 + max((self.generation[p] for p in parents), default=0)
                self.is_whole[at] = all(self.is_whole[parent] for parent in parents)

    def known(self, sha: str) -> int | None:
        at = self._at.get(sha)
        return at if at is not None and self.is_known[at] else None

    def full(self, sha: str) -> str | None:
        if self.known(sha) is not None:
            return sha
        start = bisect_left(self._in_order, sha)
        fitting = [one for one in self._in_order[start : start + 2] if one.startswith(sha)]
        return fitting[0] if len(fitting) == 1 else None

    def parents(self, at: int) -> Iterator[int]:
        if self._first[at] != _NONE:
            yield self._first[at]
            yield from self._others.get(at, ())

    def leading_to(self, start: int, before: Mapping[int, Places]) -> Places:
        """With what leads to some of those before it. From high to low, so that these are met before what they hold."""
        seen = Places(len(self.shas))
        queue = [(-self.generation[start], start)]
        while queue:
            _, at = heappop(queue)
            if at in seen:
                continue
            if at in before:
                seen.update(before[at])
                continue
            seen.add(at)
            for parent in self.parents(at):
                if parent not in seen:
                    heappush(queue, (-self.generation[parent], parent))
        return seen

    def ground(self, seen: Places) -> Ground:
        copies = (names for at, names in self._copies if at in seen)
        unknown = next((sha for sha, at in self._missing if at in seen), "")
        return Ground(
            seen, frozenset(chain.from_iterable(copies)), _unknown(unknown) if unknown else ""
        )

    def brought(self, new: Sequence[int]) -> Contained:
        unknown = [self.shas[at] for at in new if not self.is_known[at]]
        commits = tuple(self._commit(at) for at in new if self.is_known[at])
        return Contained(commits, _unknown(min(unknown)) if unknown else "")

    @cached_property
    def _copies(self) -> list[tuple[int, tuple[str, ...]]]:
        found = ((at, self._commit(at).picked_from) for at in self._named)
        return [(at, names) for at, names in found if names]

    @cached_property
    def _missing(self) -> list[tuple[str, int]]:
        return sorted((sha, at) for sha, at in self._at.items() if not self.is_known[at])

    @cached_property
    def _in_order(self) -> list[str]:
        return sorted(sha for sha, at in self._at.items() if self.is_known[at])

    def _is_open(self, at: int) -> bool:
        return bool(self.is_known[at]) and not self.generation[at]

    def _place(self, sha: str) -> int:
        at = self._at.setdefault(sha, len(self.shas))
        if at == len(self.shas):
            self.shas.append(sha)
            self._first.append(_NONE)
            self.generation.append(0)
            self.is_known.append(False)
            self.is_whole.append(False)
        return at

    def _commit(self, at: int) -> Brought:
        """The same one for all that it is new in."""
        told = self._told.get(at)
        if told is None:
            reverts, picked_from = self._named.get(at, ((), ()))
            told = self._told[at] = Brought(
                sha=self.shas[at],
                is_merge=at in self._others,
                reverts=tuple(self.full(one) or one for one in reverts),
                picked_from=tuple(self.full(one) or one for one in picked_from),
            )
        return told


def _unknown(sha: str) -> str:
    return f"Commit {sha[:9]} is not known, so that it cannot be said what it leads to."
