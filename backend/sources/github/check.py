"""Is the connection as it should be? What is granted is compared with what is needed, and told with what to do.

GitHub tells what an App's installation may do, and the scopes of a classic token. Of a fine-grained token it tells
nothing: each permission is tried by a read. What such a token may write cannot be told without writing, so nobody
tries.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final
from urllib.parse import quote

from backend.connections.manifest import PERMISSIONS
from backend.sources.errors import Forbidden, NotFound, SourceError
from backend.sources.findings import EXCESS, MISSING, NONE, OK, READ, Finding, Permission
from backend.sources.github.app import App
from backend.sources.github.client import GitHub

ESSENTIAL: Final = frozenset({"metadata", "pull_requests", "repo"})
"""Without these nothing can be collected; without one of the others, its kind is not available."""
_LOWER_APP: Final = "Take it away in the App's settings. Plumbline's tokens do without it, being narrowed to reading."

_SCOPES: Final[Mapping[str, frozenset[str]]] = {
    "repo": frozenset({"repo"}),
    "read:org": frozenset({"read:org", "write:org", "admin:org"}),
}
"""What a classic token needs, and which scopes hold it."""
_HARMLESS: Final = frozenset({*_SCOPES, "read:user", "user:email"})

_PROBES: Final[Mapping[str, str]] = {
    "metadata": "/repos/{repository}",
    "contents": "/repos/{repository}/releases",
    "pull_requests": "/repos/{repository}/pulls",
    "checks": "/repos/{repository}/commits/{branch}/check-suites",
    "statuses": "/repos/{repository}/commits/{branch}/statuses",
    "actions": "/repos/{repository}/actions/runs",
    "deployments": "/repos/{repository}/deployments",
}
"""What can be read with each permission and not without it. Teams are tried as they are read, by GraphQL."""
_TEAMS: Final = """query TeamsTried($login: String!) {
  organization(login: $login) { teams(first: 1) { nodes { id } } }
}"""


def check(github: GitHub, *, organisation: str = "") -> Finding:
    """Raises SourceError where address, certificate or credential is wrong. `organisation`: one that is to be read."""
    who = github.identify()
    if github.app is not None:
        found = _of_app(github.app)
    elif who.scopes is not None:
        found = _of_scopes(who.scopes)
    else:
        found = _by_trying(github, organisation)
    return Finding(who.version, who.login, tuple(found), github.unavailable, ESSENTIAL)


def _of_app(app: App) -> Iterator[Permission]:
    asked_for = app.about().permissions
    granted = app.installation().permissions
    for name in PERMISSIONS:
        level = granted.get(name, NONE)
        if level == READ:
            yield Permission(name, READ, level, OK)
        elif level != NONE:
            yield Permission(name, READ, level, EXCESS, _LOWER_APP)
        elif name in asked_for:
            action = "Let an owner of the organisation accept the App's new permissions."
            yield Permission(name, READ, level, MISSING, action)
        else:
            action = (
                f"Set {name} to read-only in the App's settings, and accept it in the organisation."
            )
            yield Permission(name, READ, level, MISSING, action)
    for name in sorted(granted.keys() - set(PERMISSIONS)):
        yield Permission(name, NONE, granted[name], EXCESS, _LOWER_APP)


def _of_scopes(scopes: frozenset[str]) -> Iterator[Permission]:
    for name, holders in _SCOPES.items():
        if not scopes & holders:
            yield Permission(name, READ, NONE, MISSING, f"Make a token with {name} and enter it.")
        elif name == "repo":
            yield Permission(
                name,
                READ,
                "write",
                EXCESS,
                "A classic token that reads private repositories can write them too: GitHub has no narrower scope. "
                "A GitHub App or a fine-grained token reads alone.",
            )
        elif name in scopes:
            yield Permission(name, READ, READ, OK)
    for name in sorted(scopes - _HARMLESS):
        level = READ if name.startswith("read:") else "write"
        yield Permission(name, NONE, level, EXCESS, "Make a token without it and enter it.")


def _by_trying(github: GitHub, organisation: str) -> Iterator[Permission]:
    """By the repository that was pushed to last, in which there is most to see."""
    path = f"/orgs/{organisation}/repos" if organisation else "/user/repos"
    listed = github.get(path, {"per_page": 1, "sort": "pushed"}).body
    if not isinstance(listed, list) or not listed:
        action = "Let the token see the repositories that are to be read, and accept it in the organisation."
        yield Permission("metadata", READ, NONE, MISSING, action)
        return
    repository = github.repository(int(listed[0]["id"]))
    branch = quote(repository.default_branch or "HEAD", safe="")
    for name, path in _PROBES.items():
        address = path.format(repository=repository.full_name, branch=branch)
        yield from _tried(name, partial(github.get, address, {"per_page": 1}))
    login = organisation or repository.owner.login
    if organisation or repository.owner.type == "Organization":
        yield from _tried("members", lambda: github.ask(_TEAMS, {"login": login}))


def _tried(name: str, probe: Callable[[], object]) -> Iterator[Permission]:
    try:
        probe()
    except (Forbidden, NotFound) as error:
        action = f"Give the token {name}, for reading. {error.action}"
        yield Permission(name, READ, NONE, MISSING, action)
    except SourceError as error:
        if not error.permanent:
            raise
        # As of a repository without a commit: it was understood, and is not forbidden.
        yield Permission(name, READ, READ, OK)
    else:
        yield Permission(name, READ, READ, OK)
