"""Pull requests: one of them, or a pass over a repository's, those changed last first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.delivery import store
from backend.delivery.models import Repository
from backend.sources import ledger
from backend.sources.collected import Collected
from backend.sources.github import normalise, pages
from backend.sources.github.client import GitHub, PageLost
from backend.sources.models import Cursor, Hint
from backend.sources.page_size import PageSize

OVERLAP: Final = timedelta(minutes=10)
"""How far behind the last pass the next one reads: the source's own clock and index lag."""
PAGES_A_SLICE: Final = 8
"""After so many pages others get their turn; the cursor knows where to go on."""


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
    """A slice of a pass over the repository's pull requests.

    A pass reads down to what the last finished one covered, less an overlap; the first, and a reconciling one, to the
    very end. What changes meanwhile moves to the top, where the next pass finds it. `on_page` is told the number
    of pull requests read.
    """
    kind = Hint.Kind.RECONCILE if reconcile else Hint.Kind.PULL_REQUESTS
    cursor = ledger.cursor_of(repository, kind)
    size, result = PageSize(), Collected()
    for _ in range(PAGES_A_SLICE):
        try:
            page = pages.newest_changed(
                github,
                name_with_owner=repository.name_with_owner,
                after=cursor.page or None,
                size=size,
            )
        except PageLost:
            cursor.stored = 0
            ledger.close(cursor)
            ledger.save(cursor)
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
    if cursor.pass_top is None:
        # A time in the future, by a fault or a joke, must not make later passes stop before they began.
        now = timezone.now()
        cursor.pass_top = max((time for time in times if time <= now), default=now)
        if cursor.kind == Hint.Kind.RECONCILE:
            cursor.stored = 0
    cursor.stored = min(page.total, cursor.stored + len(times))
    cursor.page = page.after or ""
    if finished:
        cursor.complete_to = cursor.pass_top
        cursor.stored = page.total
        ledger.close(cursor)
    _count(cursor, page.total)
    ledger.save(cursor)
    if finished and cursor.kind == Hint.Kind.RECONCILE:
        _cover(cursor)


def _count(cursor: Cursor, total: int | None) -> None:
    held = ledger.whose(cursor).pull_requests.count()
    ledger.count(cursor, expected=total, held=held, what="pull requests")


def _cover(reconciled: Cursor) -> None:
    """Whoever read everything also read what is new; its numbers are the ones the ledger shows."""
    cursor = ledger.cursor_of(ledger.whose(reconciled), Hint.Kind.PULL_REQUESTS)
    covered = [time for time in (cursor.complete_to, reconciled.complete_to) if time]
    cursor.complete_to = max(covered, default=None)
    _count(cursor, reconciled.expected)
    ledger.save(cursor)
