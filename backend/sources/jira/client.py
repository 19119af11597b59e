"""Jira's interfaces as plain calls, the same for both kinds of it. What comes out is what is kept, in our own words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self, TypeVar

from backend.delivery.issue_records import (
    BoardRecord,
    IssueRecord,
    IssueTypeRecord,
    ProjectRecord,
    SprintRecord,
    StatusRecord,
    VersionRecord,
)
from backend.delivery.records import ActorRecord
from backend.sources.errors import Forbidden, NotFound, Overloaded
from backend.sources.http import AGENT, TRIES, Access, Client, Usage
from backend.sources.jira import changelog, normalise, payloads
from backend.sources.jira.accounts import actor
from backend.sources.jira.addresses import CLOUD, addresses
from backend.sources.jira.changelog import NO_HISTORY, History
from backend.sources.jira.cloud import Cloud
from backend.sources.jira.data_center import DataCenter
from backend.sources.jira.dialect import Asked, Dialect, Found, inline, values
from backend.sources.jira.endpoints import REST
from backend.sources.jira.fields import Chosen, Field, FieldMap, discover
from backend.sources.jira.refusals import Judgement, NoInterface, QueryRefused
from backend.sources.limits import Meter, Unmetered
from backend.sources.page_size import PageSize
from backend.sources.shapes import UnexpectedShape, read

LARGEST_PAGE: Final = 100
"""Ten pages for a thousand issues, and at most ten questions for epics that are told by key alone."""
IDS_A_PAGE: Final = 1_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Server:
    """`time` is None where it is not told."""

    version: str
    time: datetime | None
    is_cloud: bool
    base_url: str


@dataclass(frozen=True, slots=True)
class Myself:
    """Whose token it is. `time_zone` is what quoted times of a query would be in."""

    account: ActorRecord | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class ProjectDetail:
    record: ProjectRecord
    statuses: tuple[StatusRecord, ...]
    versions: tuple[VersionRecord, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: where the next one begins, empty on the last. `refused`: issues that cannot be read, with why."""

    issues: Sequence[IssueRecord]
    next: str
    total: int | None
    refused: Sequence[tuple[int | None, str]] = ()


@dataclass(frozen=True, slots=True)
class IdPage:
    ids: Sequence[int]
    next: str
    total: int | None


