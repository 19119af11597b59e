"""The tables of what the simulator models: GitHub type → field → reader (see :mod:`readers`)."""

from operator import attrgetter
from typing import Any

from tests.simulators.github.records import Account, Commit, PullRequest, Repository, Team

from . import automation, blobs
from .connections import Page, paginate
from .readers import (
    ACTOR,
    EVENT,
    EVENTS,
    Getter,
    Resolver,
    account_of,
    author_of,
    branch,
    commit_id,
    committer_of,
    connection,
    constant,
    default_branch,
    history_of,
    label_id,
    nodes_of,
    not_found,
    parent_commits,
    pluck,
    pull_request_by_number,
    pull_requests_of,
    reference_by_name,
    references_of,
    reviews_of,
    small_id,
    team_members,
    texts,
    time_of,
    timeline_of,
    user_of,
)

PLAIN_FIELDS: dict[str, dict[str, Getter]] = {
    "*Connection": {
        "totalCount": attrgetter("total"),
        "nodes": nodes_of,
        "edges": attrgetter("edges"),
        "pageInfo": lambda page: page,
    },
    "*Edge": {"cursor": attrgetter("cursor"), "node": attrgetter("node")},
    "PageInfo": {
        "hasNextPage": attrgetter("has_next"),
        "hasPreviousPage": attrgetter("has_previous"),
        "startCursor": attrgetter("start_cursor"),
        "endCursor": attrgetter("end_cursor"),
    },
    "RateLimit": pluck("cost", "limit", "remaining", "used", "nodeCount")
    | {"resetAt": time_of("reset_at")},
    "User": ACTOR | {"isSiteAdmin": constant(False), "createdAt": constant("2015-01-01T00:00:00Z")},
    "Bot": ACTOR,
    "Mannequin": ACTOR,
    "Organization": {
        "id": attrgetter("node_id"),
        "databaseId": small_id,
        **pluck("login", "name", "description"),
    },
    "Team": {
        "id": attrgetter("node_id"),
        "databaseId": small_id,
        **pluck("slug", "name", "description", "privacy"),
        "parentTeam": attrgetter("parent"),
    },
    "TeamMemberConnection": {"nodes": lambda page: [who for who, _ in nodes_of(page)]},
    "TeamMemberEdge": {"node": lambda edge: edge.node[0], "role": lambda edge: edge.node[1]},
    "OrganizationMemberConnection": {"nodes": lambda page: [who for who, _ in nodes_of(page)]},
    "OrganizationMemberEdge": {
        "node": lambda edge: edge.node[0],
        "role": lambda edge: edge.node[1],
    },
    "Repository": {
        "id": attrgetter("node_id"),
        "databaseId": small_id,
        "nameWithOwner": attrgetter("full_name"),
        "owner": attrgetter("owner"),
        "createdAt": time_of("created_at"),
        "updatedAt": time_of("updated_at"),
        "pushedAt": time_of("pushed_at"),
        "defaultBranchRef": default_branch,
        "isEmpty": lambda repository: not repository.commits,
        **pluck("name", "description", "isArchived", "isFork", "isPrivate", "isDisabled"),
        **pluck("visibility"),
    },
    "Ref": {
        "id": lambda ref: f"REF_{ref.repository.database_id}_{ref.name}",
        "name": attrgetter("name"),
        "prefix": attrgetter("prefix"),
        "target": attrgetter("target"),
    },
    "Blob": blobs.FIELDS,
    "GitActor": {
        "name": attrgetter("name"),
        "email": attrgetter("email"),
        "date": time_of("at"),
        "user": user_of,
    },
    "Commit": {
        "id": commit_id,
        "oid": attrgetter("oid"),
        "abbreviatedOid": lambda commit: commit.oid[:7],
        "message": lambda commit: (
            f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline
        ),
        "messageHeadline": attrgetter("headline"),
        "messageBody": attrgetter("body"),
        "authoredDate": time_of("authored_at"),
        "committedDate": time_of("committed_at"),
        "additions": attrgetter("additions"),
        "deletions": attrgetter("deletions"),
        "changedFiles": lambda commit: len(commit.files),
        "changedFilesIfAvailable": lambda commit: len(commit.files),
        "author": author_of,
        "committer": committer_of,
        "status": automation.combined_status,
        "statusCheckRollup": automation.rollup,
    },
    "PullRequest": {
        "id": attrgetter("node_id"),
        "databaseId": small_id,
        "fullDatabaseId": lambda pr: str(pr.database_id),
        "bodyText": attrgetter("body"),
        "bodyHTML": lambda pr: f"<p>{pr.body}</p>",
        "createdAt": time_of("created_at"),
        "updatedAt": time_of("updated_at"),
        "mergedAt": time_of("merged_at"),
        "closedAt": time_of("closed_at"),
        "lastEditedAt": time_of("last_edited_at"),
        "merged": lambda pr: pr.merged_at is not None,
        "closed": lambda pr: pr.state != "OPEN",
        "changedFiles": lambda pr: len(pr.files),
        "baseRefName": attrgetter("base_ref"),
        "headRefName": attrgetter("head_ref"),
        "baseRefOid": lambda pr: pr.base_commit.oid if pr.base_commit else "0" * 40,
        "headRefOid": lambda pr: pr.head_commit.oid if pr.head_commit else "0" * 40,
        "author": account_of("author"),
        "mergedBy": account_of("merged_by"),
        **pluck(
            *(
                "number",
                "title",
                "body",
                "state",
                "isDraft",
                "locked",
                "additions",
                "deletions",
                "reviewDecision",
            ),
            *("mergeCommit", "isCrossRepository", "repository"),
        ),
        "headRepository": attrgetter("head_repository_shown"),
        "headRef": lambda pr: branch(pr.repository, pr.head_ref),
        "baseRef": lambda pr: branch(pr.repository, pr.base_ref),
        "totalCommentsCount": lambda pr: pr.comment_count + pr.review_comment_count,
        "isInMergeQueue": lambda pr: pr.queued_at is not None,
        "autoMergeRequest": lambda pr: pr.auto_merge and pr,
        "mergeQueueEntry": lambda pr: None if pr.queued_at is None else pr,
    },
    "AutoMergeRequest": {
        "enabledAt": time_of("auto_merge.at"),
        "enabledBy": account_of("auto_merge.by"),
        "mergeMethod": lambda pr: pr.auto_merge.how.upper(),
        "pullRequest": lambda pr: pr,
    },
    "MergeQueueEntry": {
        "id": lambda pr: f"MQE_{pr.database_id}",
        "enqueuedAt": time_of("queued_at"),
        "enqueuer": account_of("queued_by"),
        "headCommit": attrgetter("head_commit"),
        "baseCommit": attrgetter("base_commit"),
        "pullRequest": lambda pr: pr,
        "position": constant(1),
        "state": constant("QUEUED"),
    },
    "PullRequestCommit": {
        "id": lambda commit: f"PURC_{commit.oid}",
        "commit": lambda commit: commit,
    },
    "PullRequestChangedFile": {
        "path": lambda change: change.path,
        "additions": lambda change: change.additions or 0,
        "deletions": lambda change: change.deletions or 0,
        "changeType": lambda change: change.change_type,
    },
    "PullRequestReview": {
        "id": attrgetter("node_id"),
        "databaseId": small_id,
        "fullDatabaseId": lambda review: str(review.database_id),
        "state": attrgetter("state"),
        "submittedAt": time_of("submitted_at"),
        "createdAt": time_of("created_at"),
        "updatedAt": time_of("updated_at"),
        "author": account_of("author"),
        "authorAssociation": attrgetter("association"),
        "body": attrgetter("body"),
        "bodyText": attrgetter("body"),
        "commit": attrgetter("commit"),
    },
    "PullRequestReviewThread": {
        "id": lambda text: f"PRRT_{text.pull_request.database_id}_{text.number}",
        "isResolved": lambda text: text.number + 1 in text.pull_request.resolved,
    },
    "PullRequestReviewComment": {
        "id": lambda text: f"PRRC_{text.pull_request.database_id}_{text.number}",
        "body": attrgetter("body"),
        "bodyText": attrgetter("body"),
        "diffHunk": lambda text: f"@@ -1 +1 @@\n-old\n+{text.body}",
        "createdAt": lambda text: time_of("created_at")(text.pull_request),
        "author": lambda text: account_of("author")(text.pull_request),
    },
    "IssueComment": {
        "id": lambda text: f"IC_{text.pull_request.database_id}_{text.number}",
        "body": attrgetter("body"),
        "bodyText": attrgetter("body"),
        "createdAt": lambda text: time_of("created_at")(text.pull_request),
        "author": lambda text: account_of("author")(text.pull_request),
    },
    "Label": {
        "id": label_id,
        "name": lambda label: label,
        "color": constant("ededed"),
        "description": constant(None),
    },
    **{kind: EVENT | more for kind, more in EVENTS.items()},
    **automation.PLAIN,
}


