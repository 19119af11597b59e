"""Write the facts of commits' runs, their teams and feedback: a statement each for a batch, and no row that stands."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import connection

from backend.metrics.facts import ABOVE
from backend.metrics.formulas import test_runs as formula
from backend.metrics.test_runs.loading import NOBODY, Account, Check, Head, Loaded, Status

# Column, and how its array of whole seconds, numbers or texts becomes a value.
_TIME, _PLAIN = "to_timestamp({0})", "{0}"
_RUN_COLUMNS: dict[str, tuple[str, str]] = {
    "source": ("text", _PLAIN),
    "origin": ("bigint", _PLAIN),
    "repository_id": ("bigint", _PLAIN),
    "name": ("text", _PLAIN),
    "sha": ("text", _PLAIN),
    "branch": ("text", _PLAIN),
    "is_default_branch": ("boolean", _PLAIN),
    "outcome": ("text", _PLAIN),
    "asked_at": ("bigint", _TIME),
    "finished_at": ("bigint", _TIME),
    "queue_seconds": ("bigint", _PLAIN),
    "duration_seconds": ("bigint", _PLAIN),
    "machine_seconds": ("bigint", _PLAIN),
    "wasted_seconds": ("bigint", _PLAIN),
    "pull_request_id": ("bigint", _PLAIN),
    "author_key": ("bigint", _PLAIN),
    "is_bot": ("boolean", _PLAIN),
    "version": ("smallint", _PLAIN),
}
_FEEDBACK_COLUMNS: dict[str, tuple[str, str]] = {
    "pull_request_id": ("bigint", _PLAIN),
    "sha": ("text", _PLAIN),
    "pushed_at": ("bigint", _TIME),
    "finished_at": ("bigint", _TIME),
    "seconds": ("bigint", _PLAIN),
    "author_key": ("bigint", _PLAIN),
    "is_bot": ("boolean", _PLAIN),
    "version": ("smallint", _PLAIN),
}
_HEADS = "unnest(%s::bigint[], %s::text[]) AS head (repository_id, sha)"


def _upsert(table: str, key: Sequence[str], columns: dict[str, tuple[str, str]], gone: str) -> str:
    """Built from the constants of this module alone."""
    names, values = list(columns), [name for name in columns if name not in key]
    return f"""
        WITH new ({", ".join(names)}) AS MATERIALIZED (
            SELECT {", ".join(form.format(f"told.{name}") for name, (_, form) in columns.items())}
            FROM unnest({", ".join(f"%s::{kind}[]" for kind, _ in columns.values())})
                AS told ({", ".join(names)})
        ), gone AS (
            DELETE FROM {table} old USING {_HEADS} {gone}
            AND NOT EXISTS (SELECT FROM new WHERE {" AND ".join(f"new.{name} = old.{name}" for name in key)})
        )
        INSERT INTO {table} AS old ({", ".join(names)})
        SELECT {", ".join(names)} FROM new ORDER BY {", ".join(key)}
        ON CONFLICT ({", ".join(key)}) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in values)}
        WHERE ({", ".join(f"old.{name}" for name in values)})
            IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in values)})
    """  # noqa: S608 - constants of ours


_STORE_RUNS = _upsert(
    "metrics_runfact",
    ("source", "origin"),
    _RUN_COLUMNS,
    "WHERE old.repository_id = head.repository_id AND old.sha = head.sha",
)
_STORE_FEEDBACK = _upsert(
    "metrics_headfeedback",
    ("pull_request_id", "sha"),
    _FEEDBACK_COLUMNS,
    """
        WHERE old.sha = head.sha AND old.pull_request_id IN (
            SELECT id FROM delivery_pullrequest WHERE repository_id = head.repository_id
        )
    """,
)
# Of a pull request's head the teams are the pull request's, which are measured before.
_BRIDGE = f"""
    WITH {ABOVE}, runs AS MATERIALIZED (
        SELECT run.id, run.pull_request_id, run.author_key, run.asked_at, run.finished_at
        FROM {{which}}
    ), wanted AS MATERIALIZED (
        SELECT runs.id AS run_id, bridge.team_id, runs.finished_at
        FROM runs JOIN metrics_pullrequestteam bridge ON bridge.fact_id = runs.pull_request_id
        UNION
        SELECT runs.id, above.above_id, runs.finished_at
        FROM runs
        JOIN people_membership member ON member.person_id = runs.author_key
        JOIN people_team team ON team.id = member.team_id
        JOIN above ON above.team_id = member.team_id
        CROSS JOIN LATERAL (
            SELECT (runs.asked_at AT TIME ZONE COALESCE(NULLIF(team.time_zone, ''), %s))::date
        ) asked (day)
        WHERE runs.pull_request_id IS NULL
            AND (member.starts_on IS NULL OR member.starts_on <= asked.day)
            AND (member.ends_on IS NULL OR member.ends_on > asked.day)
    ), gone AS (
        DELETE FROM metrics_runteam bridge USING runs
        WHERE bridge.run_id = runs.id AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.run_id = bridge.run_id AND wanted.team_id = bridge.team_id
        )
    )
    INSERT INTO metrics_runteam AS bridge (run_id, team_id, finished_at)
    SELECT * FROM wanted ORDER BY run_id, team_id
    ON CONFLICT (run_id, team_id) DO UPDATE SET finished_at = excluded.finished_at
    WHERE bridge.finished_at IS DISTINCT FROM excluded.finished_at
