"""What a session is, how long it lasts, and how its cookie is closed."""

from datetime import timedelta
from math import floor, log2
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore

from backend.accounts.models import SignInPolicy
from backend.governance.asvs.checks import Weak, check

_RESTORE: Final = (
    "Install the release as it was shipped: it sets this, and nothing of the operator's does."
)
_ENGINE: Final = "django.contrib.sessions.backends.db"
_HOURS: Final = 12


@check
def live_on_the_server() -> str:
    """A session is a row of the database, and its key goes in a cookie."""
    if settings.SESSION_ENGINE != _ENGINE:
        raise Weak(f"sessions are kept by {settings.SESSION_ENGINE}", todo=_RESTORE)
    return "rows of the database"


@check
def keys_are_random() -> str:
    """A session's key has more than 128 bits of the operating system's generator."""
    if settings.SESSION_ENGINE != _ENGINE:
        raise Weak(f"they are made by {settings.SESSION_ENGINE}", todo=_RESTORE)
    made = {SessionStore()._get_new_session_key() for _ in range(3)}  # noqa: SLF001 - Django names it so
    bits = floor(min(map(len, made)) * log2(len(VALID_KEY_CHARS)))
    if len(made) < 3 or bits < 128:  # noqa: PLR2004 - as many; twice what is asked for
        raise Weak(f"they repeat, or have {bits} bits", todo=_RESTORE)
    return f"{bits} bits by Python's secrets"


@check
def end_by_themselves() -> str:
    """Sessions end after 30 idle minutes and 12 hours at most."""
    if timedelta(hours=_HOURS).total_seconds() < settings.SESSION_COOKIE_AGE:
        raise Weak(f"sessions last {settings.SESSION_COOKIE_AGE // 3600} hours", todo=_RESTORE)
    if "backend.accounts.middleware.SessionLimits" not in settings.MIDDLEWARE:
        raise Weak("nothing ends idle sessions", todo=_RESTORE)
    chosen = SignInPolicy.objects.values_list("idle_minutes", "session_hours").first()
    idle, hours = chosen or (SignInPolicy.MAX_IDLE_MINUTES, SignInPolicy.MAX_SESSION_HOURS)
    if idle > SignInPolicy.MAX_IDLE_MINUTES or hours > _HOURS:
        raise Weak(
            f"the policy allows {idle} idle minutes and {hours} hours",
            todo="An owner sets the sign-in policy to 30 minutes and 12 hours at most.",
        )
    return f"{idle} idle minutes, {hours} hours"


@check
def cookies_are_closed() -> str:
    """Cookies are Secure, HttpOnly, SameSite, named __Host-, of this host and the path / alone."""
    wrong = [
        name
        for name, good in {
            "Secure": settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE,
            "HttpOnly": settings.SESSION_COOKIE_HTTPONLY,
            "SameSite": settings.SESSION_COOKIE_SAMESITE in {"Lax", "Strict"}
            and settings.CSRF_COOKIE_SAMESITE in {"Lax", "Strict"},
            "__Host-": settings.SESSION_COOKIE_NAME.startswith("__Host-")
            and settings.CSRF_COOKIE_NAME.startswith("__Host-"),
            "Path": settings.SESSION_COOKIE_PATH == "/",
            "Domain": settings.SESSION_COOKIE_DOMAIN is None,
        }.items()
        if not good
    ]
    if wrong:
        raise Weak(f"not as it should be: {', '.join(wrong)}", todo=_RESTORE)
    return "Secure, HttpOnly, SameSite, __Host-"
