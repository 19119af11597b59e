"""REST v3: the calls in use, as GitHub Enterprise Server answers them."""

import hashlib
import re
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from . import rest_automation
from .commit_files import file_json
from .graph.readers import author_of, committer_of, iso
from .payloads import (
    organization_whole,
    pull_request_json,
    repository_json,
    repository_whole,
    user_json,
    viewer_json,
)
from .records import Commit, PullRequest, Repository
from .rest_request import RestAnswer, RestRequest, link, listed, named, not_found, visible

VERSION = "3.17.0"
FILES_A_PAGE = 300
MOST_FILES = 3000


def _meta(_request: RestRequest) -> RestAnswer:
    return RestAnswer(
        200, {"verifiable_password_authentication": True, "installed_version": VERSION}
    )


def _user(request: RestRequest) -> RestAnswer:
    if request.token.installation is not None:
        message = "Resource not accessible by integration"
        return RestAnswer(
            403, {"message": message, "documentation_url": "https://docs.github.com/rest"}
        )
    return RestAnswer(200, viewer_json(request.token.account, request.base_url))


def _emails(request: RestRequest) -> RestAnswer:
    """404 without the scope, as GitHub has it."""
    if not {"user", "user:email"} & set(request.token.scopes or ()):
        return not_found()
    account = request.token.account
    shown = {"email": account.email, "primary": True, "verified": account.email_verified}
    return RestAnswer(200, [shown | {"visibility": None}] if account.email else [])


def _organization(request: RestRequest, login: str) -> RestAnswer:
    found = request.world.organizations.get(login.lower())
    return RestAnswer(200, organization_whole(found, request.base_url)) if found else not_found()


def _all_repositories(request: RestRequest) -> list[Repository]:
    return [one for one in request.world.repositories.values() if visible(request, one)]


def _organization_repositories(request: RestRequest, login: str) -> RestAnswer:
    found = request.world.organizations.get(login.lower())
    if found is None:
        return not_found()
    page, links = listed(request, [one for one in _all_repositories(request) if one.owner is found])
    return RestAnswer(200, [repository_json(one, request.base_url) for one in page], links)


def _repositories_of_user(request: RestRequest, login: str) -> RestAnswer:
    found = request.world.personal_owners.get(login.lower())
    if found is None:
        known = login in request.world.accounts
        return RestAnswer(200, []) if known else not_found()
    page, links = listed(request, [one for one in _all_repositories(request) if one.owner is found])
    return RestAnswer(200, [repository_json(one, request.base_url) for one in page], links)


def _user_repositories(request: RestRequest) -> RestAnswer:
    page, links = listed(request, _all_repositories(request))
    return RestAnswer(200, [repository_json(one, request.base_url) for one in page], links)


def _installation_repositories(request: RestRequest) -> RestAnswer:
    if request.token.installation is None:
        return RestAnswer(
            403,
            {"message": "You must authenticate with an installation access token."},
        )
    found = _all_repositories(request)
    page, links = listed(request, found)
    shown = {
        "total_count": len(found),
        "repository_selection": "all" if request.token.is_everywhere else "selected",
        "repositories": [repository_json(one, request.base_url) for one in page],
    }
    return RestAnswer(200, shown, links)


def _repository_by_id(request: RestRequest, number: str) -> RestAnswer:
    found = visible(request, request.world.repositories.get(int(number)))
    return RestAnswer(200, repository_whole(found, request.base_url)) if found else not_found()


def _repository(request: RestRequest, owner: str, name: str) -> RestAnswer:
    found = named(request, owner, name)
    return (
        found
        if isinstance(found, RestAnswer)
        else RestAnswer(200, repository_whole(found, request.base_url))
    )


def _pull_request(request: RestRequest, owner: str, name: str, number: str) -> RestAnswer:
    found = named(request, owner, name)
    if isinstance(found, RestAnswer):
        return found
    pr = found.pull_requests.get(int(number))
    return RestAnswer(200, pull_request_json(pr, request.base_url)) if pr else not_found()


def _commit(request: RestRequest, owner: str, name: str, sha: str) -> RestAnswer:
    found = named(request, owner, name)
    return found if isinstance(found, RestAnswer) else _commit_of(request, found, sha)


