"""Everything that may be a deployment, read from what was collected and reported, set-based.

What the times and outcomes are, by source:

- GitHub deployment: its statuses decide. The first success is its end, whatever came after; else the first failure or
  error. The environment is the latest known one. Without either it goes on, or it ended unsaid.
- Workflow run: each attempt, unless it ran for a pull request; it ends with its last job. Check run: likewise.
- Release: published, and no draft. The name of a pre-release ends in " (pre-release)", so that rules can tell it apart.
- Tag: an annotated one's own time, else its commit's.
- Merge: each merged pull request, at its merge, by the branch that it went to.
- Reported by API: as told.

Cancelled and skipped runs are neither successes nor failures, and so no candidates.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection as database

from backend.delivery.deployment_rules import (
    API,
    CHECK,
    GITHUB_DEPLOYMENT,
    MERGE,
    RELEASE,
    SOURCES,
    TAG,
    WORKFLOW,
    Candidate,
    Rule,
    fits_repository,
    judge_name,
)
from backend.delivery.models import Repository

PRE_RELEASE: Final = " (pre-release)"

_FAILURES: Final = "('failure', 'timed_out', 'startup_failure')"
_OUTCOME: Final = (
    "CASE conclusion WHEN '' THEN 'in_progress' WHEN 'success' THEN 'succeeded'"
    f" ELSE CASE WHEN conclusion IN {_FAILURES} THEN 'failed' ELSE '' END END"
)
_FOR_PULLS: Final = "('pull_request', 'pull_request_target')"

_ROWS: Final[Mapping[str, str]] = {
    GITHUB_DEPLOYMENT: """
        SELECT one.repository_id, one.external_id::text AS key,
            COALESCE(NULLIF(one.latest_environment, ''), said.environment, one.environment) AS name,
            '' AS service, one.sha,
            CASE WHEN said.succeeded_at IS NOT NULL THEN 'succeeded' WHEN said.failed_at IS NOT NULL THEN 'failed'
                WHEN is_over THEN '' ELSE 'in_progress' END AS outcome,
            CASE WHEN COALESCE(said.succeeded_at, said.failed_at) IS NULL AND is_over THEN 'ended' ELSE '' END
                AS obstacle,
            one.created_at AS started_at,
            GREATEST(one.created_at, COALESCE(said.succeeded_at, said.failed_at)) AS finished_at
        FROM delivery_deployment AS one CROSS JOIN LATERAL (
            SELECT min(created_at) FILTER (WHERE state = 'success') AS succeeded_at,
                min(created_at) FILTER (WHERE state IN ('failure', 'error')) AS failed_at,
                one.state IN ('inactive', 'abandoned', 'destroyed')
                    OR COALESCE(bool_or(state IN ('inactive', 'destroyed')), false) AS is_over,
                (array_agg(environment ORDER BY created_at DESC, id DESC) FILTER (WHERE environment <> ''))[1]
                    AS environment
            FROM delivery_deploymentstatus WHERE deployment_id = one.id) AS said""",
    WORKFLOW: f"""
        SELECT repository_id, external_id || '.' || attempt AS key, workflow AS name, '' AS service, head_sha AS sha,
            {_OUTCOME} AS outcome,
            CASE WHEN event IN {_FOR_PULLS} THEN 'pull_request' WHEN {_OUTCOME} = '' THEN 'undone' ELSE '' END
                AS obstacle,
            started_at,
            CASE WHEN conclusion <> '' THEN GREATEST(started_at, COALESCE((
                SELECT max(completed_at) FROM delivery_workflowjob WHERE run_id = one.id), updated_at)) END
                AS finished_at
        FROM delivery_workflowrun AS one""",  # noqa: S608 - constants of this module
    CHECK: f"""
        SELECT suite.repository_id, one.external_id::text AS key, one.name, '' AS service, suite.head_sha AS sha,
            one.outcome,
            CASE WHEN EXISTS (SELECT FROM delivery_workflowrun AS run WHERE run.repository_id = suite.repository_id
                    AND run.external_id = suite.workflow_run_external_id AND run.event IN {_FOR_PULLS})
                THEN 'pull_request' WHEN one.outcome = '' THEN 'undone' ELSE '' END AS obstacle,
            COALESCE(one.started_at, suite.created_at) AS started_at,
            CASE WHEN one.conclusion <> '' THEN GREATEST(COALESCE(one.started_at, suite.created_at),
                COALESCE(one.completed_at, suite.updated_at)) END AS finished_at
        FROM (SELECT *, {_OUTCOME} AS outcome FROM delivery_checkrun) AS one
        JOIN delivery_checksuite AS suite ON suite.id = one.suite_id""",  # noqa: S608 - constants of this module
    RELEASE: f"""
        SELECT repository_id, external_id::text AS key,
            CASE WHEN is_prerelease THEN tag || '{PRE_RELEASE}' ELSE tag END AS name, '' AS service, sha,
            'succeeded' AS outcome,
            CASE WHEN is_draft THEN 'draft' WHEN sha = '' THEN 'no commit' WHEN published_at IS NULL THEN 'no time'
                ELSE '' END AS obstacle,
            published_at AS started_at, published_at AS finished_at
        FROM delivery_release""",  # noqa: S608 - constants of this module
    TAG: """
        SELECT one.repository_id, one.name AS key, one.name, '' AS service, one.sha, 'succeeded' AS outcome,
            CASE WHEN COALESCE(one.tagged_at, leaf.committed_at) IS NULL THEN 'no time' ELSE '' END AS obstacle,
            COALESCE(one.tagged_at, leaf.committed_at) AS started_at,
            COALESCE(one.tagged_at, leaf.committed_at) AS finished_at
        FROM delivery_tag AS one LEFT JOIN delivery_commit AS leaf
            ON leaf.repository_id = one.repository_id AND leaf.sha = one.sha""",
    MERGE: """
        SELECT repository_id, number::text AS key, base_ref AS name, '' AS service, merge_sha AS sha,
            'succeeded' AS outcome, CASE WHEN merge_sha = '' THEN 'no commit' ELSE '' END AS obstacle,
            merged_at AS started_at, merged_at AS finished_at
        FROM delivery_pullrequest WHERE merged_at IS NOT NULL""",
    API: """
        SELECT repository_id, external_id AS key, environment AS name, service, sha, outcome, '' AS obstacle,
            COALESCE(started_at, finished_at, reported_at) AS started_at,
            CASE WHEN outcome <> 'in_progress' THEN COALESCE(finished_at, reported_at) END AS finished_at
        FROM delivery_reporteddeployment""",
}
"""Of each source, under the same names. An obstacle is why it can be no deployment whatever the rules say."""


def candidates(
    repository_id: int, *, since: datetime | None = None, rules: Sequence[Rule] | None = None
) -> Iterator[Candidate]:
    """All of a repository that began at or after `since`, in no particular order.

    With `rules` only those that are deployments by them, or by the built-in names: what is read is then in proportion
    to these, and not to all that ever ran.
    """
    repository = _name(repository_id)
    for source in SOURCES:
        names = None if rules is None else _counting(repository_id, repository, source, rules)
        if names is None or names:
            yield from _read(repository_id, repository, source, names=names, since=since)


_CANDIDATES: Final = """
    SELECT key, name, sha, outcome, started_at, finished_at, service FROM ({rows}) AS row
    WHERE repository_id = %(repository)s AND obstacle = ''
        AND (%(names)s::text[] IS NULL OR name = ANY(%(names)s))
        AND (%(since)s::timestamptz IS NULL OR started_at >= %(since)s)
