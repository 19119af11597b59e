"""What the API answers about what left the appliance."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from backend.governance.outbound import Standing
from backend.metrics.results import Result

Purpose = Literal["collect", "clone", "files", "set_up", "sign_in", "audit", "mail"]
Interface = Literal["graphql", "rest", "git", "file", "openid", "oauth", "saml", "syslog", "smtp"]


class RangeFilters(Schema):
    days: Annotated[int, Field(ge=1, le=400)] = 30
    to: date | None = Field(None, description="The last day, in UTC. Absent: today.")


class DestinationFilters(RangeFilters):
    destination: str = Field(max_length=300, description="host:port")


class HourFilters(RangeFilters):
    destination: str = Field("", max_length=300, description="host:port; empty: all.")


class OutboundTotal(Schema):
    """Bytes are HTTP's, packed as they were sent: heads and bodies, without TLS."""

    requests: int
    refused: int = Field(description="Answered with a status of 400 or above.")
    failed: int = Field(description="Without a whole answer.")
    bytes_sent: int
    bytes_received: int
    first_at: datetime | None
    last_at: datetime | None


class OutboundDestination(Schema):
    name: str = Field(description="host:port")
    purposes: list[Purpose]
    because: list[str] = Field(description="What in the configuration leads there.")
    standing: Standing = Field(
        description="waiting: configured, and the host has not opened the way. never_asked and quiet: configured, "
        "and not asked, ever or within the range. led_to: by the redirect of a source, for a file. "
        "not_configured: nothing in the configuration leads there any more."
    )
    total: OutboundTotal


class OutboundDay(Schema):
    day: date
    total: OutboundTotal


class Outbound(Schema):
    first: date
    last: date
    destinations: list[OutboundDestination]
    days: list[OutboundDay]


class OutboundQuery(Schema):
    digest: str = Field(description="Another one as soon as other fields are asked for.")
    interface: Interface
    name: str
    asked: list[str] = Field(description="Fields asked for by name; empty: the whole answer comes.")
    kept: list[str] | None = Field(
        description="Of the answer, what is read; the rest is dropped in memory. Null: not declared."
    )
    first_asked_at: datetime = Field(description="Of any destination.")
    purpose: Purpose
    total: OutboundTotal


class OutboundQueries(Schema):
    first: date
    last: date
    queries: list[OutboundQuery]
    days: list[OutboundDay]


class OutboundHour(Result):
    """One row of the ledger."""

    hour: datetime
    destination: str
    purpose: Purpose
    interface: Interface
    query: str
    digest: str
    requests: int
    refused: int
    failed: int
    bytes_sent: int
    bytes_received: int
    first_at: datetime
    last_at: datetime


class OutboundQuestion(Schema):
    digest: str
    interface: Interface
    name: str
    asked: list[str]
    kept: list[str] | None
    first_asked_at: datetime


class OutboundHours(Schema):
    queries: list[OutboundQuestion]
    hours: list[OutboundHour]
