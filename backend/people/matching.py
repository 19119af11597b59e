"""Which accounts are bots. Pure."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Protocol


class Account(Protocol):
    """What a source says of an account."""

    @property
    def kind(self) -> str: ...
    @property
    def login(self) -> str: ...
    @property
    def external_id(self) -> int | None: ...
    @property
    def account_id(self) -> str: ...


def is_bot(account: Account, patterns: Iterable[str]) -> bool:
    """By the source's own type, a login ending in "[bot]", or the organisation's list (with * as wildcard)."""
    login = account.login.lower()
    return (
        account.kind == "bot"
        or login.endswith("[bot]")
        or any(fnmatchcase(login, pattern.lower()) for pattern in patterns)
    )
