"""What figures are about, by kind: SQL of facts (id, at, person) and of the teams that each is in (id, team_id)."""

from dataclasses import dataclass
from typing import Final

from backend.metrics.models import UncutSpan


@dataclass(frozen=True)
class Source:
    facts: str
    teams: str


_PULL_REQUEST_TEAMS: Final = "SELECT fact_id AS id, team_id FROM metrics_pullrequestteam"
_OF_HUMANS: Final = "NOT is_bot AND excluded = ''"
# A day is the organisation's, at noon, which is the same day in every zone less than half a day away.
_DAY: Final = """
    SELECT COALESCE(who.person_id, -who.id) AS person, one.day
    FROM metrics_activityday one JOIN people_identity who ON who.id = one.identity_id AND NOT who.is_bot
    GROUP BY 1, 2
"""
SOURCES: Final = {
    UncutSpan.Family.MERGED: Source(
        facts=f"""
            SELECT pull_request_id AS id, merged_at AS at, author_key AS person
            FROM metrics_pullrequestfact WHERE merged_at IS NOT NULL AND {_OF_HUMANS}
        """,  # noqa: S608 - constants of ours
        teams=_PULL_REQUEST_TEAMS,
    ),
    UncutSpan.Family.REVIEWED: Source(
        facts=f"""
            SELECT pull_request_id AS id, first_review_at AS at, author_key AS person
            FROM metrics_pullrequestfact WHERE first_review_at IS NOT NULL AND {_OF_HUMANS}
        """,  # noqa: S608 - constants of ours
        teams=_PULL_REQUEST_TEAMS,
    ),
    UncutSpan.Family.DONE: Source(
        facts=f"""
            SELECT issue_id AS id, done_at AS at, author_key AS person FROM metrics_issuefact
            WHERE done_at IS NOT NULL AND {_OF_HUMANS} AND NOT is_subtask AND author_key IS NOT NULL
        """,  # noqa: S608 - constants of ours
        teams="SELECT fact_id AS id, team_id FROM metrics_issueteam",
    ),
    UncutSpan.Family.DEPLOYED: Source(
        facts="""
            SELECT pull_request_id AS id, finished_at AS at, author_key AS person
            FROM metrics_deployedchange WHERE environment = 'production' AND NOT is_bot
        """,
        teams=_PULL_REQUEST_TEAMS,
    ),
    UncutSpan.Family.WORKED: Source(
        facts=f"""
            SELECT (person, day)::text AS id, person,
                (day + time '12:00') AT TIME ZONE %(home)s AS at
            FROM ({_DAY}) did
        """,  # noqa: S608 - constants of ours
        teams=f"""
            WITH RECURSIVE above (team_id, above_id) AS (
                SELECT id, id FROM people_team
                UNION
                SELECT above.team_id, team.parent_id FROM above JOIN people_team team ON team.id = above.above_id
                WHERE team.parent_id IS NOT NULL
            )
            SELECT DISTINCT (did.person, did.day)::text AS id, above.above_id AS team_id
            FROM ({_DAY}) did
            JOIN people_membership member ON member.person_id = did.person
                AND (member.starts_on IS NULL OR member.starts_on <= did.day)
                AND (member.ends_on IS NULL OR member.ends_on > did.day)
            JOIN above ON above.team_id = member.team_id
        """,  # noqa: S608 - constants of ours
    ),
}
