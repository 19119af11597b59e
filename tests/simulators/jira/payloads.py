"""How the two kinds of Jira write what they hold: Data Center's REST v2, the Cloud's v3, and Agile 1.0 of both."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.simulators.jira.records import (
    Board,
    History,
    Issue,
    IssueType,
    Named,
    Project,
    Sprint,
    Status,
    User,
    Version,
)
from tests.simulators.jira.world import World

Json = dict[str, Any]
CATEGORIES: Final = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
FIELDS: Final = {
    "points": "customfield_10004",
    "epic": "customfield_10008",
    "sprint": "customfield_10007",
    "team": "customfield_10001",
}
CUSTOM: Final = {
    FIELDS["points"]: (
        "Story Points",
        "com.atlassian.jira.plugin.system.customfieldtypes:float",
        "number",
    ),
    FIELDS["epic"]: ("Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link", "any"),
    FIELDS["sprint"]: ("Sprint", "com.pyxis.greenhopper.jira:gh-sprint", "array"),
    FIELDS["team"]: ("Team", "com.atlassian.teams:rm-teams-custom-field-team", "any"),
}
STANDARD: Final = (
    *(
        "summary",
        "description",
        "environment",
        "comment",
        "worklog",
        "project",
        "issuetype",
        "status",
    ),
    *(
        "resolution",
        "priority",
        "parent",
        "assignee",
        "reporter",
        "created",
        "updated",
        "resolutiondate",
    ),
    *("labels", "components", "fixVersions", "versions", "issuelinks"),
)


class Writer:
    """``cloud``: in which dialect."""

    def __init__(self, world: World, base: str, *, cloud: bool) -> None:
        self.world, self.base, self.cloud = world, base, cloud
        self.rest = f"{base}/rest/api/{3 if cloud else 2}"

    def time(self, seconds: float | None) -> str | None:
        """In the account's zone, as both do."""
        if seconds is None:
            return None
        at = datetime.fromtimestamp(seconds, ZoneInfo(self.world.time_zone))
        return f"{at:%Y-%m-%dT%H:%M:%S}.{round(seconds * 1000) % 1000:03}{at:%z}"

    def user(self, user: User | None) -> Json | None:
        if user is None:
            return None
        shown = {"displayName": user.name, "active": user.active, "timeZone": user.time_zone}
        avatars = dict.fromkeys(("16x16", "24x24", "32x32", "48x48"), f"{self.base}/avatar")
        if self.cloud:
            own: Json = {
                "accountId": user.account_id,
                "accountType": "app" if user.app else "atlassian",
                "emailAddress": "",
            }
        else:
            own = {"name": user.name, "key": user.key, "emailAddress": f"{user.name}@forge.test"}
        return {"self": f"{self.rest}/user?{user.key}", **own, "avatarUrls": avatars, **shown}

    def status(self, one: Status) -> Json:
        number, name, colour = CATEGORIES[one.category]
        category = {
            "self": f"{self.rest}/statuscategory/{number}", "id": number, "key": one.category,
            "colorName": colour, "name": name,
        }  # fmt: skip
        return {
            "self": f"{self.rest}/status/{one.id}", "description": "", "iconUrl": f"{self.base}/icon",
            "name": one.name, "id": str(one.id), "statusCategory": category,
        }  # fmt: skip

    def type(self, one: IssueType) -> Json:
        shown = {
            "self": f"{self.rest}/issuetype/{one.id}", "id": str(one.id), "description": self.world.canary,
            "iconUrl": f"{self.base}/icon", "name": one.name, "subtask": one.subtask, "avatarId": 1,
        }  # fmt: skip
        return shown | ({"hierarchyLevel": -1 if one.subtask else 0} if self.cloud else {})

    def project(self, one: Project) -> Json:
        return {
            "self": f"{self.rest}/project/{one.id}", "id": str(one.id), "key": one.key, "name": one.name,
            "projectTypeKey": "software", "avatarUrls": {},
        } | ({"simplified": False} if self.cloud else {})  # fmt: skip

    def version(self, one: Version) -> Json:
        shown: Json = {
            "self": f"{self.rest}/version/{one.id}", "id": str(one.id), "name": one.name,
            "description": self.world.canary, "archived": False, "released": bool(one.released_on),
        }  # fmt: skip
        return shown | ({"releaseDate": one.released_on} if one.released_on else {})

    def fields(self) -> list[Json]:
        standard = [
            {
                "id": name, "key": name, "name": name.title(), "custom": False, "orderable": True,
                "navigable": True, "searchable": True, "clauseNames": [name],
                "schema": {"type": "string", "system": name},
            }
            for name in STANDARD
        ]  # fmt: skip
        custom = [
            {
                "id": key, "key": key, "name": name, "custom": True, "orderable": True, "navigable": True,
                "searchable": True, "clauseNames": [f"cf[{key[12:]}]", name],
                "schema": {"type": kind, "custom": custom_type, "customId": int(key[12:])},
            }
            for key, (name, custom_type, kind) in CUSTOM.items()
        ]  # fmt: skip
        told = standard + custom
        return (
            told
            if self.cloud
            else [{name: one[name] for name in one if name != "key"} for one in told]
        )

    def board(self, one: Board) -> Json:
        shown: Json = {
            "id": one.id,
            "self": f"{self.base}/rest/agile/1.0/board/{one.id}",
            "name": one.name,
            "type": one.kind,
        }
        if one.project and self.cloud:
            shown["location"] = {
                "projectId": one.project.id, "displayName": one.project.name, "projectName": one.project.name,
                "projectKey": one.project.key, "projectTypeKey": "software", "name": one.project.name,
            }  # fmt: skip
        return shown

    def sprint(self, one: Sprint) -> Json:
        shown = {
            "id": one.id, "self": f"{self.base}/rest/agile/1.0/sprint/{one.id}", "state": one.state, "name": one.name,
            "startDate": _utc(one.start), "endDate": _utc(one.end), "completeDate": _utc(one.complete),
            "activatedDate": _utc(one.start),
            "originBoardId": one.board.id if one.board else None, "goal": self.world.canary,
        }  # fmt: skip
        return {name: value for name, value in shown.items() if value is not None}

    def issue(self, one: Issue, wanted: Iterable[str], *, changelog: bool) -> Json:
        names = set(wanted)
        every = self._fields(one)
        chosen = (
            every
            if {"*all", "*navigable"} & names
            else {key: every[key] for key in every if key in names}
        )
        shown: Json = {
            "expand": "changelog", "id": str(one.id), "self": f"{self.rest}/issue/{one.id}", "key": one.key,
            "fields": chosen,
        }  # fmt: skip
        if changelog:
            histories = [self.history(entry) for entry in one.histories]
            shown["changelog"] = {
                "startAt": 0, "maxResults": len(histories), "total": len(histories), "histories": histories,
            }  # fmt: skip
        return shown

    def history(self, one: History) -> Json:
        shown: Json = {
            "id": str(one.id),
            "created": self.time(one.at),
            "items": [self._item(item) for item in one.items],
        }
        return shown | ({"author": self.user(one.author)} if one.author else {})

    def _item(self, item: dict[str, str | None]) -> Json:
        shown: Json = dict(item)
        for end in ("from", "to"):
            told = shown.get(end) or ""
            if told.startswith("user "):
                user = self.world.users[told.removeprefix("user ")]
                shown[end] = user.account_id if self.cloud else user.key
        if self.cloud:
            custom = {name: key for key, (name, _, _) in CUSTOM.items()}
            shown["fieldId"] = custom.get(item["field"] or "", item["field"])
        return shown

    def _fields(self, one: Issue) -> Json:
        prose: Any = self.world.canary
        if self.cloud:
            text = {"type": "text", "text": self.world.canary}
            prose = {
                "version": 1,
                "type": "doc",
                "content": [{"type": "paragraph", "content": [text]}],
            }
        resolution = {
            "self": f"{self.rest}/resolution/1",
            "id": "1",
            "description": "",
            "name": "Done",
        }
        return {
            "summary": one.summary,
            "description": prose,
            "environment": prose,
            "comment": {"comments": [{"body": prose}], "total": 1, "maxResults": 1, "startAt": 0},
            "worklog": {"worklogs": [{"comment": prose}], "total": 1, "maxResults": 20, "startAt": 0},
            "project": self.project(one.project),
            "issuetype": self.type(one.type),
            "status": self.status(one.status),
            "resolution": resolution if one.resolved else None,
            "priority": {
                "self": f"{self.rest}/priority/3", "iconUrl": f"{self.base}/icon", "name": "Medium", "id": "3",
            },
            **({"parent": self._reference(one.parent)} if one.parent else {}),
            "assignee": self.user(one.assignee),
            "reporter": self.user(one.reporter),
            "created": self.time(one.created),
            "updated": self.time(one.updated),
            "resolutiondate": self.time(one.resolved),
            "labels": one.labels,
            "components": [self._named("component", part) for part in one.components],
            "fixVersions": [self.version(part) for part in one.fix_versions],
            "versions": [self.version(part) for part in one.affects_versions],
            "issuelinks": [
                {
                    "id": str(link.id), "self": f"{self.rest}/issueLink/{link.id}",
                    "type": {
                        "id": "10000", "name": "Blocks", "inward": "is blocked by", "outward": link.name, "self": "",
                    },
                    "outwardIssue": self._reference(link.other),
                }
                for link in one.links
            ],
            FIELDS["points"]: one.points,
            FIELDS["epic"]: one.epic.key if one.epic else None,
            FIELDS["sprint"]: [self._sprint_value(sprint) for sprint in one.sprints] or None,
            FIELDS["team"]: one.team,
        }  # fmt: skip

    def _named(self, kind: str, one: Named) -> Json:
        return {"self": f"{self.rest}/{kind}/{one.id}", "id": str(one.id), "name": one.name}

    def _reference(self, one: Issue) -> Json:
        inner = {
            "summary": one.summary, "status": self.status(one.status), "issuetype": self.type(one.type),
        }  # fmt: skip
        return {
            "id": str(one.id),
            "key": one.key,
            "self": f"{self.rest}/issue/{one.id}",
            "fields": inner,
        }

    def _sprint_value(self, one: Sprint) -> Any:
        if self.cloud:
            shown = self.sprint(one)
            return {
                key: shown[key]
                for key in shown
                if key not in {"self", "originBoardId", "activatedDate"}
            } | {"boardId": one.board.id if one.board else 0}
        board = one.board.id if one.board else 0
        ends = ",".join(
            f"{name}={_utc(at) or '<null>'}"
            for name, at in (
                ("startDate", one.start),
                ("endDate", one.end),
                ("completeDate", one.complete),
            )
        )
        return (
            f"com.atlassian.greenhopper.service.sprint.Sprint@1f[id={one.id},rapidViewId={board},"
            f"state={one.state.upper()},name={one.name},{ends},sequence={one.id},goal={self.world.canary}]"
        )


def _utc(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{round(seconds * 1000) % 1000:03}Z"
