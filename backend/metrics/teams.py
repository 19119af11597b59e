"""Teams by number of people."""

from collections.abc import Sequence
from datetime import date

from django.db import connection

_COUNTS = """
    WITH RECURSIVE below (team_id, below_id) AS (
        SELECT id, id FROM people_team WHERE id = ANY(%s)
        UNION
        SELECT below.team_id, team.id FROM below JOIN people_team team ON team.parent_id = below_id
    )
    SELECT below.team_id, count(DISTINCT member.person_id)
    FROM below JOIN people_membership member ON member.team_id = below_id
    WHERE (member.starts_on IS NULL OR member.starts_on <= %s)
        AND (member.ends_on IS NULL OR member.ends_on > %s)
    GROUP BY 1
"""


_OWN_COUNTS = """
    SELECT team_id, count(DISTINCT person_id) FROM people_membership
    WHERE team_id = ANY(%s) AND (starts_on IS NULL OR starts_on <= %s) AND (ends_on IS NULL OR ends_on > %s)
    GROUP BY 1
"""


def member_counts(team_ids: Sequence[int], *, today: date) -> dict[int, int]:
    """People in each team or in one below it, each counted once; a team without any is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [list(team_ids), today, today])
        return dict(cursor.fetchall())


def own_member_counts(team_ids: Sequence[int], *, today: date) -> dict[int, int]:
    """People in each team itself; a team without any is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_COUNTS, [list(team_ids), today, today])
        return dict(cursor.fetchall())
