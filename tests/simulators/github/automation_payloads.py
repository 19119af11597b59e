"""Checks, statuses, workflow runs and jobs, deployments and releases as REST answers and webhooks show them."""

import hashlib
from typing import Any
from urllib.parse import quote

from .automation import (
    App,
    Artifact,
    Attempt,
    CheckRun,
    CheckSuite,
    CommitStatus,
    Job,
    Workflow,
    WorkflowRun,
)
from .deployments import Deployment, DeploymentStatus, Release
from .graph.automation import GHOST
from .graph.readers import author_of, committer_of, iso
from .payloads import repository_lite, user_json
from .records import Account, Commit, PullRequest, Repository


def api(repository: Repository, base_url: str) -> str:
    return f"{base_url}/api/v3/repos/{repository.full_name}"


def lower(word: str | None) -> str | None:
    return None if word is None else word.lower()


def who_json(account: Account | None, base_url: str) -> dict[str, Any]:
    """The account, or the ghost that stands for a deleted one."""
    return user_json(GHOST if account is None or account.deleted else account, base_url)


def app_json(app: App, base_url: str) -> dict[str, Any]:
    made = iso(app.created_at)
    owner = Account(database_id=9_919, login="github", kind="Organization")
    return {
        "id": app.database_id,
        "slug": app.slug,
        "node_id": app.node_id,
        "owner": user_json(owner, base_url),
        "name": app.name,
        "description": "",
        "external_url": f"{base_url}/apps/{app.slug}",
        "html_url": f"{base_url}/apps/{app.slug}",
        "created_at": made,
        "updated_at": made,
        "permissions": {"checks": "write", "metadata": "read"},
        "events": [],
    }


def simple_commit(commit: Commit) -> dict[str, Any]:
    """A commit as workflow runs and check suites show it."""
    text = f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline
    author, committer = author_of(commit), committer_of(commit)
    return {
        "id": commit.oid,
        "tree_id": hashlib.sha1(commit.oid.encode(), usedforsecurity=False).hexdigest(),
        "message": text,
        "timestamp": iso(commit.committed_at),
        "author": {"name": author.name, "email": author.email},
        "committer": {"name": committer.name, "email": committer.email},
    }


def minimal_pull_request(pr: PullRequest, base_url: str) -> dict[str, Any]:
    """A pull request as checks and runs name it."""

    def end(ref: str, commit: Commit | None) -> dict[str, Any]:
        repository = pr.repository
        shown = {"id": repository.database_id, "name": repository.name}
        shown["url"] = api(repository, base_url)
        return {"ref": ref, "sha": commit.oid if commit else "0" * 40, "repo": shown}

    return {
        "url": f"{api(pr.repository, base_url)}/pulls/{pr.number}",
        "id": pr.database_id,
        "number": pr.number,
        "head": end(pr.head_ref, pr.head_commit),
        "base": end(pr.base_ref, pr.base_commit),
    }


def _pull_requests(commit: Commit, base_url: str) -> list[dict[str, Any]]:
    """The open ones whose head the commit is, as GitHub has them."""
    found = [pr for pr in commit.pull_requests if pr.state == "OPEN" and pr.head_commit is commit]
    return [minimal_pull_request(pr, base_url) for pr in found]


# -- checks ----------------------------------------------------------------------------------------------------


def check_suite_json(suite: CheckSuite, base_url: str) -> dict[str, Any]:
    own = f"{api(suite.repository, base_url)}/check-suites/{suite.database_id}"
    parent = suite.commit.parents[0].oid if suite.commit.parents else "0" * 40
    return {
        "id": suite.database_id,
        "node_id": suite.node_id,
        "head_branch": suite.branch,
        "head_sha": suite.commit.oid,
        "status": lower(suite.status),
        "conclusion": lower(suite.conclusion),
        "url": own,
        "before": parent,
        "after": suite.commit.oid,
        "pull_requests": _pull_requests(suite.commit, base_url),
        "app": app_json(suite.app, base_url),
        "created_at": iso(suite.created_at),
        "updated_at": iso(suite.updated_at),
        "rerequestable": True,
        "runs_rerequestable": True,
        "latest_check_runs_count": len(suite.latest_runs),
        "check_runs_url": f"{own}/check-runs",
        "head_commit": simple_commit(suite.commit),
    }


