"""What the API answers about the register of security incidents, and what it takes."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from backend.api.people_schemas import Paged

Standing = Literal[
    "running", "soon", "overdue", "notified", "notified_late", "not_notified", "no_personal_data"
]
NoticeKey = Literal["authority", "people"]
_NO_NULL = r"^[^\x00]*$"
Title = Annotated[str, Field(max_length=200, pattern=_NO_NULL)]
Long = Annotated[str, Field(max_length=4000, pattern=_NO_NULL)]
Text = Annotated[str, Field(max_length=2000, pattern=_NO_NULL)]
Reason = Annotated[str, Field(max_length=1000, pattern=_NO_NULL)]
Contact = Annotated[str, Field(max_length=500, pattern=_NO_NULL)]
Key = Annotated[int, Field(ge=1, le=2**53)]


class IncidentFilters(Paged):
    show: Literal["open", "closed", "all"] = "open"


class SecurityIncident(Schema):
    """As the list tells it."""

    id: int
    title: str | None = Field(description="None: words are left out.")
    detected_at: AwareDatetime
    due_at: AwareDatetime = Field(description="When the 72 hours end.")
    standing: Standing
    personal_data: bool | None = Field(description="None: not known yet.")
    closed_at: AwareDatetime | None
    people: int | None = Field(description="How many are affected, at most; None: not counted yet.")


class SecurityIncidents(Schema):
    items: list[SecurityIncident]
    total: int
    page: int
    page_size: int
    waiting: int = Field(description="Of all that are open, those for which the 72 hours run.")
    overdue: int = Field(description="Of these, those for which they are over.")
    may_handle: bool
    words_left_out: str | None = Field(
        description="Why nothing that was typed is told, where people are called by pseudonyms."
    )


class ExposedArea(Schema):
    key: str
    name: str
    tables: list[str]


class Choice(Schema):
    id: int
    name: str


class IncidentChoices(Schema):
    """What can be said to have been exposed."""

    areas: list[ExposedArea]
    connections: list[Choice]
    accounts: list[Choice]


class CountedTable(Schema):
    table: str
    rows: int | None = Field(description="None: this process may not read it.")


class CountedClass(Schema):
    data_class: str
    tables: int
    records: int


class ActingAccount(Schema):
    account: int
    name: str
    acts: int
    reads: int
    exports: int


class CountedAct(Schema):
    act: str
    says: str
    times: int
    accounts: int


class Affected(Schema):
    """As it was counted; upper bounds."""

    counted_at: AwareDatetime
    people: int
    records: int
    areas: list[str] = Field(description="Names of areas of the inventory.")
    classes: list[CountedClass]
    tables: list[CountedTable]
    accounts: list[ActingAccount] = Field(description="That acted in the period; the first 100.")
    accounts_in_all: int
    acts: list[CountedAct] = Field(description="Reads and exports of personal data.")
    failed_sign_ins: int


class IncidentReminder(Schema):
    hours: int
    to: str
    state: Literal["waiting", "failing", "sending", "unknown", "sent", "passed"]
    at: AwareDatetime | None = Field(description="When it was sent, passed, or is tried again.")
    error: str | None


class TimelineEntry(Schema):
    at: AwareDatetime
    says: str
    by: str | None = Field(description="None: the appliance itself.")
    changed: list[str]


class SecurityIncidentDetail(SecurityIncident):
    what_happened: str | None
    confidentiality: bool
    integrity: bool
    availability: bool
    causes: str | None
    consequences: str | None
    measures: str | None
    contact: str | None
    opened_at: AwareDatetime
    opened_by: str | None
    notified_at: AwareDatetime | None
    delay_reason: str | None
    not_notified_at: AwareDatetime | None
    not_notified_reason: str | None
    people_decided_at: AwareDatetime | None
    tell_people: bool | None = Field(description="None: nothing was decided yet.")
    people_reason: str | None
    people_told_at: AwareDatetime | None
    exposed_from: AwareDatetime | None
    exposed_until: AwareDatetime | None
    exposed_tables: list[str]
    exposed_connections: list[int]
    exposed_accounts: list[int]
    affected: Affected | None = Field(description="None: nothing was counted yet.")
    reminders: list[IncidentReminder]
    timeline: list[TimelineEntry] = Field(description="The first act first.")
    root_cause: str | None
    lessons: str | None
    closed_by: str | None
    missing: list[str] = Field(description="What closing waits for, in words.")
    is_signed: bool = Field(description="The closing report has its signature.")
    words_left_out: str | None
    record: str = Field(description="Address of the page that has all words.")
    may_handle: bool


class IncidentFacts(Schema):
    """What is given is as it is known now; what is absent stays as it is."""

    title: Title | None = None
    what_happened: Long | None = None
    detected_at: AwareDatetime | None = None
    confidentiality: bool | None = None
    integrity: bool | None = None
    availability: bool | None = None
    personal_data: Literal["yes", "no", "unknown"] | None = None
    causes: Text | None = None
    consequences: Text | None = None
    measures: Text | None = None
    contact: Contact | None = None


class NewIncident(IncidentFacts):
    title: Title
    what_happened: Long
    detected_at: AwareDatetime


class IncidentScope(Schema):
    start: AwareDatetime | None = None
    end: AwareDatetime | None = Field(None, description="None: it goes on.")
    areas: list[str] = Field([], max_length=100, description="By key: all tables of them.")
    tables: list[str] = Field([], max_length=500)
    connections: list[Key] = Field([], max_length=500)
    accounts: list[Key] = Field([], max_length=500)


class AuthorityTold(Schema):
    at: AwareDatetime
    delay_reason: Reason = Field("", description="Asked for after 72 hours.")


class NotToNotify(Schema):
    reason: Reason


class PeopleDecision(Schema):
    tell: bool
    reason: Reason


class PeopleTold(Schema):
    at: AwareDatetime


class IncidentClosing(Schema):
    root_cause: Text
    measures: Text
    lessons: Text
