"""What was finished in a range: issues done and pull requests merged, each with its category and whose it is."""

from typing import Any, Final

from backend.metrics.issues.asked import Asked
from backend.metrics.scope import Scope

_PULL_REQUESTS: Final = """
    SELECT 'pull_request' AS kind, fact.pull_request_id AS id, COALESCE(sorted.category, '') AS category,
        sorted.because, sorted.inherited_from_id, fact.author_id AS identity_id, fact.author_key AS person,
        fact.merged_at AS finished_at
    FROM metrics_pullrequestfact fact
    {of_team}
    LEFT JOIN metrics_pullrequestcategory sorted ON sorted.pull_request_id = fact.pull_request_id
    WHERE fact.merged_at >= %(low)s AND fact.merged_at < %(high)s AND NOT fact.is_bot AND fact.excluded = ''
"""
_OF_TEAM: Final = """
    JOIN metrics_pullrequestteam bridge ON bridge.fact_id = fact.pull_request_id AND bridge.team_id = %(team)s
"""
_ISSUES: Final = """
    SELECT 'issue' AS kind, fact.issue_id AS id, COALESCE(sorted.category, '') AS category,
        sorted.because, sorted.inherited_from_id, fact.assignee_id AS identity_id, fact.author_key AS person,
        fact.done_at AS finished_at
    FROM ({facts}) fact
    LEFT JOIN metrics_issuecategory sorted ON sorted.issue_id = fact.issue_id
    WHERE fact.done_at >= %(low)s AND fact.done_at < %(high)s
"""


def pull_requests_merged(scope: Scope) -> str:
    """SQL; those of bots are left out."""
    return _PULL_REQUESTS.format(of_team=_OF_TEAM if scope.team else "")


def issues_done(scope: Scope) -> str:
    """SQL; those of bots and parts of issues are left out."""
    return _ISSUES.format(facts=Asked(scope).facts)


def given(scope: Scope) -> dict[str, Any]:
    """The parameters of both."""
    return Asked(scope).parameters
