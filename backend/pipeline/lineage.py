"""Asking for what leads to deployments whose commits are not known: their figures tell where that is."""

from typing import Final

from django.db import connection as database

from backend.delivery.models import Repository
from backend.sources.github.repositories import arm_all
from backend.sources.models import Hint

_WHERE: Final = """
    SELECT one.id FROM delivery_repository AS one
    JOIN sources_cursor AS branch ON branch.repository_id = one.id AND branch.kind = 'commits'
        AND branch.complete_to IS NOT NULL
    LEFT JOIN sources_cursor AS look ON look.repository_id = one.id AND look.kind = 'lineage'
    WHERE one.state = 'active' AND coalesce(look.unavailable, '') = ''
        AND EXISTS (
            SELECT FROM metrics_servicedeployment AS made
            WHERE made.repository_id = one.id AND made.outcome = 'succeeded' AND made.started_at < now()
                AND (look.complete_to IS NULL OR made.started_at > look.complete_to)
                AND NOT EXISTS (SELECT FROM delivery_commit AS known
                    WHERE known.repository_id = one.id AND known.sha = made.sha)
                AND NOT EXISTS (SELECT FROM delivery_lostcommit AS lost
                    WHERE lost.repository_id = one.id AND lost.sha = made.sha))
        AND NOT EXISTS (
            SELECT FROM sources_hint AS hint WHERE hint.connection_id = one.connection_id
                AND hint.kind = 'lineage' AND hint.container_external_id = one.external_id)
"""


def ask_for_lineage() -> int:
    """Have lineages collected where something was deployed, since the last look, that is not known; how many.

    Not before the default branch was read to its end, which brings most of them by itself. What was found lost once is
    asked for again at night alone.
    """
    with database.cursor() as cursor:
        cursor.execute(_WHERE)
        ids = [pk for (pk,) in cursor.fetchall()]
    for repository in Repository.objects.filter(pk__in=ids).select_related("connection"):
        arm_all(repository, kinds=[Hint.Kind.LINEAGE])
    return len(ids)
