"""Notice accounts that are counted as somebody else than before: another person, or a bot."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

from backend.metrics.loading import Account

# What the formulas were given, not what is stored by now: a change in between must be noticed.
_NOTE = """
    INSERT INTO metrics_measuredidentity (identity_id, key, is_bot)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[]) AS new (id, key, is_bot)
    ORDER BY id
    ON CONFLICT (identity_id) DO NOTHING
"""
NOTE_WORK: Final = """
    runs AS (
        INSERT INTO delivery_pendingtestruns (repository_id, sha, since)
        SELECT repository_id, head_sha, now() FROM delivery_workflowrun
        WHERE actor_id IN (SELECT identity_id FROM changed)
        GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (repository_id, sha) DO UPDATE SET since = excluded.since
    ), issues AS (
        INSERT INTO delivery_pendingissue (issue_id, since)
        SELECT id, now() FROM (
            SELECT id FROM delivery_issue WHERE assignee_id IN (SELECT identity_id FROM changed)
            UNION
            SELECT issue_id FROM metrics_issuefact
            WHERE assignee_id IN (SELECT identity_id FROM changed)
        ) assigned
        ORDER BY id
        ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since
    )
    INSERT INTO delivery_pendingmeasurement (pull_request_id, since)
    SELECT id, now() FROM pulls ORDER BY id
    ON CONFLICT (pull_request_id) DO UPDATE SET since = excluded.since
"""
"""Have `pulls`, and the runs and issues of the accounts `changed`, measured again."""
_CHANGES = f"""
    WITH changed AS (
        UPDATE metrics_measuredidentity measured
        SET key = COALESCE(now.person_id, -now.id), is_bot = now.is_bot
        FROM people_identity now
        WHERE now.id = measured.identity_id AND (measured.key, measured.is_bot)
            IS DISTINCT FROM (COALESCE(now.person_id, -now.id), now.is_bot)
        RETURNING identity_id
    ), pulls AS (
        SELECT id FROM delivery_pullrequest WHERE author_id IN (SELECT identity_id FROM changed)
        UNION
        SELECT pull_request_id FROM delivery_review
        WHERE author_id IN (SELECT identity_id FROM changed)
    ), {NOTE_WORK}
"""  # noqa: S608 - constants of ours


def note_measured(accounts: Iterable[Account]) -> None:
    """Remember accounts that were not known yet as they have just been counted."""
    known = sorted(set(accounts))
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [list(column) for column in zip(*known, strict=True)] or [[], [], []])


def note_changes() -> int:
    """Have every pull request and run of a changed account measured again; how many pull requests there are."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES)
        return int(cursor.rowcount)
