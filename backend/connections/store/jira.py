"""What of a Jira is read, and which of its custom fields mean what."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from backend.connections.models import Connection, JiraSettings
from backend.connections.store.cleaning import InvalidConnection

JIRA_KINDS: Final = frozenset({Connection.Kind.JIRA_DC, Connection.Kind.JIRA_CLOUD})
_PROJECT: Final = re.compile(r"[A-Za-z0-9_*?\[\]-]{1,100}")
_FIELD: Final = re.compile(r"customfield_[0-9]{1,15}")
_WIDEST: Final = {4: 8, 6: 32}
"""As of 10.0.0.0/8, and what one provider is given of version 6: the largest networks that are anybody's own."""
_WIDEST_PRIVATE: Final = 8
"""As of fd00::/8."""
_MOST_NETWORKS: Final = 20


@dataclass(frozen=True)
class JiraChoice:
    """As a person enters it. Fields are ids like customfield_10016, or empty: to be found."""

    email: str = ""
    projects: tuple[str, ...] = ()
    keeps_summaries: bool = True
    story_points_field: str = ""
    epic_link_field: str = ""
    sprint_field: str = ""
    team_field: str = ""
    webhook_addresses: tuple[str, ...] = ()


def clean_choice(kind: str, choice: JiraChoice) -> JiraChoice:
    """Raises InvalidConnection."""
    email = choice.email.strip()
    if kind == Connection.Kind.JIRA_CLOUD:
        _check_email(email)
    elif email:
        raise InvalidConnection("An e-mail address belongs to Jira Cloud: leave it empty.")
    fields = {
        name: _field(getattr(choice, name))
        for name in ("story_points_field", "epic_link_field", "sprint_field", "team_field")
    }
    return JiraChoice(
        email=email,
        projects=tuple(_project(one) for one in _filled(choice.projects)),
        keeps_summaries=choice.keeps_summaries,
        webhook_addresses=_networks(choice.webhook_addresses),
        **fields,
    )


@transaction.atomic
def set_jira(*, connection: Connection, choice: JiraChoice) -> JiraSettings:
    """Store what is read and how. Raises InvalidConnection."""
    cleaned = clean_choice(connection.kind, choice)
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in vars(cleaned).items()
    }
    settings, _ = JiraSettings.objects.update_or_create(connection=connection, defaults=values)
    return settings


def _filled(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one.strip() for one in texts if one.strip()))


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidConnection(
            "Jira Cloud wants the e-mail address of the account that the API token belongs to."
        ) from None


def _project(text: str) -> str:
    if not _PROJECT.fullmatch(text):
        raise InvalidConnection(
            f"“{text}” is no key of a project: write it as it stands before an issue's number, "
            "like TEAM, or as a pattern like TEAM*."
        )
    return text.upper()


def _field(text: str) -> str:
    field = text.strip()
    if field and not _FIELD.fullmatch(field):
        raise InvalidConnection(
            f"“{field}” is no id of a custom field: they look like customfield_10016."
        )
    return field


def _networks(texts: Iterable[str]) -> tuple[str, ...]:
    found = tuple(_network(one) for one in _filled(texts))
    if len(found) > _MOST_NETWORKS:
        raise InvalidConnection(
            f"Name at most {_MOST_NETWORKS} networks: write them as larger ones."
        )
    return found


def _network(text: str) -> str:
    try:
        network = ip_network(text)
    except ValueError:
        raise InvalidConnection(
            f"“{text}” is no network: write it like 10.1.0.0/24, or one address like 10.1.0.7."
        ) from None
    widest = _WIDEST_PRIVATE if network.is_private else _WIDEST[network.version]
    if network.prefixlen < widest:
        raise InvalidConnection(
            f"“{text}” lets nearly everybody in: name the networks that Jira sends from, like 10.1.0.0/24."
        )
    return str(network)
