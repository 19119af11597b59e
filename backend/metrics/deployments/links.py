"""Where a deployment is to be seen at its source."""

from urllib.parse import quote


def address(repository: str, source: str, key: str, sha: str) -> str:
    """`repository` is its address. What has no page of its own leads to its commit."""
    if source == "workflow":
        run, _, attempt = key.partition(".")
        return f"{repository}/actions/runs/{run}/attempts/{attempt}"
    if source == "merge":
        return f"{repository}/pull/{key}"
    if source == "tag":
        return f"{repository}/releases/tag/{quote(key, safe='/')}"
    if source == "check":
        return f"{repository}/runs/{key}"
    return f"{repository}/commit/{sha}" if sha else repository
