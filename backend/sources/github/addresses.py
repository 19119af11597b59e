"""Where a GitHub server's interfaces are, told from the address that a person opens in the browser."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

PUBLIC_HOST: Final = "github.com"
CLOUD_SUFFIX: Final = ".ghe.com"
"""GitHub Enterprise Cloud with data residency: each enterprise has a name of its own below it."""


@dataclass(frozen=True)
class Addresses:
    """`base` with the path of each interface below it."""

    base: str
    rest: str
    graphql: str


def addresses(url: str) -> Addresses:
    """GitHub's cloud has a host for its interfaces, an Enterprise Server has paths."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == PUBLIC_HOST or host.endswith(CLOUD_SUFFIX):
        return Addresses(f"{parts.scheme}://api.{host}", "", "/graphql")
    return Addresses(url, "/api/v3", "/api/graphql")
