"""What the API answers about erasures."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from backend.api.people_schemas import Search
from backend.governance.erasures import State

Kind = Literal["person", "repository", "connection", "everything"]
Mode = Literal["", "pseudonymise", "remove"]
Key = Annotated[int, Field(ge=1, lt=1 << 63)]


class ErasureSubjectFilters(Schema):
    kind: Kind
    search: Search = ""


class ErasureSubject(Schema):
    id: int
    name: str


class ErasureSubjects(Schema):
    items: list[ErasureSubject] = Field(description="The first few, by name.")


class ErasurePreviewFilters(Schema):
    kind: Kind
    subject: Key | None = Field(None, description="None: everything.")
    mode: Mode = Field("", description="Of a person alone.")


class ErasedRows(Schema):
    table: str
    rows: int


class ErasurePreview(Schema):
    name: str
    tables: list[ErasedRows]
    rows: int
    stays: list[str] = Field(description="What is kept, and why.")
    approvers: int = Field(description="How many other people could approve it.")


class ErasureRequest(ErasurePreviewFilters):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ErasureDecision(Schema):
    by: str | None
    at: datetime


class Erasure(Schema):
    id: int
    kind: Kind
    mode: Mode
    name: str | None = Field(description="None: it is erased.")
    subject: int | None
    reason: str | None = Field(description="None: it went with the person whom it was about.")
    state: State
    asked: ErasureDecision
    approved: ErasureDecision | None
    refused: ErasureDecision | None
    started_at: datetime | None
    finished_at: datetime | None
    expected: list[ErasedRows] = Field(description="As found when it was asked for.")
    done: list[ErasedRows]
    rows_expected: int
    rows_done: int
    problem: str | None
    has_certificate: bool
    lifted: bool = Field(description="What was erased may be collected again.")
    may_approve: bool
    why_not_approved: str | None = Field(
        description="Why it is somebody else who approves what was asked for, in words."
    )
    may_refuse: bool = Field(description="Or withdraw, where it is one's own.")
    may_retry: bool
    may_lift: bool
    approvers: int = Field(description="How many people could approve it.")
    is_own: bool


class Erasures(Schema):
    items: list[Erasure]
    may_ask: bool
    why_not_asked: str | None = Field(description="Why you ask for none, in words; None: you may.")
    total: int
    page: int
    page_size: int


class ErasureCertificate(Schema):
    erasure: int
    content: dict[str, Any]
    text: str = Field(description="Byte for byte what is signed.")
    signature: str | None = Field(description="Ed25519, in hex. None: it is signed within seconds.")
    key_id: str
    signed_at: datetime | None
    in_no_backup_after: date | None
