"""Which permission opens what: of REST by address, of GraphQL by type, and git.

After GitHub's "Permissions required for GitHub Apps". Addresses that are not listed are open to every token.
"""

import re
from typing import Final

REPOSITORY: Final = r"/(?:repos/[^/]+/[^/]+|repositories/\d+)"
REST: Final = [
    (re.compile(pattern), permission)
    for pattern, permission in (
        (rf"{REPOSITORY}/pulls(?:/.*)?", "pull_requests"),
        (rf"{REPOSITORY}/actions/.*", "actions"),
        (rf"{REPOSITORY}/commits/.+/check-(?:runs|suites)", "checks"),
        (rf"{REPOSITORY}/check-(?:runs|suites)/.*", "checks"),
        (rf"{REPOSITORY}/commits/.+/status(?:es)?", "statuses"),
        (rf"{REPOSITORY}/commits(?:/.*)?", "contents"),
        (rf"{REPOSITORY}/deployments(?:/.*)?", "deployments"),
        (rf"{REPOSITORY}/releases(?:/.*)?", "contents"),
        (rf"{REPOSITORY}(?:/tags)?", "metadata"),
        (r"/orgs/[^/]+/(?:teams|members)(?:/.*)?", "members"),
        (r"/(?:orgs/[^/]+/repos|user/repos|installation/repositories)", "metadata"),
    )
]
GRAPHQL: Final = {
    "CheckRun": "checks",
    "CheckSuite": "checks",
    "CommitHistoryConnection": "contents",
    "Deployment": "deployments",
    "PullRequest": "pull_requests",
    "Release": "contents",
    "StatusContext": "statuses",
    "Team": "members",
    "WorkflowRun": "actions",
}
GIT: Final = "contents"
LEVELS: Final = ("read", "write", "admin")


def of_rest(path: str) -> str:
    """The permission whose reading opens an address below ``/api/v3``; empty where none is needed."""
    plain = path.removeprefix("/api/v3").rstrip("/")
    return next((name for pattern, name in REST if pattern.fullmatch(plain)), "")
