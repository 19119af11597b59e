"""The fields that may enter: strict models of what Jira answers. What is not listed here is dropped in memory.

Of the fields that an issue's history tells of, those that nothing rests on are dropped before anything looks at them:
a changed description stands there in full.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel

from backend.inventory.entering import Listed
from backend.sources.jira.ids import as_id
from backend.sources.jira.times import day, moment


def _number(value: object) -> int:
    """Ids come as text from Jira, as numbers from its boards."""
    told = as_id(value)
    if told is None:
        raise ValueError("no id")
    return told


def _text(value: object) -> object:
    """Ids in histories are text, and numbers here and there."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _told(value: object) -> object:
    """What is not told is missing here and null there."""
    return "" if value is None else value


def _day_or_none(value: object) -> date | None:
    """A version without a date that can be read is a version all the same."""
    try:
        return day(value)
    except ValueError:
        return None


def _moment_or_none(value: object) -> datetime | None:
    """Likewise a sprint."""
    try:
        return moment(value)
    except ValueError:
        return None


Id = Annotated[int, BeforeValidator(_number)]
Text = Annotated[str, BeforeValidator(_text)]
Told = Annotated[str, BeforeValidator(_told)]
Time = Annotated[datetime, BeforeValidator(moment)]
PlannedDay = Annotated[date | None, BeforeValidator(_day_or_none)]
PlannedTime = Annotated[datetime | None, BeforeValidator(_moment_or_none)]


class Payload(Listed, BaseModel):
    """Wrong types are an error, unknown fields are dropped. Which fields there may be is the inventory's to say."""

    model_config = ConfigDict(
        strict=True, extra="ignore", frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class Account(Payload):
    """`key` and `name` are Data Center's, `account_id` is the Cloud's, which hides most addresses."""

    key: Told = ""
    name: Told = ""
    account_id: Told = ""
    account_type: Told = ""
    display_name: Told = ""
    email_address: Told = ""


class Myself(Account):
    time_zone: Told = ""


class ServerInfo(Payload):
    base_url: Told = ""
    version: str
    deployment_type: Told = ""
    server_time: PlannedTime = None


class FieldSchema(Payload):
    custom: Told = ""


class KnownField(Payload):
    id: str
    name: str
    custom: bool = False
    schema_: FieldSchema | None = Field(default=None, alias="schema")


class Fields(RootModel[list[KnownField]]): ...


class Category(Payload):
    key: Told = ""


class Status(Payload):
    id: Id
    name: str
    status_category: Category | None = None


class Statuses(RootModel[list[Status]]): ...


class IssueType(Payload):
    id: Id
    name: str
    subtask: bool = False


class IssueTypes(RootModel[list[IssueType]]): ...


class Project(Payload):
    id: Id
    key: str
    name: str


class Projects(RootModel[list[Project]]): ...


class ProjectStatuses(RootModel[list["StatusesOfType"]]): ...


class StatusesOfType(Payload):
    statuses: list[Status]


class Version(Payload):
    id: Id
    name: str
    released: bool = False
    release_date: PlannedDay = None


class Versions(RootModel[list[Version]]): ...


class Location(Payload):
    project_id: Id | None = None


class Board(Payload):
    id: Id
    name: str
    type: str
    location: Location | None = None


class Sprint(Payload):
    """Its goal does not enter."""

    id: Id
    name: str
    state: str
    start_date: PlannedTime = None
    activated_date: PlannedTime = None
    end_date: PlannedTime = None
    complete_date: PlannedTime = None
    origin_board_id: Id | None = None


class Values(Payload):
    """A page of what a list holds; each of it is read by its own model."""

    values: list[Any]
    is_last: bool | None = None
    total: int | None = None


class Named(Payload):
    name: str


class Numbered(Payload):
    id: Id


class Above(Payload):
    """An issue that another one names. Its summary, which stands beside, does not enter."""

    id: Id
    key: str = ""


class LinkType(Payload):
    inward: Told = ""
    outward: Told = ""


class Link(Payload):
    id: Id
    type: LinkType
    inward_issue: Above | None = None
    outward_issue: Above | None = None


class IssueFields(Payload):
    """`custom`: those of the context's `custom` that have a value, by id, to be looked at by whoever knows them."""

    project: Project
    issuetype: IssueType
    status: Status
    created: Time
    updated: Time
    resolutiondate: Time | None = None
    summary: str | None = None
    parent: Above | None = None
    assignee: Account | None = None
    reporter: Account | None = None
    priority: Named | None = None
    resolution: Named | None = None
    labels: list[str] | None = None
    components: list[Named] | None = None
    fix_versions: list[Numbered] | None = None
    versions: list[Numbered] | None = None
    issuelinks: list[Link] | None = None
    custom: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, Mapping):
            return value
        wanted = (info.context or {}).get("custom", ())
        return {
            **value,
            "custom": {name: value[name] for name in wanted if value.get(name) is not None},
        }


class Issue(Payload):
    id: Id
    key: str
    fields: IssueFields


class Found(Payload):
    """An issue of which no more is wanted."""

    id: Id
    key: str = ""


class Search(Payload):
    """Data Center's. Issues are read one by one, so that a broken one stops no other."""

    start_at: int
    max_results: int
    total: int
    issues: list[Any]


class SearchJql(Payload):
    """The Cloud's, which knows no total."""

    issues: list[Any]
    is_last: bool | None = None
    next_page_token: str | None = None


class Count(Payload):
    count: int


class Changelog(Payload):
    """Inline on Data Center; entries are read one by one."""

    histories: list[Any]
    total: int | None = None


class ChangelogPage(Values):
    """What an issue's own list of changes answers."""


class IssueChanges(Payload):
    issue_id: Id
    change_histories: list[Any]


class BulkChangelog(Payload):
    issue_change_logs: list[IssueChanges]
    next_page_token: str | None = None


class Item(Payload):
    """What of a field was changed. `from` and `to` are ids, the strings beside them names, numbers or keys."""

    field: Told = ""
    field_id: Told = ""
    fieldtype: Told = ""
    before: Text | None = Field(default=None, alias="from")
    after: Text | None = Field(default=None, alias="to")
    before_string: str | None = Field(default=None, alias="fromString")
    after_string: str | None = Field(default=None, alias="toString")


class Entry(Payload):
    """A change of an issue: who, when, and of the context's `items` which, to be read one by one.

    `places`: where each of them stands among all, of which its id is made.
    """

    id: Annotated[Text, BeforeValidator(_told)] = ""
    author: Account | None = None
    created: Time
    items: list[Any]
    places: list[int] = []

    @model_validator(mode="before")
    @classmethod
    def _reduce(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, Mapping) or not isinstance(value.get("items"), list):
            return value
        wanted = (info.context or {}).get("items", frozenset())
        kept = [
            (place, item)
            for place, item in enumerate(value["items"])
            if not isinstance(item, Mapping) or _is_of(item, wanted)
        ]
        return {
            **value,
            "items": [item for _, item in kept],
            "places": [place for place, _ in kept],
        }


def _is_of(item: Mapping[str, Any], wanted: frozenset[str]) -> bool:
    names = (item.get("fieldId"), item.get("field"))
    return any(isinstance(name, str) and name.casefold() in wanted for name in names)


class Permission(Payload):
    have_permission: bool = False


class Permissions(Payload):
    permissions: dict[str, Permission]


class Refusal(Payload):
    """What Jira says beside a status of 400 and above."""

    error_messages: list[str] = []
    errors: dict[str, Any] = {}
    message: str = ""
