"""Workflow runs, every attempt with its jobs: a request for all jobs of a run, and one for each attempt but the last.

Runs are listed newest first, by the time they were created at. A search shows a thousand and no more, so each page
asks anew for what was created no later than the last one's end. A run that is started again keeps that time:
webhooks tell of it, and a full pass looks back as far as GitHub lets a run be started again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.db import transaction
from django.utils import timezone

from backend.delivery import store
from backend.delivery.models import Repository
from backend.delivery.records import WorkflowRunRecord
from backend.delivery.store.horizons import EVER, Kind, kept_since
from backend.sources import ledger, validators
from backend.sources.answers import Answer
from backend.sources.collected import Collected
from backend.sources.errors import Forbidden, NotFound, Overloaded
from backend.sources.github import artifacts, asking, normalise, payloads
from backend.sources.github.client import GitHub, next_page
from backend.sources.models import Cursor, Hint
from backend.sources.shapes import read

RUNS_A_PAGE: Final = 100
"""And a page a slice, since each of its runs costs a request of its own."""
SMALLEST_PAGE: Final = 12
RUNS_AT_ONCE: Final = 20
"""Stored together: so many runs' requests are lost at most when the work is cut short."""
OVERLAP: Final = timedelta(minutes=10)
"""A run may be listed somewhat later than it was created, and clocks differ."""
RERUN_WITHIN: Final = timedelta(days=31)
"""GitHub starts a run again up to 30 days after it was created."""
ENDS_WITHIN: Final = timedelta(days=35)
"""GitHub ends a run that takes longer."""


def collect_workflow_runs(
    repository: Repository, github: GitHub, *, full: bool = False
) -> Collected:
    """A slice of a pass over the repository's runs, newest first, down to what the last finished pass covered.

    `full` looks further back, for runs that were started again, and has their commits' checks read again; where
    the ledger has a gap, it reads to the very end. Only runs that are new or changed cost requests of their own.
    """
    cursor = ledger.cursor_of(repository, Hint.Kind.WORKFLOW_RUNS)
    floor, asked_at = _floor(cursor, full=full), timezone.now()
    tag = "" if full or cursor.page else validators.recall(repository.connection, _path(repository))
    try:
        page = _page(repository, github, cursor.page, unless=tag)
        if page is None:
            return _nothing_new(repository, github, cursor, asked_at)
        known = _known(repository, page.runs)
        heads = _store(repository, github, page.runs, known)
        finished = page.oldest is None or (
            floor is not None
            and page.oldest < floor
            and (_is_whole(page.runs[-1], known) or _is_over(page.runs[-1]))
        )
        if finished and page.oldest is not None:
            heads += _follow_unfinished(repository, github, page.oldest)
    except (Forbidden, NotFound) as error:
        return asking.note_unavailable(cursor, github, error)
    with transaction.atomic():
        if full:
            store.unsettle(repository=repository, shas=heads)
        whole = finished and not cursor.page
        validators.keep(
            connection=repository.connection,
            path=_path(repository),
            etag=page.etag if whole else "",
        )
        _advance(cursor, page, asked_at, finished=finished)
    return Collected(stored=len(heads), more=not finished)


def collect_workflow_run(repository: Repository, github: GitHub, run_id: int) -> Collected:
    """One run as it is now, with all its attempts. One that is gone at the source stays here."""
    try:
        run = _run(repository, github, run_id)
        if run is None:
            return Collected(notes=[f"The source no longer has workflow run {run_id}."])
        heads = _store(repository, github, [run], _known(repository, [run]))
        return Collected(stored=len(heads))
    except Forbidden as error:
        cursor = ledger.cursor_of(repository, Hint.Kind.WORKFLOW_RUNS)
        return asking.note_unavailable(cursor, github, error)


Known = dict[tuple[int, int], datetime]
"""Finished attempts that are stored, with the time of their last change."""


@dataclass(frozen=True)
class _Page:
    runs: list[payloads.WorkflowRun]
    total: int
    """All runs of the repository on a pass's first page; later pages count less."""
    oldest: datetime | None
    """Where the next page begins; None on the last one."""
    etag: str


def _floor(cursor: Cursor, *, full: bool) -> datetime | None:
    """How far down a pass reads at least; None: to the very end. What was over before it is kept is not read."""
    if cursor.complete_to is None or (full and cursor.gap):
        since = kept_since(Kind.TEST_RUNS)
        return None if since == EVER else since - ENDS_WITHIN
    floor = cursor.complete_to - OVERLAP
    return min(floor, timezone.now() - RERUN_WITHIN) if full else floor


def _page(repository: Repository, github: GitHub, created_to: str, *, unless: str) -> _Page | None:
    """The newest runs, or the newest of those created up to a time. Several, where all of it fell on one second.

    None where the page is still the one that the entity tag `unless` stands for.
    """
    answer = _listing(repository, github, created_to, unless)
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return None
    found = read(payloads.WorkflowRuns, answer.body)
    runs, further = list(found.workflow_runs), next_page(answer.headers)
    while further and created_to and _text(_oldest(runs)) == created_to:
        answer = github.get(further)
        runs += read(payloads.WorkflowRuns, answer.body).workflow_runs
        further = next_page(answer.headers)
    return _Page(runs, found.total_count, _oldest(runs) if further else None, answer.etag)


