"""Stored rows for tests, with what a test does not care about filled in."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import (
    PendingMeasurement,
    PullRequest,
    PullRequestCommit,
    PullRequestEvent,
    PullRequestFile,
    Repository,
    Review,
)
from backend.people.models import Identity, Membership, Person, Team
from backend.sources.models import Cursor, Hint

_numbers = count(1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""Where tests have their pull requests, if they do not say otherwise."""


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def a_connection(**values: object) -> Connection:
    number = next(_numbers)
    defaults = {
        "slug": f"ghes-{number}",
        "kind": "github",
        "name": "ghes",
        "url": "https://ghes.example",
        "state": "working",
    }
    return Connection.objects.create(**defaults | values)


def a_repository(connection: Connection | None = None, **values: object) -> Repository:
    number = next(_numbers)
    defaults = {
        "connection": connection or a_connection(),
        "external_id": number,
        "node_id": f"R_{number}",
        "name_with_owner": f"org/repo{number}",
        "default_branch": "main",
        "visibility": "private",
        "is_archived": False,
        "is_fork": False,
        "updated_at": MONDAY,
    }
    return Repository.objects.create(**defaults | values)


def a_cursor(repository: Repository, kind: str = "pull_requests", **values: object) -> Cursor:
    """What the ledger holds of one kind of a repository."""
    return Cursor.objects.create(
        connection=repository.connection, repository=repository, kind=kind, **values
    )


def a_hint(repository: Repository, kind: str = "pull_requests", **values: object) -> Hint:
    """Something of a repository that waits to be fetched."""
    now = timezone.now()
    defaults = {"received_at": now, "due_at": now}
    return Hint.objects.create(
        connection=repository.connection,
        container_external_id=repository.external_id,
        kind=kind,
        **defaults | values,
    )


def an_identity(connection: Connection, *, person: bool = True, **values: object) -> Identity:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "connection": connection,
        "kind": "user",
        "external_id": number,
        "login": f"dev{number:04}",
    }
    if person:
        defaults["person"] = Person.objects.create(name=f"dev{number:04}")
    return Identity.objects.create(**defaults | values)


def a_team(
    *members: Identity,
    slug: str = "",
    parent: Team | None = None,
    since: date | None = None,
    until: date | None = None,
    **values: object,
) -> Team:
    slug = slug or f"team-{next(_numbers)}"
    team = Team.objects.create(slug=slug, name=slug.title(), parent=parent, **values)
    for member in members:
        assert member.person is not None
        Membership.objects.create(team=team, person=member.person, starts_on=since, ends_on=until)
    return team


@dataclass
class History:
    """Adds pull requests to one repository. Times are told in hours since the pull request was opened."""

    repository: Repository = field(default_factory=a_repository)

    def pull(  # noqa: PLR0913 - each says one thing about a pull request
        self,
        author: Identity | None,
        *,
        opened: datetime = MONDAY,
        merged: float | None = None,
        closed: float | None = None,
        commits: tuple[float, ...] = (-1,),
        reviews: tuple[tuple[float, str, Identity | None], ...] = (),
        events: tuple[tuple[float, str], ...] = (),
        lines: int = 10,
        generated: int = 0,
        draft: bool = False,
        **values: object,
    ) -> PullRequest:
        number = next(_numbers)
        merged_at = None if merged is None else opened + hours(merged)
        closed_at = merged_at if closed is None else opened + hours(closed)
        state = "merged" if merged_at else "closed" if closed_at else "open"
        defaults = {
            "repository": self.repository,
            "external_id": number,
            "node_id": f"PR_{number}",
            "number": number,
            "title": f"Change {number}",
            "state": state,
            "is_draft": draft,
            "author": author,
            "created_at": opened,
            "updated_at": opened,
            "merged_at": merged_at,
            "closed_at": closed_at,
            "base_ref": "main",
            "head_ref": f"topic-{number}",
            "head_sha": f"{number:040x}",
            "merge_sha": f"{number:032x}deadbeef" if merged_at else "",
            "additions": lines + generated,
            "deletions": 0,
            "changed_files": 1 + bool(generated),
            "commit_count": len(commits),
        }
        pull = PullRequest.objects.create(**defaults | values)
        self._parts(pull, commits=commits, reviews=reviews, events=events)
        self._file(pull, "src/main.py", lines, is_generated=False)
        if generated:
            self._file(pull, "package-lock.json", generated, is_generated=True)
        PendingMeasurement.objects.create(pull_request=pull)
        return pull

    def _parts(
        self,
        pull: PullRequest,
        *,
        commits: tuple[float, ...],
        reviews: tuple[tuple[float, str, Identity | None], ...],
        events: tuple[tuple[float, str], ...],
    ) -> None:
        opened = pull.created_at
        PullRequestCommit.objects.bulk_create(
            PullRequestCommit(
                pull_request=pull,
                sha=f"{pull.number:032x}{position:08x}",
                position=position,
                authored_at=opened + hours(at),
                committed_at=opened + hours(at),
                author=pull.author,
                additions=1,
                deletions=0,
            )
            for position, at in enumerate(commits)
        )
        Review.objects.bulk_create(
            Review(
                pull_request=pull,
                external_id=f"PRR_{next(_numbers)}",
                state=state,
                author=by,
                submitted_at=opened + hours(at),
            )
            for at, state, by in reviews
        )
        PullRequestEvent.objects.bulk_create(
            PullRequestEvent(
                pull_request=pull,
                external_id=f"E_{next(_numbers)}",
                kind=kind,
                occurred_at=opened + hours(at),
            )
            for at, kind in events
        )

    def _file(self, pull: PullRequest, path: str, lines: int, *, is_generated: bool) -> None:
        PullRequestFile.objects.create(
            pull_request=pull,
            path=path,
            additions=lines,
            deletions=0,
            change="modified",
            is_generated=is_generated,
        )
