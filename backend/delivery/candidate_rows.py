"""Everything that may be a deployment, as SQL over what was collected and reported.

What the times and outcomes are, by source:

- GitHub deployment: its statuses decide. The first success is its end, whatever came after; else the first failure or
  error. The environment is the latest known one. Without either it goes on, or its state says that it is over.
- Workflow run: each attempt, unless it ran for a pull request; it ends with its last job. Check run: likewise.
- Release: published, and no draft. The name of a pre-release ends in " (pre-release)", so that rules can tell it apart.
- Tag: an annotated one's own time, else its commit's.
- Merge: each merged pull request, at its merge, by the branch that it went to.
- Reported by API: as told.

Cancelled and skipped runs are neither successes nor failures, and so no candidates.
"""

from collections.abc import Mapping
from typing import Final

from backend.delivery.deployment_rules import (
    API,
    CHECK,
    GITHUB_DEPLOYMENT,
    MERGE,
    RELEASE,
    TAG,
    WORKFLOW,
)

PRE_RELEASE: Final = " (pre-release)"

_FAILURES: Final = "('failure', 'timed_out', 'startup_failure')"
_OUTCOME: Final = (
    "CASE conclusion WHEN '' THEN 'in_progress' WHEN 'success' THEN 'succeeded'"
    f" ELSE CASE WHEN conclusion IN {_FAILURES} THEN 'failed' ELSE '' END END"
)
_FOR_PULLS: Final = "('pull_request', 'pull_request_target')"

_WORD: Final = "(SELECT min(created_at) FROM delivery_deploymentstatus WHERE deployment_id = one.id AND state IN {})"
_SUCCEEDED_AT: Final = _WORD.format("('success')")
_FAILED_AT: Final = _WORD.format("('failure', 'error')")

ROWS: Final[Mapping[str, str]] = {
    GITHUB_DEPLOYMENT: f"""
        SELECT repository_id, external_id::text AS key,
            COALESCE(NULLIF(latest_environment, ''), (SELECT environment FROM delivery_deploymentstatus
                WHERE deployment_id = one.id AND environment <> '' ORDER BY created_at DESC, id DESC LIMIT 1),
                environment) AS name,
            '' AS service, sha,
            CASE WHEN {_SUCCEEDED_AT} IS NOT NULL THEN 'succeeded' WHEN {_FAILED_AT} IS NOT NULL THEN 'failed'
                ELSE 'in_progress' END AS outcome,
            CASE WHEN state IN ('inactive', 'abandoned', 'destroyed') AND NOT EXISTS (
                SELECT FROM delivery_deploymentstatus WHERE deployment_id = one.id
                AND state IN ('success', 'failure', 'error')) THEN 'ended' ELSE '' END AS obstacle,
            created_at AS started_at,
            CASE WHEN COALESCE({_SUCCEEDED_AT}, {_FAILED_AT}) IS NOT NULL
                THEN GREATEST(created_at, COALESCE({_SUCCEEDED_AT}, {_FAILED_AT})) END AS finished_at
        FROM delivery_deployment AS one""",  # noqa: S608 - constants of this module
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
            CASE WHEN of_pull.external_id IS NOT NULL THEN 'pull_request'
                WHEN one.outcome = '' THEN 'undone' ELSE '' END AS obstacle,
            COALESCE(one.started_at, suite.created_at) AS started_at,
            CASE WHEN one.conclusion <> '' THEN GREATEST(COALESCE(one.started_at, suite.created_at),
                COALESCE(one.completed_at, suite.updated_at)) END AS finished_at
        FROM (SELECT *, {_OUTCOME} AS outcome FROM delivery_checkrun) AS one
        JOIN delivery_checksuite AS suite ON suite.id = one.suite_id
        LEFT JOIN (SELECT DISTINCT repository_id, external_id FROM delivery_workflowrun WHERE event IN {_FOR_PULLS})
            AS of_pull ON of_pull.repository_id = suite.repository_id
                AND of_pull.external_id = suite.workflow_run_external_id""",  # noqa: S608 - constants of this module
    RELEASE: f"""
        SELECT repository_id, external_id::text AS key,
            CASE WHEN is_prerelease THEN tag || '{PRE_RELEASE}' ELSE tag END AS name, '' AS service, sha,
            'succeeded' AS outcome,
            CASE WHEN is_draft THEN 'draft' WHEN sha = '' THEN 'no commit' WHEN published_at IS NULL THEN 'unpublished'
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
