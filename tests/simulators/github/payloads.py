"""Users, repositories, organisations, pull requests and reviews as REST answers and webhooks show them."""

from typing import Any

from .graph.readers import iso
from .records import Account, Commit, Organization, PullRequest, Repository, Review, Team

USER_LINKS = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
FOUNDED = 1_500_000_000
"""When accounts were made, which is not modelled."""
REPOSITORY_LINKS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def rest_login(account: Account) -> str:
    """REST and webhooks write a bot's login with a suffix that GraphQL has not."""
    return f"{account.login}[bot]" if account.kind == "Bot" else account.login


def _user(login: str, number: int, node_id: str, kind: str, base_url: str) -> dict[str, Any]:
    api = f"{base_url}/api/v3/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": node_id,
        "avatar_url": f"{base_url}/avatars/u/{number}?",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{base_url}/{login}",
        **{name: f"{api}{path}" for name, path in USER_LINKS.items()},
        "type": kind,
        "site_admin": False,
    }


def user_json(account: Account, base_url: str) -> dict[str, Any]:
    return _user(rest_login(account), account.database_id, account.node_id, account.kind, base_url)


def _shown(account: Account | None, base_url: str) -> dict[str, Any] | None:
    return None if account is None or account.deleted else user_json(account, base_url)


def owner_json(owner: Organization, base_url: str) -> dict[str, Any]:
    """Whom a repository belongs to, where an account may stand."""
    return _user(owner.login, owner.database_id, owner.node_id, owner.kind, base_url)


def organization_json(organization: Organization, base_url: str) -> dict[str, Any]:
    api = f"{base_url}/api/v3/orgs/{organization.login}"
    return {
        "login": organization.login,
        "id": organization.database_id,
        "node_id": organization.node_id,
        "url": api,
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events",
        "hooks_url": f"{api}/hooks",
        "issues_url": f"{api}/issues",
        "members_url": f"{api}/members{{/member}}",
        "public_members_url": f"{api}/public_members{{/member}}",
        "avatar_url": f"{base_url}/avatars/u/{organization.database_id}?",
        "description": organization.description,
    }


def account_whole(kind: str, html_url: str) -> dict[str, Any]:
    """What the page of an account itself tells besides: nothing that is modelled."""
    began = iso(FOUNDED)
    return {
        **dict.fromkeys(("name", "company", "location", "email", "blog"), ""),
        **dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0),
        "html_url": html_url,
        "type": kind,
        "created_at": began,
        "updated_at": began,
    }


def viewer_json(account: Account, base_url: str) -> dict[str, Any]:
    """Whoever asks, by itself."""
    own = user_json(account, base_url)
    whole = account_whole(own["type"], own["html_url"])
    return own | whole | {"name": account.name, "hireable": None, "bio": None}


def organization_whole(organization: Organization, base_url: str) -> dict[str, Any]:
    own = organization_json(organization, base_url)
    projects = dict.fromkeys(("has_organization_projects", "has_repository_projects"), True)
    whole = account_whole("Organization", f"{base_url}/{organization.login}")
    return own | whole | projects | {"name": organization.name, "archived_at": None}


def repository_lite(repository: Repository, base_url: str) -> dict[str, Any]:
    """What a workflow run tells of its repository."""
    api = f"{base_url}/api/v3/repos/{repository.full_name}"
    return {
        "id": repository.database_id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.is_private,
        "owner": owner_json(repository.owner, base_url),
        "html_url": f"{base_url}/{repository.full_name}",
        "description": repository.description,
        "fork": repository.is_fork,
        "url": api,
        **{name: f"{api}{path}" for name, path in REPOSITORY_LINKS.items()},
    }


