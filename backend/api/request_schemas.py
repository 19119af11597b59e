"""What the API answers about people's own data, and about their requests."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.api.people_schemas import Paged

Kind = Literal["access", "erasure", "rectification", "objection"]
State = Literal["open", "extended", "fulfilled", "refused", "withdrawn"]
Timing = Literal["in_time", "due_in_7_days", "due_in_2_days", "overdue"]
Mode = Literal["pseudonymise", "remove"]
_NO_NULL = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=2000, pattern=_NO_NULL)]
Words = Annotated[str, Field(max_length=500, pattern=_NO_NULL)]


class HeldKind(Schema):
    title: str
    rows: int


class HeldCategory(Schema):
    """One kind of personal data, and how much of it is held."""

    key: str
    name: str
    purpose: str
    source: str
    kept: str
    rows: int
    tables: list[HeldKind] = Field(description="Those that hold anything.")


class OwnRequest(Schema):
    """As whoever asked sees it."""

    id: int
    kind: Kind
    state: State
    mode: Mode | None
    text: str | None
    asked_on: date
    due_on: date
    ended_at: datetime | None
    extension_reason: str | None
    outcome_text: str | None = Field(description="What was done, or why it was refused.")
    available_until: datetime | None = Field(
        description="Until when the copy can be downloaded; None: it cannot."
    )
    erasure: Literal["asked", "approved", "refused", "finished"] | None
    may_withdraw: bool


class YourData(Schema):
    linked: bool = Field(description="The account is linked to a person.")
    categories: list[HeldCategory]
    requests: list[OwnRequest] = Field(description="The latest first.")


class Wish(Schema):
    kind: Kind
    text: Text = ""
    mode: Mode | None = Field(None, description="Of an erasure.")


class RequestFilters(Paged):
    show: Literal["open", "closed", "all"] = "open"
    kind: Kind | None = None


class SubjectRequest(OwnRequest):
    """As those who handle it see it."""

    who: str = Field(description="A pseudonym where people are called so.")
    by_letter: bool
    timing: Timing | None = Field(description="None: it is closed.")
    days_left: int | None = Field(description="Below zero: overdue by so many days.")
    handled_by: str | None
    words_left_out: str | None = Field(
        description="Why nothing that was typed is told, where people are called by pseudonyms."
    )


class Timings(Schema):
    in_time: int
    due_in_7_days: int
    due_in_2_days: int
    overdue: int


class SubjectRequests(Schema):
    items: list[SubjectRequest]
    total: int
    page: int
    page_size: int
    timings: Timings = Field(description="Of all that are open, by how much time is left.")
    may_handle: bool
    why_not_entered: str | None = Field(description="Why you enter none, in words; None: you may.")


class SubjectRequestDetail(SubjectRequest):
    known: bool = Field(description="It is linked to somebody of whom there is anything here.")
    identity_checked: str | None
    record: str = Field(description="Address of the page that names who asked.")
    entered_at: datetime
    extended_at: datetime | None
    downloaded_at: datetime | None
    erasure_id: int | None
    categories: list[HeldCategory]
    may_handle: bool
    may_download: bool = Field(description="It came by letter, and you handed it over.")
    why_not_handed_over: str | None = Field(
        description="Why you neither hand over nor download the copy, and who does; None: nothing is in the way."
    )


class Letter(Schema):
    """A request of somebody who did not sign in to ask."""

    kind: Kind
    who: Annotated[str, Field(min_length=1, max_length=300, pattern=_NO_NULL)]
    person: int | None = None
    asked_on: date
    identity_checked: Annotated[str, Field(min_length=1, max_length=500, pattern=_NO_NULL)]
    text: Text = ""
    mode: Mode | None = None


class Reason(Schema):
    reason: Annotated[str, Field(min_length=1, max_length=500, pattern=_NO_NULL)]


class Done(Schema):
    done: Annotated[str, Field(min_length=1, max_length=1000, pattern=_NO_NULL)]


class ToErase(Reason):
    mode: Mode
