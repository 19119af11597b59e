"""Read what the formulas need of a batch of commits: six statements, whatever its size."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from backend.metrics.formulas import test_runs as formula

Head = tuple[int, str]
"""A commit: its repository's id and its sha."""

# Whole seconds: floor, as in metrics.loading.
_RUNS = """
    SELECT run.repository_id, run.head_sha, run.id, run.workflow, run.head_branch,
        run.head_branch = repository.default_branch
            AND run.event NOT IN ('pull_request', 'pull_request_target') AS is_default,
        run.event = 'schedule' AS is_scheduled,
        actor.id, COALESCE(actor.person_id, -actor.id), COALESCE(actor.is_bot, false),
        run.workflow_external_id, run.event, run.external_id, run.attempt, run.conclusion,
        floor(extract(epoch FROM run.started_at))::bigint,
        floor(extract(epoch FROM run.updated_at))::bigint,
        floor(extract(epoch FROM run.created_at))::bigint
    FROM unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)
    JOIN delivery_workflowrun run
        ON run.repository_id = head.repository_id AND run.head_sha = head.sha
    JOIN delivery_repository repository ON repository.id = run.repository_id
    LEFT JOIN people_identity actor ON actor.id = run.actor_id
    ORDER BY run.external_id, run.attempt
"""
_JOBS = """
    SELECT run_id, name, conclusion, floor(extract(epoch FROM started_at))::bigint,
        floor(extract(epoch FROM completed_at))::bigint
    FROM delivery_workflowjob WHERE run_id = ANY(%s)
"""
_CHECKS = """
    SELECT suite.repository_id, suite.head_sha, run.id, run.name, suite.app, suite.branch,
        suite.branch = repository.default_branch, suite.workflow_run_external_id, suite.id,
        run.conclusion, floor(extract(epoch FROM suite.created_at))::bigint,
        floor(extract(epoch FROM run.started_at))::bigint,
        floor(extract(epoch FROM run.completed_at))::bigint
    FROM unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)
    JOIN delivery_checksuite suite
        ON suite.repository_id = head.repository_id AND suite.head_sha = head.sha
    JOIN delivery_repository repository ON repository.id = suite.repository_id
    LEFT JOIN delivery_checkrun run ON run.suite_id = suite.id
    ORDER BY run.id
"""
_STATUSES = """
    SELECT status.repository_id, status.sha, status.id, status.context, status.state,
        floor(extract(epoch FROM status.created_at))::bigint
    FROM unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)
    JOIN delivery_commitstatus status
        ON status.repository_id = head.repository_id AND status.sha = head.sha
    ORDER BY status.id
"""
# Of several whose commit it is, the one whose head it is now; of these the oldest.
_PULLS = """
    SELECT DISTINCT ON (head.repository_id, head.sha)
        head.repository_id, head.sha, pull.id, pull.head_ref, author.id,
        COALESCE(author.person_id, -author.id), COALESCE(author.is_bot, false),
        floor(extract(epoch FROM COALESCE(pull.merged_at, pull.closed_at)))::bigint,
        pull.is_cross_repository
    FROM (
        SELECT head.repository_id, head.sha, pull.id
        FROM unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)
        JOIN delivery_pullrequest pull
            ON pull.repository_id = head.repository_id AND pull.head_sha = head.sha
        UNION ALL
        SELECT head.repository_id, head.sha, pull.id
        FROM unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)
        JOIN delivery_pullrequestcommit known ON known.sha = head.sha
        JOIN delivery_pullrequest pull
            ON pull.id = known.pull_request_id AND pull.repository_id = head.repository_id
    ) head
    JOIN delivery_pullrequest pull ON pull.id = head.id
    LEFT JOIN people_identity author ON author.id = pull.author_id
    ORDER BY head.repository_id, head.sha, pull.head_sha = head.sha DESC, pull.number
"""
_FORCED = """
    SELECT pull_request_id, after, min(floor(extract(epoch FROM occurred_at)))::bigint
    FROM delivery_pullrequestevent
    WHERE pull_request_id = ANY(%s) AND kind = 'head_force_pushed' GROUP BY 1, 2
"""


class Account(NamedTuple):
    identity: int | None
    key: int | None
    """As whom it is counted; see PullRequestFact.author_key."""
    is_bot: bool


