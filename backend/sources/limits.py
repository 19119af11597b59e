"""What a source allows: reading its limits from an answer, and the contract of what counts requests."""

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, Protocol

A_MINUTE: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
"""No limit of GitHub's lasts longer. Whoever asks for more is asked again after that."""

LONGEST_NUMBER: Final = 12
"""Digits that need to be read of a time in seconds: more of them are longer than any wait."""


class Meter(Protocol):
    """What a session may ask and what it has asked."""

    def admit(self, interface: str) -> None:
        """Count one request, by graphql, rest or git.

        Raises SourceError, with `retry_at`, where nothing may be asked now.
        """

    def note(self, *, interface: str, seconds: float, label: str, not_modified: bool) -> None:
        """One request was answered, or not. `label`: requests that should take equally long have the same."""

    def spend(self, points: int) -> None:
        """What the source charged for the last answer."""

    def flush(self) -> None:
        """The session ends: write down what is counted."""

    def git(self, requests: int = 3) -> AbstractContextManager[None]:
        """A clone or fetch, which asks so many times. Raises SourceError as `admit` does."""

    def unsaid_wait(self) -> timedelta:
        """How long to leave a source alone that asked for it and did not say until when."""


class Unmetered:
    """Whatever is wanted may be asked."""

    def admit(self, interface: str) -> None:
        """Nothing is counted."""

    def note(self, *, interface: str, seconds: float, label: str, not_modified: bool) -> None:
        """Nothing is written down."""

    def spend(self, points: int) -> None:
        """Nothing is written down."""

    def flush(self) -> None:
        """Nothing is written down."""

    def git(self, requests: int = 3) -> AbstractContextManager[None]:  # noqa: ARG002 - the face of all
        return nullcontext()

    def unsaid_wait(self) -> timedelta:
        return A_MINUTE


def rate_limit(
    status: int,
    content: bytes,
    headers: Mapping[str, str],
    *,
    now: datetime | None = None,
    unsaid: Callable[[], timedelta] = lambda: A_MINUTE,
) -> datetime | None:
    """When to come back, where this answer says that a limit is used up.

    The order of GitHub's documentation: retry-after (seconds, or a date), else x-ratelimit-reset, else a minute and, by
    `unsaid`, longer each time. GraphQL's own way, 200 with an error in the body, is told apart by the GraphQL client,
    which then asks here with 429.
    """
    used_up = headers.get("x-ratelimit-remaining") == "0"
    secondary = "retry-after" in headers or b"rate limit" in content[:4000].lower()
    if status != HTTPStatus.TOO_MANY_REQUESTS and not (
        status == HTTPStatus.FORBIDDEN and (used_up or secondary)
    ):
        return None
    moment = now or datetime.now(UTC)
    after, reset = headers.get("retry-after", ""), headers.get("x-ratelimit-reset", "")
    longest = int(LONGEST_WAIT.total_seconds())
    if after.isdecimal():
        seconds = int(after[:LONGEST_NUMBER])
    elif (until := _date(after)) is not None:
        seconds = max(math.ceil((until - moment).total_seconds()), 0)
    elif used_up and reset.isdecimal():
        seconds = max(int(reset[:LONGEST_NUMBER]) - int(moment.timestamp()), 0)
    else:
        seconds = int(unsaid().total_seconds())
    return moment + timedelta(seconds=min(seconds, longest))


def _date(text: str) -> datetime | None:
    """The other form of Retry-After."""
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