def _viewer(_root: Any, context: Any, _arguments: dict[str, Any]) -> Account:
    account: Account = context.token.account
    return account


def _repository(_root: Any, context: Any, arguments: dict[str, Any]) -> Repository:
    name = f"{arguments['owner']}/{arguments['name']}"
    found: Repository | None = context.repository(name)
    if found is None:
        raise not_found(f"Could not resolve to a Repository with the name '{name}'.")
    return found


def _organization(_root: Any, context: Any, arguments: dict[str, Any]) -> Any:
    found = context.world.organizations.get(arguments["login"].lower())
    if found is None:
        raise not_found(
            f"Could not resolve to an Organization with the login of '{arguments['login']}'."
        )
    return found


def _user(_root: Any, context: Any, arguments: dict[str, Any]) -> Account:
    found: Account | None = context.world.accounts.get(arguments["login"])
    if found is None or found.kind != "User" or found.deleted:
        raise not_found(f"Could not resolve to a User with the login of '{arguments['login']}'.")
    return found


def _node(_root: Any, context: Any, arguments: dict[str, Any]) -> Any:
    found = context.node(arguments["id"])
    if found is None:
        raise not_found(f"Could not resolve to a node with the global id of '{arguments['id']}'")
    return found


def _node_list(_root: Any, context: Any, arguments: dict[str, Any]) -> list[Any]:
    """As GitHub: null in its place for what is not there, and an error that names it."""
    found = [context.node(wanted) for wanted in arguments["ids"]]
    for wanted, node in zip(arguments["ids"], found, strict=True):
        if node is None:
            context.errors.append(
                not_found(f"Could not resolve to a node with the global id of '{wanted}'")
            )
    return found