def _commit_of(request: RestRequest, repository: Repository, sha: str) -> RestAnswer:
    commit = repository.branches.get(sha) or repository.commit(sha)
    if commit is None:
        return RestAnswer(422, {"message": f"No commit found for SHA: {sha}"})
    number, size = request.page(default=FILES_A_PAGE, most=FILES_A_PAGE)
    files = commit.shown_files[:MOST_FILES]
    last = max(1, -(-len(files) // size))
    body = commit_json(commit, repository, request.base_url)
    body["files"] = [
        file_json(change, commit, repository, request.base_url, request.world.canary)
        for change in files[(number - 1) * size : number * size]
    ]
    return RestAnswer(200, body, link(request, number, last))


def _commits(request: RestRequest, owner: str, name: str) -> RestAnswer:
    """A commit with those that lead to it, the latest first; by default the default branch's."""
    found = named(request, owner, name)
    if isinstance(found, RestAnswer):
        return found
    sha = request.query.get("sha", found.default_branch)
    tip = found.branches.get(sha) or found.commit(sha)
    if tip is None:
        return not_found()
    page, links = listed(request, _history(tip))
    shown = [commit_json(commit, found, request.base_url) for commit in page]
    for one in shown:
        del one["stats"]
    return RestAnswer(200, shown, links)


def _history(tip: Commit) -> list[Commit]:
    """In the order of ``git log``: of what is known to come, the latest by its committer."""
    queue, seen, history = [(-tip.committed_at, 0, tip)], {id(tip)}, []
    while queue:
        _, _, commit = heappop(queue)
        history.append(commit)
        for parent in commit.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                heappush(queue, (-parent.committed_at, len(seen), parent))
    return history


def commit_json(commit: Commit, repository: Repository, base_url: str) -> dict[str, Any]:
    """A commit without its files."""
    shown = {}
    for role, signature in (("author", author_of(commit)), ("committer", committer_of(commit))):
        shown[role] = {"name": signature.name, "email": signature.email, "date": iso(signature.at)}
    text = f"{commit.headline}\n\n{commit.body}" if commit.body else commit.headline
    url = f"{base_url}/api/v3/repos/{repository.full_name}/commits/{commit.oid}"
    html = f"{base_url}/{repository.full_name}/commit/{commit.oid}"
    tree = hashlib.sha1(commit.oid.encode(), usedforsecurity=False).hexdigest()
    added = sum(change.additions or 0 for change in commit.shown_files)
    deleted = sum(change.deletions or 0 for change in commit.shown_files)
    return {
        "sha": commit.oid,
        "node_id": f"C_{commit.oid}",
        "url": url,
        "html_url": html,
        "comments_url": f"{url}/comments",
        "commit": {
            **shown,
            "message": text,
            "comment_count": 0,
            "url": url.replace("/commits/", "/git/commits/"),
            "tree": {"sha": tree, "url": url.replace("/commits/", "/git/trees/")},
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        },
        "author": user_json(commit.author, base_url) if commit.author else None,
        "committer": user_json(commit.committer, base_url) if commit.committer else None,
        "parents": [
            {
                "sha": parent.oid,
                "url": url.replace(commit.oid, parent.oid),
                "html_url": html.replace(commit.oid, parent.oid),
            }
            for parent in commit.parents
        ],
        "stats": {"additions": added, "deletions": deleted, "total": added + deleted},
    }


def _pull_requests(request: RestRequest, owner: str, name: str) -> RestAnswer:
    found = named(request, owner, name)
    if isinstance(found, RestAnswer):
        return found
    state = request.query.get("state", "open")
    pulls: list[PullRequest] = sorted(found.pull_requests.values(), key=lambda pr: -pr.number)
    wanted = [pr for pr in pulls if state == "all" or (pr.state == "OPEN") == (state == "open")]
    page, links = listed(request, wanted)
    return RestAnswer(200, [pull_request_json(pr, request.base_url) for pr in page], links)


ROUTES: list[tuple[str, Callable[..., RestAnswer]]] = [
    (r"/meta", _meta),
    (r"/user", _user),
    (r"/user/emails", _emails),
    (r"/orgs/([^/]+)", _organization),
    (r"/orgs/([^/]+)/repos", _organization_repositories),
    (r"/user/repos", _user_repositories),
    (r"/users/([^/]+)/repos", _repositories_of_user),
    (r"/installation/repositories", _installation_repositories),
    (r"/repositories/(\d+)", _repository_by_id),
    (r"/repos/([^/]+)/([^/]+)", _repository),
    (r"/repos/([^/]+)/([^/]+)/pulls", _pull_requests),
    (r"/repos/([^/]+)/([^/]+)/pulls/(\d+)", _pull_request),
    (r"/repos/([^/]+)/([^/]+)/commits", _commits),
    (r"/repos/([^/]+)/([^/]+)/commits/([^/]+)", _commit),
    *rest_automation.ROUTES,
]
_COMPILED = [(re.compile(pattern), handler) for pattern, handler in ROUTES]


def answer(request: RestRequest) -> RestAnswer:
    """Route one GET below ``/api/v3``."""
    path = request.path.removeprefix("/api/v3").rstrip("/")
    if match := re.fullmatch(r"/repositories/(\d+)(/.+)", path):
        found = request.world.repositories.get(int(match[1]))
        if found is None:
            return not_found()
        path = f"/repos/{found.full_name}{match[2]}"
    for pattern, handler in _COMPILED:
        if match := pattern.fullmatch(path):
            return handler(request, *match.groups())
    return not_found()
