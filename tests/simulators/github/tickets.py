"""The seeded model of a tracker beside a history: which issue each pull request of the last 400 days is about.

Here is what both sides must agree on: the issues' keys, in the order of their creation, and what names them. What
became of them is told by the simulated Jira (:mod:`tests.simulators.jira.history`).
"""

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import PurePosixPath

from .records import Account, PullRequest, Repository
from .teams import TESTS

DAY = 86_400
HOUR = 3600
LAST_DAY = datetime(2026, 8, 21, 12, tzinfo=UTC)
"""Between the last merges of the four histories: what the demo calls today."""
UNTIL = int(LAST_DAY.timestamp())
SINCE = UNTIL - 400 * DAY
NAMED = 0.75
"""Of people's pull requests this share names an issue."""
TYPES = {"Story": 30, "Bug": 35, "Task": 20, "Improvement": 15}
EPIC, SUBTASK = "Epic", "Sub-task"


@dataclass(eq=False)
class Ticket:
    """An issue. ``begun_at`` is None where nobody ever began it, ``done_at`` where it rests on ``pulls`` or is open."""

    type: str
    summary: str
    created_at: int
    assignee: Account
    area: str
    begun_at: int | None = None
    done_at: int | None = None
    pulls: list[PullRequest] = field(default_factory=list)
    parent: "Ticket | None" = None
    """Of a sub-task what it is a part of, of others the epic."""
    key: str = ""


def name_issues(repository: Repository, seed: int) -> None:
    """Give the repository its tickets, and their keys to the titles or branches of its pull requests."""
    rng = random.Random(f"{seed}/{repository.name}/tickets")
    repository.tickets = _Plan(repository, rng).made()
    for ticket in repository.tickets:
        for pr in ticket.pulls:
            _name(pr, ticket, rng)


def _name(pr: PullRequest, ticket: Ticket, rng: random.Random) -> None:
    """Branches that were merged are real and stay as they are; a squash does not tell its branch."""
    is_squash = not pr.commits[0].in_git
    in_branch = is_squash and rng.random() < 0.6
    if in_branch:
        stem = re.sub(r"[^a-z]+", "-", PurePosixPath(_path(pr)).stem.lower()).strip("-")
        pr.head_ref = f"{ticket.key.lower()}-{stem or 'change'}"
    if not in_branch or rng.random() < 0.4:
        pr.title = f"{ticket.key}: {_plain(pr.title)}"


