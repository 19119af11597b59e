"""Jira Data Center: REST v2, whose search tells histories inline."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from backend.sources.errors import NotFound
from backend.sources.jira import payloads
from backend.sources.jira.addresses import DATA_CENTER
from backend.sources.jira.changelog import History
from backend.sources.jira.dialect import Asked, Found, inline, of_known, quoted
from backend.sources.shapes import UnexpectedShape, read

LONGEST_ADDRESS: Final = 2_000
"""Characters of a query that stand in an address; a longer one is posted."""
CHANGES_A_PAGE: Final = 100


@dataclass
class DataCenter:
    asked: Asked
    name: str = DATA_CENTER
    _tells_changes: bool = field(default=True, init=False)
    """Whether the server has the list of one issue's changes, which most do not."""

    def search(
        self, jql: str, *, fields: Sequence[str], page: str, size: int, histories: bool, tries: int
    ) -> Found:
        start = int(page) if page.isdecimal() else 0
        answer = self._search(
            jql,
            {"startAt": start, "maxResults": size},
            fields=fields,
            expand="changelog" if histories else "",
            tries=tries,
        )
        # A server may give less than it is asked for, and count issues that it no longer finds.
        after = start + (len(answer.issues) or max(answer.max_results, 1))
        more = after < answer.total and answer.max_results > 0
        return Found(answer.issues, str(after) if more else "", answer.total)

    def parents(self, keys: Sequence[str]) -> Sequence[payloads.Found]:
        return of_known(keys, self._of_keys)

    def histories(
        self, issues: Sequence[payloads.Found], told: Mapping[int, History]
    ) -> dict[int, History]:
        whole = dict(told)
        for issue in issues:
            inline_one = told.get(issue.id)
            if inline_one is None:
                whole[issue.id] = self._alone(issue)
            elif not inline_one.is_whole:
                whole[issue.id] = self._listed(issue.id) or inline_one
        return whole

    def issue(self, external_id: int, *, fields: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        parameters = {"fields": ",".join(fields), "expand": "changelog"}
        return self.asked.client.get(
            self.asked.path(f"issue/{external_id}"), parameters, label="issue"
        ).body

    def projects(self) -> Iterator[payloads.Project]:
        yield from read(
            payloads.Projects, self.asked.client.get(self.asked.path("project")).body
        ).root

    def count(self, jql: str) -> int | None:
        return self._search(jql, {"maxResults": 0}, fields=("id",), expand="", tries=3).total

    def _search(
        self,
        jql: str,
        numbers: Mapping[str, int | str],
        *,
        fields: Sequence[str],
        expand: str,
        tries: int,
    ) -> payloads.Search:
        client, path = self.asked.client, self.asked.path("search")
        label = f"search {numbers['maxResults']} {expand}"
        if len(jql) <= LONGEST_ADDRESS:
            parameters = {"jql": jql, "fields": ",".join(fields), **numbers}
            if expand:
                parameters["expand"] = expand
            body = client.get(path, parameters, tries=tries, label=label).body
        else:
            question = {"jql": jql, "fields": list(fields), "expand": [expand] if expand else []}
            body = client.post(path, question | _posted(numbers), tries=tries, label=label).body
        return read(payloads.Search, body)

    def _of_keys(self, keys: Sequence[str]) -> Sequence[Any]:
        return self._search(
            f"key in ({quoted(keys)})",
            {"maxResults": len(keys), "validateQuery": "false"},
            fields=("id",),
            expand="",
            tries=3,
        ).issues

    def _alone(self, issue: payloads.Found) -> History:
        """Of a search that tells no histories. By the key that it has just told, which may be all a server knows."""
        path = self.asked.path(f"issue/{issue.key or issue.id}")
        try:
            body = self.asked.client.get(
                path, {"fields": "id", "expand": "changelog"}, label="issue"
            ).body
            same = read(payloads.Found, body).id == issue.id
        except (NotFound, UnexpectedShape):
            return History(is_there=False)
        found = inline(body) if same else None
        return found or History(is_there=False)

    def _listed(self, external_id: int) -> History | None:
        """All of its changes, where the server lists them."""
        if not self._tells_changes:
            return None
        path, told = self.asked.path(f"issue/{external_id}/changelog"), list[Any]()
        while True:
            try:
                body = self.asked.client.get(
                    path,
                    {"startAt": len(told), "maxResults": CHANGES_A_PAGE},
                    label="changelog",
                ).body
                page = read(payloads.ChangelogPage, body)
            except (NotFound, UnexpectedShape):
                self._tells_changes = False
                return None
            told += page.values
            total = page.total if page.total is not None else len(told)
            if page.is_last or not page.values or len(told) >= total:
                return History(told, total)


def _posted(numbers: Mapping[str, int | str]) -> dict[str, int | bool | str]:
    """What stands as text in an address is a truth value in a body."""
    return {name: False if value == "false" else value for name, value in numbers.items()}
