"""Which pull requests and issues belong together: by the keys that stand in pull requests, and by what people say.

A key that issues of two Jiras have names neither of them by itself. One that was deleted is named by none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import connection

from backend.delivery.models import PullRequestIssueKey

_LINKS: Final = """
    WITH standing AS NOT MATERIALIZED (
        SELECT held.issue_id, held.key FROM delivery_issuekey held
        JOIN delivery_issue issue ON issue.id = held.issue_id WHERE issue.deleted_at IS NULL
    ), named AS (
        SELECT named.pull_request_id, known.issue_id, named.key, named.found_in
        FROM delivery_pullrequestissuekey named
        JOIN standing known ON known.key = named.key
        WHERE {which}
    ), alone AS (
        SELECT named.*, (
            SELECT count(DISTINCT other.issue_id) FROM standing other WHERE other.key = named.key
        ) > 1 AS is_ambiguous
        FROM named
    ), told AS (
        SELECT pull_request_id, issue_id,
            array_agg(DISTINCT place) AS found_in, bool_or(is_ambiguous) AS is_ambiguous
        FROM alone, unnest(found_in) AS place GROUP BY 1, 2
    ), said AS (
        SELECT pull_request_id, issue_id, verdict FROM delivery_issuecorrection named WHERE {which_said}
    )
    SELECT pull_request_id, issue_id, COALESCE(found_in, '{{}}'), COALESCE(is_ambiguous, false), verdict
    FROM told FULL JOIN said USING (pull_request_id, issue_id)
    ORDER BY 1, 2
"""
ADDED, REJECTED = "added", "rejected"


@dataclass(frozen=True, slots=True)
class Link:
    """`found_in`: the strongest evidence first. `verdict` is what a person says: added, rejected, or None."""

    pull_request_id: int
    issue_id: int
    found_in: tuple[str, ...]
    is_ambiguous: bool
    verdict: str | None

    @property
    def holds(self) -> bool:
        if self.verdict is not None:
            return self.verdict == ADDED
        return bool(self.found_in) and not self.is_ambiguous


def of_pull_requests(ids: Collection[int]) -> list[Link]:
    """All links of these pull requests, with those that do not hold."""
    return _links(
        "named.pull_request_id = ANY(%(ids)s)", "named.pull_request_id = ANY(%(ids)s)", ids
    )


def of_issues(ids: Collection[int]) -> list[Link]:
    """All links of these issues, with those that do not hold."""
    return _links("known.issue_id = ANY(%(ids)s)", "named.issue_id = ANY(%(ids)s)", ids)


def _links(which: str, which_said: str, ids: Collection[int]) -> list[Link]:
    with connection.cursor() as cursor:
        cursor.execute(_LINKS.format(which=which, which_said=which_said), {"ids": list(ids)})
        return [
            Link(pull, issue, _strongest_first(places), ambiguous, verdict)
            for pull, issue, places, ambiguous, verdict in cursor.fetchall()
        ]


def _strongest_first(places: Collection[str]) -> tuple[str, ...]:
    return tuple(place for place in PullRequestIssueKey.Place.values if place in places)
