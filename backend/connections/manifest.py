"""The manifest from which GitHub creates the connection's App: it reads, and no more."""

from typing import Any, Final
from urllib.parse import quote, urlsplit

PERMISSIONS: Final = (
    "metadata",
    "contents",
    "pull_requests",
    "checks",
    "statuses",
    "actions",
    "deployments",
    "members",
)
"""All for reading. GitHub has none narrower than `contents` for commits, and that one opens source code as well."""

EVENTS: Final = (
    "pull_request",
    "pull_request_review",
    "pull_request_review_thread",
    "push",
    "check_run",
    "check_suite",
    "status",
    "workflow_run",
    "workflow_job",
    "deployment",
    "deployment_status",
    "release",
    "create",
    "delete",
    "repository",
    "team",
    "membership",
    "organization",
    "member",
)
_NAME_LENGTH: Final = 34
"""GitHub refuses longer ones."""


def manifest(
    *, public_url: str, webhook: str, created: str, installed: str, name: str = ""
) -> dict[str, Any]:
    """As GitHub reads it. `created` and `installed` are addresses that GitHub sends the browser back to."""
    host = urlsplit(public_url).hostname or ""
    return {
        "name": (name or f"Plumbline {host}")[:_NAME_LENGTH].strip(),
        "url": public_url,
        "description": "Reads pull requests, commits and builds for Plumbline. Writes nothing.",
        "public": False,
        "redirect_url": created,
        "setup_url": installed,
        "hook_attributes": {"url": webhook, "active": True},
        "default_permissions": dict.fromkeys(PERMISSIONS, "read"),
        "default_events": list(EVENTS),
    }


def creation_address(url: str, organisation: str) -> str:
    """Where the browser takes the manifest to; without an organisation, to the person's own account."""
    owner = f"/organizations/{quote(organisation, safe='')}" if organisation else ""
    return f"{url}{owner}/settings/apps/new"


def install_address(url: str, slug: str) -> str:
    """Where the App is installed in an organisation; empty where its name is not known."""
    host = urlsplit(url).hostname or ""
    cloud = host == "github.com" or host.endswith(".ghe.com")
    return f"{url}/{'apps' if cloud else 'github-apps'}/{slug}/installations/new" if slug else ""
