"""Pull requests page by page, complete: the page's size follows the server, nested pages are followed to their end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from backend.sources.errors import NotFound, Overloaded
from backend.sources.github import payloads
from backend.sources.github.client import GitHub
from backend.sources.github.queries import PARTS
from backend.sources.page_size import PageSize
from backend.sources.shapes import read

_PARTS: Final[dict[str, type[payloads.Page[Any]]]] = {
    "commits": payloads.Page[payloads.PullRequestCommit],
    "reviews": payloads.Page[payloads.Review],
    "files": payloads.Page[payloads.File],
    "timelineItems": payloads.Page[payloads.Event],
}


@dataclass(frozen=True)
class PullRequestsPage:
    pull_requests: list[payloads.PullRequest]
    total: int
    after: str | None
    """Where the next page begins; None on the last one."""


def newest_changed(
    github: GitHub, *, name_with_owner: str, after: str | None, size: PageSize
) -> PullRequestsPage:
    """The next page of a repository's pull requests, those changed last first. Raises SourceError."""
    variables = _named(name_with_owner) | {"after": after}
    while True:
        try:
            data = github.ask(
                github.queries.pull_requests, variables | {"first": size.value}, tries=1
            )
            break
        except Overloaded:
            if not size.shrink():
                raise
    size.went_well()
    connection = _repository(data, name_with_owner)["pullRequests"]
    page = read(payloads.PullRequestPage, connection)
    return PullRequestsPage(
        pull_requests=[_whole(github, pr) for pr in page.nodes],
        total=page.total_count,
        after=page.page_info.end_cursor if page.page_info.has_next_page else None,
    )


def one(github: GitHub, *, name_with_owner: str, number: int) -> payloads.PullRequest:
    """One pull request, complete. Raises NotFound where it is not, or no longer, to be had."""
    data = github.ask(github.queries.pull_request, _named(name_with_owner) | {"number": number})
    found = _repository(data, name_with_owner)["pullRequest"]
    if found is None:
        raise NotFound(f"{name_with_owner}#{number} is not there.", "Nothing.", permanent=True)
    return _whole(github, read(payloads.PullRequest, found))


def teams(github: GitHub, *, organisation: str) -> Iterator[payloads.Team]:
    """An organisation's teams with all their own members."""
    after: str | None = None
    while True:
        data = github.ask(github.queries.teams, {"org": organisation, "after": after})
        if data["organization"] is None:
            return
        page = read(payloads.Page[payloads.Team], data["organization"]["teams"])
        for team in page.nodes:
            members = list(team.members.nodes)
            info = team.members.page_info
            while info.has_next_page:
                more = github.ask(github.queries.members, {"id": team.id, "after": info.end_cursor})
                further = read(payloads.Page[payloads.Member], more["node"]["members"])
                members += further.nodes
                info = further.page_info
            whole = team.members.model_copy(update={"nodes": members})
            yield team.model_copy(update={"members": whole})
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


def _whole(github: GitHub, pr: payloads.PullRequest) -> payloads.PullRequest:
    """Follow every nested cursor to its end."""
    for name in PARTS:
        field = "timeline_items" if name == "timelineItems" else name
        page = getattr(pr, field)
        if page is None or not page.page_info.has_next_page:
            continue
        nodes, info = list(page.nodes), page.page_info
        while info.has_next_page:
            data = github.ask(github.queries.part(name), {"id": pr.id, "after": info.end_cursor})
            further = read(_PARTS[name], data["node"][name])
            nodes += further.nodes
            info = further.page_info
        whole = page.model_copy(update={"nodes": nodes, "page_info": info})
        pr = pr.model_copy(update={field: whole})
    return pr


def _named(name_with_owner: str) -> dict[str, Any]:
    owner, _, name = name_with_owner.partition("/")
    return {"owner": owner, "name": name}


def _repository(data: dict[str, Any], name_with_owner: str) -> dict[str, Any]:
    found: dict[str, Any] | None = data["repository"]
    if found is None:
        raise NotFound(
            f"{name_with_owner} is not to be had.",
            "Check that the token may still read it.",
            permanent=True,
        )
    return found
