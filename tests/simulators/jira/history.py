"""The issues of the four real histories, with what became of them: see tests/simulators/github/tickets.py.

Real are the people and when pull requests were merged. When an issue was thought of, planned, begun, held up and opened
again comes from a seeded model around these; nothing is told of what lies after the last day.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from tests.simulators.github import history
from tests.simulators.github.records import Account, PullRequest, Repository
from tests.simulators.github.tickets import DAY, EPIC, HOUR, SINCE, SUBTASK, UNTIL, Ticket
from tests.simulators.jira.records import Issue, Sprint, User
from tests.simulators.jira.world import DONE, IN_PROGRESS, IN_REVIEW, World

BLOCKED: Final = "Blocked"
KANBAN: Final = frozenset({"celery"})
"""Projects that know no sprints."""
SPRINT: Final = 14 * DAY
Event = tuple[int, Callable[..., None], tuple[Any, ...], dict[str, Any]]


def load(
    projects: Sequence[str] = history.PROJECTS, *, seed: int = history.SEED, canary: str = ""
) -> World:
    """The world of these projects as it stands on the last day."""
    world = World(canary=canary)
    world.create_type("Improvement")
    world.create_status(BLOCKED, "indeterminate")
    for repository in history.load(tuple(projects), seed=seed).repositories.values():
        _Project(world, repository, random.Random(f"{seed}/{repository.name}/issues")).fill()
    world.now = UNTIL
    return world


class _Project:
    """One project while it grows; the same seed gives the same world."""

    def __init__(self, world: World, repository: Repository, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.tickets = [one for one in repository.tickets if one.created_at < UNTIL]
        self.people = sorted({one.assignee.login for one in self.tickets})
        self.project = world.create_project(repository.name.upper(), repository.name.title())
        self.is_kanban = repository.name in KANBAN
        self.board = world.create_board(self.project, "kanban" if self.is_kanban else "scrum")
        self.sprints: list[Sprint] = []
        self.issues: dict[Ticket, Issue] = {}

    def fill(self) -> None:
        if not self.is_kanban:
            self._go_through_sprints()
        for ticket in self.tickets:
            self._create(ticket)
        for ticket, issue in self.issues.items():
            events = sorted(self._events(ticket, issue), key=lambda event: event[0])
            for at, verb, about, by in events:
                if ticket.created_at < at <= UNTIL:
                    verb(issue, *about, at=at, **by)

    def _go_through_sprints(self) -> None:
        """Two weeks each, from Monday to Monday; the last one is planned and not started."""
        first = datetime.fromtimestamp(SINCE, UTC).replace(hour=9, minute=0, second=0)
        at = first - timedelta(days=first.weekday())
        while (start := at.timestamp()) < UNTIL + SPRINT:
            number = len(self.sprints) + 1
            sprint = self.world.create_sprint(self.board, f"{self.project.name} {number}")
            self.sprints.append(sprint)
            sprint.start, sprint.end = start, start + SPRINT
            if start < UNTIL:
                self.world.start_sprint(sprint, at=start)
            if start + SPRINT < UNTIL:
                self.world.complete_sprint(sprint, at=start + SPRINT - HOUR)
            at += timedelta(seconds=SPRINT)

    def _create(self, ticket: Ticket) -> None:
        above = self.issues.get(ticket.parent) if ticket.parent else None
        issue = self.world.create_issue(
            self.project,
            ticket.summary,
            type=ticket.type,
            by=self._reporter(ticket),
            at=ticket.created_at,
            labels=[ticket.area] if ticket.area else [],
            **{"parent" if ticket.type == SUBTASK else "epic": above},
        )
        if issue.key != ticket.key:
            raise ValueError(f"{issue.key} is called {ticket.key} in pull requests")
        self.issues[ticket] = issue

    def _reporter(self, ticket: Ticket) -> User:
        mine = self.rng.random() < 0.5
        return self._user(ticket.assignee.login if mine else self.rng.choice(self.people))

    def _user(self, who: Account | str) -> User:
        return self.world.create_user(who if isinstance(who, str) else who.login)

    # -- what happens to one -------------------------------------------------------------------------------------

    def _events(self, ticket: Ticket, issue: Issue) -> Iterator[Event]:
        moves = _tidy(self._epic(ticket) if ticket.type == EPIC else self._moves(ticket))
        by = {"by": self._user(ticket.assignee)}
        for at, status in moves:
            yield at, self._set_status, (status,), by
        if moves or self.rng.random() < 0.6:
            yield from self._assigned(ticket, moves[0][0] if moves else ticket.created_at + DAY)
        done = moves[-1][0] if moves and moves[-1][1] == DONE else None
        if not self.is_kanban and ticket.type not in {EPIC, SUBTASK}:
            yield from self._planned(ticket, done)
        if ticket.type not in {EPIC, SUBTASK, "Bug"} and self.rng.random() < 0.8:
            points = float(self.rng.choice((1, 1, 2, 2, 3, 3, 5, 8)))
            at = ticket.created_at + self.rng.randrange(60, HOUR)
            yield at, self.world.estimate, (points,), by
            if self.rng.random() < 0.07 and ticket.begun_at:
                yield ticket.begun_at + HOUR, self.world.estimate, (points + 2,), by

    def _set_status(self, issue: Issue, name: str, *, by: User, at: int) -> None:
        if issue.status.name != name:
            self.world.set_status(issue, name, by=by, at=at)

    def _assigned(self, ticket: Ticket, begun: int) -> Iterator[Event]:
        """To whoever begins it; a few had been meant for somebody else."""
        who = self._user(ticket.assignee)
        at = self.rng.randint(min(ticket.created_at + 60, begun - 1), begun - 1)
        if self.rng.random() < 0.1:
            first = self._user(self.rng.choice(self.people))
            yield at, self.world.assign, (first,), {"by": first}
            at = begun - 1
        yield at, self.world.assign, (who,), {"by": who}

    def _moves(self, ticket: Ticket) -> Iterator[tuple[int, str]]:
        """Into statuses: as its pull requests went, or straight to done, or no further than begun."""
        begun = ticket.begun_at
        if begun is None:
            if ticket.done_at:
                yield ticket.done_at, DONE
            return
        yield begun, IN_PROGRESS
        if not ticket.pulls:
            if self.rng.random() < 0.25:
                yield self.rng.randint(begun, UNTIL), BLOCKED
            return
        for pr in ticket.pulls:
            yield from self._in_review(pr)
        opened = ticket.pulls[0].created_at
        if opened - begun > 2 * DAY and self.rng.random() < 0.35:
            wait = opened - begun
            yield begun + int(wait * self.rng.uniform(0.1, 0.4)), BLOCKED
            yield begun + int(wait * self.rng.uniform(0.5, 0.9)), IN_PROGRESS
        merged = max(pr.merged_at or 0 for pr in ticket.pulls)
        for earlier in ticket.pulls[:-1]:
            if (earlier.merged_at or 0) < merged:
                yield (earlier.merged_at or 0) + 60, IN_PROGRESS
        done = merged + min(int(self.rng.lognormvariate(8.5, 1.5)), 3 * DAY)
        yield done, DONE
        if self.rng.random() < 0.05:
            again = done + self.rng.randrange(DAY // 2, 10 * DAY)
            yield again, IN_PROGRESS
            yield again + self.rng.randrange(HOUR, 2 * DAY), DONE

    def _in_review(self, pr: PullRequest) -> Iterator[tuple[int, str]]:
        """From when it was ready on, but for the time after changes were asked for."""
        drafts = [item for item in pr.timeline if item.kind == "ReadyForReviewEvent"]
        yield (drafts[-1].created_at if drafts else pr.created_at) + 60, IN_REVIEW
        for review in pr.reviews:
            if review.state == "CHANGES_REQUESTED":
                left = (pr.merged_at or 0) - review.created_at
                yield review.created_at + left // 20, IN_PROGRESS
                yield review.created_at + left * 2 // 3, IN_REVIEW

    def _epic(self, ticket: Ticket) -> Iterator[tuple[int, str]]:
        """Begun with the first issue below it, done some time after the last."""
        below = [one for one in self.tickets if one.parent is ticket]
        begun = [one.begun_at for one in below if one.begun_at]
        ends = [
            one.done_at or max((pr.merged_at or 0 for pr in one.pulls), default=0) for one in below
        ]
        if begun:
            yield min(begun), IN_PROGRESS
            if all(ends):
                yield max(ends) + self.rng.randrange(5 * DAY, 15 * DAY), DONE

    # -- sprints -------------------------------------------------------------------------------------------------

    def _planned(self, ticket: Ticket, done: int | None) -> Iterator[Event]:
        """Into the sprint that it was begun in, or one before; at its end what is not done goes into the next."""
        begun = ticket.begun_at
        if begun is None and (ticket.done_at or self.rng.random() < 0.5):
            return
        if ticket.type == "Bug" and self.rng.random() < 0.3:
            return
        wanted = begun or ticket.created_at + SPRINT
        place = next((n for n, one in enumerate(self.sprints) if wanted < (one.end or 0)), None)
        if place is None:
            return
        if place and self.rng.random() < 0.2:
            place -= 1
        who = {"by": self._user(self.rng.choice(self.people))}
        start = int(self.sprints[place].start or 0)
        before = start - self.rng.randrange(HOUR, 3 * DAY)
        at = before if before > ticket.created_at else max(ticket.created_at + 60, wanted - HOUR)
        yield at, self.world.plan, (self.sprints[place],), who
        if begun is None and self.rng.random() < 0.6:
            yield start + self.rng.randrange(DAY, 9 * DAY), self.world.plan, (), who
            return
        for number, (sprint, following) in enumerate(pairwise(self.sprints[place:]), start=1):
            end = int(sprint.end or 0)
            if (done and done < end) or end - HOUR > UNTIL:
                return
            if at < end:
                until_then = self.sprints[place : place + number]
                yield end - HOUR + 60, self.world.plan, (*until_then, following), who


def _tidy(moves: Iterator[tuple[int, str]]) -> list[tuple[int, str]]:
    """In order of time, and nothing after the last."""
    told = list(moves)
    last = max((at for at, status in told if status == DONE), default=None)
    found = sorted(told, key=lambda move: move[0])
    return [move for move in found if last is None or move[0] <= last]
