"""The fields that may enter of what a GitHub App is told: of itself, its installations and its webhook."""

from http import HTTPStatus

from pydantic import BaseModel, Field

from backend.inventory.entering import Listed
from backend.sources.github.payloads import Repository, RestPayload, Time


class About(RestPayload):
    slug: str
    permissions: dict[str, str]


class Account(RestPayload):
    login: str


class Installation(RestPayload):
    id: int
    account: Account | None
    permissions: dict[str, str]
    suspended_at: str | None = None

    @property
    def login(self) -> str:
        return self.account.login if self.account else ""


class IssuedToken(RestPayload):
    token: str = Field(repr=False)
    expires_at: Time


class Accessible(RestPayload):
    """What an App's installation may see."""

    repositories: list[Repository]


class Delivery(RestPayload):
    """One attempt. Attempts to deliver the same thing share their `guid`."""

    id: int
    guid: str
    event: str
    delivered_at: Time
    redelivery: bool
    status_code: int

    @property
    def arrived(self) -> bool:
        return HTTPStatus.OK <= self.status_code < HTTPStatus.BAD_REQUEST


class Conversion(Listed, BaseModel):
    """What may enter of the answer. GitHub's webhook secret and client secret are not read: web makes the former."""

    id: int
    slug: str = Field(max_length=200)
    client_id: str = Field(default="", max_length=200)
    pem: str
