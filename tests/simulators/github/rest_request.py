"""What REST handlers share: the request, the answer, pages with their Link header, and who may see what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from .records import Repository
from .registry import Token
from .world import World


@dataclass(slots=True)
class RestAnswer:
    """``body`` None means none at all (304, 204)."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RestRequest:
    world: World
    token: Token
    base_url: str
    path: str
    query: dict[str, str]
    vanished: frozenset[str]

    def page(self, default: int = 30, most: int = 100) -> tuple[int, int]:
        """Page number and size, as GitHub reads them: nonsense and too much count as the limits."""
        number = self.query.get("page", "")
        size = self.query.get("per_page", "")
        return (
            max(1, int(number)) if number.isdecimal() else 1,
            min(most, max(1, int(size))) if size.isdecimal() else default,
        )


def not_found() -> RestAnswer:
    return RestAnswer(
        404,
        {
            "message": "Not Found",
            "documentation_url": "https://docs.github.com/rest",
            "status": "404",
        },
    )


def visible(request: RestRequest, repository: Repository | None) -> Repository | None:
    if repository is None or repository.full_name in request.vanished:
        return None
    return repository if request.token.sees(repository) else None


def listed(request: RestRequest, items: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
    """One page of a list and its Link header."""
    number, size = request.page()
    last = max(1, -(-len(items) // size))
    return items[(number - 1) * size : number * size], link(request, number, last)


def link(request: RestRequest, number: int, last: int) -> dict[str, str]:
    relations = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    wanted = [
        name for name in relations if (number < last if name in {"next", "last"} else number > 1)
    ]
    if not wanted:
        return {}
    query = {name: value for name, value in request.query.items() if name != "page"}
    others = f"&{urlencode(query, quote_via=quote)}" if query else ""
    links = (
        f'<{request.base_url}{request.path}?page={relations[name]}{others}>; rel="{name}"'
        for name in wanted
    )
    return {"Link": ", ".join(links)}


def named(request: RestRequest, owner: str, name: str) -> Repository | RestAnswer:
    """The repository, or what is answered instead: 404, or 301 to its id where it was renamed."""
    found = visible(request, request.world.repository(f"{owner}/{name}"))
    if found is None:
        return not_found()
    if found.full_name.lower() != f"{owner}/{name}".lower():
        rest = request.path.split("/repos/", 1)[1].split("/", 2)[2:]
        url = "/".join([f"{request.base_url}/api/v3/repositories/{found.database_id}", *rest])
        url += f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
        return RestAnswer(301, {"message": "Moved Permanently", "url": url}, {"Location": url})
    return found
