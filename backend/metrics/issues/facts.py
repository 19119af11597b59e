"""Write facts of issues and their teams: one statement each for a batch, and none of its rows where nothing changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from backend.metrics.facts import ABOVE
from backend.metrics.formulas import issue as formula
from backend.metrics.issues.loading import Loaded

_TIME, _PLAIN = "to_timestamp({0})", "{0}"
_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "issue_id": ("bigint", _PLAIN),
    "project_id": ("bigint", _PLAIN),
    "issue_type_id": ("bigint", _PLAIN),
    "is_subtask": ("boolean", _PLAIN),
    "excluded": ("text", _PLAIN),
    "assignee_id": ("bigint", _PLAIN),
    "author_key": ("bigint", _PLAIN),
    "is_bot": ("boolean", _PLAIN),
    "state": ("text", _PLAIN),
    "state_since": ("bigint", _TIME),
    "created_at": ("bigint", _TIME),
    "started_at": ("bigint", _TIME),
    "done_at": ("bigint", _TIME),
    "active_seconds": ("bigint", _PLAIN),
    "elapsed_seconds": ("bigint", _PLAIN),
    "direct_to_done": ("boolean", _PLAIN),
    "reopened": ("integer", _PLAIN),
    "estimate": ("float8", _PLAIN),
    "flags": ("text", "string_to_array({0}, ' ')"),
    "version": ("smallint", _PLAIN),
}
_NAMES: Final = list(_COLUMNS)
_VALUES: Final = _NAMES[1:]

# Built from the table above alone.
_UPSERT: Final = f"""
    INSERT INTO metrics_issuefact AS fact ({", ".join(_NAMES)})
    SELECT {", ".join(form.format(f"new.{name}") for name, (_, form) in _COLUMNS.items())}
    FROM unnest({", ".join(f"%s::{kind}[]" for kind, _ in _COLUMNS.values())})
        AS new ({", ".join(_NAMES)})
    ON CONFLICT (issue_id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _VALUES)}
    WHERE ({", ".join(f"fact.{name}" for name in _VALUES)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _VALUES)})
    RETURNING issue_id
"""  # noqa: S608 - constants of ours
# A team counts an issue by the day in its own zone on which it was done; one that is open, by today's.
_BRIDGE: Final = f"""
    WITH {ABOVE}, wanted AS (
        SELECT DISTINCT fact.issue_id AS fact_id, above.above_id AS team_id, fact.done_at
        FROM metrics_issuefact fact
        JOIN people_membership member ON member.person_id = fact.author_key
        JOIN people_team team ON team.id = member.team_id
        JOIN above ON above.team_id = member.team_id
        CROSS JOIN LATERAL (
            SELECT (COALESCE(fact.done_at, %(now)s) AT TIME ZONE
                COALESCE(NULLIF(team.time_zone, ''), %(time_zone)s))::date
        ) counted (day)
        WHERE fact.issue_id = ANY(%(issues)s) AND fact.excluded = ''
            AND (member.starts_on IS NULL OR member.starts_on <= counted.day)
            AND (member.ends_on IS NULL OR member.ends_on > counted.day)
    ), gone AS (
        DELETE FROM metrics_issueteam bridge
        WHERE bridge.fact_id = ANY(%(issues)s) AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.fact_id = bridge.fact_id AND wanted.team_id = bridge.team_id
        )
    )
    INSERT INTO metrics_issueteam AS bridge (fact_id, team_id, done_at)
    SELECT fact_id, team_id, done_at FROM wanted
    ON CONFLICT (fact_id, team_id) DO UPDATE SET done_at = excluded.done_at
    WHERE bridge.done_at IS DISTINCT FROM excluded.done_at
"""  # noqa: S608 - constants of ours


def store_facts(loaded: Iterable[Loaded]) -> set[int]:
    """Measure and store; the ids of those whose fact changed."""
    rows = [_row(one) for one in loaded]
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])
        return {pk for (pk,) in cursor.fetchall()}


def store_teams_of(ids: Sequence[int], *, time_zone: str, now: datetime) -> None:
    """Bring the bridge up to date for stored facts."""
    with connection.cursor() as cursor:
        cursor.execute(_BRIDGE, {"issues": list(ids), "time_zone": time_zone, "now": now})


def _row(loaded: Loaded) -> tuple[object, ...]:
    """In the order of _COLUMNS."""
    issue = loaded.issue
    # Up to its last change: nothing that is stored grows by itself.
    until = max((change.at for change in issue.changes), default=issue.created_at)
    found = formula.measure(issue, loaded.stages, until=until)
    done = found.done_at
    assignee = loaded.assignee if done is None else loaded.assignee_at(done)
    return (
        loaded.issue_id,
        loaded.project_id,
        loaded.issue_type_id,
        loaded.is_subtask,
        loaded.excluded,
        assignee.identity,
        assignee.key,
        assignee.is_bot,
        found.state or "",
        found.state_since,
        issue.created_at,
        found.started_at,
        done,
        None if done is None else found.active_seconds,
        found.elapsed_seconds,
        found.direct_to_done,
        found.reopened,
        loaded.estimate,
        " ".join(found.flags),
        formula.VERSION,
    )
