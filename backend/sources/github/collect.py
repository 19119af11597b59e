"""From GitHub to the store. Each verb is a slice of work that can be cut short at any moment and begun again.

What a slice stores and the cursor that says so move in one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery import store
from backend.delivery.models import Repository
from backend.people.store import store_teams
from backend.sources.github import normalise, pages
from backend.sources.github.client import GitHub, PageLost
from backend.sources.http import CredentialRefused, NotFound, SourceError
from backend.sources.models import Cursor, Hint

OVERLAP: Final = timedelta(minutes=10)
"""How far behind the last pass the next one reads: the source's own clock and index lag."""
PAGES_A_SLICE: Final = 8
"""After so many pages others get their turn; the cursor knows where to go on."""


@dataclass
class Collected:
    """What a slice did. `more`: there is more to do at once; `notes`: what a person should know all the same."""

    stored: int = 0
    more: bool = False
    notes: list[str] = field(default_factory=list)


def collect_connection(connection: Connection, github: GitHub) -> Collected:
    """Repositories, and the teams of their organisations. A repository no longer listed has lost its access."""
    wanted = connection.organisations or [""]
    found = [repo for organisation in wanted for repo in github.repositories(organisation)]
    records = [normalise.repository(payload) for payload in found]
    store.store_repositories(connection=connection, repositories=records)
    told = {record.external_id for record in records}
    for repository in connection.repositories.filter(state=Repository.State.ACTIVE):
        if repository.external_id not in told:
            store.mark_unreachable(repository=repository, gone=False)
    result = Collected(stored=len(records))
    _collect_teams(connection, github, {r.name_with_owner.split("/")[0] for r in records}, result)
    return result


def _collect_teams(
    connection: Connection, github: GitHub, organisations: set[str], result: Collected
) -> None:
    for organisation in sorted(organisations):
        try:
            found = list(pages.teams(github, organisation=organisation))
        except NotFound:
            continue  # A person, whose own repositories have no teams.
        except SourceError as error:
            if not error.permanent or isinstance(error, CredentialRefused):
                raise
            result.notes.append(
                f"Teams of {organisation} could not be read: {error.reason} {error.action}"
            )
            continue
        store_teams(connection=connection, teams=[normalise.team(payload) for payload in found])


def collect_repository(connection: Connection, github: GitHub, external_id: int) -> Collected:
    """One repository by id, after a word that it changed. Raises NotFound."""
    record = normalise.repository(github.repository(external_id))
    store.store_repositories(connection=connection, repositories=[record])
    return Collected(stored=1)


def collect_pull_request(repository: Repository, github: GitHub, number: int) -> Collected:
    """One pull request, as it is now. Raises NotFound."""
    payload = pages.one(github, name_with_owner=repository.name_with_owner, number=number)
    store.store_pull_requests(
        repository=repository, pull_requests=[normalise.pull_request(payload)]
    )
    return Collected(stored=1)


def collect_pull_requests(
    repository: Repository,
    github: GitHub,
    *,
    reconcile: bool = False,
    on_page: Callable[[int], None] = lambda _: None,
) -> Collected:
    """A slice of a pass over the repository's pull requests, those changed last first.

    A pass reads down to what the last finished one covered, less an overlap; the first, and a reconciling one, to the
    very end. What changes meanwhile moves to the top, where the next pass finds it. `on_page` is told the number
    of pull requests read.
    """
    cursor = _cursor(repository, Hint.Kind.RECONCILE if reconcile else Hint.Kind.PULL_REQUESTS)
    size, result = pages.PageSize(), Collected()
    for _ in range(PAGES_A_SLICE):
        try:
            page = pages.newest_changed(
                github,
                name_with_owner=repository.name_with_owner,
                after=cursor.page or None,
                size=size,
            )
        except PageLost:
            _begin_anew(cursor)
            return Collected(result.stored, more=True, notes=result.notes)
        records = [normalise.pull_request(payload) for payload in page.pull_requests]
        finished = page.after is None or _reached(
            records[-1].updated_at if records else None,
            None if reconcile or cursor.complete_to is None else cursor.complete_to - OVERLAP,
        )
        with transaction.atomic():
            store.store_pull_requests(
                repository=repository, pull_requests=records, reconcile=reconcile
            )
            _advance(cursor, page, [record.updated_at for record in records], finished=finished)
        result.stored += len(records)
        on_page(len(records))
        if finished:
            return result
    result.more = True
    return result


def _reached(last: datetime | None, down_to: datetime | None) -> bool:
    return last is None or (down_to is not None and last < down_to)


def _advance(
    cursor: Cursor, page: pages.PullRequestsPage, times: list[datetime], *, finished: bool
) -> None:
    """A finished pass covers everything up to the newest change that it began with, by the source's own clock."""
    if cursor.pass_top is None and times:
        # A time in the future, by a fault or a joke, must not make later passes stop before they began.
        now = timezone.now()
        cursor.pass_top = max((time for time in times if time <= now), default=now)
    cursor.expected = page.total
    cursor.stored = min(page.total, cursor.stored + len(times))
    cursor.page = page.after or ""
    if finished:
        cursor.complete_to = cursor.pass_top or cursor.complete_to
        cursor.stored = page.total
        _close(cursor)
    cursor.save()


def _begin_anew(cursor: Cursor) -> None:
    cursor.stored = 0
    _close(cursor)
    cursor.save()


def _close(cursor: Cursor) -> None:
    cursor.page, cursor.pass_top = "", None


def _cursor(repository: Repository, kind: str) -> Cursor:
    found, _ = Cursor.objects.get_or_create(
        repository=repository, kind=kind, defaults={"connection": repository.connection}
    )
    return found
