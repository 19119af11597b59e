"""Connections themselves: added whole, and how they fare."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from backend.connections.models import Connection
from backend.connections.store.cleaning import (
    InvalidConnection,
    clean_certificate,
    clean_jira_url,
    clean_url,
)
from backend.connections.store.credentials import AppSignIn, set_app, set_token
from backend.connections.store.erased import check_not_erased
from backend.connections.store.jira import JIRA_KINDS, JiraChoice, set_jira


@transaction.atomic
def add_connection(  # noqa: PLR0913 - what is known of a connection when it is made
    *,
    kind: str,
    url: str,
    token: str | None = None,
    app: AppSignIn | None = None,
    name: str = "",
    ca_certificate: str = "",
    organisations: Iterable[str] = (),
    cloning_allowed: bool = True,
    jira: JiraChoice | None = None,
) -> Connection:
    """Store a connection with its sealed token, or as an App; with neither it waits for one.

    `jira`: what of a Jira is read, where it is one.

    Raises InvalidConnection; checks nothing outside.
    """
    is_jira = kind in JIRA_KINDS
    if is_jira and app is not None:
        raise InvalidConnection("A GitHub App belongs to GitHub: a Jira is read with a token.")
    if jira is not None and not is_jira:
        raise InvalidConnection("What of a Jira is read belongs to none of GitHub's connections.")
    address = (
        clean_jira_url(url, cloud=kind == Connection.Kind.JIRA_CLOUD) if is_jira else clean_url(url)
    )
    check_not_erased(address)
    host = urlsplit(address).hostname or ""
    connection = Connection(
        kind=kind,
        url=address,
        name=name or host,
        slug=_free_slug(host),
        ca_certificate=clean_certificate(ca_certificate),
        organisations=sorted(set(organisations)),
        cloning_allowed=cloning_allowed,
    )
    connection.full_clean()
    connection.save()
    if is_jira:
        set_jira(connection=connection, choice=jira or JiraChoice())
    if app is not None:
        set_app(connection=connection, app=app)
    elif token is not None:
        set_token(connection=connection, token=token)
    return connection


_FARES: Final = frozenset({Connection.State.WORKING, Connection.State.FAILING})


@transaction.atomic
def record_state(
    *,
    connection: Connection,
    state: str,
    reason: str = "",
    action: str = "",
    version: str = "",
    permissions: Sequence[Mapping[str, str]] | None = None,
) -> None:
    """Note how the connection fares; an empty version, or no permissions, keep what was known last.

    How it fares ends no pause: only a person's UNCHECKED does.
    """
    known = Connection.objects.select_for_update(no_key=True).only("state").get(pk=connection.pk)
    if known.state == Connection.State.PAUSED and state in _FARES:
        return
    connection.state, connection.state_reason, connection.state_action = state, reason, action
    connection.checked_at = timezone.now()
    connection.server_version = version or connection.server_version
    fields = ["state", "state_reason", "state_action", "checked_at", "server_version"]
    if permissions is not None:
        connection.permissions = [dict(one) for one in permissions]
        fields.append("permissions")
    connection.save(update_fields=fields)


def _free_slug(host: str) -> str:
    wanted = slugify(host.replace(".", "-"))[:100] or "connection"
    taken = set(Connection.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(
        slug
        for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
        if slug not in taken
    )