def check_run_json(run: CheckRun, base_url: str, *, whole: bool = False) -> dict[str, Any]:
    """A check run; ``whole`` with all of its suite, as webhooks have it."""
    own = f"{api(run.repository, base_url)}/check-runs/{run.database_id}"
    html = f"{base_url}/{run.repository.full_name}/runs/{run.database_id}"
    suite: dict[str, Any] = {"id": run.suite.database_id}
    if whole:
        suite = check_suite_json(run.suite, base_url)
    return {
        "id": run.database_id,
        "node_id": run.node_id,
        "head_sha": run.suite.commit.oid,
        "external_id": run.external_id,
        "url": own,
        "html_url": html,
        "details_url": html,
        "status": lower(run.status),
        "conclusion": lower(run.conclusion),
        "started_at": iso(run.suite.created_at if run.started_at is None else run.started_at),
        "completed_at": iso(run.completed_at),
        "output": {
            "title": run.output or None,
            "summary": run.output or None,
            "text": run.output or None,
            "annotations_count": 0,
            "annotations_url": f"{own}/annotations",
        },
        "name": run.name,
        "check_suite": suite,
        "app": app_json(run.suite.app, base_url),
        "pull_requests": _pull_requests(run.suite.commit, base_url),
    }


def status_json(status: CommitStatus, base_url: str) -> dict[str, Any]:
    sha = status.commit.oid
    return {
        "url": f"{api(status.repository, base_url)}/statuses/{sha}",
        "avatar_url": f"{base_url}/avatars/oa/{status.database_id}",
        "id": status.database_id,
        "node_id": status.node_id,
        "state": lower(status.state),
        "description": status.description,
        "target_url": None,
        "context": status.context,
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
        "creator": None if status.creator is None else who_json(status.creator, base_url),
    }


# -- workflows -------------------------------------------------------------------------------------------------


def workflow_json(workflow: Workflow, base_url: str) -> dict[str, Any]:
    repository, html = workflow.repository, f"{base_url}/{workflow.repository.full_name}"
    return {
        "id": workflow.database_id,
        "node_id": workflow.node_id,
        "name": workflow.name,
        "path": workflow.path,
        "state": "active",
        "created_at": iso(workflow.created_at),
        "updated_at": iso(workflow.created_at),
        "url": f"{api(repository, base_url)}/actions/workflows/{workflow.database_id}",
        "html_url": f"{html}/blob/{repository.default_branch}/{workflow.path}",
        "badge_url": f"{html}/workflows/{quote(workflow.name)}/badge.svg",
    }


def workflow_run_json(
    run: WorkflowRun, base_url: str, attempt: Attempt | None = None
) -> dict[str, Any]:
    """A run as its latest attempt, or another, left it."""
    attempt = attempt or run.latest
    repository = repository_lite(run.repository, base_url)
    own = f"{api(run.repository, base_url)}/actions/runs/{run.database_id}"
    suite, suites = run.suite, f"{api(run.repository, base_url)}/check-suites"
    pr, before = run.pull_request, attempt.number - 1
    return {
        "id": run.database_id,
        "name": run.workflow.name,
        "node_id": run.node_id,
        "head_branch": suite.branch,
        "head_sha": run.commit.oid,
        "path": run.workflow.path,
        "display_title": pr.title if pr else run.commit.headline,
        "run_number": run.run_number,
        "event": run.event,
        "status": lower(attempt.status),
        "conclusion": lower(attempt.conclusion),
        "workflow_id": run.workflow.database_id,
        "check_suite_id": suite.database_id,
        "check_suite_node_id": suite.node_id,
        "url": own,
        "html_url": f"{base_url}/{run.repository.full_name}/actions/runs/{run.database_id}",
        "pull_requests": [minimal_pull_request(pr, base_url)] if pr and pr.state == "OPEN" else [],
        "created_at": iso(run.created_at),
        "updated_at": iso(attempt.updated_at),
        "actor": who_json(run.actor, base_url),
        "run_attempt": attempt.number,
        "referenced_workflows": [],
        "run_started_at": iso(attempt.started_at),
        "triggering_actor": who_json(attempt.actor, base_url),
        "jobs_url": f"{own}/jobs",
        "logs_url": f"{own}/logs",
        "check_suite_url": f"{suites}/{suite.database_id}",
        "artifacts_url": f"{own}/artifacts",
        "cancel_url": f"{own}/cancel",
        "rerun_url": f"{own}/rerun",
        "previous_attempt_url": f"{own}/attempts/{before}" if before else None,
        "workflow_url": f"{api(run.repository, base_url)}/actions/workflows/{run.workflow.database_id}",
        "head_commit": simple_commit(run.commit),
        "repository": repository,
        "head_repository": repository,
    }


