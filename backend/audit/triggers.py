"""Triggers on governed tables: whatever the application's own record passes by is in the log all the same.

Bulk updates, raw SQL and psql send no signals. At commit each row that was changed asks whether this transaction has
told of it: by django-auditlog's record of the row, or by an event that covers its table. If not, the trigger tells
itself: which row, which columns, by which role; with values of those columns alone whose type holds nothing personal.
What cannot be written fails the commit.

What an event covers is known here by its name, whatever its row says: whoever forges one silences no more than that.
What erasures and retention cover is kept to them by a trigger of governance's. What an account may do is told in any
case.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from backend.audit.names import ACTS

FUNCTION: Final = "audit_governed"
_PLAIN: Final = (
    *(models.BooleanField, models.IntegerField, models.DecimalField, models.FloatField),
    *(models.DateField, models.TimeField, models.ForeignKey),
)
"""Types whose values may stand in clear; so may a choice of a list."""

_BODY: Final = """
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    this_table text := TG_ARGV[0] || '.' || TG_ARGV[1];
    this_key text := coalesce(after, before) ->> TG_ARGV[2];
    this_act integer := CASE TG_OP WHEN 'INSERT' THEN 0 WHEN 'UPDATE' THEN 1 ELSE 2 END;
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    this_kind integer;
    changed text[];
BEGIN
    changed := ARRAY(
        SELECT one FROM unnest(TG_ARGV[3]::text[]) AS one WHERE before -> one IS DISTINCT FROM after -> one
    );
    IF cardinality(changed) = 0 THEN
        RETURN NULL;
    END IF;
    SELECT id INTO this_kind FROM public.django_content_type
        WHERE app_label = TG_ARGV[0] AND model = TG_ARGV[1];
    IF EXISTS (
        SELECT FROM public.audit_event WHERE transaction = this_transaction AND content_type_id = this_kind
            AND object_pk = this_key AND action = this_act
    ) OR (this_table <> 'accounts.user' OR changed = '{person_id}') AND EXISTS (
        SELECT FROM public.audit_event WHERE transaction = this_transaction AND covers IS NOT NULL
            AND 'COVERS'::jsonb -> name ? this_table
    ) THEN
        RETURN NULL;
    END IF;
    INSERT INTO public.audit_event (
        name, action, timestamp, content_type_id, object_pk, object_id, object_repr, changes_text, changes,
        additional_data, actor_id, operator, subject, holder
    ) VALUES (
        'row_changed', this_act, clock_timestamp(), this_kind, this_key,
        CASE WHEN this_key ~ '^[0-9]{1,18}$' THEN this_key::bigint END, '', '',
        (SELECT jsonb_object_agg(one, jsonb_build_array(before -> one, after -> one))
            FROM unnest(changed) AS one WHERE one = ANY (TG_ARGV[4]::text[])),
        jsonb_build_object('columns', to_jsonb(changed), 'database_role', session_user),
        (SELECT actor_id FROM public.audit_event
            WHERE transaction = this_transaction AND actor_id IS NOT NULL LIMIT 1),
        '', '', ''
    );
    RETURN NULL;
END
"""


@dataclass(frozen=True)
class Trigger:
    """One of a governed table's. Its name says what it does, so that what is there can be compared with what should."""

    table: str
    when: str
    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        told = "\0".join((self.table, self.when, *self.arguments))
        return f"audit_{sha256(told.encode()).hexdigest()[:12]}"

    def create(self, connection: BaseDatabaseWrapper) -> str:
        quote = connection.ops.quote_name
        arguments = ", ".join("'" + one.replace("'", "''") + "'" for one in self.arguments)
        return (
            f"CREATE CONSTRAINT TRIGGER {self.name} AFTER {self.when.format(table=quote(self.table))}"
            f" EXECUTE FUNCTION {FUNCTION}({arguments})"
        )


def governed() -> dict[str, dict[str, Any]]:
    """How each governed table is watched, by model: the tracked ones, and those that acts tell of by name."""
    tracked: dict[str, dict[str, Any]] = {
        one["model"]: {"exclude_fields": one.get("exclude_fields", ())}
        for one in settings.AUDITLOG_INCLUDE_TRACKING_MODELS
    }
    return {**tracked, **settings.AUDIT_GOVERNED}


@cache
def governed_tables() -> frozenset[str]:
    """By their names in the database."""
    return frozenset(one.table for one in declared())


def declared(apps: Apps = installed) -> Iterator[Trigger]:
    """`apps` may be those of an older state of the schema; what it does not have is passed over."""
    for name, rule in governed().items():
        try:
            model = apps.get_model(name)
        except LookupError:
            continue
        if model._meta.proxy:
            continue
        yield from _triggers(model, **rule)


def _triggers(
    model: type[models.Model], *, exclude_fields: Sequence[str] = (), only: Sequence[str] = ()
) -> Iterator[Trigger]:
    """`only`: its rows come and go with what is collected, and people change these columns."""
    options = model._meta
    fields = [
        field
        for field in options.concrete_fields
        if (field.name in only if only else field.name not in exclude_fields)
    ]
    plain = [field for field in fields if isinstance(field, _PLAIN) or field.choices]
    arguments = (
        *(options.app_label, str(options.model_name), str(options.pk.column)),
        *(
            "{" + ",".join(sorted(str(field.column) for field in some)) + "}"
            for some in (fields, plain)
        ),
    )
    deferred = "ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    table = options.db_table
    # Of the whole row, so that no migration of a column finds a trigger in its way.
    changed = f"UPDATE {deferred} WHEN (OLD.* IS DISTINCT FROM NEW.*)"
    yield Trigger(table, changed, arguments)
    if not only:
        yield Trigger(table, f"INSERT OR DELETE {deferred}", arguments)


def install(using: str = "default", apps: Apps = installed, **_: object) -> None:
    """Make the database's triggers the declared ones; nothing where they are."""
    connection = transaction.get_connection(using)
    wanted = {trigger.name: trigger for trigger in declared(apps)}
    quote = connection.ops.quote_name
    covers = json.dumps({name: act.covers for name, act in ACTS.items() if act.covers})
    with transaction.atomic(using), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
            f" SET search_path = pg_catalog, pg_temp AS $body${_BODY.replace('COVERS', covers)}$body$"
        )
        # Else whoever may make a temporary table could have it write into the log what they like.
        cursor.execute(f"REVOKE ALL ON FUNCTION {FUNCTION}() FROM PUBLIC")
        cursor.execute(
            "SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
            " WHERE proname = %s AND NOT tgisinternal",
            [FUNCTION],
        )
        there = dict(cursor.fetchall())
        for name in sorted(there.keys() - wanted.keys()):
            cursor.execute(f"DROP TRIGGER {quote(name)} ON {there[name]}")
        for name in sorted(wanted.keys() - there.keys()):
            cursor.execute(wanted[name].create(connection))