@dataclass
class Jira:
    """A session with one Jira under one credential. Every method raises SourceError."""

    url: str
    dialect: str
    access: Access = field(repr=False)
    ca_certificate: str = field(default="", repr=False)
    meter: Meter = field(default_factory=Unmetered, repr=False)
    chosen: Chosen = field(default_factory=Chosen)
    keeps_summaries: bool = True
    field_map: FieldMap | None = None
    """As it was written down; asked for where it is None."""
    _size: PageSize = field(default_factory=lambda: PageSize(LARGEST_PAGE, largest=LARGEST_PAGE))
    _epics: dict[str, int | None] = field(default_factory=dict)
    """Ids of issues by key, None of those out of reach: each is looked up once a session."""

    def __post_init__(self) -> None:
        where = addresses(self.url, self.dialect)
        self._client = Client(
            base_url=where.base,
            headers={"Accept": "application/json", "User-Agent": AGENT},
            ca_certificate=self.ca_certificate,
            access=self.access,
            meter=self.meter,
            scheme="Basic" if self.dialect == CLOUD else "Bearer",
            judge=Judgement(self.dialect),
            catalogue=REST,
        )
        self._asked = Asked(self._client, where)
        self._speaks: Dialect = (Cloud if self.dialect == CLOUD else DataCenter)(self._asked)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.__exit__()

    @property
    def usage(self) -> Usage:
        return self._client.usage

    @property
    def host(self) -> str:
        return self._client.host

    def server(self) -> Server:
        """Raises NoInterface where there is no Jira."""
        try:
            told = read(payloads.ServerInfo, self._get("serverInfo"))
        except (UnexpectedShape, NotFound) as error:
            raise NoInterface(
                f"{self.host} is not a Jira.",
                "Check the address, with the path below which Jira stands, as in https://HOST/jira.",
                permanent=True,
            ) from error
        is_cloud = told.deployment_type.lower() == "cloud"
        return Server(told.version[:40], told.server_time, is_cloud, told.base_url)

    def myself(self) -> Myself:
        told = read(payloads.Myself, self._get("myself"))
        return Myself(actor(told), told.time_zone)

    def permissions(self, names: Sequence[str]) -> dict[str, bool]:
        """Which of these the account has, anywhere."""
        told = read(payloads.Permissions, self._get("mypermissions", permissions=",".join(names)))
        return {
            name: told.permissions[name].have_permission
            for name in names
            if name in told.permissions
        }

    def fields(self) -> list[Field]:
        found = read(payloads.Fields, self._get("field")).root
        return [
            Field(one.id, one.name, one.schema_.custom if one.schema_ else "", one.custom)
            for one in found
        ]

    def discover(self) -> FieldMap:
        """Which custom fields mean what, as the server is now; searches go by it from now on."""
        self.field_map = discover(self.fields(), self.chosen, keeps_summaries=self.keeps_summaries)
        return self.field_map

    def projects(self) -> Iterator[ProjectRecord]:
        """All that the account may browse."""
        return map(normalise.project, self._speaks.projects())

    def project(self, external_id: int) -> ProjectDetail:
        """By id, so that a changed key does not matter. Raises NotFound."""
        record = read(payloads.Project, self._get(f"project/{external_id}"))
        by_type = read(payloads.ProjectStatuses, self._get(f"project/{external_id}/statuses")).root
        versions = read(payloads.Versions, self._get(f"project/{external_id}/versions")).root
        statuses = {one.id: normalise.status(one) for kind in by_type for one in kind.statuses}
        return ProjectDetail(
            normalise.project(record),
            tuple(statuses.values()),
            tuple(normalise.version(one) for one in versions),
        )

    def statuses(self) -> list[StatusRecord]:
        return [normalise.status(one) for one in read(payloads.Statuses, self._get("status")).root]

    def issue_types(self) -> list[IssueTypeRecord]:
        found = read(payloads.IssueTypes, self._get("issuetype")).root
        return [normalise.issue_type(one) for one in found]

    def boards(self) -> Iterator[BoardRecord]:
        """All that the account sees. Raises NotFound or NoInterface where Jira has no boards."""
        for one in values(self._client, self._asked.agile("board")):
            yield normalise.board(read(payloads.Board, one))

    def sprints(self, board: BoardRecord, *, closed: bool = True) -> Iterator[SprintRecord]:
        """With or without those that are closed. Of a board that knows none, or hides them: none."""
        path = self._asked.agile(f"board/{board.external_id}/sprint")
        narrowed = {} if closed else {"state": "active,future"}
        try:
            for one in values(self._client, path, **narrowed):
                yield normalise.sprint(read(payloads.Sprint, one), board.external_id)
        except (Forbidden, NotFound, QueryRefused):
            return

    def search(
        self, jql: str, *, fields: FieldMap | None = None, page: str = "", size: int = LARGEST_PAGE
    ) -> Page:
        """Issues with their whole histories, each read by itself. Pages get smaller where the server gives up."""
        known = fields or self.field_map or self.discover()
        found = self._found(jql, known, page, size)
        whole, refused = self._read(found.issues, known)
        heads = [payloads.Found(id=one.id, key=one.key) for one, _ in whole]
        told = {one.id: history for one, history in whole if history is not None}
        histories = self._speaks.histories(heads, told)
        issues = [one for one, _ in whole]
        self._look_up(issues, histories, known)
        epics = {key: found_id for key, found_id in self._epics.items() if found_id is not None}
        records = [
            normalise.issue(one, histories.get(one.id, NO_HISTORY), known, epics) for one in issues
        ]
        return Page(records, found.next, found.total, refused)

    def issue(self, external_id: int, *, fields: FieldMap | None = None) -> IssueRecord:
        """By id, so that a move does not matter. Raises NotFound, UnexpectedShape."""
        known = fields or self.field_map or self.discover()
        raw = self._speaks.issue(external_id, fields=known.asked)
        one = read(payloads.Issue, raw, _context(known))
        head = payloads.Found(id=one.id, key=one.key)
        told = inline(raw)
        histories = self._speaks.histories([head], {} if told is None else {one.id: told})
        self._look_up([one], histories, known)
        epics = {key: found for key, found in self._epics.items() if found is not None}
        return normalise.issue(one, histories.get(one.id, NO_HISTORY), known, epics)

    def ids(self, jql: str, page: str = "", *, size: int = IDS_A_PAGE) -> IdPage:
        """Ids alone, for a census."""
        found = self._speaks.search(
            jql, fields=("id",), page=page, size=size, histories=False, tries=TRIES
        )
        ids = [read(payloads.Found, one).id for one in found.issues]
        return IdPage(ids, found.next, found.total)

    def count(self, jql: str) -> int | None:
        """How many issues there are; None where the server does not tell."""
        return self._speaks.count(jql)

    def _get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON
        return self._client.get(self._asked.path(path), parameters or None).body

    def _found(self, jql: str, known: FieldMap, page: str, size: int) -> Found:
        while True:
            now = min(size, self._size.value)
            try:
                found = self._speaks.search(
                    jql, fields=known.asked, page=page, size=now, histories=True, tries=1
                )
            except Overloaded:
                if not self._size.shrink():
                    raise
            else:
                self._size.went_well()
                return found

    def _read(
        self, raw: Sequence[Any], known: FieldMap
    ) -> tuple[list[tuple[payloads.Issue, History | None]], list[tuple[int | None, str]]]:
        whole: list[tuple[payloads.Issue, History | None]] = []
        refused: list[tuple[int | None, str]] = []
        for one in raw:
            try:
                whole.append((read(payloads.Issue, one, _context(known)), inline(one)))
            except UnexpectedShape as error:
                refused.append((_id(one), error.reason))
        return whole, refused

    def _look_up(
        self,
        issues: Sequence[payloads.Issue],
        histories: dict[int, History],
        known: FieldMap,
    ) -> None:
        """Ids of epics that are told by key: from the page itself, from histories, else by one question for all."""
        wanted = {normalise.epic_key(one, known) for one in issues} - {""}
        self._epics.update({one.key: one.id for one in issues if one.key in wanted})
        unknown = wanted - self._epics.keys()
        for one in issues:
            key = normalise.epic_key(one, known)
            if key in unknown and one.id in histories:
                told = changelog.epic(histories[one.id], known, key)
                if told is not None:
                    self._epics[key] = told
        unknown -= self._epics.keys()
        if unknown:
            found = {one.key: one.id for one in self._speaks.parents(sorted(unknown))}
            self._epics.update({key: found.get(key) for key in unknown})


def _context(known: FieldMap) -> dict[str, Any]:
    custom = tuple(dict.fromkeys(one.id for one in known.mapped))
    return {"custom": custom}


def _id(raw: object) -> int | None:
    try:
        return read(payloads.Found, raw).id
    except UnexpectedShape:
        return None