NOBODY = Account(None, None, is_bot=False)


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow's attempt, finished or not."""

    id: int
    name: str
    branch: str
    is_default_branch: bool
    by: Account
    attempt: formula.Attempt
    created_at: int


@dataclass(frozen=True, slots=True)
class Check:
    """A check run of any app, also of one that is a workflow's job."""

    id: int
    name: str
    app: str
    branch: str
    is_default_branch: bool
    is_job: bool
    suite: int
    """Where it runs again, it does so in the same suite."""
    conclusion: str
    made_at: int
    """When its suite was made."""
    started_at: int | None
    completed_at: int | None


@dataclass(frozen=True, slots=True)
class Status:
    id: int
    context: str
    state: str
    at: int


@dataclass(frozen=True, slots=True)
class Pull:
    id: int
    branch: str
    author: Account
    ended_at: int | None
    is_cross_repository: bool
    forced_at: int | None


@dataclass(slots=True)
class Loaded:
    head: Head
    pull: Pull | None = None
    """The pull request whose head it is or was."""
    runs: list[Run] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    suites_made_at: list[int] = field(default_factory=list)

    @property
    def accounts(self) -> Iterator[tuple[int, int, bool]]:
        """Whoever began a run; the authors of pull requests are known by these."""
        for run in self.runs:
            if run.by.identity is not None and run.by.key is not None:
                yield run.by.identity, run.by.key, run.by.is_bot


def load(heads: Sequence[Head]) -> Iterator[Loaded]:
    """Each of these commits with what machines say of it, which may be nothing."""
    if not heads:
        return
    found = {head: Loaded(head) for head in heads}
    arrays = [[repository for repository, _ in heads], [sha for _, sha in heads]]
    with connection.cursor() as cursor:

        def rows(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
            cursor.execute(statement, values)
            return list(cursor.fetchall())

        runs = rows(_RUNS, arrays)
        jobs: dict[int, list[formula.Job]] = defaultdict(list)
        for run_id, *job in rows(_JOBS, [[row[2] for row in runs]]):
            jobs[run_id].append(formula.Job(*job))
        checks, statuses = rows(_CHECKS, arrays), rows(_STATUSES, arrays)
        pulls = rows(_PULLS, [*arrays, *arrays])
        forced = {(pull, sha): at for pull, sha, at in rows(_FORCED, [[row[2] for row in pulls]])}
    for row in runs:
        found[row[0], row[1]].runs.append(_run(row, jobs.get(row[2], ())))
    for row in checks:
        _add_check(found[row[0], row[1]], row)
    for repository, sha, *status in statuses:
        found[repository, sha].statuses.append(Status(*status))
    for row in pulls:
        found[row[0], row[1]].pull = _pull(row, forced)
    yield from found.values()


def _run(row: tuple[Any, ...], jobs: Sequence[formula.Job]) -> Run:
    pk, name, branch, is_default, is_scheduled, identity, key, is_bot = row[2:10]
    workflow, event, number, attempt, conclusion, asked_at, updated_at, created_at = row[10:]
    return Run(
        id=pk,
        name=name,
        branch=branch,
        is_default_branch=is_default,
        by=NOBODY if is_scheduled else Account(identity, key, is_bot=is_bot),
        attempt=formula.Attempt(
            workflow=workflow,
            event=event,
            run=number,
            number=attempt,
            conclusion=conclusion,
            asked_at=asked_at,
            updated_at=updated_at,
            jobs=jobs,
        ),
        created_at=created_at,
    )


def _add_check(loaded: Loaded, row: tuple[Any, ...]) -> None:
    pk, name, app, branch, is_default, run, suite, conclusion, made_at, started, completed = row[2:]
    loaded.suites_made_at.append(made_at)
    if pk is not None:
        loaded.checks.append(
            Check(
                id=pk,
                name=name,
                app=app,
                branch=branch,
                is_default_branch=is_default,
                is_job=run is not None,
                suite=suite,
                conclusion=conclusion,
                made_at=made_at,
                started_at=started,
                completed_at=completed,
            )
        )


def _pull(row: tuple[Any, ...], forced: dict[tuple[int, str], int]) -> Pull:
    _, sha, pk, branch, identity, key, is_bot, ended_at, is_cross_repository = row
    return Pull(
        id=pk,
        branch=branch,
        author=Account(identity, key, is_bot=is_bot),
        ended_at=ended_at,
        is_cross_repository=is_cross_repository,
        forced_at=forced.get((pk, sha)),
    )