def _nothing_new(
    repository: Repository, github: GitHub, cursor: Cursor, asked_at: datetime
) -> Collected:
    """The first page is as it was when a pass last ended on it: only what is older can have changed, by finishing."""
    created = repository.workflow_runs.order_by("-created_at").values_list("created_at", flat=True)
    below = created[RUNS_A_PAGE - 1 : RUNS_A_PAGE].first()
    heads = _follow_unfinished(repository, github, below) if below else []
    cursor.complete_to = cursor.counted_at = asked_at
    cursor.unavailable = ""
    ledger.save(cursor)
    return Collected(stored=len(heads))


def _listing(repository: Repository, github: GitHub, created_to: str, unless: str) -> Answer:
    """A page as large as the server takes it."""
    search = {"created": f"<={created_to}"} if created_to else {}
    size = RUNS_A_PAGE
    while True:
        try:
            return github.get(_path(repository), {"per_page": size, **search}, unless=unless)
        except Overloaded:
            if size <= SMALLEST_PAGE:
                raise
            size //= 2


def _oldest(runs: Sequence[payloads.WorkflowRun]) -> datetime:
    return min(run.created_at for run in runs)


def _advance(cursor: Cursor, page: _Page, asked_at: datetime, *, finished: bool) -> None:
    if not cursor.page:
        cursor.pass_top, cursor.stored, cursor.expected = asked_at, 0, page.total
    cursor.stored += len(page.runs)
    cursor.unavailable = ""
    held = ledger.whose(cursor).workflow_runs.values("external_id").distinct().count()
    if finished:
        cursor.complete_to = cursor.pass_top
        ledger.count(cursor, expected=cursor.expected or 0, held=held, what="workflow runs")
        ledger.close(cursor)
    else:
        cursor.page = _text(page.oldest)
        cursor.held, cursor.counted_at = held, asked_at
    ledger.save(cursor)


def _follow_unfinished(repository: Repository, github: GitHub, before: datetime) -> list[str]:
    """Runs that this pass did not reach and that had not finished when they were last seen; see _store."""
    unfinished = (
        repository.workflow_runs.exclude(status="completed")
        .filter(created_at__lt=before, created_at__gt=timezone.now() - ENDS_WITHIN)
        .values_list("external_id", flat=True)
        .distinct()
    )
    found = (_run(repository, github, external_id) for external_id in unfinished)
    runs = [run for run in found if run is not None]
    return _store(repository, github, runs, _known(repository, runs))


def _run(repository: Repository, github: GitHub, run_id: int) -> payloads.WorkflowRun | None:
    """None: it is gone at the source. Raises NotFound where the repository is."""
    try:
        answer = github.get(f"{_path(repository)}/{run_id}")
    except NotFound:
        github.repository(repository.external_id)
        return None
    return read(payloads.WorkflowRun, answer.body)


def _store(
    repository: Repository, github: GitHub, runs: Sequence[payloads.WorkflowRun], known: Known
) -> list[str]:
    """Fetch and store what is new or changed of these runs; the head commit of each attempt that was."""
    wanted = [run for run in runs if not (_is_whole(run, known) or _is_over(run))]
    heads: list[str] = []
    for begin in range(0, len(wanted), RUNS_AT_ONCE):
        attempts = [
            attempt
            for run in wanted[begin : begin + RUNS_AT_ONCE]
            for attempt in _attempts(repository, github, run, known)
        ]
        store.store_workflow_runs(repository=repository, runs=attempts)
        artifacts.arm(repository, attempts)
        heads += [attempt.head_sha for attempt in attempts]
    return heads


def _known(repository: Repository, runs: Sequence[payloads.WorkflowRun]) -> Known:
    stored = repository.workflow_runs.filter(
        external_id__in=[run.id for run in runs], status="completed"
    ).values_list("external_id", "attempt", "updated_at")
    return {(external_id, attempt): updated_at for external_id, attempt, updated_at in stored}


def _is_whole(run: payloads.WorkflowRun, known: Known) -> bool:
    """With the last attempt came the earlier ones, as far as the source still has them."""
    return known.get((run.id, run.run_attempt)) == run.updated_at


def _is_over(run: payloads.WorkflowRun) -> bool:
    return run.updated_at < kept_since(Kind.TEST_RUNS)


def _attempts(
    repository: Repository, github: GitHub, run: payloads.WorkflowRun, known: Known
) -> Iterator[WorkflowRunRecord]:
    """The latest attempt, and the earlier ones that are not stored yet. What is gone meanwhile is passed over."""
    path = f"{_path(repository)}/{run.id}"
    try:
        jobs = list(_jobs(github, path))
    except NotFound:
        github.repository(repository.external_id)
        return
    for attempt in range(1, run.run_attempt):
        if (run.id, attempt) in known:
            continue
        try:
            answer = github.get(f"{path}/attempts/{attempt}")
        except NotFound:
            github.repository(repository.external_id)
            continue
        yield normalise.workflow_run(read(payloads.WorkflowRun, answer.body), jobs)
    yield normalise.workflow_run(run, jobs)


def _jobs(github: GitHub, path: str) -> Iterator[payloads.WorkflowJob]:
    """The jobs of all attempts."""
    answer = github.get(f"{path}/jobs", {"filter": "all", "per_page": 100})
    while True:
        yield from read(payloads.WorkflowJobs, answer.body).jobs
        further = next_page(answer.headers)
        if not further:
            return
        answer = github.get(further)


def _path(repository: Repository) -> str:
    return f"/repos/{repository.name_with_owner}/actions/runs"


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
