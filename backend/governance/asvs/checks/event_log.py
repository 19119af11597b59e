"""What is on record, and that nobody can change it."""

import io
import json
import logging
from datetime import UTC, datetime
from typing import Final

from celery import current_app
from django.conf import settings
from django.db import connection
from django.urls import get_resolver

from backend.audit.models import Event
from backend.audit.names import ACCESS, ACTS, EXPORTS, READS, SIGN_INS
from backend.audit.triggers import declared
from backend.governance.asvs.checks import RESTORE, Weak, check
from backend.inventory.roles import ROLES

_GRANTS: Final = "On the host: docker compose run --rm migrate python manage.py grants"
_SKEW_SECONDS: Final = 5
_NEEDED: Final = {
    *("signed_in", "sign_in_failed", "signed_out", "second_factor_refused", "session_ended"),
    *("people_read", "second_factor_added", "break_glass_used"),
}


@check
def the_audit_log_takes_insertions_alone() -> str:
    """No process may change or remove an event."""
    table = Event._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT role, privilege FROM unnest(%s::text[]) AS role,"
            " unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) AS privilege"
            " WHERE has_table_privilege(role, %s::regclass, privilege)"
            " OR (privilege = 'UPDATE' AND has_any_column_privilege(role, %s::regclass, privilege))",
            [list(ROLES), table, table],
        )
        found = cursor.fetchall()
    if found:
        told = ", ".join(f"{role} may {privilege}" for role, privilege in found)
        raise Weak(told, todo=_GRANTS)
    return f"none of {len(ROLES)} roles"


@check
def triggers_hold() -> str:
    """Triggers watch over every governed table, and over the log itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, tgenabled IN ('O', 'A') FROM pg_trigger WHERE NOT tgisinternal"
        )
        found = dict(cursor.fetchall())
    wanted = {trigger.name for trigger in declared()}
    off = sorted(name for name in wanted if not found.get(name)) + sorted(
        name for name, on in found.items() if not on and name not in wanted
    )
    if off:
        raise Weak(f"{len(off)} are missing or switched off", todo=RESTORE)
    return f"{len(wanted)} on governed tables, {len(found) - len(wanted)} others"


@check
def security_acts_are_told_by_name() -> str:
    """Sign-ins, refusals, changes of access, reads of people and exports are acts of the log."""
    if missing := sorted(_NEEDED - ACTS.keys()):
        raise Weak(f"missing: {', '.join(missing)}", todo=RESTORE)
    groups = {act.group for act in ACTS.values()}
    if missing_groups := {SIGN_INS, ACCESS, READS, EXPORTS} - groups:
        raise Weak(f"nothing of {', '.join(sorted(missing_groups))}", todo=RESTORE)
    return f"{len(ACTS)} acts"


@check
def events_tell_who_what_and_when() -> str:
    """An event has its time, actor, address, thing, changes and the process that wrote it."""
    wanted = {
        *("timestamp", "recorded_at", "recorded_by", "actor", "sealed_actor", "address_digest"),
        *("object_pk", "content_type", "changes", "name", "cid"),
    }
    if missing := sorted(wanted - {field.name for field in Event._meta.get_fields()}):
        raise Weak(f"without {', '.join(missing)}", todo=RESTORE)
    return "by its columns"


def _written(message: str) -> str:
    """A line as this process logs it."""
    written = io.StringIO()
    handler = next(iter(logging.getLogger().handlers), None)
    if handler is None or handler.formatter is None:
        raise Weak("nothing is set up to log", todo=RESTORE)
    copy = logging.StreamHandler(written)
    copy.setFormatter(handler.formatter)
    copy.emit(logging.LogRecord("asvs", logging.INFO, "", 0, message, None, None))
    return written.getvalue()


@check
def logs_are_json_in_utc() -> str:
    """Logs are JSON with a time in UTC."""
    try:
        told = json.loads(_written("looked"))
        at = datetime.fromisoformat(told["timestamp"])
    except (ValueError, KeyError) as error:
        raise Weak("a line is no JSON with its time", todo=RESTORE) from error
    if at.utcoffset() != datetime.now(UTC).utcoffset() or settings.TIME_ZONE != "UTC":
        raise Weak("times are not of UTC", todo=RESTORE)
    return f"such as {sorted(told)}"


@check
def a_line_stays_a_line() -> str:
    """Line breaks and signs of terminals in what is logged stay codes."""
    written = _written("one\ntwo\r\x1b[2J{}")
    if written.count("\n") != 1 or any(sign in written for sign in "\r\x1b"):
        raise Weak("they come out as they are", todo=RESTORE)
    return "they do"


@check
def clocks_agree() -> str:
    """The database's clock and this process's differ by seconds at most, and times are stored in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at = cursor.fetchone()[0]
    apart = abs((datetime.now(UTC) - at).total_seconds())
    if not settings.USE_TZ or apart > _SKEW_SECONDS:
        raise Weak(f"{apart:.0f} seconds apart", todo="Synchronise the host's clock: timedatectl.")
    return f"{apart:.1f} seconds apart"


@check
def the_last_resort_is_there() -> str:
    """What nobody expected is answered by a page of ours, and a task that is lost is done again from its row."""
    resolver = get_resolver()
    if not callable(resolver.resolve_error_handler(500)):
        raise Weak("no page for what nobody expected", todo=RESTORE)
    if current_app.conf.task_acks_late:
        raise Weak("a task that kills its process would come back for ever", todo=RESTORE)
    return "a page, and rows with leases"
