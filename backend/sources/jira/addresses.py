"""Where a Jira's interfaces are, told from the address that a person opens in the browser."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

DATA_CENTER: Final = "data_center"
CLOUD: Final = "cloud"
_GATEWAY: Final = "/ex/jira/"
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


def site(url: str, told: str) -> str:
    """Where people open a Jira that is asked through Atlassian's gateway, by what its server tells.

    Empty where they open it at the address that it is asked at, which a person entered and is to be believed first.
    """
    try:
        parts = urlsplit(told)
    except ValueError:
        return ""
    asked = urlsplit(url).path
    if not asked.startswith(_GATEWAY) or parts.scheme != "https" or not parts.hostname:
        return ""
    return f"https://{parts.hostname}{parts.path.rstrip('/')}"[:500]