def artifact_json(artifact: Artifact, base_url: str) -> dict[str, Any]:
    repository, run = artifact.run.repository, artifact.run
    own = f"{api(repository, base_url)}/actions/artifacts/{artifact.database_id}"
    return {
        "id": artifact.database_id,
        "node_id": f"ART_{artifact.database_id}",
        "name": artifact.name,
        "size_in_bytes": artifact.size,
        "url": own,
        "archive_download_url": f"{own}/zip",
        "expired": artifact.is_expired,
        "created_at": iso(artifact.created_at),
        "expires_at": iso(artifact.created_at + 90 * 24 * 3600),
        "updated_at": iso(artifact.created_at),
        "workflow_run": {
            "id": run.database_id,
            "repository_id": repository.database_id,
            "head_repository_id": repository.database_id + artifact.is_of_fork,
            "head_branch": run.suite.branch,
            "head_sha": run.commit.oid,
        },
    }


def job_json(job: Job, base_url: str) -> dict[str, Any]:
    run, check, where = job.run, job.check_run, api(job.run.repository, base_url)
    html = f"{base_url}/{run.repository.full_name}/actions/runs/{run.database_id}"
    is_waiting = check.started_at is None
    return {
        "id": job.database_id,
        "run_id": run.database_id,
        "workflow_name": run.workflow.name,
        "head_branch": run.suite.branch,
        "run_url": f"{where}/actions/runs/{run.database_id}",
        "run_attempt": job.attempt,
        "node_id": check.node_id,
        "head_sha": run.commit.oid,
        "url": f"{where}/actions/jobs/{job.database_id}",
        "html_url": f"{html}/job/{job.database_id}",
        "status": lower(check.status),
        "conclusion": lower(check.conclusion),
        "created_at": iso(job.created_at),
        "started_at": iso(job.created_at if is_waiting else check.started_at),
        "completed_at": iso(check.completed_at),
        "name": check.name,
        "steps": [],
        "check_run_url": f"{where}/check-runs/{job.database_id}",
        "labels": ["self-hosted"],
        "runner_id": None if is_waiting else 1,
        "runner_name": None if is_waiting else "runner-1",
        "runner_group_id": None if is_waiting else 1,
        "runner_group_name": None if is_waiting else "Default",
    }


# -- deployments and releases ----------------------------------------------------------------------------------


def deployment_json(deployment: Deployment, base_url: str) -> dict[str, Any]:
    where = api(deployment.repository, base_url)
    own = f"{where}/deployments/{deployment.database_id}"
    return {
        "url": own,
        "id": deployment.database_id,
        "node_id": deployment.node_id,
        "task": deployment.task,
        "original_environment": deployment.original_environment,
        "environment": deployment.environment,
        "description": deployment.description or None,
        "created_at": iso(deployment.created_at),
        "updated_at": iso(deployment.updated_at),
        "statuses_url": f"{own}/statuses",
        "repository_url": where,
        "creator": who_json(deployment.creator, base_url),
        "sha": deployment.commit.oid,
        "ref": deployment.ref,
        "payload": {},
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": None,
    }


def deployment_status_json(status: DeploymentStatus, base_url: str) -> dict[str, Any]:
    where = api(status.repository, base_url)
    own = f"{where}/deployments/{status.deployment.database_id}"
    return {
        "url": f"{own}/statuses/{status.database_id}",
        "id": status.database_id,
        "node_id": status.node_id,
        "state": lower(status.state),
        "creator": who_json(status.creator, base_url),
        "description": status.description,
        "environment": status.environment,
        "target_url": "",
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
        "deployment_url": own,
        "repository_url": where,
        "environment_url": "https://deployed.example/",
        "log_url": f"{own}/log",
        "performed_via_github_app": None,
    }


def release_json(release: Release, base_url: str) -> dict[str, Any]:
    where, tag = api(release.repository, base_url), quote(release.tag_name, safe="")
    own, html = (
        f"{where}/releases/{release.database_id}",
        f"{base_url}/{release.repository.full_name}",
    )
    return {
        "url": own,
        "assets_url": f"{own}/assets",
        "upload_url": f"{own}/assets{{?name,label}}",
        "html_url": f"{html}/releases/tag/{tag}",
        "id": release.database_id,
        "node_id": release.node_id,
        "tag_name": release.tag_name,
        "target_commitish": release.repository.default_branch,
        "name": release.name,
        "draft": release.is_draft,
        "prerelease": release.is_prerelease,
        "author": who_json(release.author, base_url),
        "created_at": iso(release.created_at),
        "published_at": iso(release.published_at),
        "assets": [],
        "tarball_url": None if release.is_draft else f"{where}/tarball/{tag}",
        "zipball_url": None if release.is_draft else f"{where}/zipball/{tag}",
        "body": release.body,
    }
