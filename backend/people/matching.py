"""Which identities are one person's, and which may be. Pure, and the same in whatever order they are given.

What is matched are groups: a person with all that is known of them, or an identity that is nobody's yet. Certain
evidence joins groups by itself, unless it speaks of two people: two accounts of one server, two who sign in, or two of
whom somebody said that they are not one. Then it is offered, as likely evidence is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple

from backend.people.evidence import (
    ADDRESS,
    STRENGTHS,
    Key,
    Known,
    address,
    certain_keys,
    likely_keys,
    name_keys,
)

MOST_ALIKE: Final = 4
"""What more groups than this have in common is nobody's own, and no evidence."""
WORTH_ASKING: Final = 45
Row = tuple[str, int]
"""A row that belongs to a person besides identities: the dotted name of the field that says so, and its key."""
Node = tuple[str, int]


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account of Plumbline's. Its address is its owner's: nobody signs up by themselves."""

    row: Row
    email: str
    name: str = ""
    person: int | None = None


class Evidence(NamedTuple):
    """What it is, in words, and the text that it rests on."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Join:
    """What is one person's: identities and rows that were nobody's, and persons. The first person stays."""

    identities: tuple[int, ...]
    persons: tuple[int, ...]
    rows: tuple[Row, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Offered(NamedTuple):
    """A pair of identities, of two groups, the lower key first; strength is 0 to 100."""

    first: int
    second: int
    strength: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Found:
    joins: tuple[Join, ...]
    offers: tuple[Offered, ...]


@dataclass
class _Group:
    identities: list[Known] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    """Those that are nobody's yet."""
    signs_in: int = 0

    @property
    def servers(self) -> set[int]:
        return {one.connection for one in self.identities if one.is_account}


Buckets = dict[tuple[str, str], dict[Node, list[tuple[str, int]]]]
"""By kind and text of a key: the groups that have it, each with roles and identities (0: none)."""


def match(
    identities: Iterable[Known],
    sign_ins: Iterable[SignIn] = (),
    refused: Collection[tuple[int, int]] = (),
) -> Found:
    """`refused`: pairs of identities of whom somebody said that they are not one person."""
    world = _World(sorted(identities, key=lambda one: one.id), list(sign_ins), refused)
    joined, doubtful = world.joined()
    return Found(
        tuple(sorted(world.joins(joined), key=lambda one: (one.persons, one.identities))),
        tuple(sorted(world.offers(joined, doubtful))),
    )


class _World:
    def __init__(
        self, known: Sequence[Known], sign_ins: Sequence[SignIn], refused: Iterable[tuple[int, int]]
    ) -> None:
        self.groups: dict[Node, _Group] = defaultdict(_Group)
        self.certain: Buckets = defaultdict(lambda: defaultdict(list))
        self.likely: Buckets = defaultdict(lambda: defaultdict(list))
        for one in known:
            node = ("person", one.person) if one.person is not None else ("identity", one.id)
            self.groups[node].identities.append(one)
            _add(self.certain, certain_keys(one), node, one.id)
            _add(self.likely, likely_keys(one), node, one.id)
        for who in sign_ins:
            node = ("person", who.person) if who.person is not None else who.row
            self.groups[node].signs_in += 1
            if who.person is None:
                self.groups[node].rows.append(who.row)
            own = self.groups[node].identities
            shown = own[0].id if own else 0
            _add(self.certain, [Key(ADDRESS, address(who.email))], node, shown)
            _add(self.likely, name_keys(who.name), node, shown)
        where = {one.id: node for node, group in self.groups.items() for one in group.identities}
        self.apart: dict[Node, set[Node]] = defaultdict(set)
        for first, second in refused:
            if first in where and second in where:
                self.apart[where[first]].add(where[second])
                self.apart[where[second]].add(where[first])

    def joined(self) -> tuple[dict[Node, Node], list[tuple[str, str]]]:
        """Each group's first of those that it is one with, and the keys that speak of two people."""
        clear: list[tuple[str, str]] = []
        doubtful: list[tuple[str, str]] = []
        for key, nodes in self.certain.items():
            if len(nodes) > 1:
                (doubtful if self._are_two(nodes) else clear).append(key)
        whole = _components(self.groups, (self.certain[key] for key in clear))
        members: dict[Node, list[Node]] = defaultdict(list)
        for node, first in whole.items():
            members[first].append(node)
        torn = {first for first, nodes in members.items() if self._are_two(nodes)}
        doubtful += [key for key in clear if whole[next(iter(self.certain[key]))] in torn]
        return {n: n if first in torn else first for n, first in whole.items()}, doubtful

    def joins(self, joined: dict[Node, Node]) -> Iterator[Join]:
        members: dict[Node, list[Node]] = defaultdict(list)
        for node, first in joined.items():
            members[first].append(node)
        shared: dict[Node, set[Evidence]] = defaultdict(set)
        for (kind, text), having in self.certain.items():
            firsts = {joined[node] for node in having}
            if len(having) > 1 and len(firsts) == 1:
                shared[firsts.pop()].add(Evidence(STRENGTHS[kind, "", ""][0], text))
        for first, nodes in members.items():
            groups = [self.groups[node] for node in nodes]
            if len(nodes) > 1 and any(group.identities for group in groups):
                yield Join(
                    identities=tuple(
                        sorted(i.id for g in groups for i in g.identities if i.person is None)
                    ),
                    persons=tuple(sorted(pk for kind, pk in nodes if kind == "person")),
                    rows=tuple(sorted(row for group in groups for row in group.rows)),
                    evidence=tuple(sorted(shared[first])),
                )

    def offers(
        self, joined: dict[Node, Node], doubtful: Iterable[tuple[str, str]]
    ) -> Iterator[Offered]:
        found: dict[tuple[Node, Node], dict[str, _Clue]] = defaultdict(dict)
        unsure = [(key, self.certain[key], True) for key in doubtful]
        for key, nodes, certain in (*unsure, *((*item, False) for item in self.likely.items())):
            if not 1 < len({joined[node] for node in nodes}) <= MOST_ALIKE:
                continue
            for clue in _clues(key, nodes, joined):
                known = found[clue.between].get(clue.evidence.kind)
                better = clue._replace(certain=certain)
                if known is None or better.rank > known.rank:
                    found[clue.between][clue.evidence.kind] = better
        apart = {(joined[a], joined[b]) for a, others in self.apart.items() for b in others}
        parts: dict[Node, list[Node]] = defaultdict(list)
        for node, first in joined.items():
            parts[first].append(node)
        for pair, clues in found.items():
            strength = _together(clue.strength for clue in clues.values())
            sure = any(clue.certain for clue in clues.values())
            if pair in apart or strength < WORTH_ASKING:
                continue
            if not sure and self._are_two([*parts[pair[0]], *parts[pair[1]]]):
                continue
            best = max(clues.values(), key=lambda clue: clue.rank)
            evidence = sorted(clues.values(), key=lambda clue: clue.rank, reverse=True)
            yield Offered(*best.pair, strength, tuple(clue.evidence for clue in evidence))

    def _are_two(self, nodes: Collection[Node]) -> bool:
        """Whether groups that would be one are of different people."""
        servers: set[int] = set()
        for node in nodes:
            own = self.groups[node].servers
            if own & servers or self.apart[node] & set(nodes):
                return True
            servers |= own
        return sum(self.groups[node].signs_in > 0 for node in nodes) > 1


class _Clue(NamedTuple):
    """Evidence between two groups, resting on two identities."""

    between: tuple[Node, Node]
    pair: tuple[int, int]
    strength: int
    evidence: Evidence
    certain: bool = False

    @property
    def rank(self) -> tuple[int, int, int, str]:
        return (self.strength, -self.pair[0], -self.pair[1], self.evidence.text)


def _clues(
    key: tuple[str, str], nodes: dict[Node, list[tuple[str, int]]], joined: dict[Node, Node]
) -> Iterator[_Clue]:
    """What a key says of each two groups that have it: the strongest of all their roles."""
    kind, text = key
    having: dict[Node, dict[str, int]] = defaultdict(dict)
    for node, roles in nodes.items():
        for role, identity in roles:
            known = having[joined[node]].get(role)
            if identity:
                having[joined[node]][role] = min(known or identity, identity)
    for one, other in combinations(sorted(having), 2):
        told = [
            _Clue((one, other), _pair(a, b), strength, Evidence(name, text))
            for role, a in having[one].items()
            for second, b in having[other].items()
            if (entry := STRENGTHS.get((kind, min(role, second), max(role, second))))
            for name, strength in [entry]
        ]
        if told:
            yield max(told, key=lambda clue: clue.rank)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _together(strengths: Iterable[int]) -> int:
    """As if each were a chance of its own; never quite certain."""
    left = 1.0
    for strength in sorted(strengths):
        left *= 1 - strength / 100
    return min(99, round(100 * (1 - left)))


def _add(into: Buckets, keys: Iterable[Key], node: Node, identity: int) -> None:
    for kind, text, role in keys:
        if text:
            into[kind, text][node].append((role, identity))


def _components(nodes: Iterable[Node], edges: Iterable[Iterable[Node]]) -> dict[Node, Node]:
    """The lowest node that each is connected with."""
    first = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while first[node] != node:
            first[node] = first[first[node]]
            node = first[node]
        return node

    for together in edges:
        roots = {find(node) for node in together}
        lowest = min(roots)
        for root in roots:
            first[root] = lowest
    return {node: find(node) for node in first}