"""  # noqa: S608 - constants of ours
_TEAMS_OF_HEADS = _BRIDGE.format(
    which=f"{_HEADS} JOIN metrics_runfact run USING (repository_id, sha)"
)

_Row = tuple[object, ...]


def store(loaded: Sequence[Loaded], *, time_zone: str) -> None:
    """Facts, feedback and teams of these commits, as they are loaded; what is not there any more goes."""
    heads = [one.head for one in loaded]
    runs = [row for one in loaded for row in _runs(one)]
    feedback = [row for one in loaded if (row := _feedback(one)) is not None]
    with connection.cursor() as cursor:
        cursor.execute(_STORE_RUNS, [*_arrays(runs, len(_RUN_COLUMNS)), *_arrays(heads, 2)])
        cursor.execute(
            _STORE_FEEDBACK, [*_arrays(feedback, len(_FEEDBACK_COLUMNS)), *_arrays(heads, 2)]
        )
        cursor.execute(_TEAMS_OF_HEADS, [*_arrays(heads, 2), time_zone])


def _arrays(rows: Iterable[_Row | Head], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _runs(loaded: Loaded) -> Iterator[_Row]:
    measured = formula.measure([run.attempt for run in loaded.runs])
    for run, one in zip(loaded.runs, measured, strict=True):
        if run.attempt.conclusion:
            yield _fact(
                loaded,
                ("workflow", run.id, run.name, run.branch, run.is_default_branch),
                asked_at=run.attempt.asked_at,
                measured=one,
                by=run.by,
            )
    for check in loaded.checks:
        if check.conclusion and not check.is_job and check.completed_at is not None:
            yield _check(loaded, check, check.completed_at)
    for status in loaded.statuses:
        if status.state in _SAID:
            yield _status(loaded, status)


_SAID = frozenset({"success", "failure", "error"})


def _check(loaded: Loaded, check: Check, completed_at: int) -> _Row:
    """Its suite may have been made long before it was asked for, so that its time in a queue is not known."""
    duration = None
    if check.started_at is not None and check.started_at <= completed_at:
        duration = completed_at - check.started_at
    pull = loaded.pull
    from_fork = pull is not None and pull.is_cross_repository
    branch = check.branch or (pull.branch if pull else "")
    outcome = formula.outcome(check.conclusion)
    return _fact(
        loaded,
        ("check", check.id, check.name, branch, check.is_default_branch and not from_fork),
        asked_at=check.made_at,
        measured=formula.Measured(outcome, completed_at, None, duration, None, None),
        by=NOBODY,
    )


def _status(loaded: Loaded, status: Status) -> _Row:
    branch = loaded.pull.branch if loaded.pull else ""
    outcome = formula.outcome(status.state)
    return _fact(
        loaded,
        ("status", status.id, status.context, branch, False),
        asked_at=status.at,
        measured=formula.Measured(outcome, status.at, None, None, None, None),
        by=NOBODY,
    )


def _fact(
    loaded: Loaded,
    what: tuple[str, int, str, str, bool],
    *,
    asked_at: int,
    measured: formula.Measured,
    by: Account,
) -> _Row:
    """In the order of _RUN_COLUMNS."""
    source, origin, name, branch, is_default = what
    repository, sha = loaded.head
    author = loaded.pull.author if loaded.pull else by
    return (
        source,
        origin,
        repository,
        name,
        sha,
        branch,
        is_default,
        measured.outcome,
        asked_at,
        measured.finished_at,
        measured.queue_seconds,
        measured.duration_seconds,
        measured.machine_seconds,
        measured.wasted_seconds,
        loaded.pull.id if loaded.pull else None,
        author.key,
        author.is_bot,
        formula.VERSION,
    )


def _feedback(loaded: Loaded) -> _Row | None:
    """In the order of _FEEDBACK_COLUMNS. What began after the pull request's end is no feedback on it."""
    pull = loaded.pull
    if pull is None:
        return None

    def in_time(at: int) -> bool:
        return pull.ended_at is None or at <= pull.ended_at

    runs = [run for run in loaded.runs if in_time(run.created_at)]
    measured = formula.measure([run.attempt for run in runs])
    checks = [
        formula.Check(f"run {run.attempt.run}", one.finished_at if run.attempt.conclusion else None)
        for run, one in zip(runs, measured, strict=True)
    ]
    checks += [
        formula.Check(f"check {check.suite} {check.name}", check.completed_at)
        for check in loaded.checks
        if in_time(check.made_at)
    ]
    checks += [
        formula.Check(f"status {status.context}", status.at if status.state in _SAID else None)
        for status in loaded.statuses
        if in_time(status.at)
    ]
    signs = [*(run.created_at for run in runs), *filter(in_time, loaded.suites_made_at)]
    found = formula.feedback(checks, signs=signs, forced_at=pull.forced_at)
    if found is None:
        return None
    return (
        pull.id,
        loaded.head[1],
        found.pushed_at,
        found.finished_at,
        found.seconds,
        pull.author.key,
        pull.author.is_bot,
        formula.VERSION,
    )
