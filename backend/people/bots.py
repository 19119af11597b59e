"""Which accounts are bots. Pure."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Protocol


class Account(Protocol):
    """What a source says of an account."""

    @property
    def kind(self) -> str: ...
    @property
    def login(self) -> str: ...


def bot_rule(patterns: Iterable[str]) -> Callable[[Account], bool]:
    """By the source's own type, a login ending in "[bot]", or the organisation's list (with * as wildcard)."""
    listed = re.compile("|".join(translate(one.strip().lower()) for one in patterns) or r"(?!)")

    def is_bot(account: Account) -> bool:
        login = account.login.lower()
        return account.kind == "bot" or login.endswith("[bot]") or listed.match(login) is not None

    return is_bot
