"""What a Jira answers: a path, its parameters and its body in, status and JSON out."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulators.jira import jql
from tests.simulators.jira.payloads import Json, Writer
from tests.simulators.jira.records import Issue
from tests.simulators.jira.world import World

BULK_ISSUES: Final = 1000
BULK_CHANGES: Final = 1000
"""The most that the Cloud tells of in one answer."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """Below /rest/api/N or /rest/agile/1.0, without a slash at its beginning."""
    parameters: Mapping[str, str]
    body: Json


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    kind: str = "other"
    """For the ledger: search, changelog, issue, agile or other."""


Answers = Callable[..., Answer]


def refusal(status: int, *messages: str) -> Answer:
    return Answer(status, {"errorMessages": list(messages), "errors": {}})


@dataclass
class Endpoints:
    """Of one dialect."""

    world: World
    write: Writer
    cloud: bool
    bulk_changes: int = BULK_CHANGES
    _routes: list[tuple[re.Pattern[str], Answers]] = field(init=False)

    def __post_init__(self) -> None:
        both: dict[str, Answers] = {
            r"serverInfo": self.server_info,
            r"myself": self.myself,
            r"mypermissions": self.permissions,
            r"field": lambda _: Answer(200, self.write.fields()),
            r"status": self.statuses,
            r"issuetype": lambda _: Answer(
                200, [self.write.type(one) for one in self.world.types.values()]
            ),
            r"project/(\w+)": self.project,
            r"project/(\w+)/statuses": self.project_statuses,
            r"project/(\w+)/versions": self.versions,
            r"issue/([\w-]+)": self.issue,
            r"agile/board": self.boards,
            r"agile/board/(\d+)/sprint": self.sprints,
        }
        own: dict[str, Answers] = (
            {
                r"search/jql": self.search_jql,
                r"search": lambda _: refusal(
                    410,
                    "The requested API has been removed. Please migrate to /rest/api/3/search/jql.",
                ),
                r"search/approximate-count": self.approximate_count,
                r"changelog/bulkfetch": self.bulk_changelog,
                r"project/search": self.project_search,
                r"issue/([\w-]+)/changelog": self.issue_changelog,
            }
            if self.cloud
            else {r"search": self.search, r"project": self.projects}
        )
        self._routes = [(re.compile(path), answer) for path, answer in (own | both).items()]

    def answer(self, request: Request) -> Answer:
        for path, answer in self._routes:
            if match := path.fullmatch(request.path):
                return answer(request, *match.groups())
        return refusal(404, "null for uri")

    # -- who and what --------------------------------------------------------------------------------------------

    def server_info(self, _: Request) -> Answer:
        version = "1001.0.0-SNAPSHOT" if self.cloud else self.world.version
        numbers = [int(part) for part in re.findall(r"\d+", version)[:3]]
        shown = {
            "baseUrl": self.world.site or self.write.base, "version": version, "versionNumbers": numbers,
            "deploymentType": "Cloud" if self.cloud else "Server", "buildNumber": 912004,
            "buildDate": "2026-01-05T00:00:00.000+0000", "serverTime": self.write.time(self.world.now),
            "scmInfo": "0" * 40, "serverTitle": "Jira",
        }  # fmt: skip
        return Answer(200, shown)

    def myself(self, _: Request) -> Answer:
        return Answer(
            200,
            (self.write.user(self.world.account) or {})
            | {"timeZone": self.world.time_zone, "locale": "en_US"},
        )

    def permissions(self, request: Request) -> Answer:
        wanted = [name for name in request.parameters.get("permissions", "").split(",") if name]
        if self.cloud and not wanted:
            return refusal(400, "The permissions query parameter is required.")
        return Answer(
            200,
            {
                "permissions": {
                    name: {
                        "id": str(number), "key": name, "name": name.title(), "type": "PROJECT", "description": "",
                        "havePermission": name in self.world.permissions,
                    }
                    for number, name in enumerate(wanted)
                }
            },
        )  # fmt: skip

    def statuses(self, _: Request) -> Answer:
        return Answer(
            200, [self.write.status(one) for one in self.world.statuses.values() if not one.deleted]
        )

    # -- projects ------------------------------------------------------------------------------------------------

    def projects(self, _: Request) -> Answer:
        return Answer(
            200, [self.write.project(one) for one in self.world.projects.values() if not one.hidden]
        )

    def project_search(self, request: Request) -> Answer:
        shown = [self.write.project(one) for one in self.world.projects.values() if not one.hidden]
        return Answer(
            200, self._values(request, shown) | {"self": f"{self.write.rest}/project/search"}
        )

    def project(self, _: Request, named: str) -> Answer:
        found = self._project(named)
        return Answer(200, self.write.project(found)) if found else _no_project(named)

    def project_statuses(self, _: Request, named: str) -> Answer:
        if self._project(named) is None:
            return _no_project(named)
        statuses = [
            self.write.status(one) for one in self.world.statuses.values() if not one.deleted
        ]
        return Answer(
            200,
            [
                {
                    "self": "",
                    "id": str(one.id),
                    "name": one.name,
                    "subtask": one.subtask,
                    "statuses": statuses,
                }
                for one in self.world.types.values()
            ],
        )

    def versions(self, _: Request, named: str) -> Answer:
        found = self._project(named)
        return (
            Answer(200, [self.write.version(one) for one in found.versions])
            if found
            else _no_project(named)
        )

    def _project(self, named: str) -> Any:
        return next(
            (
                one
                for one in self.world.projects.values()
                if named in {str(one.id), one.key} and not one.hidden
            ),
            None,
        )

    # -- issues --------------------------------------------------------------------------------------------------

    def search(self, request: Request) -> Answer:
        """Data Center's."""
        asked: Mapping[str, Any] = request.parameters if request.method == "GET" else request.body
        expand, fields = asked.get("expand") or "", asked.get("fields") or "*navigable"
        try:
            found = jql.search(self.world, asked.get("jql") or "")
        except jql.QueryError as error:
            return Answer(400, {"errorMessages": [str(error)], "errors": {}}, "search")
        start, size = int(asked.get("startAt") or 0), int(asked.get("maxResults") or 50)
        if str(asked.get("maxResults")) == "0":
            size = 0
        size = min(size, self.world.maximum_page)
        names = fields.split(",") if isinstance(fields, str) else fields
        page = found[start : start + size]
        shown = {
            "expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found),
            "issues": [self.write.issue(one, names, changelog="changelog" in expand) for one in page],
        }  # fmt: skip
        return Answer(200, shown, "search")

    def search_jql(self, request: Request) -> Answer:
        """The Cloud's: by tokens, without a total, and ids alone unless fields are named."""
        body = request.body
        try:
            found = jql.search(self.world, body.get("jql") or "")
        except jql.QueryError as error:
            return Answer(400, {"errorMessages": [str(error)], "errors": {}}, "search")
        token = body.get("nextPageToken")
        start = int(base64.b64decode(token).decode().partition(":")[2]) if token else 0
        size = min(int(body.get("maxResults") or 50), self.world.maximum_page)
        fields = body.get("fields") or ["id"]
        page, more = found[start : start + size], start + size < len(found)
        shown: Json = {"issues": [self._found(one, fields) for one in page], "isLast": not more}
        if more:
            shown["nextPageToken"] = base64.b64encode(f"page:{start + size}".encode()).decode()
        return Answer(200, shown, "search")

    def _found(self, one: Issue, fields: list[str]) -> Json:
        shown = self.write.issue(one, fields, changelog=False)
        return {"id": shown["id"]} if fields == ["id"] else shown

    def approximate_count(self, request: Request) -> Answer:
        try:
            return Answer(
                200, {"count": len(jql.search(self.world, request.body.get("jql") or ""))}, "search"
            )
        except jql.QueryError as error:
            return Answer(400, {"errorMessages": [str(error)], "errors": {}}, "search")

    def bulk_changelog(self, request: Request) -> Answer:
        wanted = [str(one) for one in request.body.get("issueIdsOrKeys", [])]
        if not wanted or len(wanted) > BULK_ISSUES:
            return Answer(
                400,
                {"errorMessages": ["issueIdsOrKeys must hold 1 to 1000."], "errors": {}},
                "changelog",
            )
        found = [one for one in map(self.world.found, wanted) if one is not None]
        entries = sorted(
            ((one, entry) for one in found for entry in one.histories),
            key=lambda pair: (pair[1].at, pair[1].id),
        )
        token = request.body.get("nextPageToken")
        start = int(json.loads(base64.b64decode(token))) if token else 0
        size = min(int(request.body.get("maxResults") or self.bulk_changes), self.bulk_changes)
        grouped: dict[str, list[Json]] = {}
        for one, entry in entries[start : start + size]:
            grouped.setdefault(str(one.id), []).append(self.write.history(entry))
        shown: Json = {
            "issueChangeLogs": [
                {"issueId": number, "changeHistories": told} for number, told in grouped.items()
            ]
        }
        if start + size < len(entries):
            shown["nextPageToken"] = base64.b64encode(json.dumps(start + size).encode()).decode()
        return Answer(200, shown, "changelog")

    def issue(self, request: Request, named: str) -> Answer:
        found = self.world.found(named)
        if found is None:
            return Answer(404, {"errorMessages": ["Issue Does Not Exist"], "errors": {}}, "issue")
        fields = (request.parameters.get("fields") or "*all").split(",")
        changelog = "changelog" in request.parameters.get("expand", "")
        return Answer(200, self.write.issue(found, fields, changelog=changelog), "issue")

    def issue_changelog(self, request: Request, named: str) -> Answer:
        found = self.world.found(named)
        if found is None:
            return Answer(
                404, {"errorMessages": ["Issue does not exist"], "errors": {}}, "changelog"
            )
        shown = [self.write.history(entry) for entry in found.histories]
        own = {"self": f"{self.write.rest}/issue/{found.id}/changelog"}
        return Answer(200, self._values(request, shown) | own, "changelog")

    # -- boards --------------------------------------------------------------------------------------------------

    def boards(self, request: Request) -> Answer:
        seen = [one for one in self.world.boards if not (one.project and one.project.hidden)]
        return Answer(200, self._values(request, [self.write.board(one) for one in seen]), "agile")

    def sprints(self, request: Request, number: str) -> Answer:
        board = next((one for one in self.world.boards if one.id == int(number)), None)
        if board is None:
            return Answer(
                404,
                {"errorMessages": ["The requested board cannot be viewed."], "errors": {}},
                "agile",
            )
        if board.kind == "kanban":
            return Answer(
                400,
                {"errorMessages": ["The board does not support sprints"], "errors": {}},
                "agile",
            )
        wanted = request.parameters.get("state", "future,active,closed").split(",")
        shown = [
            self.write.sprint(one)
            for one in self.world.sprints
            if one.board is board and one.state in wanted
        ]
        return Answer(200, self._values(request, shown), "agile")

    def _values(self, request: Request, every: list[Any]) -> Json:
        start = int(request.parameters.get("startAt") or 0)
        size = min(int(request.parameters.get("maxResults") or 50), 50)
        ended = start + size >= len(every)
        return {
            "maxResults": size, "startAt": start, "total": len(every), "isLast": ended,
            "values": every[start : start + size],
        }  # fmt: skip


def _no_project(named: str) -> Answer:
    return refusal(404, f"No project could be found with key '{named}'.")
