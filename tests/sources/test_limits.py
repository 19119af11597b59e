"""When to come back to a source that says that a limit is used up."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.sources.limits import rate_limit

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {"retry-after": "30"}, b"", 30),
        (429, {}, b"", 60),
        (403, {"retry-after": "7"}, b"", 7),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "{reset}"}, b"", 90),
        (403, {}, b"You have exceeded a secondary rate limit.", 60),
        (429, {"retry-after": "soon"}, b"", 60),
        (429, {"retry-after": "Mon, 02 Mar 2026 12:01:30 GMT"}, b"", 90),
        (429, {"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, b"", 0),
        (429, {"retry-after": "86400"}, b"", 3600),
        (429, {"retry-after": "9" * 5000}, b"", 3600),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}, b"", 3600),
    ],
)
def test_when_to_come_back(status: int, headers: dict[str, str], body: bytes, seconds: int) -> None:
    reset = int((NOW + timedelta(seconds=90)).timestamp())
    told = {name: value.format(reset=reset) for name, value in headers.items()}
    assert rate_limit(status, body, told, now=NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("headers", [{}, {"x-ratelimit-remaining": "10"}])
def test_a_missing_permission_is_no_limit(headers: dict[str, str]) -> None:
    assert rate_limit(403, b"Resource not accessible", headers, now=NOW) is None
    assert rate_limit(200, b"rate limit", headers, now=NOW) is None


def test_a_reset_in_the_past_is_now() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}
    assert rate_limit(429, b"", headers, now=NOW) == NOW


def test_a_wait_of_unknown_length_is_the_callers_to_say() -> None:
    told = rate_limit(429, b"", {}, now=NOW, unsaid=lambda: timedelta(minutes=8))
    assert told == NOW + timedelta(minutes=8)
