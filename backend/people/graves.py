"""By what an erased person is known again: kinds of tombstones, and the names that lie under them. Pure.

A server's own id says who somebody is; a login is asked about only where no id is told, since a server gives logins of
closed accounts to others. Addresses hold on every server.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

from backend.people.evidence import NOREPLY, address

ACCOUNT: Final = "account"
LOGIN: Final = "login"
ADDRESS: Final = "address"
DIRECTORY: Final = "directory"
SUBJECT: Final = "subject"
KINDS: Final = (ACCOUNT, LOGIN, ADDRESS, DIRECTORY, SUBJECT)


class Account(Protocol):
    """What a source knows an account by: the first of ids that it has, or else kind and login."""

    @property
    def kind(self) -> str: ...
    @property
    def login(self) -> str: ...
    @property
    def external_id(self) -> int | None: ...
    @property
    def account_id(self) -> str: ...


class Name(NamedTuple):
    kind: str
    text: str


def of_account(host: str, external_id: int | str) -> Name:
    """By the server's own id."""
    return Name(ACCOUNT, f"{host.lower()}/{external_id}")


def of_login(host: str, login: str) -> Name:
    return Name(LOGIN, f"{host.lower()}/{login.casefold()}")


def of_address(email: str) -> Name:
    return Name(ADDRESS, address(email) or email.strip().casefold())


def of_directory(told: str) -> Name:
    """By the directory's own id of its user, or the user's name there."""
    return Name(DIRECTORY, told.casefold())


def of_subject(provider: str, subject: str) -> Name:
    """By what an identity provider calls somebody, with the provider's slug."""
    return Name(SUBJECT, f"{provider}/{subject}")


def of_identity(host: str, one: Account) -> Iterator[Name]:
    """What an account or git address is asked for by, the most certain first."""
    if one.external_id is not None or one.account_id:
        yield of_account(host, one.account_id if one.external_id is None else one.external_id)
    elif one.kind == "git":
        yield from of_git(one.login)
    else:
        yield of_login(host, one.login)


def of_git(email: str) -> Iterator[Name]:
    """An address that a server made up for an account names the account as well."""
    yield of_address(email)
    made = NOREPLY.fullmatch(address(email))
    if made and made[1]:
        yield of_account(made[3], int(made[1]))
    elif made:
        yield of_login(made[3], made[2])
