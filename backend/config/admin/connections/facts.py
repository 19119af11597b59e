"""What the connection's page tells beside the settings: how it fares, what it signs in with, what it asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Sum
from django.utils import timezone

from backend.config.admin.connections.pages import is_jira, webhook_address
from backend.connections import manifest, store
from backend.connections.models import (
    AppChange,
    Connection,
    Credential,
    GitHubApp,
    JiraSettings,
)
from backend.connections.selection import wording
from backend.delivery.models import Project, Repository
from backend.sources.models import Usage

USAGE_SHOWN: Final = timedelta(hours=24)
_INTERFACES: Final = {
    Usage.Interface.GRAPHQL: "GraphQL",
    Usage.Interface.REST: "REST",
    Usage.Interface.GIT: "git",
}
_MISSING, _EXCESS, _OK = "missing", "excess", "ok"
_VERDICTS: Final = {_OK: "as needed", _MISSING: "missing", _EXCESS: "too much"}


@dataclass(frozen=True)
class Secret:
    """One of at most two valid values. Of these, the one used last is in use."""

    pk: int
    label: str
    set_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    in_use: bool


@dataclass(frozen=True)
class Asked:
    """What was asked of the server by one interface."""

    interface: str
    requests: int
    not_modified: int
    points: int
    mean_milliseconds: int | None


def facts(connection: Connection) -> dict[str, Any]:
    """For the template `admin/connection_facts.html`. Never asks the database for what is sealed."""
    app = GitHubApp.objects.filter(connection=connection).first()
    asked = usage(connection)
    return {
        "app": app,
        "install_address": manifest.install_address(connection.url, app.slug) if app else "",
        "change": AppChange.objects.filter(connection=connection)
        .only("connection_id", "step", "error", "due_at", "expires_at")
        .first(),
        "keys": keys(connection),
        "token": Credential.objects.filter(connection=connection, kind=Credential.Kind.TOKEN)
        .only("set_at", "last_used_at")
        .first(),
        "webhook": webhook_address(connection),
        "secrets": secrets(connection),
        "permissions": permissions(connection.permissions),
        "asked": asked,
        "asked_in_all": sum(one.requests for one in asked),
        "rules": [wording(rule) for rule in connection.repository_rules.order_by("effect", "pk")],
        "jira": _jira(connection),
        "repositories": dict(
            Repository.objects.filter(connection=connection)
            .order_by()
            .values_list("state")
            .annotate(number=Count("pk"))
        ),
    }


@dataclass(frozen=True)
class Jira:
    """What of a Jira is read, and by which of its custom fields."""

    settings: JiraSettings
    projects: dict[str, int]
    """Numbers by state."""


def _jira(connection: Connection) -> Jira | None:
    if not is_jira(connection):
        return None
    settings = JiraSettings.objects.filter(connection=connection).first() or JiraSettings()
    found = Project.objects.filter(connection=connection).order_by().values_list("state")
    return Jira(settings, dict(found.annotate(number=Count("pk"))))


def keys(connection: Connection) -> list[Secret]:
    rows = list(
        Credential.objects.filter(connection=connection, kind=Credential.Kind.GITHUB_APP).only(
            "fingerprint", "set_at", "last_used_at"
        )
    )
    used = _last_used(row.last_used_at for row in rows)
    return [
        Secret(
            pk=row.pk,
            label=f"SHA256:{row.fingerprint}",
            set_at=row.set_at,
            expires_at=None,
            last_used_at=row.last_used_at,
            in_use=row.last_used_at is not None and row.last_used_at == used,
        )
        for row in rows
    ]


def secrets(connection: Connection) -> list[Secret]:
    rows = list(store.valid_webhook_secrets(connection).defer("enveloped"))
    used = _last_used(row.last_used_at for row in rows)
    return [
        Secret(
            pk=row.pk,
            label="former" if row.expires_at else "current",
            set_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            in_use=row.last_used_at is not None and row.last_used_at == used,
        )
        for row in rows
    ]


def permissions(found: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """As the last check found them, trouble first."""
    order = [_MISSING, _EXCESS, _OK]
    rows = [{**one, "judged": _VERDICTS.get(one["verdict"], one["verdict"])} for one in found]
    return sorted(
        rows, key=lambda one: order.index(one["verdict"]) if one["verdict"] in order else 0
    )


def usage(connection: Connection, *, now: datetime | None = None) -> list[Asked]:
    """Of the last 24 hours, the hour that began 24 hours ago included."""
    since = (now or timezone.now()) - USAGE_SHOWN
    rows = (
        Usage.objects.filter(connection=connection, hour__gt=since - timedelta(hours=1))
        .order_by("interface")
        .values("interface")
        .annotate(
            n=Sum("requests"), same=Sum("not_modified"), price=Sum("points"), ms=Sum("milliseconds")
        )
    )
    return [
        Asked(
            interface=_INTERFACES[Usage.Interface(row["interface"])],
            requests=row["n"],
            not_modified=row["same"],
            points=row["price"],
            mean_milliseconds=round(row["ms"] / row["n"]) if row["n"] else None,
        )
        for row in rows
    ]


def _last_used(moments: Iterable[datetime | None]) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
