"""Limits of what can be asked for, sent and tried."""

from typing import Final

from allauth.account import app_settings as signing_in
from django.conf import settings
from django.db import connection

from backend.governance.asvs.checks import RESTORE, Weak, check

_LIMITED: Final = ("login", "login_failed", "reauthenticate", "change_password")
_MEGABYTE: Final = 1024 * 1024


@check
def attempts_are_limited() -> str:
    """Attempts to sign in, to confirm who one is and to change a password are limited."""
    limits = signing_in.RATE_LIMITS
    without = [name for name in _LIMITED if not limits.get(name)]
    if without:
        raise Weak(f"no limit for {', '.join(without)}", todo=RESTORE)
    return "; ".join(f"{name} {limits[name]}" for name in _LIMITED)


@check
def bodies_are_limited() -> str:
    """A form or a body in memory has a megabyte at most, and so many fields."""
    size, fields = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    if size is None or size > _MEGABYTE:
        raise Weak(f"a body may have {size or 'any number of'} bytes", todo=RESTORE)
    if not fields:
        raise Weak("a form may have any number of fields", todo=RESTORE)
    if not settings.DATA_UPLOAD_MAX_NUMBER_FILES:
        raise Weak("a form may bring any number of files", todo=RESTORE)
    return f"{size} bytes, {fields} fields"


@check
def statements_are_limited() -> str:
    """No statement, lock or idle transaction of this process lasts without end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting::int FROM pg_settings WHERE name IN"
            " ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')"
        )
        found = dict(cursor.fetchall())
    without = sorted(name for name, milliseconds in found.items() if not milliseconds)
    if without:
        raise Weak(f"without an end: {', '.join(without)}", todo=RESTORE)
    return ", ".join(f"{name} {value // 1000} s" for name, value in sorted(found.items()))
