"""What the API answers about the audit log."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from backend.api.people_schemas import Search
from backend.audit.values import Kind

WhoKind = Literal["account", "operator", "database", "plumbline", "nobody"]


class AuditFilters(Schema):
    from_: date | None = Field(
        None, alias="from", description="First day, in the organisation's time."
    )
    to: date | None = Field(None, description="The day after the last.")
    actor: int | None = Field(None, description="The account that did it.")
    act: Annotated[str, Field(max_length=60)] = Field(
        "", description="An act's name, or created, changed or deleted."
    )
    group: Annotated[str, Field(max_length=60)] = Field("", description="A group of acts.")
    kind: int | None = Field(None, description="What kind of thing it is about.")
    address: Annotated[str, Field(max_length=45)] = Field("", description="From where, in full.")
    search: Search = Field(
        "", description="Parts of what was done, of what it is about, or of a name."
    )


class AuditPageFilters(AuditFilters):
    after: Annotated[str, Field(max_length=60)] = Field("", description="What `next` said.")
    page_size: Annotated[int, Field(ge=1, le=200)] = 50


class AuditValue(Schema):
    """One value, or the items of a list."""

    kind: Kind = Field(
        description="What is told: words as they are; a moment or day by ISO 8601; a duration in seconds; or"
        " why nothing is told."
    )
    says: list[str]


class AuditChange(Schema):
    field: str = Field(description="The column.")
    name: str = Field(description="What people know it by.")
    before: AuditValue | None
    after: AuditValue | None


class AuditDetail(Schema):
    name: str
    value: AuditValue | None


class AuditFact(Schema):
    id: int
    at: datetime
    act: str = Field(description="Its name, or created, changed or deleted.")
    says: str = Field(description="What was done, in plain words.")
    meaning: str = Field(description="What an act with a name means; empty for a change of a row.")
    who: str | None = Field(description="Null: it is not known any more, or never was.")
    who_kind: WhoKind
    actor: int | None
    who_erased: bool
    kind: str | None
    about: str
    about_key: str
    about_erased: bool
    address: str | None
    withheld: str | None = Field(description="Why neither changes nor details are told.")


class AuditEvent(AuditFact):
    changes: list[AuditChange]
    detail: list[AuditDetail]


class AuditLine(AuditFact):
    """With values as they are in the log."""

    changes: dict[str, Any] = Field(description="By column: before and after.")
    detail: dict[str, Any]


class AuditEvents(Schema):
    items: list[AuditEvent]
    next: str | None = Field(description="Where the next page begins. Null: this is the last one.")


class ActChoice(Schema):
    act: str
    says: str
    meaning: str


class ActGroup(Schema):
    group: str
    acts: list[ActChoice]


class KindChoice(Schema):
    id: int
    name: str


class AuditChoices(Schema):
    groups: list[ActGroup]
    kinds: list[KindChoice]
