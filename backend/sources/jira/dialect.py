"""What the two kinds of Jira are asked for differently. Each raises SourceError."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from backend.sources.http import Client
from backend.sources.jira import payloads
from backend.sources.jira.addresses import Addresses
from backend.sources.jira.changelog import History
from backend.sources.jira.ids import keys_in
from backend.sources.jira.refusals import QueryRefused
from backend.sources.shapes import read

VALUES_A_PAGE: Final = 50
"""Of projects, boards and sprints: what every server gives at once."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search, whose issues are still to be read one by one."""

    issues: Sequence[Any]
    next: str
    total: int | None


class Dialect(Protocol):
    name: str

    def search(
        self, jql: str, *, fields: Sequence[str], page: str, size: int, histories: bool, tries: int
    ) -> Found:
        """`page`: where an earlier one said that it goes on. `histories`: with what the server tells of them inline."""

    def parents(self, keys: Sequence[str]) -> Sequence[payloads.Found]:
        """Those of the issues that are there and may be seen."""

    def histories(
        self, issues: Sequence[payloads.Found], told: Mapping[int, History]
    ) -> dict[int, History]:
        """Whole ones; `told`: what the search told of them."""

    def issue(self, external_id: int, *, fields: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        """One issue as the search would tell it."""

    def projects(self) -> Iterator[payloads.Project]:
        """All that the credential sees."""

    def count(self, jql: str) -> int | None:
        """How many issues there are, None where the server does not tell."""


def inline(issue: object) -> History | None:
    """What of its history stands with an issue; None where nothing does."""
    told = issue.get("changelog") if isinstance(issue, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    found = read(payloads.Changelog, told)
    return History(found.histories, found.total)


def values(client: Client, path: str, **parameters: str | int) -> Iterator[Any]:
    """What a list holds, page after page, where it tells by isLast or total that it is at its end."""
    start = 0
    while True:
        asked = parameters | {"startAt": start, "maxResults": VALUES_A_PAGE}
        page = read(payloads.Values, client.get(path, asked).body)
        yield from page.values
        start += len(page.values)
        ended = page.is_last if page.is_last is not None else start >= (page.total or 0)
        if ended or not page.values:
            return


def quoted(keys: Sequence[str]) -> str:
    """As a query names them: a project's key may be one of its own words, such as ORDER."""
    return ", ".join(f'"{key}"' for key in sorted(keys))


def of_known(
    keys: Sequence[str], ask: Callable[[Sequence[str]], Sequence[Any]]
) -> Sequence[payloads.Found]:
    """What a query by keys finds, where one key that nobody knows has the whole query refused: asked without it."""
    wanted = set(keys)
    while wanted:
        try:
            return [read(payloads.Found, one) for one in ask(sorted(wanted))]
        except QueryRefused as error:
            unknown = wanted & {key for message in error.messages for key in keys_in(message)}
            if not unknown:
                return ()
            wanted -= unknown
    return ()


@dataclass(frozen=True)
class Asked:
    """A session, and where its interfaces are."""

    client: Client
    where: Addresses

    def path(self, rest: str) -> str:
        return f"{self.where.rest}/{rest}"

    def agile(self, rest: str) -> str:
        return f"{self.where.agile}/{rest}"
