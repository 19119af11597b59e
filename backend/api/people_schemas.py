"""What the API answers about people and who they are outside."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

M = TypeVar("M", bound=Model)

Kind = Literal["user", "bot", "mannequin", "git"]
Search = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class Paged(Schema):
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 50

    def shown(self, rows: QuerySet[M]) -> list[M]:
        """Those of the page."""
        begin = (self.page - 1) * self.page_size
        return list(rows[begin : begin + self.page_size])

    def counts(self, rows: QuerySet[M]) -> dict[str, int]:
        """How many there are in all, and which page was asked for."""
        return {"total": rows.count(), "page": self.page, "page_size": self.page_size}


class PeopleFilters(Paged):
    search: Search = Field("", description="Parts of the name, or of a login or address.")
    show: Literal["all", "departed", "no_team"] = "all"


class IdentityFilters(Paged):
    search: Search = Field("", description="Parts of the login, the address or the name.")
    show: Literal["all", "bots", "by_hand", "unmatched"] = "all"


class Identity(Schema):
    id: int
    kind: Kind
    login: str = Field(description="The login, or for git the e-mail address.")
    name: str
    connection: str
    is_bot: bool
    is_bot_by_hand: bool = Field(description="A person said whether it is a bot.")


class TeamName(Schema):
    slug: str
    name: str


class Person(Schema):
    id: int
    name: str
    identities: list[Identity]
    teams: list[TeamName] = Field(description="Today's.")
    signs_in: bool = Field(description="They have an account here that is not closed.")
    departed: bool = Field(description="Their accounts are closed, and they are in no team.")


class People(Schema):
    items: list[Person]
    total: int
    page: int
    page_size: int


class OwnedIdentity(Identity):
    person: str | None


class Identities(Schema):
    items: list[OwnedIdentity]
    total: int
    page: int
    page_size: int
    may_mark: bool


class Evidence(Schema):
    kind: str
    text: str = Field(description="What it rests on; empty where people have pseudonyms.")


class Side(Schema):
    person: str | None = Field(description="None: nobody's yet.")
    identities: list[Identity]


class Offer(Schema):
    id: int
    sides: list[Side] = Field(min_length=2, max_length=2)
    strength: int = Field(description="0 to 100: how much speaks for it.")
    evidence: list[Evidence]


class Offers(Schema):
    items: list[Offer]
    total: int
    page: int
    page_size: int
    may_answer: bool


class Answer(Schema):
    accept: bool = Field(description="No: they are two people, and are not offered again.")


class Answered(Schema):
    merge: int | None = Field(description="What was merged, to be undone by.")


class Merge(Schema):
    id: int
    person: str | None = Field(description="None: merged into another since.")
    reason: Literal["certain", "accepted", "by hand"]
    acting_user: str | None = Field(description="None: a rule.")
    evidence: list[Evidence]
    identities: list[str] = Field(description="What was moved.")
    persons: list[str] = Field(description="Who is one with them since.")
    merged_at: datetime
    undone_at: datetime | None
    undone_by: str | None


class Merges(Schema):
    items: list[Merge]
    total: int
    page: int
    page_size: int
    may_undo: bool


class BotMark(Schema):
    is_bot: bool | None = Field(description="None: as the rules say.")
