"""What webhooks tell: the JSON of each event, in the shapes of GitHub's own schemas."""

import hashlib
from collections.abc import Callable
from typing import Any

from .automation_payloads import (
    check_run_json,
    check_suite_json,
    deployment_json,
    deployment_status_json,
    job_json,
    release_json,
    simple_commit,
    status_json,
    workflow_json,
    workflow_run_json,
)
from .graph.readers import author_of, committer_of, iso
from .payloads import (
    organization_json,
    owner_json,
    pull_request_json,
    repository_json,
    review_json,
    team_json,
    thread_comment_json,
    user_json,
)
from .records import Account, Commit, Repository
from .registry import Event
from .rest import commit_json

ZERO = "0" * 40
MOST_PATHS = 3000
About = Callable[[Event, str], dict[str, Any]]


def payload(event: Event, base_url: str) -> dict[str, Any]:
    """The JSON that GitHub sends for an event."""
    body: dict[str, Any] = {} if event.action is None else {"action": event.action}
    body |= EVENTS[event.name](event, base_url)
    if event.repository:
        body["repository"] = repository_json(event.repository, base_url)
    if event.organization.kind == "Organization":
        body["organization"] = organization_json(event.organization, base_url)
    body["sender"] = _sender(event, base_url)
    return body


def _sender(event: Event, base_url: str) -> dict[str, Any]:
    ghost = Account(database_id=1, login="ghost")
    return user_json(event.sender or ghost, base_url)


def _pull_request(event: Event, base_url: str) -> dict[str, Any]:
    pr = event.pull_request
    if pr is None:
        raise ValueError(f"{event.name} without a pull request")
    body: dict[str, Any] = {"number": pr.number, "pull_request": pull_request_json(pr, base_url)}
    if event.action == "synchronize":
        shas = [commit.oid for commit in pr.commits]
        body |= {"before": shas[-2] if len(shas) > 1 else ZERO, "after": shas[-1] if shas else ZERO}
    reviewer = event.details.get("requestedReviewer")
    if isinstance(reviewer, Account):
        body["requested_reviewer"] = user_json(reviewer, base_url)
    elif reviewer is not None:
        body["requested_team"] = team_json(reviewer, event.organization, base_url)
    if event.action == "edited":
        body["changes"] = _changes(event.details)
    if event.action == "labeled":
        body["label"] = body["pull_request"]["labels"][-1]
    if event.action in {"auto_merge_enabled", "auto_merge_disabled", "dequeued"}:
        body["reason"] = event.details.get("reason") or ""
    return body


def _changes(details: dict[str, Any]) -> dict[str, Any]:
    if "previousRefName" not in details:
        return {"title": {"from": details.get("previousTitle", "")}}
    before = details["previous_base"]
    sha = before.oid if before else ZERO
    return {"base": {"ref": {"from": details["previousRefName"]}, "sha": {"from": sha}}}


def _merge_group(event: Event, _base_url: str) -> dict[str, Any]:
    pr = event.details["queued"]
    head, base = pr.head_commit, pr.base_commit
    sha = head.oid if head else ZERO
    branch = f"gh-readonly-queue/{pr.base_ref}/pr-{pr.number}-{sha}"
    group = {
        "head_sha": sha,
        "head_ref": f"refs/heads/{branch}",
        "base_sha": base.oid if base else ZERO,
        "base_ref": f"refs/heads/{pr.base_ref}",
        "head_commit": simple_commit(head),
    }
    reason = event.details.get("reason")
    return {"merge_group": group} | ({"reason": reason} if reason else {})


def _thread(event: Event, base_url: str) -> dict[str, Any]:
    pr, number = event.pull_request, event.details["thread"]
    if pr is None:
        raise ValueError(f"{event.name} without a pull request")
    return {
        "thread": {
            "node_id": f"PRRT_{pr.database_id}_{number}",
            "comments": [thread_comment_json(pr, number, event.details["body"], base_url)],
        },
        "pull_request": pull_request_json(pr, base_url, whole=False),
    }


def _review(event: Event, base_url: str) -> dict[str, Any]:
    if event.review is None or event.pull_request is None:
        raise ValueError(f"{event.name} without a review")
    return {
        "review": review_json(event.review, event.pull_request, base_url),
        "pull_request": pull_request_json(event.pull_request, base_url, whole=False),
    }


def _push(event: Event, base_url: str) -> dict[str, Any]:
    if event.repository is None:
        raise ValueError("push without a repository")
    (before, after), head = event.details["oids"], event.details["head"]
    url = f"{base_url}/{event.repository.full_name}"
    shown = [_pushed(head, url)] if head else []
    pusher = event.sender or Account(database_id=1, login="ghost")
    return {
        "ref": event.details["ref"],
        "before": before,
        "after": after,
        "pusher": {"name": pusher.login, "email": pusher.email},
        "created": before == ZERO,
        "deleted": after == ZERO,
        "forced": event.details["forced"],
        "base_ref": None,
        "compare": f"{url}/compare/{before[:12]}...{after[:12]}",
        "commits": shown if event.details["ref"].startswith("refs/heads/") else [],
        "head_commit": shown[0] if shown else None,
    }