def _organization_repositories(organization: Any, context: Any, arguments: dict[str, Any]) -> Page:
    found = [one for one in organization.repositories.values() if context.may_see(one)]
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    attribute = {"NAME": "name", "PUSHED_AT": "pushed_at", "UPDATED_AT": "updated_at"}.get(
        order["field"], "created_at"
    )
    found.sort(key=attrgetter(attribute), reverse=order["direction"] == "DESC")
    return paginate(found, arguments, "repositories")


def _changes(pr: PullRequest) -> list[Any]:
    return pr.files


def _threads(pr: PullRequest, context: Any, arguments: dict[str, Any]) -> Page:
    return paginate(texts(pr, context, pr.thread_count), arguments, "reviewThreads")


def _comments(pr: PullRequest, context: Any, arguments: dict[str, Any]) -> Page:
    return paginate(texts(pr, context, pr.comment_count), arguments, "comments")


def _url(prefix: str, path: Any) -> Resolver:
    return lambda record, context, _arguments: f"{context.base_url}/{prefix}{path(record)}"


def _members(organization: Any, _context: Any, arguments: dict[str, Any]) -> Page:
    return paginate(list(organization.members.items()), arguments, "membersWithRole")


def _pull_url(pr: PullRequest) -> str:
    return f"{pr.repository.full_name}/pull/{pr.number}"


def _commit_url(commit: Commit) -> str:
    return f"-/commit/{commit.oid}"


def _teams_of(organization: Any) -> list[Team]:
    return list(organization.teams.values())


ARGUMENT_FIELDS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "viewer": _viewer,
        "repository": _repository,
        "organization": _organization,
        "user": _user,
        "node": _node,
        "nodes": _node_list,
        "rateLimit": lambda _root, context, _arguments: context.rate_limit(),
    },
    "Organization": {
        "repositories": _organization_repositories,
        "teams": connection(_teams_of, "teams"),
        "membersWithRole": _members,
        "url": _url("", attrgetter("login")),
    },
    "Team": {"members": team_members},
    "User": {"url": _url("", attrgetter("login"))},
    "Bot": {"url": _url("apps/", attrgetter("login"))},
    "Repository": {
        "pullRequests": pull_requests_of,
        "pullRequest": pull_request_by_number,
        "object": blobs.object_of,
        "ref": reference_by_name,
        "refs": references_of,
        "deployments": automation.deployments_of,
        "releases": automation.releases_of,
        "release": automation.release_by_tag,
        "repositoryTopics": connection(automation.topics_of, "repositoryTopics"),
        "url": _url("", attrgetter("full_name")),
    },
    "Commit": {
        "history": history_of,
        "parents": connection(parent_commits, "parents"),
        "associatedPullRequests": connection(attrgetter("pull_requests"), "associatedPullRequests"),
        "checkSuites": automation.check_suites_of,
        "url": _url("", _commit_url),
    },
    "PullRequest": {
        "commits": connection(attrgetter("commits"), "commits"),
        "reviews": reviews_of,
        "files": connection(_changes, "files"),
        "labels": connection(attrgetter("labels"), "labels"),
        "timelineItems": timeline_of,
        "reviewThreads": _threads,
        "comments": _comments,
        "url": _url("", _pull_url),
    },
    "PullRequestReview": {
        "url": _url("", lambda review: f"-/review/{review.database_id}"),
        "comments": lambda _review, _context, arguments: paginate([], arguments, "comments"),
    },
    "PullRequestReviewThread": {
        "comments": lambda thread, _context, arguments: paginate([thread], arguments, "comments"),
    },
    **automation.WITH_ARGUMENTS,
}
