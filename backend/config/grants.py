"""Which Postgres role may do what to which table: the one declaration.

Roles are the processes' own: web, worker and beat. `migrate` owns the tables and needs no grant. A key is an app's
label, for all its models, or `app.model`, which then stands instead of the app's. A model that is not covered is an
error, so that a new table is decided about before it can be used. `manage.py grants` makes the database agree.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

ROLES: Final = ("web", "worker", "beat")

READ: Final = ("SELECT",)
APPEND: Final = ("SELECT", "INSERT")
APPEND_AND_UPDATE: Final = ("SELECT", "INSERT", "UPDATE")
WRITE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")

GRANTS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    # What is collected and computed: the worker writes, web shows.
    "delivery": {"web": READ, "worker": WRITE},
    # The organisation's own rules on generated files are an administrator's to write.
    "delivery.generatedfilerule": {"web": WRITE, "worker": READ},
    # What counts as a deployment, what people correct, and what the organisation's systems report.
    "delivery.deploymentrule": {"web": WRITE, "worker": READ},
    "delivery.hotfixrule": {"web": WRITE, "worker": READ},
    "delivery.incidentrule": {"web": WRITE, "worker": READ},
    "delivery.deliverysettings": {"web": WRITE, "worker": READ},
    "delivery.fixcorrection": {"web": WRITE, "worker": READ},
    "delivery.ingesttoken": {"web": WRITE},
    "delivery.reporteddeployment": {"web": WRITE, "worker": READ},
    "delivery.incident": {"web": WRITE, "worker": READ},
    "delivery.pendingdeployments": {"web": ("SELECT", "INSERT", "UPDATE"), "worker": WRITE},
    # Results of tests come to web by API, and to the worker from artifacts.
    "delivery.automatedtest": {"web": APPEND_AND_UPDATE, "worker": WRITE},
    "delivery.resultupload": {"web": APPEND_AND_UPDATE, "worker": WRITE},
    "delivery.commitresults": {"web": APPEND_AND_UPDATE, "worker": WRITE},
    "delivery.dailyresults": {"web": APPEND_AND_UPDATE, "worker": WRITE},
    "delivery.notableresult": {"web": APPEND, "worker": WRITE},
    "delivery.mutedtest": {"web": WRITE, "worker": READ},
    "delivery.artifactrule": {"web": WRITE, "worker": READ},
    # What statuses mean, and what people say of pull requests and issues.
    "delivery.statusrule": {"web": WRITE, "worker": READ},
    "delivery.issuecorrection": {"web": WRITE, "worker": READ},
    "delivery.investmentcategory": {"web": WRITE, "worker": READ},
    "delivery.investmentrule": {"web": WRITE, "worker": READ},
    "delivery.pendinginvestment": {"web": ("SELECT", "INSERT", "UPDATE"), "worker": WRITE},
    "delivery.pendingissue": {"web": ("SELECT", "INSERT", "UPDATE"), "worker": WRITE},
    "delivery.pendingmeasurement": {"web": ("SELECT", "INSERT", "UPDATE"), "worker": WRITE},
    "delivery.ownership": {"web": WRITE, "worker": READ},
    "metrics": {"web": READ, "worker": WRITE},
    "sources": {"web": READ, "worker": WRITE},
    # A webhook leaves a hint; an administrator retries a parked one.
    "sources.hint": {"web": ("SELECT", "INSERT", "UPDATE"), "worker": WRITE},
    # What people keep, and collecting adds to.
    "people": {"web": WRITE, "worker": WRITE},
    "people.organisation": {"web": WRITE, "worker": READ},
    # What the directory says comes to web; the worker may find out who it is about.
    "people.directoryuser": {"web": WRITE, "worker": ("SELECT", "UPDATE (person_id)")},
    "people.directoryemail": {"web": WRITE, "worker": READ},
    "people.directorygroup": {"web": WRITE, "worker": READ},
    "people.directorygroup_members": {"web": WRITE, "worker": READ},
    # Matching is the worker's; web answers what it offers, and undoes. What was merged is never forgotten.
    "people.address": {"web": READ, "worker": WRITE},
    "people.merge": {"web": APPEND_AND_UPDATE, "worker": APPEND},
    "people.matchrun": {"web": READ, "worker": APPEND_AND_UPDATE},
    # Connections: web writes credentials and cannot read them. The worker reads them, and writes those alone that the
    # server makes for it: the key of an App created from a manifest.
    "connections.connection": {
        "web": WRITE,
        "worker": (
            "SELECT",
            "UPDATE (state, state_reason, state_action, checked_at, server_version, permissions)",
        ),
    },
    "connections.credential": {
        "web": (
            "SELECT (id, connection_id, kind, fingerprint, set_at, last_used_at)",
            "INSERT",
            "DELETE",
        ),
        "worker": ("SELECT", "INSERT", "DELETE", "UPDATE (last_used_at)"),
    },
    "connections.jirasettings": {
        "web": WRITE,
        "worker": ("SELECT", "UPDATE (fields_found, site_url)"),
    },
    "connections.githubapp": {"web": WRITE, "worker": ("SELECT", "INSERT", "UPDATE")},
    "connections.appchange": {
        "web": (
            "SELECT (id, connection_id, step, created_at, due_at, expires_at, error)",
            "INSERT",
            "DELETE",
        ),
        "worker": ("SELECT", "UPDATE", "DELETE"),
    },
    "connections.repositoryrule": {"web": WRITE, "worker": READ},
    "connections.webhooksecret": {"web": WRITE},
    # Who signs in: web's business alone.
    "accounts": {"web": WRITE},
    "accounts.signinpolicy": {"web": APPEND_AND_UPDATE},
    "accounts.breakglassuse": {"web": (*APPEND, "UPDATE (acknowledged_at, acknowledged_by_id)")},
    # What tells who had access is closed, revoked or completed, and never taken away.
    "accounts.apitoken": {"web": APPEND_AND_UPDATE},
    "accounts.scimtoken": {"web": APPEND_AND_UPDATE},
    "accounts.accessreview": {"web": APPEND_AND_UPDATE},
    "accounts.reviewedaccount": {"web": APPEND_AND_UPDATE},
    "accounts.checklist": {"web": APPEND_AND_UPDATE},
    "accounts.checklistitem": {"web": APPEND_AND_UPDATE},
    # Matching links accounts with the people that they are.
    "accounts.user": {
        "web": APPEND_AND_UPDATE,
        "worker": ("SELECT (id, email, name, person_id, is_service)", "UPDATE (person_id)"),
    },
    "account": {"web": WRITE},
    "mfa": {"web": WRITE},
    "usersessions": {"web": WRITE},
    # Who is connected with which provider's subject. allauth's own tables of providers and tokens are not used.
    "socialaccount": {},
    "socialaccount.socialaccount": {"web": WRITE},
    "sessions": {"web": WRITE},
    "auth": {"web": READ},
    "admin": {"web": APPEND},
    # The audit log takes new rows and nothing else, from anyone; only web shows it.
    "audit": {"web": APPEND, "worker": ("SELECT (id, transaction)", "INSERT")},
    # Web alone reads what is personal there. An erasure, which is the worker's, destroys keys and can read none.
    "audit.subjectkey": {
        "web": APPEND,
        "worker": ("SELECT (subject, forgotten_at)", "INSERT", "UPDATE (secret, forgotten_at)"),
    },
    "audit.signeddocument": {"web": READ, "worker": APPEND},
    # Web says what is to go, and who approved it; the worker does it, and cannot approve.
    "governance.erasure": {
        "web": APPEND_AND_UPDATE,
        "worker": (
            "SELECT",
            "UPDATE (subject_name, preview, done, started_at, finished_at)",
            "UPDATE (attempts, lease_until, last_error, certificate_id)",
        ),
    },
    # What was erased is never forgotten.
    "tombstones": {"web": READ, "worker": APPEND},
    "contenttypes": {"web": READ, "worker": READ},
    # Each process checks at its start that the schema is the one it was built for.
    "migrations": {"web": READ, "worker": READ},
}

ROUTINES: Final[Mapping[str, tuple[str, ...]]] = {
    # Partitions of test results: made by whoever stores into them, dropped by the worker.
    "delivery_make_test_partitions(date, date)": ("web", "worker"),
    "delivery_drop_test_partitions(date, date)": ("worker",),
}


def _models() -> Iterator[type[Model]]:
    yield MigrationRecorder.Migration
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:  # noqa: SLF001 - Django's public option API
            yield model


def uncovered() -> list[str]:
    """Models for which nothing is declared."""
    return sorted(
        model._meta.label_lower  # noqa: SLF001
        for model in _models()
        if not {model._meta.label_lower, model._meta.app_label} & GRANTS.keys()  # noqa: SLF001
    )


def statements(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """SQL that takes every privilege back and grants the declared ones; for one transaction, as the owner."""
    quote = connection.ops.quote_name
    for role in ROLES:
        for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
            yield f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}"
    for model in _models():
        options = model._meta  # noqa: SLF001
        declared = GRANTS.get(options.label_lower, GRANTS.get(options.app_label, {}))
        for role, privileges in declared.items():
            yield f"GRANT {', '.join(privileges)} ON {quote(options.db_table)} TO {role}"
    for routine, roles in ROUTINES.items():
        yield f"GRANT EXECUTE ON FUNCTION {routine} TO {', '.join(roles)}"
