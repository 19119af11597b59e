"""Write facts and their teams: one statement each for a batch, and none of its rows where nothing changed."""

from collections.abc import Iterable, Sequence

from django.db import connection

from backend.metrics.formulas import pull_request as formula
from backend.metrics.formulas import size
from backend.metrics.formulas.working_time import working_seconds, working_stages
from backend.metrics.loading import Loaded

# Column, and how its array of whole seconds, numbers or texts becomes a value.
_TIME, _NUMBER, _TEXT, _FLAG = "to_timestamp({0})", "{0}", "{0}", "{0}"
_COLUMNS: dict[str, tuple[str, str]] = {
    "pull_request_id": ("bigint", _NUMBER),
    "author_id": ("bigint", _NUMBER),
    "author_key": ("bigint", _NUMBER),
    "is_bot": ("boolean", _FLAG),
    "excluded": ("text", _TEXT),
    "state": ("text", _TEXT),
    "opened_at": ("bigint", _TIME),
    "started_at": ("bigint", _TIME),
    "ready_at": ("bigint", _TIME),
    "first_review_at": ("bigint", _TIME),
    "last_approval_at": ("bigint", _TIME),
    "merged_at": ("bigint", _TIME),
    "closed_at": ("bigint", _TIME),
    "cycle_seconds": ("bigint", _NUMBER),
    "coding_seconds": ("bigint", _NUMBER),
    "pickup_seconds": ("bigint", _NUMBER),
    "review_seconds": ("bigint", _NUMBER),
    "merge_seconds": ("bigint", _NUMBER),
    "first_review_seconds": ("bigint", _NUMBER),
    "cycle_working_seconds": ("bigint", _NUMBER),
    "coding_working_seconds": ("bigint", _NUMBER),
    "pickup_working_seconds": ("bigint", _NUMBER),
    "review_working_seconds": ("bigint", _NUMBER),
    "merge_working_seconds": ("bigint", _NUMBER),
    "first_review_working_seconds": ("bigint", _NUMBER),
    "commits_known": ("boolean", _FLAG),
    "review_count": ("integer", _NUMBER),
    "draft_seconds": ("bigint", _NUMBER),
    "rework_rounds": ("integer", _NUMBER),
    "rework_seconds": ("bigint", _NUMBER),
    "size_lines": ("bigint", _NUMBER),
    "size_files": ("integer", _NUMBER),
    "stage": ("text", _TEXT),
    "stage_since": ("bigint", _TIME),
    "flags": ("text", "string_to_array({0}, ' ')"),
    "version": ("smallint", _NUMBER),
}
_NAMES = list(_COLUMNS)
_VALUES = _NAMES[1:]

# Built from the table above alone.
_UPSERT = f"""
    INSERT INTO metrics_pullrequestfact AS fact ({", ".join(_NAMES)})
    SELECT {", ".join(form.format(f"new.{name}") for name, (_, form) in _COLUMNS.items())}
    FROM unnest({", ".join(f"%s::{kind}[]" for kind, _ in _COLUMNS.values())})
        AS new ({", ".join(_NAMES)})
    ON CONFLICT (pull_request_id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _VALUES)}
    WHERE ({", ".join(f"fact.{name}" for name in _VALUES)})
        IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in _VALUES)})
    RETURNING pull_request_id
"""  # noqa: S608 - constants of ours

# A team is above itself and above every team below it. A circle in the tree ends where it closes.
ABOVE = """
    RECURSIVE above (team_id, above_id) AS (
        SELECT id, id FROM people_team
        UNION
        SELECT above.team_id, team.parent_id FROM above JOIN people_team team ON team.id = above_id
        WHERE team.parent_id IS NOT NULL
    )
"""
_BRIDGE = f"""
    WITH {ABOVE}, wanted AS (
        SELECT DISTINCT fact.pull_request_id AS fact_id, above.above_id AS team_id,
            fact.merged_at, fact.first_review_at
        FROM metrics_pullrequestfact fact
        JOIN people_membership member ON member.person_id = fact.author_key
        JOIN people_team team ON team.id = member.team_id
        JOIN above ON above.team_id = member.team_id
        CROSS JOIN LATERAL (
            SELECT (fact.opened_at AT TIME ZONE COALESCE(NULLIF(team.time_zone, ''), %s))::date
        ) opened (day)
        WHERE fact.pull_request_id = ANY(%s)
            AND (member.starts_on IS NULL OR member.starts_on <= opened.day)
            AND (member.ends_on IS NULL OR member.ends_on > opened.day)
    ), gone AS (
        DELETE FROM metrics_pullrequestteam bridge
        WHERE bridge.fact_id = ANY(%s) AND NOT EXISTS (
            SELECT FROM wanted
            WHERE wanted.fact_id = bridge.fact_id AND wanted.team_id = bridge.team_id
        )
        RETURNING fact_id
    ), stored AS (
        INSERT INTO metrics_pullrequestteam AS bridge (fact_id, team_id, merged_at, first_review_at)
        SELECT * FROM wanted
        ON CONFLICT (fact_id, team_id) DO UPDATE
        SET merged_at = excluded.merged_at, first_review_at = excluded.first_review_at
        WHERE (bridge.merged_at, bridge.first_review_at)
            IS DISTINCT FROM (excluded.merged_at, excluded.first_review_at)
        RETURNING fact_id
    )
    SELECT fact_id FROM gone UNION SELECT fact_id FROM stored
"""  # noqa: S608 - constants of ours


def store_facts(loaded: Iterable[Loaded]) -> set[int]:
    """Measure and store; the ids of those whose fact changed."""
    rows = [_row(one) for one in loaded]
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])
        return {pk for (pk,) in cursor.fetchall()}


def store_teams_of(ids: Sequence[int], *, time_zone: str) -> set[int]:
    """Bring the bridge up to date for stored facts; the ids of those whose teams changed."""
    wanted = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(_BRIDGE, [time_zone, wanted, wanted])
        return {pk for (pk,) in cursor.fetchall()}


def _row(loaded: Loaded) -> tuple[object, ...]:
    """In the order of _COLUMNS."""
    pull = loaded.pull
    measured = formula.measure(pull)
    stages = measured.stages
    sized = size.measure(loaded.files)
    worked = stages and working_stages(measured.started_at, stages, loaded.calendar)
    first_review, first_review_worked = None, None
    if measured.first_review_at is not None and measured.ready_at is not None:
        first_review = measured.first_review_at - measured.ready_at
        first_review_worked = working_seconds(
            measured.ready_at, measured.first_review_at, loaded.calendar
        )
    flags = (*measured.flags, sized.flag) if sized.flag else measured.flags
    return (
        loaded.pull_request_id,
        loaded.author_id,
        pull.author,
        loaded.is_bot,
        measured.excluded,
        loaded.state,
        pull.opened_at,
        measured.started_at,
        measured.ready_at,
        measured.first_review_at,
        measured.last_approval_at,
        pull.merged_at,
        pull.closed_at,
        *_seconds(stages),
        first_review,
        *_seconds(worked),
        first_review_worked,
        measured.commits_known,
        measured.review_count,
        measured.draft_seconds,
        measured.rework_rounds,
        measured.rework_seconds,
        sized.lines,
        sized.files,
        measured.stage or "",
        measured.stage_since,
        " ".join(flags),
        formula.VERSION,
    )


def _seconds(stages: formula.Stages | None) -> tuple[int | None, ...]:
    """Of the whole cycle, and of each stage."""
    if stages is None:
        return (None,) * 5
    return stages.total, stages.coding, stages.pickup, stages.review, stages.merge