def repository_json(repository: Repository, base_url: str) -> dict[str, Any]:
    html = f"{base_url}/{repository.full_name}"
    waiting = sum(pr.state == "OPEN" for pr in repository.pull_requests.values())
    return {
        **repository_lite(repository, base_url),
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.updated_at),
        "pushed_at": iso(repository.pushed_at),
        "git_url": f"git://{base_url.split('://')[1]}/{repository.full_name}.git",
        "ssh_url": f"git@{base_url.split('://')[1]}:{repository.full_name}.git",
        "clone_url": f"{html}.git",
        "svn_url": html,
        "homepage": None,
        "size": len(repository.commits),
        **dict.fromkeys(
            ("stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0
        ),
        "language": None,
        **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
        **dict.fromkeys(
            ("has_pages", "has_discussions", "is_template", "web_commit_signoff_required"), False
        ),
        "mirror_url": None,
        "archived": repository.is_archived,
        "disabled": repository.is_disabled,
        "open_issues_count": waiting,
        "license": None,
        "allow_forking": True,
        "topics": list(repository.topics),
        "visibility": repository.visibility.lower(),
        "open_issues": waiting,
        "default_branch": repository.default_branch,
        "custom_properties": {},
    }


def repository_whole(repository: Repository, base_url: str) -> dict[str, Any]:
    """A repository by itself."""
    return repository_json(repository, base_url) | {"network_count": 0, "subscribers_count": 0}


def team_json(team: Team, organization: Organization, base_url: str) -> dict[str, Any]:
    api = f"{base_url}/api/v3/organizations/{organization.database_id}/team/{team.database_id}"
    return {
        "name": team.name,
        "id": team.database_id,
        "node_id": team.node_id,
        "slug": team.slug,
        "description": team.description,
        "privacy": {"VISIBLE": "closed"}.get(team.privacy, "secret"),
        "url": api,
        "html_url": f"{base_url}/orgs/{organization.login}/teams/{team.slug}",
        "members_url": f"{api}/members{{/member}}",
        "repositories_url": f"{api}/repos",
        "permission": "pull",
        "parent": None,
    }


def _end(
    repository: Repository | None, ref: str, commit: Commit | None, base_url: str
) -> dict[str, Any]:
    """Head or base of a pull request; the head's repository may be gone."""
    return {
        "label": f"{repository.owner.login if repository else 'unknown'}:{ref}",
        "ref": ref,
        "sha": commit.oid if commit else "0" * 40,
        "user": owner_json(repository.owner, base_url) if repository else None,
        "repo": repository_json(repository, base_url) if repository else None,
    }


def pull_request_json(pr: PullRequest, base_url: str, *, whole: bool = True) -> dict[str, Any]:
    """A pull request; ``whole`` with counts and sizes, which reviews' webhooks leave out."""
    api = f"{base_url}/api/v3/repos/{pr.repository.full_name}"
    own = f"{api}/pulls/{pr.number}"
    html = f"{base_url}/{pr.repository.full_name}/pull/{pr.number}"
    issue = f"{api}/issues/{pr.number}"
    head = pr.head_commit
    statuses = f"{api}/statuses/{head.oid if head else '0' * 40}"
    links = {"self": own, "html": html, "issue": issue, "comments": f"{issue}/comments"}
    links |= {
        "review_comments": f"{own}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
    }
    links |= {"commits": f"{own}/commits", "statuses": statuses}
    reviewers = [who for who in pr.requested if isinstance(who, Account)]
    teams = [team for team in pr.requested if isinstance(team, Team)]
    shown: dict[str, Any] = {
        "url": own,
        "id": pr.database_id,
        "node_id": pr.node_id,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        "number": pr.number,
        "state": "open" if pr.state == "OPEN" else "closed",
        "locked": pr.locked,
        "title": pr.title,
        "user": _shown(pr.author, base_url),
        "body": pr.body,
        "created_at": iso(pr.created_at),
        "updated_at": iso(pr.updated_at),
        "closed_at": iso(pr.closed_at),
        "merged_at": iso(pr.merged_at),
        "merge_commit_sha": pr.merge_commit.oid if pr.merge_commit else None,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [user_json(who, base_url) for who in reviewers],
        "requested_teams": [team_json(team, pr.repository.owner, base_url) for team in teams],
        "labels": [label_json(name, number, api) for number, name in enumerate(pr.labels, 1)],
        "milestone": None,
        "draft": pr.is_draft,
        "commits_url": f"{own}/commits",
        "review_comments_url": f"{own}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{issue}/comments",
        "statuses_url": statuses,
        "head": _end(pr.head_repository_shown, pr.head_ref, head, base_url),
        "base": _end(pr.repository, pr.base_ref, pr.base_commit, base_url),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": "MEMBER",
        "auto_merge": _auto_merge(pr, base_url),
        "active_lock_reason": None,
    }
    if whole:
        shown |= {
            "merged": pr.merged_at is not None,
            "mergeable": None,
            "rebaseable": None,
            "mergeable_state": "unknown",
            "merged_by": _shown(pr.merged_by, base_url),
            "comments": pr.comment_count,
            "review_comments": max(pr.thread_count, pr.review_comment_count),
            "maintainer_can_modify": False,
            "commits": len(pr.commits),
            "additions": pr.additions,
            "deletions": pr.deletions,
            "changed_files": len(pr.files),
        }
    return shown


