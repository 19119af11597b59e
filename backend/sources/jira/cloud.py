"""Jira Cloud: REST v3, whose search tells no total, and histories of many issues at once by a question of their own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.sources.errors import NotFound
from backend.sources.jira import payloads
from backend.sources.jira.addresses import CLOUD
from backend.sources.jira.changelog import History
from backend.sources.jira.dialect import Asked, Found, of_known, quoted, values
from backend.sources.shapes import read

CHANGES_A_PAGE: Final = 1_000
ISSUES_AT_ONCE: Final = 1_000
"""The most whose changes are told by one question."""


@dataclass
class Cloud:
    asked: Asked
    name: str = CLOUD

    def search(
        self,
        jql: str,
        *,
        fields: Sequence[str],
        page: str,
        size: int,
        histories: bool,  # noqa: ARG002 - they are asked for by a question of their own
        tries: int,
    ) -> Found:
        question: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": size}
        if page:
            question["nextPageToken"] = page
        body = self.asked.client.post(
            self.asked.path("search/jql"),
            question,
            tries=tries,
            label=f"search {size} {len(fields)}",
        ).body
        found = read(payloads.SearchJql, body)
        ended = found.is_last is True or found.next_page_token == page
        return Found(found.issues, "" if ended else found.next_page_token or "", None)

    def parents(self, keys: Sequence[str]) -> Sequence[payloads.Found]:
        return of_known(keys, self._of_keys)

    def histories(
        self,
        issues: Sequence[payloads.Found],
        told: Mapping[int, History],  # noqa: ARG002 - the face of all
    ) -> dict[int, History]:
        changes: dict[int, list[Any]] = defaultdict(list)
        for first in range(0, len(issues), ISSUES_AT_ONCE):
            chunk = issues[first : first + ISSUES_AT_ONCE]
            for one in self._bulk([str(issue.id) for issue in chunk]):
                changes[one.issue_id] += one.change_histories
        # Of an issue that was never changed nothing is told.
        return {issue.id: History(changes[issue.id]) for issue in issues}

    def issue(self, external_id: int, *, fields: Sequence[str]) -> Any:  # noqa: ANN401 - JSON
        parameters = {"fields": ",".join(fields)}
        return self.asked.client.get(
            self.asked.path(f"issue/{external_id}"), parameters, label="issue"
        ).body

    def projects(self) -> Iterator[payloads.Project]:
        for one in values(self.asked.client, self.asked.path("project/search")):
            yield read(payloads.Project, one)

    def count(self, jql: str) -> int | None:
        try:
            body = self.asked.client.post(
                self.asked.path("search/approximate-count"), {"jql": jql}, label="count"
            ).body
        except NotFound:
            return None
        return read(payloads.Count, body).count

    def _of_keys(self, keys: Sequence[str]) -> Sequence[Any]:
        return self.search(
            f"key in ({quoted(keys)})",
            fields=("key",),
            page="",
            size=len(keys),
            histories=False,
            tries=3,
        ).issues

    def _bulk(self, ids: Sequence[str]) -> Iterator[payloads.IssueChanges]:
        # Not narrowed to fields: changes of parents and of keys have no id there to be narrowed by.
        question: dict[str, Any] = {"issueIdsOrKeys": list(ids), "maxResults": CHANGES_A_PAGE}
        while True:
            body = self.asked.client.post(
                self.asked.path("changelog/bulkfetch"), question, label=f"changelog {len(ids)}"
            ).body
            page = read(payloads.BulkChangelog, body)
            yield from page.issue_change_logs
            token = page.next_page_token
            if not token or token == question.get("nextPageToken"):
                return
            question = question | {"nextPageToken": token}
