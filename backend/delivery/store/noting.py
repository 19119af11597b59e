"""Noting in the outboxes of pull requests and issues, within the transaction that stores the change.

The rows are touched even where they stand: a measurement passes over what is locked, so that none takes a row away
before the change that it stands for can be seen.
"""

from collections.abc import Iterable

from django.db import connection as database


def note_pending(pull_requests: Iterable[int]) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingmeasurement (pull_request_id, since)"
            " SELECT unnest(%s::bigint[]), now()"
            " ON CONFLICT (pull_request_id) DO UPDATE SET since = excluded.since",
            [sorted(pull_requests)],
        )


def note_issues(issues: Iterable[int]) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingissue (issue_id, since)"
            " SELECT unnest(%s::bigint[]), now()"
            " ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since",
            [sorted(issues)],
        )


def note_issues_of(project_ids: Iterable[int]) -> None:
    """All issues of projects: what these are called, what their statuses mean, or whether they count, has changed."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingissue (issue_id, since)"
            " SELECT id, now() FROM delivery_issue WHERE project_id = ANY(%s) ORDER BY id"
            " ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since",
            [sorted(project_ids)],
        )


def note_issues_of_types(type_ids: Iterable[int]) -> None:
    """All issues of types that are now called otherwise, or are now parts of others."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingissue (issue_id, since)"
            " SELECT id, now() FROM delivery_issue WHERE issue_type_id = ANY(%s) ORDER BY id"
            " ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since",
            [sorted(type_ids)],
        )


def note_issues_named_by(pull_requests: Iterable[int]) -> None:
    """Within the transaction that changes the keys of these pull requests."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_pendingissue (issue_id, since)"
            " SELECT DISTINCT known.issue_id, now() FROM delivery_pullrequestissuekey named"
            " JOIN delivery_issuekey known ON known.key = named.key"
            " WHERE named.pull_request_id = ANY(%s) ORDER BY known.issue_id"
            " ON CONFLICT (issue_id) DO UPDATE SET since = excluded.since",
            [sorted(pull_requests)],
        )
