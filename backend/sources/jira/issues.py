"""Issues: one of them; all of a project, those changed last first; and what changed in all projects since the last
look.

Searches are told times as milliseconds: a time in quotes would be taken for one of the account's own zone, by the
minute. What is paged over moves while it is read, so a page goes on from the time of the last one's end and never from
its number.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.connections.models import Connection
from backend.delivery.models import Issue, Project
from backend.delivery.store.horizons import EVER, Kind, kept_since
from backend.delivery.store.issues import mark_issues_deleted, store_issues
from backend.delivery.store.projects import mark_project_unreachable
from backend.sources import hints, ledger
from backend.sources.collected import Collected
from backend.sources.errors import NotFound
from backend.sources.jira.addresses import CLOUD
from backend.sources.jira.client import LARGEST_PAGE, Jira, Page
from backend.sources.jira.refusals import ProjectsUnknown
from backend.sources.models import Cursor, Hint

OVERLAP: Final = timedelta(minutes=10)
"""How far behind the newest change that is stored the next look begins: what is changed is found after a while only."""
OVERLAP_OF_CLOUD: Final = timedelta(minutes=15)
PAGES_A_SLICE: Final = 8
OUT_OF_REACH: Final = "The source hides it from the credential, or it was deleted."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def collect_issue(
    connection: Connection, jira: Jira, external_id: int, *, deleted: bool = False
) -> Collected:
    """One issue, as it is now. Where it is not to be had, and a signed word says that it was deleted, it is marked so.

    Of a project that is not read, only one that is known already is stored: it has moved there.
    """
    try:
        issue = jira.issue(external_id)
    except NotFound:
        if deleted:
            mark_issues_deleted(
                connection=connection, external_ids=[external_id], at=timezone.now()
            )
        return Collected(notes=[] if deleted else [f"Issue {external_id}: {OUT_OF_REACH}"])
    read = Project.objects.filter(
        connection=connection,
        external_id=issue.project_external_id,
        state=Project.State.ACTIVE,
    )
    known = Issue.objects.filter(connection=connection, external_id=external_id)
    if not read.exists() and not known.exists():
        return Collected(notes=[f"Issue {external_id} is of a project that is not read."])
    return Collected(stored=store_issues(connection=connection, issues=[issue]))


def collect_project_issues(
    project: Project,
    jira: Jira,
    *,
    full: bool = False,
    on_page: Callable[[int], None] = lambda _: None,
) -> Collected:
    """A slice of a pass over all issues of a project, those changed last first. `full`: the source is right.

    What changes meanwhile is beyond the time that the pass began at, where the connection's next look finds it.
    """
    cursor = ledger.cursor_of_project(project, Hint.Kind.ISSUES)
    jql = f"project = {quoted(project)}{kept()}"
    if not cursor.page:
        cursor.pass_top, cursor.stored = timezone.now(), 0
    at = int(cursor.page) if cursor.page else None
    walk, result = _Walk(jira, jql, downward=True, at=at), Collected()
    for page in walk.slice():
        with transaction.atomic():
            store_issues(connection=project.connection, issues=page.issues, reconcile=full)
            cursor.stored += walk.fresh(page)
            cursor.page = "" if walk.at is None else str(walk.at)
            if walk.ended:
                cursor.complete_to = cursor.pass_top
                ledger.close(cursor)
            ledger.save(cursor)
        result.stored += len(page.issues)
        result.notes += _refused(page)
        on_page(cursor.stored)
    if walk.lost is not None:
        mark_project_unreachable(project=project, gone=False, reason=walk.lost.reason)
        result.notes.append(walk.lost.reason)
    elif walk.ended:
        count(project, jira, cursor)
    else:
        result.more = True
    return result


def collect_changed_issues(connection: Connection, jira: Jira) -> Collected:
    """A slice of what changed in all projects that are read, in the order of its change, with an overlap and no end."""
    cursor = ledger.cursor_of_connection(connection, Hint.Kind.ISSUES)
    projects = Project.objects.filter(connection=connection, state=Project.State.ACTIVE)
    names = [quoted(project) for project in projects.order_by("key")]
    if not names or cursor.complete_to is None:
        return Collected(notes=["No project is read yet."])
    overlap = OVERLAP_OF_CLOUD if jira.dialect == CLOUD else OVERLAP
    if not cursor.page:
        cursor.page = str(_milliseconds(cursor.complete_to - overlap))
        cursor.stored, cursor.pass_top = 0, None
    jql = f"project in ({', '.join(names)})"
    at, *doubt = map(int, cursor.page.split())
    walk = _Walk(jira, jql, downward=False, at=at, doubt=doubt[0] if doubt else None)
    result = Collected()
    for page in walk.slice():
        if not walk.ended and cursor.pass_top is None:
            cursor.pass_top = jira.server().time or timezone.now()
        if cursor.pass_top is not None:
            walk.trust(cursor.pass_top - overlap)
        reached = cursor.pass_top or cursor.complete_to
        if walk.ended and cursor.pass_top is None:
            reached = _newest(page, reached, jira)
        if walk.doubt is not None:
            # The next look begins there.
            reached = min(reached, _EPOCH + walk.doubt * _MILLISECOND + overlap)
        with transaction.atomic():
            result.stored += store_issues(connection=connection, issues=page.issues)
            cursor.stored += len(page.issues)
            cursor.page = f"{walk.at} {walk.doubt}" if walk.doubt is not None else str(walk.at)
            if walk.ended:
                cursor.complete_to = max(cursor.complete_to, reached)
                ledger.close(cursor)
            ledger.save(cursor)
        result.notes += _refused(page)
    if walk.lost is not None:
        return _without(projects, walk.lost, result)
    result.more = not walk.ended
    return result


def quoted(project: Project) -> str:
    """As a query names it: a key may be one of its own words, such as ORDER."""
    return json.dumps(project.key)


def kept() -> str:
    """A clause that leaves out what is older than is kept: done, and not changed since."""
    since = kept_since(Kind.ISSUES)
    if since == EVER:
        return ""
    return f" AND (updated >= {_milliseconds(since)} OR statusCategory != Done)"


def count(project: Project, jira: Jira, cursor: Cursor) -> None:
    """Set the source's number of the project's issues against the stored one."""
    expected = jira.count(f"project = {quoted(project)}{kept()}")
    if expected is not None:
        held = Issue.objects.filter(project=project, deleted_at=None).count()
        ledger.count(cursor, expected=expected, held=held, what="issues")
        ledger.save(cursor)


class _Walk:
    """Pages through the issues that a query finds, by the time of their last change.

    Each page begins at the time where the last one ended, that one included: what stands there is read again, and
    nothing is passed over though issues come and go meanwhile.

    A search goes by what its index knows and tells issues as they are: what changed a moment ago may stand where it
    stood before. Upward, such a one must not be taken for the place that was reached: `trust` says how old a time must
    be. Where a page has nothing to go on by, its number is; it is followed to its end within the slice. What changed a
    moment ago leaves such a page for the end, and those behind it move up, past the next number: so from where that
    began all is in `doubt`, and read once more by the next look.
    """

    def __init__(
        self, jira: Jira, jql: str, *, downward: bool, at: int | None, doubt: int | None = None
    ) -> None:
        self._jira, self._jql, self._downward = jira, jql, downward
        self.at = at
        """Milliseconds since 1970: where the next page begins. None: at the very end."""
        self.doubt = doubt
        """Milliseconds since 1970; None: nothing is in doubt."""
        self.ended = False
        self.lost: ProjectsUnknown | None = None
        """Projects that the query names and the account may no longer see: the walk ends there."""
        self._further = ""
        self._seen: set[int] = set()
        self._page: Page | None = None
        self._trusted: int | None = None

    def slice(self) -> Iterator[Page]:
        """Some pages, the place moved on once each was taken."""
        taken = 0
        while not self.ended and (taken < PAGES_A_SLICE or self._further):
            try:
                self._page = self._ask()
            except ProjectsUnknown as error:
                self.lost = error
                return
            self.ended = not self._page.next
            if self._downward:
                self._move_on(self._page)
            taken += 1
            yield self._page

    def trust(self, until: datetime) -> None:
        """What changed before this stands in its place; move on by it."""
        self._trusted = _milliseconds(until)
        if self._page is not None:
            self._move_on(self._page)

    def fresh(self, page: Page) -> int:
        """How many of the page's issues were on none before; of those of the last edge, which alone stand twice."""
        ids = {issue.external_id for issue in page.issues}
        new = len(ids - self._seen)
        edge = {one.external_id for one in page.issues if _milliseconds(one.updated_at) == self.at}
        self._seen = edge | (self._seen if self._further else set())
        return new

    def _ask(self) -> Page:
        sign, order = ("<=", "DESC") if self._downward else (">=", "ASC")
        bound = "" if self.at is None else f" AND updated {sign} {self.at}"
        return self._jira.search(
            f"{self._jql}{bound} ORDER BY updated {order}, key {order}",
            page=self._further,
            size=LARGEST_PAGE,
        )

    def _move_on(self, page: Page) -> None:
        told = [_milliseconds(issue.updated_at) for issue in page.issues]
        times = [one for one in told if self._trusted is None or one < self._trusted]
        edge = (min if self._downward else max)(times, default=self.at)
        moved = edge != self.at
        self._further = "" if moved else page.next
        if self._further and len(times) < len(told) and self.doubt is None:
            self.doubt = self.at
        self.at = edge


def _newest(page: Page, known: datetime, jira: Jira) -> datetime:
    """An issue dated ahead, by a fault or a joke, must not hide from later looks what changes until then."""
    newer = [one.updated_at for one in page.issues if one.updated_at > known]
    now = (jira.server().time or timezone.now()) if newer else known
    return max((time for time in newer if time <= now), default=known)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _refused(page: Page) -> Sequence[str]:
    return [f"Issue {number or 'without an id'}: {reason}" for number, reason in page.refused]


def _without(projects: Collection[Project], error: ProjectsUnknown, result: Collected) -> Collected:
    """Some lost their permission: each is looked at by itself, and the others are asked for without them."""
    named = set(error.projects)
    lost = [one for one in projects if {str(one.external_id), one.key} & named]
    if not lost:
        raise error
    for project in lost:
        mark_project_unreachable(project=project, gone=False, reason=error.reason)
        hints.arm(
            connection=project.connection,
            kind=Hint.Kind.PROJECT,
            container_external_id=project.external_id,
        )
    result.notes.append(error.reason)
    result.more = True
    return result
