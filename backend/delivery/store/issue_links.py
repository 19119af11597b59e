"""Which pull requests and issues belong together: what keys tell by themselves, and what people say of it."""

from collections.abc import Collection
from typing import Final

from django.db import connection as database
from django.db.models import Q

from backend.delivery.models import Project
from backend.delivery.store.noting import note_issues_named_by, note_pending


def known_prefixes(candidates: Collection[str]) -> set[str]:
    """Those of these that issues' keys begin with, or began with, in a project that is known; no statement for none."""
    if not candidates:
        return set()
    wanted = list(candidates)
    found = Project.objects.filter(Q(key__in=wanted) | Q(former_keys__overlap=wanted))
    known = {key for one in found for key in (one.key, *one.former_keys)}
    return known & set(candidates)


_FIND: Final = r"""
    WITH prefixes AS (
        SELECT unnest(project.key || project.former_keys) AS prefix
        FROM delivery_project project WHERE project.id = ANY(%(projects)s)
    ), found AS (
        SELECT pull.id, prefixes.prefix, upper(hit.match[1]) AS key, hit.place
        FROM delivery_pullrequest pull
        JOIN prefixes ON prefixes.prefix ~ '^[A-Z][A-Z0-9_]+$'
        CROSS JOIN LATERAL (
            SELECT 'branch' AS place, regexp_matches(
                upper(pull.head_ref),
                '(?<![A-Z0-9])(' || prefixes.prefix || '-[1-9][0-9]{0,9})(?![A-Z0-9]|\.[0-9])', 'g')
            UNION ALL
            SELECT 'title', regexp_matches(
                pull.title,
                '(?<![A-Za-z0-9])(' || prefixes.prefix || '-[1-9][0-9]{0,9})(?![A-Za-z0-9]|\.[0-9])', 'g')
        ) AS hit (place, match)
        WHERE strpos(upper(pull.head_ref), prefixes.prefix || '-') > 0
            OR strpos(pull.title, prefixes.prefix || '-') > 0
    )
    INSERT INTO delivery_pullrequestissuekey AS old (pull_request_id, key, found_in)
    SELECT id, key, array_agg(DISTINCT place ORDER BY place) FROM found GROUP BY id, key
    ON CONFLICT (pull_request_id, key) DO NOTHING
    RETURNING pull_request_id
"""


def find_keys_of(projects: Collection[int]) -> set[int]:
    """Projects became known: look for their keys in branches and titles that are stored, within the transaction.

    Returns the pull requests that name one. Bodies and messages are not stored: reading everything again finds theirs.
    """
    with database.cursor() as cursor:
        cursor.execute(_FIND, {"projects": list(projects)})
        found = {pk for (pk,) in cursor.fetchall()}
    if found:
        note_issues_named_by(found)
        note_pending(found)
    return found
