"""What a session is, how long it lasts, and how its cookie is closed."""

from datetime import timedelta
from math import floor, log2
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.utils.crypto import get_random_string

from backend.accounts.models import SignInPolicy
from backend.governance.asvs.checks import RESTORE, Weak, check

_ENGINE: Final = "django.contrib.sessions.backends.db"
_HOURS: Final = 12


@check
def live_on_the_server() -> str:
    """A session is a row of the database, and its key goes in a cookie."""
    if settings.SESSION_ENGINE != _ENGINE:
        raise Weak(f"sessions are kept by {settings.SESSION_ENGINE}", todo=RESTORE)
    return "rows of the database"


@check
def keys_are_random() -> str:
    """A session's key has more than 128 bits of the operating system's generator."""
    if settings.SESSION_ENGINE != _ENGINE:
        raise Weak(f"they are made by {settings.SESSION_ENGINE}", todo=RESTORE)
    made = {get_random_string(32, VALID_KEY_CHARS) for _ in range(3)}  # as Django's own sessions do
    bits = floor(min(map(len, made)) * log2(len(VALID_KEY_CHARS)))
    if len(made) < 3 or bits < 128:  # noqa: PLR2004 - as many; twice what is asked for
        raise Weak(f"they repeat, or have {bits} bits", todo=RESTORE)
    return f"{bits} bits by Python's secrets"


@check
def end_by_themselves() -> str:
    """Sessions end after 30 idle minutes and 12 hours at most."""
    if timedelta(hours=_HOURS).total_seconds() < settings.SESSION_COOKIE_AGE:
        raise Weak(f"sessions last {settings.SESSION_COOKIE_AGE // 3600} hours", todo=RESTORE)
    if "backend.accounts.middleware.SessionLimits" not in settings.MIDDLEWARE:
        raise Weak("nothing ends idle sessions", todo=RESTORE)
    chosen = SignInPolicy.objects.values_list("idle_minutes", "session_hours").first()
    idle, hours = chosen or (SignInPolicy.MAX_IDLE_MINUTES, SignInPolicy.MAX_SESSION_HOURS)
    if idle > SignInPolicy.MAX_IDLE_MINUTES or hours > _HOURS:
        raise Weak(
            f"the policy allows {idle} idle minutes and {hours} hours",
            todo="An owner sets the sign-in policy to 30 minutes and 12 hours at most.",
        )
    return f"{idle} idle minutes, {hours} hours"


@check
def cookies_go_by_tls_alone() -> str:
    """Cookies of the session and against forgery are Secure."""
    _all_good({"session": settings.SESSION_COOKIE_SECURE, "forgery": settings.CSRF_COOKIE_SECURE})
    return "Secure"


@check
def no_script_reads_the_session() -> str:
    """The session's cookie is HttpOnly."""
    _all_good({"session": settings.SESSION_COOKIE_HTTPONLY})
    return "HttpOnly"


@check
def cookies_stay_within_the_site() -> str:
    """Cookies are SameSite, Lax or Strict."""
    within = {"Lax", "Strict"}
    _all_good(
        {
            "session": settings.SESSION_COOKIE_SAMESITE in within,
            "forgery": settings.CSRF_COOKIE_SAMESITE in within,
        }
    )
    return f"SameSite={settings.SESSION_COOKIE_SAMESITE}"


@check
def cookies_are_of_this_host() -> str:
    """Cookies are named __Host-, and are of the path / and of no domain."""
    _all_good(
        {
            "session": settings.SESSION_COOKIE_NAME.startswith("__Host-")
            and settings.SESSION_COOKIE_PATH == "/"
            and settings.SESSION_COOKIE_DOMAIN is None,
            "forgery": settings.CSRF_COOKIE_NAME.startswith("__Host-")
            and settings.CSRF_COOKIE_PATH == "/"
            and settings.CSRF_COOKIE_DOMAIN is None,
        }
    )
    return "__Host-"


def _all_good(cookies: dict[str, bool]) -> None:
    if wrong := [name for name, good in cookies.items() if not good]:
        raise Weak(f"not the cookie of: {', '.join(wrong)}", todo=RESTORE)