def _pushed(commit: Commit, url: str) -> dict[str, Any]:
    paths: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for change in commit.files[:MOST_PATHS]:
        kind = {"ADDED": "added", "DELETED": "removed"}.get(change.change_type, "modified")
        paths[kind].append(change.path)
    shown = {}
    for role, signature in (("author", author_of(commit)), ("committer", committer_of(commit))):
        login = signature.account.login if signature.account else None
        shown[role] = {"name": signature.name, "email": signature.email, "username": login}
    return {
        "id": commit.oid,
        "tree_id": hashlib.sha1(commit.oid.encode(), usedforsecurity=False).hexdigest(),
        "distinct": True,
        "message": f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline,
        "timestamp": iso(commit.committed_at),
        "url": f"{url}/commit/{commit.oid}",
        **shown,
        **paths,
    }


def _repository(event: Event, base_url: str) -> dict[str, Any]:
    before = event.details.get("from")
    if event.action == "renamed":
        return {"changes": {"repository": {"name": {"from": before}}}}
    if event.action == "transferred":
        return {
            "changes": {"owner": {"from": {"user": owner_json(event.details["from"], base_url)}}}
        }
    if event.action == "edited":
        names = ("topics", "default_branch")
        return {
            "changes": {
                name: {"from": event.details[name]} for name in names if name in event.details
            }
        }
    return {}


def _reference(event: Event, _base_url: str) -> dict[str, Any]:
    return {
        "ref": event.details["ref"],
        "ref_type": event.details["ref_type"],
        "pusher_type": "user",
    }


def _created(event: Event, base_url: str) -> dict[str, Any]:
    repository = _of(event)
    more = {"master_branch": repository.default_branch, "description": repository.description}
    return _reference(event, base_url) | more


def _of(event: Event) -> Repository:
    if event.repository is None:
        raise ValueError(f"{event.name} without a repository")
    return event.repository


# -- what machines do ------------------------------------------------------------------------------------------


def _check_run(event: Event, base_url: str) -> dict[str, Any]:
    shown = check_run_json(event.details["check_run"], base_url, whole=True)
    outer = {
        "latest_check_runs_count",
        "check_runs_url",
        "head_commit",
        "rerequestable",
        "runs_rerequestable",
    }
    shown["check_suite"] = {
        name: value for name, value in shown["check_suite"].items() if name not in outer
    }
    return {"check_run": shown}


def _check_suite(event: Event, base_url: str) -> dict[str, Any]:
    return {"check_suite": check_suite_json(event.details["check_suite"], base_url)}


def _status(event: Event, base_url: str) -> dict[str, Any]:
    status, repository = event.details["status"], _of(event)
    shown = status_json(status, base_url)
    commit = commit_json(status.commit, repository, base_url)
    del commit["stats"], commit["commit"]["verification"]["verified_at"]
    branches = [
        {"name": name, "commit": {"sha": tip.oid, "url": commit["url"]}, "protected": False}
        for name, tip in repository.branches.items()
        if tip is status.commit
    ]
    kept = ("id", "avatar_url", "target_url", "context", "description", "state")
    return {name: shown[name] for name in (*kept, "created_at", "updated_at")} | {
        "sha": status.commit.oid,
        "name": repository.full_name,
        "commit": commit,
        "branches": branches,
    }


def _workflow_run(event: Event, base_url: str) -> dict[str, Any]:
    run = event.details["workflow_run"]
    return {
        "workflow": workflow_json(run.workflow, base_url),
        "workflow_run": workflow_run_json(run, base_url),
    }


def _workflow_job(event: Event, base_url: str) -> dict[str, Any]:
    return {"workflow_job": job_json(event.details["workflow_job"], base_url)}


def _deployment(event: Event, base_url: str) -> dict[str, Any]:
    shown = deployment_json(event.details["deployment"], base_url)
    return {"deployment": shown, "workflow": None, "workflow_run": None}


def _deployment_status(event: Event, base_url: str) -> dict[str, Any]:
    status = event.details["deployment_status"]
    return {
        "deployment_status": deployment_status_json(status, base_url),
        "deployment": deployment_json(status.deployment, base_url),
    }


def _release(event: Event, base_url: str) -> dict[str, Any]:
    return {"release": release_json(event.details["release"], base_url)}


# -- people ----------------------------------------------------------------------------------------------------


def _member(event: Event, base_url: str) -> dict[str, Any]:
    return {"member": user_json(event.details["member"], base_url)}


def _organization(event: Event, base_url: str) -> dict[str, Any]:
    member = event.details["member"]
    own = f"{base_url}/api/v3/orgs/{event.organization.login}"
    membership = {
        "url": f"{own}/memberships/{member.login}",
        "state": "active",
        "role": "member",
        "organization_url": own,
        "user": user_json(member, base_url),
    }
    return {"membership": membership}


def _team(event: Event, base_url: str) -> dict[str, Any]:
    shown = {"team": team_json(event.details["team"], event.organization, base_url)}
    if event.action != "edited":
        return shown
    return shown | {"changes": {"name": {"from": event.details["from"]}}}


def _membership(event: Event, base_url: str) -> dict[str, Any]:
    return {
        "scope": "team",
        "member": user_json(event.details["member"], base_url),
        "team": team_json(event.details["team"], event.organization, base_url),
    }


EVENTS: dict[str, About] = {
    "check_run": _check_run,
    "check_suite": _check_suite,
    "create": _created,
    "delete": _reference,
    "deployment": _deployment,
    "deployment_status": _deployment_status,
    "member": _member,
    "membership": _membership,
    "merge_group": _merge_group,
    "organization": _organization,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_thread": _thread,
    "push": _push,
    "release": _release,
    "repository": _repository,
    "status": _status,
    "team": _team,
    "workflow_job": _workflow_job,
    "workflow_run": _workflow_run,
}
"""What can be told, by the event's name."""