class _Plan:
    """The issues of one project. The same seed gives the same ones."""

    def __init__(self, repository: Repository, rng: random.Random) -> None:
        self.rng = rng
        self.name = repository.name
        self.pulls = sorted(
            (
                pr
                for pr in repository.pull_requests.values()
                if pr.author and pr.author.kind == "User" and (pr.merged_at or 0) > SINCE
            ),
            key=lambda pr: (pr.created_at, pr.number),
        )

    def made(self) -> list[Ticket]:
        """In the order of their creation, with keys."""
        named = self._named()
        extra = [*self._answered(named), *self._under_way(), *self._waiting(named)]
        stories = [ticket for ticket in (*named, *extra) if ticket.type != SUBTASK]
        tickets = sorted(
            chain(self._epics(stories), named, extra), key=lambda ticket: ticket.created_at
        )
        for number, ticket in enumerate(tickets, start=1):
            ticket.key = f"{self.name.upper()}-{number}"
        return tickets

    def _named(self) -> list[Ticket]:
        """Those that pull requests are about; what an author does soon after may be about the same one."""
        made: list[Ticket] = []
        last: dict[Account | None, Ticket] = {}
        for pr in self.pulls:
            if self.rng.random() > NAMED:
                continue
            before = last.get(pr.author)
            goes_on = before is not None and pr.created_at < (before.pulls[-1].merged_at or 0) + (
                4 * DAY
            )
            if before and goes_on and self.rng.random() < 0.15:
                before.pulls.append(pr)
                continue
            ticket = self._of(pr)
            if before and goes_on and before.type == "Story" and self.rng.random() < 0.4:
                ticket.type, ticket.parent = SUBTASK, before
                ticket.created_at = max(ticket.created_at, before.created_at + 60)
                ticket.begun_at = max(ticket.begun_at or 0, ticket.created_at + 60)
            else:
                last[pr.author] = ticket
            made.append(ticket)
        return made

    def _of(self, pr: PullRequest) -> Ticket:
        first = min(one.authored_at for one in pr.commits)
        begun = max(first, pr.created_at - 45 * DAY) - self.rng.randrange(HOUR // 2, 8 * HOUR)
        (kind,) = self.rng.choices(list(TYPES), list(TYPES.values()))
        assert pr.author is not None
        return Ticket(
            *(kind, _plain(pr.title), begun - self._span(3, 1.3), pr.author, _area(pr)),
            begun_at=begun,
            pulls=[pr],
        )

    def _answered(self, named: list[Ticket]) -> Iterator[Ticket]:
        """Closed without anything being done: they go straight to done."""
        for ticket in named:
            if self.rng.random() < 0.1:
                at = ticket.created_at + self.rng.randrange(5 * DAY)
                text = f"Is {_path(ticket.pulls[0])} still needed?"
                done = at + self._span(6, 1)
                yield Ticket("Task", text, at, ticket.assignee, ticket.area, done_at=done)

    def _under_way(self) -> Iterator[Ticket]:
        """Begun by most who were at work of late, without a pull request yet."""
        last = {pr.author: pr for pr in self.pulls if pr.created_at > UNTIL - 21 * DAY}
        for who, pr in last.items():
            if who and self.rng.random() < 0.6:
                begun = UNTIL - self.rng.randrange(HOUR, 12 * DAY)
                text = f"Rework {_path(pr)}"
                created = begun - self._span(4, 1)
                kind = self.rng.choice(("Story", "Improvement"))
                yield Ticket(kind, text, created, who, _area(pr), begun_at=begun)

    def _waiting(self, named: list[Ticket]) -> Iterator[Ticket]:
        """Of what was thought of in the last months, some was never begun."""
        for ticket in named:
            if ticket.created_at > UNTIL - 150 * DAY and self.rng.random() < 0.12:
                at = min(ticket.created_at + self.rng.randrange(3 * DAY), UNTIL - HOUR)
                text = f"Tidy up {_path(ticket.pulls[0])}"
                yield Ticket(self.rng.choice(("Task", "Bug")), text, at, ticket.assignee, "")

    def _epics(self, tickets: list[Ticket]) -> Iterator[Ticket]:
        """For each part of the project where much was done in a quarter: most of its issues are below it."""
        parts: dict[tuple[str, int, int], list[Ticket]] = defaultdict(list)
        for ticket in tickets:
            at = datetime.fromtimestamp(ticket.created_at, UTC)
            if ticket.area and ticket.type != "Bug":
                parts[ticket.area, at.year, (at.month + 2) // 3].append(ticket)
        for (area, year, quarter), children in parts.items():
            if len(children) < 5:
                continue
            chosen = [ticket for ticket in children if self.rng.random() < 0.7] or children
            owner = Counter(ticket.assignee for ticket in chosen).most_common(1)[0][0]
            created = min(ticket.created_at for ticket in chosen) - self._span(5, 0.7)
            epic = Ticket(EPIC, f"{area} in quarter {quarter} of {year}", created, owner, area)
            for ticket in chosen:
                ticket.parent = epic
            yield epic

    def _span(self, days: float, spread: float) -> int:
        """A heavy-tailed duration in seconds, ``days`` in the middle."""
        drawn = self.rng.lognormvariate(math.log(days * DAY), spread)
        return int(min(drawn, 120 * DAY)) + 600


def _plain(title: str) -> str:
    """Without the number of another tracker that a branch's name begins with."""
    text = re.sub(r"^#?\d+ +", "", title)
    return text[:1].upper() + text[1:]


def _path(pr: PullRequest) -> str:
    """A file that it changes, rather than a test of it."""
    paths = [change.path for change in pr.files]
    code = [path for path in paths if not TESTS & set(path.split("/"))]
    return next(iter(code or paths), "README")


def _area(pr: PullRequest) -> str:
    """The folder that it is mostly about: of the project's own code, the one below."""
    folders = _path(pr).split("/")[:-1]
    own = {pr.repository.name, "backend"}
    return (folders[1] if folders[0] in own and len(folders) > 1 else folders[0]) if folders else ""