"""


def _read(
    repository_id: int,
    repository: str,
    source: str,
    *,
    names: list[str] | None,
    since: datetime | None,
) -> Iterator[Candidate]:
    with database.cursor() as cursor:
        cursor.execute(
            _CANDIDATES.format(rows=_ROWS[source]),
            {"repository": repository_id, "names": names, "since": since},
        )
        rows = cursor.fetchall()
    return (Candidate(repository, source, *row) for row in rows)


_NAMES: Final = "SELECT DISTINCT name, service FROM ({rows}) AS row WHERE repository_id = %s"


def _counting(repository_id: int, repository: str, source: str, rules: Sequence[Rule]) -> list[str]:
    """The names under which something of this source is a deployment."""
    if source not in {GITHUB_DEPLOYMENT, API} and not any(
        rule.source == source and fits_repository(repository, rule.repositories) for rule in rules
    ):
        return []
    with database.cursor() as cursor:
        cursor.execute(_NAMES.format(rows=_ROWS[source]), [repository_id])
        found = cursor.fetchall()
    judged = tuple(rules)
    return sorted(
        {
            name
            for name, service in found
            if judge_name(repository, source, name, service, judged).deployments
        }
    )


def _name(repository_id: int) -> str:
    return Repository.objects.values_list("name_with_owner", flat=True).get(pk=repository_id)
