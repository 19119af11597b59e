"""Write what was found of one repository's deployments: set-based, and none of its rows where nothing changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from backend.metrics.deployments.contents import Attempt, Change, Deployed, lead
from backend.metrics.deployments.fixes import INCIDENT, ISSUE, Fix
from backend.metrics.formulas import dora

Natural = tuple[str, str, str, str]
"""Service, environment, source and key."""


@dataclass(frozen=True)
class _Table:
    """Columns with their SQL types, and those that make the natural key. Times come as whole seconds."""

    name: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    @property
    def upsert(self) -> str:
        """Rows come as one array a column."""
        rest = [name for name in self.columns if name not in self.key]
        arrays = ", ".join(f"%s::{_array(kind)}[]" for kind in self.columns.values())
        values = ", ".join(
            f"to_timestamp(new.{name})" if kind == _TIME else f"new.{name}"
            for name, kind in self.columns.items()
        )
        names, changed = ", ".join(self.columns), (_of("old", rest), _of("excluded", rest))
        return f"""
            INSERT INTO {self.name} AS old ({names})
            SELECT {values} FROM unnest({arrays}) AS new ({names}) ORDER BY {_of("new", self.key)}
            ON CONFLICT ({", ".join(self.key)}) DO UPDATE
            SET {", ".join(f"{name} = excluded.{name}" for name in rest)}
            WHERE ({changed[0]}) IS DISTINCT FROM ({changed[1]})
        """  # noqa: S608 - constants of ours

    def write(self, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(self.upsert, [list(column) for column in zip(*rows, strict=True)])


_TIME: Final = "timestamptz"


def _array(kind: str) -> str:
    return "bigint" if kind == _TIME else kind


def _of(row: str, names: Iterable[str]) -> str:
    return ", ".join(f"{row}.{name}" for name in names)


_PLACE: Final = {"repository_id": "bigint", "service": "text", "environment": "text"}
_DEPLOYMENTS: Final = _Table(
    "metrics_servicedeployment",
    (*_PLACE, "source", "key"),
    _PLACE
    | {
        "source": "text", "key": "text", "sha": "text", "outcome": "text", "started_at": _TIME,
        "finished_at": _TIME, "role": "text", "commit_count": "integer",
        "direct_commit_count": "integer", "contents_reason": "text", "version": "smallint",
    },
)  # fmt: skip
_CHANGES: Final = _Table(
    "metrics_deployedchange",
    (*_PLACE, "pull_request_id"),
    _PLACE
    | {
        "pull_request_id": "bigint", "deployment_id": "bigint", "lead_seconds": "bigint",
        "merge_to_deploy_seconds": "bigint", "is_cherry_pick": "boolean", "author_key": "bigint",
        "is_bot": "boolean", "finished_at": _TIME,
    },
)  # fmt: skip
_FIXES: Final = _Table(
    "metrics_deploymentfix",
    ("failed_id", "fixed_by_id", "incident_id", "issue_id"),
    {
        "failed_id": "bigint", "fixed_by_id": "bigint", "incident_id": "bigint",
        "issue_id": "bigint", "kind": "text", "is_inferred": "boolean",
        "restored_at": _TIME, "restore_seconds": "bigint",
    },
)  # fmt: skip

_IDS: Final = """
    SELECT id, service, environment, source, key FROM metrics_servicedeployment
    WHERE repository_id = %s
"""
_FORGET_CHANGES: Final = """
    DELETE FROM metrics_deployedchange old WHERE repository_id = %s AND NOT EXISTS (
        SELECT FROM unnest(%s::text[], %s::text[], %s::bigint[])
            AS new (service, environment, pull_request_id)
        WHERE (new.service, new.environment, new.pull_request_id)
            = (old.service, old.environment, old.pull_request_id)
    )
"""
_FORGET_FIXES: Final = """
    DELETE FROM metrics_deploymentfix old USING metrics_servicedeployment failed
    WHERE failed.id = old.failed_id AND failed.repository_id = %s AND NOT EXISTS (
        SELECT FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
            AS new (failed_id, fixed_by_id, incident_id, issue_id)
        WHERE new.failed_id = old.failed_id
            AND new.fixed_by_id IS NOT DISTINCT FROM old.fixed_by_id
            AND new.incident_id IS NOT DISTINCT FROM old.incident_id
            AND new.issue_id IS NOT DISTINCT FROM old.issue_id
    )
