"""Days on which accounts worked on pull requests and issues: what effort is split by. See formulas.effort."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from backend.metrics.formulas.effort import AUTHORED, MOVED, REVIEWED
from backend.people.store import organisation

# A commit that only names an address of git which is nobody's is the pull request's author's. Clocks and old branches
# tell of days that nobody means: commits count from 90 days before the opening to the end.
_OF_PULL_REQUESTS: Final = f"""
    pull AS (
        SELECT id, author_id, created_at, COALESCE(merged_at, closed_at, now()) AS ended_at
        FROM delivery_pullrequest WHERE id = ANY(%(items)s)
    ), told (item, identity_id, at, weight) AS (
        SELECT id, author_id, created_at, {AUTHORED} FROM pull
        UNION ALL
        SELECT pull.id,
            CASE WHEN author.kind = 'git' AND author.person_id IS NULL THEN pull.author_id
                ELSE COALESCE(author.id, pull.author_id) END,
            one.authored_at, {AUTHORED}
        FROM pull JOIN delivery_pullrequestcommit one ON one.pull_request_id = pull.id
        LEFT JOIN people_identity author ON author.id = one.author_id
        WHERE one.authored_at BETWEEN pull.created_at - interval '90 days' AND pull.ended_at
        UNION ALL
        SELECT pull.id, review.author_id, review.submitted_at, {REVIEWED}
        FROM pull JOIN delivery_review review ON review.pull_request_id = pull.id
        WHERE review.author_id IS DISTINCT FROM pull.author_id
    )
"""  # noqa: S608 - constants of ours
_OF_ISSUES: Final = f"""
    told (item, identity_id, at, weight) AS (
        SELECT issue_id, actor_id, occurred_at, {MOVED}
        FROM delivery_issuetransition JOIN metrics_issuefact fact USING (issue_id)
        WHERE issue_id = ANY(%(items)s) AND kind = 'status' AND fact.excluded = ''
    )
"""  # noqa: S608 - constants of ours
_STORE: Final = """
    WITH {told}, wanted AS (
        SELECT item, identity_id, (at AT TIME ZONE %(zone)s)::date AS day, max(weight) AS weight
        FROM told WHERE identity_id IS NOT NULL GROUP BY 1, 2, 3
    ), gone AS (
        DELETE FROM metrics_activityday known
        WHERE known.{item} = ANY(%(items)s) AND NOT EXISTS (
            SELECT FROM wanted WHERE wanted.item = known.{item}
                AND wanted.identity_id = known.identity_id AND wanted.day = known.day
        )
    )
    INSERT INTO metrics_activityday AS known ({item}, identity_id, day, weight)
    SELECT item, identity_id, day, weight FROM wanted ORDER BY item, identity_id, day
    ON CONFLICT (pull_request_id, issue_id, identity_id, day) DO UPDATE SET weight = excluded.weight
    WHERE known.weight <> excluded.weight
"""


def store_days_of_pull_requests(ids: Sequence[int]) -> None:
    """To be sorted after that: what is new has no category yet."""
    _store(ids, told=_OF_PULL_REQUESTS, item="pull_request_id")


def store_days_of_issues(ids: Sequence[int]) -> None:
    """After their facts: those that count nowhere have none. To be sorted after that."""
    _store(ids, told=_OF_ISSUES, item="issue_id")


def _store(ids: Sequence[int], *, told: str, item: str) -> None:
    with connection.cursor() as cursor:
        statement = _STORE.format(told=told, item=item)
        cursor.execute(statement, {"items": list(ids), "zone": organisation().time_zone})
