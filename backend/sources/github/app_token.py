"""What a GitHub App signs in with before it has an installation's token: a short-lived word under its own key."""

from datetime import UTC, datetime, timedelta
from typing import Final

import jwt

VALID: Final = timedelta(minutes=9)
"""GitHub takes ten at most; a minute is left for clocks that differ."""
EARLIER: Final = timedelta(minutes=1)
"""The server's clock may be behind."""


def app_token(app_id: int, private_key: str, *, now: datetime | None = None) -> str:
    """An RS256 JSON web token (RFC 7519) for the `Authorization: Bearer` header."""
    moment = now or datetime.now(UTC)
    claims = {"iss": str(app_id), "iat": moment - EARLIER, "exp": moment + VALID}
    return jwt.encode(claims, private_key, algorithm="RS256")