"""
_FORGET_TEAMS: Final = "DELETE FROM metrics_deploymentteam WHERE deployment_id = ANY(%s)"
_FORGET: Final = "DELETE FROM metrics_servicedeployment WHERE id = ANY(%s)"
_TEAMS: Final = """
    WITH wanted AS (
        SELECT DISTINCT change.deployment_id, bridge.team_id, change.finished_at
        FROM metrics_deployedchange change
        JOIN metrics_pullrequestteam bridge ON bridge.fact_id = change.pull_request_id
        WHERE change.repository_id = %s
    ), gone AS (
        DELETE FROM metrics_deploymentteam old USING metrics_servicedeployment deployment
        WHERE deployment.id = old.deployment_id AND deployment.repository_id = %s
            AND NOT EXISTS (
                SELECT FROM wanted
                WHERE (wanted.deployment_id, wanted.team_id) = (old.deployment_id, old.team_id)
            )
    )
    INSERT INTO metrics_deploymentteam AS old (deployment_id, team_id, finished_at)
    SELECT * FROM wanted
    ON CONFLICT (deployment_id, team_id) DO UPDATE SET finished_at = excluded.finished_at
    WHERE old.finished_at IS DISTINCT FROM excluded.finished_at
"""


def store(repository_id: int, deployed: Sequence[Deployed], fixes: Sequence[Fix]) -> None:
    """All of a repository's deployments: what is not among them is gone. Ten statements at most."""
    _DEPLOYMENTS.write([_deployment(repository_id, one) for one in deployed])
    ids = _ids(repository_id)
    changes = [
        _change(repository_id, ids, one, change) for one in deployed for change in one.changes
    ]
    told = [_fix(ids, fix) for fix in fixes]
    gone = sorted(set(ids.values()) - {ids[natural(one.attempt)] for one in deployed})
    with connection.cursor() as cursor:
        kept = [list(column) for column in zip(*(row[1:4] for row in changes), strict=True)]
        cursor.execute(_FORGET_CHANGES, [repository_id, *(kept or [[], [], []])])
        kept = [list(column) for column in zip(*(row[:4] for row in told), strict=True)]
        cursor.execute(_FORGET_FIXES, [repository_id, *(kept or [[], [], [], []])])
    _CHANGES.write(changes)
    _FIXES.write(told)
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(_FORGET_TEAMS, [gone])
            cursor.execute(_FORGET, [gone])
        cursor.execute(_TEAMS, [repository_id, repository_id])


def natural(attempt: Attempt) -> Natural:
    return attempt.service, attempt.environment, attempt.source, attempt.key


def _ids(repository_id: int) -> dict[Natural, int]:
    with connection.cursor() as cursor:
        cursor.execute(_IDS, [repository_id])
        return {tuple(key): pk for pk, *key in cursor.fetchall()}


def _deployment(repository_id: int, one: Deployed) -> tuple[Any, ...]:
    attempt = one.attempt
    return (
        *(repository_id, *natural(attempt), attempt.sha, attempt.outcome),
        *(attempt.started_at, attempt.finished_at, one.role),
        *(one.commit_count, one.direct_commit_count, one.reason, dora.VERSION),
    )


def _change(
    repository_id: int, ids: Mapping[Natural, int], one: Deployed, change: Change
) -> tuple[Any, ...]:
    attempt, pull = one.attempt, change.pull
    finished_at = attempt.finished_at or attempt.started_at
    return (
        *(repository_id, attempt.service, attempt.environment, pull.pk, ids[natural(attempt)]),
        *lead(pull, finished_at),
        *(change.is_cherry_pick, pull.author_key, pull.is_bot, finished_at),
    )


def _fix(ids: Mapping[Natural, int], fix: Fix) -> tuple[Any, ...]:
    by_source = {fix.incident.source: fix.incident.pk} if fix.incident else {}
    return (
        ids[natural(fix.failed)],
        None if fix.fixed_by is None else ids[natural(fix.fixed_by)],
        *(by_source.get(INCIDENT), by_source.get(ISSUE)),
        *(fix.kind, fix.is_inferred, fix.restored_at, fix.restore_seconds),
    )
