"""Where a Jira's interfaces are, told from the address that a person opens in the browser."""

from dataclasses import dataclass
from typing import Final

DATA_CENTER: Final = "data_center"
CLOUD: Final = "cloud"
_VERSIONS: Final = {DATA_CENTER: "2", CLOUD: "3"}


@dataclass(frozen=True)
class Addresses:
    """Paths are below `base`, which may itself be below a path of the host; they begin without a slash for that."""

    base: str
    rest: str
    agile: str = "rest/agile/1.0"


def addresses(url: str, dialect: str) -> Addresses:
    """The same for a site's own address and for https://api.atlassian.com/ex/jira/ID, which tokens with scopes need."""
    return Addresses(url.rstrip("/"), f"rest/api/{_VERSIONS[dialect]}")
