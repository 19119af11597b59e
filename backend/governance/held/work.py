"""What somebody did: pull requests, commits, runs, deployments, issues."""

from typing import Final

from backend.governance.held.categories import BUILDS, CODE, ISSUES
from backend.governance.held.shape import COMMIT, PULL, Section, columns

WORK: Final = (
    Section(
        "pull_requests",
        "Pull requests that you opened",
        CODE,
        "delivery.PullRequest",
        ("author",),
        columns(
            *("number", "title", "state", "is_draft", "created_at", "updated_at", "merged_at"),
            *("closed_at", "base_ref", "head_ref", "head_sha", "merge_sha", "labels"),
            *("additions", "deletions", "changed_files", "commit_count", "is_cross_repository"),
            *("review_thread_count", "comment_count", "reverts"),
            repository="repository__name_with_owner",
        ),
    ),
    Section(
        "pull_request_files",
        "Files of pull requests that you opened",
        CODE,
        "delivery.PullRequestFile",
        ("pull_request__author",),
        columns("path", "additions", "deletions", "change", "is_generated", **PULL),
    ),
    Section(
        "merged",
        "Pull requests that you merged",
        CODE,
        "delivery.PullRequest",
        ("merged_by",),
        columns("number", "merged_at", repository="repository__name_with_owner"),
    ),
    Section(
        "reviews",
        "Reviews",
        CODE,
        "delivery.Review",
        ("author",),
        columns("state", "submitted_at", "commit_sha", **PULL),
    ),
    Section(
        "reviews_received",
        "Reviews of pull requests that you opened, without who gave them",
        CODE,
        "delivery.Review",
        ("pull_request__author",),
        columns("state", "submitted_at", **PULL),
    ),
    Section(
        "pull_request_acts",
        "What else you did to pull requests",
        CODE,
        "delivery.PullRequestEvent",
        ("actor",),
        columns("kind", "occurred_at", "before", "after", **PULL),
    ),
    Section(
        "review_requests",
        "Reviews that you were asked for",
        CODE,
        "delivery.PullRequestEvent",
        ("reviewer",),
        columns("kind", "occurred_at", **PULL),
    ),
    Section(
        "pull_request_history",
        "What happened to pull requests that you opened, without who did it",
        CODE,
        "delivery.PullRequestEvent",
        ("pull_request__author",),
        columns("kind", "occurred_at", **PULL),
    ),
    Section(
        "issues_named",
        "Issues that pull requests of yours name",
        CODE,
        "delivery.PullRequestIssueKey",
        ("pull_request__author",),
        columns("key", "found_in", **PULL),
    ),
    Section(
        "pull_request_commits",
        "Commits in pull requests",
        CODE,
        "delivery.PullRequestCommit",
        ("author",),
        columns(
            *("sha", "authored_at", "committed_at", "is_superseded", "additions", "deletions"),
            **PULL,
        ),
    ),
    Section(
        "commits",
        "Commits",
        CODE,
        "delivery.Commit",
        ("author",),
        columns(
            *("sha", "authored_at", "committed_at", "is_on_default_branch", "reverts"),
            *("picked_from", "is_truncated"),
            **COMMIT,
        ),
    ),
    Section(
        "commit_files",
        "Files of these commits, by the size of the change",
        CODE,
        "delivery.CommitFile",
        ("commit__author",),
        columns(
            *("path", "additions", "deletions", "is_generated"),
            sha="commit__sha",
            repository="commit__repository__name_with_owner",
        ),
    ),
    Section(
        "workflow_runs",
        "Runs that you set off",
        BUILDS,
        "delivery.WorkflowRun",
        ("actor",),
        columns(
            *("workflow", "run_number", "attempt", "event", "head_branch", "head_sha", "status"),
            *("conclusion", "created_at", "started_at", "updated_at"),
            **COMMIT,
        ),
    ),
    Section(
        "commit_statuses",
        "Statuses that you set on commits",
        BUILDS,
        "delivery.CommitStatus",
        ("creator",),
        columns("sha", "context", "state", "created_at", **COMMIT),
    ),
    Section(
        "deployments",
        "Deployments that you made",
        BUILDS,
        "delivery.Deployment",
        ("creator",),
        columns(
            *("sha", "ref", "environment", "task", "state", "created_at", "updated_at"), **COMMIT
        ),
    ),
    Section(
        "deployment_statuses",
        "Statuses that you gave to deployments",
        BUILDS,
        "delivery.DeploymentStatus",
        ("creator",),
        columns(
            *("state", "environment", "created_at"),
            repository="deployment__repository__name_with_owner",
        ),
    ),
    Section(
        "releases",
        "Releases",
        BUILDS,
        "delivery.Release",
        ("author",),
        columns(
            *("tag", "sha", "is_draft", "is_prerelease", "created_at", "published_at"), **COMMIT
        ),
    ),
    Section(
        "issues",
        "Issues that are assigned to you or that you reported",
        ISSUES,
        "delivery.Issue",
        ("assignee", "reporter"),
        columns(
            *("key", "summary", "priority", "resolution", "labels", "components"),
            *("fix_versions", "affects_versions"),
            *("estimate", "team_name", "created_at", "updated_at", "resolved_at", "deleted_at"),
            project="project__key",
            type="issue_type__name",
            status="status__name",
        ),
    ),
    Section(
        "issue_acts",
        "What you changed of issues",
        ISSUES,
        "delivery.IssueTransition",
        ("actor",),
        columns("kind", "occurred_at", issue="issue__key"),
    ),
    Section(
        "issue_history",
        "What was changed of issues that are assigned to you, without who did it",
        ISSUES,
        "delivery.IssueTransition",
        ("issue__assignee",),
        columns("kind", "occurred_at", issue="issue__key"),
    ),
)