def _auto_merge(pr: PullRequest, base_url: str) -> dict[str, Any] | None:
    if pr.auto_merge is None:
        return None
    return {
        "enabled_by": _shown(pr.auto_merge.by, base_url),
        "merge_method": pr.auto_merge.how,
        "commit_title": None,
        "commit_message": None,
    }


def label_json(name: str, number: int, api: str) -> dict[str, Any]:
    return {
        "id": 40_000 + number,
        "node_id": f"LA_{number}",
        "url": f"{api}/labels/{name}",
        "name": name,
        "description": "",
        "color": "ededed",
        "default": False,
    }


def review_json(review: Review, pr: PullRequest, base_url: str) -> dict[str, Any]:
    html = f"{base_url}/{pr.repository.full_name}/pull/{pr.number}"
    api = f"{base_url}/api/v3/repos/{pr.repository.full_name}/pulls/{pr.number}"
    return {
        "id": review.database_id,
        "node_id": review.node_id,
        "user": _shown(review.author, base_url),
        "body": review.body,
        "commit_id": review.commit.oid if review.commit else "0" * 40,
        "submitted_at": iso(review.submitted_at),
        "state": review.state.lower(),
        "html_url": f"{html}#pullrequestreview-{review.database_id}",
        "pull_request_url": api,
        "author_association": review.association,
        "_links": {
            "html": {"href": f"{html}#pullrequestreview-{review.database_id}"},
            "pull_request": {"href": api},
        },
    }


def thread_comment_json(pr: PullRequest, number: int, body: str, base_url: str) -> dict[str, Any]:
    """The first comment of a review thread, of which only the text is modelled."""
    api = f"{base_url}/api/v3/repos/{pr.repository.full_name}/pulls"
    html = f"{base_url}/{pr.repository.full_name}/pull/{pr.number}"
    own, sha = f"{api}/comments/{number}", pr.head_commit.oid if pr.head_commit else "0" * 40
    marks = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")
    path = pr.files[0].path if pr.files else "README.md"
    return {
        "url": own,
        "pull_request_review_id": 1,
        "id": number,
        "node_id": f"PRRC_{pr.database_id}_{number}",
        "diff_hunk": f"@@ -1 +1 @@\n-old\n+{body}",
        "path": path,
        "position": 1,
        "original_position": 1,
        "commit_id": sha,
        "original_commit_id": sha,
        "user": _shown(pr.author, base_url),
        "body": body,
        "created_at": iso(pr.updated_at),
        "updated_at": iso(pr.updated_at),
        "html_url": f"{html}#discussion_r{number}",
        "pull_request_url": f"{api}/{pr.number}",
        "author_association": "MEMBER",
        "_links": {
            "self": {"href": own},
            "html": {"href": f"{html}#discussion_r{number}"},
            "pull_request": {"href": f"{api}/{pr.number}"},
        },
        "reactions": {"url": f"{own}/reactions", "total_count": 0, **dict.fromkeys(marks, 0)},
        **dict.fromkeys(("start_line", "original_start_line", "start_side")),
        "line": 1,
        "original_line": 1,
        "side": "RIGHT",
        "subject_type": "line",
    }
