"""What machines say of commits: checks and statuses, workflow runs and their jobs."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from backend.delivery.deployment_rules import CHECK, WORKFLOW
from backend.delivery.models import (
    CheckSuite,
    CommitStatus,
    HeadCommit,
    Repository,
    WorkflowRun,
)
from backend.delivery.records import (
    ChecksRecord,
    CheckSuiteRecord,
    CommitStatusRecord,
    WorkflowRunRecord,
)
from backend.delivery.store.horizons import Kind, kept_since
from backend.delivery.store.nameless import without_logins
from backend.delivery.store.pending import note_deployments
from backend.delivery.store.pending_runs import note_test_runs
from backend.delivery.store.tables import (
    INT,
    TEXT,
    TIME,
    Table,
    one_writer,
    row,
    upsert,
)
from backend.people.store import resolve_identities

HEAD_COMMITS = Table(
    "delivery_headcommit",
    ("repository_id", "sha"),
    {"repository_id": INT, "sha": TEXT, "read_at": TIME, "is_settled": "boolean"},
)
CHECK_SUITES = Table(
    "delivery_checksuite",
    ("repository_id", "external_id"),
    {
        "repository_id": INT, "external_id": INT, "head_sha": TEXT, "branch": TEXT, "app": TEXT,
        "status": TEXT, "conclusion": TEXT, "workflow_run_external_id": INT, "created_at": TIME,
        "updated_at": TIME,
    },
)  # fmt: skip
CHECK_RUNS = Table(
    "delivery_checkrun",
    ("suite_id", "external_id"),
    {
        "suite_id": INT, "external_id": INT, "name": TEXT, "status": TEXT, "conclusion": TEXT,
        "started_at": TIME, "completed_at": TIME,
    },
)  # fmt: skip
STATUSES = Table(
    "delivery_commitstatus",
    ("repository_id", "sha", "context"),
    {
        "repository_id": INT, "sha": TEXT, "context": TEXT, "state": TEXT, "creator_id": INT,
        "created_at": TIME,
    },
)  # fmt: skip
WORKFLOW_RUNS = Table(
    "delivery_workflowrun",
    ("repository_id", "external_id", "attempt"),
    {
        "repository_id": INT, "external_id": INT, "attempt": INT, "workflow_external_id": INT,
        "workflow": TEXT, "run_number": INT, "event": TEXT, "head_branch": TEXT, "head_sha": TEXT,
        "status": TEXT, "conclusion": TEXT, "actor_id": INT, "created_at": TIME, "started_at": TIME,
        "updated_at": TIME,
    },
)  # fmt: skip
JOBS = Table(
    "delivery_workflowjob",
    ("run_id", "external_id"),
    {
        "run_id": INT, "external_id": INT, "name": TEXT, "status": TEXT, "conclusion": TEXT,
        "created_at": TIME, "started_at": TIME, "completed_at": TIME,
    },
)  # fmt: skip


@transaction.atomic
def store_checks(
    *, repository: Repository, checks: Sequence[ChecksRecord], read_at: datetime
) -> int:
    """Store what was checked of commits; `read_at` is when the source was asked.

    Returns how many commits were taken: one that was read later already is left alone.
    """
    one_writer(repository)
    newer = set(
        repository.head_commits.filter(
            sha__in=[record.sha for record in checks], read_at__gt=read_at
        ).values_list("sha", flat=True)
    )
    accepted = {record.sha: record for record in checks if record.sha not in newer}
    if not accepted:
        return 0
    since = kept_since(Kind.TEST_RUNS)
    suites = [(r.sha, one) for r in accepted.values() for one in r.suites or ()]
    statuses = [(r.sha, one) for r in accepted.values() for one in r.statuses or ()]
    changed = _store_suites(
        repository, [(sha, one) for sha, one in suites if one.updated_at >= since]
    ) | _store_statuses(
        repository, [(sha, one) for sha, one in statuses if one.created_at >= since]
    )
    note_test_runs(repository_id=repository.pk, shas=changed)
    heads = [
        row(HEAD_COMMITS, record, repository_id=repository.pk, read_at=read_at)
        for record in accepted.values()
    ]
    upsert(HEAD_COMMITS, heads, returning="id")
    return len(accepted)


def _store_suites(repository: Repository, told: Sequence[tuple[str, CheckSuiteRecord]]) -> set[str]:
    """The commits of which anything changed; likewise below."""
    suites = [
        row(CHECK_SUITES, suite, repository_id=repository.pk, head_sha=sha) for sha, suite in told
    ]
    changed = upsert(CHECK_SUITES, without_logins(repository, suites, "branch"), returning="id")
    ids = dict(
        CheckSuite.objects.filter(
            repository=repository, external_id__in=[suite.external_id for _, suite in told]
        ).values_list("external_id", "pk")
    )
    runs = [
        row(CHECK_RUNS, run, suite_id=ids[suite.external_id])
        for _, suite in told
        for run in suite.runs
    ]
    changed += upsert(CHECK_RUNS, runs, returning="suite_id")
    if changed:
        note_deployments(repository_ids=[repository.pk], sources=[CHECK])
    written = set(changed)
    return {sha for sha, suite in told if ids[suite.external_id] in written}


def _store_statuses(
    repository: Repository, told: Sequence[tuple[str, CommitStatusRecord]]
) -> set[str]:
    creators = resolve_identities(
        connection=repository.connection,
        accounts=(status.creator for _, status in told if status.creator),
    )
    rows = [
        row(
            STATUSES,
            status,
            repository_id=repository.pk,
            sha=sha,
            creator_id=creators[status.creator] if status.creator else None,
        )
        for sha, status in told
    ]
    changed = upsert(STATUSES, rows, returning="id")
    found = CommitStatus.objects.filter(pk__in=changed).values_list("sha", flat=True)
    return set(found) if changed else set()


@transaction.atomic
def unsettle(*, repository: Repository, shas: Iterable[str] | None = None) -> int:
    """Have the checks of these commits, or of all that were read, read again."""
    rows = HeadCommit.objects.filter(repository=repository, is_settled=True)
    if shas is not None:
        rows = rows.filter(sha__in=set(shas))
    return rows.update(is_settled=False)


@transaction.atomic
def store_workflow_runs(*, repository: Repository, runs: Sequence[WorkflowRunRecord]) -> int:
    """Store attempts of runs with their jobs; returns how many attempts changed anything.

    An attempt that is older than what is stored, or than what is kept, is left alone. What is not told any more stays:
    a source forgets its runs after some time.
    """
    one_writer(repository)
    accepted = _not_older(repository, runs)
    if not accepted:
        return 0
    actors = resolve_identities(
        connection=repository.connection, accounts=(run.actor for run in accepted if run.actor)
    )
    told = [
        row(
            WORKFLOW_RUNS,
            run,
            repository_id=repository.pk,
            actor_id=actors[run.actor] if run.actor else None,
        )
        for run in accepted
    ]
    told = without_logins(repository, told, "head_branch")
    changed = set(upsert(WORKFLOW_RUNS, told, returning="id"))
    ids = {
        (external_id, attempt): pk
        for external_id, attempt, pk in WorkflowRun.objects.filter(
            repository=repository, external_id__in=[run.external_id for run in accepted]
        ).values_list("external_id", "attempt", "pk")
    }
    parents = [ids[run.external_id, run.attempt] for run in accepted]
    jobs = [
        row(JOBS, job, run_id=pk)
        for pk, run in zip(parents, accepted, strict=True)
        for job in run.jobs
    ]
    changed |= set(upsert(JOBS, jobs, returning="run_id"))
    if changed:
        note_deployments(repository_ids=[repository.pk], sources=[WORKFLOW, CHECK])
    stored = zip(parents, accepted, strict=True)
    shas = [run.head_sha for pk, run in stored if pk in changed]
    note_test_runs(repository_id=repository.pk, shas=shas)
    return len(changed)


def _not_older(
    repository: Repository, runs: Sequence[WorkflowRunRecord]
) -> list[WorkflowRunRecord]:
    latest = {
        (run.external_id, run.attempt): run for run in sorted(runs, key=lambda run: run.updated_at)
    }
    stored = {
        (external_id, attempt): updated_at
        for external_id, attempt, updated_at in WorkflowRun.objects.filter(
            repository=repository, external_id__in=[run.external_id for run in runs]
        ).values_list("external_id", "attempt", "updated_at")
    }
    since = kept_since(Kind.TEST_RUNS)
    return [
        run
        for key, run in latest.items()
        if (stored[key] <= run.updated_at if key in stored else run.updated_at >= since)
    ]
