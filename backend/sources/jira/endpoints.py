"""What Jira's REST interface is asked: the whole list, with what is read of each answer. The star after `api` is its
version.
"""

from typing import Final

from pydantic import BaseModel

from backend.sources.endpoints import Catalogue, Endpoint
from backend.sources.jira import payloads


def _histories(place: str) -> dict[str, type[BaseModel]]:
    """Changes of an issue, each read by itself."""
    return {place: payloads.Entry, f"{place}.items": payloads.Item}


_SEARCH: Final[dict[str, type[BaseModel]]] = {
    "issues": payloads.Issue,
    **_histories("issues.changelog.histories"),
}
_API: Final = "/rest/api/*"
_AGILE: Final = "/rest/agile/*"

REST: Final = Catalogue(
    (
        Endpoint(f"GET {_API}/serverInfo", payloads.ServerInfo),
        Endpoint(f"GET {_API}/myself", payloads.Myself),
        Endpoint(f"GET {_API}/mypermissions", payloads.Permissions),
        Endpoint(f"GET {_API}/field", payloads.Fields),
        Endpoint(f"GET {_API}/status", payloads.Statuses),
        Endpoint(f"GET {_API}/issuetype", payloads.IssueTypes),
        Endpoint(f"GET {_API}/project", payloads.Projects),
        Endpoint(f"GET {_API}/project/search", payloads.Values, {"values": payloads.Project}),
        Endpoint(f"GET {_API}/project/*/statuses", payloads.ProjectStatuses),
        Endpoint(f"GET {_API}/project/*/versions", payloads.Versions),
        Endpoint(f"GET {_API}/project/*", payloads.Project),
        Endpoint(f"GET {_API}/search", payloads.Search, _SEARCH),
        Endpoint(f"POST {_API}/search", payloads.Search, _SEARCH),
        Endpoint(f"POST {_API}/search/jql", payloads.SearchJql, {"issues": payloads.Issue}),
        Endpoint(f"POST {_API}/search/approximate-count", payloads.Count),
        Endpoint(
            f"POST {_API}/changelog/bulkfetch",
            payloads.BulkChangelog,
            _histories("issueChangeLogs.changeHistories"),
        ),
        Endpoint(f"GET {_API}/issue/*/changelog", payloads.ChangelogPage, _histories("values")),
        Endpoint(f"GET {_API}/issue/*", payloads.Issue, _histories("changelog.histories")),
        Endpoint(f"GET {_AGILE}/board", payloads.Values, {"values": payloads.Board}),
        Endpoint(f"GET {_AGILE}/board/*/sprint", payloads.Values, {"values": payloads.Sprint}),
    ),
    {},
)
