"""People and teams that only one connection knew: they go with it. Teams that somebody built on stay, kept by hand."""

from contextlib import nullcontext
from functools import partial
from typing import Final

from django.db import connection as database

from backend.governance.erasing.cascade import Reach, delete, reached
from backend.governance.erasing.figures import FIGURES
from backend.governance.erasing.steps import Step, counted, statement
from backend.people.models import Team

_NOBODY_ELSE: Final = """
    SELECT DISTINCT known.person_id FROM people_identity known
    WHERE known.connection_id = %(id)s AND known.person_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM people_identity other
            WHERE other.person_id = known.person_id AND other.connection_id <> %(id)s)
        AND NOT EXISTS (SELECT FROM accounts_user one WHERE one.person_id = known.person_id)
        AND NOT EXISTS (SELECT FROM people_directoryuser one WHERE one.person_id = known.person_id)
"""
_MEMBERSHIPS: Final = f"SELECT id FROM people_membership WHERE person_id IN ({_NOBODY_ELSE})"  # noqa: S608 - above
_TEAMS: Final = """
    WITH RECURSIVE kept AS (
        SELECT id, parent_id FROM people_team team
        WHERE connection_id IS DISTINCT FROM %(id)s OR source <> 'github'
            OR EXISTS (SELECT FROM people_membership one WHERE one.team_id = team.id)
            OR EXISTS (SELECT FROM accounts_teamgrant one WHERE one.team_id = team.id)
            OR EXISTS (SELECT FROM people_directorygroup one WHERE one.team_id = team.id)
            OR EXISTS (SELECT FROM delivery_ownership one WHERE one.team_id = team.id)
        UNION
        SELECT above.id, above.parent_id FROM people_team above JOIN kept ON kept.parent_id = above.id
    )
    SELECT id FROM people_team WHERE id NOT IN (SELECT id FROM kept)
"""
"""Found by this connection alone, with nobody in them and nothing below or about them that stays."""
_MERGES: Final = """
    SELECT merge.id FROM people_merge merge
    WHERE EXISTS (SELECT FROM jsonb_array_elements(merge.moved->'identities') pair
            JOIN people_identity one ON one.id = (pair->>0)::bigint WHERE one.connection_id = %(id)s)
        OR merge.person_key IN ({nobody})
"""
_ALL_MERGES: Final = _MERGES.format(nobody=_NOBODY_ELSE)
_FORGET_MERGE: Final = f"""
    WITH named AS (SELECT id FROM ({_ALL_MERGES}) found LIMIT %(limit)s), split AS (
        SELECT merge.id, merge.person_key IN ({_NOBODY_ELSE}) AS nobodys, (
            SELECT coalesce(jsonb_agg(pair), '[]') FROM jsonb_array_elements(merge.moved->'identities') pair
            WHERE NOT EXISTS (SELECT FROM people_identity one
                WHERE one.id = (pair->>0)::bigint AND one.connection_id = %(id)s)
        ) AS kept
        FROM people_merge merge JOIN named USING (id)
    ), gone AS (
        DELETE FROM people_merge merge USING split
        WHERE split.id = merge.id AND (nobodys OR kept = '[]') RETURNING merge.id
    ), changed AS (
        UPDATE people_merge merge SET evidence = '[]', moved = merge.moved || jsonb_build_object(
            'identities', kept, 'persons', (
                SELECT coalesce(jsonb_agg(jsonb_build_array(pair->0, '')), '[]')
                FROM jsonb_array_elements(merge.moved->'persons') pair
            ))
        FROM split WHERE split.id = merge.id AND NOT nobodys AND kept <> '[]' RETURNING merge.id
    )
    SELECT id FROM gone UNION ALL SELECT id FROM changed
"""  # noqa: S608 - models' own names
_FORGET_MEMBERSHIPS: Final = (
    f"DELETE FROM people_membership WHERE id IN ({_MEMBERSHIPS} LIMIT %(limit)s)"  # noqa: S608 - models' own names
)
_FORGET_PEOPLE: Final = f"""
    WITH gone AS (SELECT person_id FROM ({_NOBODY_ELSE}) found LIMIT %(limit)s), loose AS (
        UPDATE people_identity one SET person_id = NULL FROM gone WHERE one.person_id = gone.person_id
    )
    DELETE FROM people_person WHERE id IN (SELECT person_id FROM gone)
"""  # noqa: S608 - models' own names
_KEEP_TEAMS: Final = f"""
    UPDATE people_team SET source = 'manual', connection_id = NULL, external_id = ''
    WHERE connection_id = %(id)s AND id NOT IN ({_TEAMS})
"""  # noqa: S608 - models' own names


def people(connection_id: int) -> list[Step]:
    """Before its identities go, by which they are found."""
    values = {"id": connection_id}
    return [
        statement("people_merge", _FORGET_MERGE, values),
        statement("people_membership", _FORGET_MEMBERSHIPS, values),
        statement("people_person", _FORGET_PEOPLE, values),
    ]


def teams(connection_id: int) -> list[Step]:
    """After everything else that tells who is in them or whose what is."""
    return [
        *(Step(one.table, partial(_of_teams, one, connection_id)) for one in reached(Team)),
        statement("people_team", _KEEP_TEAMS, {"id": connection_id}),
    ]


def count(connection_id: int) -> dict[str, int]:
    selects = {
        "people_merge": _ALL_MERGES,
        "people_membership": _MEMBERSHIPS,
        "people_person": _NOBODY_ELSE,
        "people_team": "SELECT id FROM people_team WHERE connection_id = %(id)s",
    }
    return counted(selects, {"id": connection_id})


def _of_teams(reach: Reach, connection_id: int, limit: int) -> int:
    """The teams themselves in one statement, since each may be above another."""
    column, some = ("id", "") if reach.model is Team else ("team_id", "LIMIT %(limit)s")
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {reach.table} WHERE {column} IN ({_TEAMS}) {some}",  # noqa: S608 - as above
            {"id": connection_id, "limit": limit},
        )
        keys = cursor.fetchall()
    if not keys:
        return 0
    around = FIGURES.get(reach.table)
    with around(keys) if around else nullcontext():
        return delete(reach, keys)
